# SPDX-License-Identifier: Apache-2.0
"""What registers say becomes facts and comparisons; what nobody says stays unknown, with reason."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.analysis import Gap, How, Match, questions
from huiban.kernel.analysis_facts import Known, fact_values, known_facts
from huiban.kernel.analysis_match import Agreement, Line, lines
from huiban.kernel.catalogue import Life
from huiban.kernel.form import facts as form_facts
from huiban.kernel.rule import Verdict, judge
from tests.kernel.analysis_sample import (
    ANALYSIS,
    FORM,
    RESOURCES,
    TODAY,
    USCC,
    VALUES,
    Analysis,
    Answer,
    RegisterFact,
    answer,
    dossier,
)

CARS = ("鲁B12345", "鲁B54321")
REGISTRY = {
    "uscc": USCC,
    "name": "青岛海晟置业有限公司",
    "legal_person": "孙海",
    "address": "青岛市崂山区深圳路189号",
    "kind": "国有",
    "capital": "800.5",
    "since": "2019-04-01",
    "project_code": "2020-1",
}


def fact(name: str, *answers: Answer, **changed: object) -> Known:
    return known_facts(ANALYSIS, dossier(*answers, **changed))[name]


def compared(path: str, source: str, *answers: Answer, **changed: object) -> list[Line]:
    found = lines(ANALYSIS, dossier(*answers, **changed), {"370212": "崂山区"})
    return [one for one in found if (one.match.path, one.match.source) == (path, source)]


def verdicts(*answers: Answer) -> dict[str, Verdict]:
    known = known_facts(ANALYSIS, dossier(*answers))
    facts = form_facts(FORM, VALUES) | fact_values(known)
    found = judge(ANALYSIS.criteria[Life.NEW], facts, TODAY)
    return {one.code: one.verdict for one in found.findings}


def test_the_items_asked_for_are_those_that_are_used_and_no_others() -> None:
    asked = {one.source: one.fields for one in questions(ANALYSIS, dossier())}

    assert asked["debtors"] == {"uscc", "ended"}
    assert asked["grades"] == {"uscc"}
    assert asked["cars"] == {"plate", "permit", "until"}


def test_a_table_asks_once_for_each_row_and_once_for_the_same_key() -> None:
    rows = [{"plate": "鲁B12345"}, {"plate": ""}, {"plate": "鲁B12345 "}, {"plate": "鲁B54321"}]

    asked = [one for one in questions(ANALYSIS, dossier(vehicles=rows)) if one.source == "cars"]

    assert [(one.key, one.row) for one in asked] == [
        ("鲁B12345", "vehicles.0"),
        ("鲁B54321", "vehicles.3"),
    ]


def test_a_key_from_another_register_is_asked_once_that_has_answered() -> None:
    before = {one.source for one in questions(ANALYSIS, dossier())}
    after = list(questions(ANALYSIS, dossier(answer("registry", USCC, REGISTRY))))

    assert "plans" not in before
    assert [(one.key, one.by) for one in after if one.source == "plans"] == [
        ("2020-1", "project_code")
    ]


def test_not_being_on_a_complete_and_fresh_list_is_no() -> None:
    assert fact("is_debtor", answer("debtors", USCC)).value is False
    assert fact("debts", answer("debtors", USCC)).value == 0
    assert fact("is_debtor", answer("debtors", USCC, {"court": "市南法院"})).value is True


def test_not_being_on_a_complete_list_of_last_month_is_unknown() -> None:
    found = fact("is_debtor", answer("debtors", USCC, days_old=30))

    assert (found.value, found.gap) == (None, Gap.STALE)


def test_what_says_of_no_day_is_proof_of_nothing() -> None:
    nothing = replace(answer("debtors", USCC), as_of=None)
    record = replace(answer("debtors", USCC, {"court": "市南法院"}), as_of=None)

    for told in (nothing, record):
        found = fact("is_debtor", told)
        assert (found.value, found.gap) == (None, Gap.UNDATED)


def test_not_being_in_an_open_register_is_unknown() -> None:
    found = fact("has_grade", answer("grades", USCC))

    assert (found.value, found.gap) == (None, Gap.ABSENT)


@pytest.mark.parametrize(
    ("state", "gap"),
    [
        ("pending", Gap.PENDING),
        ("timeout", Gap.TIMEOUT),
        ("refused", Gap.REFUSED),
        ("busy", Gap.BUSY),
        ("broken", Gap.BROKEN),
        ("what is this", Gap.BROKEN),
    ],
)
def test_every_way_of_not_answering_has_its_own_reason(state: str, gap: Gap) -> None:
    assert fact("capital", answer("registry", USCC, state=state)).gap is gap
    assert fact("is_debtor", answer("debtors", USCC, state=state)).gap is gap


def test_nothing_asked_and_nothing_to_ask_by_are_two_reasons() -> None:
    assert fact("capital").gap is Gap.NOT_ASKED
    assert fact("capital", uscc=None).gap is Gap.NO_KEY


@pytest.mark.parametrize(
    ("records", "value", "gap"),
    [
        ([{"capital": "800.50"}], Decimal("800.50"), None),
        ([{"capital": 800}], Decimal(800), None),
        ([{"capital": 0.1}], Decimal("0.1"), None),
        ([{"capital": "0.123456"}], Decimal("0.1235"), None),
        ([{"capital": "800"}, {"capital": "800.00"}], Decimal(800), None),
        ([{"capital": "800"}, {"capital": "900"}], None, Gap.SEVERAL),
        ([{"capital": ""}], None, Gap.EMPTY),
        ([{"name": "x"}], None, Gap.EMPTY),
        ([{"capital": "about 800"}], None, Gap.UNREADABLE),
        ([{"capital": "1e30"}], None, Gap.UNREADABLE),
        ([{"capital": True}], None, Gap.UNREADABLE),
        ([{"capital": ["8"]}], None, Gap.UNREADABLE),
    ],
)
def test_an_item_is_known_where_the_records_agree_on_it(
    records: list[dict[str, object]], value: object, gap: Gap | None
) -> None:
    found = fact("capital", answer("registry", USCC, *records))

    assert (found.value, found.gap) == (value, gap)


def test_an_item_nobody_asked_for_is_not_said_to_be_empty() -> None:
    partial = Answer("registry", USCC, "found", frozenset({"name"}), ({"name": "x"},), TODAY)

    assert fact("capital", partial).gap is Gap.NOT_ASKED


def test_every_row_is_known_only_when_every_row_answered() -> None:
    one = answer("cars", CARS[0], {"plate": CARS[0], "until": "2027-05-01"})
    other = answer("cars", CARS[1], {"plate": CARS[1], "until": "2026-12-31"})

    assert fact("cars_known", one, other).value is True
    assert fact("cars_until", one, other).value == date(2026, 12, 31)
    assert fact("cars_until", one, other).rows == (1,)
    open_one = fact("cars_known", one, answer("cars", CARS[1], state="timeout"))
    assert (open_one.value, open_one.gap, open_one.rows) == (None, Gap.TIMEOUT, (1,))


def test_one_row_that_surely_is_not_there_decides_whatever_the_others_say() -> None:
    found = fact("cars_known", answer("cars", CARS[0], state="broken"), answer("cars", CARS[1]))

    assert (found.value, found.rows) == (False, (1,))


def test_one_row_that_is_there_is_some_row() -> None:
    there = answer("cars", CARS[0], {"plate": CARS[0]})

    assert fact("some_car_known", there).value is True
    assert fact("some_car_known", answer("cars", CARS[0]), answer("cars", CARS[1])).value is False
    assert fact("some_car_known", answer("cars", CARS[0])).gap is Gap.NOT_ASKED


def test_whether_an_item_is_filled_in_is_known_of_fresh_records_only() -> None:
    assert fact("debt_is_over", answer("debtors", USCC, {"court": "x"})).value is False
    assert fact("debt_is_over", answer("debtors", USCC, {"ended": "2026-01-01"})).value is True
    stale = fact("debt_is_over", answer("debtors", USCC, {"court": "x"}, days_old=30))
    assert (stale.value, stale.gap) == (None, Gap.STALE)


def test_a_record_counts_if_it_agrees_with_the_form() -> None:
    registry = answer("registry", USCC, REGISTRY)
    ours, other = {"project": "深圳路 停车场", "area": "3.20"}, {"project": "别的工程", "area": "9"}

    assert fact("planned", registry, answer("plans", "2020-1", other, ours)).value is True
    assert fact("planned", registry, answer("plans", "2020-1", other)).value is False
    unsure = fact("planned", registry, answer("plans", "2020-1", other, {"area": "5"}))
    assert (unsure.value, unsure.gap) == (None, Gap.EMPTY)
    (line,) = compared("amount", "plans", registry, answer("plans", "2020-1", other, ours))
    assert line.agreement is Agreement.SAME


def test_a_field_is_compared_with_the_register_however_it_is_written() -> None:
    found = {
        one.match.path: one.agreement
        for one in lines(ANALYSIS, dossier(answer("registry", USCC, REGISTRY)))
        if one.match.source == "registry"
    }

    assert found == dict.fromkeys(("name", "legal_person", "address", "kind"), Agreement.SAME)


@pytest.mark.parametrize(
    ("told", "agreement", "gap"),
    [
        (answer("registry", USCC, REGISTRY | {"legal_person": "孙涛"}), Agreement.DIFFERS, None),
        (answer("registry", USCC), Agreement.ABSENT, Gap.ABSENT),
        (answer("registry", USCC, REGISTRY, days_old=30), Agreement.STALE, Gap.STALE),
        (answer("registry", USCC, state="timeout"), Agreement.UNKNOWN, Gap.TIMEOUT),
        (answer("registry", USCC, {"name": "x"}), Agreement.UNKNOWN, Gap.EMPTY),
    ],
)
def test_a_comparison_says_what_came_of_it(
    told: Answer, agreement: Agreement, gap: Gap | None
) -> None:
    (line,) = compared("legal_person", "registry", told)

    assert (line.agreement, line.gap) == (agreement, gap)


def test_a_stale_value_is_still_shown() -> None:
    (line,) = compared("legal_person", "registry", answer("registry", USCC, REGISTRY, days_old=30))

    assert line.held == "孙海"


def test_what_was_left_empty_agrees_with_nothing() -> None:
    (line,) = compared(
        "legal_person", "registry", answer("registry", USCC, REGISTRY), legal_person=None
    )

    assert (line.agreement, line.gap) == (Agreement.UNKNOWN, Gap.NOT_FILLED)


def test_a_column_is_compared_row_by_row_with_the_record_of_its_row() -> None:
    of_each = [answer("cars", CARS[0], {"permit": "001"}), answer("cars", CARS[1])]
    of_all = answer(
        "people", USCC, {"owner": "乙", "permit": "002"}, {"owner": "甲", "permit": "9"}
    )

    by_row = compared("vehicles.permit", "cars", *of_each)
    joined = compared("vehicles.permit", "people", of_all)

    assert [(one.row, one.agreement) for one in by_row] == [
        (0, Agreement.SAME),
        (1, Agreement.ABSENT),
    ]
    assert by_row[1].is_none
    assert [one.agreement for one in joined] == [Agreement.DIFFERS, Agreement.SAME]


def test_a_form_without_the_key_is_not_compared() -> None:
    other = Analysis(ANALYSIS.lookups, (Match("no_such", "registry", "name"), *ANALYSIS.matches))

    assert all(one.match.path != "no_such" for one in lines(other, dossier()))


STATES = ("pending", "timeout", "refused", "busy", "broken")
_unanswered = st.sampled_from(STATES)
_stale = st.integers(min_value=8, max_value=4000)


@st.composite
def nobody_answers(draw: st.DrawFn) -> list[Answer]:
    """Every register either fails, is too old, or (the open one) has no record."""
    found = []
    for source, key in (
        ("registry", USCC), ("debtors", USCC), ("cars", CARS[0]), ("cars", CARS[1]),
        ("plans", "2020-1"), ("people", USCC), ("grades", USCC),
    ):  # fmt: skip
        way = draw(st.sampled_from(["fails", "stale", "stale and absent", "not asked"]))
        record = {**REGISTRY, "plate": key, "until": "2030-01-01", "ended": "2020-01-01"}
        if way == "fails":
            found.append(answer(source, key, state=draw(_unanswered)))
        elif way == "stale":
            found.append(answer(source, key, record, days_old=draw(_stale)))
        elif way == "stale and absent":
            found.append(answer(source, key, days_old=draw(_stale)))
    return found


@given(nobody_answers())
def test_an_unknown_never_becomes_a_pass_or_a_failure(answers: list[Answer]) -> None:
    assert set(verdicts(*answers).values()) == {Verdict.UNKNOWN}


@given(nobody_answers())
def test_every_unknown_fact_says_why(answers: list[Answer]) -> None:
    for one in known_facts(ANALYSIS, dossier(*answers)).values():
        assert (one.value is None) == (one.gap is not None)


@given(st.integers(min_value=0, max_value=4000))
def test_an_open_register_never_says_no(days_old: int) -> None:
    found = verdicts(answer("grades", USCC, days_old=days_old))

    assert found["grade"] is found["no_grade"] is Verdict.UNKNOWN


@given(st.integers(min_value=0, max_value=7))
def test_a_complete_and_fresh_register_says_no(days_old: int) -> None:
    found = verdicts(answer("debtors", USCC, days_old=days_old))

    assert found["debtor"] is found["debts"] is Verdict.PASS


_value = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
                   st.lists(st.integers(), max_size=2), st.just({}))  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(sorted(REGISTRY)), _value), max_size=3))
def test_whatever_a_register_sends_breaks_nothing(records: list[dict[str, object]]) -> None:
    everything = [answer(source, key, *records) for source, key in (
        ("registry", USCC), ("debtors", USCC), ("cars", CARS[0]), ("people", USCC))]  # fmt: skip

    verdicts(*everything)
    assert list(lines(ANALYSIS, dossier(*everything)))


def test_a_fact_that_a_form_has_no_key_for_is_not_there() -> None:
    bare = Analysis(
        (*ANALYSIS.lookups,),
        facts={"x": RegisterFact("x", How.FOUND, "elsewhere")},
    )

    assert known_facts(bare, dossier()) == {}


def test_a_resource_that_left_the_catalogue_is_never_a_no() -> None:
    gone = dossier(answer("debtors", USCC))
    gone = type(gone)(
        gone.form,
        gone.values,
        gone.identity,
        gone.answers,
        {key: one for key, one in RESOURCES.items() if key != "debtors"},
        TODAY + timedelta(days=1),
    )

    assert known_facts(ANALYSIS, gone)["is_debtor"].gap is Gap.ABSENT
