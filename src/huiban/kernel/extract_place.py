# SPDX-License-Identifier: Apache-2.0
"""Where text stands on a page: lines made level, what is to the right, what is below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from huiban.kernel.extract_text import narrow, width_of
from huiban.kernel.reading import Box, Line, ReadPage

MOST_LINES = 600
"""A page with more lines is no paper that fields are read from; the rest of it is left out."""
_SLOPES = [step / 250 for step in range(-20, 21)]
_CHAR_RATIO = 1.35


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of text, its edges in pixels after the page was made level."""

    text: str
    plain: str
    """The text in half width; a place in it is a place in `text`."""
    left: float
    right: float
    middle: float
    height: float
    box: Box
    confidence: float
    page: int

    @property
    def top(self) -> float:
        return self.middle - self.height / 2

    @property
    def bottom(self) -> float:
        return self.middle + self.height / 2

    def x_of(self, place: int) -> float:
        """Estimate where the character at a place begins."""
        whole = width_of(self.text) or 1.0
        return self.left + (self.right - self.left) * width_of(self.text[:place]) / whole


def cells_of(page: ReadPage, words: Iterable[str] = ()) -> tuple[Cell, ...]:
    """
    Return the lines of a page from top to bottom, level even if the paper lay askew.

    What a wide setting drove apart is put together again, if `words` has a label that is so made.
    """
    lines = [
        part
        for line in page.lines[:MOST_LINES]
        if line.text.strip()
        for part in _upright(line, page)
    ]
    cells = [_cell(line, page) for line in lines]
    slope = _slope(cells)
    level = [
        replace(cell, middle=cell.middle - slope * (cell.left + cell.right) / 2) for cell in cells
    ]
    known = tuple({narrow(word) for word in words})
    return tuple(_joined(sorted(level, key=lambda cell: (cell.middle, cell.left)), known))


def _upright(line: Line, page: ReadPage) -> Iterable[Line]:
    """Split what stands one above another and was taken for one line."""
    wide = (line.box.right - line.box.left) * page.width
    tall = (line.box.bottom - line.box.top) * page.height
    count = len(line.text)
    if count < 2 or tall < 1.4 * wide:
        return (line,)
    step = (line.box.bottom - line.box.top) / count
    return (
        Line(
            one,
            replace(line.box, top=line.box.top + at * step, bottom=line.box.top + (at + 1) * step),
            line.confidence,
        )
        for at, one in enumerate(line.text)
    )


def _cell(line: Line, page: ReadPage) -> Cell:
    left, right = line.box.left * page.width, line.box.right * page.width
    tall = (line.box.bottom - line.box.top) * page.height
    # The upright box around a slanted line is taller than its characters are.
    height = min(tall, _CHAR_RATIO * (right - left) / (width_of(line.text) or 1.0))
    return Cell(
        line.text,
        narrow(line.text),
        left,
        right,
        line.box.middle[1] * page.height,
        max(height, 1.0),
        line.box,
        line.confidence,
        page.number,
    )


def _slope(cells: Sequence[Cell]) -> float:
    """Find the slope along which most cells stand side by side."""
    pairs = [
        (
            other.left - one.right + (one.right - one.left + other.right - other.left) / 2,
            other.middle - one.middle,
            min(one.height, other.height),
        )
        for one in cells
        for other in cells
        if other.left >= one.right
        and abs(other.middle - one.middle) < one.height + 0.1 * (other.left - one.left)
    ]

    def level(slope: float) -> int:
        return sum(abs(down - slope * along) < 0.25 * height for along, down, height in pairs)

    flat = level(0.0)
    best = max(_SLOPES, key=lambda slope: (level(slope), -abs(slope)))
    return best if level(best) > 1.15 * flat + 1 else 0.0


def _joined(cells: Sequence[Cell], known: tuple[str, ...]) -> Iterable[Cell]:
    """Put the parts of a label that was set wide (名　称) together again."""
    whole = list(cells)
    for cell in cells:
        if not _is_single(cell) or cell not in whole:
            continue
        one = cell
        while (beside := right_of(one, whole)) and beside.left - one.right < 5 * one.height:
            both = _both(one, beside)
            solid = "".join(both.plain.split())
            if not any(solid.startswith(word) or word.startswith(solid) for word in known):
                break
            whole[whole.index(one)] = both
            whole.remove(beside)
            one = both
            if not any(word.startswith(solid) and word != solid for word in known):
                break
    return whole


def _is_single(cell: Cell) -> bool:
    return len(cell.text.strip()) == 1


def _both(one: Cell, other: Cell) -> Cell:
    text = one.text + other.text
    box = around((one.box, other.box))
    return replace(
        one,
        text=text,
        plain=narrow(text),
        right=other.right,
        box=box,
        confidence=min(one.confidence, other.confidence),
    )


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all boxes."""
    every = list(boxes)
    return Box(
        min(box.left for box in every),
        min(box.top for box in every),
        max(box.right for box in every),
        max(box.bottom for box in every),
    )


def right_of(cell: Cell, cells: Iterable[Cell]) -> Cell | None:
    """Return the nearest cell on the same row to the right."""

    def is_beside(other: Cell) -> bool:
        away = other.left - cell.right
        slack = 0.6 * max(cell.height, other.height) + 0.012 * max(away, 0.0)
        return (
            away > -0.6 * cell.height
            and abs(other.middle - cell.middle) < slack
            and (other.left > cell.left + 0.3 * cell.height)
        )

    found = [other for other in cells if other is not cell and is_beside(other)]
    return min(
        found, key=lambda other: other.left + 2 * abs(other.middle - cell.middle), default=None
    )


def below(
    cell: Cell, cells: Iterable[Cell], between: tuple[float, float], gap: float
) -> Cell | None:
    """Return the next cell under one that overlaps a stretch of the page; `gap` in line heights."""
    left, right = between

    def is_under(other: Cell) -> bool:
        down = other.middle - cell.middle
        height = max(cell.height, other.height)
        return (
            0.6 * height < down < (gap + 1) * height and other.left < right and other.right > left
        )

    found = [other for other in cells if other is not cell and is_under(other)]
    return min(
        found,
        key=lambda other: (round(other.middle / (cell.height or 1)), other.left),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """The running text of a page; `starts` are the places where its cells begin."""

    text: str
    starts: tuple[int, ...]
    cells: tuple[Cell, ...]

    def between(self, begin: int, end: int) -> tuple[Cell, ...]:
        """Return the cells a stretch of the text was taken from."""
        ends = (*self.starts[1:], len(self.text) + 1)
        return tuple(
            cell
            for cell, first, last in zip(self.cells, self.starts, ends, strict=True)
            if first < end and last > begin
        )


def flow_of(cells: Sequence[Cell]) -> Flow:
    """Join the lines of a page as they are read aloud; a line that is not full ends a paragraph."""
    rows = _rows(cells)
    edge = 0.88 * max((cell.right for cell in cells), default=0.0)
    text, starts, kept = "", [], []
    for row in rows:
        for at, cell in enumerate(row):
            starts.append(len(text))
            kept.append(cell)
            is_last = at == len(row) - 1
            text += cell.plain + ("" if is_last and cell.right > edge else "\n" if is_last else " ")
    return Flow(text, tuple(starts), tuple(kept))


def _rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    tall = median(cell.height for cell in cells) if cells else 1.0
    for cell in cells:
        if rows and abs(cell.middle - rows[-1][0].middle) < 0.5 * tall:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda cell: cell.left) for row in rows]
