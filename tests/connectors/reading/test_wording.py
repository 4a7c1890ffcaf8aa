# SPDX-License-Identifier: Apache-2.0
"""Widths, characters the recogniser made traditional, and the order in which lines are read."""

import pytest

from huiban.connectors.reading.wording import in_reading_order, narrowed, simplified
from huiban.kernel.reading import Box, Line


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("９１３７０２０２ＭＡ", "91370202MA"),
        ("２０１８－０３－１２", "2018-03-12"),
        ("甲方：青岛（样例）公司，", "甲方：青岛（样例）公司，"),
        ("金额　１００　元", "金额 100 元"),
        ("  两端  与\u00a0中间 ", "两端 与 中间"),
        ("５％＋", "5%+"),
    ],
)
def test_letters_digits_and_signs_become_ordinary_and_chinese_punctuation_stays(
    written: str, expected: str
) -> None:
    assert narrowed(written) == expected


def test_what_the_recogniser_made_traditional_is_turned_back() -> None:
    assert simplified(["山東省青岛市市南区", "民族 漢", "样例环保科技有限公司"]) == [
        "山东省青岛市市南区", "民族 汉", "样例环保科技有限公司",
    ]  # fmt: skip


def test_characters_that_simplified_texts_have_as_well_are_left() -> None:
    names = ["乾隆 著", "赵乾坤", "样例环保科技有限公司"]

    assert simplified(names) == names


def test_a_page_written_in_traditional_characters_stays() -> None:
    page = ["臺灣省臺北市樣例環保科技", "營業執照", "公司登記"]

    assert simplified(page) == page


def test_a_line_wholly_traditional_stays_on_a_simplified_page() -> None:
    page = ["青岛海蓝样例环保科技有限公司", "樣例環境保護集團", "注册资本与经营范围说明"]

    assert simplified(page) == page


def line(text: str, left: float, top: float, width: float = 0.2, height: float = 0.03) -> Line:
    return Line(text, Box(left, top, left + width, top + height), 1.0)


def test_rows_go_from_the_top_and_each_from_the_left() -> None:
    page = [line("右上", 0.6, 0.1), line("下", 0.1, 0.3), line("左上", 0.1, 0.105)]

    assert [one.text for one in in_reading_order(page)] == ["左上", "右上", "下"]


def test_a_row_that_slopes_is_one_row() -> None:
    page = [line(str(place), 0.1 + 0.2 * place, 0.1 + 0.012 * place, 0.18) for place in range(4)]

    assert [one.text for one in in_reading_order(reversed(page))] == ["0", "1", "2", "3"]


def test_lines_close_below_each_other_are_two_rows() -> None:
    page = [line("二", 0.1, 0.114), line("一", 0.1, 0.1)]

    assert [one.text for one in in_reading_order(page)] == ["一", "二"]
