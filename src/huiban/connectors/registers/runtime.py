# SPDX-License-Identifier: Apache-2.0
"""The background loop of a process: shared answers, one flight a question, an asker a register."""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from time import monotonic

import aiohttp

from huiban.connectors.registers.asking import HEDGES_OF_ALL, Asker
from huiban.connectors.registers.http import open_session
from huiban.connectors.registers.model import Answer, Call, Outcome
from huiban.connectors.registers.policy import HedgeBudget

MOST_CACHED = 5000
LATE_THREADS = 4
READ_THREADS = 8

log = logging.getLogger(__name__)
Late = Callable[[Answer], None]
_Words = tuple[str, str, str, tuple[str, ...], str]


def _same(call: Call) -> _Words:
    """What makes two calls the same question: never another subject, never another purpose."""
    return (call.resource, call.by, call.key, call.fields, call.purpose)


class Batch:
    """The calls of one `ask`: answers until the time is up, then hands the rest to `late`."""

    def __init__(self, size: int, late: Late, threads: ThreadPoolExecutor) -> None:
        self._size, self._late, self._threads = size, late, threads
        self._answers: dict[Call, Answer] = {}
        self._is_open = True
        self._lock = threading.Lock()
        self._done = threading.Event()

    def take(self, answer: Answer) -> None:
        """Take one answer, in the loop."""
        with self._lock:
            if self._is_open:
                self._answers[answer.call] = answer
                if len(self._answers) == self._size:
                    self._done.set()
                return
        self._threads.submit(self._hand_over, answer)

    def wait(self, budget_s: float) -> dict[Call, Answer]:
        """Wait for all, but no longer; what comes after this goes to `late`."""
        self._done.wait(budget_s)
        with self._lock:
            self._is_open = False
            return self._answers

    def _hand_over(self, answer: Answer) -> None:
        try:
            self._late(answer)
        except Exception:
            log.exception("a late answer of %s could not be kept", answer.call.resource)


@dataclass(slots=True)
class Tools:
    """What askers are made with, inside the loop."""

    session: aiohttp.ClientSession
    readers: ThreadPoolExecutor
    hedges: HedgeBudget


Make = Callable[[str, Tools], Asker | str]
"""Makes the asker of a resource, or says why there is none."""


@dataclass(slots=True)
class Runtime:
    """Runs the loop in a thread of its own; everything but `submit` and `stop` runs inside it."""

    make: Make
    cache_seconds: float
    askers: dict[str, Asker | str] = field(default_factory=dict)
    late: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(LATE_THREADS, "huiban-late")
    )
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _tools: Tools | None = None
    _flights: dict[_Words, "asyncio.Task[Answer]"] = field(default_factory=dict)
    _cache: OrderedDict[_Words, tuple[float, Answer]] = field(default_factory=OrderedDict)

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="huiban-registers", daemon=True)
        self._thread.start()

    def submit(self, calls: Sequence[Call], batch: Batch) -> None:
        """Begin to ask, from any thread."""
        self._loop.call_soon_threadsafe(self._begin, calls, batch)

    def stop(self) -> None:
        """Give up what is under way and end the thread."""
        if self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        if self._tools is not None:
            self._tools.readers.shutdown(cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.late.shutdown()
        for asker in self.askers.values():
            if isinstance(asker, Asker):
                asker.way.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _close(self) -> None:
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        if self._tools is not None:
            await self._tools.session.close()

    def _begin(self, calls: Sequence[Call], batch: Batch) -> None:
        for call in calls:
            words = _same(call)
            kept = self._cached(words)
            if kept is not None:
                batch.take(_shared(kept, call))
                continue
            flight = self._flights.get(words)
            is_first = flight is None
            if flight is None:
                flight = self._flights[words] = self._loop.create_task(self._ask(call, words))
            flight.add_done_callback(_handing(batch, call, is_first))

    async def _ask(self, call: Call, words: _Words) -> Answer:
        try:
            asker = self._asker(call.resource)
            if isinstance(asker, str):
                return Answer(call, Outcome.BROKEN, detail=asker)
            answer = await asker.ask(call)
        except Exception as fault:
            # Whoever waits must get an answer, whatever is wrong with us.
            log.exception("asking %s failed", call.resource)
            return Answer(call, Outcome.BROKEN, detail=type(fault).__name__)
        finally:
            del self._flights[words]
        if answer.outcome.is_answer:
            self._keep(words, answer)
        return answer

    def _asker(self, resource: str) -> Asker | str:
        found = self.askers.get(resource)
        if found is None:
            if self._tools is None:
                readers = ThreadPoolExecutor(READ_THREADS, "huiban-read")
                self._tools = Tools(open_session(), readers, HedgeBudget(HEDGES_OF_ALL))
            found = self.askers[resource] = self.make(resource, self._tools)
        return found

    def _cached(self, words: _Words) -> Answer | None:
        kept = self._cache.get(words)
        if kept is None:
            return None
        if kept[0] <= monotonic():
            del self._cache[words]
            return None
        return kept[1]

    def _keep(self, words: _Words, answer: Answer) -> None:
        self._cache[words] = (monotonic() + self.cache_seconds, answer)
        self._cache.move_to_end(words)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)


def _handing(batch: Batch, call: Call, is_first: bool) -> Callable[["asyncio.Task[Answer]"], None]:
    def hand(flight: "asyncio.Task[Answer]") -> None:
        if not flight.cancelled():
            answer = flight.result()
            batch.take(answer if is_first else _shared(answer, call))

    return hand


def _shared(answer: Answer, call: Call) -> Answer:
    return replace(answer, call=call, is_cached=True, was_hedged=False)
