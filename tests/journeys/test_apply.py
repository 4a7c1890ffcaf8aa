# SPDX-License-Identifier: Apache-2.0
"""Applying in a real browser: every step filled in as a person would, on a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.journeys.conftest import Opened
from tests.journeys.filling import FILLED, fill_step, hand_in, next_step
from tests.journeys.looking import Look

WIDTHS = [1280, 390]


def apply_for_permit(page: Page, pdf: Path, shot: Look) -> str:
    """Go from the home page to a sent application; return the case number."""
    page.goto("/search?q=zhatu")
    page.get_by_role("link", name="城市建筑垃圾处置核准（产生）").first.click()
    shot(page, "guide")
    page.get_by_role("button", name="开始办理").click()
    for section in FILLED:
        fill_step(page, section)
        shot(page, section)
        next_step(page)
    hand_in(page, pdf)
    shot(page, "materials")
    page.get_by_role("button", name="下一步：核对并提交").click()
    shot(page, "summary")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    shot(page, "sent")
    return page.url.rpartition("/")[2].partition("?")[0]


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_clerk_applies_in_the_browser(
    enter: Opened, pdf: Path, shots: Path | None, width: int
) -> None:
    page = enter("wangmin", width=width)

    number = apply_for_permit(page, pdf, Look(shots, f"apply-{width}"))

    assert len(number) >= 43
    page.goto("/cases")
    expect(page.get_by_role("link", name="崂山区深圳路地下停车场工程")).to_be_visible()


@pytest.mark.browser
def test_mistakes_are_told_beside_the_field_and_nothing_typed_is_lost(enter: Opened) -> None:
    page = enter("wangmin", "/items/construction_waste.new")
    page.get_by_role("button", name="开始办理").click()

    page.fill("#f-legal_id", "37021219800307123Y")
    next_step(page)

    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#f-legal_id")).to_have_value("37021219800307123Y")
    assert axe(page) == []


@pytest.mark.browser
def test_without_scripts_a_row_can_be_added_and_the_rest_is_kept(enter: Opened) -> None:
    page = enter("wangmin", "/items/construction_waste.new", java_script_enabled=False)
    page.get_by_role("button", name="开始办理").click()
    page.goto(page.url.rsplit("/", 1)[0] + "/haulage")
    page.fill("#f-vehicles-0-plate", "鲁B12345")

    page.click("button[value='vehicles:add']")

    expect(page.locator("#f-vehicles-0-plate")).to_have_value("鲁B12345")
    expect(page.locator("#f-vehicles-1-plate")).to_be_visible()
