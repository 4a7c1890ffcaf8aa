# SPDX-License-Identifier: Apache-2.0
"""Which days are working days."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.calendar import (
    Calendar,
    CalendarDay,
    DayKind,
    DayStatus,
    Festival,
    OfficeHours,
    rows_of,
    statutory_year,
)
from tests.kernel.calendar_sample import CALENDAR, rows_of_notice

DAYS = st.dates(date(2018, 1, 1), date(2032, 12, 31))
HOLIDAY, MAKEUP = DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY


def brute_count(after: date, until: date) -> int:
    days = (until - after).days
    return sum(CALENDAR.is_workday(after + timedelta(days=n)) for n in range(1, days + 1))


# Weekdays of the year less the holidays of the law, 11 and from 2025 on 13: swaps change nothing.
@pytest.mark.parametrize(
    ("year", "workdays"),
    [(2021, 261 - 11), (2022, 260 - 11), (2024, 262 - 11), (2025, 261 - 13), (2026, 261 - 13)],
)
def test_a_year_has_the_working_days_the_law_leaves(year: int, workdays: int) -> None:
    first = date(year, 1, 1).toordinal()

    assert CALENDAR.workdays_between(first - 1, date(year, 12, 31).toordinal()) == workdays


@pytest.mark.parametrize(
    ("day", "is_workday"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday worked for the spring festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),  # a Monday off
        (date(2026, 2, 28), True),
        (date(2026, 11, 21), False),
        (date(2022, 12, 31), False),  # named by the notice of 2023
        (date(2020, 1, 31), False),  # the lengthened holiday
        (date(2020, 2, 1), False),  # first to be worked, then not
        (date(2020, 2, 3), True),
    ],
)
def test_holidays_and_swapped_days_are_known(day: date, is_workday: bool) -> None:
    assert CALENDAR.is_workday(day) is is_workday


@given(DAYS, st.integers(0, 400))
def test_counting_working_days_equals_looking_at_each(after: date, length: int) -> None:
    until = after + timedelta(days=length)

    counted = CALENDAR.workdays_between(after.toordinal(), until.toordinal())

    assert counted == brute_count(after, until)


@given(DAYS, st.integers(1, 300))
def test_the_nth_working_day_after_is_where_n_have_passed(day: date, count: int) -> None:
    found = date.fromordinal(CALENDAR.workday_after(day.toordinal(), count))

    assert CALENDAR.is_workday(found)
    assert brute_count(day, found) == count


@given(DAYS, st.integers(1, 300))
def test_going_back_undoes_going_forward_from_a_working_day(day: date, count: int) -> None:
    start = CALENDAR.workday_after(day.toordinal(), 0)

    assert CALENDAR.workday_after(CALENDAR.workday_after(start, count), -count) == start


@given(DAYS)
def test_the_next_working_day_is_the_first_one_not_before(day: date) -> None:
    found = date.fromordinal(CALENDAR.workday_after(day.toordinal(), 0))

    assert CALENDAR.is_workday(found)
    assert brute_count(day - timedelta(days=1), found) == 1


def test_a_year_without_data_is_provisional_and_keeps_the_fixed_holidays() -> None:
    assert CALENDAR.status(date(2026, 12, 31)) is DayStatus.OFFICIAL
    assert CALENDAR.status(date(2027, 1, 1)) is DayStatus.PROVISIONAL
    assert not CALENDAR.is_workday(date(2027, 1, 1))
    assert not CALENDAR.is_workday(date(2027, 5, 4))  # given back for Sunday 2 May
    assert not CALENDAR.is_workday(date(2027, 10, 5))
    assert CALENDAR.is_workday(date(2027, 5, 5))


@given(st.integers(2025, 2100))
def test_a_fixed_holiday_never_falls_on_a_weekend_for_nothing(year: int) -> None:
    days = [row.day for row in statutory_year(year).days]

    assert sum(day.weekday() < 5 for day in days) == 6
    assert len(set(days)) == len(days)


def test_a_day_far_from_the_known_years_is_still_answered() -> None:
    assert CALENDAR.is_workday(date(2099, 6, 1))
    assert not CALENDAR.is_workday(date(1990, 10, 1))
    assert CALENDAR.workday_after(date(2026, 11, 23).toordinal(), 5000) > 0


def test_importing_a_year_makes_it_official_and_leaves_the_old_calendar_alone() -> None:
    rows = rows_of(2027, [Festival("元旦", date(2027, 1, 1), date(2027, 1, 4))])

    imported = CALENDAR.with_year(2027, rows, DayStatus.OFFICIAL)

    assert imported.status(date(2027, 3, 1)) is DayStatus.OFFICIAL
    assert not imported.is_workday(date(2027, 1, 4))
    assert imported.version != CALENDAR.version
    assert CALENDAR.is_workday(date(2027, 1, 4))


def test_a_year_imported_again_forgets_what_it_said_before() -> None:
    first = CALENDAR.with_year(
        2027, rows_of(2027, [Festival("元旦", date(2026, 12, 31), date(2027, 1, 3))]), _OFFICIAL
    )
    again = first.with_year(
        2027, rows_of(2027, [Festival("元旦", date(2027, 1, 1), date(2027, 1, 3))]), _OFFICIAL
    )

    assert not first.is_workday(date(2026, 12, 31))
    assert again.is_workday(date(2026, 12, 31))
    assert not again.is_workday(date(2026, 10, 1))


_OFFICIAL = DayStatus.OFFICIAL


def test_the_version_depends_on_what_is_known_not_on_the_order_it_was_given() -> None:
    rows = rows_of_notice(2026)

    assert Calendar.from_rows(rows).version == Calendar.from_rows(reversed(rows)).version
    assert Calendar.from_rows(rows).version != Calendar.from_rows(rows[1:]).version
    assert Calendar.from_rows(rows).version != Calendar.from_rows(rows, ()).version


def test_rows_marked_provisional_make_a_provisional_year() -> None:
    rows = [CalendarDay(date(2027, 1, 1), HOLIDAY, "元旦", DayStatus.PROVISIONAL)]

    assert Calendar.from_rows(rows).year_status(2027) is DayStatus.PROVISIONAL
    assert Calendar.from_rows(rows, [2027]).year_status(2027) is DayStatus.OFFICIAL


def test_a_day_named_twice_is_refused() -> None:
    rows = [CalendarDay(date(2027, 1, 2), kind, "元旦") for kind in (HOLIDAY, MAKEUP)]

    with pytest.raises(ValueError, match="2027-01-02 is named twice"):
        Calendar.from_rows(rows)


def test_a_festival_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        rows_of(2027, [Festival("元旦", date(2027, 1, 3), date(2027, 1, 1))])


def test_a_span_over_new_year_is_provisional_when_the_next_year_is() -> None:
    assert CALENDAR.is_provisional_between(date(2026, 12, 1), date(2027, 1, 4))
    assert not CALENDAR.is_provisional_between(date(2020, 12, 1), date(2026, 12, 31))


def test_office_hours_know_their_length_and_close() -> None:
    summer = OfficeHours(((time(8, 30), time(12)), (time(14), time(18))))

    assert summer.day_seconds == 7.5 * 3600
    assert summer.closes_at == time(18)
    assert CALENDAR.with_office(summer).version != CALENDAR.version


@pytest.mark.parametrize(
    "periods",
    [(), ((time(9), time(9)),), ((time(9), time(12)), (time(11), time(17)))],
)
def test_office_hours_that_overlap_or_are_empty_are_refused(
    periods: tuple[tuple[time, time], ...],
) -> None:
    with pytest.raises(ValueError, match="without overlap"):
        OfficeHours(periods)
