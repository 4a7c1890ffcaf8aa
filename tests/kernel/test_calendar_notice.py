# SPDX-License-Identifier: Apache-2.0
"""Reading the State Council's notices: the real ones, and what can go wrong with one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.calendar import DayKind
from huiban.kernel.calendar_notice import ParsedNotice, parse_notice
from tests.kernel.calendar_sample import YEARS, notice_of


def off(parsed: ParsedNotice) -> list[str]:
    return [f"{row.day:%m-%d}" for row in parsed.days if row.kind is DayKind.HOLIDAY]


def work(parsed: ParsedNotice) -> list[str]:
    return [f"{row.day:%m-%d}" for row in parsed.days if row.kind is DayKind.MAKEUP_WORKDAY]


def span(month: int, first: int, last: int) -> list[str]:
    return [f"{month:02d}-{day:02d}" for day in range(first, last + 1)]


def blames(parsed: ParsedNotice) -> list[str]:
    return [f"{problem.where}: {problem.message.zh}" for problem in parsed.problems]


@pytest.mark.parametrize("year", YEARS)
def test_every_notice_since_2020_is_read_without_a_doubt(year: int) -> None:
    parsed = parse_notice(notice_of(year))

    assert parsed.year == year
    assert parsed.problems == ()
    assert not parsed.is_blocked
    assert {row.year for row in parsed.days} == {year}


def test_the_notice_of_2024_gives_the_table() -> None:
    parsed = parse_notice(notice_of(2024))

    assert off(parsed) == [
        "01-01", *span(2, 10, 17), *span(4, 4, 6), *span(5, 1, 5), "06-10", *span(9, 15, 17),
        *span(10, 1, 7),
    ]  # fmt: skip
    assert work(parsed) == [
        "02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"
    ]  # fmt: skip


def test_the_notice_of_2025_gives_the_table() -> None:
    parsed = parse_notice(notice_of(2025))

    assert off(parsed) == [
        "01-01", *span(1, 28, 31), *span(2, 1, 4), *span(4, 4, 6), *span(5, 1, 5), "05-31",
        "06-01", "06-02", *span(10, 1, 8),
    ]  # fmt: skip
    assert work(parsed) == ["01-26", "02-08", "04-27", "09-28", "10-11"]


def test_the_notice_of_2026_gives_the_table() -> None:
    parsed = parse_notice(notice_of(2026))

    assert off(parsed) == [
        *span(1, 1, 3), *span(2, 15, 23), *span(4, 4, 6), *span(5, 1, 5), *span(6, 19, 21),
        *span(9, 25, 27), *span(10, 1, 7),
    ]  # fmt: skip
    assert work(parsed) == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def test_a_new_year_holiday_may_begin_in_december() -> None:
    days = {row.day for row in parse_notice(notice_of(2023)).days}

    assert date(2022, 12, 31) in days
    assert date(2023, 1, 2) in days


def test_days_named_for_rest_by_way_of_advice_are_not_days_off() -> None:
    assert date(2024, 2, 9) not in {row.day for row in parse_notice(notice_of(2024)).days}


def test_line_breaks_half_width_signs_and_bullets_change_nothing() -> None:
    text = notice_of(2026)
    broken = "\n".join(text[n : n + 7] for n in range(0, len(text), 7))
    typed = text.replace("：", ":").replace("，", ",").replace("（", "(").replace("）", ")")
    wide = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    expected = parse_notice(text)

    for variant in (broken, typed, wide, text.replace("二、", "- ")):
        assert parse_notice(variant) == expected


def test_a_day_made_up_for_is_a_day_off() -> None:
    text = notice_of(2024).replace("1月1日放假，与周末连休", "1月1日放假，1月2日（星期二）补休")

    assert "01-02" in off(parse_notice(text))


def test_a_working_day_may_leave_out_the_month_it_shares() -> None:
    text = notice_of(2023).replace("10月7日（星期六）、10月8日（星期日）上班", "10月7日、8日上班")

    assert parse_notice(text) == parse_notice(notice_of(2023))


def test_the_year_may_be_told_beside_a_text_without_title() -> None:
    articles = notice_of(2026)[notice_of(2026).index("一、") :]

    assert parse_notice(articles, 2026) == parse_notice(notice_of(2026))
    assert "没有找到年份" in blames(parse_notice(articles))[0]
    assert parse_notice(articles).days == ()


def test_a_year_that_is_not_the_notices_is_refused() -> None:
    parsed = parse_notice(notice_of(2026), 2027)

    assert parsed.is_blocked
    assert "年份不一致（2026、2027）" in blames(parsed)[0]


@pytest.mark.parametrize(
    ("right", "wrong", "where", "says"),
    [
        ("1月1日（周四）", "1月1日（周五）", "元旦", "2026-01-01 是周四"),
        ("5月9日（周六）上班", "8月9日上班", "劳动节", "离放假的日子太远"),
        ("6月19日（周五）至21日（周日）放假，共3天", "6月18日放假，与周末连休", "端午节", "不相连"),
        ("4月4日（周六）至6日（周一）放假，共3天", "4月3日放假", "清明节", "没有清明节"),
        ("5月9日（周六）上班", "5月10日（周六）上班", "劳动节", "2026-05-10 是周日"),
        ("放假调休，共9天", "放假调休，共8天", "春节", "写明放假 8 天，按日期数是 9 天"),
        ("至6日（周一）放假", "至31日（周一）放假", "清明节", "没有这一天"),
        ("5月1日（周五）至5日", "5月1日（周五）至6月5日", "劳动节", "不合理"),
        ("6月19日（周五）至21日（周日）", "6月21日至19日", "端午节", "不合理"),
        ("10月1日（周四）至7日（周三）", "10月2日至8日", "国庆节", "没有国庆节"),
        (
            "五、端午节：6月19日（周五）至21日（周日）",
            "五、端午节：7月3日至5日",
            "端午节",
            "没有端午节",
        ),
        ("10月10日（周六）上班", "10月9日上班", "国庆节", "本来就是工作日"),
        ("2月28日（周六）上班", "2月28日（周六）照常上学", "春节", "看不懂这句话"),
        ("三、清明节：", "三、寒食节：", "清明节", "没有读到清明节的安排"),
        ("五、端午节：", "五、元旦：", "元旦", "不止一次读到元旦"),
        ("9月20日（周日）、", "9月27日（周日）、", "", "2026-09-27 出现了 2 次"),
        ("1月4日（周日）上班", "2027年1月3日（周日）上班", "", "2027-01-03 不在这一年"),
    ],
)
def test_every_slip_is_named_and_blocks_the_import(
    right: str, wrong: str, where: str, says: str
) -> None:
    text = notice_of(2026)
    assert right in text

    parsed = parse_notice(text.replace(right, wrong))

    assert parsed.is_blocked
    assert any(blame.startswith(f"{where}: ") and says in blame for blame in blames(parsed))


def test_a_swap_that_is_not_paid_back_is_a_doubt_and_not_a_block() -> None:
    text = notice_of(2026).replace("1月4日（周日）上班。", "")

    parsed = parse_notice(text)

    assert not parsed.is_blocked
    assert "元旦: 调休不平衡" in blames(parsed)[0]


def test_several_problems_are_listed_at_once() -> None:
    text = notice_of(2026).replace("共3天", "共4天").replace("（周四）", "（周三）")

    assert len(parse_notice(text).problems) >= 6


def test_another_kind_of_notice_is_not_read_as_a_calendar() -> None:
    text = (
        "国务院办公厅关于延长2020年春节假期的通知\n"
        "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。"
    )

    parsed = parse_notice(text, 2020)

    assert parsed.is_blocked
    assert parsed.days == ()


def test_problems_speak_both_languages() -> None:
    for problem in parse_notice(notice_of(2026).replace("共3天", "共4天")).problems:
        assert problem.message.en


@given(
    year=st.sampled_from((2025, 2026)),
    where=st.integers(0, 2000),
    digit=st.sampled_from("0123456789"),
)
def test_one_wrong_digit_is_never_taken_in_silence(year: int, where: int, digit: str) -> None:
    """
    Where weekdays are printed, as since 2025, one kind of error is left: a day to work moved to the
    same weekday of another week. Whoever confirms the import sees every day with its weekday.
    """
    text = notice_of(year)
    places = [n for n, character in enumerate(text) if character.isdigit()]
    place = places[where % len(places)]

    right, typed = parse_notice(text), parse_notice(text[:place] + digit + text[place + 1 :])

    if not typed.problems:
        assert off(typed) == off(right)
        weekdays = [sorted(row.day.weekday() for row in one.days) for one in (typed, right)]
        assert weekdays[0] == weekdays[1]


@given(st.text(max_size=300))
def test_any_text_at_all_gets_an_answer(text: str) -> None:
    assert parse_notice(text, 2027).is_blocked
