# SPDX-License-Identifier: Apache-2.0
"""Gives every glyph of a PDF a character of its own, so that PDFium tells its outline."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, NameObject, StreamObject

# PDFium gives outlines by character. Two glyphs may stand for one character (the short dash and
# the long one of 「——」), and one glyph for two (fi): then it gives the wrong one or none.
_FIRST, _LAST = 0x4E00, 0x9FFF
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CHAR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f\s]*>|\[[^\]]*\])")
_TEXT = re.compile(rb"<([0-9A-Fa-f\s]*)>")


class Unconvertible(ValueError):
    """The PDF holds something that is not carried over; the message says what."""


def with_own_characters(pdf: bytes) -> tuple[bytes, Mapping[str, str]]:
    """
    Return a copy for reading outlines from, and what each of its characters stands for.

    :raises Unconvertible: if a font does not say what its glyphs mean.
    """
    try:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    except (PyPdfError, OSError, ValueError, KeyError) as fault:
        raise Unconvertible(f"the PDF cannot be read: {fault}") from None
    meanings: dict[str, str] = {}
    for font in _fonts(writer):
        told = font.get("/ToUnicode")
        if font.get("/Subtype") != "/Type0" or told is None:
            raise Unconvertible(f"the font {font.get('/BaseFont')} has no map of its characters")
        own: dict[int, str] = {}
        for code, text in sorted(_meanings(told.get_object().get_data()).items()):
            own[code] = _next(len(meanings))
            meanings[own[code]] = text
        font[NameObject("/ToUnicode")] = writer._add_object(_map_of(own))
    for page in writer.pages:
        _refuse_patterns(page)
        _forget_wordings(page, writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue(), meanings


def _refuse_patterns(page: PageObject) -> None:
    held = page.get("/Resources")
    resources = held.get_object() if held is not None else {}
    for kind in ("/Pattern", "/Shading"):
        if kind in resources and len(resources[kind].get_object()):
            raise Unconvertible("something is painted with a pattern or shades over")
    states = resources.get("/ExtGState")
    for one in states.get_object().values() if states is not None else ():
        if one.get_object().get("/SMask", "/None") != "/None":
            raise Unconvertible("something is masked by another picture")


def _forget_wordings(page: PageObject, writer: PdfWriter) -> None:
    """Rename what a page says its text should read as: PDFium would tell that, not the glyphs."""
    content = page.get_contents()
    if content is not None:
        data = content.get_data().replace(b"/ActualText", b"/HiddenText")
        stream = DecodedStreamObject()
        stream.set_data(data)
        page[NameObject("/Contents")] = writer._add_object(stream)


def _next(count: int) -> str:
    if _FIRST + count > _LAST:
        raise Unconvertible("more different glyphs than can be told apart: divide the document")
    return chr(_FIRST + count)


def _fonts(writer: PdfWriter) -> Iterator[Any]:
    # Forms bring fonts of their own, so every dictionary of the file is looked at.
    for one in writer._objects:
        held: Any = one.get_object() if one is not None else None
        if isinstance(held, dict) and held.get("/Type") == "/Font" and "/BaseFont" in held:
            if held.get("/Subtype") in ("/CIDFontType0", "/CIDFontType2"):
                continue
            yield held


def _meanings(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(cmap):
        if kind == b"bfchar":
            found |= {int(code, 16): _utf16(text) for code, text in _CHAR.findall(body)}
            continue
        for first, last, text in _RANGE.findall(body):
            found |= _range(int(first, 16), int(last, 16), text)
    return found


def _range(first: int, last: int, text: bytes) -> dict[int, str]:
    codes = range(first, min(last, first + 0xFFFF) + 1)
    each = [_utf16(one) for one in _TEXT.findall(text)]
    if text.startswith(b"["):
        return dict(zip(codes, each, strict=False))
    start = each[0]
    return {code: start[:-1] + chr(ord(start[-1]) + step) for step, code in enumerate(codes)}


def _utf16(digits: bytes) -> str:
    raw = bytes.fromhex(digits.decode("ascii"))
    return raw.decode("utf-16-be", errors="replace")


def _map_of(own: Mapping[int, str]) -> StreamObject:
    lines = [f"<{code:04x}> <{ord(one):04x}>" for code, one in own.items()]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    stream = StreamObject()
    stream.set_data(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        + body.encode("ascii")
        + b"\nendcmap end end"
    )
    return stream
