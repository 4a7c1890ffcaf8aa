# SPDX-License-Identifier: Apache-2.0
"""Keeps what registers answered (查得数据) with the matter they were asked for."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from huiban.store.models import Fetched
from huiban.store.wire import stored_time

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedRow:
    """
    What one register answered for one matter; see decision 14.

    `state` is pending, found, absent, timeout, refused, busy or broken; `fetched_at` when the
    register last answered, which is earlier than `asked_at` where a repeated question was lost.
    """

    matter: str
    resource: str
    looked_up_by: str
    key_digest: str
    row: str = ""
    fields: frozenset[str] = frozenset()
    state: str
    records: tuple[Record, ...] = ()
    as_of: date | None = None
    request: str = ""
    asked_at: datetime
    fetched_at: datetime | None = None

    @property
    def question(self) -> tuple[str, str, str]:
        """What tells one question of a matter from the others."""
        return self.resource, self.looked_up_by, self.key_digest


_SAVED = ("row", "fields", "state", "records", "as_of", "request", "asked_at", "fetched_at")
_ONCE = ("matter", "resource", "looked_up_by", "key_digest")
_ANSWER = {
    "postgresql": """
UPDATE store_fetched SET state = x.state, records = x.records, as_of = x.as_of,
  fetched_at = x.fetched_at
FROM json_to_recordset(%s::json)
  AS x(request text, state text, records text, as_of date, fetched_at timestamptz)
WHERE store_fetched.request = x.request AND store_fetched.state = 'pending'""",
    "sqlite": """
UPDATE store_fetched SET state = json_extract(value, '$.state'),
  records = json_extract(value, '$.records'), as_of = json_extract(value, '$.as_of'),
  fetched_at = json_extract(value, '$.fetched_at')
FROM json_each(%s) AS x
WHERE store_fetched.request = json_extract(x.value, '$.request')
  AND store_fetched.state = 'pending'""",
}
_MOVE_CLASH = """
DELETE FROM store_fetched WHERE matter = %s AND EXISTS (
  SELECT 1 FROM store_fetched newer WHERE newer.matter = %s
    AND newer.resource = store_fetched.resource
    AND newer.looked_up_by = store_fetched.looked_up_by
    AND newer.key_digest = store_fetched.key_digest
)
"""


def of_matter(number: str) -> list[FetchedRow]:
    """Return everything fetched for a draft or case, in the order it was first asked."""
    return [_row(one) for one in Fetched.objects.filter(matter=number).order_by("id")]


def of_matters(numbers: Collection[str]) -> list[FetchedRow]:
    """Return everything fetched for several drafts or cases, each matter's in order."""
    return [_row(one) for one in Fetched.objects.filter(matter__in=numbers).order_by("id")]


def put(rows: Sequence[FetchedRow]) -> None:
    """Write questions and their state; one asked before for the matter is written over."""
    Fetched.objects.bulk_create(
        [_model(one) for one in rows],
        update_conflicts=True,
        unique_fields=_ONCE,
        update_fields=_SAVED,
    )


def answer(rows: Sequence[FetchedRow]) -> None:
    """
    Write what came of questions that wait, by the number of the request, in one statement.

    A matter that was removed or asked again in the meantime is left alone.
    """
    if not rows:
        return
    vendor = connection.vendor
    said = [
        {
            "request": one.request,
            "state": one.state,
            "records": _records_text(one.records),
            "as_of": one.as_of.isoformat() if one.as_of else None,
            "fetched_at": str(stored_time(one.fetched_at, vendor)) if one.fetched_at else None,
        }
        for one in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER[vendor], [json.dumps(said, ensure_ascii=False)])


def move(before: str, after: str) -> None:
    """Let what was fetched for a draft go on with its case; what is newer takes its place."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_CLASH, [after, before])
        cursor.execute("UPDATE store_fetched SET matter = %s WHERE matter = %s", [after, before])


def forget(matters: Sequence[str]) -> None:
    """Remove what was fetched for drafts that are given up."""
    Fetched.objects.filter(matter__in=matters).delete()


def forget_refused(matter: str, resource: str) -> None:
    """Remove a refusal whose reason is gone."""
    Fetched.objects.filter(matter=matter, resource=resource, state="refused").delete()


def _row(one: Fetched) -> FetchedRow:
    return FetchedRow(
        matter=one.matter,
        resource=one.resource,
        looked_up_by=one.looked_up_by,
        key_digest=one.key_digest,
        row=one.row,
        fields=frozenset(one.fields.split()),
        state=one.state,
        records=tuple(json.loads(one.records)),
        as_of=one.as_of,
        request=one.request,
        asked_at=one.asked_at,
        fetched_at=one.fetched_at,
    )


def _model(one: FetchedRow) -> Fetched:
    return Fetched(
        matter=one.matter,
        resource=one.resource,
        looked_up_by=one.looked_up_by,
        key_digest=one.key_digest,
        row=one.row,
        fields=" ".join(sorted(one.fields)),
        state=one.state,
        records=_records_text(one.records),
        as_of=one.as_of,
        request=one.request,
        asked_at=one.asked_at,
        fetched_at=one.fetched_at,
    )


def _records_text(records: Sequence[Record]) -> str:
    return json.dumps([dict(one) for one in records], ensure_ascii=False, separators=(",", ":"))
