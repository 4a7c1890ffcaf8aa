# SPDX-License-Identifier: Apache-2.0
"""What was read from a material (材料识别): pages, lines with their place, seals, and faults."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How the reading of a file ended."""

    READ = "read"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_HEAVY = "too_heavy"
    """It took too long or too much memory, or broke the reader."""
    UNSUPPORTED = "unsupported"
    """There is no reader for files of this type; people open them."""


class How(StrEnum):
    """Where the lines of a page come from."""

    TEXT = "text"
    """The PDF's own text."""
    OCR = "ocr"
    """The picture, through a recogniser."""
    NONE = "none"
    """Nothing stands on the page, or nothing can be read."""


class PageFault(StrEnum):
    """What is wrong with a page, in the order in which it is told."""

    BLANK = "blank"
    UNREADABLE = "unreadable"
    DARK = "dark"
    GLARE = "glare"
    BLURRED = "blurred"
    SMALL = "small"
    CUT_OFF = "cut_off"
    DUPLICATE = "duplicate"


class SealShape(StrEnum):
    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the upright page, in fractions of its width and height (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `confidence` is the recogniser's own, from 0 to 1, and 1 for a PDF's text."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class SealMark:
    """A red seal, by colour and shape; what is written in it is not read."""

    box: Box
    shape: SealShape


@dataclass(frozen=True, slots=True)
class ReadPage:
    """
    One page, upright.

    `width` and `height` are the pixels that were read; `turned` how many degrees clockwise the
    page was turned to stand upright; `fingerprint` is 64 bits that are near for pages that look
    alike.
    """

    number: int
    width: int
    height: int
    turned: int
    how: How
    lines: tuple[Line, ...] = ()
    seals: tuple[SealMark, ...] = ()
    faults: tuple[PageFault, ...] = ()
    fingerprint: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read; `engine` names the recogniser and its version."""

    outcome: Outcome
    engine: str
    pages: tuple[ReadPage, ...] = ()

    @property
    def text(self) -> str:
        """Every line of every page, in the order of the pages."""
        return "\n".join(line.text for page in self.pages for line in page.lines)


def to_json(reading: Reading) -> str:
    """Write a reading as compact JSON; `from_json` gives the same value back."""
    return json.dumps(asdict(reading), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Reading:
    """
    Read back what `to_json` wrote.

    :raises ValueError: if it is not that.
    """
    try:
        found = json.loads(text)
        return Reading(
            Outcome(found["outcome"]), found["engine"], tuple(map(_page, found["pages"]))
        )
    except (KeyError, TypeError) as fault:
        raise ValueError(f"not a reading: {fault}") from None


def _page(found: dict[str, Any]) -> ReadPage:
    return ReadPage(
        found["number"],
        found["width"],
        found["height"],
        found["turned"],
        How(found["how"]),
        tuple(Line(one["text"], Box(**one["box"]), one["confidence"]) for one in found["lines"]),
        tuple(SealMark(Box(**one["box"]), SealShape(one["shape"])) for one in found["seals"]),
        tuple(map(PageFault, found["faults"])),
        found["fingerprint"],
    )
