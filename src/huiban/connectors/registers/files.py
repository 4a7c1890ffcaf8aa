# SPDX-License-Identifier: Apache-2.0
"""Looking up registers that come as files: the newest one, read once into an index."""

import asyncio
import json
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from huiban.connectors.registers.file_import import FileUnreadable, Index, import_file
from huiban.connectors.registers.model import Call, Outcome, Record
from huiban.connectors.registers.reading import FROM_JSON, MOST_RECORDS, Cut, NonsenseAnswered
from huiban.connectors.registers.reply import Desk, Reply, found
from huiban.kernel.connection import FileConnection
from huiban.kernel.resource import Resource

LOOK_AGAIN_S = 30.0
_DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it lay there; a file that grows is another one."""

    path: Path
    day: date
    size: int
    changed: int


class FileWay:
    """
    Looks one register up in the newest file of its folder.

    The folder is looked at every half minute; a file that cannot be read whole is told by
    `trouble` and the one before it goes on counting.
    """

    may_hedge = False

    def __init__(
        self,
        connection: FileConnection,
        resource: Resource,
        desk: Desk,
        folder: Path,
        threads: ThreadPoolExecutor,
    ) -> None:
        self._connection, self._resource = connection, resource
        self._desk, self._folder, self._threads = desk, folder, threads
        self._cut = Cut(resource, {}, FROM_JSON)
        self._index: Index | None = None
        self._tried: _Seen | None = None
        self._looked = 0.0
        self._trouble = ""
        self._lock = threading.Lock()

    def trouble(self) -> str:
        return self._trouble

    def close(self) -> None:
        """Nothing is held open."""

    async def read(self, call: Call) -> Reply:
        """Look the key up in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, call)

    def _read(self, call: Call) -> Reply:
        digest = self._desk.digest("file", call.resource, call.by, call.key, *call.fields)
        index = self._current()
        if index is None:
            detail = self._trouble or "no file has come yet"
            return Reply(outcome=Outcome.BROKEN, detail=detail, is_fault=True,
                         request_sha256=digest)  # fmt: skip
        try:
            records, as_of = self._rows(index, call)
        except (sqlite3.Error, NonsenseAnswered) as fault:
            detail = f"the index of the file cannot be read: {type(fault).__name__}"
            return Reply(outcome=Outcome.BROKEN, detail=detail, is_fault=True,
                         request_sha256=digest)  # fmt: skip
        seen = self._desk.digest(repr(records), str(as_of), index.digest)
        return Reply(outcome=found(records), records=records, as_of=as_of, request_sha256=digest,
                     response_sha256=seen)  # fmt: skip

    def _rows(self, index: Index, call: Call) -> tuple[tuple[Record, ...], date]:
        with closing(sqlite3.connect(f"file:{quote(str(index.path))}?mode=ro", uri=True)) as found:
            rows = found.execute(
                f'SELECT record, as_of FROM records WHERE "key_{call.by}" = ? LIMIT ?',
                (call.key, MOST_RECORDS + 1),
            ).fetchall()
        records = self._cut.records([json.loads(row[0]) for row in rows], call.fields)
        days = [date.fromisoformat(row[1]) for row in rows if row[1]]
        return records, min(days, default=index.as_of)

    def _current(self) -> Index | None:
        """Return the index that counts now; one thread looks for a newer file, others wait not."""
        if self._index is not None and not self._index.path.exists():
            self._index = self._tried = None  # another process went on to a newer file
        is_due = self._index is None or monotonic() - self._looked >= LOOK_AGAIN_S
        if is_due and self._lock.acquire(blocking=self._index is None):
            try:
                if self._index is None or monotonic() - self._looked >= LOOK_AGAIN_S:
                    self._look()
            finally:
                self._looked = monotonic()
                self._lock.release()
        return self._index

    def _look(self) -> None:
        try:
            files = sorted(self._listed(), key=lambda one: (one.day, one.path.name), reverse=True)
        except OSError as fault:
            self._trouble = f"the folder cannot be read: {type(fault).__name__}"
            return
        if not files:
            self._trouble = "no file has come yet"
            return
        if files[0] == self._tried:
            return
        self._trouble = ""
        for file in files:
            if self._takes(file):
                break
        self._tried = files[0]

    def _takes(self, file: _Seen) -> bool:
        """Take a file; a broken one is told, and the next older one tried unless one counts."""
        try:
            self._index = import_file(
                file.path, file.day, self._connection, self._resource, self._folder
            )
        except (FileUnreadable, OSError) as fault:
            reason = str(fault) if isinstance(fault, FileUnreadable) else type(fault).__name__
            self._trouble = self._trouble or f"{file.path.name}: {reason}"
            return self._index is not None
        return True

    def _listed(self) -> list[_Seen]:
        today = self._desk.today()
        files = []
        for path in Path(self._connection.folder).iterdir():
            day = _day_in(path.name)
            if path.suffix != f".{self._connection.format}" or path.name[0] in ".~":
                continue
            if day is not None and day <= today and path.is_file():
                state = path.stat()
                files.append(_Seen(path, day, state.st_size, state.st_mtime_ns))
        return files


def _day_in(name: str) -> date | None:
    found = _DAY.search(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
