# SPDX-License-Identifier: Apache-2.0
"""Strangers' PDFs opened by pyHanko, strictly and with an end to its patience."""

import io
import struct
from typing import Any

from pyhanko.pdf_utils import misc
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

MOST_READS = 8_000_000
MOST_LOOKUPS = 2_000_000
MOST_REVISIONS = 100


class TooComplex(Exception):
    """Reading took more steps than any honest document takes."""


FAULTS: tuple[type[Exception], ...] = (
    misc.PdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
    NotImplementedError, ArithmeticError, struct.error, EOFError, OSError,
)  # fmt: skip
"""What pyHanko and asn1crypto raise at damaged files."""
TIRED = (TooComplex, RecursionError, MemoryError)


class _Counted(io.BytesIO):
    """Bytes that can only be read so many times."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise TooComplex("too many reads")
        return super().read(size)


class _Past(HistoricalResolver):
    """An earlier state of a file, whose look-ups count too: paths through it may be endless."""

    reader: Any

    def get_object(self, *args: Any, **options: Any) -> Any:
        self.reader.count()
        return super().get_object(*args, **options)


class Reader(PdfFileReader):
    """A reader that stops when a file leads it in circles."""

    def __init__(self, content: bytes) -> None:
        self._lookups_left = MOST_LOOKUPS
        self._past: dict[int, _Past] = {}
        super().__init__(_Counted(content), strict=True)
        if self.xrefs.total_revisions > MOST_REVISIONS:
            raise TooComplex("too many revisions")

    def count(self) -> None:
        """
        Count one step.

        :raises TooComplex: if it is one too many.
        """
        self._lookups_left -= 1
        if self._lookups_left < 0:
            raise TooComplex("too many objects")

    def get_object(self, *args: Any, **options: Any) -> Any:
        self.count()
        return super().get_object(*args, **options)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        if revision not in self._past:
            self._past[revision] = _Past(self, revision)
        return self._past[revision]
