# SPDX-License-Identifier: Apache-2.0
"""The one exchange of this process (查询通道): which registers are connected, and who asks them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock, Timer

from django.conf import settings
from django.db import connection

from huiban.connectors.registers import Asks, Exchange, Setup
from huiban.kernel.connection import variables
from huiban.services import city
from huiban.services.exchange_keys import digest_key, key_digest
from huiban.services.packs_in_force import when_changed
from huiban.store import pushed

_LONGEST = 40.0
"""Seconds after which no answer of an old exchange can still come."""


@dataclass(frozen=True, slots=True)
class Registers:
    """Who asks, and by resource how it is reached: http, sql, file or push."""

    asks: Asks
    kinds: Mapping[str, str]


class _Process:
    """What this process asks with; made when first needed, after any fork."""

    lock = Lock()
    made: Registers | None = None
    pid = 0


def registers() -> Registers:
    """Return the exchange of this process, made of the packs' connections when first needed."""
    if _Process.made is None or _Process.pid != os.getpid():
        with _Process.lock:
            if _Process.made is None or _Process.pid != os.getpid():
                _Process.made, _Process.pid = _made(), os.getpid()
    return _Process.made


def _renew() -> None:
    """Other packs may connect other registers; what is under way with the old ones may finish."""
    before, _Process.made = _Process.made, None
    stop = getattr(before.asks, "stop", None) if before else None
    if stop is not None:
        timer = Timer(_LONGEST, stop)
        timer.daemon = True
        timer.start()


when_changed(_renew)


@contextmanager
def asked_through(other: Registers) -> Iterator[None]:
    """Ask through something else for a while, in every thread: a stand-in for tests."""
    before, pid = _Process.made, _Process.pid
    _Process.made, _Process.pid = other, os.getpid()
    try:
        yield
    finally:
        _Process.made, _Process.pid = before, pid


def _made() -> Registers:
    loaded = city.loaded()
    setup = Setup(
        environment=os.environ,
        folder=Path(settings.DATA_DIR) / "registers",
        now=_now,
        pushed=_pushed,
        digest_key=digest_key(),
        allows_plain_http=not settings.PRODUCTION,
    )
    # What names a variable that is not set here is not connected: it is not asked, nor logged.
    kinds = {
        key: str(one.kind)
        for key, one in loaded.connections.items()
        if all(os.environ.get(name) for name in variables(one))
    }
    return Registers(Exchange(loaded.connections, loaded.catalogue, setup), kinds)


def _pushed(resource: str, by: str, key: str) -> tuple[tuple[pushed.Record, ...], date] | None:
    try:
        return pushed.find(resource, by, key_digest(key))
    finally:
        # The threads of the exchange outlive every request: nobody else closes what they open.
        if not connection.in_atomic_block:
            connection.close()


def _now() -> datetime:
    # Breakers and daily files outlive the request that woke them, and so does what they ask it by.
    return datetime.now(tz=UTC)  # noqa: TID251 - an entrypoint of its own: a thread of the process
