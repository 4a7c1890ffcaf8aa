# SPDX-License-Identifier: Apache-2.0
"""From what was read of a material to the values of its fields, each with its place."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from huiban.kernel.extract_label import Label, Labels, inside, labels_on
from huiban.kernel.extract_place import Cell, Flow, around, below, cells_of, flow_of, right_of
from huiban.kernel.extract_text import narrow, tidy
from huiban.kernel.extract_value import Parsed, Value, parsed
from huiban.kernel.material_kind import FieldPattern, FieldType, MaterialKind, Where
from huiban.kernel.reading import Box, Reading, ReadPage

_MISREAD_LABEL = 0.92
_UNMARKED = 0.97
_BELOW = 0.95
_RUNNING = 0.95
_LONGEST = 40
"""Lines that one value may go on over."""
_LONG = frozenset({FieldType.TEXT, FieldType.ORGANISATION})
_PROVEN_ANYWHERE = frozenset({FieldType.USCC, FieldType.CITIZEN_ID})
# A name that ends so is complete; what stands below it is another matter.
_COMPLETE = re.compile(
    r"(?:公司|厂|院|所|中心|局|委员会|政府|办事处|合作社|经营部|商行|分公司|大队|支队)[)）]?$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """
    A value of a field as it stands in a material, and where.

    `value` is None where a number fails its check digit (`confidence` 0), and for a period
    without an end (`is_long_term`).
    """

    value: Value
    text: str
    page: int
    box: Box
    confidence: float
    is_long_term: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    cells: tuple[Cell, ...]
    labels: Labels
    flow: Flow


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text that may hold a value, the cells it was taken from, how much it is trusted."""

    text: str
    cells: tuple[Cell, ...]
    trust: float = 1.0


def extract(reading: Reading, kind: MaterialKind) -> dict[str, Found]:
    """Take the fields of a kind out of a reading; a field that is not found is left out."""
    words = [*kind.other_labels, *(word for one in kind.fields for word in one.labels)]
    pages = [_page(page, words) for page in reading.pages]
    found = {one.name: _best(pages, one) for one in kind.fields}
    return {name: value for name, value in found.items() if value}


def _page(page: ReadPage, words: Sequence[str]) -> _Page:
    cells = cells_of(page, words)
    return _Page(cells, labels_on(cells, words), flow_of(cells))


def _best(pages: Sequence[_Page], field: FieldPattern) -> Found | None:
    """Return the first value that holds; failing that, say that a number failed its check."""
    failed: Found | None = None
    for piece in _pieces(pages, field):
        value = parsed(field.type, _unbroken(piece.text, field))
        if value and (value.value is not None or value.is_long_term):
            return _made(value, piece)
        if value and failed is None:
            failed = _made(value, piece)
    return failed


def _unbroken(text: str, field: FieldPattern) -> str:
    """Close the gap where a value goes on over a line; between plates a line does end."""
    return text if field.type is FieldType.PLATES else text.replace("\n", "")


def _made(value: Parsed, piece: _Piece) -> Found:
    page = piece.cells[0].page
    own = [cell for cell in piece.cells if cell.page == page]
    heard = min(cell.confidence for cell in own) * piece.trust * value.factor
    return Found(
        value.value,
        tidy(piece.text),
        page,
        around(cell.box for cell in own),
        round(max(heard, value.floor), 4),
        value.is_long_term,
    )


def _pieces(pages: Sequence[_Page], field: FieldPattern) -> Iterator[_Piece]:
    """Yield every text that may hold the value, the likeliest first."""
    for page, label in sorted(_labels(pages, field), key=lambda found: _rank(found[1], field)):
        for piece in _beside(page, label, field):
            yield from _narrowed(piece, field)
    for page in pages:
        if field.where is Where.PAGE:
            yield from _running(page, field)
        elif field.type in _PROVEN_ANYWHERE:
            # The check digit says what it is; no label is needed.
            yield from (_Piece(cell.text, (cell,)) for cell in page.cells)


def _labels(pages: Iterable[_Page], field: FieldPattern) -> Iterator[tuple[_Page, Label]]:
    for page in pages:
        for word in field.labels:
            for label in page.labels.words.get(narrow(word), ()):
                yield page, label


def _rank(label: Label, field: FieldPattern) -> tuple[bool, bool, int]:
    order = [narrow(word) for word in field.labels].index(label.word)
    return not label.is_exact, not label.is_marked, order


def _narrowed(piece: _Piece, field: FieldPattern) -> Iterator[_Piece]:
    """Keep of a piece what the field's pattern asks for."""
    if not field.pattern or field.where is Where.PAGE:
        yield piece
        return
    text = tidy(piece.text)
    match = re.search(field.pattern, narrow(text))
    if match:
        begin, end = match.span(1 if match.re.groups else 0)
        yield _Piece(text[begin:end], piece.cells, piece.trust)


def _beside(page: _Page, label: Label, field: FieldPattern) -> Iterator[_Piece]:
    trust = (1.0 if label.is_exact else _MISREAD_LABEL) * (1.0 if label.is_marked else _UNMARKED)
    begin, end = inside(label, page.labels)
    row = _row(page, label, (begin, end))
    if row:
        yield from _going_on(page, label, _Piece(*_text_of(row), trust), field)
        return
    if label.cell.plain[end:].strip():
        return  # another label follows at once: this one was left empty
    span = (label.cell.x_of(label.start), label.cell.right)
    under = below(label.cell, page.cells, span, 1.6)
    if under and not page.labels.begins(under):
        first = _Piece(under.text, (under,), trust * _BELOW)
        yield from _going_on(page, label, first, field)


def _row(page: _Page, label: Label, place: tuple[int, int]) -> list[tuple[str, Cell]]:
    """Return what stands on the label's row up to the next label."""
    begin, end = place
    cell = label.cell
    own = cell.text[begin:end]
    row = [(own, cell)] if own.strip(" :|_") else []
    if end < len(cell.plain):
        return row
    while len(row) < _LONGEST:
        beside = right_of(cell, page.cells)
        if beside is None or page.labels.begins(beside):
            break
        # A value may stand far from its label, but its own parts stand together.
        if row and beside.left - cell.right > 2.5 * cell.height:
            break
        first = page.labels.by_cell.get(id(beside), ())
        row.append((beside.text[: first[0].start] if first else beside.text, beside))
        if first:
            break
        cell = beside
    return row


def _text_of(row: Sequence[tuple[str, Cell]]) -> tuple[str, tuple[Cell, ...]]:
    return " ".join(text for text, _ in row), tuple(cell for _, cell in row)


def _going_on(page: _Page, label: Label, first: _Piece, field: FieldPattern) -> Iterator[_Piece]:
    """Yield a value with the lines it goes on over, then shorter, as its type asks."""
    pieces = [first]
    if label.cell is first.cells[0]:
        edge = (
            label.cell.x_of(label.start) - 4 * label.cell.height,
            label.cell.x_of(label.end) + 7 * label.cell.height,
        )
    else:
        edge = (
            first.cells[0].left - 1.5 * first.cells[0].height,
            first.cells[0].left + 3 * first.cells[0].height,
        )
    last = first.cells[-1]
    while len(pieces) < _LONGEST and not _is_complete(pieces[-1].text, field):
        under = _next_line(page, last, edge)
        if under is None:
            break
        whole = pieces[-1]
        pieces.append(_Piece(whole.text + "\n" + under.text, (*whole.cells, under), whole.trust))
        last = under
    if field.type in _LONG:
        yield pieces[-1]
        return
    yield from pieces[:3]


def _is_complete(text: str, field: FieldPattern) -> bool:
    return field.type is FieldType.ORGANISATION and bool(_COMPLETE.search(tidy(text)))


def _next_line(page: _Page, last: Cell, edge: tuple[float, float]) -> Cell | None:
    near = [cell for cell in page.cells if edge[0] <= cell.left <= edge[1]]
    under = below(last, near, (edge[0], last.right), 0.9)
    if under is None or page.labels.begins(under):
        return None
    if any(page.labels.begins(cell) and right_of(cell, page.cells) is under for cell in page.cells):
        return None  # it is the value of another label
    # A line that was wrapped is as wide as what follows it.
    return under if under.right <= last.right + 2.2 * last.height else None


def _running(page: _Page, field: FieldPattern) -> Iterator[_Piece]:
    """Yield what the pattern of a field meets in the running text; plates are met everywhere."""
    if field.type is FieldType.PLATES:
        yield (
            _Piece(page.flow.text, page.flow.cells, _RUNNING)
            if page.flow.cells
            else _Piece("", page.flow.cells)
        )
        return
    for match in re.finditer(field.pattern, page.flow.text) if field.pattern else ():
        begin, end = match.span(1 if match.re.groups else 0)
        yield _Piece(
            page.flow.text[begin:end].replace("\n", ""), page.flow.between(begin, end), _RUNNING
        )
