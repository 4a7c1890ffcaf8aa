# SPDX-License-Identifier: Apache-2.0
"""A correction keeps how its answers came about, and makes no rate better than it was."""

from hypothesis import given as law

from huiban.kernel.fill_again import carried
from huiban.kernel.fill_rate import Fill, Given, counts_of, outcomes
from huiban.kernel.form import read
from tests.kernel.form_sample import TODAY
from tests.kernel.test_fill_record import SMALL, answers, givens, shared

PEOPLE = [{"name": f"人{n}", "number": f"N{n}"} for n in range(3)]
GIVEN = {
    "name": shared("甲", status="stale", request="q1"),
    "office": shared("路", request="q2"),
    "total": Given("3", "computed"),
    **{f"people.{n}.{key}": shared(row[key]) for n, row in enumerate(PEOPLE) for key in row},
}
VALUES: dict[str, object] = {"name": "甲", "office": "路", "total": "3", "people": PEOPLE}


def again(before: dict[str, object], after: dict[str, object]) -> Fill:
    return carried(SMALL, outcomes(SMALL, before, GIVEN, TODAY), before, after, TODAY)


def told(fill: Fill) -> dict[str, set[str]]:
    return {letter: set(paths) for letter, paths in fill.fields.items() if paths}


@law(answers, givens)
def test_a_correction_that_changes_nothing_changes_no_outcome(
    raw: dict[str, object], given: dict[str, Given]
) -> None:
    values = read(SMALL, raw, today=TODAY).values
    first = outcomes(SMALL, values, given, TODAY)

    second = carried(SMALL, first, values, values, TODAY)

    assert counts_of([second]) == counts_of([first])
    assert told(second) == told(first)
    assert set(second.confirmed) == set(first.confirmed)
    assert dict(second.requests) == dict(first.requests)


@law(answers, givens, answers)
def test_no_correction_makes_more_of_it_filled_by_the_system(
    raw: dict[str, object], given: dict[str, Given], changed: dict[str, object]
) -> None:
    before = read(SMALL, raw, today=TODAY).values
    after = read(SMALL, changed, today=TODAY).values
    first = outcomes(SMALL, before, given, TODAY)

    second = carried(SMALL, first, before, after, TODAY)

    assert counts_of([second]).filled <= counts_of([first]).filled
    found = [path for path, _ in second.paths()]
    assert len(found) == len(set(found))


def test_what_is_changed_or_emptied_in_a_correction_is_edited() -> None:
    found = again(VALUES, {**VALUES, "name": "乙", "office": None, "total": "9"})

    assert told(found)["E"] == {"name", "office"}
    assert found.confirmed == []
    assert found.requests == {"name": "q1", "office": "q2"}


def test_a_row_deleted_in_a_correction_is_edited_and_one_deleted_before_stays_so() -> None:
    before = {**VALUES, "people": PEOPLE[1:]}
    found = again(before, {**VALUES, "people": PEOPLE[2:]})

    assert told(found)["E"] == {"people.-0", "people.-1"}
    assert told(found)["A"] == {"name", "office", "people.0.name", "people.0.number"}


def test_what_is_new_in_a_correction_is_typed() -> None:
    rows = [{"name": "新人"}, *PEOPLE]
    found = again(VALUES, {**VALUES, "people": rows})

    assert told(found)["M"] == {"people.0.name"}
    assert "people.3.number" in told(found)["A"]
