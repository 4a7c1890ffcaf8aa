# SPDX-License-Identifier: Apache-2.0
"""Answers every list of cases: the desk's work, a department's cases, a party's own cases."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from huiban.kernel.actor import Actor
from huiban.store import search
from huiban.store.search import Part, Place
from huiban.store.wire import read_time, stored_time


@dataclass(frozen=True, slots=True)
class DeskScope:
    """Whose desk: work of these roles in this department, and what this account holds itself."""

    account: str
    roles: tuple[str, ...]
    department: str
    division: str = ""


@dataclass(frozen=True, slots=True)
class DeskNarrow:
    """What of the desk is looked at; an empty text means all."""

    light: str = ""
    stage: str = ""
    item: str = ""
    text: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class CaseNarrow:
    """What of a department's or party's cases is looked at; `is_open` None means both."""

    stage: str = ""
    item: str = ""
    text: str = ""
    is_open: bool | None = None
    applicant: str = ""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One piece of work on the desk's list."""

    task_id: int
    sort_at: datetime
    number: str
    title: str
    subject_name: str
    item_code: str
    life: str
    stage: str
    light: str
    due_at: datetime | None
    submitted_at: datetime
    accepted_at: datetime | None
    department: str
    division: str
    task_key: str
    task_state: str
    task_kind: str
    role: str
    holder: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One case on a list."""

    id: int
    number: str
    title: str
    subject_name: str
    item_code: str
    life: str
    stage: str
    outcome: str
    light: str
    due_at: datetime | None
    submitted_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    department: str
    division: str
    pack_code: str
    pack_version: str


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of the desk's list; `cursor` asks for the next one, empty at the end."""

    rows: tuple[DeskRow, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of a list of cases; `cursor` asks for the next one, empty at the end."""

    rows: tuple[ListedCase, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How much work there is, in all and by light, stage and item."""

    total: int
    by_light: dict[str, int]
    by_stage: dict[str, int]
    by_item: dict[str, int]


class BadCursor(ValueError):
    """The list cannot go on from here; the cursor was cut or made up."""

    def __init__(self) -> None:
        super().__init__("翻页位置无效，请从第一页重新打开列表。")


_ROW = re.compile("[0-9]{1,19}")
_LARGEST_ROW = 2**63 - 1
_DESK_COLUMNS = """t.id, t.sort_at, c.number, c.title, c.subject_name, c.item_code, c.life, c.stage,
  t.light, c.due_at, c.submitted_at, c.accepted_at, t.department, t.division, t.key, t.state,
  t.kind, t.role, t.holder, t.opened_at"""
_DESK_TABLES = "FROM store_task t JOIN store_case c ON c.id = t.case_id"
_DESK_FROM = f"{_DESK_TABLES} WHERE t.closed_at IS NULL"
_CASE_COLUMNS = ", ".join(f"c.{field.name}" for field in fields(ListedCase))


def scope_of(actor: Actor) -> DeskScope:
    """Return an officer's own desk."""
    roles = tuple(sorted(actor.roles))
    return DeskScope(actor.number, roles, actor.department, actor.division)


def desk_list(scope: DeskScope, narrow: DeskNarrow, cursor: str = "", limit: int = 50) -> DeskPage:
    """
    Return open work, most urgent first.

    :raises BadCursor: if the cursor is not one of this list.
    """
    rows = _desk_rows(scope, narrow, _desk_position(cursor), limit + 1)
    more = len(rows) > limit
    return DeskPage(tuple(rows[:limit]), _desk_cursor(rows[limit - 1]) if more else "")


def desk_counts(scope: DeskScope, narrow: DeskNarrow) -> DeskCounts:
    """Count the open work, as narrowed."""
    branches = list(_branches(scope, narrow))
    tables = _DESK_TABLES if narrow.text else "FROM store_task t"
    each = " UNION ALL ".join(
        f"SELECT t.light, t.stage, t.item_code {tables} WHERE t.closed_at IS NULL{part.sql}"
        for part in branches
    )
    values = [value for part in branches for value in part.values]
    lights, stages, items = Counter[str](), Counter[str](), Counter[str]()
    sql = f"SELECT light, stage, item_code, count(*) FROM ({each}) w GROUP BY 1, 2, 3"
    for light, stage, item, count in _fetch(sql, values):
        lights[light] += count
        stages[stage] += count
        items[item] += count
    return DeskCounts(lights.total(), dict(lights), dict(stages), dict(items))


def desk_neighbours(scope: DeskScope, narrow: DeskNarrow, number: str) -> tuple[str, str]:
    """Return the case numbers before and after a case on the desk's list; empty at its ends."""
    here = _fetch(
        f"SELECT t.sort_at, t.id {_DESK_FROM} AND c.number = %s ORDER BY t.sort_at, t.id LIMIT 1",
        [number],
    )
    if not here:
        return "", ""
    position = (read_time(here[0][0]), here[0][1])
    before = _desk_rows(scope, narrow, position, 2, is_backward=True)
    after = _desk_rows(scope, narrow, position, 2)
    return _other(before, number), _other(after, number)


def department_list(
    scope: DeskScope, narrow: CaseNarrow, cursor: str = "", limit: int = 50
) -> CasePage:
    """
    Return a department's cases, newest first.

    :raises BadCursor: if the cursor is not one of this list.
    """
    source, found = search.source(narrow.text, Place(scope.department, scope.division))
    return _case_page(source, found + _case_conditions(narrow), cursor, limit)


def my_cases(subject_code: str, narrow: CaseNarrow, cursor: str = "", limit: int = 50) -> CasePage:
    """
    Return a person's or enterprise's own cases, newest first.

    :raises BadCursor: if the cursor is not one of this list.
    """
    part = Part(" AND c.subject_code = %s", [subject_code]) + _case_conditions(narrow)
    if narrow.text:
        part += search.within("c", narrow.text)
    return _case_page(search.ALL, part, cursor, limit)


def _case_page(source: search.Source, part: Part, cursor: str, limit: int) -> CasePage:
    before = {"before": _row_number(cursor)} if cursor else {}
    sql, values = source.newest(_CASE_COLUMNS, part, limit=limit + 1, **before)
    rows = [ListedCase(*map(read_time, row)) for row in _fetch(sql, values)]
    more = len(rows) > limit
    return CasePage(tuple(rows[:limit]), str(rows[limit - 1].id) if more else "")


def _case_conditions(narrow: CaseNarrow) -> Part:
    part = Part("", [])
    if narrow.stage:
        part += Part(" AND c.stage = %s", [narrow.stage])
    if narrow.item:
        part += Part(" AND c.item_code = %s", [narrow.item])
    if narrow.applicant:
        part += Part(" AND c.applicant = %s", [narrow.applicant])
    if narrow.is_open is not None:
        part += Part(f" AND c.closed_at IS {'' if narrow.is_open else 'NOT '}NULL", [])
    return part


def _desk_rows(
    scope: DeskScope,
    narrow: DeskNarrow,
    position: tuple[datetime, int] | None,
    limit: int,
    *,
    is_backward: bool = False,
) -> list[DeskRow]:
    # Each branch walks one index in order and stops at the limit; the outer sort merges the few.
    way, sign = ("DESC", "<") if is_backward else ("ASC", ">")
    after = Part("", [])
    if position:
        at = stored_time(position[0], connection.vendor)
        after = Part(f" AND (t.sort_at, t.id) {sign} (%s, %s)", [at, position[1]])
    branches, values = [], []
    for part in _branches(scope, narrow):
        part += after
        branches.append(
            f"SELECT * FROM (SELECT {_DESK_COLUMNS} {_DESK_FROM}{part.sql} "
            f"ORDER BY t.sort_at {way}, t.id {way} LIMIT %s) b"
        )
        values += [*part.values, limit]
    sql = f"{' UNION ALL '.join(branches)} ORDER BY 2 {way}, 1 {way} LIMIT %s"
    return [DeskRow(*map(read_time, row)) for row in _fetch(sql, [*values, limit])]


def _branches(scope: DeskScope, narrow: DeskNarrow) -> Iterator[Part]:
    """What the account holds itself, then per role the work that nobody holds yet."""
    common = _desk_conditions(narrow)
    yield Part(" AND t.holder = %s AND NOT (t.holder = '')", [scope.account]) + common
    if narrow.mine:
        return
    where = search.in_division("t", scope.division)
    for role in scope.roles:
        yield (
            Part(
                " AND t.department = %s AND t.role = %s AND t.holder = ''", [scope.department, role]
            )
            + where
            + common
        )


def _desk_conditions(narrow: DeskNarrow) -> Part:
    part = Part("", [])
    if narrow.light:
        part += Part(" AND t.light = %s", [narrow.light])
    if narrow.stage:
        part += Part(" AND t.stage = %s", [narrow.stage])
    if narrow.item:
        part += Part(" AND t.item_code = %s", [narrow.item])
    if narrow.text:
        part += search.within("c", narrow.text)
    return part


def _desk_cursor(row: DeskRow) -> str:
    return f"{row.sort_at.isoformat()}~{row.task_id}"


def _desk_position(cursor: str) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    at, _, task = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise BadCursor
        return moment.astimezone(UTC), _row_number(task)
    except (ValueError, OverflowError):  # no such day, or one that UTC has no number for
        raise BadCursor from None


def _row_number(text: str) -> int:
    """Read a row's number; a made-up one may be larger than any database can look for."""
    if not _ROW.fullmatch(text) or int(text) > _LARGEST_ROW:
        raise BadCursor
    return int(text)


def _other(rows: Sequence[DeskRow], number: str) -> str:
    return next((row.number for row in rows if row.number != number), "")


def _fetch(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
