# SPDX-License-Identifier: Apache-2.0
"""Officers at their desk in a real browser: keyboard, dialogs, reveal, four eyes, every look."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.services import handle
from huiban.services.handle import Order
from huiban.store import cases
from huiban.store.models import Account
from tests.browser import axe, watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample as sample

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


def now() -> datetime:
    return datetime.now(tz=UTC)


def account(number: str) -> Account:
    return Account.objects.get(number=number)


def a_case(**changed: object) -> str:
    """Apply today: the clocks of a browser's server cannot be set."""
    day = now().astimezone(sample.SHANGHAI).date()
    dates: dict[str, object] = {
        "apply_date": day.isoformat(),
        "sign_date": day.isoformat(),
        "period_start": day.replace(year=day.year + 1, day=1).isoformat(),
        "period_end": day.replace(year=day.year + 1, day=28).isoformat(),
    }
    return sample.case(account("wangmin"), now(), **(dates | changed))


def accepted() -> str:
    number = a_case()
    handle.act(number, Order("accept"), account("zhangqian").to_actor(), now())
    return number


def test_a_clerk_works_from_the_list_by_keyboard_alone(enter: Entered) -> None:
    number = a_case()
    page = enter("zhangqian", "/desk")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{number}*")
    page.keyboard.press("2")
    expect(page.locator(".sheet img")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keyboard-help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/desk")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")

    expect(page.locator("[name=q]:focus")).to_have_count(1)


def test_a_correction_is_written_in_a_dialog_line_by_line(enter: Entered) -> None:
    number = a_case()
    page = enter("zhangqian", f"/desk/cases/{number}")
    heard = watch(page)

    page.fill("[data-opinion]", "材料不齐。")
    page.get_by_role("link", name="一次性告知补正").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=points-0-about]").fill("运输合同")
    dialog.locator("[name=points-0-fault]").fill("缺少签章页")
    dialog.get_by_role("button", name="加一条").click()
    dialog.locator("[name=points-1-about]").fill("分类处置方案")
    dialog.locator("[name=points-1-fault]").fill("没有写明装修垃圾")
    assert axe(page) == []
    dialog.get_by_role("button", name="一次性告知补正").last.click()

    expect(page.locator(".flashes")).to_contain_text("补正告知书")
    assert cases.load(number).stage == "correction"
    assert heard == []


def test_one_person_examines_and_another_decides(enter: Entered) -> None:
    number = accepted()
    examiner = enter("sunmei", f"/desk/cases/{number}")
    examiner.fill("[data-opinion]", "符合条件。")
    examiner.get_by_role("button", name="审查通过").click()
    expect(examiner.locator(".flashes")).to_contain_text("现由负责人办理")
    expect(examiner.locator(".bar-blocked").first).to_contain_text("必须由另一人办理")
    expect(examiner.get_by_role("button", name="准予许可")).to_be_disabled()

    leader = enter("zhaojianguo", f"/desk/cases/{number}")
    leader.get_by_role("link", name="准予许可", exact=True).click()
    dialog = leader.locator("dialog[open]")
    expect(dialog).to_contain_text("将出具")
    dialog.get_by_role("button", name="准予许可").last.click()

    expect(leader.locator(".flashes")).to_contain_text("准予许可")
    assert cases.load(number).outcome == "granted"


def test_a_masked_number_is_shown_in_its_place(enter: Entered) -> None:
    number = a_case()
    legal_id = str(sample.values()["legal_id"])
    page = enter("zhangqian", f"/desk/cases/{number}")
    assert legal_id not in page.content()

    page.get_by_role("button", name="法定代表人身份证号").click()
    expect(page.locator(".revealed")).to_contain_text(legal_id)
    page.reload()

    assert legal_id not in page.content()


def test_everything_goes_without_scripts(enter: Entered) -> None:
    number = a_case()
    page = enter("zhangqian", f"/desk/cases/{number}", java_script_enabled=False)

    page.get_by_role("link", name="一次性告知补正").click()
    page.locator("[name=points-0-about]").fill("运输合同")
    page.get_by_role("button", name="加一条").click()
    expect(page.locator("[name=points-0-about]")).to_have_value("运输合同")
    page.locator("[name=points-0-fault]").fill("缺少签章页")
    page.get_by_role("button", name="一次性告知补正").last.click()

    expect(page.locator(".flashes")).to_contain_text("已经办好")
    assert cases.load(number).stage == "correction"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_is_accessible_and_fits_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    number = accepted()
    a_case()
    seen = Look(shots, "desk", language).in_every_look
    page = enter("sunmei", "/desk", language=language)
    heard = watch(page)
    ways = ["/desk", "/desk/cases"]
    ways += [f"/desk/cases/{number}?tab={tab}" for tab in ("form", "materials", "flow", "journal")]
    ways += [f"/desk/cases/{number}/act/countersign"]

    for way in ways:
        page.goto(way)
        seen(page, re.sub(r"\W+", "-", way.partition("/desk")[2]))

    assert heard == []
