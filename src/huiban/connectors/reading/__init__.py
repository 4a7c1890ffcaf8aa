# SPDX-License-Identifier: Apache-2.0
"""Reading what stands in an uploaded file (材料识别), page by page, in a process of its own."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from huiban.connectors.cell import Cells, FileTooHeavy, ReadersBusy
from huiban.connectors.reading.likeness import marked
from huiban.kernel.reading import (
    How,
    Outcome,
    PageFault,
    Reading,
    ReadPage,
    from_json,
)

__all__ = [
    "ENGINE",
    "READABLE",
    "OnPage",
    "ReadLimits",
    "ReaderMissing",
    "ReadersBusy",
    "can_read",
    "read",
]

# Nothing here imports a recogniser: it lives in the child, and a web process stays small.

READABLE = frozenset(
    {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff"}
)
_RULES = 2  # raise it when the rules of this package change what is read
ENGINE = f"rapidocr {version('rapidocr')} rules {_RULES}"
"""Names the recogniser with its models, and our rules; another name means: read again."""

CELLS = 2
MOST_LOST = 3
"""After so many pages that took too long one after the other, the rest is not tried."""
_WAIT = 1800.0

OnPage = Callable[[ReadPage, int], None]
"""Told each page as it is read, and how many there are."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What the reading of one file may cost."""

    pages: int = 200
    page_seconds: float = 60.0
    file_seconds: float = 1200.0


_START_SECONDS = 60.0
_PROGRAM = "huiban.connectors.reading.program"
_cells = Cells((sys.executable, "-I", "-m", _PROGRAM), CELLS, _WAIT)


def can_read(media: str) -> bool:
    """This function will say whether there is a reader for files of this type."""
    return media in READABLE


def read(
    content: bytes,
    media: str,
    limits: ReadLimits = ReadLimits(),
    on_page: OnPage | None = None,
) -> Reading:
    """
    Read a file.

    A page that takes too long or cannot be read is told as unreadable, and costs no other page.
    When the whole file takes too long, the outcome is too_heavy and the pages read are kept.

    :raises ReaderMissing: if the reader does not start on this machine.
    :raises ReadersBusy: if no reader came free; that says nothing about the file: try again.
    """
    if not can_read(media):
        return Reading(Outcome.UNSUPPORTED, ENGINE)
    job = _Job(content, media, limits, time.monotonic() + limits.file_seconds)
    total = job.count()
    if isinstance(total, Outcome):
        return Reading(total, ENGINE)
    if total > limits.pages:
        return Reading(Outcome.TOO_MANY_PAGES, ENGINE)
    pages = []
    for page in job.pages(total):
        pages.append(page)
        if on_page is not None:
            on_page(page, total)
    return Reading(job.outcome(len(pages), total), ENGINE, marked(pages))


class ReaderMissing(RuntimeError):
    """The reader itself does not start; the message says how to see why."""


def _must_work() -> None:
    """Tell a reader that is not there from a file that is too heavy for it."""
    try:
        _cells.ask("ready", b"", {}, _START_SECONDS)
    except ReadersBusy:
        return
    except FileTooHeavy:
        raise ReaderMissing(
            "the reader of materials does not start; run "
            f"`{Path(sys.executable).name} -m {_PROGRAM}` to see why, and set up anew"
        ) from None


_OUTCOMES = {"encrypted": Outcome.ENCRYPTED, "damaged": Outcome.BROKEN}


@dataclass(slots=True)
class _Job:
    """One file on its way through the reader; `until` is on the monotonic clock."""

    content: bytes
    media: str
    limits: ReadLimits
    until: float
    lost: int = 0
    last_refusal: str = ""

    def count(self) -> int | Outcome:
        try:
            found, _ = self._ask("count", 0)
        except ReadersBusy:
            raise
        except FileTooHeavy:
            _must_work()
            return Outcome.TOO_HEAVY
        if "refused" in found:
            return _OUTCOMES.get(str(found["refused"]), Outcome.TOO_HEAVY)
        return int(found["pages"])

    def pages(self, total: int) -> Iterator[ReadPage]:
        """Give page after page until the end, the deadline, or too many that were too heavy."""
        in_a_row = 0
        for number in range(1, total + 1):
            if in_a_row >= MOST_LOST or time.monotonic() >= self.until:
                return
            page = self._page(number)
            is_heavy = page is None and self.last_refusal not in _OUTCOMES
            in_a_row = in_a_row + 1 if is_heavy else 0
            self.lost += page is None
            yield page or _lost(number)

    def outcome(self, told: int, total: int) -> Outcome:
        if told < total:
            return Outcome.TOO_HEAVY
        if self.lost < total:
            return Outcome.READ
        return _OUTCOMES.get(self.last_refusal, Outcome.TOO_HEAVY)

    def _page(self, number: int) -> ReadPage | None:
        try:
            found, written = self._ask("read", number)
        except ReadersBusy:
            raise
        except FileTooHeavy:
            self.last_refusal = "too_heavy"
            return None
        if "refused" in found:
            self.last_refusal = str(found["refused"])
            return None
        return from_json(written.decode()).pages[0]

    def _ask(self, job: str, number: int) -> tuple[dict[str, Any], bytes]:
        left = max(0.1, self.until - time.monotonic())
        seconds = min(self.limits.page_seconds, left)
        return _cells.ask(job, self.content, {"media": self.media, "number": number}, seconds)


def _lost(number: int) -> ReadPage:
    return ReadPage(number, 0, 0, 0, How.NONE, faults=(PageFault.UNREADABLE,))
