# SPDX-License-Identifier: Apache-2.0
"""A one-page PDF turned into the appearance of a signature, read once and copied as bytes."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyhanko.pdf_utils import generic

from huiban.connectors.pades.checked import guarded, written
from huiban.connectors.pades.model import SigningRefused
from huiban.connectors.pades.reader import Reader
from huiban.connectors.pades.revision import Update
from huiban.connectors.pades.syntax import Ref, number, write

MOST_BYTES = 2_000_000
_MOST_OBJECTS = 500
_HERE = re.compile(rb"@(\d+)@")


@dataclass(frozen=True, slots=True)
class _Body:
    """An object of a picture: its text, with marks where other objects are named, and its data."""

    text: bytes
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The objects of a picture; the first is the form that is drawn."""

    bodies: tuple[_Body, ...]
    box: tuple[float, float, float, float]

    def put(self, update: Update, width: float, height: float) -> Ref:
        """This method will add the picture, to be drawn in a place of some size, undistorted."""
        own = [update.new() for _ in self.bodies]
        for reference, body in zip(own, self.bodies, strict=True):
            text = _HERE.sub(lambda found: b"%d 0 R" % own[int(found[1])].number, body.text)
            if reference is own[0]:
                text = text.removesuffix(b">>") + b"/BBox %s>>" % self._framed(width, height)
            if body.data is not None:
                text = b"%s\nstream\n%s\nendstream" % (text, body.data)
            update.put(reference, text)
        return own[0]

    def _framed(self, width: float, height: float) -> bytes:
        """This method will widen the picture's box to the shape of the place it is drawn in."""
        left, bottom, right, top = self.box
        wide, high = right - left, top - bottom
        scale = max(wide / width, high / height)
        across, up = (width * scale - wide) / 2, (height * scale - high) / 2
        box = (left - across, bottom - up, right + across, top + up)
        return write([number(one) for one in box])


@lru_cache(maxsize=256)
def picture(pdf: bytes) -> Picture:
    """
    Read the first page of a PDF as a picture.

    :raises SigningRefused: if it is no PDF of reasonable size.
    """
    if len(pdf) > MOST_BYTES:
        raise SigningRefused("too_large", most=str(MOST_BYTES // 1_000_000))
    return guarded(lambda: _copied(Reader(pdf)))


def _copied(reader: Reader) -> Picture:
    made = _Copied(reader)
    left, bottom, right, top = made.box
    if right <= left or top <= bottom:
        raise ValueError("a picture without a size")
    return Picture(tuple(made.bodies), (left, bottom, right, top))


class _Copied:
    """Walks a page and keeps everything it needs, numbered afresh."""

    def __init__(self, reader: Reader) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._pending: list[Any] = []
        page: Any = reader.find_page_for_modification(0)[0].get_object()
        self.box = [float(one) for one in page["/MediaBox"]]
        self.bodies = [self._form(page, reader)]
        while self._pending:
            if len(self.bodies) > _MOST_OBJECTS:
                raise ValueError("a picture of too many objects")
            self.bodies.append(self._body(self._pending.pop(0).get_object()))

    def _form(self, page: Any, reader: Reader) -> _Body:
        content = page["/Contents"]
        told = content if isinstance(content, generic.ArrayObject) else [content]
        data = b"\n".join(one.get_object().data for one in told)
        drawn = generic.StreamObject(stream_data=data)
        drawn.compress()
        drawn.update(
            {
                generic.NameObject("/Type"): generic.NameObject("/XObject"),
                generic.NameObject("/Subtype"): generic.NameObject("/Form"),
                generic.NameObject("/Resources"): reader.find_page_for_modification(0)[1],
            }
        )
        if "/Group" in page:
            drawn[generic.NameObject("/Group")] = page.raw_get("/Group")
        return self._body(drawn)

    def _body(self, one: Any) -> _Body:
        if not isinstance(one, generic.StreamObject):
            return _Body(self._text(one), None)
        data = one.encoded_data
        head = {key: one.raw_get(key) for key in one if key != "/Length"}
        return _Body(self._entries(head | {"/Length": generic.NumberObject(len(data))}), data)

    def _text(self, value: Any) -> bytes:
        if isinstance(value, generic.IndirectObject):
            return b"@%d@" % self._number(value)
        if isinstance(value, generic.DictionaryObject):
            return self._entries({key: value.raw_get(key) for key in value})
        if isinstance(value, generic.ArrayObject):
            return b"[%s]" % b" ".join(self._text(value.raw_get(n)) for n in range(len(value)))
        if isinstance(value, generic.ByteStringObject | generic.TextStringObject):
            return b"<%s>" % value.original_bytes.hex().encode()  # no mark can hide in it
        return written(value).replace(b"@", b"#40") if isinstance(value, str) else written(value)

    def _entries(self, entries: dict[str, Any]) -> bytes:
        told = (
            b"%s %s" % (self._text(generic.NameObject(key)), self._text(one))
            for key, one in entries.items()
            if key not in ("/Parent", "/StructParents")
        )
        return b"<<%s>>" % b"".join(told)

    def _number(self, value: Any) -> int:
        key = (value.idnum, value.generation)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._pending.append(value)
        return self._numbers[key]
