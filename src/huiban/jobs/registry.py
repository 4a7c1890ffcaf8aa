# SPDX-License-Identifier: Apache-2.0
"""Which handler carries out which kind of job, and which sweep runs how often."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Payload = dict[str, Any]
Handler = Callable[[Payload, datetime], None]


class GiveUp(Exception):
    """Raised by a handler for a job that can never succeed; it is not tried again."""


class UnknownKind(LookupError):
    """A job of a kind that no handler is registered for."""

    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(
            f"no handler for jobs of kind {kind!r} (known: {', '.join(known) or 'none'}); "
            "start a worker of the version that enqueued it"
        )


@dataclass(frozen=True, slots=True)
class Sweep:
    """A periodic errand: its name, its period, and what it does at a given time."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Registry:
    """What a worker can do. Handlers run at least once, so each must be safe to repeat."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    sweeps: dict[str, Sweep] = field(default_factory=dict)

    def handle(self, kind: str, handler: Handler) -> None:
        """
        Register the handler of a kind of job.

        :raises ValueError: if the kind has one already.
        """
        if kind in self.handlers:
            raise ValueError(f"jobs of kind {kind!r} have a handler already")
        self.handlers[kind] = handler

    def sweep(self, name: str, every: timedelta, run: Callable[[datetime], object]) -> None:
        """
        Register a periodic sweep.

        :raises ValueError: if the name is taken.
        """
        if name in self.sweeps:
            raise ValueError(f"a sweep named {name!r} is registered already")
        self.sweeps[name] = Sweep(name, every, run)

    def without_sweeps(self) -> "Registry":
        """Return what can do the same jobs and leaves sweeps to others."""
        return Registry(dict(self.handlers))

    def handler_of(self, kind: str) -> Handler:
        """
        Return the handler of a kind.

        :raises UnknownKind: if there is none.
        """
        if kind not in self.handlers:
            raise UnknownKind(kind, sorted(self.handlers))
        return self.handlers[kind]
