# SPDX-License-Identifier: Apache-2.0
"""Amounts with their units: what stands beside a number, and the same amount in another unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.quantity import in_unit, is_unit, unit_in, units


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3.2万吨", "吨"),
        ("约 3.2 万 吨（实方）", "吨"),
        ("３２，０００吨", "吨"),
        ("1200 m³", "m3"),
        ("500㎡", "m2"),
        ("2.1万立方米以内", "立方米"),
        ("100 kg", "kg"),
        ("12000元", "元"),
        ("32000", ""),
        ("12 months", ""),
        ("约三万吨", ""),
        ("", ""),
    ],
)
def test_the_unit_is_what_follows_the_first_number(text: str, unit: str) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("amount", "unit", "wanted", "told"),
    [
        ("32000", "吨", "万吨", "3.2"),
        ("500", "公斤", "吨", "0.5"),
        ("60000000", "元", "万元", "6000"),
        ("2", "公顷", "㎡", "20000"),
        ("7", "项", "项", "7"),
    ],
)
def test_an_amount_is_told_in_another_unit(amount: str, unit: str, wanted: str, told: str) -> None:
    assert in_unit(Decimal(amount), unit, wanted) == Decimal(told)


@pytest.mark.parametrize(
    ("unit", "wanted"), [("立方米", "吨"), ("", "吨"), ("吨", ""), ("项", "吨")]
)
def test_what_measures_something_else_is_not_compared(unit: str, wanted: str) -> None:
    assert in_unit(Decimal(1), unit, wanted) is None


@given(st.decimals(0, 10**9, places=4), st.sampled_from(units()), st.sampled_from(units()))
def test_there_and_back_is_the_same_amount(amount: Decimal, here: str, there: str) -> None:
    told = in_unit(amount, here, there)

    assert is_unit(here)
    if told is not None:
        assert in_unit(told, there, here) == amount
