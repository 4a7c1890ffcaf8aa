# SPDX-License-Identifier: Apache-2.0
"""The exchange as threads see it: ask everything at once, take what is there in time."""

import os
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from huiban.connectors.registers.asking import Asker
from huiban.connectors.registers.files import FileWay
from huiban.connectors.registers.http import HttpWay
from huiban.connectors.registers.model import Answer, Call, Health
from huiban.connectors.registers.push import Pushed, PushWay
from huiban.connectors.registers.reach import trouble_of
from huiban.connectors.registers.reply import Desk, Way
from huiban.connectors.registers.runtime import Batch, Late, Runtime, Tools
from huiban.connectors.registers.sql import SqlWay
from huiban.kernel.connection import (
    Connection,
    FileConnection,
    HttpConnection,
    SqlConnection,
    settled,
)
from huiban.kernel.resource import Catalogue, QuestionRefused, Resource
from huiban.kernel.words import Words

_HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """
    What the exchange needs to know of the house.

    `folder` keeps the indexes of register files; `pushed(resource, by, key)` finds what a provider
    sent, as (records, as_of) or None; `digest_key` keys the digests of requests and responses.
    """

    environment: Mapping[str, str]
    folder: Path
    now: Callable[[], datetime]
    pushed: Pushed | None = None
    digest_key: bytes = b""
    allows_plain_http: bool = False
    cache_seconds: float = 60.0


class Exchange:
    """
    Asks registers from any thread; the network runs in one background thread a process.

    The thread starts with the first question, so a server may fork after it made its exchange.
    """

    def __init__(
        self, connections: Mapping[str, Connection], catalogue: Catalogue, setup: Setup
    ) -> None:
        self.connections = connections
        self.catalogue = catalogue
        self._setup = setup
        self._desk = Desk(self._today, setup.digest_key)
        self._runtime: Runtime | None = None
        self._inherited: list[Runtime | None] = []
        self._lock = threading.Lock()
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (found := forget()) and found())

    def ask(self, calls: Sequence[Call], budget_s: float, late: Late) -> dict[Call, Answer]:
        """See `Asks.ask`."""
        for call in calls:
            self._demand(call)
        once = tuple(dict.fromkeys(calls))
        if not once:
            return {}
        runtime = self._running()
        batch = Batch(len(once), late, runtime.late)
        runtime.submit(once, batch)
        return batch.wait(budget_s)

    def health(self) -> Mapping[str, Health]:
        """See `Asks.health`."""
        askers = self._runtime.askers if self._runtime else {}
        return {
            key: self._health(connection, askers.get(key))
            for key, connection in self.connections.items()
        }

    def start(self) -> None:
        """Start the background thread now instead of at the first question."""
        self._running()

    def stop(self) -> None:
        """End the background thread; what is under way is given up and handed to nobody."""
        with self._lock:
            runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.stop()

    def trouble(self, resource: str) -> str:
        """Say what is wrong with the declared connection of a resource; "" if nothing is."""
        return trouble_of(
            self.connections.get(resource), self._setup.environment, self._setup.allows_plain_http
        )

    def _demand(self, call: Call) -> None:
        resource = self.catalogue.resources.get(call.resource)
        if resource is None:
            raise QuestionRefused(
                "unknown_resource",
                Words(f"目录里没有{call.resource}", f"{call.resource} is not in the catalogue"),
            )
        if call.by not in resource.keys:
            raise QuestionRefused(
                "unknown_key",
                Words(
                    f"{resource.name.zh}不能按“{call.by}”查询",
                    f"{resource.name.speak('en')} cannot be looked up by “{call.by}”",
                ),
            )
        strange = ", ".join(sorted(set(call.fields) - {one.key for one in resource.items}))
        if strange or not call.fields:
            raise QuestionRefused(
                "unknown_item" if strange else "nothing_asked",
                Words(
                    f"{resource.name.zh}没有这些信息项：{strange}",
                    f"{resource.name.speak('en')} has no such items: {strange}",
                )
                if strange
                else Words("没有写明要查哪几项", "Nothing is asked"),
            )

    def _running(self) -> Runtime:
        with self._lock:
            if self._runtime is None:
                self._runtime = Runtime(self._make, self._setup.cache_seconds)
                self._runtime.start()
            return self._runtime

    def _forget(self) -> None:
        # In a child the thread is gone and the lock may be held for ever. The parent's sockets
        # are kept, untouched: closing them here would say goodbye in the parent's name.
        self._inherited.append(self._runtime)
        self._runtime = None
        self._lock = threading.Lock()

    def _make(self, key: str, tools: Tools) -> Asker | str:
        trouble = self.trouble(key)
        if trouble:
            return trouble
        connection = settled(self.connections[key], self._setup.environment)
        resource = self.catalogue.resources[key]
        way = self._way(connection, resource, tools)
        return Asker(way, resource, float(connection.timeout), tools.hedges, self._setup.now)

    def _way(self, connection: Connection, resource: Resource, tools: Tools) -> Way:
        if isinstance(connection, HttpConnection):
            return HttpWay(connection, resource, self._desk, tools.session)
        if isinstance(connection, SqlConnection):
            return SqlWay(connection, resource, self._desk, tools.readers)
        if isinstance(connection, FileConnection):
            folder = self._setup.folder / resource.key
            return FileWay(connection, resource, self._desk, folder, tools.readers)
        return PushWay(resource, self._desk, self._setup.pushed, tools.readers)

    def _health(self, connection: Connection, asker: Asker | str | None) -> Health:
        key, kind = connection.resource, str(connection.kind)
        if not isinstance(asker, Asker):
            return Health(key, kind, detail=self.trouble(key))
        turned, now = asker.breaker.changed, monotonic()
        since = self._setup.now() - timedelta(seconds=now - turned) if turned else None
        return Health(
            resource=key,
            kind=kind,
            breaker=asker.breaker.state,
            since=since,
            outcomes=asker.recent.outcomes(),
            p50_ms=asker.recent.percentile(0.5),
            p95_ms=asker.recent.percentile(0.95),
            last_at=asker.last_at,
            detail=asker.way.trouble(),
        )

    def _today(self) -> date:
        return self._setup.now().astimezone(_HERE).date()
