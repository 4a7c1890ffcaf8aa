# SPDX-License-Identifier: Apache-2.0
"""The page of rates in a real browser: fits and is accessible in every look, and its file loads."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from huiban.services import fill_counting
from huiban.store.models import Account
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, LOOKS, Look
from tests.services import city_sample as sample
from tests.services.fill_history import Town

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


def a_year() -> None:
    town = Town(Random(5))
    for _ in range(60):
        town.application()
    fill_counting.sweep(datetime.now(tz=UTC))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rates_are_accessible_and_fit_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    a_year()
    page = enter("wumin", "/desk/rates?months=0", language=language)
    heard = watch(page)
    seen = Look(shots, "rates", language).in_every_look

    seen(page, "scenario")
    page.goto("/desk/rates?months=0&by=month&rate=wrong")
    seen(page, "month")
    page.goto("/desk/rates?months=1&pack=safety_permit")
    seen(page, "none")
    assert heard == []


def test_the_page_is_found_walked_through_and_downloaded(enter: Entered) -> None:
    a_year()
    page = enter("zhaojianguo", "/desk")

    page.get_by_role("link", name="减填写率").first.click()
    page.get_by_role("link", name="全部", exact=True).click()
    page.get_by_role("link", name="免材料率").click()
    page.get_by_role("link", name="按渠道").click()

    expect(page.get_by_role("heading", name="免材料率", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("窗口")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("分组,指标,件数,平均,汇总,p10")
    assert "减填写率" in text


@pytest.mark.parametrize("look", ["wide", "phone"])
def test_an_applicant_sees_what_they_were_spared(
    enter: Entered, look: str, shots: Path | None
) -> None:
    day = datetime.now(tz=sample.SHANGHAI).date()
    dates = {
        "apply_date": day.isoformat(),
        "sign_date": day.isoformat(),
        "period_start": day.replace(year=day.year + 1, day=1).isoformat(),
        "period_end": day.replace(year=day.year + 1, day=28).isoformat(),
    }
    clerk = Account.objects.get(number="wangmin")
    number = sample.case(clerk, datetime.now(tz=UTC), **dates)
    page = enter("wangmin", f"/cases/{number}?sent", **LOOKS[look])
    seen = Look(shots, f"spared-{look}")

    expect(page.locator(".spared")).to_contain_text("系统替您填好了")
    seen(page, "sent")
    page.goto(f"/cases/{number}")
    expect(page.locator(".spared")).to_contain_text("自动带出")
    seen(page, "case")
