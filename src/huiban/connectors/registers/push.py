# SPDX-License-Identifier: Apache-2.0
"""Finding what a provider sent on its own (推送); who keeps it is the house's business."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from huiban.connectors.registers.model import Call, Outcome, Record
from huiban.connectors.registers.reading import FROM_JSON, Cut, NonsenseAnswered
from huiban.connectors.registers.reply import Desk, Reply, found
from huiban.kernel.resource import Resource

Pushed = Callable[[str, str, str], tuple[tuple[Record, ...], date] | None]


class PushWay:
    """Looks one register up in what its provider sent; runs in a thread, as it reads a database."""

    may_hedge = False

    def __init__(
        self, resource: Resource, desk: Desk, pushed: Pushed | None, threads: ThreadPoolExecutor
    ) -> None:
        self._resource, self._desk, self._pushed = resource, desk, pushed
        self._threads = threads
        self._cut = Cut(resource, {}, FROM_JSON)

    def trouble(self) -> str:
        return "" if self._pushed else "nothing receives what is pushed"

    def close(self) -> None:
        """Nothing is held open."""

    async def read(self, call: Call) -> Reply:
        """Look the key up."""
        if self._pushed is None:
            return Reply(outcome=Outcome.BROKEN, detail=self.trouble(), is_fault=True)
        loop = asyncio.get_running_loop()
        kept = await loop.run_in_executor(
            self._threads, self._pushed, call.resource, call.by, call.key
        )
        digest = self._desk.digest("push", call.resource, call.by, call.key, call.purpose)
        if kept is None:
            return Reply(outcome=Outcome.ABSENT, request_sha256=digest)
        records, as_of = kept
        try:
            cut = self._cut.records(list(records), call.fields)
        except NonsenseAnswered as fault:
            return Reply(outcome=Outcome.BROKEN, detail=str(fault), request_sha256=digest)
        seen = self._desk.digest(repr(cut), as_of.isoformat())
        return Reply(outcome=found(cut), records=cut, as_of=as_of, request_sha256=digest,
                     response_sha256=seen)  # fmt: skip
