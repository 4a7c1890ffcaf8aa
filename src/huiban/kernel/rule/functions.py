# SPDX-License-Identifier: Apache-2.0
"""The named functions a rule may call: what each takes and gives, in Python and in every SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiban.kernel.rule.tree import TEXTS, FactKind


@dataclass(frozen=True, slots=True)
class Function:
    """
    One named function (规则函数). An unknown argument makes the result unknown.

    `python` is called with known arguments only; `sql` holds one template a dialect, which must
    give NULL for a NULL argument. The browser's form is in frontend/src/rule.js.
    """

    takes: tuple[frozenset[FactKind], ...]
    gives: FactKind
    python: Callable[..., Any]
    sql: Mapping[str, str]


def _days_between(start: date, end: date) -> int:
    return end.toordinal() - start.toordinal()


def _months_between(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def _years_between(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


_DATES = (frozenset({FactKind.DATE}), frozenset({FactKind.DATE}))
_MONTHS = (
    "((extract(year FROM {1}) - extract(year FROM {0})) * 12"
    " + extract(month FROM {1}) - extract(month FROM {0})"
    " - CASE WHEN extract(day FROM {1}) < extract(day FROM {0}) THEN 1 ELSE 0 END)"
)
_YEARS = (
    "(extract(year FROM {1}) - extract(year FROM {0})"
    " - CASE WHEN extract(month FROM {1}) * 100 + extract(day FROM {1})"
    " < extract(month FROM {0}) * 100 + extract(day FROM {0}) THEN 1 ELSE 0 END)"
)
_SQLITE_MONTHS = (
    "((substr({1}, 1, 4) - substr({0}, 1, 4)) * 12 + substr({1}, 6, 2) - substr({0}, 6, 2)"
    " - (substr({1}, 9, 2) < substr({0}, 9, 2)))"
)
_SQLITE_YEARS = "(substr({1}, 1, 4) - substr({0}, 1, 4) - (substr({1}, 6, 5) < substr({0}, 6, 5)))"

FUNCTIONS: Mapping[str, Function] = {
    "length": Function(
        (TEXTS,),
        FactKind.INTEGER,
        len,
        {
            "duckdb": "length({0})",
            "sqlite": "length({0})",
            "postgres": "char_length({0})",
            "spark": "char_length({0})",
        },
    ),
    "cardinality": Function(
        (frozenset({FactKind.LIST}),),
        FactKind.INTEGER,
        len,
        {
            "duckdb": "len({0})",
            "sqlite": "json_array_length({0})",
            "postgres": "cardinality({0})",
            # Spark's size() gives -1 for NULL where ANSI mode is off.
            "spark": "CASE WHEN {0} IS NOT NULL THEN size({0}) END",
        },
    ),
    "contains": Function(
        (frozenset({FactKind.LIST}), TEXTS),
        FactKind.BOOLEAN,
        lambda members, text: text in members,
        {
            "duckdb": "CASE WHEN {1} IS NOT NULL THEN list_contains({0}, {1}) END",
            # Renamed first: a fact called `key` or `value` would mean json_each's own column.
            "sqlite": "SELECT CASE WHEN v_list IS NOT NULL AND v_text IS NOT NULL"
            " THEN v_text IN (SELECT value FROM json_each(v_list)) END"
            " FROM (SELECT {0} AS v_list, {1} AS v_text)",
            # NULL = ANY of an empty array is false, not NULL.
            "postgres": "CASE WHEN {1} IS NOT NULL THEN {1} = ANY ({0}) END",
            "spark": "CASE WHEN {1} IS NOT NULL THEN array_contains({0}, {1}) END",
        },
    ),
    "days_between": Function(
        _DATES,
        FactKind.INTEGER,
        _days_between,
        {
            "duckdb": "date_diff('day', {0}, {1})",
            "sqlite": "CAST(julianday({1}) - julianday({0}) AS INTEGER)",
            "postgres": "({1} - {0})",
            "spark": "datediff({1}, {0})",
        },
    ),
    "months_between": Function(
        _DATES,
        FactKind.INTEGER,
        _months_between,
        {"duckdb": _MONTHS, "sqlite": _SQLITE_MONTHS, "postgres": _MONTHS, "spark": _MONTHS},
    ),
    "years_between": Function(
        _DATES,
        FactKind.INTEGER,
        _years_between,
        {"duckdb": _YEARS, "sqlite": _SQLITE_YEARS, "postgres": _YEARS, "spark": _YEARS},
    ),
}

SPECIAL_FORMS = frozenset({"coalesce", "abs"})
"""Calls whose result has the kind of their arguments; the back ends know them by name."""
