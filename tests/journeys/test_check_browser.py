# SPDX-License-Identifier: Apache-2.0
"""The data check in a real browser: every look of it, and a masked value shown in its place."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.connectors.registers import Outcome
from huiban.services import data_check
from huiban.store.models import Dispute
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.journeys.test_desk_browser import a_case
from tests.services import city_sample as sample
from tests.services.stand_in import registers
from tests.services.test_data_check import ALL, USCC, truth

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


@pytest.fixture
def mixed(town: str) -> Iterator[str]:
    """A case on which registers agree, differ, know nothing, time out and are disputed."""
    found = truth()
    now = datetime.now(tz=UTC)
    (record,) = found.records["enterprise_registry"][USCC]
    vehicles = {"鲁B12345": found.records["vehicle"]["鲁B12345"]}
    found.records = {
        **found.records,
        "enterprise_registry": {USCC: [{**record, "legal_person": "孙涛"}]},
        "vehicle": vehicles,
        "dishonest_debtors": {USCC: [{"uscc": USCC}]},
    }
    found.outcomes = {"credit_blacklist": Outcome.TIMEOUT, "construction_permit": Outcome.BUSY}
    found.as_of = now.date()
    with registers(found, *ALL):
        number = a_case()
        data_check.run(number, now)
        Dispute.objects.create(
            number="d-1", matter=number, resource="enterprise_registry",
            provider="market_regulation", content="legal_person", path="legal_person",
            subject_code=USCC, subject_name="青岛海晟置业有限公司", registered="孙涛",
            claimed="孙海", reason="上周已变更登记，见准予变更登记通知书", evidence="f-1",
            opened_by="wangmin", opened_at=now,
        )  # fmt: skip
        yield number


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_is_accessible_and_fits_in_every_look(
    enter: Entered, mixed: str, language: str, shots: Path | None
) -> None:
    page = enter("zhangqian", "/desk", language=language)
    heard = watch(page)

    page.goto(f"/desk/cases/{mixed}?tab=check")

    Look(shots, "check", language).in_every_look(page, "check")
    assert heard == []


def test_a_masked_value_of_a_register_is_shown_in_its_place(enter: Entered, mixed: str) -> None:
    legal_id = str(sample.values()["legal_id"])
    page = enter("zhangqian", f"/desk/cases/{mixed}?tab=check")
    assert legal_id not in page.content()

    page.get_by_role("button", name="企业登记信息").click()

    expect(page.locator(".revealed")).to_contain_text(legal_id)
    page.reload()
    assert legal_id not in page.content()
