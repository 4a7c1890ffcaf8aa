# SPDX-License-Identifier: Apache-2.0
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.money import AmountNotWritable, capital_yuan, grouped_yuan

_DIGITS = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SMALL = {"拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}


def read_capitals(text: str) -> Decimal:
    """The inverse, written the other way round: from left to right, with a running section."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    total, section, digit, fen = 0, 0, 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section, digit = section + digit * _SMALL[char], 0
        elif char in _LARGE:
            below = total % _LARGE[char] + section + digit
            total = total - total % _LARGE[char] + below * _LARGE[char]
            section = digit = 0
        elif char == "元":
            total, section, digit = total + section + digit, 0, 0
        elif char in "角分":
            fen, digit = fen + digit * (10 if char == "角" else 1), 0
    return sign * (Decimal(total) + Decimal(fen) / 100)


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1005", "壹仟零伍元整"),
        ("6409.02", "陆仟肆佰零玖元零贰分"),
        ("12600.50", "壹万贰仟陆佰元伍角整"),
        ("100000.5", "壹拾万元伍角整"),
        ("1000000001", "壹拾亿零壹元整"),
        ("10000000000000", "壹拾万亿元整"),
        ("12000100000000", "壹拾贰万零壹亿元整"),
        ("-5", "负伍元整"),
    ],
)
def test_amounts_are_written_as_on_a_bill(amount: str, capitals: str) -> None:
    assert capital_yuan(Decimal(amount)) == capitals


@given(st.integers(-(10**18) + 1, 10**18 - 1).map(lambda fen: Decimal(fen) / 100))
def test_capital_figures_mean_the_amount_they_were_written_for(amount: Decimal) -> None:
    assert read_capitals(capital_yuan(amount)) == amount


@given(st.integers(0, 10**18 - 1).map(lambda fen: Decimal(fen) / 100))
def test_zeros_are_never_doubled_and_never_trail(amount: Decimal) -> None:
    written = capital_yuan(amount)

    assert "零零" not in written
    assert not written.removesuffix("整").endswith("零")


@pytest.mark.parametrize("amount", ["0.001", "1e16", "NaN", "Infinity"])
def test_an_amount_that_cannot_be_written_is_refused_not_rounded(amount: str) -> None:
    with pytest.raises(AmountNotWritable):
        capital_yuan(Decimal(amount))


def test_yuan_are_grouped_by_thousands() -> None:
    assert grouped_yuan(Decimal("-1234567.5")) == "-1,234,567.50"
