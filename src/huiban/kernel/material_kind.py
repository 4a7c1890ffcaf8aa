# SPDX-License-Identifier: Apache-2.0
"""What kind of material a reading is (材料种类): features that tell it, and its fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from huiban.kernel.extract_text import narrow, tidy
from huiban.kernel.reading import Reading, ReadPage
from huiban.kernel.words import Words

LEAST = 0.5
"""A page whose features weigh less is of no known kind."""
_SURE = 0.99
_SHORTEST_FUZZY = 4
_TITLE_ROOM = 8


class FieldType(StrEnum):
    """How the value of a field is written, which decides how it is read."""

    TEXT = "text"
    PERSON = "person"
    ORGANISATION = "organisation"
    DATE = "date"
    UNTIL = "until"
    """The last day of a period, or 长期."""
    USCC = "uscc"
    CITIZEN_ID = "citizen_id"
    NUMBER = "number"
    """A number with its unit; 万 and 亿 are multiplied out."""
    MONEY = "money"
    """In yuan."""
    AREA = "area"
    """In square metres."""
    PLATE = "plate"
    PLATES = "plates"
    NUMBER_TEXT = "number_text"
    """The number of a document, such as 青建废核〔2026〕370202-00001."""


class Where(StrEnum):
    """Where the value of a field is looked for."""

    LABEL = "label"
    """Beside, after or below one of its labels."""
    PAGE = "page"
    """There, or else where the pattern is met in the running text of a page."""


@dataclass(frozen=True, slots=True)
class KindFeature:
    """What speaks for a kind, or against it: any of some words, or a pattern, on one page."""

    weight: float
    words: tuple[str, ...] = ()
    pattern: str = ""
    is_title: bool = False
    """The words stand on a line of their own, more or less."""


@dataclass(frozen=True, slots=True)
class FieldPattern:
    """A field of a kind: what stands beside it, how it is written."""

    name: str
    label: Words
    type: FieldType
    labels: tuple[str, ...] = ()
    pattern: str = ""
    """Narrows what stands beside a label; with `where: page` it is met in the running text."""
    where: Where = Where.LABEL


@dataclass(frozen=True, slots=True)
class MaterialKind:
    """A kind of material (材料种类)."""

    code: str
    name: Words
    features: tuple[KindFeature, ...] = ()
    fields: tuple[FieldPattern, ...] = ()
    other_labels: tuple[str, ...] = ()
    """Labels of what is not taken out; a value ends where one begins."""


@dataclass(frozen=True, slots=True)
class Told:
    """The kind a reading or a page was told to be."""

    kind: MaterialKind
    confidence: float
    page: int


def kind_of(reading: Reading, kinds: Iterable[MaterialKind]) -> Told | None:
    """Tell the kind of a whole file by its plainest page; None if no page tells one."""
    told = [one for one in kinds_by_page(reading, kinds) if one]
    return max(told, key=lambda one: (one.confidence, -one.page), default=None)


def kinds_by_page(reading: Reading, kinds: Iterable[MaterialKind]) -> tuple[Told | None, ...]:
    """Tell the kind of every page, such as of the two sides of a card in one file."""
    known = tuple(kinds)
    return tuple(_kind_of_page(page, known) for page in reading.pages)


def _kind_of_page(page: ReadPage, kinds: tuple[MaterialKind, ...]) -> Told | None:
    lines = [narrow(tidy(line.text)) for line in page.lines]
    scores = sorted(((_score(lines, kind), -at) for at, kind in enumerate(kinds)), reverse=True)
    if not scores or scores[0][0] < LEAST:
        return None
    best, at = scores[0]
    # Two kinds that are told alike well leave a doubt.
    doubt = scores[1][0] / best / 2 if len(scores) > 1 and scores[1][0] >= LEAST else 0.0
    return Told(kinds[-at], round(min(_SURE, best) * (1 - doubt), 4), page.number)


def _score(lines: list[str], kind: MaterialKind) -> float:
    return sum(one.weight for one in kind.features if _is_there(lines, one))


def _is_there(lines: list[str], feature: KindFeature) -> bool:
    whole = "".join(lines)
    if feature.pattern and re.search(feature.pattern, whole):
        return True
    return any(_says(lines, whole, narrow(word), feature.is_title) for word in feature.words)


def _says(lines: list[str], whole: str, word: str, is_title: bool) -> bool:
    if is_title:
        return any(_holds(line, word) for line in lines if len(line) <= len(word) + _TITLE_ROOM)
    return _holds(whole, word)


def _holds(text: str, word: str) -> bool:
    """Tell whether a word stands in a text, one wrong character in a longer one allowed."""
    if word in text:
        return True
    if len(word) < _SHORTEST_FUZZY or len(text) < len(word):
        return False
    return fuzz.partial_ratio(word, text) >= 100 * (len(word) - 1) / len(word) - 0.01
