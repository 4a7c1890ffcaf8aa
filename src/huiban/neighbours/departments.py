# SPDX-License-Identifier: Apache-2.0
"""Writing a register as its department keeps it: in SQLite, or as CSV, XLSX, Parquet files."""

import re
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj

import duckdb
from openpyxl import Workbook

from huiban.kernel.resource import Item, ItemType, Resource
from huiban.neighbours.register import UPDATED, Register

_BATCH = 20_000
_STORED = {
    ItemType.TEXT: "VARCHAR",
    ItemType.INTEGER: "BIGINT",
    ItemType.DECIMAL: "DOUBLE",
    ItemType.DATE: "VARCHAR",
    ItemType.BOOLEAN: "INTEGER",
}
_IN_FILES = _STORED | {
    ItemType.DATE: "DATE", ItemType.BOOLEAN: "BOOLEAN", ItemType.DECIMAL: "DECIMAL(18, 2)",
}  # fmt: skip
_ZIP_DAY = (2020, 1, 1, 0, 0, 0)
_CREATED = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_table(
    connection: duckdb.DuckDBPyConnection, place: Path, register: Register, resource: Resource
) -> int:
    """Write a register as a table with an index on every lookup key; returns its rows."""
    table = register.table or register.key
    heads = register.heads or {}
    columns = [heads.get(item.key, item.key) for item in resource.items] + [UPDATED]
    database = sqlite3.connect(place)
    try:
        database.execute("PRAGMA journal_mode = off")
        database.execute("PRAGMA synchronous = off")
        database.execute(f"CREATE TABLE {table} ({', '.join(map(_name, columns))})")
        marks = ", ".join("?" for _ in columns)
        count = 0
        for rows in _batches(connection, _select(register, resource)):
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            count += len(rows)
        for key in resource.keys:
            column = _name(heads.get(key, key))
            database.execute(f'CREATE INDEX "{table}_{key}" ON {table} ({column})')
        database.commit()
    finally:
        database.close()
    return count


def _batches(
    connection: duckdb.DuckDBPyConnection, select: str
) -> Iterator[Sequence[tuple[object, ...]]]:
    found = connection.execute(select)
    while rows := found.fetchmany(_BATCH):
        yield rows


def write_file(
    connection: duckdb.DuckDBPyConnection, place: Path, register: Register, resource: Resource
) -> int:
    """Write a register as a file whose ending names its kind; returns its rows."""
    place.parent.mkdir(parents=True, exist_ok=True)
    select = _select(register, resource, in_file=True)
    if place.suffix == ".xlsx":
        return _write_workbook(connection, place, select)
    kind = "PARQUET, COMPRESSION zstd" if place.suffix == ".parquet" else "CSV, HEADER"
    told = connection.execute(f"COPY ({select}) TO '{place}' (FORMAT {kind})").fetchone()
    return int(told[0]) if told else 0


def _write_workbook(connection: duckdb.DuckDBPyConnection, place: Path, select: str) -> int:
    found = connection.execute(select)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append([one[0] for one in found.description])
    count = 0
    while rows := found.fetchmany(_BATCH):
        for row in rows:
            sheet.append(row)
        count += len(rows)
    book.properties.created = book.properties.modified = datetime(*_ZIP_DAY[:3])  # noqa: DTZ001
    rough = place.with_suffix(".rough")
    book.save(rough)
    _without_clock(rough, place)
    rough.unlink()
    return count


def _without_clock(rough: Path, place: Path) -> None:
    """Copy a workbook without the moment it was written: the same city gives the same bytes."""
    with zipfile.ZipFile(rough) as source, zipfile.ZipFile(place, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name == "docProps/core.xml":
                text = source.read(name).decode()
                target.writestr(entry, _CREATED.sub(r"\g<1>2020-01-01T00:00:00Z", text))
                continue
            with source.open(name) as read, target.open(entry, "w") as write:
                copyfileobj(read, write)


def _select(register: Register, resource: Resource, in_file: bool = False) -> str:
    """Every item in the resource's order and type; a missing one is a fault of the register."""
    kinds = _IN_FILES if in_file else _STORED
    heads = register.heads or {}
    items = [
        f"CAST({_exact(item)} AS {kinds[item.type]}) AS {_name(heads.get(item.key, item.key))}"
        for item in resource.items
    ]
    if not in_file:
        items.append(f"CAST({UPDATED} AS VARCHAR) AS {UPDATED}")
    # Sorted by the first key: the bytes do not depend on threads, and indexes fill in order.
    return f"SELECT {', '.join(items)} FROM ({register.rows}) ORDER BY ALL"


def _exact(item: Item) -> str:
    """Decimals are rounded: 72.3 must not be written as 72.30000000000001."""
    named = _name(item.key)
    return f"CAST({named} AS DECIMAL(18, 2))" if item.type is ItemType.DECIMAL else named


def _name(column: str) -> str:
    return f'"{column}"'
