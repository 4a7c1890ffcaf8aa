# SPDX-License-Identifier: Apache-2.0
"""The exchange as threads see it: ask everything at once, take what is there in time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from huiban.connectors.registers.model import Answer, Call, Health, Record
from huiban.kernel.connection import Connection
from huiban.kernel.resource import Catalogue

Pushed = Callable[[str, str, str], tuple[tuple[Record, ...], "object"] | None]


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


@dataclass(slots=True)
class Exchange:
    """Asks registers from any thread; the network runs in one background thread a process."""

    connections: Mapping[str, Connection]
    catalogue: Catalogue
    setup: Setup
    _started: bool = field(default=False, init=False)

    def ask(
        self, calls: Sequence[Call], budget_s: float, late: Callable[[Answer], None]
    ) -> dict[Call, Answer]:
        """See `Asks.ask`."""
        raise NotImplementedError

    def health(self) -> Mapping[str, Health]:
        """See `Asks.health`."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the background thread now instead of at the first question."""

    def stop(self) -> None:
        """End the background thread; what is under way is given up and handed to nobody."""
