# SPDX-License-Identifier: Apache-2.0
"""How much of a time limit is used and when it is due, read from what the journal says happened."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from huiban.kernel.calendar import Calendar
from huiban.kernel.clock_time import (
    DAY,
    SHANGHAI,
    Stretch,
    merged,
    office_advance,
    office_back,
    office_seconds,
    tick_of,
    time_of,
    without,
)
from huiban.kernel.words import Words

END_STATES = frozenset({"closed", "declined", "retracted", "archived"})


class LimitRefused(ValueError):
    """A time limit that cannot be read, or that does not fit its clock."""


class Unit(StrEnum):
    """Days count from the day after the start (民法典 201); hours count from the instant."""

    WORK_DAY = "work_day"
    CALENDAR_DAY = "calendar_day"
    WORK_HOUR = "work_hour"
    CONTINUOUS_HOUR = "continuous_hour"

    @property
    def is_day(self) -> bool:
        return self in (Unit.WORK_DAY, Unit.CALENDAR_DAY)

    @property
    def is_work(self) -> bool:
        return self in (Unit.WORK_DAY, Unit.WORK_HOUR)


_NO_TITLE = Words("")
_LIMIT = re.compile(r"\s*(\d{1,5})\s+(work_day|calendar_day|work_hour|continuous_hour)s?\s*")


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in one of the four units; whole days or whole hours."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """
        Read a limit as packs write it.

        >>> Limit.parse("20 work_days")
        Limit(amount=20, unit=<Unit.WORK_DAY: 'work_day'>)

        :raises LimitRefused: naming the text and the units there are.
        """
        match = _LIMIT.fullmatch(text)
        if match is None:
            raise LimitRefused(
                f"limit {text!r}: write a whole number and a unit, such as '20 work_days' "
                f"(units: {', '.join(f'{unit}s' for unit in Unit)})"
            )
        return cls(int(match[1]), Unit(match[2]))

    @property
    def steps(self) -> int:
        """The limit in what its clock counts: days for day units, seconds for hour units."""
        return self.amount if self.unit.is_day else self.amount * 3600

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


class DayEnd(StrEnum):
    """When the last day of a limit ends: 民法典 203 allows close of business or 24:00."""

    CLOSE = "close_of_business"
    MIDNIGHT = "midnight"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """
    A time limit (时限) and the states in which its time runs.

    A `warn_at` fraction is of the time until due, a `warn_at` limit is so much before due.
    """

    name: str
    limit: Limit
    runs_in: frozenset[str]
    warn_at: tuple[Decimal | Limit, ...] = (Decimal("0.5"), Decimal("0.8"))
    on_due: str = ""
    title: Words = _NO_TITLE
    basis: str = ""
    extend: Limit | None = None
    day_ends: DayEnd = DayEnd.CLOSE


@dataclass(frozen=True, slots=True)
class Span:
    """Time spent in the states of a clock; `is_final` when the case ended with it."""

    started_at: datetime
    ended_at: datetime | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Excluded time (特别程序): days that do not count, such as a hearing (行政许可法 45)."""

    started_at: datetime
    ended_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Move:
    """
    One step of a case as the journal has it: the states entered and left.

    `counts_from` back-dates the start: an acceptance deemed to have happened on receipt (art. 32).
    """

    at: datetime
    entered: Iterable[str] = ()
    left: Iterable[str] = ()
    counts_from: datetime | None = None


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"  # a warning has passed
    RED = "red"  # the last of several warnings has passed
    OVERDUE = "overdue"
    PAUSED = "paused"  # not running: excluded time, waiting for the applicant, or not yet started
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """
    A clock at one moment. `used` and `remaining` are days or seconds by the unit (`Limit.steps`).

    `due_at` is None while nothing can fall due; of a clock that is done it says when it was due.
    """

    name: str
    unit: Unit
    used: int
    remaining: int
    due_at: datetime | None
    warns: tuple[datetime, ...]
    light: Light
    is_running: bool
    is_provisional: bool
    is_late: bool = False
    cause: str = ""  # of the pause it is in
    ended_at: datetime | None = None  # when the case ended, once the clock is done

    @property
    def due_on(self) -> date | None:
        """The last day of the limit; 24:00 belongs to the day it ends."""
        if self.due_at is None:
            return None
        return (self.due_at.astimezone(SHANGHAI) - timedelta(seconds=1)).date()


def spans_of(
    moves: Iterable[Move], runs_in: frozenset[str], ends: frozenset[str] = END_STATES
) -> tuple[Span, ...]:
    """
    Return the times in which at least one of the states was active, in order.

    :raises ValueError: if a move counts from a time after it happened.
    """
    active: set[str] = set()
    spans: list[Span] = []
    latest: datetime | None = None
    for move in moves:
        if move.counts_from is not None and move.counts_from > move.at:
            raise ValueError(f"a move at {move.at} cannot count from later ({move.counts_from})")
        # The journal's order is the truth; servers' clocks may differ by a little.
        at = latest = move.at if latest is None else max(latest, move.at)
        was_running = not runs_in.isdisjoint(active)
        active.difference_update(move.left)
        active.update(move.entered)
        is_running = not runs_in.isdisjoint(active)
        if is_running and not was_running:
            _open_span(spans, move.counts_from or at)
        elif was_running and not is_running:
            spans[-1] = replace(spans[-1], ended_at=at)
        if spans and not is_running and not ends.isdisjoint(active):
            spans[-1] = replace(spans[-1], is_final=True)
    return tuple(spans)


def _open_span(spans: list[Span], start: datetime) -> None:
    """Add an open span; a back-dated one swallows what it overlaps: no time counts twice."""
    while spans and spans[-1].ended_at is not None and spans[-1].ended_at >= start:
        start = min(start, spans.pop().started_at)
    spans.append(Span(start))


def _measure(unit: Unit, calendar: Calendar, start: int, end: int) -> int:
    """Count the steps of a stretch; days from the day after the start's to the end's."""
    if end <= start:
        return 0
    match unit:
        case Unit.WORK_DAY:
            return calendar.workdays_between(start // DAY, end // DAY)
        case Unit.CALENDAR_DAY:
            return end // DAY - start // DAY
        case Unit.WORK_HOUR:
            return office_seconds(calendar, start, end)
        case Unit.CONTINUOUS_HOUR:
            return end - start


def _advance(rule: ClockRule, calendar: Calendar, start: int, steps: int) -> int:
    """Return the tick at which so many steps from the start are full."""
    match rule.limit.unit:
        case Unit.WORK_DAY:
            day = calendar.workday_after(start // DAY, steps)
        case Unit.CALENDAR_DAY:
            # A last day that is a holiday moves to the next working day (民法典 203).
            day = calendar.workday_after(start // DAY + steps, 0)
        case Unit.WORK_HOUR:
            return office_advance(calendar, start, steps)
        case Unit.CONTINUOUS_HOUR:
            return start + steps
    ends = calendar.office.seconds[-1][1] if rule.day_ends is DayEnd.CLOSE else DAY
    return day * DAY + ends


def _due(rule: ClockRule, calendar: Calendar, stretches: list[Stretch], steps: int) -> int | None:
    """Return the tick at which the limit is full; None if it is not full while the clock stands."""
    for start, end in stretches:
        due = _advance(rule, calendar, start, max(steps, 0))
        # A day cut short by a pause is finished after it: hence the instant decides, not the count.
        if end is None or due <= end:
            return due
        steps -= _measure(rule.limit.unit, calendar, start, end)
    return None


def _warn(
    at: Decimal | Limit, rule: ClockRule, calendar: Calendar, pieces: list[tuple[int, int]]
) -> int:
    """Return the tick of one warning; `pieces` are the running times up to due."""
    if isinstance(at, Limit):
        return max(pieces[0][0], _before(at, calendar, pieces[-1][1]))
    is_work = rule.limit.unit.is_work
    lengths = [office_seconds(calendar, a, b) if is_work else b - a for a, b in pieces]
    left = int(sum(lengths) * at)
    for (start, _), length in zip(pieces, lengths, strict=True):
        if left <= length:
            return office_advance(calendar, start, left) if is_work else start + left
        left -= length
    return pieces[-1][1]


def _before(limit: Limit, calendar: Calendar, due: int) -> int:
    """Return the tick so much before due; days keep the time of day."""
    day, second = divmod(due - 1, DAY)
    match limit.unit:
        case Unit.WORK_DAY:
            return calendar.workday_after(day, -limit.amount) * DAY + second + 1
        case Unit.CALENDAR_DAY:
            return due - limit.amount * DAY
        case Unit.CONTINUOUS_HOUR:
            return due - limit.steps
        case Unit.WORK_HOUR:
            return office_back(calendar, due, limit.steps)


def read_clock(  # noqa: PLR0913 - the six things that a clock is read from
    rule: ClockRule,
    spans: Sequence[Span],
    pauses: Sequence[Pause],
    extension: Limit | None,
    calendar: Calendar,
    now: datetime,
) -> ClockReading:
    """
    Read a clock at one moment.

    :raises LimitRefused: if the extension is in another unit than the limit.
    """
    moment = tick_of(now)
    total = _total(rule, extension)
    running = merged((span.started_at, span.ended_at) for span in spans)
    stretches = without(running, merged((p.started_at, p.ended_at) for p in pauses))
    unit = rule.limit.unit
    used = sum(_measure(unit, calendar, a, moment if b is None else b) for a, b in stretches)
    is_done = _is_done(spans)
    if is_done and stretches:  # as if it had gone on: what counts is when it was due
        due = _due(rule, calendar, [*stretches[:-1], (stretches[-1][0], None)], total)
    else:
        due = _due(rule, calendar, stretches, total)
    ended = running[-1][1] if is_done else None
    is_late = due is not None and (ended or moment) >= due
    is_running = bool(stretches) and stretches[-1][1] is None and stretches[-1][0] <= moment
    warns = () if due is None else _warns(rule, calendar, stretches, due)
    return ClockReading(
        name=rule.name,
        unit=unit,
        used=used,
        remaining=total - used,
        due_at=None if due is None else time_of(due),
        warns=tuple(time_of(warn) for warn in warns),
        light=_light(is_done, is_late, is_running, sum(w <= moment for w in warns), len(warns)),
        is_running=is_running,
        is_provisional=not is_done and _may_change(calendar, running, due, moment),
        is_late=is_late,
        cause="" if is_running or is_done else _cause(pauses, now),
        ended_at=None if ended is None else time_of(ended),
    )


def _total(rule: ClockRule, extension: Limit | None) -> int:
    if extension is None:
        return rule.limit.steps
    if extension.unit is not rule.limit.unit:
        raise LimitRefused(
            f"clock {rule.name}: the extension ({extension}) and the limit ({rule.limit}) "
            "must be in the same unit"
        )
    return rule.limit.steps + extension.steps


def _is_done(spans: Sequence[Span]) -> bool:
    last = max(spans, key=lambda span: span.started_at, default=None)
    return last is not None and last.is_final and all(span.ended_at for span in spans)


def _warns(
    rule: ClockRule, calendar: Calendar, stretches: list[Stretch], due: int
) -> tuple[int, ...]:
    pieces = [(a, due if b is None else min(b, due)) for a, b in stretches if a < due]
    if not pieces:
        return ()
    return tuple(sorted(_warn(at, rule, calendar, pieces) for at in rule.warn_at))


def _light(is_done: bool, is_late: bool, is_running: bool, passed: int, warns: int) -> Light:
    if is_done:
        return Light.DONE
    if is_late:
        return Light.OVERDUE
    if not is_running:
        return Light.PAUSED
    if passed == 0:
        return Light.GREEN
    return Light.RED if passed == warns and warns > 1 else Light.AMBER


def _may_change(calendar: Calendar, running: list[Stretch], due: int | None, now: int) -> bool:
    """Tell whether a day the reading rests on, from the start to due, is not yet official."""
    if not running:
        return False
    last = max(now, due or now)
    return calendar.is_provisional_between(
        date.fromordinal(running[0][0] // DAY), date.fromordinal(last // DAY)
    )


def _cause(pauses: Sequence[Pause], now: datetime) -> str:
    for pause in reversed(pauses):
        if pause.started_at <= now and (pause.ended_at is None or now < pause.ended_at):
            return pause.cause
    return ""


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock as stored: what it is read from, and the due time last written."""

    key: str
    rule: ClockRule
    spans: tuple[Span, ...]
    pauses: tuple[Pause, ...] = ()
    extension: Limit | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueMoved:
    """A due time that another version of the calendar puts elsewhere."""

    key: str
    was: datetime | None
    reading: ClockReading


def recompute(
    clocks: Iterable[StoredClock], calendar: Calendar, now: datetime
) -> tuple[DueMoved, ...]:
    """Return the clocks whose due time differs under this calendar, with their new readings."""
    moved = []
    for clock in clocks:
        reading = read_clock(clock.rule, clock.spans, clock.pauses, clock.extension, calendar, now)
        if reading.due_at != clock.due_at:
            moved.append(DueMoved(clock.key, clock.due_at, reading))
    return tuple(moved)
