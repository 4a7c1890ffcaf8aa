# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import FieldKind
from huiban.kernel.form_date import bound, read_date, speak_date
from huiban.kernel.form_words import FieldRefused
from tests.kernel.form_sample import TODAY, field

DAY = field("day", FieldKind.DATE, "申请日期")


def refusal(typed: object, **more: object) -> FieldRefused:
    with pytest.raises(FieldRefused) as caught:
        read_date(field("day", FieldKind.DATE, "申请日期", **more), typed, TODAY)
    return caught.value


@pytest.mark.parametrize(
    "typed",
    [
        "2026-3-5",
        "2026-03-05",
        "20260305",
        "2026年3月5日",
        "2026 年 3 月 5 号",
        "2026.3.5",
        "2026/3/5",
        "２０２６－３－５",
        "2026。3。5",
        " 2026-03-05 00:00:00 ",
        20260305,
    ],
)
def test_a_day_is_read_in_every_usual_way_of_writing(typed: object) -> None:
    assert read_date(DAY, typed, TODAY) == "2026-03-05"


@pytest.mark.parametrize(
    "typed",
    [
        "26-3-5",
        "3/5/2026",
        "2026-3",
        "2026-3/5",
        "2026年",
        "明天",
        "2026-03-05T09:30:00",
        "٢٠٢٦-3-5",
    ],
)
def test_a_day_that_is_not_clear_is_refused(typed: str) -> None:
    assert refusal(typed).code == "not_a_date"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2026-2-30", "申请日期：2026 年 2 月没有 30 日，请核对"),
        ("2026-13-1", "申请日期写的是 13 月，没有这个月，请核对"),
        ("20260400", "申请日期：2026 年 4 月没有 0 日，请核对"),
        ("0026-03-05", "申请日期的年份 26 不对，请核对"),
    ],
)
def test_a_day_that_does_not_exist_is_named(typed: str, message: str) -> None:
    assert refusal(typed).message.zh == message


def test_bounds_are_inclusive_and_may_move_with_today() -> None:
    near = field("day", FieldKind.DATE, "日期", earliest="today-1", latest="today")

    assert read_date(near, "2026-11-22", TODAY) == "2026-11-22"
    assert refusal("2026-11-21", earliest="today-1").code == "too_early"
    assert refusal("2026-11-24", latest="today").message.zh == "申请日期不能晚于今天，请核对"
    assert "2026年1月1日" in refusal("2025-1-1", earliest="2026-01-01").message.zh


def test_an_empty_bound_is_none() -> None:
    assert bound("", TODAY) is None


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_shown_is_read_back_as_itself(day: date) -> None:
    chinese = speak_date(day).zh

    assert read_date(DAY, chinese, TODAY) == day.isoformat()
    assert read_date(DAY, f"{day:%Y%m%d}", TODAY) == day.isoformat()


def test_english_days_do_not_follow_the_machine() -> None:
    assert speak_date(date(2026, 3, 5)).en == "5 March 2026"
