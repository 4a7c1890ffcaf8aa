# SPDX-License-Identifier: Apache-2.0
"""Reading a register in its provider's database, on SQLite and on PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from huiban.connectors.registers import Outcome
from huiban.connectors.registers.sql import engine_of
from huiban.kernel.connection import SqlConnection
from tests import postgres
from tests.connectors.registers.peer import FIELDS, USCC, a_call, an_exchange, ask

TABLES = """
CREATE TABLE firms (
  code {text} PRIMARY KEY, "法人 名称" {text}, staff INTEGER, capital NUMERIC(14, 2),
  founded_on DATE, is_active {boolean}, secret {text}, updated_on DATE
);
INSERT INTO firms VALUES
  ('91370200MA3C0000X1', '岚一', 12, 1200.50, '2015-03-02', {yes}, 'x', '2026-11-18'),
  ('91370200MA3C0000X2', '岚二', NULL, 7, '2016-04-03', {no}, 'y', '2026-11-19');
CREATE VIEW slow AS WITH RECURSIVE count(n) AS (
  SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 400000000
) SELECT '91370200MA3C0000X1' AS uscc, 'x' AS name, max(n) AS staff, 1 AS capital,
  '2015-03-02' AS founded_on, 1 AS is_active FROM count;
"""
COLUMNS = {"uscc": "code", "name": "法人 名称"}
Run = Callable[[str], None]
Database = tuple[str, Run]


def _in_sqlite(tmp_path: Path) -> Database:
    path = tmp_path / "岚 registers.sqlite3"

    def run(text: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(text)

    run(TABLES.format(text="TEXT", boolean="INTEGER", yes=1, no=0))
    return f"sqlite:///{path}", run


def _in_postgres(cluster: postgres.Cluster) -> Database:
    cluster.drop("registers")
    cluster.create("registers")

    def run(text: str) -> None:
        with psycopg.connect(cluster.conninfo("registers"), autocommit=True) as connection:
            connection.execute(text.encode())

    run(TABLES.format(text="VARCHAR(40)", boolean="BOOLEAN", yes="true", no="false"))
    host = quote(str(cluster.folder), safe="")
    return f"postgresql+psycopg://huiban@/registers?host={host}", run


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield _in_sqlite(tmp_path)
    else:
        yield _in_postgres(request.getfixturevalue("postgres_cluster"))


def connected(database: Database, **more: object) -> SqlConnection:
    given = {"table": "firms", "columns": COLUMNS, "as_of": "updated_on", **more}
    return SqlConnection(resource="firms", address="${HUIBAN_TEST}", **given)  # type: ignore[arg-type]


def environment(database: Database) -> dict[str, str]:
    return {"HUIBAN_TEST": database[0]}


def test_a_record_is_read_in_the_types_of_the_catalogue(database: Database, tmp_path: Path) -> None:
    connection = connected(database)

    with an_exchange(tmp_path, connection, environment=environment(database)) as exchange:
        answer = ask(exchange, a_call(fields=FIELDS))

    assert (answer.outcome, answer.detail) == (Outcome.FOUND, "")
    (record,) = answer.records
    capital = record["capital"]
    assert {**record, "capital": float(str(capital))} == {
        "uscc": USCC, "name": "岚一", "staff": 12, "capital": 1200.5,
        "founded_on": "2015-03-02", "is_active": True,
    }  # fmt: skip
    assert isinstance(capital, str)
    assert answer.as_of == date(2026, 11, 18)
    assert len(answer.response_sha256) == 64


def test_only_the_items_asked_for_are_read(database: Database, tmp_path: Path) -> None:
    # Selecting anything else would fail: the view has these two columns alone.
    database[1]('CREATE VIEW narrow AS SELECT code, "法人 名称" FROM firms;')
    connection = connected(database, table="narrow", as_of="")

    with an_exchange(tmp_path, connection, environment=environment(database)) as exchange:
        answer = ask(exchange, a_call(fields=("name",)))

    assert answer.records == ({"name": "岚一"},)
    assert answer.as_of == date(2026, 11, 20)  # without a column, the day of asking


def test_absence_is_known_as_of_the_latest_change(database: Database, tmp_path: Path) -> None:
    with an_exchange(tmp_path, connected(database), environment=environment(database)) as exchange:
        answer = ask(exchange, a_call(key="91370200MA3C0000X9"))

    assert (answer.outcome, answer.as_of) == (Outcome.ABSENT, date(2026, 11, 19))


@pytest.mark.parametrize("key", ["' OR 1=1 --", "%", "x'; DROP TABLE firms; --", "岚"])
def test_a_key_is_a_value_and_never_a_statement(
    key: str, database: Database, tmp_path: Path
) -> None:
    with an_exchange(tmp_path, connected(database), environment=environment(database)) as exchange:
        assert ask(exchange, a_call(key=key)).outcome is Outcome.ABSENT
        assert ask(exchange, a_call()).outcome is Outcome.FOUND


def test_nothing_can_be_written_through_it(database: Database) -> None:
    engine = engine_of(replace(connected(database), address=database[0]))

    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql("DELETE FROM firms")
    engine.dispose()


def test_a_statement_that_takes_too_long_is_ended(database: Database, tmp_path: Path) -> None:
    connection = connected(database, table="slow", columns={}, as_of="", timeout=1)

    with an_exchange(tmp_path, connection, environment=environment(database)) as exchange:
        answers = [ask(exchange, a_call(key=USCC, request=str(at))) for at in range(3)]

    assert {one.outcome for one in answers} == {Outcome.TIMEOUT}


@pytest.mark.parametrize("wrong", [{"table": "firmen"}, {"columns": {"uscc": "kode"}}])
def test_a_table_or_column_that_is_not_there_is_told_without_the_key(
    wrong: dict[str, object], database: Database, tmp_path: Path
) -> None:
    connection = connected(database, **wrong)

    with an_exchange(tmp_path, connection, environment=environment(database)) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.BROKEN
    assert answer.detail.startswith("the database said ")
    assert USCC not in answer.detail


def test_a_value_that_is_not_of_its_type_is_told(database: Database, tmp_path: Path) -> None:
    connection = connected(database, columns={**COLUMNS, "staff": "secret"})

    with an_exchange(tmp_path, connection, environment=environment(database)) as exchange:
        answer = ask(exchange, a_call())

    assert (answer.outcome, answer.detail) == (
        Outcome.BROKEN, "staff is not of its declared type",
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["sqlite:////nowhere/registers.sqlite3", "postgresql+psycopg://huiban@/x?host=/nowhere"],
)
def test_a_database_that_is_not_there_is_broken(address: str, tmp_path: Path) -> None:
    connection = SqlConnection(resource="firms", address=address, table="firms")

    with an_exchange(tmp_path, connection) as exchange:
        answer = ask(exchange, a_call())

    assert (answer.outcome, answer.detail) == (
        Outcome.BROKEN, "the database said OperationalError",
    )  # fmt: skip


def test_other_databases_are_refused(tmp_path: Path) -> None:
    connection = SqlConnection(resource="firms", address="mysql://x/y", table="firms")

    with an_exchange(tmp_path, connection) as exchange:
        answer = ask(exchange, a_call())

    assert "postgresql+psycopg" in answer.detail


def test_many_ask_at_once_through_few_connections(database: Database, tmp_path: Path) -> None:
    with an_exchange(tmp_path, connected(database), environment=environment(database)) as exchange:
        calls = [a_call(key=f"{at}") for at in range(30)]
        answers = exchange.ask(calls, 20, lambda _: None)

    assert {one.outcome for one in answers.values()} == {Outcome.ABSENT}
    assert len(answers) == 30
