# SPDX-License-Identifier: Apache-2.0
"""The objects of a PDF found by its cross-reference sections, and new ones appended (增量更新)."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from huiban.connectors.pades.syntax import (
    Dictionary,
    Name,
    Raw,
    Ref,
    Unreadable,
    Value,
    read,
    whole,
    write,
)

MOST_SECTIONS = 200
MOST_OBJECTS = 1_000_000
_MOST_TABLE = 16_000_000

_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\x00\s]{0,40}\Z")
_HEAD = re.compile(rb"\s*(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj\b")
_TABLE = re.compile(rb"\s*xref[\x00\t\n\x0c\r ]+")
_PART = re.compile(rb"(\d{1,10}) (\d{1,10}) ?(?:\r\n|\r|\n)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_STREAM = re.compile(rb"\s*stream(?:\r\n|\n)")


class Hidden(Unreadable):
    """An object lies in a compressed object stream, where only a full reader finds it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of entries of one section: where each object of it lies."""

    first: int
    count: int
    rows: bytes
    at: int
    """Where the first entry starts in `rows`."""
    widths: tuple[int, int, int] | None = None
    """Of an entry's fields in a cross-reference stream; None in a table."""

    def place(self, number: int) -> tuple[int, int] | None:
        """This method will give the offset and generation of an object; None if it is free."""
        if self.widths is None:
            return self._in_table(self.at + 20 * (number - self.first))
        width = sum(self.widths)
        start = self.at + width * (number - self.first)
        row = self.rows[start : start + width]
        one, two, _ = self.widths
        kind = int.from_bytes(row[:one], "big") if one else 1
        if kind == 2:
            raise Hidden(f"object {number} lies in an object stream")
        offset = int.from_bytes(row[one : one + two], "big")
        return (offset, int.from_bytes(row[one + two :], "big")) if kind == 1 else None

    def _in_table(self, at: int) -> tuple[int, int] | None:
        entry = _ENTRY.match(self.rows, at)
        if entry is None:
            raise Unreadable("a cross-reference table with crooked rows")
        return (int(entry[1]), int(entry[2])) if entry[3] == b"n" else None


@dataclass(slots=True)
class Document:
    """A PDF and where its objects lie; the newest section comes first."""

    content: bytes
    start: int
    """What the last `startxref` says."""
    is_stream: bool
    trailer: Dictionary
    _parts: list[_Part]
    _read: dict[int, Value] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The first free object number; a file that tells less would have its objects replaced."""
        told = whole(self.trailer.get(b"Size"))
        return max(told, *(one.first + one.count for one in self._parts))

    @property
    def root(self) -> Ref:
        found = self.trailer.get(b"Root")
        if not isinstance(found, Ref):
            raise Unreadable("a file without a catalog")
        return found

    def get(self, value: Value | None) -> Value | None:
        """
        Follow a reference, or give the value as it is; of a free object nothing.

        :raises Unreadable: if the object is not where it should be.
        """
        if not isinstance(value, Ref):
            return value
        if value.number not in self._read:
            found = self._find(value)
            if found is None:
                return None
            self._read[value.number] = found[0]
        return self._read[value.number]

    def dictionary(self, value: Value | None) -> Dictionary:
        """
        Give the dictionary a reference leads to; nothing there is an empty one.

        :raises Unreadable: if it is anything else.
        """
        found = self.get(value)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise Unreadable("a dictionary is expected")
        return found

    def array(self, value: Value | None) -> list[Value]:
        """
        Give the array a reference leads to; nothing there is an empty one.

        :raises Unreadable: if it is anything else.
        """
        found = self.get(value)
        if found is None:
            return []
        if not isinstance(found, list):
            raise Unreadable("an array is expected")
        return found

    def stream(self, reference: Ref) -> bytes:
        """
        Give what a stream holds, when nothing but Flate was applied to it.

        :raises Unreadable: if it is no such stream.
        """
        found = self._find(reference)
        if found is None:
            raise Unreadable(f"no object {reference.number}")
        return _stream(self.content, found)[1]

    def _find(self, reference: Ref) -> tuple[Value, int] | None:
        for part in self._parts:
            if part.first <= reference.number < part.first + part.count:
                place = part.place(reference.number)
                if place is None:
                    return None
                return _object(self.content, place[0], Ref(reference.number, place[1]))
        return None


def opened(content: bytes) -> Document:
    """
    Find the cross-reference sections of a PDF, newest first.

    :raises Unreadable: if they are not written as the standard says.
    """
    found = _START.search(content, max(0, len(content) - 100))
    if found is None:
        raise Unreadable("the file does not end with a cross-reference and %%EOF")
    start = int(found[1])
    sections = list(_sections(content, start))
    trailer, _, is_stream = sections[0]
    return Document(content, start, is_stream, trailer, [one for _, p, _ in sections for one in p])


def _sections(content: bytes, start: int) -> Iterator[tuple[Dictionary, list[_Part], bool]]:
    seen: set[int] = set()
    pending: Value | None = Raw(b"%d" % start)
    while pending is not None:
        at = whole(pending)
        if at in seen or len(seen) >= MOST_SECTIONS or at >= len(content):
            raise Unreadable("cross-reference sections in a circle")
        seen.add(at)
        section = _section(content, at)
        yield section
        pending = section[0].get(b"Prev")


def _section(content: bytes, at: int) -> tuple[Dictionary, list[_Part], bool]:
    table = _TABLE.match(content, at)
    if table:
        trailer, parts = _table(content, table.end())
        if b"XRefStm" in trailer:
            raise Unreadable("a file with two kinds of cross-references at once")
        return trailer, parts, False
    trailer, rows = _stream(content, _object(content, at, None))
    return trailer, _parts(trailer, rows), True


def _table(content: bytes, at: int) -> tuple[Dictionary, list[_Part]]:
    parts = []
    while head := _PART.match(content, at):
        first, count = int(head[1]), int(head[2])
        if count > MOST_OBJECTS:
            raise Unreadable("too many objects")
        parts.append(_Part(first, count, content, head.end()))
        at = head.end() + 20 * count
    if content[at : at + 7] != b"trailer":
        raise Unreadable("a cross-reference table without a trailer")
    trailer, _ = read(content, at + 7)
    if not isinstance(trailer, dict):
        raise Unreadable("a trailer is expected")
    return trailer, parts


def _parts(trailer: Dictionary, rows: bytes) -> list[_Part]:
    widths = [whole(one) for one in _list(trailer.get(b"W"))]
    if len(widths) != 3 or not 0 < sum(widths) <= 24:
        raise Unreadable("a cross-reference stream without widths")
    told = _list(trailer.get(b"Index")) or [Raw(b"0"), trailer.get(b"Size", Raw(b""))]
    parts, at = [], 0
    for first, count in zip(told[::2], told[1::2], strict=True):
        part = _Part(whole(first), whole(count), rows, at, (widths[0], widths[1], widths[2]))
        parts.append(part)
        at += sum(widths) * part.count
    if at > len(rows):
        raise Unreadable("a cross-reference stream that ends too early")
    return parts


def _list(value: Value | None) -> list[Value]:
    return value if isinstance(value, list) else []


def _object(content: bytes, at: int, wanted: Ref | None) -> tuple[Value, int]:
    head = _HEAD.match(content, at)
    if head is None or (wanted is not None and (int(head[1]), int(head[2])) != wanted):
        raise Unreadable(f"no object at {at}")
    return read(content, head.end())


def _stream(content: bytes, found: tuple[Value, int]) -> tuple[Dictionary, bytes]:
    value, end = found
    start = _STREAM.match(content, end)
    if not isinstance(value, dict) or start is None:
        raise Unreadable("a stream is expected")
    data = content[start.end() : start.end() + whole(value.get(b"Length"))]
    kind = value.get(b"Filter")
    if kind in (None, []):
        return value, data
    if kind not in (Name(b"FlateDecode"), [Name(b"FlateDecode")]):
        raise Unreadable("a stream written in another way")
    return value, _unpredicted(_inflated(data), value.get(b"DecodeParms"))


def _inflated(data: bytes) -> bytes:
    try:
        worker = zlib.decompressobj()
        plain = worker.decompress(data, _MOST_TABLE)
    except zlib.error as error:
        raise Unreadable(f"a damaged stream: {error}") from None
    if worker.unconsumed_tail:
        raise Unreadable("a stream that is far too long")
    return plain


def _unpredicted(data: bytes, parameters: Value | None) -> bytes:
    if isinstance(parameters, list):
        parameters = parameters[0] if parameters else None
    if not isinstance(parameters, dict) or whole(parameters.get(b"Predictor", Raw(b"1"))) == 1:
        return data
    width = whole(parameters.get(b"Columns", Raw(b"1")))
    rows, before = [], bytes(width)
    for at in range(0, len(data), width + 1):
        row = data[at + 1 : at + 1 + width]
        if data[at] == 2:  # each byte is told as its difference from the one above
            row = bytes((one + two) & 0xFF for one, two in zip(row, before, strict=True))
        elif data[at] != 0:
            raise Unreadable("a predictor not met in cross-references")
        rows.append(row)
        before = row
    return b"".join(rows)


class Update:
    """New and changed objects, to be appended to a document as one revision."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._next = document.size
        self._bodies: dict[Ref, bytes] = {}

    def new(self) -> Ref:
        """This method will reserve the number of an object to come."""
        made = Ref(self._next)
        self._next += 1
        return made

    def put(self, reference: Ref, body: Value | bytes) -> Ref:
        """This method will keep an object, instead of an older one where there is one."""
        if isinstance(body, dict | list | Name | Ref):
            body = write(body)
        self._bodies[reference] = bytes(body)
        return reference

    def add(self, body: Value | bytes) -> Ref:
        """This method will keep a new object."""
        return self.put(self.new(), body)

    def stream(self, head: Dictionary, data: bytes) -> Ref:
        """This method will keep a new stream."""
        told = write(head | {b"Length": Raw(b"%d" % len(data))})
        return self.add(b"%s\nstream\n%s\nendstream" % (told, data))

    def written(self) -> tuple[bytes, dict[Ref, int]]:
        """This method will write the revision; it goes right behind the document."""
        content = self.document.content
        chunks = [] if content.endswith((b"\n", b"\r")) else [b"\n"]
        at = len(content) + sum(map(len, chunks))
        places = {}
        for reference, body in self._bodies.items():
            chunk = b"%d %d obj\n%s\nendobj\n" % (*reference, body)
            places[reference] = at
            chunks.append(chunk)
            at += len(chunk)
        chunks.append(self._end(places, at))
        return b"".join(chunks), places

    def _end(self, places: dict[Ref, int], at: int) -> bytes:
        kept = (b"Root", b"Info", b"ID")
        trailer = {key: one for key, one in self.document.trailer.items() if key in kept}
        trailer[b"Prev"] = Raw(b"%d" % self.document.start)
        write_end = self._as_stream if self.document.is_stream else self._as_table
        return write_end(trailer, places, at) + b"startxref\n%d\n%%%%EOF\n" % at

    def _as_table(self, trailer: Dictionary, places: dict[Ref, int], at: int) -> bytes:
        trailer[b"Size"] = Raw(b"%d" % self._next)
        lines = [b"xref\n"]
        for run in _runs(sorted(places)):
            lines.append(b"%d %d\n" % (run[0].number, len(run)))
            lines += [b"%010d %05d n \n" % (places[one], one.generation) for one in run]
        return b"%strailer\n%s\n" % (b"".join(lines), write(trailer))

    def _as_stream(self, trailer: Dictionary, places: dict[Ref, int], at: int) -> bytes:
        own = self.new()
        told = {**places, own: at}
        index: list[Value] = []
        rows = []
        for run in _runs(sorted(told)):
            index += [Raw(b"%d" % run[0].number), Raw(b"%d" % len(run))]
            rows += [
                b"\1%s%s" % (told[one].to_bytes(5, "big"), one.generation.to_bytes(2, "big"))
                for one in run
            ]
        data = b"".join(rows)
        trailer |= {
            b"Type": Name(b"XRef"),
            b"Size": Raw(b"%d" % self._next),
            b"W": [Raw(b"1"), Raw(b"5"), Raw(b"2")],
            b"Index": index,
            b"Length": Raw(b"%d" % len(data)),
        }
        head = b"%d 0 obj\n%s\nstream\n" % (own.number, write(trailer))
        return head + data + b"\nendstream\nendobj\n"


def _runs(ordered: list[Ref]) -> Iterator[list[Ref]]:
    """This function will split references into runs of consecutive numbers."""
    run: list[Ref] = []
    for one in ordered:
        if run and one.number != run[-1].number + 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
