# SPDX-License-Identifier: Apache-2.0
"""The time line clocks are counted on: local seconds, stretches of them, and office hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from huiban.kernel.calendar import Calendar, OfficeHours

# The law's time is Beijing time, which has had no summer time since 1991: a fixed offset is exact
# for every case this system can hold and needs no time-zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

DAY = 86400
# Ordinal 1, second 0: so that a tick is `ordinal * 86400 + second of the day`, Beijing time.
_TICK_ZERO = datetime(1, 1, 1, tzinfo=SHANGHAI)

Stretch = tuple[int, int | None]  # ticks; None = still open


def tick_of(at: datetime) -> int:
    """
    Return the whole seconds of an instant on the local time line.

    :raises ValueError: if the time has no zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: clocks need aware datetimes")
    gap = at - _TICK_ZERO
    return (gap.days + 1) * DAY + gap.seconds


def time_of(tick: int) -> datetime:
    return _TICK_ZERO + timedelta(seconds=tick - DAY)


def merged(pieces: Iterable[tuple[datetime, datetime | None]]) -> list[Stretch]:
    """Return the pieces in order, overlapping and touching ones made one."""
    ticks = sorted(
        ((tick_of(a), None if b is None else tick_of(b)) for a, b in pieces), key=lambda s: s[0]
    )
    joined: list[Stretch] = []
    for start, end in ticks:
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            last = joined[-1]
            joined[-1] = (last[0], None if last[1] is None or end is None else max(last[1], end))
        else:
            joined.append((start, end))
    return joined


def without(stretches: list[Stretch], holes: list[Stretch]) -> list[Stretch]:
    """Return the stretches with the holes cut out."""
    for hole_start, hole_end in holes:
        cut: list[Stretch] = []
        for start, end in stretches:
            if start < hole_start:
                cut.append((start, hole_start if end is None else min(end, hole_start)))
            if hole_end is not None and (end is None or hole_end < end):
                cut.append((max(start, hole_end), end))
        stretches = cut
    return stretches


def _passed(office: OfficeHours, second: int) -> int:
    """Office seconds of a working day that lie before this second of the day."""
    return sum(min(max(second - opens, 0), closes - opens) for opens, closes in office.seconds)


def _reached(office: OfficeHours, passed: int) -> int:
    """The earliest second of a working day at which so many office seconds have passed."""
    for opens, closes in office.seconds:
        if passed <= closes - opens:
            return opens + passed
        passed -= closes - opens
    return office.seconds[-1][1]


def office_seconds(calendar: Calendar, start: int, end: int) -> int:
    """Office seconds between two ticks."""
    office = calendar.office
    (first, first_second), (last, last_second) = divmod(start, DAY), divmod(end, DAY)
    seconds = calendar.workdays_between(first - 1, last - 1) * office.day_seconds
    if calendar.workdays_between(last - 1, last):
        seconds += _passed(office, last_second)
    if calendar.workdays_between(first - 1, first):
        seconds -= _passed(office, first_second)
    return seconds


def office_advance(calendar: Calendar, start: int, seconds: int) -> int:
    """Return the earliest tick at which so many office seconds have passed since the start."""
    if seconds <= 0:
        return start
    office = calendar.office
    day, second = divmod(start, DAY)
    day = calendar.workday_after(day, 0)
    passed = _passed(office, second) if day == start // DAY else 0
    days, rest = divmod(passed + seconds - 1, office.day_seconds)
    if days:
        day = calendar.workday_after(day, days)
    return day * DAY + _reached(office, rest + 1)


def office_back(calendar: Calendar, end: int, seconds: int) -> int:
    """Return the latest tick from which so many office seconds pass until the end."""
    office = calendar.office
    day = end // DAY
    passed = _passed(office, end % DAY) if calendar.workdays_between(day - 1, day) else 0
    if seconds <= 0:
        return end
    if seconds > passed:
        days, rest = divmod(seconds - passed - 1, office.day_seconds)
        day = calendar.workday_after(day, -1 - days)
        passed, seconds = office.day_seconds, rest + 1
    # The next second of work after it, so that what falls on a break waits for its end.
    return day * DAY + _reached(office, passed - seconds + 1) - 1
