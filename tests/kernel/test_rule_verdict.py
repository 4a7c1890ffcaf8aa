# SPDX-License-Identifier: Apache-2.0
"""Verdicts over several criteria: what decides, what is missing, who is asked, by what law."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from huiban.kernel.rule import Criterion, FactMistyped, Verdict, judge, overall, reason
from huiban.kernel.words import Words
from tests.kernel.rule_facts import AS_OF, KNOWN, a_rule

LABELS = {"headcount": "用工人数", "closed_on": "注销日期", "hr": "区人社局", "amount": "金额"}


def a_criterion(holds: str, code: str = "one", message: str = "") -> Criterion:
    return Criterion(
        code,
        Words("用工人数不少于10人", "at least ten employees"),
        a_rule(holds),
        "青岗贷申请标准（一）",
        "hr",
        Words(message),
    )


def test_a_judgment_has_a_finding_for_each_criterion_in_order() -> None:
    criteria = [a_criterion("headcount >= 10", "a"), a_criterion("headcount >= 20", "b")]

    found = judge(criteria, KNOWN, AS_OF)

    assert [(one.code, one.verdict) for one in found.findings] == [
        ("a", Verdict.PASS),
        ("b", Verdict.FAIL),
    ]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Verdict.PASS),
        ([Verdict.PASS, Verdict.PASS], Verdict.PASS),
        ([Verdict.PASS, Verdict.UNKNOWN], Verdict.UNKNOWN),
        ([Verdict.UNKNOWN, Verdict.FAIL], Verdict.FAIL),
        ([Verdict.FAIL, Verdict.UNKNOWN], Verdict.FAIL),
    ],
)
def test_one_failure_fails_and_one_unknown_keeps_the_rest_open(
    verdicts: list[Verdict], expected: Verdict
) -> None:
    assert overall(verdicts) is expected


def test_a_finding_carries_basis_and_who_can_answer_and_the_facts_used() -> None:
    (found,) = judge([a_criterion("headcount >= 10 and closed_on is null")], KNOWN, AS_OF).findings

    assert found.basis == "青岗贷申请标准（一）"
    assert found.asks == "hr"
    assert found.facts == {"headcount": 12}
    assert found.missing == ()


def test_missing_names_only_what_keeps_the_answer_open() -> None:
    holds = "closed_on > as_of and (is_listed or headcount > 1) or amount > 99999"
    (found,) = judge([a_criterion(holds)], KNOWN, AS_OF).findings

    assert found.verdict is Verdict.UNKNOWN
    assert found.missing == ("closed_on",)


def test_missing_names_each_fact_once_in_the_order_of_the_rule() -> None:
    holds = "closed_on > as_of and is_listed and closed_on > founded_on"
    (found,) = judge([a_criterion(holds)], KNOWN, AS_OF).findings

    assert found.missing == ("closed_on", "is_listed")


def test_a_number_too_long_to_compute_is_unknown_with_nothing_missing() -> None:
    facts = {"headcount": 10**16}
    (found,) = judge([a_criterion("headcount * 2 > 1")], facts, AS_OF).findings

    assert found.verdict is Verdict.UNKNOWN
    assert found.missing == ()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("headcount", "12", "headcount > 1"),
        ("headcount", 12.0, "headcount > 1"),
        ("headcount", True, "headcount > 1"),
        ("amount", 12.5, "amount > 1"),
        ("amount", "12.5", "amount > 1"),
        ("name", 12, "name = '12'"),
        ("is_honest", 1, "is_honest"),
        ("is_honest", "true", "is_honest"),
        ("founded_on", "2024-01-01", "founded_on < as_of"),
        ("founded_on", datetime(2024, 1, 1, tzinfo=UTC), "founded_on < as_of"),
        ("kinds", "soil", "contains(kinds, 'soil')"),
    ],
)
def test_a_fact_of_the_wrong_type_is_refused_by_name(name: str, value: object, text: str) -> None:
    with pytest.raises(FactMistyped, match=f"fact '{name}' holds a {type(value).__name__}"):
        judge([a_criterion(text)], {name: value}, AS_OF)


def test_an_integer_may_stand_for_a_decimal() -> None:
    (found,) = judge([a_criterion("amount * 2 = 24")], {"amount": 12}, AS_OF).findings

    assert found.verdict is Verdict.PASS


def test_a_reason_for_a_pass_names_the_criterion() -> None:
    (found,) = judge([a_criterion("headcount >= 10")], KNOWN, AS_OF).findings

    assert str(reason(found, LABELS)) == "符合：用工人数不少于10人"
    assert reason(found, LABELS).en == "Met: at least ten employees"


def test_a_reason_for_a_failure_names_what_was_found() -> None:
    facts = {"headcount": 8, "amount": Decimal("1E+2")}
    (found,) = judge([a_criterion("headcount >= 10 and amount > 1")], facts, AS_OF).findings

    assert str(reason(found, LABELS)) == "不符合：用工人数不少于10人（用工人数 8，金额 100）"


def test_a_failed_criterion_speaks_its_own_message() -> None:
    criterion = a_criterion("headcount >= 99", message="用工人数不够，请核对社保缴纳人数")
    (found,) = judge([criterion], KNOWN, AS_OF).findings

    assert str(reason(found, LABELS)) == "用工人数不够，请核对社保缴纳人数"


def test_a_reason_for_an_unknown_names_what_is_missing_and_who_answers() -> None:
    (found,) = judge([a_criterion("closed_on > as_of")], KNOWN, AS_OF).findings

    assert str(reason(found, LABELS)) == (
        "尚不能判断：用工人数不少于10人（缺少注销日期，由区人社局答复）"
    )


def test_reasons_show_booleans_and_lists_as_people_say_them() -> None:
    holds = "is_honest and contains(kinds, 'brick')"
    (found,) = judge([a_criterion(holds)], KNOWN, AS_OF).findings

    assert str(reason(found, {})) == "不符合：用工人数不少于10人（is_honest 是，kinds soil）"
