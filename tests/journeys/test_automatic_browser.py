# SPDX-License-Identifier: Apache-2.0
"""An automatic decision in a real browser: chosen, decided while one waits, looked at again."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.store.models import Account, Case
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services.automatic_sample import ASKED, ITEM, automatic_city, cancellation
from tests.services.automatic_sample import registers as records
from tests.services.stand_in import registers

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


@pytest.fixture
def draft(town: str) -> Iterator[str]:
    """An application to cancel a permit, ready to be sent."""
    people = {one.number: one for one in Account.objects.all()}
    found = records()
    now = datetime.now(tz=UTC)
    found.as_of = now.date()
    day = now.date().isoformat()
    with automatic_city(), registers(found, *ASKED):
        yield cancellation(people, now, by_people=None, apply_date=day, sign_date=day)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_choice_to_the_correction_every_page_is_accessible_and_fits(
    enter: Entered, draft: str, language: str, shots: Path | None
) -> None:
    look = Look(shots, "automatic", language)
    clerk = enter("wangmin", f"/drafts/{draft}/summary", language=language)
    heard = watch(clerk)
    expect(clerk.locator("input[name=by_people]")).not_to_be_checked()
    look.in_every_look(clerk, "choice")

    clerk.locator("form:has(input[name=snapshot]) button").click()
    clerk.wait_for_url("**/cases/**")
    number = _decided()
    clerk.goto(f"/cases/{number}")
    clerk.locator("#second-look ~ details summary").click()
    look.in_every_look(clerk, "decided")
    clerk.fill("#look-reason", "工程还在外运，选错了证。")
    clerk.locator("form[action$=second-look] button").click()
    look.in_every_look(clerk, "asked")

    head = enter("zhaojianguo", "/desk/automatic", language=language)
    heard += watch(head)
    look.in_every_look(head, "desk")
    head.goto(f"/desk/automatic/{number}")
    head.locator("form button.button-main").click()
    expect(head.locator("#state-problem")).to_be_visible()
    look.in_every_look(head, "answer")
    head.check("input[value=corrected]")
    head.fill("#reason", "台账还有外运，注销有误。")
    head.fill("#basis", "行政许可法第七十条")
    head.locator("form button.button-main").click()
    head.wait_for_url("**/desk/automatic")
    look.in_every_look(head, "counted")
    head.goto(f"/desk/cases/{number}")
    look(head, "case")
    clerk.reload()
    expect(clerk.locator("main")).to_contain_text("台账还有外运，注销有误。")
    assert [one for one in heard if "422" not in str(one)] == []


def _decided() -> str:
    """Wait until the worker beside the pages has decided it."""
    for _ in range(200):
        case = Case.objects.filter(item_code=ITEM, outcome="granted").first()
        if case is not None:
            return case.number
        time.sleep(0.1)
    raise AssertionError("the worker decided nothing in twenty seconds")
