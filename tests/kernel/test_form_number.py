# SPDX-License-Identifier: Apache-2.0
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import Field, FieldKind
from huiban.kernel.form_number import read_number
from huiban.kernel.form_words import FieldRefused
from tests.kernel.form_sample import field

MONEY = field("sum", FieldKind.MONEY, "金额")
WHOLE = field("count", FieldKind.NUMBER, "人数")
AREA = field("area", FieldKind.NUMBER, "面积", decimals=2, unit="㎡")
TONS = field("amount", FieldKind.NUMBER, "产量", decimals=2, unit="万吨")


def refusal(one: Field, raw: object) -> FieldRefused:
    with pytest.raises(FieldRefused) as caught:
        read_number(one, raw)
    return caught.value


@pytest.mark.parametrize(
    ("one", "typed", "stored"),
    [
        (MONEY, "12600.5", "12600.50"),
        (MONEY, "12,600.50", "12600.50"),
        (MONEY, "１２，６００．５", "12600.50"),
        (MONEY, "12 600.5 元", "12600.50"),
        (MONEY, "¥12600", "12600.00"),
        (MONEY, "1.26万", "12600.00"),
        (MONEY, "1.26 万元", "12600.00"),
        (MONEY, "2亿", "200000000.00"),
        (MONEY, "12。5", "12.50"),
        (MONEY, "0", "0.00"),
        (MONEY, "-0", "0.00"),
        (MONEY, 12600.5, "12600.50"),
        (WHOLE, "12.0", 12),
        (WHOLE, "007", 7),
        (WHOLE, 12, 12),
        (WHOLE, ["12"], 12),
        (WHOLE, " ", None),
        (AREA, "300 ㎡", "300"),
        (AREA, "3.50", "3.5"),
        (AREA, ".5", "0.5"),
        (TONS, "1.5万吨", "1.5"),
        (AREA, "3万", "30000"),
    ],
)
def test_numbers_are_read_as_people_write_them(one: Field, typed: object, stored: object) -> None:
    assert read_number(one, typed) == stored


@pytest.mark.parametrize(
    ("one", "typed", "code"),
    [
        (MONEY, "1,5", "ambiguous_number"),
        (MONEY, "1.234,56", "ambiguous_number"),
        (MONEY, "12,3456", "ambiguous_number"),
        (MONEY, "1,234 567", "ambiguous_number"),
        (MONEY, "1.2.3", "ambiguous_number"),
        (MONEY, "一万二", "not_a_number"),
        (MONEY, "1e5", "not_a_number"),
        (MONEY, "万", "not_a_number"),
        (MONEY, "5²", "not_a_number"),
        (MONEY, float("nan"), "not_a_number"),
        (MONEY, True, "unreadable"),
        (MONEY, {"a": 1}, "unreadable"),
        (MONEY, ["1", "2"], "unreadable"),
        pytest.param(MONEY, 10**5000, "unreadable", id="huge"),
        (MONEY, "9" * 14, "too_large"),
        (MONEY, "9" * 100, "too_large"),
        (MONEY, "x" * 100_000, "not_a_number"),
        (MONEY, "1.005", "too_many_decimals"),
        (MONEY, "-5", "below_minimum"),
        (WHOLE, "1.5", "not_whole"),
        (TONS, "12万", "ambiguous_scale"),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(one: Field, typed: object, code: str) -> None:
    assert refusal(one, typed).code == code


def test_a_refusal_says_what_is_wrong_and_what_to_do() -> None:
    assert refusal(TONS, "12万").message.zh == "产量的单位已经是万吨，请只填数字，不写“万”"
    assert refusal(MONEY, "-5").message.zh == "金额不能小于 0元，请核对"
    assert refusal(WHOLE, "1.5").message.en == "“count” must be a whole number"


def test_negatives_need_a_negative_minimum() -> None:
    profit = field("profit", FieldKind.MONEY, "净利润", minimum=Decimal(-100))

    assert read_number(profit, "−5") == "-5.00"
    assert refusal(profit, "-101").code == "below_minimum"


def test_a_maximum_is_inclusive() -> None:
    loan = field("loan", FieldKind.MONEY, "贷款", maximum=Decimal(100))

    assert read_number(loan, "100") == "100.00"
    assert refusal(loan, "100.01").code == "above_maximum"


@given(st.integers(0, 10**13 - 1).map(lambda fen: Decimal(fen) / 100))
def test_every_amount_shown_is_read_back_as_itself(amount: Decimal) -> None:
    for shown in (f"{amount:.2f}", f"{amount:,.2f}", f"{amount:,.2f} 元", f"¥{amount:f}"):
        assert read_number(MONEY, shown) == f"{amount:.2f}"


@given(st.text(alphabet="0123456789.,，万亿元¥ -+e", max_size=12))
def test_a_number_read_is_stored_in_one_form_only(typed: str) -> None:
    try:
        stored = read_number(MONEY, typed)
    except FieldRefused:
        return

    assert stored is None or read_number(MONEY, stored) == stored
