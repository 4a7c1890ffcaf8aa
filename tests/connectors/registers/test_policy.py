# SPDX-License-Identifier: Apache-2.0
"""When a register is asked, asked twice, or left alone."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from huiban.connectors.registers import Answer, Outcome
from huiban.connectors.registers.asking import Asker
from huiban.connectors.registers.model import Call
from huiban.connectors.registers.policy import Breaker, HedgeBudget, Rate, Recent
from huiban.connectors.registers.reply import Reply
from tests.connectors.registers.peer import (
    FIRM,
    NOW,
    Peer,
    a_call,
    a_resource,
    an_exchange,
    ask,
    found,
)

Result = TypeVar("Result")


def test_a_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=3)

    for now in range(2):
        breaker.failed(now)
    breaker.succeeded(2)
    for now in range(3, 5):
        breaker.failed(now)
    assert breaker.admits(5)
    breaker.failed(5)

    assert (breaker.state, breaker.changed) == ("open", 5)
    assert not breaker.admits(6)


def test_an_open_breaker_lets_one_question_try() -> None:
    breaker = Breaker(failures=1, rest_s=5)
    breaker.failed(0)

    assert not breaker.admits(4.9)
    assert breaker.admits(5)
    assert breaker.state == "half_open"
    assert not breaker.admits(5.1)

    breaker.succeeded(6)
    assert breaker.admits(6)


def test_the_rest_grows_while_trials_fail_and_has_an_end() -> None:
    breaker, now, rests = Breaker(failures=1, rest_s=5, longest_s=20), 0.0, []
    breaker.failed(now)

    for _ in range(4):
        began = now
        while not breaker.admits(now):
            now += 1
        rests.append(now - began)
        breaker.failed(now, was_trial=True)

    assert rests == [5, 10, 20, 20]


def test_questions_sent_before_it_opened_do_not_prolong_the_rest() -> None:
    breaker = Breaker(failures=1, rest_s=5)
    breaker.failed(0)
    breaker.failed(4)

    assert breaker.admits(5)


def test_a_trial_that_was_not_sent_leaves_the_trial_to_the_next() -> None:
    breaker = Breaker(failures=1, rest_s=5)
    breaker.failed(0)
    breaker.admits(6)
    breaker.gave_up(6)

    assert breaker.admits(6)


@given(
    st.integers(1, 6),
    st.lists(st.floats(0, 0.7, allow_subnormal=False), max_size=40),
    st.floats(0, 5),
)
def test_never_more_than_allowed_in_any_second(
    per_second: int, gaps: list[float], patience: float
) -> None:
    rate, now, sent = Rate(per_second), 0.0, []

    for gap in gaps:
        now += gap
        wait = rate.turn(now, patience)
        if wait is not None:
            assert 0 <= wait <= patience
            sent.append(now + wait)

    for first, later in zip(sent, sent[per_second:], strict=False):
        assert later - first >= 1.0 - 1e-9


def test_a_register_that_is_busy_is_left_alone_for_as_long_as_it_says() -> None:
    rate = Rate(10)
    rate.hold(0.0, 3.0)

    assert rate.turn(1.0, 1.9) is None
    assert rate.turn(1.0, 2.0) == 2.0


def test_a_register_that_allows_nothing_is_not_asked() -> None:
    assert Rate(0).turn(0.0, 30.0) is None


@given(st.lists(st.floats(0, 2), max_size=300))
def test_second_questions_stay_within_their_share(gaps: list[float]) -> None:
    budget, now, first, second = HedgeBudget(0.08, 60), 0.0, [], []

    for gap in gaps:
        now += gap
        budget.asked(now)
        first.append(now)
        if budget.has_one(now):
            budget.spend(now)
            second.append(now)

        within = [one for one in second if one > now - 60]
        assert len(within) <= 0.08 * sum(one > now - 60 for one in first)


def test_the_p95_needs_enough_answers() -> None:
    recent = Recent()
    for at in range(19):
        recent.add(Outcome.FOUND, at)
    assert recent.p95_ms() is None
    for at in range(19, 100):
        recent.add(Outcome.FOUND, at)

    assert recent.percentile(0.95) == 94
    assert recent.percentile(0.5) == 49
    assert recent.outcomes() == {Outcome.FOUND: 100}


@dataclass
class Scripted:
    """A way whose replies are scripted: text is an outcome, None never comes."""

    script: Callable[[int], Reply | None]
    may_hedge: bool = True
    asked: int = 0
    given_up: int = 0
    log: list[float] = field(default_factory=list)

    def trouble(self) -> str:
        return ""

    def close(self) -> None:
        pass

    async def read(self, _: Call) -> Reply:
        number, self.asked = self.asked, self.asked + 1
        self.log.append(asyncio.get_running_loop().time())
        reply = self.script(number)
        if reply is not None:
            await asyncio.sleep(0)
            return reply
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        raise AssertionError


GOOD = Reply(outcome=Outcome.FOUND, records=({"name": "a"},))
FAULT = Reply(outcome=Outcome.BROKEN, is_fault=True, may_retry=True)
NO_USE = Reply(outcome=Outcome.BROKEN, is_fault=True)


def an_asker(way: Scripted, share: float = 1.0, timeout_s: float = 20.0) -> Asker:
    asker = Asker(way, a_resource(p95=20), timeout_s, HedgeBudget(share), lambda: NOW)
    asker._own_hedges = HedgeBudget(1.0)
    return asker


def in_a_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in a thread of its own: a browser in the same process keeps this one's loop running."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def asked(asker: Asker, times: int = 1) -> list[Answer]:
    async def run() -> list[Answer]:
        return [await asker.ask(a_call(key=str(at))) for at in range(times)]

    return in_a_loop(run())


def test_a_question_that_hangs_is_asked_once_more_and_the_first_is_given_up() -> None:
    way = Scripted(lambda number: None if number == 0 else GOOD)

    (answer,) = asked(an_asker(way))

    assert (answer.outcome, answer.was_hedged) == (Outcome.FOUND, True)
    assert (way.asked, way.given_up) == (2, 1)


def test_a_question_is_asked_at_most_twice() -> None:
    way = Scripted(lambda _: None)

    (answer,) = asked(an_asker(way, timeout_s=0.3))

    assert answer.outcome is Outcome.TIMEOUT
    assert (way.asked, way.given_up) == (2, 2)


def test_a_fault_that_may_pass_is_tried_once_more_at_once() -> None:
    way = Scripted(lambda number: FAULT if number == 0 else GOOD)

    (answer,) = asked(an_asker(way))

    assert (answer.outcome, answer.was_hedged, way.asked) == (Outcome.FOUND, True, 2)


def test_a_fault_that_will_not_pass_is_not_tried_again() -> None:
    way = Scripted(lambda _: NO_USE)

    (answer,) = asked(an_asker(way))

    assert (answer.outcome, answer.was_hedged, way.asked) == (Outcome.BROKEN, False, 1)


def test_the_second_fault_is_not_better_than_the_first() -> None:
    (answer,) = asked(an_asker(Scripted(lambda _: FAULT)))

    assert (answer.outcome, answer.was_hedged) == (Outcome.BROKEN, True)


def test_what_may_do_harm_is_never_asked_twice() -> None:
    way = Scripted(lambda _: FAULT, may_hedge=False)

    asked(an_asker(way))

    assert way.asked == 1


def test_when_everything_fails_second_questions_stay_a_small_share() -> None:
    way = Scripted(lambda number: FAULT if number % 2 else GOOD)

    answers = asked(an_asker(way, share=0.08), 200)

    hedged = sum(one.was_hedged for one in answers)
    assert 0 < hedged <= 16
    assert way.asked == 200 + hedged


def test_a_register_that_fails_again_and_again_is_asked_no_more_until_it_answers() -> None:
    is_well = False
    way = Scripted(lambda _: GOOD if is_well else NO_USE)
    asker = an_asker(way)
    asker.breaker = Breaker(failures=5, rest_s=0.2)

    async def run() -> list[list[Answer]]:
        nonlocal is_well
        down = [await asker.ask(a_call(key=str(at))) for at in range(30)]
        await asyncio.sleep(0.25)
        is_well = True
        return [down, [await asker.ask(a_call(key=f"again{at}")) for at in range(3)]]

    down, up = in_a_loop(run())

    assert {one.outcome for one in down} == {Outcome.BROKEN}
    assert sum("not asked" in one.detail for one in down) == 25
    assert [one.outcome for one in up] == [Outcome.FOUND] * 3
    assert asker.breaker.state == "closed"


def test_timeouts_open_the_breaker_too() -> None:
    way = Scripted(lambda _: None)

    answers = asked(an_asker(way, share=0.0, timeout_s=0.02), 8)

    said = Counter(one.outcome for one in answers)
    assert said == {Outcome.TIMEOUT: 5, Outcome.BROKEN: 3}


def test_refusals_do_not_open_it() -> None:
    way = Scripted(lambda _: Reply(outcome=Outcome.REFUSED))

    answers = asked(an_asker(way), 20)

    assert {one.outcome for one in answers} == {Outcome.REFUSED}
    assert way.asked == 20


def test_hedging_does_not_wear_down_the_time_it_hedges_at() -> None:
    # Every tenth question hangs; what the hedge saved must not look like a quick register.
    way = Scripted(lambda number: None if number % 10 == 9 else GOOD)
    asker = an_asker(way)

    asked(asker, 120)

    assert asker.recent.percentile(0.95) is not None
    assert asker.recent.percentile(0.95) >= 10  # type: ignore[operator]


def test_questions_wait_for_their_turn(peer: Peer, tmp_path: Path) -> None:
    times: list[float] = []

    async def note(_: web.Request) -> web.StreamResponse:
        times.append(asyncio.get_running_loop().time())
        return found(FIRM)

    peer.does["firms"] = note
    resource = a_resource(per_second=4)

    with an_exchange(tmp_path, peer.connection(), resources=(resource,)) as exchange:
        calls = [a_call(key=str(at)) for at in range(12)]
        answers = exchange.ask(calls, 30, lambda _: None)

    assert {one.outcome for one in answers.values()} == {Outcome.FOUND}
    assert all(later - first > 0.8 for first, later in zip(times, times[4:], strict=False))
    assert all(first <= later for first, later in pairwise(times))


def test_more_than_can_be_asked_in_time_is_busy_at_once(peer: Peer, tmp_path: Path) -> None:
    resource, connection = a_resource(per_second=1), peer.connection(timeout=1)

    with an_exchange(tmp_path, connection, resources=(resource,)) as exchange:
        calls = [a_call(key=str(at)) for at in range(10)]
        answers = exchange.ask(calls, 30, lambda _: None)

    said = Counter(one.outcome for one in answers.values())
    assert said[Outcome.BUSY] >= 8
    assert len(peer.seen) <= 2


def test_a_busy_register_is_left_alone_as_it_asked(peer: Peer, tmp_path: Path) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "20"})

    peer.does["firms"] = busy

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answers = [ask(exchange, a_call(key=str(at))) for at in range(3)]

    assert [one.outcome for one in answers] == [Outcome.BUSY] * 3
    assert len(peer.seen) == 1


def test_one_register_cannot_hold_all_connections(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"], _ = peer.gate()

    with an_exchange(tmp_path, peer.connection(timeout=30), peer.connection("cars")) as exchange:
        calls = [a_call(key=str(at)) for at in range(60)]
        in_time = exchange.ask(calls, 1.0, lambda _: None)
        other = ask(exchange, a_call("cars"))

    assert in_time == {}, "what finds no place waits its turn"
    assert len(peer.seen) - 1 <= 32 + 4, "32 at once, and a few asked twice"
    assert other.outcome is Outcome.FOUND


def test_a_register_asked_rarely_may_be_asked_twice_all_the_same() -> None:
    budget = HedgeBudget(0.2, at_least=2)
    budget.asked(0)

    assert budget.has_one(0)
    budget.spend(0)
    budget.spend(0)

    assert not budget.has_one(1)
    assert budget.has_one(61)
