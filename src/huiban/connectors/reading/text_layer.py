# SPDX-License-Identifier: Apache-2.0
"""The text that a PDF page itself carries (文本层), as lines with their places, if it is sound."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw

from huiban.connectors.reading.wording import in_reading_order, narrowed
from huiban.kernel.reading import Box, Line

MOST_CHARACTERS = 40_000
LEAST_CHARACTERS = 8
"""A page with fewer of its own is read as a picture: a page number on a scan is no text layer."""
MOST_STRANGE = 0.05
"""The share of characters without a meaning above which a text layer is rubbish."""
LARGE_IMAGE = 0.15
"""An image over this share of the page may carry text of its own."""
SCAN = 0.6
MOST_OF_A_NOTE = 60
_GAP = 1.2
_GRID = 10_000
_INVISIBLE = 3
_PRIVATE = range(0xE000, 0xF900)


@dataclass(frozen=True, slots=True)
class TextLayer:
    """
    What a page says by itself.

    `has_images` asks for a look at the picture as well; `is_note` tells a scan that fills the
    page, on which a program wrote its name or a number.
    """

    lines: tuple[Line, ...]
    has_images: bool = False
    is_note: bool = False


@dataclass(slots=True)
class _Glyph:
    text: str
    left: float
    top: float
    right: float
    bottom: float


def text_layer(page: Any) -> TextLayer | None:
    """
    Take the text of a page, or None if there is none worth believing.

    Text that is drawn invisibly was put there by somebody's recogniser; ours reads it anew.
    """
    text = page.get_textpage()
    try:
        total = raw.FPDFText_CountChars(text.raw)
        if not LEAST_CHARACTERS <= total <= MOST_CHARACTERS:
            return None
        glyphs = list(_glyphs(page, text.raw, total))
        if not _is_sound(text.raw, total):
            return None
    finally:
        text.close()
    lines = in_reading_order(_lines(glyphs))
    if sum(len(line.text) for line in lines) < LEAST_CHARACTERS:
        return None
    share = _image_share(page)
    is_note = share >= SCAN and sum(len(line.text) for line in lines) <= MOST_OF_A_NOTE
    return TextLayer(tuple(lines), share >= LARGE_IMAGE, is_note)


def _is_sound(text: Any, total: int) -> bool:
    strange = unseen = slanted = 0
    for place in range(total):
        if raw.FPDFText_IsGenerated(text, place) == 1:
            continue
        code = raw.FPDFText_GetUnicode(text, place)
        strange += (
            code in (0, 0xFFFD, 0xFFFE)
            or code in _PRIVATE
            or raw.FPDFText_HasUnicodeMapError(text, place) == 1
        )
        drawn = raw.FPDFText_GetTextObject(text, place)
        unseen += bool(drawn) and raw.FPDFTextObj_GetTextRenderMode(drawn) == _INVISIBLE
        slanted += 0.2 < raw.FPDFText_GetCharAngle(text, place) < 6.08
    return max(strange, unseen, slanted) <= MOST_STRANGE * total


def _glyphs(page: Any, text: Any, total: int) -> Iterator[_Glyph | None]:
    """Give each character with its place in fractions of the page as seen; None ends a line."""
    sides = [ctypes.c_double() for _ in range(4)]
    for place in range(total):
        code = raw.FPDFText_GetUnicode(text, place)
        if code in (0x0A, 0x0D) or code > 0x10FFFF:
            yield None
            continue
        if 0xD800 <= code < 0xE000:  # half of a character that UTF-16 writes in two
            continue
        left, right, bottom, top = sides
        if raw.FPDFText_GetCharBox(text, place, *map(ctypes.byref, (left, right, bottom, top))):
            yield _Glyph(
                chr(code), *_seen(page, (left.value, top.value, right.value, bottom.value))
            )


def _seen(page: Any, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    (ax, ay), (bx, by) = (_on_grid(page, box[0], box[1]), _on_grid(page, box[2], box[3]))
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _on_grid(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(
        page.raw, 0, 0, _GRID, _GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down)
    )
    return across.value / _GRID, down.value / _GRID


def _lines(glyphs: list[_Glyph | None]) -> Iterator[Line]:
    row: list[_Glyph] = []
    for glyph in [*glyphs, None]:
        if row and (glyph is None or not _goes_on(row, glyph)):
            yield from _line(row)
            row = []
        if glyph is not None:
            row.append(glyph)


def _goes_on(row: list[_Glyph], glyph: _Glyph) -> bool:
    if glyph.text.isspace():
        return True
    last = next((one for one in reversed(row) if not one.text.isspace()), None)
    if last is None:
        return True
    tall = max(last.bottom - last.top, glyph.bottom - glyph.top, 0.004)
    middle = (glyph.top + glyph.bottom) / 2
    is_level = last.top - 0.5 * tall <= middle <= last.bottom + 0.5 * tall
    # A page is about 1.4 times as high as wide, so a gap across is measured a little generously.
    return is_level and -2 * tall < glyph.left - last.right < _GAP * 1.4 * tall * 1.5


def _line(row: list[_Glyph]) -> Iterator[Line]:
    inked = [one for one in row if not one.text.isspace()]
    text = narrowed("".join(one.text for one in row))
    if not inked or not text:
        return
    sides = (
        min(one.left for one in inked),
        min(one.top for one in inked),
        max(one.right for one in inked),
        max(one.bottom for one in inked),
    )
    if sides[2] <= 0 or sides[3] <= 0 or sides[0] >= 1 or sides[1] >= 1:
        return  # beside the page, where nobody sees it
    yield Line(text, Box(*(min(1.0, max(0.0, one)) for one in sides)), 1.0)


def _image_share(page: Any) -> float:
    width, height = page.get_size()
    share = 0.0
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = one.get_bounds()
        share = max(share, abs((right - left) * (top - bottom)) / (width * height))
    return share
