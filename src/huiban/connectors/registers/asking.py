# SPDX-License-Identifier: Apache-2.0
"""Asking one register as its entry allows: its rate, its breaker, its time, one hedge at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from huiban.connectors.registers.model import Answer, Call, Outcome
from huiban.connectors.registers.policy import (
    MOST_UNDER_WAY,
    MOST_WAITING,
    Breaker,
    HedgeBudget,
    Rate,
    Recent,
)
from huiban.connectors.registers.reply import Reply, Way
from huiban.kernel.resource import Resource

HEDGES_OF_ALL = 0.08
HEDGES_OF_ONE = 0.2
"""One register may not spend everybody's second questions."""
_SOONEST_HEDGE_S = 0.01


@dataclass(slots=True)
class Asker:
    """Asks one register; lives in the loop, so nothing here is locked."""

    way: Way
    resource: Resource
    timeout_s: float
    hedges: HedgeBudget
    now: Callable[[], datetime]
    breaker: Breaker = field(default_factory=Breaker)
    recent: Recent = field(default_factory=Recent)
    last_at: datetime | None = None
    _rate: Rate = field(init=False)
    _own_hedges: HedgeBudget = field(init=False)
    _slots: asyncio.Semaphore = field(init=False)
    _under_way: int = 0

    def __post_init__(self) -> None:
        self._rate = Rate(self.resource.per_second)
        # More questions than are let out at once wait their turn, within the timeout.
        self._slots = asyncio.Semaphore(MOST_UNDER_WAY)
        self._own_hedges = HedgeBudget(HEDGES_OF_ONE, at_least=2)

    async def ask(self, call: Call) -> Answer:
        """Ask, or say at once why not."""
        began = monotonic()
        if self._under_way >= MOST_WAITING:
            return self._busy(call, "too many questions under way")
        if not self.breaker.admits(began):
            return Answer(call, Outcome.BROKEN, detail="not asked: it failed again and again")
        is_trial = self.breaker.state == "half_open"
        wait = self._rate.turn(began, self.timeout_s)
        if wait is None:
            self.breaker.gave_up(began)
            return self._busy(call, "more questions than it allows a second")
        self._under_way += 1
        try:
            return await self._ask(call, wait, is_trial)
        finally:
            self._under_way -= 1

    async def _ask(self, call: Call, wait: float, is_trial: bool) -> Answer:
        sent = monotonic() + wait
        attempt = _Attempt()
        try:
            async with asyncio.timeout(self.timeout_s):
                if wait:
                    await asyncio.sleep(wait)
                async with self._slots:
                    reply = await self._send(call, attempt, is_trial)
        except TimeoutError:
            reply = Reply(outcome=Outcome.TIMEOUT, is_fault=True,
                          detail=f"no answer in {self.timeout_s:g} seconds")  # fmt: skip
        ended = monotonic()
        latency = max(0, round((ended - sent) * 1000))
        self._learn(reply, latency, ended, is_trial)
        return Answer(
            call=call,
            outcome=reply.outcome,
            records=reply.records,
            as_of=reply.as_of,
            latency_ms=latency,
            request_sha256=reply.request_sha256,
            response_sha256=reply.response_sha256,
            detail=reply.detail,
            was_hedged=attempt.was_hedged,
        )

    def _learn(self, reply: Reply, latency: int, now: float, is_trial: bool) -> None:
        self.last_at = self.now()
        # Of a question that was hedged, the time until either answered: the first took longer
        # still, so what is kept stays above the p95 it was hedged at and cannot pull it down.
        has_time = not reply.is_fault or reply.outcome is Outcome.TIMEOUT
        self.recent.add(reply.outcome, latency if has_time else None)
        if reply.is_fault:
            self.breaker.failed(now, is_trial)
        elif reply.outcome is not Outcome.BUSY or is_trial:
            self.breaker.succeeded(now)
        if reply.hold_s:
            self._rate.hold(now, reply.hold_s)

    def _busy(self, call: Call, detail: str) -> Answer:
        self.recent.add(Outcome.BUSY, None)
        return Answer(call, Outcome.BUSY, detail=detail)

    async def _send(self, call: Call, attempt: "_Attempt", is_trial: bool) -> Reply:
        now = monotonic()
        self.hedges.asked(now)
        self._own_hedges.asked(now)
        if is_trial or not self.way.may_hedge:
            return await self.way.read(call)
        first = asyncio.create_task(self.way.read(call))
        running = {first}
        try:
            await asyncio.wait(running, timeout=self._patience_s())
            if first.done() and not first.result().may_retry:
                return first.result()
            if self._take_hedge():
                attempt.was_hedged = True
                running.add(asyncio.create_task(self.way.read(call)))
            return await _best(running)
        finally:
            for one in running:
                one.cancel()

    def _patience_s(self) -> float:
        """Return the time after which a second question is worth it: the register's p95."""
        promised, seen = self.resource.p95, self.recent.p95_ms()
        return max((min(seen, promised) if seen else promised) / 1000, _SOONEST_HEDGE_S)

    def _take_hedge(self) -> bool:
        now = monotonic()
        if not (self.hedges.has_one(now) and self._own_hedges.has_one(now)):
            return False
        if self.breaker.state != "closed" or self._rate.turn(now, 0.0) is None:
            return False
        self.hedges.spend(now)
        self._own_hedges.spend(now)
        return True


@dataclass(slots=True)
class _Attempt:
    was_hedged: bool = False


async def _best(running: set["asyncio.Task[Reply]"]) -> Reply:
    """Return the first reply that is no fault; if all are, the last."""
    waiting = set(running)
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        replies = [one.result() for one in done]
        good = [one for one in replies if not one.is_fault]
        if good or not waiting:
            return (good or replies)[0]
