# SPDX-License-Identifier: Apache-2.0
"""What people read about a time limit."""

import pytest

from huiban.kernel.clock import (
    ClockReading,
    ClockRule,
    DayEnd,
    Limit,
    Pause,
    Span,
    read_clock,
)
from huiban.kernel.clock_words import remaining_words
from tests.kernel.calendar_sample import CALENDAR, at


def read(limit: str, span: Span, now: str, pauses: tuple[Pause, ...] = ()) -> ClockReading:
    ends = DayEnd.MIDNIGHT if limit.endswith(" by midnight") else DayEnd.CLOSE
    one = ClockRule(
        "one", Limit.parse(limit.removesuffix(" by midnight")), frozenset(), day_ends=ends
    )
    return read_clock(one, [span], pauses, None, CALENDAR, at(now))


def said(limit: str, started: str, now: str, language: str = "zh") -> str:
    return remaining_words(read(limit, Span(at(started)), now), at(now), language)


START = "2026-11-23 10:00"


@pytest.mark.parametrize(
    ("limit", "started", "now", "zh", "en"),
    [
        (
            "20 work_days", START, "2026-12-16 10:00",
            "还剩 3 个工作日，12 月 21 日到期",
            "3 working days left, due 21 December",
        ),
        (
            "20 work_days", START, "2026-12-20 10:00",
            "还剩 1 个工作日，明天 17:30 到期",
            "1 working day left, due tomorrow 17:30",
        ),
        (
            "20 work_days", START, "2026-12-21 11:50",
            "还剩 5 小时 40 分，今天 17:30 到期",
            "5 hours 40 minutes left, due today 17:30",
        ),
        (
            "9 work_hours", "2026-11-23 12:00", "2026-11-23 16:20",
            "还剩 6 小时 10 分，明天 15:30 到期",
            "6 hours 10 minutes left, due tomorrow 15:30",
        ),
        (
            "72 continuous_hours", START, "2026-11-23 11:00",
            "还剩 2 天 23 小时，11 月 26 日 10:00 到期",
            "2 days 23 hours left, due 26 November 10:00",
        ),
        (
            "49 continuous_hours", START, "2026-11-23 11:00",
            "还剩 2 天，11 月 25 日 11:00 到期",
            "2 days left, due 25 November 11:00",
        ),
        (
            "49 continuous_hours", START, "2026-11-23 11:01",
            "还剩 47 小时 59 分，11 月 25 日 11:00 到期",
            "47 hours 59 minutes left, due 25 November 11:00",
        ),
        (
            "1 continuous_hours", START, "2026-11-23 10:59",
            "还剩 1 分钟，今天 11:00 到期",
            "1 minute left, due today 11:00",
        ),
        (
            "2 continuous_hours", START, "2026-11-23 11:59:30",
            "还剩不到 1 分钟，今天 12:00 到期",
            "less than a minute left, due today 12:00",
        ),
        (
            "1 continuous_hours", START, "2026-11-23 10:15",
            "还剩 45 分钟，今天 11:00 到期",
            "45 minutes left, due today 11:00",
        ),
        (
            "3 continuous_hours", START, START,
            "还剩 3 小时，今天 13:00 到期",
            "3 hours left, due today 13:00",
        ),
        (
            "30 calendar_days by midnight", START, "2026-11-24 10:00",
            "还剩 29 天，12 月 23 日到期",
            "29 days left, due 23 December",
        ),
        (
            "1 calendar_days by midnight", START, START,
            "还剩 1 天，明天 24:00 到期",
            "1 day left, due tomorrow 24:00",
        ),
        (
            "0 work_days", "2026-11-20 18:00", "2026-11-22 10:00",
            "已超期不到 1 个工作日",
            "Overdue by less than a working day",
        ),
        (
            "0 work_days", "2026-11-21 10:00", "2026-11-21 10:00",
            "还剩不到 1 个工作日，11 月 23 日到期",
            "less than a working day left, due 23 November",
        ),
        (
            "40 work_days", START, "2026-12-23 10:00",
            "还剩 18 个工作日，2027 年 1 月 19 日到期（暂定）",
            "18 working days left, due 19 January 2027 (provisional)",
        ),
        (
            "20 work_days", START, "2026-12-23 10:00",
            "已超期 2 个工作日",
            "Overdue by 2 working days",
        ),
        (
            "1 calendar_days", START, "2026-11-25 09:00",
            "已超期 1 天",
            "Overdue by 1 day",
        ),
        (
            "1 calendar_days", START, "2026-11-24 18:00",
            "已超期不到 1 天",
            "Overdue by less than a day",
        ),
        (
            "1 work_hours", START, "2026-11-24 09:30",
            "已超期 5 小时 30 分",
            "Overdue by 5 hours 30 minutes",
        ),
        (
            "1 continuous_hours", START, "2026-11-23 12:20",
            "已超期 1 小时 20 分",
            "Overdue by 1 hour 20 minutes",
        ),
    ],
)  # fmt: skip
def test_a_running_clock_says_what_is_left_and_until_when(
    limit: str, started: str, now: str, zh: str, en: str
) -> None:
    assert said(limit, started, now) == zh
    assert said(limit, started, now, "en") == en


def test_a_pause_is_named_in_words() -> None:
    hearing = Pause(at("2026-11-25 10:00"), None, "hearing")
    now = "2026-12-01 10:00"

    reading = read("20 work_days", Span(at(START)), now, (hearing,))

    assert remaining_words(reading, at(now)) == "已暂停（听证）"
    assert remaining_words(reading, at(now), "en") == "Paused (hearing)"


def test_a_cause_that_is_not_in_the_list_is_shown_as_it_is() -> None:
    local = Pause(at("2026-11-25 10:00"), None, "现场核查")
    now = "2026-12-01 10:00"

    reading = read("20 work_days", Span(at(START)), now, (local,))

    assert remaining_words(reading, at(now)) == "已暂停（现场核查）"


def test_a_pause_with_a_planned_end_is_a_pause_although_the_due_date_is_known() -> None:
    hearing = Pause(at("2026-11-25 10:00"), at("2026-12-02 10:00"), "hearing")
    now = "2026-12-01 10:00"

    reading = read("20 work_days", Span(at(START)), now, (hearing,))

    assert reading.due_at is not None
    assert remaining_words(reading, at(now)) == "已暂停（听证）"


def test_a_clock_that_waits_says_so() -> None:
    waiting = read("20 work_days", Span(at(START), at("2026-11-25 10:00")), "2026-12-01 10:00")

    assert remaining_words(waiting, at("2026-12-01 10:00")) == "未在计时"


@pytest.mark.parametrize(
    ("limit", "ended", "zh", "en"),
    [
        ("20 work_days", "2026-12-03 09:00", "已办结", "Completed"),
        (
            "20 work_days",
            "2026-12-23 09:00",
            "已办结，超期 2 个工作日",
            "Completed, late by 2 working days",
        ),
        ("2 calendar_days", "2026-11-28 09:00", "已办结，超期 3 天", "Completed, late by 3 days"),
        (
            "2 continuous_hours",
            "2026-11-23 12:30",
            "已办结，超期 30 分钟",
            "Completed, late by 30 minutes",
        ),
    ],
)
def test_a_finished_clock_tells_how_late_it_was_then_not_now(
    limit: str, ended: str, zh: str, en: str
) -> None:
    reading = read(limit, Span(at(START), at(ended), is_final=True), "2027-06-01 10:00")

    assert remaining_words(reading, at("2027-06-01 10:00")) == zh
    assert remaining_words(reading, at("2027-06-01 10:00"), "en") == en
