# SPDX-License-Identifier: Apache-2.0
"""Fills a database with closed cases: some thousands of real ones, then copies of them in SQL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.backends.utils import CursorWrapper

from huiban.store import cases
from huiban.store.guards import install, remove

_SEED = 5_000  # the names and numbers of `a_case` repeat after about as many
_TABLES = ("store_task", "store_deadline", "store_journal", "store_notice")


# What years of use would have done by the way must not fall to those who come next.
_SETTLE = {
    "sqlite": ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": ("VACUUM ANALYZE", "CHECKPOINT"),
}


def fill(count: int, first: int = 1, **changed: str) -> None:
    """Store at least this many closed cases with their journals, from id `first` on."""
    from django.db import connection

    seed = min(count, _SEED)
    _seed(first, seed, changed)
    stored = seed
    remove(connection)  # checking each copied journal entry would take longer than copying
    with connection.cursor() as cursor:
        while stored < count:
            _copy(cursor, first, min(stored, count - stored), stored)
            stored += min(stored, count - stored)
    install(connection)
    with connection.cursor() as cursor:
        for statement in _SETTLE[connection.vendor]:
            cursor.execute(statement)


def _seed(first: int, count: int, changed: Mapping[str, Any]) -> None:
    from django.db import transaction

    from benchmarks._cases import a_case, a_step

    for start in range(first, first + count, 1000):
        with transaction.atomic():
            for serial in range(start, min(start + 1000, first + count)):
                case = replace(a_case(serial), jobs=(), **changed)
                cases.open_case(case)
                cases.record(replace(a_step(case, 1), jobs=()))
                cases.record(replace(a_step(case, 2, is_last=True), jobs=()))


def _copy(cursor: CursorWrapper, first: int, count: int, shift: int) -> None:
    is_sqlite = cursor.db.vendor == "sqlite"
    pad = "printf('%%012d', id + %s)" if is_sqlite else "lpad((id + %s)::text, 12, '0')"
    # Answers are left out: no list reads them, and a million copies of them would only fill disks.
    kept = _columns("store_case", "id", "number", "submission_key", "payload")
    cursor.execute(
        f"INSERT INTO store_case (id, number, submission_key, payload, {kept}) "
        f"SELECT id + %s, 'QD-CW-' || {pad}, 'copy-' || (id + %s), '{{}}', {kept} "
        "FROM store_case WHERE id >= %s AND id < %s",
        [shift, shift, shift, first, first + count],
    )
    key = "rowid" if is_sqlite else "case_id"
    copied = {table: ("case_id", _columns(table, "id", "case_id")) for table in _TABLES}
    copied["store_case_search"] = (key, "grams, department, division")
    for table, (case, columns) in copied.items():
        cursor.execute(
            f"INSERT INTO {table} ({case}, {columns}) SELECT {case} + %s, {columns} "
            f"FROM {table} WHERE {case} >= %s AND {case} < %s",
            [shift, first, first + count],
        )


def _columns(table: str, *without: str) -> str:
    from django.apps import apps

    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    names = [field.column for field in model._meta.concrete_fields]
    return ", ".join(name for name in names if name not in without)
