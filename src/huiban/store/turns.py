# SPDX-License-Identifier: Apache-2.0
"""Lets writers on SQLite wait in a queue; its own waiting is sleeping, and the unlucky starve."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class _Gate:
    """An open lock file of this thread and process; closed when the thread ends."""

    def __init__(self, path: str) -> None:
        self.path, self.pid = path, os.getpid()
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __del__(self) -> None:
        os.close(self.handle)


_mine = threading.local()


@contextmanager
def a_turn() -> Iterator[None]:
    """Hold the writers' queue for one short statement; nothing to wait for on PostgreSQL."""
    # Inside a transaction SQLite's own lock is held already: queueing now could wait for ever.
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    handle = _gate(f"{connection.settings_dict['NAME']}-turn").handle
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _gate(path: str) -> _Gate:
    gate: _Gate | None = getattr(_mine, "gate", None)
    if gate is None or gate.path != path or gate.pid != os.getpid():
        gate = _mine.gate = _Gate(path)
    return gate
