# SPDX-License-Identifier: Apache-2.0
"""Opens and changes cases (办件), one statement each, and reads one back."""

import json
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction

from huiban.store import statements
from huiban.store.grams import grams, in_department, in_division
from huiban.store.models.case import NEVER
from huiban.store.rows import CaseChange, CaseRow, NewCase, WantedFile
from huiban.store.turns import a_turn
from huiban.store.wire import read_time, rows_json, sqlite_time

_COLUMNS = tuple(field.name for field in fields(CaseRow))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM store_case WHERE "
_OPEN_VALUES = attrgetter(*statements.OPEN_FIELDS)
_ANY_KIND = ("*",)
_RECORD_VALUES = attrgetter(*statements.RECORD_FIELDS)


class AlreadySubmitted(Exception):
    """The same application arrived before; `number` is the case it opened then."""

    def __init__(self, number: str) -> None:
        super().__init__(f"这份申请已经提交过，办件编号是 {number}，无需重复提交。")
        self.number = number


class FilesTaken(Exception):
    """A file is not free, or not of the kind that is wanted; nothing was written."""


class CertificateInUse(Exception):
    """Another open case changes, renews or cancels the same certificate: case `number`."""

    def __init__(self, number: str) -> None:
        super().__init__(f"这张证照正用于办件 {number}。")
        self.number = number


class TokenEnded(Exception):
    """The token that asked does not count any more, or not for this applicant; nothing written."""


class StaleVersion(Exception):
    """Somebody else changed the case in the meantime; nothing was written."""

    def __init__(self, number: int, expected: int) -> None:
        super().__init__(
            "这个办件刚刚被别人处理过，请刷新页面看到最新情况后再操作；本次没有改动任何内容。"
        )
        self.number = number
        self.expected = expected


class CaseNotFound(LookupError):
    """No case has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"没有编号为 {number} 的办件，请核对编号。")
        self.number = number


def open_case(new: NewCase) -> None:
    """
    Write a case with its tasks, deadlines, journal, jobs and notices, and spend its draft.

    Journal entries count from 1 without a gap.

    :raises AlreadySubmitted: if the submission key opened a case before.
    :raises FilesTaken: if one of the loose files is not free, or not such as is wanted.
    :raises TokenEnded: if it was asked for with a token that does not count any more.
    :raises CertificateInUse: if an open case replaces or ends the same certificate.
    """
    vendor = connection.vendor
    values = dict(zip(statements.OPEN_FIELDS, _OPEN_VALUES(new), strict=True))
    values |= {
        "at": new.submitted_at,
        "grams": grams(new.title, new.subject_name),
        "sort_at": new.due_at or NEVER,
        "tasks": rows_json(new.tasks, vendor),
        "draft": new.draft,
        "token": new.token,
        "files": _wanted_json(new.files),
        "found_in_department": in_department(new.department),
        "found_in_division": in_division(new.division),
    }
    # What is refused inside a transaction must leave it usable.
    is_risky = bool(new.files or new.source_certificate or new.token) and connection.in_atomic_block
    safe = transaction.atomic() if is_risky else nullcontext()
    try:
        with safe:
            is_new = _execute(statements.OPEN[vendor], values, new)
    except IntegrityError as fault:
        if "huiban: file taken" in str(fault):
            raise FilesTaken from fault
        if "huiban: token ended" in str(fault):
            raise TokenEnded from fault
        if _is_of_certificate(str(fault)) and of_submission(new.submission_key) is None:
            in_use = of_certificates([new.source_certificate])
            raise CertificateInUse(in_use.get(new.source_certificate, "")) from fault
        if not _is_repeat(str(fault)):
            raise
        is_new = False
    if not is_new:
        raise AlreadySubmitted(_number_of(new.submission_key))


def record(change: CaseChange) -> None:
    """
    Write everything one act changes, if the case still is the expected version.

    :raises StaleVersion: if it is not; nothing is written then.
    """
    vendor = connection.vendor
    values = dict(zip(statements.RECORD_FIELDS, _RECORD_VALUES(change), strict=True))
    values |= {
        "grams": _new_grams(change),
        "sort_at": change.due_at or NEVER,
        "tasks_opened": rows_json(change.tasks_opened, vendor),
        "tasks_closed": json.dumps(change.tasks_closed),
        "opened_keys": json.dumps([task.key for task in change.tasks_opened]),
        "found_in_department": _if_given(change.department, in_department),
        "found_in_division": _if_given(change.division, in_division),
    }
    try:
        written = _execute(statements.RECORD[vendor], values, change)
    except IntegrityError as fault:
        if "stale version" not in str(fault):
            raise
        written = False
    if not written:
        raise StaleVersion(change.id, change.expected_version)


def load(number: str) -> CaseRow:
    """
    Return the case with this number.

    :raises CaseNotFound: if there is none.
    """
    found = _one("number = %s", number)
    if found is None:
        raise CaseNotFound(number)
    return found


def load_by_id(case_id: int) -> CaseRow:
    """
    Return the case with this id.

    :raises CaseNotFound: if there is none.
    """
    found = _one("id = %s", case_id)
    if found is None:
        raise CaseNotFound(str(case_id))
    return found


def of_submission(submission_key: str) -> CaseRow | None:
    """Return the case that an application, by its submission key, has opened already."""
    return _one("submission_key = %s", submission_key)


def of_certificates(numbers: Collection[str], but: str = "") -> dict[str, str]:
    """
    Return the number of the case that replaces or ends each of these certificates, if any.

    The case that was opened under the submission key `but` is left out.
    A granted one counts: its certificate is replaced as soon as the worker comes to it.
    """
    if not numbers:
        return {}
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT source_certificate, number FROM store_case WHERE source_certificate IN "
            f"({marks}) AND NOT (source_certificate = '') AND NOT (life = 'new') "
            "AND (closed_at IS NULL OR outcome = 'granted') AND submission_key <> %s ORDER BY id",
            [*numbers, but],
        )
        return dict(cursor.fetchall())


def children(number: str) -> list[CaseRow]:
    """Return the sub-cases opened from a case, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_SELECT} parent_case = %s AND NOT (parent_case = '') ORDER BY id", [number]
        )
        return [_row(values) for values in cursor.fetchall()]


def _execute(statement: str, values: dict[str, Any], parts: NewCase | CaseChange) -> bool:
    vendor = connection.vendor
    values |= {
        "deadlines": rows_json(parts.deadlines, vendor),
        "journal": rows_json(parts.journal, vendor),
        "jobs": rows_json(parts.jobs, vendor),
        "notices": rows_json(parts.notices, vendor),
    }
    with a_turn(), connection.cursor() as cursor:
        if vendor == "sqlite":
            cursor.execute(statement, {key: _plain(value) for key, value in values.items()})
            return True
        cursor.execute(statement, values)
        return cursor.fetchone()[0] is not None


def _is_of_certificate(fault: str) -> bool:
    """PostgreSQL names the constraint that was broken, SQLite its column."""
    return "one_case_a_certificate" in fault or "store_case.source_certificate" in fault


def _is_repeat(fault: str) -> bool:
    return "store_case.submission_key" in fault or _is_of_certificate(fault)


def _wanted_json(files: tuple[WantedFile, ...]) -> str:
    return json.dumps(
        {one.number: {"accept": one.accept or _ANY_KIND, "most": one.most_bytes} for one in files}
    )


def _plain(value: Any) -> Any:
    return sqlite_time(value) if isinstance(value, datetime) else value


def _if_given(code: str | None, term: Callable[[str], str]) -> str | None:
    return None if code is None else term(code)


def _new_grams(change: CaseChange) -> str | None:
    if change.title is None and change.subject_name is None:
        return None
    if change.title is None or change.subject_name is None:
        raise ValueError("give title and subject_name together: the search index covers both")
    return grams(change.title, change.subject_name)


def _number_of(submission_key: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM store_case WHERE submission_key = %s", [submission_key])
        row = cursor.fetchone()
    return str(row[0])


def _one(condition: str, value: str | int) -> CaseRow | None:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, [value])
        values = cursor.fetchone()
    return _row(values) if values else None


def _row(values: tuple[Any, ...]) -> CaseRow:
    return CaseRow(**dict(zip(_COLUMNS, map(read_time, values), strict=True)))
