# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every clock, start, limit and pause."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.clock import (
    ClockReading,
    ClockRule,
    DayEnd,
    Limit,
    Pause,
    Span,
    Unit,
    read_clock,
)
from huiban.kernel.clock_time import (
    SHANGHAI,
    office_advance,
    office_back,
    office_seconds,
    tick_of,
    time_of,
)
from tests.kernel.calendar_sample import CALENDAR

FIRST = datetime(2023, 1, 1, tzinfo=SHANGHAI)
TIMES = st.integers(0, 4 * 366 * 86400).map(lambda n: FIRST + timedelta(seconds=n))
LENGTHS = st.one_of(st.integers(0, 3 * 86400), st.integers(0, 40 * 86400)).map(
    lambda n: timedelta(seconds=n)
)
LIMITS = st.builds(Limit, st.integers(0, 90), st.sampled_from(Unit))
WORK_DAYS = st.builds(Limit, st.integers(1, 60), st.just(Unit.WORK_DAY))
ENDS = st.sampled_from(DayEnd)


def rule(limit: Limit, ends: DayEnd = DayEnd.CLOSE) -> ClockRule:
    return ClockRule("clock", limit, frozenset(), day_ends=ends)


def read(
    a_rule: ClockRule, spans: Sequence[Span], now: datetime, pauses: Sequence[Pause] = ()
) -> ClockReading:
    return read_clock(a_rule, spans, pauses, None, CALENDAR, now)


def due(a_rule: ClockRule, start: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    found = read(a_rule, [Span(start)], start, pauses).due_at
    assert found is not None
    return found


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begun = start + draw(LENGTHS)
        found.append(Pause(begun, begun + draw(LENGTHS), "hearing"))
    return found


@given(st.data(), TIMES, LIMITS, ENDS)
def test_a_pause_never_brings_the_due_date_forward(
    data: st.DataObject, start: datetime, limit: Limit, ends: DayEnd
) -> None:
    pauses = data.draw(pauses_after(start))
    begun = start + data.draw(LENGTHS)
    one_more = Pause(begun, begun + data.draw(LENGTHS), "hearing")

    assert due(rule(limit, ends), start, [*pauses, one_more]) >= due(
        rule(limit, ends), start, pauses
    )


@given(st.data(), TIMES, LIMITS, st.integers(1, 40), ENDS)
def test_more_limit_is_never_earlier(
    data: st.DataObject, start: datetime, limit: Limit, more: int, ends: DayEnd
) -> None:
    pauses = data.draw(pauses_after(start))
    longer = replace(limit, amount=limit.amount + more)

    assert due(rule(longer, ends), start, pauses) >= due(rule(limit, ends), start, pauses)


@given(TIMES, LENGTHS, LIMITS, ENDS)
def test_starting_later_is_never_due_earlier(
    start: datetime, delay: timedelta, limit: Limit, ends: DayEnd
) -> None:
    assert due(rule(limit, ends), start + delay) >= due(rule(limit, ends), start)


@given(TIMES, LIMITS, ENDS)
def test_nothing_is_due_before_it_starts(start: datetime, limit: Limit, ends: DayEnd) -> None:
    found = due(rule(limit, ends), start)

    if limit.unit.is_day:
        assert found.date() >= start.astimezone(SHANGHAI).date()
    else:
        assert found >= start.replace(microsecond=0)


@given(TIMES, WORK_DAYS)
def test_working_days_equal_counting_them_one_by_one(start: datetime, limit: Limit) -> None:
    day, left = start.date(), limit.amount
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_workday(day)

    assert due(rule(limit), start) == datetime.combine(day, time(17, 30), SHANGHAI)


@given(st.data(), TIMES, LIMITS, LENGTHS)
def test_used_and_remaining_make_the_limit(
    data: st.DataObject, start: datetime, limit: Limit, later: timedelta
) -> None:
    pauses = data.draw(pauses_after(start))

    reading = read(rule(limit), [Span(start)], start + later, pauses)

    assert reading.used + reading.remaining == limit.steps
    assert reading.used >= 0


@given(st.data(), TIMES, LIMITS, LENGTHS, LENGTHS, ENDS)
def test_splitting_a_span_in_two_changes_nothing(
    data: st.DataObject,
    start: datetime,
    limit: Limit,
    first: timedelta,
    second: timedelta,
    ends: DayEnd,
) -> None:
    pauses = data.draw(pauses_after(start))
    middle, end = start + first, start + first + second
    now = end + timedelta(days=1)
    halves = [Span(start, middle), Span(middle, end)]
    open_halves = [Span(start, middle), Span(middle)]
    one = rule(limit, ends)

    assert read(one, halves, now, pauses) == read(one, [Span(start, end)], now, pauses)
    assert read(one, open_halves, now, pauses) == read(one, [Span(start)], now, pauses)


@given(st.data(), TIMES, LIMITS, LENGTHS)
def test_the_order_of_spans_and_pauses_does_not_matter(
    data: st.DataObject, start: datetime, limit: Limit, gap: timedelta
) -> None:
    pauses = data.draw(pauses_after(start))
    later = start + timedelta(days=2) + gap
    spans = [Span(start, start + timedelta(days=1)), Span(later)]
    now = later + timedelta(days=3)

    forward = read(rule(limit), spans, now, pauses)

    assert read(rule(limit), spans[::-1], now, pauses[::-1]) == forward


@given(TIMES, LIMITS, LENGTHS)
def test_a_gap_between_spans_is_like_a_pause(start: datetime, limit: Limit, gap: timedelta) -> None:
    stop, go = start + timedelta(days=2), start + timedelta(days=2) + gap
    now = go + timedelta(days=1)

    apart = read(rule(limit), [Span(start, stop), Span(go)], now)
    paused = read(rule(limit), [Span(start)], now, [Pause(stop, go, "hearing")])

    assert (apart.used, apart.due_at, apart.warns) == (paused.used, paused.due_at, paused.warns)


@given(TIMES, LIMITS, LENGTHS, LENGTHS)
def test_time_only_uses_up_and_a_due_date_stays_where_it_is(
    start: datetime, limit: Limit, now: timedelta, later: timedelta
) -> None:
    early = read(rule(limit), [Span(start)], start + now)
    late = read(rule(limit), [Span(start)], start + now + later)

    assert late.used >= early.used
    assert late.due_at == early.due_at
    assert late.is_late >= early.is_late


@given(TIMES, st.builds(Limit, st.integers(1, 90), st.sampled_from(Unit)), LENGTHS)
def test_a_limit_is_used_up_when_it_is_due_and_not_before(
    start: datetime, limit: Limit, later: timedelta
) -> None:
    reading = read(rule(limit), [Span(start)], start + later)

    if reading.is_late:
        assert reading.remaining <= 0
    elif limit.unit is not Unit.CALENDAR_DAY:  # its last day may move over a holiday
        assert reading.remaining >= 0


@given(st.data(), TIMES, LIMITS, st.lists(st.sampled_from(["0.1", "0.5", "0.8", "1"]), max_size=3))
def test_warnings_lie_between_start_and_due_in_order(
    data: st.DataObject, start: datetime, limit: Limit, fractions: list[str]
) -> None:
    warns = tuple(Decimal(fraction) for fraction in fractions)
    one = replace(rule(limit), warn_at=warns)
    pauses = data.draw(pauses_after(start))

    reading = read(one, [Span(start)], start, pauses)

    assert list(reading.warns) == sorted(reading.warns)
    assert len(reading.warns) in (0, len(warns))
    for warn in reading.warns:
        assert start - timedelta(seconds=1) <= warn <= max(reading.due_at or warn, start)


@given(TIMES)
def test_a_tick_is_the_instant_to_the_second(instant: datetime) -> None:
    assert time_of(tick_of(instant)) == instant.replace(microsecond=0)


@given(TIMES, st.integers(1, 60 * 7 * 3600))
def test_office_time_gone_forward_is_the_office_time_asked_for(at: datetime, seconds: int) -> None:
    start = tick_of(at)

    assert office_seconds(CALENDAR, start, office_advance(CALENDAR, start, seconds)) == seconds


@given(TIMES, st.integers(0, 60 * 7 * 3600))
def test_office_time_gone_back_is_the_office_time_asked_for(at: datetime, seconds: int) -> None:
    end = tick_of(at)

    assert office_seconds(CALENDAR, office_back(CALENDAR, end, seconds), end) == seconds


@given(TIMES, st.integers(0, 5 * 86400), st.integers(0, 5 * 86400))
def test_office_time_adds_up(at: datetime, first: int, second: int) -> None:
    start = tick_of(at)
    middle, end = start + first, start + first + second

    whole = office_seconds(CALENDAR, start, end)

    assert whole == office_seconds(CALENDAR, start, middle) + office_seconds(CALENDAR, middle, end)
    assert 0 <= whole <= first + second
