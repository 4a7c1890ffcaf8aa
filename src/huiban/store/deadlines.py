# SPDX-License-Identifier: Apache-2.0
"""Reads the clocks (时限) of cases: those of one case, and those whose next event is due."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection

from huiban.store.rows import DeadlineRow
from huiban.store.wire import read_time, stored_time

_COLUMNS = tuple(field.name for field in fields(DeadlineRow))
_OF_CASE = f"SELECT {', '.join(_COLUMNS)} FROM store_deadline WHERE case_id = %s ORDER BY id"
_DUE = """
SELECT d.case_id, c.number, d.clock, d.next_event, d.next_event_at
FROM store_deadline d JOIN store_case c ON c.id = d.case_id
WHERE d.next_event_at IS NOT NULL AND d.next_event_at <= %s
ORDER BY d.next_event_at, d.id LIMIT %s
"""
_PROVISIONAL = """
SELECT DISTINCT c.number FROM store_deadline d JOIN store_case c ON c.id = d.case_id
WHERE d.is_provisional AND c.closed_at IS NULL ORDER BY c.number
"""


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event (warn, lapse …) that a clock asks the sweeper to send."""

    case_id: int
    number: str
    clock: str
    event: str
    at: datetime


def of_case(case_id: int) -> tuple[DeadlineRow, ...]:
    """Return the clocks of a case in the order they started."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CASE, [case_id])
        return tuple(_row(values) for values in cursor.fetchall())


def due(now: datetime, limit: int = 100) -> list[DueEvent]:
    """Return the events whose time has come, longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [stored_time(now, connection.vendor), limit])
        return [DueEvent(*map(read_time, row)) for row in cursor.fetchall()]


def provisional_cases() -> list[str]:
    """Return the numbers of open cases whose due dates rest on a provisional calendar year."""
    with connection.cursor() as cursor:
        cursor.execute(_PROVISIONAL)
        return [row[0] for row in cursor.fetchall()]


def _row(values: tuple[object, ...]) -> DeadlineRow:
    found = dict(zip(_COLUMNS, map(read_time, values), strict=True))
    found["is_provisional"] = bool(found["is_provisional"])
    return DeadlineRow(**found)
