# SPDX-License-Identifier: Apache-2.0
"""Reading a register's file (csv, xlsx, parquet) whole into an index, or not at all."""

import codecs
import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import duckdb
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from huiban.connectors.registers.reading import FROM_CELL, Cut, NonsenseAnswered, day_of
from huiban.kernel.connection import FileConnection
from huiban.kernel.resource import Resource

LARGEST_FILE = 1024**3
_CHUNK = 1024 * 1024
_ROWS = 5000
_LAYOUT = "1"
"""Changes when an index of today could not be read by tomorrow's code."""

Row = Sequence[object]


class FileUnreadable(ValueError):
    """A file that cannot be taken: half written, of another layout, or with odd values."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index in a SQLite file, with the day its register is of."""

    path: Path
    as_of: date
    digest: str


def import_file(
    path: Path, day: date, connection: FileConnection, resource: Resource, folder: Path
) -> Index:
    """
    Return the index of a file, making it if nobody did.

    :raises FileUnreadable: with the reason, naming a row or column but never a value.
    """
    before = _state(path)
    if before[0] > LARGEST_FILE:
        raise FileUnreadable("the file is larger than 1 GB")
    digest = _digest(path, day, connection, resource)
    index = folder / f"{digest}.sqlite3"
    if not index.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new_", dir=folder) as place:
            made = Path(place) / "index.sqlite3"
            _fill(made, path, connection, resource, day)
            if _state(path) != before:
                raise FileUnreadable("it is still being written")
            os.replace(made, index)
    for old in folder.glob("*.sqlite3"):
        if old != index:
            old.unlink(missing_ok=True)
    return Index(index, _as_of(index), digest)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _digest(path: Path, day: date, connection: FileConnection, resource: Resource) -> str:
    """Name an index after everything that went into it."""
    layout = [
        _LAYOUT, day.isoformat(), connection.format, connection.as_of,
        sorted(connection.columns.items()), resource.keys,
        [(one.key, one.type) for one in resource.items],
    ]  # fmt: skip
    whole = hashlib.sha256(json.dumps(layout, ensure_ascii=False).encode())
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            whole.update(part)
    return whole.hexdigest()


def _as_of(index: Path) -> date:
    with closing(sqlite3.connect(index)) as found:
        return date.fromisoformat(found.execute("SELECT as_of FROM file").fetchone()[0])


def _fill(
    made: Path, path: Path, connection: FileConnection, resource: Resource, day: date
) -> None:
    keys = ", ".join(f'"key_{key}" TEXT' for key in resource.keys)
    with closing(sqlite3.connect(made)) as index:
        index.execute("PRAGMA journal_mode=OFF")
        index.execute("PRAGMA synchronous=FULL")
        index.execute(f"CREATE TABLE records (record TEXT, as_of TEXT, {keys})")
        index.execute("CREATE TABLE file (as_of TEXT)")
        latest = _insert(index, path, connection, resource, day)
        for key in resource.keys:
            index.execute(f'CREATE INDEX "by_{key}" ON records ("key_{key}")')
        index.execute("INSERT INTO file VALUES (?)", (latest.isoformat(),))
        index.commit()


def _insert(
    index: sqlite3.Connection,
    path: Path,
    connection: FileConnection,
    resource: Resource,
    day: date,
) -> date:
    """Insert every record and return the latest day there is: absence is known as of then."""
    has_column = connection.as_of != "file"
    columns = {one.key: connection.columns.get(one.key, one.key) for one in resource.items}
    items = tuple(columns)
    cut = Cut(resource, {}, FROM_CELL)
    holes = ", ".join("?" * (2 + len(resource.keys)))
    latest = date.min

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal latest
        wanted = [*columns.values(), *([connection.as_of] if has_column else [])]
        for number, row in enumerate(_READERS[connection.format](path, wanted), 2):
            try:
                record = cut.records([dict(zip(items, row, strict=False))], items)[0]
                own = day_of(row[-1], day) if has_column else day
            except NonsenseAnswered as fault:
                raise FileUnreadable(f"row {number}: {fault}") from None
            latest = max(latest, own or date.min)
            text = json.dumps(record, ensure_ascii=False)
            named = [record.get(key) for key in resource.keys]
            yield (text, own.isoformat() if own else None, *map(_as_key, named))

    index.executemany(f"INSERT INTO records VALUES ({holes})", rows())
    return latest if latest > date.min else day


def _as_key(value: object) -> str | None:
    return None if value is None else str(value)


def _csv(path: Path, wanted: Sequence[str]) -> Iterator[Row]:
    """Read a CSV of UTF-8 or GB 18030; its last line must end, or it may be half a file."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            raise FileUnreadable("it is empty")
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            raise FileUnreadable("its last line does not end: it is half written")
    with tempfile.TemporaryDirectory(prefix="hbcsv_") as place:
        plain = Path(place) / "plain.csv"
        _to_utf8(path, plain)
        yield from _table(
            "read_csv(?, all_varchar=true, header=true, delim=',', quote='\"', escape='\"',"
            " null_padding=false, ignore_errors=false, strict_mode=true)",
            plain,
            wanted,
        )


def _to_utf8(path: Path, plain: Path) -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as raw, plain.open("w", encoding="utf-8", newline="") as out:
                while part := raw.read(_CHUNK):
                    out.write(decoder.decode(part))
                out.write(decoder.decode(b"", final=True))
            return
        except UnicodeDecodeError:
            continue
    raise FileUnreadable("it is neither UTF-8 nor GB 18030")


def _parquet(path: Path, wanted: Sequence[str]) -> Iterator[Row]:
    return _table("read_parquet(?)", path, wanted)


def _table(function: str, path: Path, wanted: Sequence[str]) -> Iterator[Row]:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "threads": "1",
    }
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            shown = connection.execute(f"DESCRIBE SELECT * FROM {function}", [str(path)])
            _demand_columns(wanted, [row[0] for row in shown.fetchall()])
            listed = ", ".join('"' + name.replace('"', '""') + '"' for name in wanted)
            found = connection.execute(f"SELECT {listed} FROM {function}", [str(path)])
            while rows := found.fetchmany(_ROWS):
                yield from rows
    except duckdb.Error as fault:
        raise FileUnreadable(f"it cannot be read whole: {type(fault).__name__}") from None


def _xlsx(path: Path, wanted: Sequence[str]) -> Iterator[Row]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as fault:
        raise FileUnreadable(f"it cannot be read whole: {type(fault).__name__}") from None
    with closing(book):
        yield from _sheet(book.worksheets[0].iter_rows(values_only=True), wanted)


def _sheet(rows: Iterable[tuple[Any, ...]], wanted: Sequence[str]) -> Iterator[Row]:
    reading = iter(rows)
    heads = [str(cell).strip() if cell is not None else "" for cell in next(reading, ())]
    _demand_columns(wanted, heads)
    places = [heads.index(name) for name in wanted]
    for row in reading:
        if any(cell is not None for cell in row):
            yield [row[place] if place < len(row) else None for place in places]


def _demand_columns(wanted: Iterable[str], there: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in there]
    if missing:
        raise FileUnreadable(f"columns are missing: {', '.join(missing)}")


_READERS: Mapping[str, Callable[[Path, Sequence[str]], Iterator[Row]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
