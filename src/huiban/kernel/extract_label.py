# SPDX-License-Identifier: Apache-2.0
"""Labels on a page: where they stand, spaced out or misread, and where a value beside one ends."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from huiban.kernel.extract_place import Cell
from huiban.kernel.extract_text import narrow

# What may stand before a label inside a line: a blank, a mark, a figure, never a word.
_BEFORE = r"(?:^|(?<=[\s:;,./|()。、0-9_\-]))"
_BEHIND = r"(?P<aside>\s*\([^()]{1,16}\))?(?P<mark>\s*[:|])?"
_MARKED = re.compile(r"\s*(?:\([^()]{1,16}\)\s*)?:")


@dataclass(frozen=True, slots=True)
class Label:
    """A label met in a cell; the value begins at `end`."""

    word: str
    cell: Cell
    start: int
    end: int
    is_exact: bool
    is_marked: bool
    """A colon, a blank or the end of the line follows."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Every label of a page, by its cell."""

    by_cell: Mapping[int, Sequence[Label]]
    words: Mapping[str, Sequence[Label]] = field(default_factory=dict)

    def begins(self, cell: Cell) -> bool:
        """Tell whether a cell begins with a label, so that no value goes on in it."""
        return any(
            not one.cell.plain[: one.start].strip(" ,.、0123456789()一二三四五六七八九十")
            for one in self.by_cell.get(id(cell), ())
        )


def labels_on(cells: Iterable[Cell], words: Iterable[str]) -> Labels:
    """Find the labels of a kind in the cells of a page."""
    known = tuple(sorted({narrow(word) for word in words}, key=lambda word: (-len(word), word)))
    by_cell: dict[int, Sequence[Label]] = {}
    by_word: dict[str, list[Label]] = {}
    for cell in cells:
        found = list(_exact(cell, known)) or _misread(cell, known)
        if found:
            by_cell[id(cell)] = sorted(found, key=lambda one: one.start)
        for one in found:
            by_word.setdefault(one.word, []).append(one)
    return Labels(by_cell, by_word)


def _exact(cell: Cell, known: Sequence[str]) -> Iterable[Label]:
    taken: list[tuple[int, int]] = []
    for word in known:
        for match in _shape(word).finditer(cell.plain):
            begin, end = match.span()
            if any(begin < last and end > first for first, last in taken):
                continue
            # Inside a line a label is one only with its colon, or after a blank.
            if begin and not match["mark"] and not cell.plain[begin - 1].isspace():
                continue
            taken.append((begin, end))
            yield Label(word, cell, begin, end, True, _is_marked(cell.plain, match))


def _is_marked(text: str, match: re.Match[str]) -> bool:
    rest = text[match.end() :]
    return bool(match["mark"] or not rest.strip() or rest[0].isspace())


@lru_cache(maxsize=1024)
def _shape(word: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + r"\s{0,8}".join(map(re.escape, word)) + _BEHIND)


def _misread(cell: Cell, known: Sequence[str]) -> list[Label]:
    """Find a label with a wrong character, or with two in a long one, at the head of a line."""
    places = [at for at, character in enumerate(cell.plain) if not character.isspace()]
    solid = "".join(cell.plain[at] for at in places)
    for word in known:
        allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        for length in (len(word), len(word) - 1, len(word) + 1) if allowed else ():
            head = solid[:length]
            if len(head) < length or Levenshtein.distance(head, word) > allowed:
                continue
            end = places[length - 1] + 1
            mark = _MARKED.match(cell.plain, end)
            end = mark.end() if mark else end
            return [Label(word, cell, 0, end, False, bool(mark) or not cell.plain[end:].strip())]
    return []


def inside(label: Label, labels: Labels) -> tuple[int, int]:
    """Return the stretch of the label's own line that may hold its value."""
    after = [one.start for one in labels.by_cell[id(label.cell)] if one.start >= label.end]
    return label.end, min(after, default=len(label.cell.plain))
