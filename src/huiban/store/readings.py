# SPDX-License-Identifier: Apache-2.0
"""Keeps what was read from files (材料识别), one row for each content, and how far a reading is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiban.store.models import Blob, FileReading
from huiban.store.turns import a_turn

_STATE = FileReading.State


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A reading as it stands; `body` is its JSON once it is read, and "" before."""

    sha256: str
    engine: str
    state: str
    pages_done: int
    pages_total: int
    body: str


def of(digests: Collection[str]) -> dict[str, ReadRow]:
    """Return the readings of some contents by digest; what nobody asked for is left out."""
    rows = FileReading.objects.filter(sha256__in=digests).values_list(
        "sha256", "engine", "state", "pages_done", "pages_total", "body"
    )
    return {row[0]: ReadRow(*row) for row in rows}


def ask(digests: Sequence[str], engine: str, now: datetime) -> list[str]:
    """Note that contents are to be read by an engine; returns those that were not asked before."""
    known = dict(FileReading.objects.filter(sha256__in=digests).values_list("sha256", "engine"))
    new = [one for one in dict.fromkeys(digests) if one not in known]
    old = [one for one in dict.fromkeys(digests) if known.get(one, engine) != engine]
    if not new and not old:
        return []
    with a_turn():
        FileReading.objects.bulk_create(
            [FileReading(sha256=one, engine=engine, asked_at=now) for one in new],
            ignore_conflicts=True,
        )
        # What an older engine read stays to be seen until the newer one is done.
        FileReading.objects.filter(sha256__in=old, state=_STATE.READ).update(engine=engine)
    return [*new, *old]


def begin(sha256: str) -> None:
    """Note that a file is being read now; what was read of it before stays until it is done."""
    with a_turn():
        FileReading.objects.filter(sha256=sha256).exclude(state=_STATE.READ).update(
            state=_STATE.READING, pages_done=0
        )


def progress(sha256: str, done: int, total: int) -> None:
    """Note how many of a file's pages are read."""
    with a_turn():
        FileReading.objects.filter(sha256=sha256).update(pages_done=done, pages_total=total)


def finish(row: ReadRow, now: datetime) -> None:
    """Keep what was read; a file nobody asks for any more is not kept."""
    with a_turn():
        FileReading.objects.filter(sha256=row.sha256).update(
            engine=row.engine,
            state=_STATE.READ,
            pages_done=row.pages_done,
            pages_total=row.pages_total,
            body=row.body,
            read_at=now,
        )


def forget(sha256: str) -> None:
    """Drop a reading, such as of a file that is gone."""
    FileReading.objects.filter(sha256=sha256).delete()


def sweep(before: datetime, limit: int = 1000) -> int:
    """Forget what was read from files that nobody keeps any more; returns how many."""
    old = FileReading.objects.filter(asked_at__lt=before)
    gone = old.exclude(sha256__in=Blob.objects.values("sha256"))
    numbers = list(gone.values_list("sha256", flat=True)[:limit])
    return FileReading.objects.filter(sha256__in=numbers).delete()[0]
