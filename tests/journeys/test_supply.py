# SPDX-License-Identifier: Apache-2.0
"""Less to bring, in a real browser: promised, accepted, supplied later, granted, checked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from huiban.services import evidence
from huiban.store import cases
from huiban.store.models import Account
from tests.journeys.conftest import now
from tests.journeys.looking import LANGUAGES, Look
from tests.journeys.test_permit import act
from tests.services import city_sample as sample
from tests.services.lenient import lenient_city, permit
from tests.web.api_client import answers

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]
SCRIPTLESS = {"java_script_enabled": False}


@pytest.fixture(autouse=True)
def lenient() -> Iterator[None]:
    with lenient_city():
        yield


def begun() -> str:
    """An application that lacks what may be promised, may follow, or is on record."""
    clerk, at = Account.objects.get(number="wangmin"), now()
    earlier = sample.case(clerk, at, **answers(at))
    today = at.date()
    permit(earlier, sample.USCC, at, valid_from=today, valid_until=today.replace(day=28))
    without = ("emergency_plan", "sorting_plan", "receiving_opinion")
    return sample.draft(clerk, at, without=without, **answers(at))


def promise(page: Page, draft: str) -> None:
    page.goto(f"/drafts/{draft}/materials")
    field = page.locator("#m-sorting_plan")
    field.locator("summary").first.click()
    field.locator("input[type=checkbox]").check()
    field.locator('button[value="sorting_plan:promise"]').click()
    page.wait_for_load_state()
    expect(field.locator('button[value="sorting_plan:take_back"]')).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_about_materials_fits_and_is_accessible(
    enter: Entered, shots: Path | None, pdf: Path, language: str
) -> None:
    look, draft = Look(shots, "materials", language).in_every_look, begun()
    page = enter("wangmin", language=language)

    page.goto(f"/drafts/{draft}/materials")
    page.locator("#m-sorting_plan summary").first.click()
    look(page, "materials")
    promise(page, draft)
    look(page, "promised")
    page.goto(f"/drafts/{draft}/summary")
    look(page, "summary")
    page.locator("form[method=post] button.button-main").click()
    page.wait_for_url("**/cases/*")
    number = page.url.rpartition("/")[2].partition("?")[0]
    desk = enter("zhangqian", f"/desk/cases/{number}", language=language)
    desk.goto(f"/desk/cases/{number}?tab=materials#viewer")
    look(desk, "desk")
    page.goto(f"/cases/{number}")
    look(page, "case")
    page.goto(f"/cases/{number}/supply")
    look(page, "supply")
    page.locator("form[enctype] button.button-main").click()
    expect(page.locator(".problem").first).to_be_visible()
    look(page, "supply-refused")
    page.goto("/items/construction_waste.new")
    look(page, "guide")


@pytest.mark.parametrize("options", [{"width": 1280}, SCRIPTLESS], ids=("scripts", "none"))
def test_accepted_without_supplied_later_granted_and_checked(
    enter: Entered, shots: Path | None, pdf: Path, options: dict[str, Any]
) -> None:
    look, draft = Look(shots, "supply"), begun()
    clerk = enter("wangmin", **options)
    promise(clerk, draft)
    clerk.goto(f"/drafts/{draft}/summary")
    clerk.get_by_role("button", name="提交申请").click()
    clerk.wait_for_url("**/cases/*")
    number = clerk.url.rpartition("/")[2].partition("?")[0]
    act(enter("zhangqian", "/desk"), number, "受理")
    act(enter("liuyang", "/desk"), number, "审查通过", "材料齐全，符合核准条件。")
    leader = enter("zhaojianguo", "/desk")

    leader.goto(f"/desk/cases/{number}")
    expect(leader.get_by_text("容缺材料还没有补交").first).to_be_visible()
    clerk.goto(f"/cases/{number}")
    clerk.get_by_role("link", name="去补交").click()
    clerk.set_input_files("#f-emergency_plan", pdf)
    clerk.get_by_role("button", name=re.compile("^补交")).click()
    expect(clerk.get_by_text("已经补交")).to_be_visible()
    act(leader, number, "准予许可", "同意。")

    leader.goto(f"/desk/cases/{number}?tab=materials")
    if options != SCRIPTLESS:
        look(leader, "granted")
    leader.fill("#r-sorting_plan", "方案与现场一致")
    leader.get_by_role("button", name="核查属实").click()
    expect(leader.locator("#promise-sorting_plan").get_by_text("核查属实")).to_be_visible()
    assert cases.load(number).outcome == "granted"
    assert evidence.verify_case(number).is_sound
