# SPDX-License-Identifier: Apache-2.0
"""Points in a real browser: precision read, one changed and tried by keyboard, in every look."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import watch
from tests.journeys.looking import Look
from tests.services.point_sample import (
    AMOUNT,
    ITEM,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    said,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]
Entered = Callable[..., Page]
SCORES = f"/desk/review-points?scenario={PACK}"
STUDIO = f"/desk/review-points/{PACK}/{ITEM}/{OURS}"


def a_season() -> str:
    """What officers said over a while; the number of a case whose contract the owner signed."""
    for day in range(11):
        number = closed_case(contract(STRANGER, "1万吨"), days=day)
        said(number, "fail", "fail" if day else "pass")
        said(number, "fail", "pass" if day > 8 else "fail", code=AMOUNT)
    owner = closed_case(contract(), title="业主自己签合同的工程", days=30)
    said(owner, "pass", "pass")
    said(owner, "unknown", "pass", rule="e" * 64, code=AMOUNT)
    return owner


def test_the_precision_of_points_fits_and_is_accessible_in_every_look(
    enter: Entered, shots: Path | None
) -> None:
    a_season()
    page = enter("liuyang", SCORES)
    heard = watch(page)

    Look(shots, "scores").in_every_look(page, "points")

    assert heard == []


def test_the_studio_fits_and_is_accessible_in_every_look(
    enter: Entered, shots: Path | None
) -> None:
    owner = a_season()
    page = enter("zhaojianguo", f"{STUDIO}?case={owner}")
    seen = Look(shots, "studio")

    for more in page.locator("summary").all():
        if more.is_visible():
            more.click()
    seen(page, "opened")
    page.locator("#f-holds").fill("party_a_is_contractor and contract_seald")
    page.locator("#studio .button-main").click()
    expect(page.locator("#p-holds")).to_be_visible()
    seen(page, "mistake")
    page.locator("#f-holds").fill("party_a_is_builder or party_a_is_contractor")
    page.locator("#studio .button-main").click()
    expect(page.locator("#publish")).to_be_visible()
    seen.in_every_look(page, "ready")


def test_both_pages_fit_and_are_accessible_in_english(enter: Entered, shots: Path | None) -> None:
    a_season()
    page = enter("zhaojianguo", SCORES, language="en", width=390, height=844)
    seen = Look(shots, "points", "en")

    seen(page, "scores")
    page.goto(STUDIO)
    page.locator("#f-title-en").fill("Party A is right")
    page.locator("#studio .button-main").click()
    expect(page.locator("#publish")).to_contain_text("Bring it into force")
    seen(page, "studio")


def test_an_author_finds_a_point_tries_a_change_and_looks_at_a_case_by_keyboard(
    enter: Entered,
) -> None:
    owner = a_season()
    page = enter("liuyang", "/desk")
    page.get_by_role("link", name="要点准确率").first.click()
    row = page.locator(f"#point-{OURS}")
    expect(row).to_contain_text("90.9%")
    row.get_by_role("link", name="新办").click()

    rule = page.get_by_label("规则", exact=True)
    rule.fill("party_a_is_contractor")
    page.get_by_label("依据").press("Enter")  # Enter tries, whatever else could be pressed

    tried = page.locator("#tried")
    expect(tried).to_contain_text("1 件的结果会变")
    expect(tried.get_by_role("link", name="业主自己签合同的工程")).to_have_attribute(
        "href", f"/desk/cases/{owner}"
    )
    look = tried.locator(f'button[value="{owner}"]')
    look.focus()
    look.press("Enter")
    case = page.locator("#case")
    expect(case).to_contain_text("青岛海晟置业有限公司")
    expect(rule).to_have_value("party_a_is_contractor")
    expect(page.locator("#publish")).to_have_count(0)


def test_it_all_works_without_scripts(enter: Entered) -> None:
    owner = a_season()
    page = enter("liuyang", STUDIO, java_script_enabled=False)

    page.fill("#f-holds", "party_a_is_contractor")
    page.click("#studio .button-main")
    expect(page.locator("#tried")).to_contain_text("1 件的结果会变")
    page.fill("#q", "业主自己")
    page.get_by_role("button", name="找", exact=True).click()
    page.locator(f'#case button[value="{owner}"]').click()

    expect(page.locator("#case .studio-looked")).to_contain_text("青岛海晟置业有限公司")
