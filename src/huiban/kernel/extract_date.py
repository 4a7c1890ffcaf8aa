# SPDX-License-Identifier: Apache-2.0
"""Dates as Chinese papers write them, and periods with their end or without one (长期)."""

import re
from collections.abc import Iterator
from datetime import date

from huiban.kernel.extract_text import han_digits, han_number, narrow

_FIGURE = "[0-9OoIlQD]"
_NUMERIC = re.compile(
    rf"(?<![0-9])((?:19|20|2[Oo]){_FIGURE}{{2}})\s*[年./\-]\s*({_FIGURE}{{1,2}})\s*[月./\-]\s*"
    rf"({_FIGURE}{{1,2}})(?:\s*[日号])?"
)
_SOLID = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_HAN = re.compile(
    r"([一二三四五六七八九〇○零0]{4})\s*年\s*([一二三四五六七八九十]{1,3})\s*月\s*"
    r"([一二三四五六七八九十]{1,3})\s*[日号]"
)
_FOREVER = re.compile(r"长\s*期|永\s*久|无\s*固\s*定\s*期\s*限")
_OPEN_END = re.compile(r"\s*(?:起)?\s*(?:至|到|-|~)")
_START_ONLY = re.compile(r"自\s*$")
_LOOK_ALIKES = str.maketrans("OoIlQD", "001100")
_YEARS = range(1900, 2200)


def dates_in(text: str) -> list[date]:
    """List every day that exists and is written in a text, in the order of the text."""
    return [day for _, _, day in _placed(narrow(text))]


def first_day(text: str) -> date | None:
    """Return the first day of a period, or the only day there is."""
    return next(iter(dates_in(text)), None)


def is_forever(text: str) -> bool:
    return bool(_FOREVER.search(text))


def last_day(text: str) -> date | None:
    """Return the last day of a period; None while only its beginning is written."""
    written = narrow(text)
    placed = list(_placed(written))
    if not placed:
        return None
    begin, end, day = placed[-1]
    if len(placed) == 1:
        only_begins = _OPEN_END.match(written[end:]) or (
            _START_ONLY.search(written[:begin]) or written[end:].lstrip().startswith("起")
        )
        return None if only_begins else day
    return placed[1][2]


def _placed(text: str) -> Iterator[tuple[int, int, date]]:
    found = [
        (match.start(), match.end(), made)
        for shape in (_NUMERIC, _SOLID, _HAN)
        for match in shape.finditer(text)
        if (made := _day(*match.groups()))
    ]
    end_of_last = -1
    for begin, end, day in sorted(found):
        if begin >= end_of_last:
            yield begin, end, day
            end_of_last = end


def _day(year: str, month: str, day: str) -> date | None:
    parts = [_figure(year, is_year=True), _figure(month), _figure(day)]
    if any(part is None for part in parts):
        return None
    numbers = [part or 0 for part in parts]
    try:
        return date(*numbers) if numbers[0] in _YEARS else None
    except ValueError:
        return None


def _figure(text: str, is_year: bool = False) -> int | None:
    plain = text.translate(_LOOK_ALIKES)
    if plain.isascii() and plain.isdigit():
        return int(plain)
    if is_year:
        digits = han_digits(text)
        return int(digits) if digits else None
    number = han_number(text)
    return int(number) if number is not None else None
