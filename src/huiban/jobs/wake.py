# SPDX-License-Identifier: Apache-2.0
"""Waits until there may be new jobs: woken by PostgreSQL, or by looking whether SQLite changed."""

import threading
from typing import Any

import psycopg
from django.db import connection

_CHANNEL = "huiban_job"
_GLANCE_SECONDS = 0.05
_SLICE_SECONDS = 0.25


class Waker:
    """Waits for new work; a wake-up that is missed costs no more than the time-out."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._listening: psycopg.Connection[Any] | None = None
        self._seen: int | None = None

    def prepare(self) -> None:
        """Begin to notice: what is enqueued from now on wakes the next `wait`."""
        if connection.vendor == "sqlite":
            self._seen = self._look()
        else:
            self._listen()

    def wait(self, seconds: float) -> None:
        """Return when something was enqueued, when asked to stop, or after `seconds`."""
        glance = self._was_notified if connection.vendor == "postgresql" else self._was_changed
        pause = _SLICE_SECONDS if connection.vendor == "postgresql" else _GLANCE_SECONDS
        for _ in range(max(1, round(seconds / pause))):
            if self._stop.is_set() or glance(min(seconds, pause)):
                return

    def close(self) -> None:
        """Stop noticing."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _was_notified(self, seconds: float) -> bool:
        # In slices, because a signal that asks to stop does not interrupt the waiting.
        try:
            return any(self._listen().notifies(timeout=seconds, stop_after=1))
        except psycopg.OperationalError:
            self.close()
            self._stop.wait(seconds)
            return True

    def _was_changed(self, seconds: float) -> bool:
        self._stop.wait(seconds)
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")  # counts what other connections committed
            return int(cursor.fetchone()[0])

    def _listen(self) -> psycopg.Connection[Any]:
        if self._listening is None:
            parameters = dict(connection.get_connection_params())
            for ours in ("cursor_factory", "context"):
                parameters.pop(ours, None)
            self._listening = psycopg.connect(**parameters, autocommit=True)
            self._listening.execute(f"LISTEN {_CHANNEL}")
        return self._listening
