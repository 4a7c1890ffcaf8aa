# SPDX-License-Identifier: Apache-2.0
"""The desk by keyboard, dialogs, menus, errors, and display choices that change on the spot."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
FOCUSED = "document.activeElement.textContent.trim()"


def test_j_and_k_walk_the_list_and_enter_opens(open_page: Opener) -> None:
    page = open_page("/design/todo")

    for key in "jjk":
        page.keyboard.press(key)
    first = page.evaluate(FOCUSED)
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    assert first == "金水路住宅项目二期"
    expect(page).to_have_url(re.compile("/design/case$"))


def test_slash_goes_to_the_search_and_letters_are_then_typed(open_page: Opener) -> None:
    page = open_page("/design/todo")

    page.keyboard.press("/")
    page.keyboard.type("jk")

    expect(page.locator("[data-search]")).to_have_value("jk")


def test_the_help_opens_with_a_question_mark_and_can_switch_the_keys_off(
    open_page: Opener,
) -> None:
    page = open_page("/design/todo")

    page.keyboard.press("?")
    page.get_by_label("启用单键快捷键").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    assert page.evaluate(FOCUSED) != "金水路住宅项目二期"


def test_the_error_summary_has_the_focus_and_leads_to_the_fields(open_page: Opener) -> None:
    page = open_page("/design/problems")
    assert page.evaluate("document.activeElement.id") == "errors"

    for link in page.locator(".errors a").all():
        link.click()
        target = str(link.get_attribute("href")).removeprefix("#")

        assert page.evaluate("document.activeElement.id") == target


def test_enter_in_a_field_goes_on_and_presses_no_other_button(open_page: Opener) -> None:
    page = open_page("/design/given")
    sent: list[str] = []
    page.on(
        "request", lambda one: sent.append(one.post_data or "") if one.method == "POST" else None
    )

    page.locator("#f-phone").press("Enter")

    assert len(sent) == 1
    assert "go=next" in sent[0]
    assert not re.search(r"\b(edit|row|file)=", sent[0])


def test_a_page_opens_in_a_dialog_and_focus_returns(open_page: Opener) -> None:
    page = open_page("/design/controls")

    page.get_by_role("link", name="显示设置（弹窗）").click()
    expect(page.get_by_role("dialog")).to_contain_text("版式")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate(FOCUSED) == "显示设置（弹窗）"


def test_choosing_the_elder_mode_changes_the_page_and_keeps_what_is_typed(
    open_page: Opener,
) -> None:
    page = open_page("/design/apply")
    page.locator("#f-contract_yuan").fill("1234")

    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="长辈版").first.click()

    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    expect(page.locator("#f-contract_yuan")).to_have_value("1234")
    page.goto("/design/home")
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    expect(page.get_by_role("button", name="标准版").first).to_be_attached()


def test_choosing_a_theme_changes_the_colours_at_once(open_page: Opener) -> None:
    page = open_page("/design/home")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.locator(".tools summary", has_text="外观").click()
    with page.expect_response("**/preferences"):
        page.locator(".tools [value='theme:dark']").click()

    assert page.evaluate(ground) != light
    dark = page.evaluate(ground)
    page.reload()
    assert page.evaluate(ground) == dark


def test_menus_close_with_escape_and_give_the_focus_back(open_page: Opener) -> None:
    page = open_page("/design/home", width=390, height=844)

    page.locator(".menu > summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.locator(".menu")).not_to_have_attribute("open", "")
    assert page.evaluate(FOCUSED) == "菜单"
