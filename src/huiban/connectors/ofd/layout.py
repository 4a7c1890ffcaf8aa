# SPDX-License-Identifier: Apache-2.0
"""What lies on the pages of an OFD (版式): lines, fills, images and the text to search, in mm."""

from collections.abc import Iterable
from dataclasses import dataclass

Color = tuple[int, int, int, int]
"""Red, green, blue and opacity, each to 255."""
Matrix = tuple[float, float, float, float, float, float]
Segment = tuple[str, tuple[float, ...]]
"""M and L with a point, B with three points, C with none: the words OFD has for them."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn."""

    color: Color
    width: float
    cap: str = "Butt"
    join: str = "Miter"
    dashes: tuple[float, ...] = ()
    dash_offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """One outline, filled or drawn or both; from the top left of the page, downward."""

    segments: tuple[Segment, ...]
    fill: Color | None = None
    pen: Pen | None = None
    is_even_odd: bool = False
    clip: tuple[float, float, float, float] | None = None
    """Left, top, width and height of what is seen of it."""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture (PNG) laid on the page: the unit square is moved by `matrix`."""

    png: bytes
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text where it is read: `steps` lead from each character to the next."""

    text: str
    size: float
    matrix: Matrix
    steps: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what is drawn, from the back to the front, and its text."""

    width: float
    height: float
    parts: tuple[Drawing | Image, ...]
    words: tuple[Words, ...]

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.words)


def number(value: float, digits: int = 3) -> str:
    """
    Write a length: thousandths of a millimetre are finer than any printer.

    >>> number(12.5), number(-0.0001), number(3)
    ('12.5', '0', '3')
    """
    return f"{round(value, digits) + 0.0:.8g}"


def numbers(values: Iterable[float]) -> str:
    return " ".join(map(number, values))
