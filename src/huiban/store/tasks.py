# SPDX-License-Identifier: Apache-2.0
"""Reads the work (待办) on one case, open and done."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from huiban.store.wire import read_time

_SELECT = """
SELECT key, state, kind, role, department, division, holder, waits_on, opened_at, closed_at
FROM store_task WHERE case_id = %s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A piece of work as stored; `closed_at` is None while it is open."""

    key: str
    state: str
    kind: str
    role: str
    department: str
    division: str
    holder: str
    waits_on: str
    opened_at: datetime
    closed_at: datetime | None


def of_case(case_id: int, *, only_open: bool = False) -> tuple[StoredTask, ...]:
    """Return the work on a case in the order it came up."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, [case_id])
        found = [StoredTask(*map(read_time, row)) for row in cursor.fetchall()]
    return tuple(task for task in found if not only_open or task.closed_at is None)
