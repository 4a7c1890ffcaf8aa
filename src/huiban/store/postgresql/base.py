# SPDX-License-Identifier: Apache-2.0
"""The connection that Django loads by the name of its folder."""

import select
import time

from django.db.backends.postgresql import base

_TRUSTED_SECONDS = 30.0
"""A firewall may forget a connection that was silent for long, without a word to either end."""


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A kept connection is checked before each request's first statement, as Django does it.

    Django sends a statement of its own for that, a tenth of what opening a case costs. A server
    that ended the connection has said so, which makes the socket readable: only then, or after
    a long silence, is the server itself asked.
    """

    checked_at = float("-inf")
    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Make sure the next statement finds a server; a lost connection is opened again."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        now = time.monotonic()
        if now - self.checked_at < _TRUSTED_SECONDS and self._is_silent():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self.checked_at = now

    def _is_silent(self) -> bool:
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0)
