# SPDX-License-Identifier: Apache-2.0
"""Rules as SQL text: quoted, folded, and refused where a table could misread them."""

from datetime import date

import pytest

from huiban.kernel.rule import Criterion, FactKind, FactType, judge_sql, parse, to_sql
from huiban.kernel.words import Words
from tests.kernel.rule_facts import AS_OF, a_rule


def a_criterion(code: str, holds: str = "headcount >= 10") -> Criterion:
    return Criterion(code, Words(code), a_rule(holds), "basis")


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("duckdb", "(\"founded_on\" <= DATE '2025-03-05')"),
        ("postgres", "(\"founded_on\" <= DATE '2025-03-05')"),
        ("spark", "(`founded_on` <= DATE '2025-03-05')"),
        ("sqlite", "(`founded_on` <= '2025-03-05')"),
    ],
)
def test_date_arithmetic_is_folded_before_it_becomes_sql(dialect: str, expected: str) -> None:
    rule = a_rule("founded_on <= as_of - interval '1 year'")

    assert to_sql(rule, dialect, AS_OF) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "sqlite"])
def test_no_dialect_is_told_an_interval_or_asked_for_the_date(dialect: str) -> None:
    rule = a_rule("founded_on between as_of - interval '30 days' and as_of and date <= as_of")

    sql = to_sql(rule, dialect, AS_OF).lower()  # type: ignore[arg-type]

    assert "interval" not in sql
    assert "current" not in sql


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("duckdb", "(\"name\" = 'O''Brien\\n')"),
        ("postgres", "(\"name\" = 'O''Brien\\n')"),
        ("sqlite", "(`name` = 'O''Brien\\n')"),
        ("spark", "(`name` = 'O\\'Brien\\\\n')"),
    ],
)
def test_texts_keep_their_quotes_and_backslashes(dialect: str, expected: str) -> None:
    assert to_sql(a_rule("name = 'O''Brien\\n'"), dialect, AS_OF) == expected  # type: ignore[arg-type]


def test_a_shift_out_of_the_calendar_is_an_error_with_its_date() -> None:
    rule = a_rule("founded_on > as_of - interval '100 years'")

    with pytest.raises(OverflowError, match="0050-01-01 moved by -1200 months"):
        to_sql(rule, "duckdb", date(50, 1, 1))


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([], "0 criteria"),
        ([f"c{number}" for number in range(63)], "63 criteria"),
        (["a", "b", "a"], "occur twice: a"),
        (["Robert'); drop table students; --"], "cannot name a column"),
        (["pass_mask"], "cannot name a column"),
        ([""], "cannot name a column"),
    ],
)
def test_criteria_that_cannot_become_columns_are_refused(codes: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        judge_sql([a_criterion(code) for code in codes], "duckdb", AS_OF, "cases")


def test_a_wide_schema_does_not_make_a_rule_wide() -> None:
    schema = {f"fact{number}": FactType(FactKind.INTEGER) for number in range(5000)}

    assert to_sql(parse("fact4999 > 1", schema), "sqlite", AS_OF) == "(`fact4999` > 1)"
