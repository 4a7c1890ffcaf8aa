# SPDX-License-Identifier: Apache-2.0
"""Fills a database with closed cases: some thousands of real ones, then copies of them in SQL."""

from dataclasses import replace

from huiban.store import cases
from huiban.store.guards import install, remove

_SEED = 20_000
_TABLES = ("store_task", "store_deadline", "store_journal", "store_notice")


def fill(count: int, first: int = 1) -> None:
    """Store at least this many closed cases with their journals, from id `first` on."""
    from django.db import connection

    seed = min(count, _SEED)
    _seed(first, seed)
    stored = seed
    remove(connection)  # checking each copied journal entry would take longer than copying
    with connection.cursor() as cursor:
        while stored < count:
            _copy(cursor, first, min(stored, count - stored), stored)
            stored += min(stored, count - stored)
    install(connection)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _seed(first: int, count: int) -> None:
    from django.db import transaction

    from benchmarks._cases import a_case, a_step

    for start in range(first, first + count, 1000):
        with transaction.atomic():
            for serial in range(start, min(start + 1000, first + count)):
                case = replace(a_case(serial), jobs=())
                cases.open_case(case)
                cases.record(replace(a_step(case, 1), jobs=()))
                cases.record(replace(a_step(case, 2, is_last=True), jobs=()))


def _copy(cursor: object, first: int, count: int, shift: int) -> None:
    from django.db import connection

    from huiban.store.models import Case

    names = [
        field.column
        for field in Case._meta.fields
        if field.column not in {"id", "number", "submission_key"}
    ]
    kept = ", ".join(names)
    pad = (
        "printf('%%012d', id + %s)"
        if connection.vendor == "sqlite"
        else "lpad((id + %s)::text, 12, '0')"
    )
    run = cursor.execute  # type: ignore[attr-defined]
    run(
        f"INSERT INTO store_case (id, number, submission_key, {kept}) "
        f"SELECT id + %s, 'QD-CW-' || {pad}, 'copy-' || (id + %s), {kept} "
        "FROM store_case WHERE id >= %s AND id < %s",
        [shift, shift, shift, first, first + count],
    )
    for table in _TABLES:
        columns = _columns(table)
        run(
            f"INSERT INTO {table} (case_id, {columns}) SELECT case_id + %s, {columns} "
            f"FROM {table} WHERE case_id >= %s AND case_id < %s",
            [shift, first, first + count],
        )
    key = "rowid" if connection.vendor == "sqlite" else "case_id"
    run(
        f"INSERT INTO store_case_search ({key}, grams) SELECT {key} + %s, grams "
        f"FROM store_case_search WHERE {key} >= %s AND {key} < %s",
        [shift, first, first + count],
    )


def _columns(table: str) -> str:
    from django.apps import apps

    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    names = (field.column for field in model._meta.fields)
    return ", ".join(name for name in names if name not in {"id", "case_id"})
