# SPDX-License-Identifier: Apache-2.0
"""Reads the pages of a PDF as outlines and words (转换版式), so that an OFD looks just like it."""

from collections.abc import Iterator, Mapping
from ctypes import addressof, byref, c_double, c_float, c_int, c_uint
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from huiban.connectors.ofd import pictures
from huiban.connectors.ofd.glyphs import Unconvertible, with_own_characters
from huiban.connectors.ofd.layout import Color, Drawing, Image, Matrix, Page, Pen, Segment, Words
from huiban.connectors.pdf import pdfium_lock

MM = 25.4 / 72
_CAPS = ("Butt", "Round", "Square")
_JOINS = ("Miter", "Round", "Bevel")
_FILLED, _INVISIBLE = 0, 3
_SAME_LINE = 1e-6


def pages_of(pdf: bytes) -> tuple[Page, ...]:
    """
    Read all pages of a PDF.

    :raises Unconvertible: if one holds what OFD pages of ours do not: shadings, odd clips, forms.
    """
    copy, meanings = with_own_characters(pdf)
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(copy)
        except pdfium.PdfiumError as fault:
            raise Unconvertible(f"the PDF cannot be opened: {fault}") from None
        try:
            return tuple(_Reader(page, meanings).page() for page in document)
        finally:
            document.close()


class _Char(NamedTuple):
    """One glyph where it stands: whose object it is of, its own character, its origin."""

    owner: int
    one: str
    matrix: tuple[float, float, float, float]
    at: tuple[float, float]
    size: float


class _Reader:
    """Reads one page; `outlines` keeps what a glyph looks like, in ems."""

    def __init__(self, page: Any, meanings: Mapping[str, str]) -> None:
        self.handle, self.meanings = page, meanings
        self.width, self.height = page.get_size()
        if page.get_rotation() or tuple(page.get_mediabox()[:2]) != (0.0, 0.0):
            raise Unconvertible("the page is turned or does not start at its corner")
        self.outlines: dict[str, list[tuple[int, float, float, bool]]] = {}

    def page(self) -> Page:
        text = raw.FPDFText_LoadPage(self.handle)
        try:
            runs: dict[int, list[_Char]] = {}
            for char in self._chars(text):
                runs.setdefault(char.owner, []).append(char)
            parts: list[Drawing | Image] = []
            for one in self.handle.get_objects(max_depth=1):
                parts.extend(self._part(one, runs))
            words = [self._words(line) for run in runs.values() for line in _lines(run)]
        finally:
            raw.FPDFText_ClosePage(text)
        return Page(self.width * MM, self.height * MM, tuple(parts), tuple(words))

    def _part(self, one: Any, runs: Mapping[int, list[_Char]]) -> Iterator[Drawing | Image]:
        if one.type == raw.FPDF_PAGEOBJ_PATH:
            yield self._path(one)
        elif one.type == raw.FPDF_PAGEOBJ_TEXT:
            yield from self._text(one, runs.get(_address(one.raw), []))
        elif one.type == raw.FPDF_PAGEOBJ_IMAGE:
            yield pictures.image_of(one, self.height)
        else:
            raise Unconvertible("the page holds a shading or a form, which is not carried over")

    # ── Lines and fills ──

    def _path(self, one: Any) -> Drawing:
        filling, stroked = c_int(), c_int()
        raw.FPDFPath_GetDrawMode(one.raw, byref(filling), byref(stroked))
        matrix = _matrix(one.raw)
        segments = [_segment(raw.FPDFPath_GetPathSegment(one.raw, place))
                    for place in range(raw.FPDFPath_CountSegments(one.raw))]  # fmt: skip
        return Drawing(
            segments=self._placed(segments, matrix, 1.0),
            fill=_color(raw.FPDFPageObj_GetFillColor, one.raw) if filling.value else None,
            pen=_pen(one.raw, matrix) if stroked.value else None,
            is_even_odd=filling.value == raw.FPDF_FILLMODE_ALTERNATE,
            clip=self._clip(one.raw),
        )

    def _placed(
        self, segments: list[tuple[int, float, float, bool]], matrix: Matrix, scale: float
    ) -> tuple[Segment, ...]:
        """Move points to the page, millimetres from its top left."""
        found: list[Segment] = []
        curve: tuple[float, ...] = ()
        a, b, c, d, e, f = matrix
        for kind, x, y, is_closed in segments:
            x, y = x * scale, y * scale
            point = ((a * x + c * y + e) * MM, (self.height - (b * x + d * y + f)) * MM)
            if kind == raw.FPDF_SEGMENT_BEZIERTO:
                curve += point
                if len(curve) == 6:
                    found.append(("B", curve))
                    curve = ()
            else:
                found.append(("M" if kind == raw.FPDF_SEGMENT_MOVETO else "L", point))
            if is_closed:
                found.append(("C", ()))
        return tuple(found)

    def _clip(self, handle: Any) -> tuple[float, float, float, float] | None:
        clip = raw.FPDFPageObj_GetClipPath(handle)
        count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
        if count <= 0:
            return None
        left, top, right, bottom = 0.0, 0.0, self.width * MM, self.height * MM
        for place in range(count):
            points = self._clip_points(clip, place)
            across, down = (
                sorted({round(x, 2) for x, _ in points}),
                sorted({round(y, 2) for _, y in points}),
            )
            if len(across) > 2 or len(down) > 2:
                raise Unconvertible("something is cut out along a line that is no rectangle")
            left, right = max(left, across[0]), min(right, across[-1])
            top, bottom = max(top, down[0]), min(bottom, down[-1])
        return left, top, max(right - left, 0.0), max(bottom - top, 0.0)

    def _clip_points(self, clip: Any, place: int) -> list[tuple[float, float]]:
        segments = [
            _segment(raw.FPDFClipPath_GetPathSegment(clip, place, number))
            for number in range(raw.FPDFClipPath_CountPathSegments(clip, place))
        ]
        return [(x * MM, (self.height - y) * MM) for _, x, y, _ in segments]

    # ── Text ──

    def _chars(self, text: Any) -> Iterator[_Char]:
        matrix, x, y, size = raw.FS_MATRIX(), c_double(), c_double(), c_float()
        for place in range(raw.FPDFText_CountChars(text)):
            if raw.FPDFText_IsGenerated(text, place):
                continue
            owner = raw.FPDFText_GetTextObject(text, place)
            one = chr(raw.FPDFText_GetUnicode(text, place))
            if not owner or one not in self.meanings:
                raise Unconvertible("a glyph stands for no character")
            raw.FPDFText_GetMatrix(text, place, byref(matrix))
            raw.FPDFText_GetCharOrigin(text, place, byref(x), byref(y))
            raw.FPDFTextObj_GetFontSize(owner, byref(size))
            if one not in self.outlines:
                self.outlines[one] = _outline(raw.FPDFTextObj_GetFont(owner), one)
            turned = (matrix.a, matrix.b, matrix.c, matrix.d)
            yield _Char(_address(owner), one, turned, (x.value, y.value), size.value)

    def _text(self, one: Any, run: list[_Char]) -> Iterator[Drawing]:
        mode = raw.FPDFTextObj_GetTextRenderMode(one.raw)
        if mode == _INVISIBLE or not run:
            return
        if mode != _FILLED:
            raise Unconvertible("letters are drawn as outlines")
        segments: list[Segment] = []
        for char in run:
            placed = (*char.matrix, *char.at)
            segments += self._placed(self.outlines[char.one], placed, char.size)
        if segments:
            color = _color(raw.FPDFPageObj_GetFillColor, one.raw)
            yield Drawing(tuple(segments), fill=color, clip=self._clip(one.raw), is_text=True)

    def _words(self, line: list[_Char]) -> Words:
        first = line[0]
        a, b, c, d = first.matrix
        text, steps = "", []
        length = (a * a + b * b) ** 0.5 or 1.0
        for char, after in zip(line, [*line[1:], None], strict=True):
            meaning = self.meanings[char.one]
            text += meaning
            ahead = after.at if after else char.at
            along = ((ahead[0] - char.at[0]) * a + (ahead[1] - char.at[1]) * b) / length**2
            steps += [0.0] * (len(meaning) - 1) + [along * MM]
        place = (first.at[0] * MM, (self.height - first.at[1]) * MM)
        return Words(text, first.size * MM, (a, -b, -c, d, *place), tuple(steps[:-1]))


def _lines(run: list[_Char]) -> Iterator[list[_Char]]:
    """Divide the glyphs of one object where the line they stand on changes."""
    line: list[_Char] = []
    for char in run:
        if line and not _follows(line[-1], char):
            yield line
            line = []
        line.append(char)
    if line:
        yield line


def _follows(before: _Char, char: _Char) -> bool:
    (a, b, _, _), (dx, dy) = (
        before.matrix,
        (
            char.at[0] - before.at[0],
            char.at[1] - before.at[1],
        ),
    )
    is_straight = abs(dx * b - dy * a) < _SAME_LINE + 0.01 * abs(a * a + b * b)
    return before.matrix == char.matrix and before.size == char.size and is_straight


def _outline(font: Any, one: str) -> list[tuple[int, float, float, bool]]:
    path = raw.FPDFFont_GetGlyphPath(font, ord(one), 1.0)
    if not path:
        return []
    count = raw.FPDFGlyphPath_CountGlyphSegments(path)
    return [_segment(raw.FPDFGlyphPath_GetGlyphPathSegment(path, place)) for place in range(count)]


def _segment(handle: Any) -> tuple[int, float, float, bool]:
    x, y = c_float(), c_float()
    raw.FPDFPathSegment_GetPoint(handle, byref(x), byref(y))
    kind = raw.FPDFPathSegment_GetType(handle)
    return kind, x.value, y.value, bool(raw.FPDFPathSegment_GetClose(handle))


def _matrix(handle: Any) -> Matrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(handle, byref(found))
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _color(ask: Any, handle: Any) -> Color:
    red, green, blue, opacity = c_uint(), c_uint(), c_uint(), c_uint()
    if not ask(handle, byref(red), byref(green), byref(blue), byref(opacity)):
        raise Unconvertible("something is painted with a pattern")
    return red.value, green.value, blue.value, opacity.value


def _pen(handle: Any, matrix: Matrix) -> Pen:
    a, b, c, d, _, _ = matrix
    scale = abs(a * d - b * c) ** 0.5 * MM
    width, offset = c_float(), c_float()
    raw.FPDFPageObj_GetStrokeWidth(handle, byref(width))
    count = max(raw.FPDFPageObj_GetDashCount(handle), 0)
    dashes = (c_float * count)()
    if count:
        raw.FPDFPageObj_GetDashArray(handle, dashes, count)
        raw.FPDFPageObj_GetDashPhase(handle, byref(offset))
    return Pen(
        color=_color(raw.FPDFPageObj_GetStrokeColor, handle),
        width=width.value * scale,
        cap=_CAPS[raw.FPDFPageObj_GetLineCap(handle) % len(_CAPS)],
        join=_JOINS[raw.FPDFPageObj_GetLineJoin(handle) % len(_JOINS)],
        dashes=tuple(one * scale for one in dashes),
        dash_offset=offset.value * scale,
    )


def _address(handle: Any) -> int:
    """Tell objects apart: PDFium gives a new pointer value to the same object each time."""
    return addressof(handle.contents)
