# SPDX-License-Identifier: Apache-2.0
"""How the connected registers are doing (运行情况): answers of the last day, quotas, breakers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiban.connectors.registers import Health as Seen
from huiban.kernel.connection import variables
from huiban.kernel.resource import Resource
from huiban.services import city
from huiban.services.exchange_registers import registers
from huiban.services.facts import local_day
from huiban.store import inquiry_lists, quotas
from huiban.store.inquiry_lists import Health

OVER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Running:
    """
    How one register does: `kind` is how it is reached, empty where it is not connected.

    `unset` are the variables its connection names and that are not set here; `day` is what all
    processes saw in the last 24 hours, `seen` what this process knows, its breaker among it.
    """

    kind: str
    unset: tuple[str, ...]
    quota: int
    used: int
    day: Health | None = None
    seen: Seen | None = None

    @property
    def is_connected(self) -> bool:
        return bool(self.kind) and not self.unset

    @property
    def is_open(self) -> bool:
        """Whether this process leaves it alone for a while, as it failed too often."""
        return self.seen is not None and self.seen.breaker != "closed"


def of(resources: Sequence[Resource], now: datetime) -> dict[str, Running]:
    """Tell how each of these registers does, in two statements."""
    connections = city.loaded().connections
    keys = [one.key for one in resources if one.key in connections]
    day = inquiry_lists.health(keys, now - OVER)
    used = quotas.used_on(keys, local_day(now)) if keys else {}
    seen = registers().asks.health() if keys else {}
    found = {}
    for one in resources:
        connection = connections.get(one.key)
        unset = tuple(
            name
            for name in (variables(connection) if connection else ())
            if not os.environ.get(name)
        )
        found[one.key] = Running(
            kind=str(connection.kind) if connection else "",
            unset=unset,
            quota=one.quota,
            used=used.get(one.key, 0),
            day=day.get(one.key),
            seen=seen.get(one.key),
        )
    return found
