# SPDX-License-Identifier: Apache-2.0
"""Asking many registers at once: the budget, late answers, shared answers, forks."""

import os
import threading
from pathlib import Path
from time import monotonic

import pytest
from aiohttp import web

from huiban.connectors.registers import Answer, Outcome
from tests.connectors.registers.peer import (
    FIRM,
    PATIENCE_S,
    Late,
    Peer,
    a_call,
    an_exchange,
    ask,
    found,
    nobody,
)


def test_a_register_that_stalls_holds_up_nobody_and_answers_late(
    peer: Peer, tmp_path: Path
) -> None:
    peer.does["slow"], go_on = peer.gate()
    late, quick, slow = Late(), a_call("firms"), a_call("slow")

    with an_exchange(tmp_path, peer.connection(), peer.connection("slow", timeout=30)) as exchange:
        # The gate opens only after this returned: it did not wait for the register.
        in_time = exchange.ask([quick, slow], 0.5, late)
        peer.wait_for(2)
        assert not late.answers
        go_on()
        (answer,) = late.wait_for(1)

    assert set(in_time) == {quick}
    assert (answer.call, answer.outcome) == (slow, Outcome.FOUND)
    assert all(name.startswith("huiban-late") for name in late.threads)


def test_everything_is_asked_at_once(peer: Peer, tmp_path: Path) -> None:
    gates = {f"r{at}": peer.gate() for at in range(12)}
    peer.does |= {name: wait for name, (wait, _) in gates.items()}
    calls = [a_call(name) for name in gates]
    answers: dict[object, Answer] = {}

    with an_exchange(tmp_path, *map(peer.connection, gates)) as exchange:
        thread = threading.Thread(
            target=lambda: answers.update(exchange.ask(calls, PATIENCE_S, nobody))
        )
        thread.start()
        peer.wait_for(12)  # all have come before any was answered
        for _, go_on in gates.values():
            go_on()
        thread.join()

    assert {answer.outcome for answer in answers.values()} == {Outcome.FOUND}
    assert len(answers) == 12


def test_late_gets_exactly_what_was_missing(peer: Peer, tmp_path: Path) -> None:
    gates = {f"slow{at}": peer.gate() for at in range(5)}
    peer.does |= {name: wait for name, (wait, _) in gates.items()}
    names = [*(f"quick{at}" for at in range(5)), *gates]
    late, calls = Late(), [a_call(name) for name in names]

    with an_exchange(tmp_path, *(peer.connection(one, timeout=30) for one in names)) as exchange:
        in_time = exchange.ask(calls, 0.5, late)
        for _, go_on in gates.values():
            go_on()
        late.wait_for(len(calls) - len(in_time))

    assert len(late.answers) + len(in_time) == len(calls)
    assert {one.call for one in late.answers} == set(calls) - set(in_time)
    assert {one.call.resource for one in late.answers} >= set(gates)


def test_a_register_that_never_answers_is_late_as_a_timeout(peer: Peer, tmp_path: Path) -> None:
    peer.does["slow"], _ = peer.gate()
    late = Late()

    with an_exchange(tmp_path, peer.connection("slow", timeout=1)) as exchange:
        assert exchange.ask([a_call("slow")], 0.05, late) == {}
        (answer,) = late.wait_for(1)

    assert answer.outcome is Outcome.TIMEOUT


def test_a_late_answer_that_cannot_be_kept_harms_no_other(
    peer: Peer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    peer.does["slow"], go_on = peer.gate()
    late = Late()

    def fail(answer: Answer) -> None:
        late(answer)
        raise OSError("the disk is full")

    with an_exchange(tmp_path, peer.connection(), peer.connection("slow", timeout=30)) as exchange:
        exchange.ask([a_call("slow")], 0.05, fail)
        go_on()
        late.wait_for(1)
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.FOUND
    assert "a late answer of slow could not be kept" in caplog.text


def test_the_same_call_twice_is_one(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        answers = exchange.ask([a_call(), a_call()], PATIENCE_S, nobody)

    assert list(answers) == [a_call()]
    assert len(peer.seen) == 1


def test_ten_people_asking_the_same_make_one_request(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"], go_on = peer.gate()
    calls = [a_call(request=f"r{at}") for at in range(10)]

    with an_exchange(tmp_path, peer.connection(timeout=30), cache_seconds=0) as exchange:
        late = Late()
        for call in calls:
            exchange.ask([call], 0.01, late)
        go_on()
        answers = late.wait_for(10)

    # Nothing waited for p95 but the first, whose hedge the budget of one question forbids.
    assert len(peer.seen) == 1
    assert {one.call for one in answers} == set(calls)
    assert {one.outcome for one in answers} == {Outcome.FOUND}
    assert sum(not one.is_cached for one in answers) == 1


def test_an_answer_is_kept_for_a_moment(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        first = ask(exchange, a_call())
        again = ask(exchange, a_call(request="another"))

    assert len(peer.seen) == 1
    assert (first.is_cached, again.is_cached) == (False, True)
    assert again.call.request == "another"
    assert (again.records, again.response_sha256) == (first.records, first.response_sha256)


@pytest.mark.parametrize(
    "other",
    [
        a_call(purpose="loan"),
        a_call(key="91370200MA3C0000X2"),
        a_call(by="name"),
        a_call(fields=("name",)),
        a_call(fields=("name", "staff", "capital")),
    ],
)
def test_an_answer_is_never_taken_for_another_question(
    other: object, peer: Peer, tmp_path: Path
) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        ask(exchange, a_call())
        answer = ask(exchange, other)  # type: ignore[arg-type]

    assert not answer.is_cached
    assert len(peer.seen) == 2


def test_another_purpose_does_not_join_a_question_under_way(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"], go_on = peer.gate()
    late = Late()

    with an_exchange(tmp_path, peer.connection(timeout=30)) as exchange:
        exchange.ask([a_call(), a_call(purpose="loan")], 0.01, late)
        peer.wait_for(2)
        go_on()
        late.wait_for(2)

    assert {one.headers["X-Huiban-Purpose"] for one in peer.seen} == {"safety_permit", "loan"}
    assert not any(one.is_cached for one in late.answers)


def test_what_is_no_answer_is_not_kept(peer: Peer, tmp_path: Path) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=403)

    peer.does["firms"] = refuse

    with an_exchange(tmp_path, peer.connection()) as exchange:
        ask(exchange, a_call())
        del peer.does["firms"]
        answer = ask(exchange, a_call(request="again"))

    assert (answer.outcome, answer.is_cached) == (Outcome.FOUND, False)


def test_an_answer_is_forgotten_after_its_moment(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection(), cache_seconds=0.0) as exchange:
        ask(exchange, a_call())
        ask(exchange, a_call())

    assert len(peer.seen) == 2


def test_connections_are_kept_open(peer: Peer, tmp_path: Path) -> None:
    ports = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return found(FIRM)

    peer.does["firms"] = note

    with an_exchange(tmp_path, peer.connection()) as exchange:
        for at in range(5):
            ask(exchange, a_call(key=str(at)))

    assert len(ports) == 1


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_the_process_asks_with_a_loop_of_its_own(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        ask(exchange, a_call())
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            try:
                # A key of its own: the parent's kept answers may not be what is found here.
                answer = ask(exchange, a_call(key="child"))
                os.write(writing, answer.outcome.encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        said = os.read(reading, 100).decode()
        os.close(reading)
        after = ask(exchange, a_call(key="parent"))

    assert said == "found"
    assert after.outcome is Outcome.FOUND
    assert [one.query["key"] for one in peer.seen][1:] == ["child", "parent"]


def test_stopping_gives_up_what_is_under_way(peer: Peer, tmp_path: Path) -> None:
    peer.does["slow"], _ = peer.gate()
    late, began = Late(), monotonic()

    with an_exchange(tmp_path, peer.connection("slow", timeout=30)) as exchange:
        exchange.ask([a_call("slow")], 0.05, late)
        peer.wait_for(1)
        exchange.stop()

    assert late.answers == []
    assert monotonic() - began < 25  # it did not wait for the register's thirty seconds
    assert not [one for one in threading.enumerate() if one.name == "huiban-registers"]


def test_a_stopped_exchange_starts_again_with_the_next_question(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        ask(exchange, a_call())
        exchange.stop()

        assert ask(exchange, a_call()).outcome is Outcome.FOUND


def test_nothing_asked_is_nothing_answered(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection()) as exchange:
        assert exchange.ask([], 1, nobody) == {}


def test_health_tells_what_registers_did(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection(), peer.connection("never")) as exchange:
        for at in range(4):
            ask(exchange, a_call(key=str(at)))
        health = exchange.health()

    assert health["firms"].outcomes == {Outcome.FOUND: 4}
    assert health["firms"].p50_ms is not None
    assert health["firms"].last_at is not None
    assert (health["firms"].kind, health["firms"].breaker) == ("http", "closed")
    assert (health["never"].outcomes, health["never"].p95_ms) == ({}, None)
