# SPDX-License-Identifier: Apache-2.0
"""How times and rows travel between Python and each database's SQL."""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from huiban.store.rows import DeadlineRow, JobRow, JournalRow, NoticeRow, TaskRow

Row = TaskRow | DeadlineRow | JournalRow | JobRow | NoticeRow
_NAMES = {
    kind: tuple(field.name for field in fields(kind))
    for kind in (TaskRow, DeadlineRow, JournalRow, JobRow, NoticeRow)
}
_READ: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    kind: attrgetter(*names) for kind, names in _NAMES.items()
}


def sqlite_time(value: datetime) -> str:
    """Return a time as Django writes it on SQLite: UTC without its offset."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


def stored_time(value: datetime, vendor: str) -> str | datetime:
    """Return a time as a parameter of a raw statement."""
    return sqlite_time(value) if vendor == "sqlite" else value


def read_time(value: Any) -> Any:
    """Return a time read by a raw statement as an aware one; SQLite keeps UTC without saying so."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def rows_json(rows: Sequence[Row], vendor: str) -> str:
    """Return rows as one JSON array of objects."""
    if not rows:
        return "[]"
    names, read = _NAMES[type(rows[0])], _READ[type(rows[0])]
    return _ENCODE[vendor]([dict(zip(names, read(row), strict=True)) for row in rows])


_TIMES: dict[str, Callable[[Any], str]] = {
    "sqlite": sqlite_time,
    "postgresql": datetime.isoformat,
}
_ENCODE: dict[str, Callable[[Any], str]] = {
    vendor: json.JSONEncoder(ensure_ascii=False, default=written).encode
    for vendor, written in _TIMES.items()
}
