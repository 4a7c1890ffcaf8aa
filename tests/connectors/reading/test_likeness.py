# SPDX-License-Identifier: Apache-2.0
"""A page sent in twice is told; two forms filled in differently are not the same page."""

from huiban.connectors.reading.likeness import are_same, marked
from huiban.kernel.reading import Box, How, Line, PageFault, ReadPage

TEXT = "劳动合同 甲方青岛海蓝样例环保科技有限公司 乙方{} 身份证号{} 期限自2024年1月1日起三年"
PRINT = 0x5A5A_1234_5678_9ABC


def page(
    text: str, fingerprint: int = PRINT, number: int = 1, faults: tuple[PageFault, ...] = ()
) -> ReadPage:
    lines = (Line(text, Box(0, 0, 1, 1), 0.9),) if text else ()
    return ReadPage(number, 10, 10, 0, How.OCR, lines, (), faults, fingerprint)


ONE = page(TEXT.format("张晓东", "370203199005120019"))


def test_a_page_scanned_twice_is_the_same_in_spite_of_a_letter_misread() -> None:
    again = page(TEXT.format("张晓束", "370203199005120019"), PRINT ^ 0b1011)

    assert are_same(ONE, again)


def test_a_form_filled_in_for_another_person_is_another_page() -> None:
    assert not are_same(ONE, page(TEXT.format("李晓东", "370203198801010037")))


def test_pages_that_look_different_are_not_compared_by_text() -> None:
    assert not are_same(ONE, page(ONE.lines[0].text, PRINT ^ 0xFFFF))


def test_pictures_without_text_are_the_same_only_when_very_near() -> None:
    assert are_same(page("", PRINT), page("", PRINT ^ 0b11))
    assert not are_same(page("", PRINT), page("", PRINT ^ 0b111111))


def test_blank_pages_do_not_repeat_each_other() -> None:
    blank = page("", 0, 1, (PageFault.BLANK,))

    assert not are_same(blank, blank)


def test_the_later_page_is_marked_and_keeps_its_other_faults() -> None:
    again = page(ONE.lines[0].text, PRINT, 3, (PageFault.SMALL,))

    found = marked([ONE, page("另一页的内容与它毫无关系", 0xFFFF, 2), again])

    assert [one.faults for one in found] == [(), (), (PageFault.SMALL, PageFault.DUPLICATE)]
