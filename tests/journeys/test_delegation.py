# SPDX-License-Identifier: Apache-2.0
"""A delegation given, signed, accepted and acted under, then revoked, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.store.models import Account, Draft
from tests.browser import watch
from tests.journeys.conftest import now
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample
from tests.services.identity_sample import proved_to_sign

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]
ITEM = "construction_waste.new"


@pytest.fixture
def resident(town: str) -> None:
    city_sample.resident()


def fill_in(page: Page) -> None:
    page.fill("#delegate", "chenjing")
    page.fill("#delegate_name", "陈静")
    page.fill("#purpose", "代办地下停车场工程的建筑垃圾处置核准")
    page.locator(f"input[name=items][value='{ITEM}']").check()
    page.fill("#uses_most", "1")
    page.locator("#delegation .button-main").click()


def prove(page: Page) -> str:
    """Have the window confirm who writes it, and come to the paper; returns the delegation."""
    page.wait_for_url("**/identity/delegation/*")
    number = page.url.rsplit("/", 1)[-1]
    proved_to_sign(number, Account.objects.get(number="wangmin").to_actor(), now())
    page.reload()
    page.locator("main a[href$='/sign']").click()
    return number


def sign(page: Page) -> None:
    """Read every page, agree, type the name, and sign."""
    for sheet in page.locator("[data-page]").all():
        sheet.scroll_into_view_if_needed()
    progress = page.locator("[data-progress]")
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        expect(progress).to_have_text(re.compile("都看过了|seen|read", re.IGNORECASE))
    page.check("#agree")
    page.fill("#signature", "王敏")
    page.locator(".bar .button-main").click()


def given(owner: Page) -> str:
    owner.goto("/delegations/new")
    fill_in(owner)
    number = prove(owner)
    sign(owner)
    expect(owner.locator(".flashes")).to_contain_text("委托书已签好")
    return number


@pytest.mark.usefixtures("resident")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_clerk_accepts_acts_for_the_enterprise_and_is_stopped_when_revoked(
    enter: Entered, scripts: bool
) -> None:
    owner = enter("wangmin", "/delegations", java_script_enabled=scripts)
    number = given(owner)

    clerk = enter("chenjing", f"/delegations/{number}", java_script_enabled=scripts)
    clerk.get_by_role("button", name="接受委托", exact=True).click()
    clerk.get_by_role("button", name="代他办理").click()
    expect(clerk.get_by_label("正在代办")).to_contain_text("陈静 代 青岛海晟置业有限公司")
    clerk.goto(f"/items/{ITEM}")
    clerk.locator("main form[action$='/apply'] button").first.click()
    expect(clerk.get_by_label("正在代办")).to_be_visible()
    assert Draft.objects.get().subject_code == city_sample.USCC

    owner.goto(f"/delegations/{number}")
    expect(owner.get_by_text("按委托办理").first).to_be_visible()
    owner.get_by_text("撤销委托").first.click()
    owner.get_by_role("button", name="确定撤销").click()
    clerk.reload()
    expect(clerk.locator("main")).to_contain_text("委托人已经撤销")


@pytest.mark.usefixtures("resident")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_accessible_and_fit_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    see = Look(shots, "delegation", language).in_every_look
    owner = enter("wangmin", "/delegations", language=language)
    heard = watch(owner)
    see(owner, "empty")
    owner.goto("/delegations/new")
    owner.locator("#delegation .button-main").click()
    see(owner, "faults")
    fill_in(owner)
    owner.wait_for_url("**/identity/delegation/*")
    see(owner, "prove")
    number = prove(owner)
    see(owner, "sign")
    owner.goto(f"/delegations/{number}")
    see(owner, "to-sign")
    owner.goto(f"/delegations/{number}/sign")
    sign(owner)
    owner.wait_for_url(f"**/delegations/{number}")
    clerk = enter("chenjing", f"/delegations/{number}", language=language)
    see(clerk, "to-answer")
    clerk.locator(f"form[action='/delegations/{number}/accept'] button").click()
    see(clerk, "accepted")
    clerk.locator("form[action='/delegations/act'] .button-main").click()
    see(clerk, "acting-home")
    clerk.goto("/delegations")
    see(clerk, "held")
    clerk.goto("/my-data")
    see(clerk, "closed")
    owner.goto(f"/delegations/{number}")
    see(owner, "log")

    assert [one for one in heard if "422" not in one] == []
