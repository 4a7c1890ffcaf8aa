# SPDX-License-Identifier: Apache-2.0
"""What a recogniser writes, put right: widths, characters it made traditional, reading order."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from opencc import OpenCC

from huiban.kernel.reading import Line

KEPT_TRADITIONAL = 4
"""A line of so many traditional characters and no simplified one was written that way."""
_SAME_ROW = 0.5
# Letters, digits and signs; Chinese punctuation is full-width by right and stays.
_WIDE = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "！，：；？（）"
} | {0x3000: " ", 0x00A0: " "}


def narrowed(text: str) -> str:
    """This function will write full-width letters, digits and signs as ordinary ones."""
    return " ".join(text.translate(_WIDE).split())


def simplified(texts: Sequence[str]) -> list[str]:
    """
    Turn back the traditional characters that the recogniser made of simplified ones.

    A page that is mostly traditional stays as it is, and so does a line that is wholly so.
    """
    page = "".join(texts)
    if _count(page, is_traditional) > _count(page, _is_simplified):
        return list(texts)
    return [one if _is_meant(one) else "".join(map(_turned, one)) for one in texts]


def is_traditional(character: str) -> bool:
    """
    Tell whether a character is only written in traditional texts.

    乾 and 著 are not: GB 2312 has them, names use them, and t2s would make 干 and 着 of them.
    """
    return not _in_gb2312(character) and _turned(character) != character


def in_reading_order(lines: Iterable[Line]) -> list[Line]:
    """This function will put lines into rows from the top, and each row from the left."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.box.middle[1]):
        row = next((row for row in reversed(rows) if _stands_in(line, row)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    rows.sort(key=lambda row: sum(one.box.middle[1] for one in row) / len(row))
    return [line for row in rows for line in sorted(row, key=lambda one: one.box.left)]


def _stands_in(line: Line, row: Sequence[Line]) -> bool:
    # The nearest of the row, since the rows of a photograph slope.
    near = min(row, key=lambda one: abs(one.box.middle[0] - line.box.middle[0]))
    if min(near.box.right, line.box.right) - max(near.box.left, line.box.left) > 0.5 * min(
        near.box.right - near.box.left, line.box.right - line.box.left
    ):
        return False  # one above the other
    shared = min(near.box.bottom, line.box.bottom) - max(near.box.top, line.box.top)
    lower = min(near.box.bottom - near.box.top, line.box.bottom - line.box.top)
    return lower > 0 and shared / lower > _SAME_ROW


def _is_meant(text: str) -> bool:
    return _count(text, is_traditional) >= KEPT_TRADITIONAL and not _count(text, _is_simplified)


def _count(text: str, told: Callable[[str], bool]) -> int:
    return sum(1 for one in text if told(one))


@lru_cache(maxsize=20_000)
def _is_simplified(character: str) -> bool:
    return _in_gb2312(character) and _converter("s2t").convert(character) != character


@lru_cache(maxsize=20_000)
def _turned(character: str) -> str:
    return character if _in_gb2312(character) else str(_converter("t2s").convert(character))


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=2)
def _converter(way: str) -> OpenCC:
    return OpenCC(way)
