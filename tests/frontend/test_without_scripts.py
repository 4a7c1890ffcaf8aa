# SPDX-License-Identifier: Apache-2.0
"""Every page and every kind of question works in a browser without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


@pytest.fixture
def plain(open_page: Opener) -> Opener:
    def opened(path: str, **options: object) -> Page:
        return open_page(path, java_script_enabled=False, **options)

    return opened


def test_files_are_chosen_and_sent_with_the_form(plain: Opener) -> None:
    page = plain("/design/fields")

    expect(page.locator("#f-contract")).to_be_visible()
    expect(page.locator("button[name=file][value='contract:upload']")).to_be_visible()
    expect(page.locator("[data-choose]")).to_be_hidden()


def test_rows_have_buttons_the_server_answers(plain: Opener) -> None:
    page = plain("/design/fields")

    values = page.locator("button[name=row]").evaluate_all("(all) => all.map((one) => one.value)")

    assert values == [
        *("vehicles:copy:0", "vehicles:delete:0", "vehicles:copy:1", "vehicles:delete:1"),
        "vehicles:add",
    ]


def test_a_street_is_chosen_from_one_list_by_district(plain: Opener) -> None:
    page = plain("/design/fields")

    page.locator("#f-district").select_option(label="八大峡街道")

    expect(page.locator("#f-district")).to_have_value("370202002")


def test_a_signature_is_a_name(plain: Opener) -> None:
    page = plain("/design/fields")

    expect(page.locator("hb-sign canvas")).to_be_hidden()
    expect(page.locator("#f-signer")).to_be_visible()


def test_display_choices_are_kept_and_lead_back(plain: Opener) -> None:
    page = plain("/design/status?from=here")

    page.get_by_role("button", name="长辈版").first.click()

    assert page.url.endswith("/design/status?from=here")
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")


def test_the_menu_of_a_phone_opens(plain: Opener) -> None:
    page = plain("/design/home", width=390, height=844)

    page.locator(".menu > summary").click()

    expect(page.locator(".menu").get_by_role("link", name="我的办件")).to_be_visible()


def test_what_opens_in_a_dialog_is_a_page_of_its_own(plain: Opener) -> None:
    page = plain("/design/controls")

    page.get_by_role("link", name="显示设置（弹窗）").click()

    expect(page.get_by_role("heading", name="显示设置")).to_be_visible()
