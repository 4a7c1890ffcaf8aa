# SPDX-License-Identifier: Apache-2.0
"""Values are taken out of a reading with their place, and a wrong number is no value."""

from datetime import date
from decimal import Decimal

import pytest

from huiban.kernel.extract import Found, extract
from huiban.kernel.extract_text import han_number, same_name
from huiban.kernel.extract_value import parsed
from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.kernel.material_kind import FieldPattern, FieldType, MaterialKind, Where
from huiban.kernel.reading import Box, How, Line, Outcome, Reading, ReadPage
from huiban.kernel.words import Words

WIDTH, HEIGHT = 1000, 1400
TALL = 30
Placed = tuple[str, int, int]


def a_reading(*lines: Placed, confidence: float = 0.98) -> Reading:
    """Lines at (left, top) in pixels of a page, each as wide as its characters."""
    made = tuple(
        Line(
            text,
            Box(
                left / WIDTH,
                top / HEIGHT,
                (left + sum(28 if ord(one) > 255 else 15 for one in text)) / WIDTH,
                (top + TALL) / HEIGHT,
            ),
            confidence,
        )
        for text, left, top in lines
    )
    page = ReadPage(1, WIDTH, HEIGHT, 0, How.OCR, made)
    return Reading(Outcome.READ, "test", (page,))


def a_field(
    kind: FieldType, *labels: str, pattern: str = "", where: Where = Where.LABEL
) -> FieldPattern:
    return FieldPattern("it", Words("字段"), kind, labels, pattern, where)


def found(reading: Reading, field: FieldPattern, *others: str) -> Found | None:
    kind = MaterialKind("kind", Words("种类"), (), (field,), others)
    return extract(reading, kind).get("it")


def value(reading: Reading, field: FieldPattern, *others: str) -> object:
    one = found(reading, field, *others)
    return one.value if one else None


NAME = a_field(FieldType.ORGANISATION, "名称")


@pytest.mark.parametrize(
    "lines",
    [
        [("名称：青岛某某有限公司", 50, 50)],
        [("名 称 青岛某某有限公司", 50, 50)],
        [("名称青岛某某有限公司", 50, 50)],
        [("名称", 50, 50), ("青岛某某有限公司", 200, 52)],
        [("名", 50, 50), ("称", 150, 50), ("青岛某某有限公司", 250, 50)],
        [("名", 50, 50), ("称青岛某某有限公司", 150, 50)],
        [("名称", 50, 50), ("青岛某某有限公司", 50, 90)],
        [("名称：青岛某某有限", 50, 50), ("公司", 134, 88)],
        [("名称：青岛某某有限公司（以下简称甲方）", 50, 50)],
    ],
)
def test_a_value_is_found_wherever_its_label_puts_it(lines: list[Placed]) -> None:
    assert value(a_reading(*lines), NAME) == "青岛某某有限公司"


def test_a_label_with_a_misread_character_still_leads_to_its_value_with_less_confidence() -> None:
    field = a_field(FieldType.PERSON, "法定代表人")

    right = found(a_reading(("法定代表人：王海", 50, 50)), field)
    misread = found(a_reading(("法定代袁人：王海", 50, 50)), field)

    assert right
    assert misread
    assert misread.value == "王海"
    assert misread.confidence < right.confidence


def test_a_value_ends_where_the_next_label_begins() -> None:
    page = a_reading(("住所：青岛市香港中路1号", 50, 50), ("登记机关 某某局", 50, 90))

    assert value(page, a_field(FieldType.TEXT, "住所"), "登记机关") == "青岛市香港中路1号"


def test_an_empty_line_of_a_form_gives_no_value_of_its_neighbour() -> None:
    page = a_reading(("证书编号：", 50, 50), ("有效期至：2027年1月2日", 50, 90))

    assert found(page, a_field(FieldType.NUMBER_TEXT, "证书编号"), "有效期至") is None


def test_the_cells_of_a_table_do_not_run_into_each_other() -> None:
    page = a_reading(
        ("权利人", 50, 50), ("孙伟", 300, 50), ("共有情况", 50, 100), ("单独所有", 300, 100)
    )

    assert value(page, a_field(FieldType.TEXT, "权利人"), "共有情况") == "孙伟"


def test_two_columns_keep_to_themselves() -> None:
    page = a_reading(
        ("经营范围", 50, 50), ("土石方工程施工；", 200, 50), ("园林绿化。", 200, 90),
        ("住所", 550, 50), ("青岛市市南区延安", 650, 50), ("三路2号", 650, 90),
    )  # fmt: skip

    assert value(page, a_field(FieldType.TEXT, "经营范围"), "住所") == "土石方工程施工；园林绿化"
    assert value(page, a_field(FieldType.TEXT, "住所"), "经营范围") == "青岛市市南区延安三路2号"


def test_a_paper_that_lay_askew_is_read_along_its_own_lines() -> None:
    lines = [
        (text, left, 100 + 40 * row + left // 25)
        for row in range(6)
        for text, left in ((f"标签{row}", 50), (f"内容{row}", 700))
    ]

    assert (
        value(
            a_reading(*lines), a_field(FieldType.TEXT, "标签2"), *(f"标签{at}" for at in range(6))
        )
        == "内容2"
    )


def test_a_check_digit_that_holds_raises_the_confidence() -> None:
    number = make_uscc("370202", 7)

    one = found(
        a_reading((f"统一社会信用代码 {number}", 50, 50), confidence=0.6),
        a_field(FieldType.USCC, "统一社会信用代码"),
    )

    assert one
    assert one.value == number
    assert one.confidence >= 0.99


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (FieldType.USCC, make_uscc("370202", 7)),
        (FieldType.CITIZEN_ID, make_person_id("370202", date(1980, 5, 17), 1)),
    ],
)
def test_a_check_digit_that_fails_leaves_no_value_and_no_confidence(
    kind: FieldType, number: str
) -> None:
    wrong = number[:12] + str((int(number[12]) + 1) % 10) + number[13:]

    one = found(a_reading((f"号码 {wrong}", 50, 50)), a_field(kind, "号码"))

    assert one is not None
    assert (one.value, one.confidence, one.is_long_term) == (None, 0.0, False)


def test_a_number_that_proves_itself_needs_no_label() -> None:
    number = make_person_id("370202", date(1980, 5, 17), 1)

    assert (
        value(a_reading((number, 300, 500)), a_field(FieldType.CITIZEN_ID, "公民身份号码"))
        == number
    )


def test_a_value_tells_its_page_and_its_place() -> None:
    reading = a_reading(("名称", 50, 50), ("青岛某某有限公司", 200, 50))

    one = found(reading, NAME)

    assert one
    assert (one.page, one.box) == (1, reading.pages[0].lines[1].box)


def test_a_value_in_a_sentence_is_met_by_its_pattern() -> None:
    page = a_reading(("本合同自2026年3月1日起至2026年9月30日止。", 50, 50))
    begins = a_field(FieldType.DATE, pattern="自([0-9年月]{7,9}日)", where=Where.PAGE)

    assert value(page, begins) == date(2026, 3, 1)


def test_every_plate_of_a_paper_is_listed_once() -> None:
    page = a_reading(("车辆：鲁B12345、鲁U·A1234、鲁B12345", 50, 50), ("鲁BD12345", 50, 100))

    plates = value(page, a_field(FieldType.PLATES, where=Where.PAGE))

    assert plates == ("鲁B12345", "鲁UA1234", "鲁BD12345")


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        (FieldType.DATE, "2026年3月5日", date(2026, 3, 5)),
        (FieldType.DATE, "2026 年 03 月 05 日", date(2026, 3, 5)),
        (FieldType.DATE, "2026.03.05", date(2026, 3, 5)),
        (FieldType.DATE, "2026-3-5", date(2026, 3, 5)),
        (FieldType.DATE, "20260305", date(2026, 3, 5)),
        (FieldType.DATE, "二〇二六年三月十五日", date(2026, 3, 15)),
        (FieldType.DATE, "二○二六年十二月三十一日", date(2026, 12, 31)),
        (FieldType.DATE, "2O26年O3月l5日", date(2026, 3, 15)),
        (FieldType.DATE, "2020.01.02-2030.01.02", date(2020, 1, 2)),
        (FieldType.UNTIL, "2020.01.02-2030.01.02", date(2030, 1, 2)),
        (FieldType.UNTIL, "自2020年1月2日至2030年1月1日", date(2030, 1, 1)),
        (FieldType.NUMBER, "约1.2万立方米", Decimal(12000)),
        (FieldType.NUMBER, "12,000.5 m³", Decimal("12000.5")),
        (FieldType.MONEY, "人民币壹佰贰拾万元整", Decimal(1_200_000)),
        (FieldType.MONEY, "1000万元人民币", Decimal(10_000_000)),
        (FieldType.MONEY, "¥120,000.50元", Decimal("120000.50")),
        (FieldType.MONEY, "壹仟零伍元叁角贰分", Decimal("1005.32")),
        (FieldType.AREA, "89.50㎡", Decimal("89.5")),
        (FieldType.AREA, "2公顷", Decimal(20000)),
        (FieldType.PLATE, "鲁 B·12345", "鲁B12345"),
        (
            FieldType.NUMBER_TEXT,
            "鲁（2026）青岛市不动产权第0012345号",
            "鲁（2026）青岛市不动产权第0012345号",
        ),
    ],
)
def test_a_value_is_read_in_every_form_it_is_written(
    kind: FieldType, text: str, wanted: object
) -> None:
    one = parsed(kind, text)

    assert one is not None
    assert one.value == wanted


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldType.DATE, "2026年2月30日"),
        (FieldType.DATE, "2026年13月1日"),
        (FieldType.UNTIL, "2020年1月2日至"),
        (FieldType.UNTIL, "自2020年1月2日起"),
        (FieldType.ORGANISATION, "应当在三日内支付，逾期不候"),
        (FieldType.PLATE, "鲁B1234"),
        (FieldType.MONEY, "另行约定"),
    ],
)
def test_what_is_no_value_is_none(kind: FieldType, text: str) -> None:
    assert parsed(kind, text) is None


def test_a_period_without_an_end_is_long_term_and_no_date() -> None:
    one = parsed(FieldType.UNTIL, "2020.01.02-长期")

    assert one
    assert one.is_long_term
    assert one.value is None


def test_figures_that_contradict_the_capital_figures_are_doubted() -> None:
    field = a_field(FieldType.MONEY, "总价")

    agreed = found(a_reading(("总价：壹拾万元整（¥100000.00）", 50, 50)), field)
    contradicted = found(a_reading(("总价：壹拾万元整（¥180000.00）", 50, 50)), field)

    assert agreed
    assert agreed.confidence >= 0.99
    assert contradicted
    assert contradicted.confidence < 0.5


def test_chinese_figures_are_read_as_numbers() -> None:
    assert han_number("贰亿零叁拾万伍仟") == Decimal(200_305_000)
    assert han_number("三人") is None


@pytest.mark.parametrize("other", ["青岛某某(集团)有限公司", "青岛某某（集团） 有限公司"])
def test_one_name_written_in_another_way_is_the_same(other: str) -> None:
    assert same_name("青岛某某（集团）有限公司", other)


def test_a_name_that_only_looks_alike_is_another() -> None:
    assert not same_name("青岛未央有限公司", "青岛末央有限公司")
    assert same_name("二〇一厂", "二○一厂")
    assert not same_name("", "")
