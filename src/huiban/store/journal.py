# SPDX-License-Identifier: Apache-2.0
"""Reads the journal (办理日志) of a case; only the writing statements add to it."""

from dataclasses import fields

from django.db import connection

from huiban.store.rows import JournalRow
from huiban.store.wire import read_time

_COLUMNS = tuple(field.name for field in fields(JournalRow))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM store_journal WHERE case_id = %s"


def of_case(case_id: int, *, only_public: bool = False) -> tuple[JournalRow, ...]:
    """Return the entries of a case in order; the public ones are what its applicant may read."""
    narrow = " AND is_public" if only_public else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT}{narrow} ORDER BY seq", [case_id])
        return tuple(_row(values) for values in cursor.fetchall())


def without_case() -> list[tuple[int, int]]:
    """Return the ids of cases that are gone from beside their journal, and its entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, count(*) FROM store_journal AS entry WHERE NOT EXISTS "
            "(SELECT 1 FROM store_case WHERE id = entry.case_id) GROUP BY case_id ORDER BY case_id"
        )
        return [(int(case_id), int(count)) for case_id, count in cursor.fetchall()]


def _row(values: tuple[object, ...]) -> JournalRow:
    found = dict(zip(_COLUMNS, values, strict=True))
    found["at"] = read_time(found["at"])
    found["is_public"] = bool(found["is_public"])
    return JournalRow(**found)  # type: ignore[arg-type]
