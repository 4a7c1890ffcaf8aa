# SPDX-License-Identifier: Apache-2.0
"""Clocks on known cases: the law's rules one by one."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from huiban.kernel.calendar import Calendar, DayStatus, Festival, OfficeHours, rows_of
from huiban.kernel.clock import (
    ClockReading,
    ClockRule,
    DayEnd,
    Light,
    Limit,
    LimitRefused,
    Move,
    Pause,
    Span,
    StoredClock,
    Unit,
    read_clock,
    recompute,
    spans_of,
)
from huiban.kernel.clock_time import SHANGHAI
from tests.kernel.calendar_sample import CALENDAR, at

RUNS_IN = frozenset({"examination", "decision"})


def rule(limit: str, **more: object) -> ClockRule:
    return ClockRule("statutory", Limit.parse(limit), RUNS_IN, **more)  # type: ignore[arg-type]


def read(
    a_rule: ClockRule,
    started: str,
    now: str | None = None,
    pauses: tuple[Pause, ...] = (),
    extension: Limit | None = None,
) -> ClockReading:
    spans = [Span(at(started))]
    return read_clock(a_rule, spans, pauses, extension, CALENDAR, at(now or started))


def due(limit: str, started: str, **more: object) -> str:
    found = read(rule(limit, **more), started).due_at
    assert found is not None
    return f"{found:%Y-%m-%d %H:%M}"


# --- limits


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("20 work_days", 20, Unit.WORK_DAY),
        ("1 work_day", 1, Unit.WORK_DAY),
        (" 60  calendar_days ", 60, Unit.CALENDAR_DAY),
        ("4 work_hours", 4, Unit.WORK_HOUR),
        ("48 continuous_hours", 48, Unit.CONTINUOUS_HOUR),
        ("0 work_days", 0, Unit.WORK_DAY),
    ],
)
def test_a_limit_is_read_as_packs_write_it(text: str, amount: int, unit: Unit) -> None:
    assert Limit.parse(text) == Limit(amount, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "20 days",
        "work_days",
        "1.5 work_days",
        "-1 work_days",
        "20work_days",
        "2十 work_days",
    ],
)
def test_anything_else_is_refused_with_the_units_there_are(text: str) -> None:
    with pytest.raises(LimitRefused, match="continuous_hours"):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["1 work_day", "20 work_days", "48 continuous_hours"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(Limit.parse(text)) == text


# --- when it is due


@pytest.mark.parametrize(
    ("started", "ends"),
    [("2026-01-26", "2026-02-28"), ("2026-09-14", "2026-10-16"), ("2026-04-20", "2026-05-20")],
)
def test_twenty_working_days_know_holidays_and_swapped_saturdays(started: str, ends: str) -> None:
    assert due("20 work_days", f"{started} 10:00") == f"{ends} 17:30"


@pytest.mark.parametrize(
    ("limit", "started", "ends"),
    [
        # The day of the start does not count, whatever the hour (民法典 201).
        ("1 work_days", "2026-11-23 00:00", "2026-11-24 17:30"),
        ("1 work_days", "2026-11-23 23:59", "2026-11-24 17:30"),
        ("1 work_days", "2026-11-20 10:00", "2026-11-23 17:30"),
        ("1 work_days", "2026-11-21 10:00", "2026-11-23 17:30"),  # filed on a Saturday
        ("5 work_days", "2026-12-25 10:00", "2027-01-04 17:30"),
        ("0 work_days", "2026-11-23 10:00", "2026-11-23 17:30"),
        ("0 work_days", "2026-11-21 10:00", "2026-11-23 17:30"),
        # A last day on a holiday moves to the next working day (民法典 203).
        ("60 calendar_days", "2026-08-04 09:00", "2026-10-08 17:30"),
        ("5 calendar_days", "2026-11-16 09:00", "2026-11-23 17:30"),
        ("5 calendar_days", "2026-11-17 09:00", "2026-11-23 17:30"),
        ("5 calendar_days", "2026-11-18 09:00", "2026-11-23 17:30"),
        # Office hours 9:00-12:00, 13:30-17:30; the noon break does not count.
        ("1 work_hours", "2026-11-23 11:30", "2026-11-23 14:00"),
        ("1 work_hours", "2026-11-23 12:10", "2026-11-23 14:30"),
        ("3 work_hours", "2026-11-23 09:00", "2026-11-23 12:00"),
        ("4 work_hours", "2026-11-20 16:30", "2026-11-23 12:00"),
        ("5 work_hours", "2026-11-20 16:30", "2026-11-23 14:30"),
        ("7 work_hours", "2026-11-23 09:00", "2026-11-23 17:30"),
        ("8 work_hours", "2026-11-21 20:00", "2026-11-24 10:00"),
        # A continuous hour is an hour: nights and holidays count.
        ("24 continuous_hours", "2026-09-30 17:00", "2026-10-01 17:00"),
        ("2 continuous_hours", "2026-11-23 23:30", "2026-11-24 01:30"),
    ],
)
def test_each_unit_ends_when_the_law_says(limit: str, started: str, ends: str) -> None:
    assert due(limit, started) == ends


def test_the_last_day_may_end_at_midnight_and_still_be_that_day() -> None:
    reading = read(rule("1 work_days", day_ends=DayEnd.MIDNIGHT), "2026-11-23 10:00")

    assert reading.due_at == at("2026-11-25 00:00")
    assert reading.due_on == date(2026, 11, 24)


def test_close_of_business_follows_the_office_hours() -> None:
    office = OfficeHours(((time(8, 30), time(12)), (time(13), time(17))))
    calendar = CALENDAR.with_office(office)
    started = [Span(at("2026-11-23 16:00"))]

    days = read_clock(rule("1 work_days"), started, (), None, calendar, at("2026-11-23 16:00"))
    hours = read_clock(rule("2 work_hours"), started, (), None, calendar, at("2026-11-23 16:00"))

    assert days.due_at == at("2026-11-24 17:00")
    assert hours.due_at == at("2026-11-24 09:30")


def test_an_instant_in_another_zone_is_the_same_instant() -> None:
    utc = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # already the 24th in Beijing

    reading = read_clock(rule("1 work_days"), [Span(utc)], (), None, CALENDAR, utc)

    assert reading.due_at == at("2026-11-25 17:30")


def test_due_times_are_beijing_times() -> None:
    reading = read(rule("1 work_days"), "2026-11-23 10:00")

    assert reading.due_at is not None
    assert reading.due_at.utcoffset() == timedelta(hours=8)


def test_a_time_without_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 10)  # noqa: DTZ001

    with pytest.raises(ValueError, match="no time zone"):
        read_clock(rule("1 work_days"), [Span(naive)], (), None, CALENDAR, naive)


# --- pauses and extensions


def test_excluded_days_move_the_due_date_by_the_working_days_between() -> None:
    hearing = Pause(at("2026-11-25 14:00"), at("2026-12-02 09:00"), "hearing")

    reading = read(rule("20 work_days"), "2026-11-23 10:00", "2026-12-02 10:00", (hearing,))

    assert reading.due_at == at("2026-12-28 17:30")  # the 21st and five working days
    assert reading.used == 2
    assert reading.remaining == 18
    assert reading.is_running


def test_an_open_pause_stops_the_clock_and_names_its_cause() -> None:
    hearing = Pause(at("2026-11-25 14:00"), None, "hearing")

    reading = read(rule("20 work_days"), "2026-11-23 10:00", "2026-12-30 10:00", (hearing,))

    assert reading.light is Light.PAUSED
    assert reading.cause == "hearing"
    assert reading.due_at is None
    assert reading.used == 2
    assert not reading.is_running


def test_a_pause_within_one_day_costs_no_working_day() -> None:
    short = Pause(at("2026-11-24 09:30"), at("2026-11-24 16:00"), "testing")

    paused = read(rule("20 work_days"), "2026-11-23 10:00", "2026-11-25 10:00", (short,))

    assert paused.due_at == read(rule("20 work_days"), "2026-11-23 10:00").due_at


def test_a_pause_counts_in_hours_for_hour_limits() -> None:
    expert = Pause(at("2026-11-23 10:00"), at("2026-11-23 15:00"), "expert_review")

    reading = read(rule("4 work_hours"), "2026-11-23 09:00", "2026-11-23 15:00", (expert,))

    assert reading.used == 3600
    assert reading.due_at == at("2026-11-24 09:30")


def test_a_last_day_cut_short_is_finished_after_the_pause() -> None:
    expert = Pause(at("2026-11-24 10:00"), at("2026-11-26 09:00"), "expert_review")

    reading = read(rule("1 work_days"), "2026-11-23 10:00", "2026-11-26 09:00", (expert,))

    assert reading.due_at == at("2026-11-26 17:30")
    assert not reading.is_late


def test_pauses_that_overlap_count_once() -> None:
    hearing = Pause(at("2026-11-25 14:00"), at("2026-12-02 09:00"), "hearing")
    expert = Pause(at("2026-11-30 14:00"), at("2026-12-01 09:00"), "expert_review")
    now = "2026-12-02 10:00"

    both = read(rule("20 work_days"), "2026-11-23 10:00", now, (expert, hearing))

    assert both == read(rule("20 work_days"), "2026-11-23 10:00", now, (hearing,))


def test_a_pause_planned_to_end_later_gives_the_due_date_already() -> None:
    hearing = Pause(at("2026-11-25 14:00"), at("2026-12-02 09:00"), "hearing")

    reading = read(rule("20 work_days"), "2026-11-23 10:00", "2026-11-26 10:00", (hearing,))

    assert reading.light is Light.PAUSED
    assert reading.due_at == at("2026-12-28 17:30")


def test_an_extension_adds_its_days_once_the_limit_is_used() -> None:
    more = Limit.parse("10 work_days")

    reading = read(rule("20 work_days"), "2026-09-14 10:00", extension=more)

    assert reading.due_at == at("2026-10-30 17:30")
    assert reading.remaining == 30


def test_an_extension_in_another_unit_is_refused() -> None:
    with pytest.raises(LimitRefused, match="same unit"):
        read(rule("20 work_days"), "2026-09-14 10:00", extension=Limit.parse("10 calendar_days"))


# --- spans of a journal


def test_time_runs_in_the_named_states_and_stops_in_correction() -> None:
    moves = [
        Move(at("2026-11-23 09:00"), ["submitted"]),
        Move(at("2026-11-23 10:00"), ["examination"], ["submitted"]),
        Move(at("2026-11-25 10:00"), ["correction"], ["examination"]),
        Move(at("2026-12-01 10:00"), ["examination"], ["correction"]),
        Move(at("2026-12-02 10:00"), ["decision"], ["examination"]),
    ]

    assert spans_of(moves, RUNS_IN) == (
        Span(at("2026-11-23 10:00"), at("2026-11-25 10:00")),
        Span(at("2026-12-01 10:00")),
    )


def test_parallel_states_count_once_and_until_the_last_is_left() -> None:
    moves = [
        Move(at("2026-11-23 10:00"), ["fire", "traffic"]),
        Move(at("2026-11-24 10:00"), [], ["fire"]),
        Move(at("2026-11-26 10:00"), ["waiting"], ["traffic"]),
    ]

    spans = spans_of(moves, frozenset({"fire", "traffic"}))

    assert spans == (Span(at("2026-11-23 10:00"), at("2026-11-26 10:00")),)


def test_a_state_left_and_entered_again_at_once_does_not_cut_the_span() -> None:
    moves = [
        Move(at("2026-11-23 10:00"), ["examination"]),
        Move(at("2026-11-24 10:00"), ["examination"], ["examination"]),
    ]

    assert spans_of(moves, RUNS_IN) == (Span(at("2026-11-23 10:00")),)


def test_a_deemed_acceptance_counts_from_the_day_of_receipt() -> None:
    received = at("2026-11-16 10:00")
    moves = [
        Move(received, ["submitted"]),
        Move(at("2026-11-23 17:30"), ["examination"], ["submitted"], counts_from=received),
    ]

    spans = spans_of(moves, RUNS_IN)

    assert spans == (Span(received),)
    reading = read_clock(rule("20 work_days"), spans, (), None, CALENDAR, at("2026-11-23 17:30"))
    assert reading.used == 5


def test_back_dating_over_an_earlier_span_counts_nothing_twice() -> None:
    moves = [
        Move(at("2026-11-16 10:00"), ["examination"]),
        Move(at("2026-11-18 10:00"), ["correction"], ["examination"]),
        Move(at("2026-11-23 10:00"), ["examination"], ["correction"], at("2026-11-17 10:00")),
    ]

    assert spans_of(moves, RUNS_IN) == (Span(at("2026-11-16 10:00")),)


def test_a_move_cannot_count_from_after_it_happened() -> None:
    later = at("2026-11-24 10:00")

    with pytest.raises(ValueError, match="cannot count from later"):
        spans_of([Move(at("2026-11-23 10:00"), ["examination"], (), later)], RUNS_IN)


def test_servers_clocks_that_disagree_do_not_turn_time_back() -> None:
    moves = [
        Move(at("2026-11-23 10:00:05"), ["examination"]),
        Move(at("2026-11-23 10:00:03"), ["correction"], ["examination"]),
    ]

    (span,) = spans_of(moves, RUNS_IN)

    assert span.ended_at == span.started_at


@pytest.mark.parametrize("end", ["closed", "declined", "retracted", "archived"])
def test_the_end_of_the_case_ends_its_clocks_for_good(end: str) -> None:
    moves = [
        Move(at("2026-11-23 10:00"), ["examination"]),
        Move(at("2026-11-24 10:00"), [end], ["examination"]),
    ]

    spans = spans_of(moves, RUNS_IN)

    assert spans == (Span(at("2026-11-23 10:00"), at("2026-11-24 10:00"), is_final=True),)


# --- lights, warnings, the rest of a reading


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-11-23 10:00", Light.GREEN),
        ("2026-12-07 14:29", Light.GREEN),
        ("2026-12-07 14:30", Light.AMBER),
        ("2026-12-15 16:17", Light.AMBER),
        ("2026-12-15 16:18", Light.RED),
        ("2026-12-21 17:29", Light.RED),
        ("2026-12-21 17:30", Light.OVERDUE),
        ("2027-01-30 10:00", Light.OVERDUE),
    ],
)
def test_the_light_turns_at_half_and_four_fifths_of_office_time_and_at_due(
    now: str, light: Light
) -> None:
    assert read(rule("20 work_days"), "2026-11-23 10:00", now).light is light


def test_a_one_day_limit_warns_within_the_day() -> None:
    reading = read(rule("1 work_days"), "2026-11-23 09:00")

    assert reading.warns == (at("2026-11-23 17:30"), at("2026-11-24 14:42"))


def test_a_warning_may_be_so_much_before_due() -> None:
    warn_at = (Limit.parse("3 work_days"), Limit.parse("4 work_hours"))

    reading = read(rule("20 work_days", warn_at=warn_at), "2026-09-14 10:00")

    assert reading.due_at == at("2026-10-16 17:30")
    assert reading.warns == (at("2026-10-13 17:30"), at("2026-10-16 13:30"))


@pytest.mark.parametrize(
    ("warn", "expected"),
    [
        ("2 calendar_days", "2026-11-21 17:30"),
        ("6 continuous_hours", "2026-11-23 11:30"),
        ("7 work_hours", "2026-11-23 09:00"),
        ("8 work_hours", "2026-11-20 16:30"),
        ("40 work_days", "2026-11-16 09:00"),  # longer than the limit: from the start
    ],
)
def test_each_unit_of_a_warning_counts_back_from_due(warn: str, expected: str) -> None:
    one = rule("5 work_days", warn_at=(Limit.parse(warn),))

    reading = read(one, "2026-11-16 09:00")

    assert reading.due_at == at("2026-11-23 17:30")
    assert reading.warns == (at(expected),)


def test_with_one_warning_the_light_turns_amber_and_with_none_it_stays_green() -> None:
    one = rule("5 work_days", warn_at=(Decimal("0.5"),))
    none = rule("5 work_days", warn_at=())

    assert read(one, "2026-11-16 09:00", "2026-11-23 10:00").light is Light.AMBER
    assert read(none, "2026-11-16 09:00", "2026-11-23 10:00").light is Light.GREEN


def test_excluded_time_does_not_bring_a_warning_on() -> None:
    hearing = Pause(at("2026-11-24 09:00"), at("2026-12-01 09:00"), "hearing")
    one = rule("5 work_days", warn_at=(Decimal("0.5"),))

    reading = read(one, "2026-11-23 09:00", "2026-12-01 09:00", (hearing,))

    assert reading.due_at == at("2026-12-07 17:30")
    # 7 office hours before the hearing and 35 after it: half is 21 hours.
    assert reading.warns == (at("2026-12-02 17:30"),)


def test_a_clock_that_has_not_started_stands_with_its_whole_limit() -> None:
    reading = read_clock(rule("20 work_days"), (), (), None, CALENDAR, at("2026-11-23 10:00"))

    assert (reading.used, reading.remaining) == (0, 20)
    assert reading.due_at is None
    assert reading.light is Light.PAUSED
    assert not reading.is_provisional


def test_a_clock_waiting_for_a_correction_stands_without_a_cause() -> None:
    span = Span(at("2026-11-23 10:00"), at("2026-11-25 10:00"))

    reading = read_clock(rule("20 work_days"), [span], (), None, CALENDAR, at("2026-12-30 10:00"))

    assert reading.light is Light.PAUSED
    assert (reading.used, reading.cause, reading.due_at) == (2, "", None)


@pytest.mark.parametrize(
    ("ended", "is_late"), [("2026-12-21 17:29", False), ("2026-12-21 17:30", True)]
)
def test_a_clock_that_is_done_says_when_it_was_due_and_whether_it_was_kept(
    ended: str, is_late: bool
) -> None:
    span = Span(at("2026-11-23 10:00"), at(ended), is_final=True)

    reading = read_clock(rule("20 work_days"), [span], (), None, CALENDAR, at("2027-03-01 10:00"))

    assert reading.light is Light.DONE
    assert reading.is_late is is_late
    assert reading.due_at == at("2026-12-21 17:30")
    assert reading.ended_at == at(ended)
    assert not reading.is_provisional


def test_an_overdue_clock_stays_overdue_when_it_stops() -> None:
    span = Span(at("2026-11-23 10:00"), at("2026-11-25 10:00"))

    reading = read_clock(rule("1 work_days"), [span], (), None, CALENDAR, at("2026-11-30 10:00"))

    assert reading.light is Light.OVERDUE
    assert reading.due_at == at("2026-11-24 17:30")
    assert not reading.is_running


@pytest.mark.parametrize(
    ("started", "is_provisional"), [("2026-11-23 10:00", False), ("2026-12-10 10:00", True)]
)
def test_a_reading_that_rests_on_an_unpublished_year_says_so(
    started: str, is_provisional: bool
) -> None:
    assert read(rule("20 work_days"), started).is_provisional is is_provisional


def test_importing_the_notice_moves_only_the_due_dates_that_rest_on_it() -> None:
    near = StoredClock("near", rule("5 work_days"), (Span(at("2026-11-23 10:00")),))
    far = StoredClock("far", rule("20 work_days"), (Span(at("2026-12-10 10:00")),))
    now = at("2026-12-11 10:00")
    stored = [
        StoredClock(one.key, one.rule, one.spans, due_at=moved.reading.due_at)
        for one in (near, far)
        for moved in recompute([one], CALENDAR, now)
    ]
    new_year = Festival("元旦", date(2027, 1, 1), date(2027, 1, 4), (date(2026, 12, 27),))
    imported = CALENDAR.with_year(2027, rows_of(2027, [new_year]), DayStatus.OFFICIAL)
    longer = imported.with_year(
        2027,
        rows_of(2027, [Festival("元旦", date(2027, 1, 1), date(2027, 1, 6))]),
        DayStatus.OFFICIAL,
    )

    assert recompute(stored, CALENDAR, now) == ()
    assert recompute(stored, imported, now) == ()  # four days off, one worked: nothing gained
    (moved,) = recompute(stored, longer, now)
    assert moved.key == "far"
    assert (moved.was, moved.reading.due_at) == (at("2027-01-08 17:30"), at("2027-01-13 17:30"))
    assert not moved.reading.is_provisional


def test_an_empty_calendar_still_answers() -> None:
    empty = Calendar.from_rows(())

    reading = read_clock(
        rule("5 work_days"), [Span(at("2026-11-23 10:00"))], (), None, empty, at("2026-11-23 10:00")
    )

    assert reading.due_at == datetime(2026, 11, 30, 17, 30, tzinfo=SHANGHAI)
    assert reading.is_provisional
