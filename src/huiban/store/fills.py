# SPDX-License-Identifier: Apache-2.0
"""Keeps what was counted of each application (填写统计), and reads the journal it comes from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from huiban.kernel.fill_rate import Counts
from huiban.store.turns import a_turn
from huiban.store.wire import read_time

_SUBMISSIONS = "('submit', 'resubmit')"
# Entries get their numbers before they are committed: the last ones are looked at again, so that
# one that was committed late is not passed over.
OVERLAP = 20_000
_COUNTS = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True, slots=True)
class FiledEntry:
    """One submission or correction as the journal has it; `body` is its JSON text."""

    journal_id: int
    seq: int
    body: str


@dataclass(frozen=True, slots=True)
class FiledCase:
    """A case with its submissions, the first one first."""

    id: int
    number: str
    pack_code: str
    item_code: str
    life: str
    channel: str
    department: str
    submitted_at: datetime
    entries: tuple[FiledEntry, ...]


@dataclass(frozen=True, slots=True)
class FillRow:
    """What is kept of one application; see `models.Fill`."""

    case_id: int
    pack_code: str
    item_code: str
    life: str
    channel: str
    department: str
    month: str
    journal_seq: int
    journal_id: int
    is_recorded: bool
    by_field: str
    counts: Counts


_HEAD = tuple(one.name for one in fields(FiledCase) if one.name != "entries")
_OWN = tuple(one.name for one in fields(FillRow) if one.name != "counts")
_COLUMNS = (*_OWN, *_COUNTS)
_PUT = (
    f"INSERT INTO store_fill ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (case_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "case_id")
    + " WHERE store_fill.journal_seq <= excluded.journal_seq"
)
_UNCOUNTED = f"""
SELECT entry.case_id FROM store_journal AS entry
JOIN store_case ON store_case.id = entry.case_id
LEFT JOIN store_fill AS fill ON fill.case_id = entry.case_id
WHERE entry.id > %s AND entry.act IN {_SUBMISSIONS}
  AND (fill.case_id IS NULL OR fill.journal_seq < entry.seq)
ORDER BY entry.id LIMIT %s
"""
_EVERY = f"""
SELECT entry.case_id, entry.id FROM store_journal AS entry
JOIN store_case ON store_case.id = entry.case_id
WHERE entry.id > %s AND entry.act IN {_SUBMISSIONS} ORDER BY entry.id LIMIT %s
"""
_FILED = f"""
SELECT {", ".join(f"c.{name}" for name in _HEAD)}, entry.id, entry.seq, entry.body
FROM store_journal AS entry JOIN store_case AS c ON c.id = entry.case_id
WHERE entry.case_id IN (%s) AND entry.act IN {_SUBMISSIONS} ORDER BY entry.case_id, entry.seq
"""
_STRAYS = f"""
SELECT fill.case_id FROM store_fill AS fill WHERE NOT EXISTS
(SELECT 1 FROM store_journal AS entry
 WHERE entry.case_id = fill.case_id AND entry.act IN {_SUBMISSIONS})
"""


def mark() -> int:
    """Return the journal entry up to which nothing new is expected."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(journal_id), 0) FROM store_fill")
        return max(int(cursor.fetchone()[0]) - OVERLAP, 0)


def uncounted(after: int, limit: int) -> list[int]:
    """Return cases with a submission after a journal entry that is not counted yet."""
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNTED, [after, limit])
        return list(dict.fromkeys(int(row[0]) for row in cursor.fetchall()))


def batches(size: int) -> Iterator[list[int]]:
    """Yield every case that was ever submitted, by the entries of the journal, in batches."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_EVERY, [after, size])
            rows = cursor.fetchall()
        if not rows:
            return
        after = int(rows[-1][1])
        yield list(dict.fromkeys(int(row[0]) for row in rows))


def filed(case_ids: Collection[int]) -> list[FiledCase]:
    """Return cases with their submissions, in one statement."""
    if not case_ids:
        return []
    found: dict[int, list[FiledEntry]] = {}
    heads: dict[int, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FILED % ", ".join(["%s"] * len(case_ids)), list(case_ids))
        for *head, journal_id, seq, body in cursor.fetchall():
            heads[head[0]] = dict(zip(_HEAD, map(read_time, head), strict=True))
            found.setdefault(head[0], []).append(FiledEntry(journal_id, seq, body))
    return [FiledCase(**heads[one], entries=tuple(entries)) for one, entries in found.items()]


def put(rows: Sequence[FillRow]) -> None:
    """Write what was counted; a row that counts a later submission is left as it is."""
    values = [
        [getattr(row, name) for name in _OWN] + [getattr(row.counts, name) for name in _COUNTS]
        for row in rows
    ]
    with a_turn(), transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_PUT, values)


def stored(case_ids: Collection[int]) -> dict[int, FillRow]:
    """Return what is kept of some cases, by case."""
    if not case_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM store_fill "
            f"WHERE case_id IN ({', '.join(['%s'] * len(case_ids))})",
            list(case_ids),
        )
        return {row[0]: _row(row) for row in cursor.fetchall()}


def strays() -> list[int]:
    """Return the cases that are counted and were never submitted, by the journal."""
    with connection.cursor() as cursor:
        cursor.execute(_STRAYS)
        return [int(row[0]) for row in cursor.fetchall()]


def remove(case_ids: Collection[int]) -> None:
    """Forget what was counted of cases."""
    with connection.cursor() as cursor:
        for one in case_ids:
            cursor.execute("DELETE FROM store_fill WHERE case_id = %s", [one])


def _row(values: Sequence[Any]) -> FillRow:
    told = dict(zip(_COLUMNS, values, strict=True))
    counts = Counts(**{name: told.pop(name) for name in _COUNTS})
    return FillRow(**told | {"is_recorded": bool(told["is_recorded"])}, counts=counts)
