# SPDX-License-Identifier: Apache-2.0
"""Installs what the database itself refuses (changed history) and the statements kept in it."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from huiban.store.statements import POSTGRES_FUNCTIONS

_FOLDER = Path(__file__).parent / "sql"
_MADE = re.compile(
    r"^CREATE (?:OR REPLACE )?(TRIGGER|VIEW) (\w+)(?: (?:BEFORE|AFTER|INSTEAD OF) \w+ ON (\w+))?",
    re.MULTILINE,
)


def before_migrations(using: str, plan: list[Any], **_: Any) -> None:
    """Remove triggers and views on SQLite, which cannot rebuild a table while they refer to it."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        remove(connection)


def after_migrations(using: str, **_: Any) -> None:
    """Install the current texts once the tables they speak of exist."""
    connection = connections[using]
    if "store_ledger" not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using):
        if connection.vendor == "sqlite":
            remove(connection)
        install(connection)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create every guard, writing view and function of this database."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every guard and writing view away, to rebuild tables or to load a copy."""
    with connection.cursor() as cursor:
        for kind, name, table in reversed(_made(connection.vendor)):
            where = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP {kind} IF EXISTS {name}{where}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of guards that this database lacks; empty when history is safe."""
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(name for _, name, _ in _made(connection.vendor) if name not in present)


def _made(vendor: str) -> list[tuple[str, str, str]]:
    return [(match[1], match[2], match[3]) for match in _MADE.finditer(_text(vendor))]


def _statements(vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield from (_text(vendor), *POSTGRES_FUNCTIONS)
        return
    pending = ""
    for line in _text(vendor).splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _text(vendor: str) -> str:
    return (_FOLDER / f"{vendor}.sql").read_text(encoding="utf-8")
