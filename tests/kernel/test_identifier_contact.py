# SPDX-License-Identifier: Apache-2.0
"""Phones, plates and postcodes as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.identifier import (
    IdentifierRefused,
    check_phone,
    check_plate,
    check_postcode,
)


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("13805321234", "13805321234", "mobile"),
        ("138 0532 1234", "13805321234", "mobile"),
        ("+86-138-0532-1234", "13805321234", "mobile"),
        ("008613805321234", "13805321234", "mobile"),
        ("１９９０５３２１２３４", "19905321234", "mobile"),
        ("0532-85911234", "0532-85911234", "landline"),
        ("(0532) 8591 1234", "0532-85911234", "landline"),
        ("（0532）85911234转802", "0532-85911234转802", "landline"),
        ("010-12345678", "010-12345678", "landline"),
        ("02112345678", "021-12345678", "landline"),
        ("12345", "12345", "service"),
        ("400-700-1234", "4007001234", "service"),
    ],
)
def test_a_phone_number_is_understood_as_people_type_it(typed: str, stored: str, kind: str) -> None:
    checked = check_phone(typed)

    assert (checked.value, checked.kind) == (stored, kind)
    assert check_phone(stored).value == stored


@pytest.mark.parametrize(
    "typed",
    [
        "1380532123",
        "138053212345",
        "12805321234",
        "85911234",
        "0532-859112",
        "abc",
        "1380532123\u0664",
    ],
)
def test_what_is_no_phone_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(IdentifierRefused) as found:
        check_phone(typed)

    assert found.value.code == "shape"
    assert "0532-85911234" in found.value.message.zh


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("鲁B12345", "鲁B12345", "ordinary"),
        ("鲁b·12345", "鲁B12345", "ordinary"),
        ("鲁B 1A2C5", "鲁B1A2C5", "ordinary"),
        ("鲁B1234学", "鲁B1234学", "ordinary"),
        ("鲁B1234挂", "鲁B1234挂", "ordinary"),
        ("粤Z1234港", "粤Z1234港", "ordinary"),
        ("鲁BD12345", "鲁BD12345", "new_energy"),
        ("鲁BFA2345", "鲁BFA2345", "new_energy"),
        ("鲁B12345D", "鲁B12345D", "new_energy"),
        ("鲁Ｂ１２３４５Ｆ", "鲁B12345F", "new_energy"),
    ],
)
def test_a_plate_is_understood_and_its_kind_known(typed: str, stored: str, kind: str) -> None:
    checked = check_plate(typed)

    assert (checked.value, checked.kind) == (stored, kind)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("鲁B1234", "length"),
        ("鲁B123456D", "length"),
        ("鲁B123456", "shape"),  # eight, but no letter of new energy
        ("鲁B1234O", "shape"),
        ("鲁I12345", "shape"),
        ("卢B12345", "shape"),
        ("B鲁12345", "shape"),
        ("鲁BI12345", "shape"),
        ("鲁B12345Z", "shape"),
    ],
)
def test_a_wrong_plate_is_refused(typed: str, code: str) -> None:
    with pytest.raises(IdentifierRefused) as found:
        check_plate(typed)

    assert found.value.code == code


def test_a_postcode_has_six_digits() -> None:
    assert check_postcode("２６６０７１").value == "266071"


@pytest.mark.parametrize(
    ("typed", "code"),
    [(" ", "empty"), ("26607", "length"), ("26607X", "character"), ("000000", "character")],
)
def test_a_wrong_postcode_is_refused(typed: str, code: str) -> None:
    with pytest.raises(IdentifierRefused) as found:
        check_postcode(typed)

    assert found.value.code == code


@given(st.text(max_size=30), st.sampled_from([check_phone, check_plate, check_postcode]))
def test_what_is_accepted_is_accepted_again_as_it_is(text: str, check) -> None:  # type: ignore[no-untyped-def]
    with suppress(IdentifierRefused):
        stored = check(text).value
        assert check(stored).value == stored
