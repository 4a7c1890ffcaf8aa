# SPDX-License-Identifier: Apache-2.0
"""Keeps what a worker holds its own while it works, from a thread with its own connection."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import Error, connection

from huiban.store import jobs, sweeps

_log = logging.getLogger(__name__)


class Lease:
    """The jobs and the sweep a worker holds now; extended three times within each lease."""

    def __init__(self, worker: str, length: timedelta, now: Callable[[], datetime]) -> None:
        self._worker, self._length, self._now = worker, length, now
        self._held: set[int] = set()
        self._sweep = ""
        self._lock = threading.Lock()

    def hold(self, jobs_held: set[int]) -> None:
        """Hold these jobs, and no others, from now on."""
        with self._lock:
            self._held = set(jobs_held)

    def let_go(self, job: int) -> None:
        """Hold a job no longer."""
        with self._lock:
            self._held.discard(job)

    def hold_sweep(self, name: str) -> None:
        """Hold this sweep; an empty name holds none."""
        with self._lock:
            self._sweep = name

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Extend what is held until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop,), daemon=True, name="lease")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(self._length.total_seconds() / 3):
                self._extend()
        finally:
            connection.close()

    def _extend(self) -> None:
        with self._lock:
            held, sweep = set(self._held), self._sweep
        until = self._now() + self._length
        try:
            if held:
                jobs.extend(held, self._worker, until)
            if sweep:
                sweeps.extend(sweep, self._worker, until)
        except Error:
            # The next beat tries again; at worst the lease ends and the job runs twice.
            _log.warning("could not extend the lease of %s", self._worker, exc_info=True)
            connection.close()
