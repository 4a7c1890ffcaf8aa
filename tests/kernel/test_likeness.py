# SPDX-License-Identifier: Apache-2.0
"""Two writings of one value are the same; two values never are."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import FieldKind
from huiban.kernel.likeness import same

K = FieldKind


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (K.TEXT, "青岛某某（集团）有限公司", "青岛某某(集团) 有限公司"),
        (K.TEXT, "ＡＢＣ 物流", "abc物流"),
        (K.TEXT, "买买提·艾力", "买买提•艾力"),
        (K.TEXT, "青住建字〔2026〕12号", "青住建字[2026]12号"),
        (K.TEXT, "鲁B·12345", "鲁B12345"),
        (K.TEXT, "A—1", "A-1"),
        (K.TEXT, "", None),
        (K.USCC, "91370200ma3abcde1x", "９１３７０２００ＭＡ３ＡＢＣＤＥ１Ｘ"),
        (K.PERSON_ID, "37020219900101001x", "370202 19900101 001X"),
        (K.PHONE, "+86 138-1234-5678", "13812345678"),
        (K.PHONE, "0532-85911234", "053285911234"),
        (K.NUMBER, 12600, "12,600"),
        (K.NUMBER, "3.50", Decimal("3.5")),
        (K.MONEY, "12600.00", "1.26万元"),
        (K.MONEY, "￥12,600", 12600),
        (K.DATE, "2026-03-05", "2026年3月5日"),
        (K.DATE, "20260305", date(2026, 3, 5)),
        (K.DATE, "2026/3/5 00:00:00", datetime(2026, 3, 5, 0, 0)),  # noqa: DTZ001 - a driver's value
        (K.BOOLEAN, True, "是"),
        (K.BOOLEAN, False, "0"),
        (K.CHOICE, ["a", "b"], ["b", "a"]),
        (K.ADDRESS, {"text": "香港中路1号", "lon": "120.3", "lat": "36.1"}, "香港中路１号"),
        (K.ADDRESS, "山东省青岛市市南区香港中路1号", "青岛市市南区香港中路1号"),
        (K.ADDRESS, "城阳区工业园区1号", "工业园区1号"),
        (K.ADDRESS, "青岛市城阳区流亭街道双元路8号", "双元路8号"),
        (K.SIGNATURE, {"name": "王伟", "strokes": None}, "王伟"),
    ],
)  # fmt: skip
def test_two_writings_of_one_value_are_the_same(kind: K, one: object, other: object) -> None:
    assert same(kind, one, other)
    assert same(kind, other, one)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (K.TEXT, "青岛某某有限公司", "青岛某某股份有限公司"),
        (K.TEXT, "青岛某某有限公司", ""),
        (K.TEXT, "A-1", "A1"),
        (K.NUMBER, 12600, 12601),
        (K.NUMBER, "nan", "nan2"),
        (K.MONEY, "1.26万", "1.26"),
        (K.DATE, "2026-03-05", "2026-05-03"),
        (K.DATE, "2026-02-30", "2026-03-02"),
        (K.BOOLEAN, True, "否"),
        (K.CHOICE, ["a", "b"], ["a"]),
        (K.ADDRESS, "青岛市市南区香港中路1号", "青岛市市北区香港中路1号"),
        (K.ADDRESS, "济南市市中区经七路1号", "青岛市市中区经七路1号"),
        (K.ADDRESS, "香港中路1号", "香港中路11号"),
        (K.ADDRESS, "市南区香港中路1号", "1号"),
        (K.ADDRESS, "香港中路1号甲座", "甲座"),
        (K.ADDRESS, "青岛市市南区", "市南区"),
        (K.ADDRESS, "香港中路1号", ""),
    ],
)
def test_two_values_are_never_the_same(kind: K, one: object, other: object) -> None:
    assert not same(kind, one, other)
    assert not same(kind, other, one)


@given(st.sampled_from(sorted(K)), st.text(max_size=30), st.text(max_size=30))
def test_it_never_matters_which_side_asks(kind: K, one: str, other: str) -> None:
    assert same(kind, one, one)
    assert same(kind, one, other) == same(kind, other, one)


@given(st.sampled_from([K.NUMBER, K.MONEY]), st.decimals(-(10**12), 10**12, places=4))
def test_a_number_is_the_same_however_many_zeros_are_written(kind: K, number: Decimal) -> None:
    assert same(kind, number, f"{number:,.7f}")
    assert not same(kind, number, number + 1)
