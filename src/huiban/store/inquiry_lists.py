# SPDX-License-Identifier: Apache-2.0
"""Reads the request log for lists: what was asked about a party, and how registers did lately."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from huiban.store.lists import BadCursor
from huiban.store.models import Case, Draft, Fetched, Inquiry
from huiban.store.wire import read_time, stored_time

_LARGEST_ROW = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """The draft or case that a question was put for."""

    number: str
    title: str
    subject_code: str
    subject_name: str
    is_case: bool


@dataclass(frozen=True, slots=True)
class Health:
    """How a register answered over a while: how many questions, answers, and latencies in ms."""

    asked: int
    answered: int
    p50: int
    p95: int
    last_at: datetime
    """When it was last tried."""
    last_answer_at: datetime | None


def about(
    digest: str, resource: str = "", cursor: str = "", limit: int = 20
) -> tuple[list[Inquiry], str]:
    """
    Return questions and looks that are about a party or were put for it, newest first.

    With them comes the cursor of the next page, empty at the end. Two statements.

    :raises BadCursor: if the cursor is not one of this list.
    """
    mine = Inquiry.objects.exclude(event="answered").order_by("-id")
    if resource:
        mine = mine.filter(resource=resource)
    if cursor:
        mine = mine.filter(id__lt=_position(cursor))
    # Each of the two has its index; the database would read the whole log for both at once.
    found = {
        one.pk: one
        for narrowed in (mine.filter(subject=digest), mine.filter(party=digest))
        for one in narrowed[: limit + 1]
    }
    rows = [found[key] for key in sorted(found, reverse=True)]
    more = len(rows) > limit
    return rows[:limit], str(rows[limit - 1].pk) if more else ""


def resources_about(digest: str) -> list[str]:
    """Return the resources that were asked about a party or for it."""
    asked = Inquiry.objects.order_by().values_list("resource", flat=True)
    return sorted(asked.filter(subject=digest).union(asked.filter(party=digest)))


def answers_to(requests: Collection[str]) -> dict[str, Inquiry]:
    """Return the line of the answer by request, for those that were answered."""
    lines = Inquiry.objects.filter(request__in=requests, event="answered").order_by("id")
    return {one.request: one for one in lines}


def places_of(rows: Sequence[Inquiry]) -> dict[str, Place]:
    """
    Return what each question was put for, by request, in three statements.

    A draft that was sent in since is the case it opened, or the one it corrected; what was removed
    is missing.
    """
    moved = dict(
        Fetched.objects.filter(request__in={one.request for one in rows}).values_list(
            "request", "matter"
        )
    )
    matter = {one.request: moved.get(one.request, one.matter) for one in rows}
    names = set(matter.values())
    known: dict[str, Place] = {}
    for draft in Draft.objects.filter(number__in=names):
        known[draft.number] = _place(draft, is_case=False)
    columns = ("submission_key", "number", "title", "subject_code", "subject_name")
    cases = Case.objects.filter(Q(number__in=names) | Q(submission_key__in=names)).only(*columns)
    for case in cases:
        known[case.submission_key] = known[case.number] = _place(case, is_case=True)
    return {request: known[name] for request, name in matter.items() if name in known}


def _place(found: Draft | Case, *, is_case: bool) -> Place:
    return Place(found.number, found.title, found.subject_code, found.subject_name, is_case)


_HEALTH = """
SELECT resource, max(total), max(answered), min(CASE WHEN place * 2 >= came THEN latency END),
  min(CASE WHEN place * 100 >= came * 95 THEN latency END), max(at), max(answer_at)
FROM (
  SELECT resource, latency, at, is_answer,
    CASE WHEN is_answer = 1 THEN at END AS answer_at,
    count(*) OVER (PARTITION BY resource) AS total,
    sum(is_answer) OVER (PARTITION BY resource) AS answered,
    sum(is_answer) OVER (PARTITION BY resource) AS came,
    CASE WHEN is_answer = 1 THEN
      row_number() OVER (PARTITION BY resource, is_answer ORDER BY latency) END AS place
  FROM (
    SELECT resource, latency, at,
      CASE WHEN outcome IN ('found', 'absent') THEN 1 ELSE 0 END AS is_answer
    FROM store_inquiry
    WHERE event = 'answered' AND resource IN ({slots}) AND at >= %s
  ) AS line
) AS counted GROUP BY resource
"""


def health(resources: Sequence[str], since: datetime) -> dict[str, Health]:
    """
    Return how registers did since a moment, in one statement; those nobody asked are missing.

    Latencies are those of answers only: what was given up says nothing about how long it takes.
    """
    if not resources:
        return {}
    slots = ", ".join(["%s"] * len(resources))
    with connection.cursor() as cursor:
        cursor.execute(
            _HEALTH.format(slots=slots), [*resources, stored_time(since, connection.vendor)]
        )
        return {
            str(row[0]): Health(
                asked=row[1],
                answered=row[2],
                p50=row[3] or 0,
                p95=row[4] or 0,
                last_at=_time(row[5]),
                last_answer_at=_time(row[6]) if row[6] else None,
            )
            for row in cursor.fetchall()
        }


def _time(value: object) -> datetime:
    """SQLite gives the largest of several times as text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    read = read_time(found)
    if not isinstance(read, datetime):
        raise TypeError(f"{value!r} is no time")
    return read


def _position(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 19:
        raise BadCursor
    return min(int(cursor), _LARGEST_ROW)
