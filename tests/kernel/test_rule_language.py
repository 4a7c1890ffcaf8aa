# SPDX-License-Identifier: Apache-2.0
"""What a rule can say, and what it answers."""

from datetime import date
from decimal import Decimal, localcontext

import pytest

from huiban.kernel.rule import closure
from tests.kernel.rule_facts import AS_OF, a_rule, answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("headcount >= 12", True),
        ("headcount > 12", False),
        ("headcount = 12 and new_hires <> 12", True),
        ("headcount != 12", False),
        ("new_hires * 100 >= headcount * 20", True),
        ("headcount + new_hires - 1 = 14", True),
        ("headcount - new_hires - 1 = 8", True),
        ("headcount - (new_hires - 1) = 10", True),
        ("-headcount < -11 and -(-headcount) = 12", True),
        ("headcount between 12 and 13", True),
        ("headcount not between 12 and 13", False),
        ("amount = 12600.5", True),
        ("amount * rate > 485.11", True),
        ("amount * rate = 485.119250", True),
        ("abs(new_hires - headcount) = 9", True),
        ("name = '青岛慧办'", True),
        ("name <> 'it''s'", True),
        ("name like '青岛%' and name like '%慧办' and name like '%岛慧%'", True),
        ("name not like '%济南%'", True),
        ("length(name) = 4", True),
        ("sector in ('food', 'care')", True),
        ("sector not in ('food', 'retail')", True),
        ("contains(kinds, 'soil') and not contains(kinds, 'brick')", True),
        ("cardinality(kinds) = 1", True),
        ("is_honest", True),
        ("is_honest = true and is_honest <> false", True),
        ("order = 1 and date <= as_of", True),
        ("founded_on <= as_of - interval '1 year'", True),
        ("founded_on = date '2024-02-29'", True),
        ("date '2024-02-29' + interval '1 year' = date '2025-02-28'", True),
        ("as_of - interval '2 weeks' + interval '1 day' = date '2026-02-20'", True),
        ("years_between(founded_on, as_of) = 2", True),
        ("months_between(founded_on, as_of) = 24", True),
        ("days_between(founded_on, as_of) = 735", True),
        ("founded_on is not null and closed_on is null", True),
        ("coalesce(closed_on, as_of) = as_of", True),
        ("(headcount > 1) is null", False),
        ("true", True),
        ("not (false or headcount < 1)", True),
    ],
)
def test_a_rule_answers_what_it_says(text: str, expected: bool) -> None:
    assert answer(text) is expected


def test_keywords_and_functions_may_be_written_in_capitals() -> None:
    assert answer("headcount >= 10 AND NOT LENGTH(name) = 0 OR FALSE") is True


def test_a_rule_may_run_over_several_lines() -> None:
    assert answer("headcount >= 10\n  and is_honest\n") is True


def test_not_binds_tighter_than_and_and_and_tighter_than_or() -> None:
    assert answer("not is_honest and is_honest or is_honest") is True


def test_a_rule_names_the_facts_it_needs() -> None:
    rule = a_rule("headcount > 1 or coalesce(closed_on, as_of) > founded_on")

    assert rule.fields == {"headcount", "closed_on", "founded_on"}


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("closed_on < as_of", "closed_on"),
        ("headcount in (1, 2)", "headcount"),
        ("headcount in (1, null)", "new_hires"),
        ("headcount * new_hires > 1", "new_hires"),
        ("not is_honest", "is_honest"),
        ("contains(kinds, 'soil')", "kinds"),
        ("contains(kinds, name)", "name"),
        ("length(name) > 0", "name"),
        ("name like 'a%'", "name"),
        ("years_between(founded_on, closed_on) > 1", "closed_on"),
        ("is_honest and is_listed", "is_listed"),
        ("headcount < 1 or is_listed", "is_listed"),
        ("coalesce(closed_on, founded_on) > as_of", "founded_on"),
    ],
)
def test_what_needs_an_absent_fact_is_unknown(text: str, absent: str) -> None:
    assert answer(text, **{absent: None}) is None


def test_one_false_part_decides_although_another_is_unknown() -> None:
    assert answer("is_listed and headcount > 99") is False


def test_one_true_part_decides_although_another_is_unknown() -> None:
    assert answer("is_listed or headcount > 9") is True


def test_null_in_a_list_makes_a_miss_unknown_but_not_a_hit() -> None:
    assert answer("headcount in (12, null)") is True
    assert answer("headcount not in (11, null)") is None


@pytest.mark.parametrize(("size", "expected"), [(10**15 - 1, True), (10**15, None)])
def test_arithmetic_knows_facts_of_fifteen_digits(size: int, expected: bool | None) -> None:
    assert answer("headcount * 2 > headcount", headcount=size) is expected


def test_a_comparison_without_arithmetic_knows_every_integer() -> None:
    assert answer("headcount > new_hires", headcount=2**53 + 1, new_hires=2**53) is True


@pytest.mark.parametrize(("factor", "expected"), [(10**6, True), (10**9, None)])
def test_a_product_of_nineteen_digits_is_unknown(factor: int, expected: bool | None) -> None:
    assert answer("headcount * new_hires > 0", headcount=10**9, new_hires=factor) is expected


@pytest.mark.parametrize(
    ("headcount", "amount", "expected"),
    [(9 * 10**12, "-9999999999.99", None), (9 * 10**10, "-999999999.99", False)],
)
def test_a_number_too_long_at_the_scale_of_its_sum_is_unknown(
    headcount: int, amount: str, expected: bool | None
) -> None:
    products = " + ".join(["amount * rate"] * 9)
    facts = {"headcount": headcount, "amount": Decimal(amount), "rate": Decimal("99.9")}

    assert answer(f"headcount + ({products}) > 0", **facts) is expected


def test_decimals_are_exact_where_floats_are_not() -> None:
    facts = {"amount": Decimal("0.10"), "rate": Decimal("0.2")}

    assert answer("amount + rate = 0.3", **facts) is True


def test_the_callers_decimal_precision_changes_no_answer() -> None:
    facts = {"amount": Decimal("-999999999999.99")}

    with localcontext(prec=3):
        assert answer("amount * 3 = -2999999999999.97", **facts) is True
        assert answer("abs(amount) = 999999999999.99", **facts) is True


def test_months_end_holds_shifted_dates_to_the_last_day() -> None:
    assert answer("date '2024-03-31' - interval '1 month' = date '2024-02-29'") is True


@pytest.mark.parametrize(
    ("start", "years", "months"),
    [
        (date(2025, 3, 5), 1, 12),
        (date(2025, 3, 6), 0, 11),
        (date(2026, 3, 5), 0, 0),
        (date(2026, 3, 6), -1, -1),
        (date(2024, 2, 29), 2, 24),
    ],
)
def test_years_and_months_count_only_when_the_day_is_reached(
    start: date, years: int, months: int
) -> None:
    assert date(2026, 3, 5) == AS_OF
    assert answer(f"years_between(founded_on, as_of) = {years}", founded_on=start) is True
    assert answer(f"months_between(founded_on, as_of) = {months}", founded_on=start) is True


def test_the_same_rule_answers_by_the_date_it_is_asked_for() -> None:
    rule = closure(a_rule("founded_on <= as_of - interval '1 year'"))
    facts = {"founded_on": date(2025, 6, 1)}

    assert rule(facts, date(2026, 5, 31)) is False
    assert rule(facts, date(2026, 6, 1)) is True
