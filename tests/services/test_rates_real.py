# SPDX-License-Identifier: Apache-2.0
"""From an application filled in through the services to the rates, and through its correction."""

import json
from fractions import Fraction

import pytest

from huiban.services import drafts, fill_counting, fill_rates, handle, mine, submit
from huiban.services.drafts import Saving
from huiban.services.fill_rates import Ask
from huiban.services.handle import Order
from huiban.store import cases, journal
from huiban.store.models import Account
from huiban.store.models import Fill as StoredFill
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 09:30")
LATER = sample.at("2026-11-23 15:00")

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def people() -> dict[str, Account]:
    return sample.people()


def fill_of(number: str) -> dict[str, list[str]]:
    """Return what the journal says of the last submission."""
    rows = journal.of_case(cases.load(number).id)
    told = [json.loads(row.body) for row in rows if row.act in ("submit", "resubmit")]
    fields: dict[str, list[str]] = told[-1]["fill"]["fields"]
    return fields


def asked_to_correct(number: str, people: dict[str, Account]) -> None:
    points = [{"about": "施工方案", "fault": "太简单", "cure": "写清楚"}]
    inputs = {"reason": "请补正", "points": points, "materials": []}
    order = Order("request_correction", inputs=inputs)
    handle.act(number, order, people["zhangqian"].to_actor(), NOW)


def corrected(number: str, people: dict[str, Account], **changed: object) -> None:
    account = people["wangmin"]
    actor = account.to_actor()
    writing = mine.correct(number, actor, account, LATER)
    answers = {**writing.values, **changed}
    for part in writing.form.sections:
        own = {one.key: answers[one.key] for one in part.fields if one.key in answers}
        drafts.save(writing.number, Saving(part.key, own), actor, LATER)
    submit.submit(writing.number, actor, LATER)


def test_a_submitted_application_is_counted_as_its_journal_says(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    fields = fill_of(number)

    assert "applicant" in fields["A"]
    assert "project_name" in fields["M"]
    assert not any("commitment" in paths for paths in fields.values())

    assert fill_counting.sweep(NOW) == 1
    row = StoredFill.objects.get()
    assert [row.accepted, row.picked, row.edited, row.settled, row.typed] == [
        len(fields[letter]) for letter in "AHECM"
    ]
    assert (row.pack_code, row.channel, row.month) == ("construction_waste", "web", "2026-11")
    own = fill_rates.of_case(number, people["wangmin"].to_actor())
    board = fill_rates.board(Ask(), people["wumin"].to_actor(), NOW)
    filled = board.total.rates["filled"]
    assert own is not None
    assert filled is not None
    assert filled.mean == Fraction(own.filled, own.total)


def test_what_is_typed_over_is_edited_and_counts_by_hand(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW, contact="另一位")

    assert "contact" in fill_of(number)["E"]


def test_a_correction_keeps_what_it_leaves_alone(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    first = fill_of(number)
    asked_to_correct(number, people)

    corrected(number, people, method="明挖法，分四层开挖", contact="另一位")

    second = fill_of(number)
    moved = {"contact"}
    assert set(second["A"]) == set(first["A"]) - moved
    assert set(second["E"]) == set(first["E"]) | moved
    assert set(second["M"]) == set(first["M"])
    fill_counting.sweep(LATER)
    assert fill_counting.compare().differences == ()
    assert StoredFill.objects.get().edited == len(second["E"])
