# SPDX-License-Identifier: Apache-2.0
"""The archive in a real browser: fits and is accessible in every look; checked again by a click."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.services import handle
from huiban.services.handle import Order
from huiban.store import archives
from huiban.store.models import Account, ArchivePackage
from tests.browser import watch
from tests.journeys.filling import archived
from tests.journeys.looking import LANGUAGES, Look
from tests.services import archive_sample
from tests.services import city_sample as sample

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


def an_archived_case() -> ArchivePackage:
    now = datetime.now(tz=UTC)
    people = {one.number: one for one in Account.objects.all()}
    day = now.astimezone(sample.SHANGHAI).date().isoformat()
    number = sample.case(people["wangmin"], now, apply_date=day, sign_date=day)
    for who, name in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        handle.act(number, Order(name), people[who].to_actor(), now)
    archived(number)
    return archives.of_case(number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_is_accessible_and_fits_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    archive_sample.archivist()
    sound, faulty = an_archived_case(), an_archived_case()
    archive_sample.place_of(faulty.object_key).unlink()
    page = enter("jiangnan", "/desk/archive", language=language)
    heard = watch(page)
    seen = Look(shots, "archive", language).in_every_look

    seen(page, "list")
    page.goto(f"/desk/archive/{sound.number}")
    seen(page, "package")
    page.goto(f"/desk/archive/{faulty.number}")
    again = "Check again" if language == "en" else "再检一次"
    page.get_by_role("button", name=again).click()
    page.wait_for_url("**/desk/archive/*#checks")
    expect(page.locator(".page-head .chip-bad")).to_be_visible()
    seen(page, "faulty")
    page.goto("/desk/archive?q=nothing")
    seen(page, "empty")
    assert heard == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_case_is_found_checked_again_and_taken_out(enter: Entered, scripts: bool) -> None:
    archive_sample.archivist()
    kept = an_archived_case()
    page = enter("jiangnan", "/desk", java_script_enabled=scripts)

    page.get_by_role("link", name="档案", exact=True).click()
    page.get_by_role("searchbox").fill(kept.case.number)
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=kept.case.title).click()
    page.get_by_role("button", name="再检一次").click()
    expect(page.get_by_text("检测完成，没有发现问题")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载归档包").click()

    assert taken.value.suggested_filename == f"{kept.case.number}.zip"
    assert taken.value.path().stat().st_size == kept.size
