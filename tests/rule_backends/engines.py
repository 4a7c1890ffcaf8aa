# SPDX-License-Identifier: Apache-2.0
"""The back ends of rules side by side: each answers many rules over many cases at once."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg

from huiban.kernel.rule import FactKind, Rule, closure, to_json, to_sql
from tests.rule_backends.expressions import AS_OF, SCHEMA

Facts = dict[str, object]
Answers = list[str]  # one text a rule: T, F or U for each case
Engine = Callable[[Sequence[Rule], Sequence[Facts]], Answers]

_LETTERS = {True: "T", False: "F", None: "U"}  # SQLite answers 1 and 0, the same keys
_ROOT = Path(__file__).resolve().parents[2]
# PostgreSQL allows 1,664 columns; far fewer a statement also keeps DuckDB's planning linear.
_RULES_A_STATEMENT = 100

DUCKDB_TYPES = {
    FactKind.TEXT: "VARCHAR", FactKind.CHOICE: "VARCHAR", FactKind.INTEGER: "BIGINT",
    FactKind.DECIMAL: "DECIMAL(15, {})", FactKind.DATE: "DATE", FactKind.BOOLEAN: "BOOLEAN",
    FactKind.LIST: "VARCHAR[]",
}  # fmt: skip
SQLITE_TYPES = {
    FactKind.TEXT: "TEXT", FactKind.CHOICE: "TEXT", FactKind.INTEGER: "INTEGER",
    FactKind.DECIMAL: "NUMERIC", FactKind.DATE: "TEXT", FactKind.BOOLEAN: "INTEGER",
    FactKind.LIST: "TEXT",
}  # fmt: skip
POSTGRES_TYPES = {
    **DUCKDB_TYPES,
    FactKind.TEXT: "text",
    FactKind.CHOICE: "text",
    FactKind.DECIMAL: "numeric(15, {})",
    FactKind.LIST: "text[]",
}


def python(rules: Sequence[Rule], cases: Sequence[Facts]) -> Answers:
    """The closures."""
    closures = [closure(rule) for rule in rules]
    return ["".join(_LETTERS[run(facts, AS_OF)] for facts in cases) for run in closures]


def javascript(rules: Sequence[Rule], cases: Sequence[Facts]) -> Answers:
    """frontend/src/rule.js under node."""
    node = shutil.which("node") or str(_ROOT / ".venv" / "bin" / "node")
    given = {
        "rules": [to_json(rule) for rule in rules],
        "cases": [{name: _stored(fact) for name, fact in facts.items()} for facts in cases],
        "as_of": AS_OF.isoformat(),
    }
    done = subprocess.run(
        [node, str(Path(__file__).with_name("answer.mjs")), str(_ROOT / "frontend/src/rule.js")],
        input=json.dumps(given), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    answers: Answers = json.loads(done.stdout)
    return answers


def _stored(fact: object) -> object:
    if isinstance(fact, bool | list | str):
        return fact
    # A JSON number beyond 2^53 would be rounded by the browser's own reader.
    return fact if isinstance(fact, int) and abs(fact) < 2**53 else str(fact)


def in_duckdb(rules: Sequence[Rule], cases: Sequence[Facts]) -> Answers:
    """DuckDB in memory."""
    with duckdb.connect() as connection:
        connection.execute(_table(DUCKDB_TYPES, '"'))
        connection.executemany(_insert("?"), [_row(facts, lambda fact: fact) for facts in cases])
        return _ask(
            rules, lambda rule: to_sql(rule, "duckdb", AS_OF),
            lambda sql: connection.execute(sql).fetchall(),
        )  # fmt: skip


def in_sqlite(rules: Sequence[Rule], cases: Sequence[Facts]) -> Answers:
    """SQLite in memory; lists as JSON texts, decimals as texts the column turns into numbers."""

    def held(fact: object) -> object:
        if isinstance(fact, list):
            return json.dumps(fact)
        return str(fact) if isinstance(fact, Decimal | date) else fact

    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(_table(SQLITE_TYPES, "`"))
        connection.executemany(_insert("?"), [_row(facts, held) for facts in cases])
        return _ask(
            rules, lambda rule: to_sql(rule, "sqlite", AS_OF),
            lambda sql: connection.execute(sql).fetchall(),
        )  # fmt: skip
    finally:
        connection.close()


def in_postgres(conninfo: str) -> Engine:
    """PostgreSQL, in a table of the session's own."""

    def run(rules: Sequence[Rule], cases: Sequence[Facts]) -> Answers:
        with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
            cursor.execute(_table(POSTGRES_TYPES, '"').replace("TABLE", "TEMP TABLE").encode())
            rows = [_row(facts, lambda fact: fact) for facts in cases]
            cursor.executemany(_insert("%s").encode(), rows)
            return _ask(
                rules, lambda rule: to_sql(rule, "postgres", AS_OF),
                lambda sql: cursor.execute(sql.encode()).fetchall(),
            )  # fmt: skip

    return run


def _table(types: dict[FactKind, str], quote: str) -> str:
    columns = (
        f"{quote}{name}{quote} {types[fact.kind].format(fact.decimals)}"
        for name, fact in SCHEMA.items()
    )
    return f"CREATE TABLE cases (number INTEGER, {', '.join(columns)})"


def _insert(mark: str) -> str:
    return f"INSERT INTO cases VALUES ({', '.join([mark] * (len(SCHEMA) + 1))})"


_numbers = iter(range(10**9))


def _row(facts: Facts, held: Callable[[object], object]) -> list[object]:
    return [next(_numbers), *(held(facts.get(name)) for name in SCHEMA)]


def _ask(
    rules: Sequence[Rule],
    write: Callable[[Rule], str],
    fetch: Callable[[str], Iterable[Sequence[object]]],
) -> Answers:
    answers: Answers = []
    for start in range(0, len(rules), _RULES_A_STATEMENT):
        batch = rules[start : start + _RULES_A_STATEMENT]
        listed = ", ".join(f"{write(rule)} AS r{number}" for number, rule in enumerate(batch))
        rows = fetch(f"SELECT {listed} FROM cases ORDER BY number")
        answers += ["".join(_LETTERS[one] for one in column) for column in zip(*rows, strict=True)]
    return answers
