# SPDX-License-Identifier: Apache-2.0
"""Having files read (材料识别): asked for once a content, done by a job, told as it goes on."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings

from huiban.connectors import reading as reader
from huiban.connectors.objects import ObjectMissing
from huiban.kernel.reading import Reading, ReadPage, from_json, to_json
from huiban.services import city, vault
from huiban.store import jobs
from huiban.store import readings as stored
from huiban.store.models import Blob, FileReading
from huiban.store.readings import ReadRow
from huiban.store.rows import JobRow

JOB = "read_file"
_KEPT_LOOSE = timedelta(days=7)
_READ = FileReading.State.READ


@dataclass(frozen=True, slots=True)
class FileRead:
    """
    How far the reading of a file is.

    `reading` is there once it is done; `is_wanted` is False for a file that nobody asked to read,
    such as a type without a reader.
    """

    is_wanted: bool = False
    pages_done: int = 0
    pages_total: int = 0
    reading: Reading | None = None

    @property
    def is_pending(self) -> bool:
        return self.is_wanted and self.reading is None


def is_on() -> bool:
    """Tell whether this installation reads materials at all."""
    return bool(settings.READ_MATERIALS)


def want(blobs: Iterable[Blob], now: datetime) -> int:
    """Ask for files to be read; what was read or asked for already is left; returns how many."""
    if not is_on():
        return 0
    files = {one.sha256: one for one in blobs if reader.can_read(one.media)}
    asked = stored.ask(list(files), reader.ENGINE, now) if files else []
    jobs.enqueue([_job(files[digest]) for digest in asked], now)
    return len(asked)


def _job(blob: Blob) -> JobRow:
    told = {"sha256": blob.sha256, "key": blob.object_key, "media": blob.media}
    # The engine is named: a newer one reads again what an older one read.
    return JobRow(JOB, city.text_of(told), f"{JOB}:{blob.sha256}:{reader.ENGINE}"[:200])


def of_files(blobs: Iterable[Blob]) -> dict[str, FileRead]:
    """Tell of each file, by number, how far its reading is; one query for all."""
    files = list(blobs)
    rows = stored.of({one.sha256 for one in files}) if files else {}
    return {one.number: _told(rows.get(one.sha256)) for one in files}


def _told(row: ReadRow | None) -> FileRead:
    if row is None:
        return FileRead()
    reading = _parsed(row.sha256, row.body) if row.body else None
    return FileRead(True, row.pages_done, row.pages_total, reading)


@lru_cache(maxsize=256)
def _parsed(sha256: str, body: str) -> Reading:
    return from_json(body)


@dataclass(frozen=True, slots=True)
class File:
    """What a job needs to read a file."""

    sha256: str
    key: str
    media: str


Read = Callable[[bytes, str, reader.OnPage], Reading]


def run(file: File, clock: Callable[[], datetime], read: Read | None = None) -> None:
    """
    Read one file and keep what stands in it; done before by the same engine, nothing is done.

    A file that was removed meanwhile is forgotten.

    :raises ReaderMissing, ReadersBusy: as the reader; the job is tried again.
    """
    row = stored.of([file.sha256]).get(file.sha256)
    if row is None or (row.state == _READ and json.loads(row.body)["engine"] == reader.ENGINE):
        return
    try:
        content = vault.content(file.key)
    except ObjectMissing:
        stored.forget(file.sha256)
        return
    stored.begin(file.sha256)

    def told(page: ReadPage, total: int) -> None:
        stored.progress(file.sha256, page.number, total)

    found = (read or _read)(content, file.media, told)
    count = len(found.pages)
    body = to_json(found)
    stored.finish(ReadRow(file.sha256, found.engine, _READ, count, count, body), clock())


def _read(content: bytes, media: str, on_page: reader.OnPage) -> Reading:
    return reader.read(content, media, on_page=on_page)


def file_of(payload: Mapping[str, object]) -> File:
    """Read a job's payload."""
    return File(str(payload["sha256"]), str(payload["key"]), str(payload["media"]))


def sweep(now: datetime) -> int:
    """Forget what was read from files that are gone; returns how many."""
    return stored.sweep(now - _KEPT_LOOSE)
