# SPDX-License-Identifier: Apache-2.0
"""What all ways of reaching a register promise alike, and the stand-in of other tests with them."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from huiban.connectors.registers import Asks, Call, Outcome
from huiban.kernel.connection import Connection, FileConnection, PushConnection, SqlConnection
from huiban.kernel.resource import QuestionRefused
from tests.connectors.registers.peer import (
    FIRM,
    USCC,
    Late,
    Peer,
    a_call,
    an_exchange,
    found,
    nobody,
)
from tests.connectors.registers.test_files import write_csv
from tests.services.stand_in import StandIn

DAY = date(2026, 11, 18)


def pushed(resource: str, by: str, key: str) -> tuple[tuple[dict[str, object], ...], date] | None:
    assert (resource, by) == ("firms", "uscc")
    return (({**FIRM, "secret": "x"},), DAY) if key == USCC else None


def reached(kind: str, peer: Peer, tmp_path: Path) -> Connection:
    if kind == "http":

        async def answer(request):  # type: ignore[no-untyped-def]
            records = [{**FIRM, "secret": "x"}] if request.query["key"] == USCC else []
            return found(*records, as_of=DAY.isoformat())

        peer.does["firms"] = answer
        return peer.connection()
    if kind == "sql":
        with closing(sqlite3.connect(tmp_path / "firms.sqlite3")) as connection:
            names, holes = ", ".join([*FIRM, "secret", "day"]), ", ".join("?" * 8)
            connection.execute(f"CREATE TABLE firms ({names})")
            row = [*FIRM.values(), "x", DAY.isoformat()]
            connection.execute(f"INSERT INTO firms VALUES ({holes})", row)
            connection.commit()
        address = f"sqlite:///{tmp_path}/firms.sqlite3"
        return SqlConnection(resource="firms", address=address, table="firms", as_of="day")
    if kind == "file":
        write_csv(tmp_path / f"{DAY}.csv", [[*FIRM, "secret"], [*FIRM.values(), "x"]])
        return FileConnection(resource="firms", folder=str(tmp_path), format="csv")
    return PushConnection(resource="firms", public_key="")


WAYS = ["http", "sql", "file", "push"]


@contextmanager
def of_kind(kind: str, peer: Peer, tmp_path: Path) -> Iterator[Asks]:
    if kind == "stand-in":
        yield StandIn(records={"firms": {USCC: [{**FIRM, "secret": "x"}]}}, as_of=DAY)
        return
    connection = reached(kind, peer, tmp_path)
    with an_exchange(tmp_path / "index", connection, pushed=pushed) as exchange:
        yield exchange


@pytest.fixture(params=[*WAYS, "stand-in"])
def asks(request: pytest.FixtureRequest, peer: Peer, tmp_path: Path) -> Iterator[Asks]:
    with of_kind(request.param, peer, tmp_path) as found_asks:
        yield found_asks


@pytest.fixture(params=WAYS)
def exchange(request: pytest.FixtureRequest, peer: Peer, tmp_path: Path) -> Iterator[Asks]:
    with of_kind(request.param, peer, tmp_path) as found_asks:
        yield found_asks


def asked(asks: Asks, call: Call) -> Outcome:
    return asks.ask([call], 20, nobody)[call].outcome


def test_what_is_found_is_cut_down_to_what_was_asked(asks: Asks) -> None:
    call = a_call(fields=("staff", "founded_on", "is_active"))

    answer = asks.ask([call], 20, nobody)[call]

    assert answer.outcome is Outcome.FOUND
    assert answer.records == ({"staff": 12, "founded_on": "2015-03-02", "is_active": True},)
    assert answer.as_of == DAY
    assert (len(answer.request_sha256), len(answer.response_sha256)) == (64, 64)
    assert answer.detail == ""


def test_what_is_not_there_is_absent(asks: Asks) -> None:
    assert asked(asks, a_call(key="91370200MA3C0000X9")) is Outcome.ABSENT


@pytest.mark.parametrize("kind", ["http", "stand-in"])
def test_in_time_and_late_together_are_what_was_asked(
    kind: str, peer: Peer, tmp_path: Path
) -> None:
    late, quick, slow = Late(), a_call(), a_call("slow")
    peer.does["slow"], go_on = peer.gate()
    stand_in = StandIn(records={"firms": {USCC: [FIRM]}}, slow={"slow"})

    with an_exchange(tmp_path, peer.connection(), peer.connection("slow", timeout=30)) as real:
        asks: Asks = real if kind == "http" else stand_in
        in_time = asks.ask([quick, slow], 0.5, late)
        go_on()
        stand_in.finish()
        answers = late.wait_for(1)

    assert set(in_time) == {quick}
    assert [one.call for one in answers] == [slow]
    assert threading.current_thread().name not in late.threads


def test_items_beyond_the_entry_cannot_be_asked_for(exchange: Asks) -> None:
    with pytest.raises(QuestionRefused):
        exchange.ask([a_call(fields=("name", "secret"))], 1, nobody)


def test_the_same_question_for_another_purpose_is_another_question(exchange: Asks) -> None:
    first, other = a_call(), a_call(purpose="loan")

    answers = exchange.ask([first, other], 20, nobody)

    assert not any(one.is_cached for one in answers.values())
    assert exchange.ask([first], 20, nobody)[first].is_cached


def test_digests_tell_one_question_from_another(exchange: Asks) -> None:
    calls = [a_call(), a_call(key="91370200MA3C0000X9")]

    answers = exchange.ask(calls, 20, nobody)

    assert len({one.request_sha256 for one in answers.values()}) == 2


def test_health_knows_every_connection(exchange: Asks) -> None:
    asked(exchange, a_call())

    assert exchange.health()["firms"].outcomes == {Outcome.FOUND: 1}
