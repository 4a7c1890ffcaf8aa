# SPDX-License-Identifier: Apache-2.0
"""How typed dates are read, and between which days they must fall."""

import re
from calendar import monthrange
from datetime import date, timedelta

from huiban.kernel.form_model import Field
from huiban.kernel.form_text import as_text, narrow
from huiban.kernel.form_words import echo, named, refuse
from huiban.kernel.words import Words

_SHAPES = (
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
    # Spreadsheets add a midnight to a day; another time of day would be lost, so it is refused.
    re.compile(r"([0-9]{4})\s*([-/.])\s*([0-9]{1,2})\s*\2\s*([0-9]{1,2})(?:[T ]00:00(?::00)?)?"),
    re.compile(r"([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]?"),
)
_YEARS = range(1900, 2200)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BOUND = re.compile(r"today(?:([+-][0-9]{1,5}))?")


def read_date(field: Field, raw: object, today: date) -> str | None:
    """
    Return the day as `YYYY-MM-DD`.

    :raises FieldRefused: if it is no date, does not exist, or is out of bounds.
    """
    typed = narrow(as_text(field, raw))
    if not typed:
        return None
    day = _existing(field, *_parts(field, typed))
    _refuse_out_of_bounds(field, day, today)
    return day.isoformat()


def bound(text: str, today: date) -> date | None:
    """Return the day a bound such as `today`, `today-30` or `2026-03-05` stands for."""
    if not text:
        return None
    relative = _BOUND.fullmatch(text)
    if relative:
        return today + timedelta(days=int(relative[1] or 0))
    return date.fromisoformat(text)


def speak_date(day: date) -> Words:
    month = _MONTHS[day.month - 1]  # strftime would follow the machine's locale
    return Words(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {month} {day.year}")


def _parts(field: Field, typed: str) -> tuple[int, int, int]:
    for shape in _SHAPES:
        found = shape.fullmatch(typed)
        if found:
            year, month, day = (int(part) for part in found.groups() if part.isdigit())
            return year, month, day
    label = named(field)
    raise refuse(
        "not_a_date",
        f"{label.zh}“{echo(typed)}”看不出是哪一天，请按年、月、日填写，例如 2026-3-5",
        f"{label.en} “{echo(typed)}” is not a date we can read; "
        "write year, month, day, for example 2026-3-5",
    )


def _existing(field: Field, year: int, month: int, day: int) -> date:
    label = named(field)
    if year not in _YEARS:
        raise refuse(
            "no_such_date",
            f"{label.zh}的年份 {year} 不对，请核对",
            f"Check the year of {label.en}: {year}",
        )
    if not 1 <= month <= 12:
        raise refuse(
            "no_such_date",
            f"{label.zh}写的是 {month} 月，没有这个月，请核对",
            f"{label.en} has month {month}; months go from 1 to 12",
        )
    if not 1 <= day <= monthrange(year, month)[1]:
        raise refuse(
            "no_such_date",
            f"{label.zh}：{year} 年 {month} 月没有 {day} 日，请核对",
            f"{label.en}: there is no day {day} in month {month} of {year}",
        )
    return date(year, month, day)


def _refuse_out_of_bounds(field: Field, day: date, today: date) -> None:
    earliest, latest = bound(field.earliest, today), bound(field.latest, today)
    label = named(field)
    if earliest and day < earliest:
        limit = _limit(earliest, today)
        raise refuse(
            "too_early",
            f"{label.zh}不能早于{limit.zh}，请核对",
            f"{label.en} may not be before {limit.en}",
        )
    if latest and day > latest:
        limit = _limit(latest, today)
        raise refuse(
            "too_late",
            f"{label.zh}不能晚于{limit.zh}，请核对",
            f"{label.en} may not be after {limit.en}",
        )


def _limit(day: date, today: date) -> Words:
    return Words("今天", "today") if day == today else speak_date(day)
