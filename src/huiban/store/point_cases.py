# SPDX-License-Identifier: Apache-2.0
"""Finds the decided cases a changed review point is tried on, and what was said of it there."""

from collections.abc import Collection
from dataclasses import fields

from django.db import connection

from huiban.store import search
from huiban.store.models import FileReading, Settlement
from huiban.store.rows import CaseRow
from huiban.store.wire import read_time

_COLUMNS = tuple(field.name for field in fields(CaseRow))


def decided(item_code: str, place: search.Place, limit: int) -> list[CaseRow]:
    """Return a department's closed cases of an item in which a decision was made, newest first."""
    here = search.in_division("c", place.division)
    sql = (
        f"SELECT {', '.join(f'c.{name}' for name in _COLUMNS)} FROM store_case c "
        "WHERE c.item_code = %s AND c.decided_at IS NOT NULL AND c.closed_at IS NOT NULL "
        f"AND c.department = %s{here.sql} ORDER BY c.decided_at DESC, c.id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [item_code, place.department, *here.values, limit])
        rows = cursor.fetchall()
    return [CaseRow(**dict(zip(_COLUMNS, map(read_time, row), strict=True))) for row in rows]


def said(case_ids: Collection[int], point: str) -> dict[int, str]:
    """Return what officers took a point to be, by case: pass or fail."""
    rows = Settlement.objects.filter(case_id__in=case_ids, point=point)
    return dict(rows.values_list("case_id", "said"))


def pages(digests: Collection[str]) -> dict[str, int]:
    """Return how many pages of contents were read, without what stands on them."""
    rows = FileReading.objects.filter(sha256__in=digests, state=FileReading.State.READ)
    return dict(rows.values_list("sha256", "pages_done"))
