# SPDX-License-Identifier: Apache-2.0
"""All back ends of rules, on real databases and in node, give one answer."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date
from decimal import Decimal

import duckdb
import psycopg
import pytest

from huiban.kernel.rule import (
    Criterion,
    FactKind,
    FactType,
    Rule,
    RuleRefused,
    Verdict,
    judge,
    judge_sql,
    parse,
)
from huiban.kernel.rule.dialect import DialectName
from huiban.kernel.rule.functions import FUNCTIONS, SPECIAL_FORMS
from huiban.kernel.words import Words
from tests import postgres
from tests.rule_backends import engines
from tests.rule_backends.differential import EMBEDDED, compare
from tests.rule_backends.expressions import AS_OF, SCHEMA

EVALUATIONS = 100_000

KINDS_OF_NODES = {
    "and", "or", "not", "is_null", "=", "<>", "<", "<=", ">", ">=", "in", "starts", "ends", "has",
    "+", "-", "*", "within", "field", "const", "as_of", "shift",
}  # fmt: skip

Fetch = Callable[[str], Sequence[tuple[object, ...]]]
Load = Callable[[postgres.Cluster], AbstractContextManager[Fetch]]


@pytest.fixture(scope="module")
def backends(postgres_cluster: postgres.Cluster) -> dict[str, engines.Engine]:
    return {**EMBEDDED, "postgres": engines.in_postgres(postgres_cluster.conninfo())}


def test_random_rules_have_one_answer_in_every_back_end(
    backends: dict[str, engines.Engine],
) -> None:
    report = compare(backends, EVALUATIONS, seed=20260305)

    assert report.differences == []
    assert set(report.evaluations) == {"closure", "javascript", "duckdb", "sqlite", "postgres"}
    assert min(report.evaluations.values()) >= EVALUATIONS
    assert min(report.answers[letter] for letter in "TFU") > EVALUATIONS / 10
    assert set(report.operators) >= {*FUNCTIONS, *SPECIAL_FORMS, *KINDS_OF_NODES}


def test_the_comparison_notices_a_back_end_that_takes_unknown_for_no() -> None:
    def careless(rules: Sequence[object], cases: Sequence[engines.Facts]) -> list[str]:
        return [one.replace("U", "F") for one in engines.python(rules, cases)]  # type: ignore[arg-type]

    report = compare({"careless": careless}, 1000, seed=1)

    assert report.differences


EDGES = {
    "a long sum": " + ".join(["headcount"] * 39) + " > 1",
    "a sum of products": " + ".join(["headcount * order"] * 9) + " > 1",
    "a long chain": " or ".join(["headcount>9"] * 99),
    "a long list": f"headcount in ({', '.join(map(str, range(190)))})",
    "a list of long products": f"amount * rate in ({', '.join(map(str, range(90)))})",
    "nested lists": "contains(key, coalesce(name, level)) and not (contains(key, value))",
    "everything quoted": "name = 'a''b\\' or value like '%''%' or level = '%s ? :x $1 {0}'",
    "the end of the calendar": "founded_on = date '9999-12-31' or date = date '0001-01-01'",
    "the ends of integers": "large >= 999999999999999 or large * 1 < large or abs(large) > 5",
    "numbers at different scales": "cardinality(key) + rate * rate * rate > 1.5",
    "a large number at a fine scale": "1000000000 + rate * rate * rate > 1",
    "negative literals": "headcount - (-1) > -(-2)",
}
# How rules nest, and what they may end in: each pair is pushed to the deepest that is allowed.
NESTS = (
    "(", "(not ", "(flag and not ", "(flag or is_new and not ", "(headcount = 1 or ",
    "(flag and 5 in (order * order, 2) or flag = (is_new and ",
    "(not (flag and is_new or headcount > order * order * 2 and flag = (not ",
)  # fmt: skip
CORES = (
    "flag", "order * order * order * order > 1", "1 < order * order * order * order",
    "abs(amount * rate * headcount) > 1", "contains(key, name)", "amount * rate * order in (1, 2)",
    "1 = 2 - (order * order * order)", "coalesce(amount, 1) + rate * (order - headcount) = 1",
)  # fmt: skip


def deepest(nest: str, core: str) -> Rule:
    rule = parse(core, SCHEMA)
    for depth in range(1, 20):
        text = nest * depth + core
        try:
            rule = parse(text + ")" * (text.count("(") - text.count(")")), SCHEMA)
        except RuleRefused as refused:
            assert "nested" in refused.message  # noqa: PT017  the only reason to stop
            return rule
    raise AssertionError("nothing stopped it")


@pytest.mark.parametrize("nest", NESTS)
def test_the_deepest_rules_are_within_what_every_database_parses(
    nest: str, backends: dict[str, engines.Engine]
) -> None:
    rules = [deepest(nest, core) for core in CORES]
    expected = engines.python(rules, EDGE_CASES)

    for backend in backends.values():
        assert backend(rules, EDGE_CASES) == expected
    for rule in rules:
        criterion = Criterion("deep", Words("deep"), rule, "basis")
        _over_one_row(judge_sql([criterion], "sqlite", AS_OF, f"({ONE_ROW})"))


ONE_ROW = "SELECT " + ", ".join(f"NULL AS `{name}`" for name in SCHEMA)
EDGE_CASES: list[engines.Facts] = [
    {},
    {
        "headcount": 3, "order": 10**14, "large": -(2**63), "amount": Decimal("0.01"),
        "rate": Decimal("99999999999.9999"), "name": "a'b\\", "value": "'",
        "level": "%s ? :x $1 {0}", "founded_on": date(9999, 12, 31), "date": date(1, 1, 1),
        "is_new": True, "flag": False,
        "kinds": [], "key": ["'", '"', "\\", "", "a'b\\"], "sector": "养老",
    },
    {
        "headcount": -12, "order": 10**15 - 1, "large": 2**63 - 1,
        "amount": Decimal("-9999999999999.99"), "rate": Decimal("0.0001"), "is_new": False,
        "key": ["a", "b"],
    },
]  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_the_largest_rules_and_facts_have_one_answer(
    name: str, backends: dict[str, engines.Engine]
) -> None:
    rules = [parse(EDGES[name], SCHEMA)]
    expected = engines.python(rules, EDGE_CASES)

    for backend in backends.values():
        assert backend(rules, EDGE_CASES) == expected


CRITERIA = [
    # A code that is also a column: the column must not be shadowed.
    Criterion("headcount", Words("h"), parse("headcount >= 10", SCHEMA), "basis"),
    Criterion("is_new", Words("n"), parse("not is_new", SCHEMA), "basis"),
    Criterion("rich", Words("r"), parse("amount * rate > 1.5", SCHEMA), "basis"),
]
CASES: list[engines.Facts] = [
    {"headcount": 12, "is_new": False, "amount": Decimal("100.00"), "rate": Decimal("0.0385")},
    {"headcount": 8, "is_new": True, "amount": Decimal("10.00"), "rate": Decimal("0.0385")},
    {"headcount": 12, "amount": Decimal("100.00")},
    {},
]
FACTS = ("headcount", "is_new", "amount", "rate")


ROWS = [[number, *map(facts.get, FACTS)] for number, facts in enumerate(CASES)]


@contextmanager
def in_duckdb(cluster: postgres.Cluster) -> Iterator[Fetch]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE cases (number INTEGER, headcount INTEGER, is_new BOOLEAN,"
            " amount DECIMAL(15, 2), rate DECIMAL(15, 4))"
        )
        connection.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?)", ROWS)
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def in_sqlite(cluster: postgres.Cluster) -> Iterator[Fetch]:
    """As stored JSON gives it: decimals as texts."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE cases (number INTEGER, headcount, is_new, amount, rate)")
        held = [[str(one) if isinstance(one, Decimal) else one for one in row] for row in ROWS]
        connection.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?)", held)
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def in_postgres(cluster: postgres.Cluster) -> Iterator[Fetch]:
    with psycopg.connect(cluster.conninfo()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE cases (number integer, headcount integer, is_new boolean,"
            " amount numeric(15, 2), rate numeric(15, 4))"
        )
        cursor.executemany("INSERT INTO cases VALUES (%s, %s, %s, %s, %s)", ROWS)
        yield lambda sql: cursor.execute(sql.encode()).fetchall()


@pytest.mark.parametrize(
    ("dialect", "load"), [("duckdb", in_duckdb), ("sqlite", in_sqlite), ("postgres", in_postgres)]
)
def test_masks_hold_what_judge_finds_case_by_case(
    dialect: DialectName, load: Load, postgres_cluster: postgres.Cluster
) -> None:
    sql = judge_sql(CRITERIA, dialect, AS_OF, "cases")

    with load(postgres_cluster) as fetch:
        rows = fetch(
            f"SELECT v_pass_mask, v_fail_mask, headcount FROM ({sql}) AS j ORDER BY number"
        )

    assert rows == [(*masks(facts), facts.get("headcount")) for facts in CASES]


def masks(facts: engines.Facts) -> tuple[int, int]:
    findings = judge(CRITERIA, facts, AS_OF).findings
    bits = dict.fromkeys(Verdict, 0)
    for bit, finding in enumerate(findings):
        bits[finding.verdict] |= 1 << bit
    return bits[Verdict.PASS], bits[Verdict.FAIL]


def _over_one_row(sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        return connection.execute(sql).fetchall()


def test_a_mask_holds_as_many_criteria_as_it_has_bits() -> None:
    rule = parse("headcount >= 10", SCHEMA)
    criteria = [Criterion(f"c{bit}", Words("c"), rule, "basis") for bit in range(62)]
    table = "(SELECT 12 AS headcount)"
    masks = "SELECT v_pass_mask, v_fail_mask FROM ({}) AS j"

    with duckdb.connect() as connection:
        sql = judge_sql(criteria, "duckdb", AS_OF, table)
        assert connection.execute(masks.format(sql)).fetchall() == [(2**62 - 1, 0)]
    sql = judge_sql(criteria, "sqlite", AS_OF, table)
    assert _over_one_row(masks.format(sql)) == [(2**62 - 1, 0)]


def test_a_misspelt_column_is_an_error_in_sqlite_and_no_text() -> None:
    rule = parse("headcount = 'x'", {"headcount": FactType(FactKind.TEXT)})
    sql = judge_sql([Criterion("c", Words("c"), rule, "b")], "sqlite", AS_OF, "(SELECT 1)")

    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        _over_one_row(sql)


def test_the_browser_takes_what_it_cannot_read_for_unknown() -> None:
    rules = [parse("headcount > 1", SCHEMA), parse("founded_on < as_of", SCHEMA)]
    cases: list[engines.Facts] = [
        {"headcount": "12 人", "founded_on": "2024-1-1"},
        {"headcount": "12", "founded_on": "2024-01-01"},
        {"headcount": json.loads("1.5"), "founded_on": ""},
    ]

    assert engines.javascript(rules, cases) == ["UTT", "UTU"]
