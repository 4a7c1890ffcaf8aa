# SPDX-License-Identifier: Apache-2.0
"""Counts over many cases in one statement each: how long decisions took."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db import connection

from huiban.store.wire import read_time, stored_time

_DECIDED = """
SELECT accepted_at, decided_at FROM store_case
WHERE item_code = %s AND decided_at >= %s AND decided_at < %s AND accepted_at IS NOT NULL
ORDER BY decided_at DESC LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Took:
    """The median hours from acceptance to decision, and over how many cases; None over none."""

    hours: float | None
    count: int


def median_hours(item_code: str, since: datetime, until: datetime) -> Took:
    """Return how long an item's decisions took, over at most the last thousand of the period."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDED, [item_code, stored_time(since, vendor), stored_time(until, vendor)]
        )
        rows = [(read_time(one), read_time(two)) for one, two in cursor.fetchall()]
    hours = [(decided - accepted).total_seconds() / 3600 for accepted, decided in rows]
    return Took(median(hours) if hours else None, len(hours))
