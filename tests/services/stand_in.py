# SPDX-License-Identifier: Apache-2.0
"""Registers for tests that keep to the contract of the exchange and answer what they are told."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huiban.connectors.registers import Answer, Call, Health, Outcome
from huiban.services.exchange_registers import Registers, asked_through

AS_OF = date(2026, 11, 20)


@dataclass
class StandIn:
    """
    Registers that hold records by resource and key; what is not there is absent.

    `outcomes` let a resource fail, `slow` ones answer only when `finish` is called, and `calls`
    is everything that was asked.
    """

    records: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    as_of: date = AS_OF
    calls: list[Call] = field(default_factory=list)
    waiting: list[tuple[Call, Callable[[Answer], None]]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    """Called when questions arrive: what a test looks at is what was written before."""

    def ask(
        self, calls: Sequence[Call], budget_s: float, late: Callable[[Answer], None]
    ) -> dict[Call, Answer]:
        self.before()
        self.calls += calls
        self.waiting += [(one, late) for one in calls if one.resource in self.slow]
        return {one: self.answer(one) for one in calls if one.resource not in self.slow}

    def answer(self, call: Call) -> Answer:
        outcome = self.outcomes.get(call.resource)
        if outcome is not None and not outcome.is_answer:
            return Answer(call, outcome, latency_ms=7, request_sha256="a" * 64, detail="down")
        held = self.records.get(call.resource, {}).get(call.key, ())
        kept = tuple({name: one[name] for name in call.fields if name in one} for one in held)
        return Answer(
            call=call,
            outcome=Outcome.FOUND if kept else Outcome.ABSENT,
            records=kept,
            as_of=self.as_of,
            latency_ms=12,
            request_sha256="a" * 64,
            response_sha256="b" * 64,
        )

    def finish(self) -> None:
        """Hand over what is late, from worker threads as the exchange does."""
        waiting, self.waiting = self.waiting, []
        threads = [
            threading.Thread(target=late, args=(self.answer(call),)) for call, late in waiting
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def health(self) -> Mapping[str, Health]:
        return {}


@contextmanager
def registers(found: StandIn, *connected: str) -> Iterator[StandIn]:
    """Ask this stand-in for a while; only the resources named, or that have records, are there."""
    kinds = dict.fromkeys((*connected, *found.records, *found.outcomes, *found.slow), "http")
    with asked_through(Registers(found, kinds)):
        yield found
