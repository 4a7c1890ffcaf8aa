# SPDX-License-Identifier: Apache-2.0
"""Which days are working days: the versioned work calendar (工作日历) and the office hours."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

SATURDAY = 5


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


class DayStatus(StrEnum):
    OFFICIAL = "official"  # the State Council has published the year's notice
    PROVISIONAL = "provisional"  # only what the law fixes is known


_OFFICIAL = DayStatus.OFFICIAL


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """
    A day that differs from the week's ordinary rhythm.

    `of_year` is the year whose notice named it; a notice may name days of the December before.
    """

    day: date
    kind: DayKind
    name: str
    status: DayStatus = DayStatus.OFFICIAL
    of_year: int = 0

    @property
    def year(self) -> int:
        return self.of_year or self.day.year


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a working day, as periods in order; the last one's end is close of business."""

    periods: tuple[tuple[time, time], ...] = (
        (time(9, 0), time(12, 0)),
        (time(13, 30), time(17, 30)),
    )
    # The same as (from, to) seconds after midnight.
    seconds: tuple[tuple[int, int], ...] = field(init=False, compare=False)
    day_seconds: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """:raises ValueError: if there is no period, or the periods overlap or run backward."""
        seconds = tuple((_second(opens), _second(closes)) for opens, closes in self.periods)
        flat = [edge for period in seconds for edge in period]
        if not flat or any(a >= b for a, b in pairwise(flat)):
            raise ValueError(
                f"office hours {self.periods}: give at least one period, in order, without overlap"
            )
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "day_seconds", sum(b - a for a, b in seconds))

    @property
    def closes_at(self) -> time:
        return self.periods[-1][1]


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What is known of one year."""

    year: int
    status: DayStatus
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class Festival:
    """One line of a year's calendar: days off from first to last, and the days worked instead."""

    name: str
    first: date
    last: date
    work: tuple[date, ...] = ()


def rows_of(
    year: int, festivals: Iterable[Festival], status: DayStatus = DayStatus.OFFICIAL
) -> tuple[CalendarDay, ...]:
    """
    Return the rows of a year as the calendar files write it.

    :raises ValueError: if a festival ends before it begins.
    """
    rows = []
    for festival in festivals:
        if festival.last < festival.first:
            raise ValueError(f"calendar {year}: {festival.name} ends before it begins")
        for ordinal in range(festival.first.toordinal(), festival.last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            rows.append(CalendarDay(day, DayKind.HOLIDAY, festival.name, status, year))
        for day in festival.work:
            rows.append(CalendarDay(day, DayKind.MAKEUP_WORKDAY, festival.name, status, year))
    return tuple(sorted(rows, key=lambda row: row.day))


# State Council order 795 (2024), art. 2: the holidays with a fixed date in the solar calendar.
_FIXED_HOLIDAYS = (
    (1, 1, "元旦"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (10, 1, "国庆节"),
    (10, 2, "国庆节"),
    (10, 3, "国庆节"),
)


def statutory_year(year: int) -> CalendarYear:
    """
    Return the provisional calendar of a year of which nothing is published.

    Fixed-date holidays only, with art. 6 of the same order: a holiday on a weekend is given back on
    the next working day. The holidays of the lunar calendar and the swaps are left to the notice.
    """
    days: dict[date, str] = {date(year, m, d): name for m, d, name in _FIXED_HOLIDAYS}
    for day, name in list(days.items()):
        if day.weekday() >= SATURDAY:
            given_back = day
            while given_back.weekday() >= SATURDAY or given_back in days:
                given_back = date.fromordinal(given_back.toordinal() + 1)
            days[given_back] = name
    rows = (
        CalendarDay(day, DayKind.HOLIDAY, name, DayStatus.PROVISIONAL, year)
        for day, name in sorted(days.items())
    )
    return CalendarYear(year, DayStatus.PROVISIONAL, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Index:
    """Counts over an unbroken range of years, so that no question walks day by day."""

    first: int  # ordinal of the first day
    before: list[int]  # before[i] = working days in [first, first + i)
    workdays: list[int]  # ordinals of the working days

    @property
    def end(self) -> int:
        return self.first + len(self.before) - 1


class Calendar:
    """
    A version of the work calendar (工作日历); a value: adding a year gives a new one.

    A year of which nothing is known is provisional: Monday to Friday without `statutory_year`.
    """

    __slots__ = ("_index", "office", "version", "years")

    years: Mapping[int, CalendarYear]

    def __init__(
        self, years: Mapping[int, CalendarYear], office: OfficeHours | None = None
    ) -> None:
        self.years = MappingProxyType(dict(sorted(years.items())))
        self.office = office or OfficeHours()
        self.version = self._digest()
        known = list(self.years) or [2024]
        self._index = self._build(known[0] - 1, known[-1] + 3)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[CalendarDay],
        official_years: Iterable[int] | None = None,
        office: OfficeHours | None = None,
    ) -> "Calendar":
        """
        Build a calendar from rows of any number of years.

        A year is official if `official_years` names it; without that list, if all its rows say so.

        :raises ValueError: if a day is named twice.
        """
        by_year: dict[int, list[CalendarDay]] = {}
        for row in rows:
            by_year.setdefault(row.year, []).append(row)
        if official_years is None:
            doubtful = {y for y, of in by_year.items() if any(r.status != _OFFICIAL for r in of)}
            official = by_year.keys() - doubtful
        else:
            official = set(official_years)
        years = {
            year: _year_of(year, by_year.get(year, ()), _status(year in official))
            for year in by_year.keys() | official
        }
        return cls(years, office)

    def with_year(self, year: int, rows: Iterable[CalendarDay], status: DayStatus) -> "Calendar":
        """Return the calendar in which `rows` are all that is known of the year."""
        years = dict(self.years)
        years[year] = _year_of(year, rows, status)
        return Calendar(years, self.office)

    def with_office(self, office: OfficeHours) -> "Calendar":
        return Calendar(self.years, office)

    def is_workday(self, day: date) -> bool:
        return self.workdays_between(day.toordinal() - 1, day.toordinal()) == 1

    def status(self, day: date) -> DayStatus:
        return self.year_status(day.year)

    def year_status(self, year: int) -> DayStatus:
        known = self.years.get(year)
        return known.status if known else DayStatus.PROVISIONAL

    def is_provisional_between(self, first: date, last: date) -> bool:
        """Tell whether any day from first to last, both included, may still change."""
        return any(
            self.year_status(year) is DayStatus.PROVISIONAL
            for year in range(first.year, last.year + 1)
        )

    def workdays_between(self, after: int, until: int) -> int:
        """Count the working days in (after, until], both given as ordinals, after <= until."""
        index = self._index
        if not (index.first <= after and until < index.end):
            index = self._covering(after, until + 1)
        return index.before[until + 1 - index.first] - index.before[after + 1 - index.first]

    def workday_after(self, day: int, count: int) -> int:
        """
        Return the ordinal of the count-th working day after a day, itself not counted.

        Negative counts go back; 0 is the day itself if it is a working day, else the next one.
        """
        # Even a year full of holidays has more than 200 working days.
        reach = abs(count) * 2 + 40
        index = self._covering(day - reach, day + reach)
        if count > 0:
            return index.workdays[index.before[day + 1 - index.first] + count - 1]
        return index.workdays[index.before[day - index.first] + count]

    def _covering(self, first: int, last: int) -> _Index:
        index = self._index
        if index.first <= first and last < index.end:
            return index
        start = date.fromordinal(min(index.first, first)).year
        stop = date.fromordinal(max(index.end, last)).year
        # The wider index replaces the narrower in one assignment: threads see either, both right.
        self._index = index = self._build(start, stop)
        return index

    def _build(self, first_year: int, last_year: int) -> _Index:
        moved = {
            row.day: row.kind
            for year in range(first_year, last_year + 2)
            for row in (self.years.get(year) or statutory_year(year)).days
        }
        first = date(first_year, 1, 1).toordinal()
        before, workdays = [0], []
        for ordinal in range(first, date(last_year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            kind = moved.get(day)
            if kind is DayKind.MAKEUP_WORKDAY or (kind is None and day.weekday() < SATURDAY):
                workdays.append(ordinal)
            before.append(len(workdays))
        return _Index(first, before, workdays)

    def _digest(self) -> str:
        parts = [f"{a.isoformat()}-{b.isoformat()}" for a, b in self.office.periods]
        for year in self.years.values():
            parts.append(f"{year.year} {year.status}")
            parts.extend(f"{row.day} {row.kind}" for row in year.days)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _status(is_official: bool) -> DayStatus:
    return DayStatus.OFFICIAL if is_official else DayStatus.PROVISIONAL


def _year_of(year: int, rows: Iterable[CalendarDay], status: DayStatus) -> CalendarYear:
    """:raises ValueError: if a day is named twice."""
    days = sorted((replace(row, status=status, of_year=year) for row in rows), key=lambda r: r.day)
    for one, other in pairwise(days):
        if one.day == other.day:
            raise ValueError(f"calendar {year}: {one.day} is named twice; keep one row")
    return CalendarYear(year, status, tuple(days))
