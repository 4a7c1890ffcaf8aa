# SPDX-License-Identifier: Apache-2.0
"""A receipt asked for, taken home, brought back and checked, in a real browser."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.services import checkpoints
from huiban.store.models import Account
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample as sample
from tests.services.log_sample import a_ledger, rewrite
from tests.services.trusted import Trusted, trusted

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path) as found:
        yield found


@pytest.fixture
def number(house: Trusted, town: str) -> str:
    """A case that the signed log holds."""
    found = sample.case(Account.objects.get(number="wangmin"), now())
    checkpoints.sweep(now())
    a_ledger()
    checkpoints.sweep(now())
    return found


def asked_for(page: Page, number: str) -> None:
    page.goto(f"/cases/{number}")
    page.get_by_role("link", name="存证回执").click()
    page.get_by_role("button", name="出具回执").click()


def test_a_receipt_is_taken_home_and_brought_back_years_later(
    enter: Entered, number: str, tmp_path: Path
) -> None:
    page = enter("wangmin", "/", java_script_enabled=False)
    asked_for(page, number)
    checkpoints.sweep(now())
    page.reload()
    expect(page.get_by_text("已经收进存证日志")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载回执（PDF）").click()
    paper = tmp_path / "receipt.pdf"
    taken.value.save_as(paper)

    page.goto("/evidence")
    page.set_input_files("#file", paper)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("回执说的这一条在日志里，没有变过")).to_be_visible()

    rewrite(number, 1, reason="forged")
    page.goto("/evidence")
    page.set_input_files("#file", paper)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("核对没有通过")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_accessible_and_fit_in_every_look(
    enter: Entered, number: str, language: str, shots: Path | None
) -> None:
    see = Look(shots, "evidence", language).in_every_look
    page = enter("wangmin", f"/cases/{number}/receipt", language=language)
    heard = watch(page)
    see(page, "receipt-ask")
    page.locator("form .button-main").last.click()
    see(page, "receipt-waiting")
    checkpoints.sweep(now())
    page.reload()
    see(page, "receipt")
    page.goto("/evidence")
    see(page, "log")
    page.fill("#q", number)
    page.locator("form .button-main").click()
    see(page, "proof")
    page.goto("/evidence?q=0")
    see(page, "unknown")
    rewrite(number, 1, reason="forged")
    page.goto(f"/evidence/case/{number}")
    see(page, "failed")

    assert [one for one in heard if "404" not in one] == []
