# SPDX-License-Identifier: Apache-2.0
"""A department's system in a thread of its own, over real HTTP, and an exchange that asks it."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from huiban.connectors.registers import Answer, Call, Exchange, Setup
from huiban.kernel.connection import Connection, HttpConnection
from huiban.kernel.resource import (
    Catalogue,
    Completeness,
    Consent,
    Item,
    ItemType,
    Level,
    Mode,
    Resource,
    Share,
    Subject,
)
from huiban.kernel.words import Words

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
USCC = "91370200MA3C0000X1"
FIRM = {
    "uscc": USCC, "name": "青岛岚一建设", "staff": 12, "capital": "1200.50",
    "founded_on": "2015-03-02", "is_active": True,
}  # fmt: skip
PATIENCE_S = 20.0
"""How long a test waits for what must come; never a limit that is measured."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ITEMS = (
    Item("uscc", Words("统一社会信用代码")),
    Item("name", Words("名称")),
    Item("staff", Words("人数"), ItemType.INTEGER),
    Item("capital", Words("资本"), ItemType.DECIMAL),
    Item("founded_on", Words("成立日期"), ItemType.DATE),
    Item("is_active", Words("存续"), ItemType.BOOLEAN),
)
FIELDS = tuple(one.key for one in ITEMS)


def a_resource(key: str = "firms", **changes: Any) -> Resource:
    plain = Resource(
        code="370200-0001", key=key, name=Words("企业"), about="企业", category="firms",
        level=Level.MUNICIPAL, provider="market", subject=Subject.ENTERPRISE,
        keys=("uscc", "name"), items=ITEMS, share=Share.CONDITIONAL, basis=("法",), mode=Mode.API,
        cycle=timedelta(days=1), max_age=timedelta(days=3), completeness=Completeness.CLOSED,
        quota=10_000, per_second=1000, p95=500, consent=Consent.NONE,
        retention=timedelta(days=900), purposes=frozenset({"safety_permit"}),
    )  # fmt: skip
    return replace(plain, **changes)


def a_call(resource: str = "firms", key: str = USCC, **changes: Any) -> Call:
    plain = Call(resource, "uscc", key, ("name", "staff"), "safety_permit", f"r-{key}")
    return replace(plain, **changes)


def found(*records: Mapping[str, object], as_of: object = "2026-11-20") -> web.Response:
    return web.json_response({"records": list(records), "as_of": as_of})


async def answering(_: web.Request) -> web.StreamResponse:
    return found(FIRM)


@dataclass
class Peer:
    """The system: what each register does, and every request it saw."""

    does: dict[str, Handler] = field(default_factory=dict)
    seen: list[web.Request] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    address: str = ""
    tls: ssl.SSLContext | None = None
    _open: list[asyncio.Event] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        with self.changed:
            self.seen.append(request)
            self.changed.notify_all()
        return await self.does.get(request.match_info["resource"], answering)(request)

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have come."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.seen) >= count, PATIENCE_S)

    def gate(self, then: Handler = answering) -> tuple[Handler, Callable[[], None]]:
        """Return a handler that waits until the second is called."""
        event = asyncio.Event()
        self._open.append(event)

        async def wait(request: web.Request) -> web.StreamResponse:
            await event.wait()
            return await then(request)

        def open_gate() -> None:
            assert self._loop is not None
            self._loop.call_soon_threadsafe(event.set)

        return wait, open_gate

    def connection(self, resource: str = "firms", **more: Any) -> HttpConnection:
        return HttpConnection(
            resource=resource, address=f"{self.address}/registers/{resource}", **more
        )

    def run(self, started: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        async def start() -> web.AppRunner:
            app = web.Application()
            app.router.add_route("*", "/registers/{resource}", self.handle)
            runner = web.AppRunner(app, shutdown_timeout=0, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.tls).start()
            scheme = "https" if self.tls else "http"
            self.address = f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
            return runner

        asyncio.set_event_loop(loop)
        self._loop = loop
        runner = loop.run_until_complete(start())
        loop.call_soon(started.set)  # in the loop that `stop` ends, not in the one before it
        loop.run_forever()
        for event in self._open:
            event.set()
        loop.run_until_complete(runner.cleanup())
        loop.close()


@contextmanager
def a_peer(tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    peer, started, loop = Peer(tls=tls), threading.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=peer.run, args=(started, loop))
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield peer
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@contextmanager
def an_exchange(
    folder: Path, *connections: Connection, resources: tuple[Resource, ...] = (), **setup: Any
) -> Iterator[Exchange]:
    given = {one.key: one for one in resources}
    every = {one.resource: given.get(one.resource, a_resource(one.resource)) for one in connections}
    exchange = Exchange(
        {one.resource: one for one in connections},
        Catalogue({**every, **given}, {}, {}, {}),
        Setup(**{"environment": {}, "folder": folder, "now": lambda: NOW, **setup}),
    )
    try:
        yield exchange
    finally:
        exchange.stop()


class Late:
    """Collects late answers, and knows in which threads they came."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.threads: set[str] = set()
        self._changed = threading.Condition()

    def __call__(self, answer: Answer) -> None:
        with self._changed:
            self.answers.append(answer)
            self.threads.add(threading.current_thread().name)
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[Answer]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.answers) >= count, PATIENCE_S)
        return self.answers


def nobody(answer: Answer) -> None:
    """Nothing may come late here; what does is logged as an error of the callback."""
    raise AssertionError(answer)


def ask(exchange: Exchange, call: Call) -> Answer:
    """Ask one thing and wait for it."""
    return exchange.ask([call], PATIENCE_S, nobody)[call]
