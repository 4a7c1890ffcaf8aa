# SPDX-License-Identifier: Apache-2.0
"""Task codes, case numbers, certificate numbers and verification codes."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from huiban.kernel.identifier import (
    CODE_NUMBERS,
    CaseNumber,
    IdentifierRefused,
    TaskCode,
    check_certificate_identifier,
    check_certificate_number,
    check_verification_code,
    compose_case_number,
    compose_certificate_identifier,
    compose_task_code,
    make_verification_code,
    show_verification_code,
    split_case_number,
    split_task_code,
)

TASK = "12441500196720244T3442199806003"  # as published on the national platform
CASE = f"{TASK}202206230068"
ISSUER = "113702000000000194"
IDENTIFIER = compose_certificate_identifier("11100000MB0341032Y002", ISSUER, "12", 1)
CODES = st.integers(0, CODE_NUMBERS - 1).map(make_verification_code)


def code_of(check, *arguments: object) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(IdentifierRefused) as found:
        check(*arguments)
    assert found.value.message.zh
    assert found.value.message.en
    return found.value.code


def test_a_task_code_falls_into_authority_level_and_item() -> None:
    parts = TaskCode("12441500196720244T", "3", "442199806003")

    assert split_task_code(TASK.lower()) == parts
    assert compose_task_code(parts.authority, parts.level, parts.basic) == TASK


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (TASK[:-1], "length"),
        (TASK.replace("T3", "T8"), "shape"),
        (TASK[:-1] + "*", "shape"),
        ("12441500196720245T" + TASK[18:], "check_digit"),
    ],
)
def test_a_wrong_task_code_is_refused(text: str, code: str) -> None:
    assert code_of(split_task_code, text) == code


def test_a_task_code_of_wrong_parts_cannot_be_composed() -> None:
    assert code_of(compose_task_code, "12441500196720244T", "3", "44219980600") == "length"


def test_a_case_number_falls_into_task_day_and_serial() -> None:
    assert split_case_number(CASE) == CaseNumber(TASK, date(2022, 6, 23), 68)
    assert split_case_number(f" {CASE.lower()} ") == CaseNumber(TASK, date(2022, 6, 23), 68)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 9_999_999))
def test_a_case_number_comes_apart_as_it_was_put_together(day: date, serial: int) -> None:
    number = compose_case_number(TASK, day, serial)

    assert split_case_number(number) == CaseNumber(TASK, day, serial)
    assert len(number) <= 50  # GB/T 39046 allows no more


def test_the_ten_thousandth_case_of_a_day_has_its_own_number() -> None:
    day = date(2026, 11, 23)

    assert compose_case_number(TASK, day, 9_999)[-4:] == "9999"
    assert compose_case_number(TASK, day, 10_000)[-5:] == "10000"


def test_a_serial_starts_at_one() -> None:
    with pytest.raises(ValueError, match="number 1"):
        compose_case_number(TASK, date(2026, 11, 23), 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (CASE[:-1], "shape"),
        (f"{TASK}202213230068", "shape"),
        (f"{TASK}2022062300\u0666\u0668", "shape"),
        (f"12441500196720245T{CASE[18:]}", "check_digit"),
    ],
)
def test_a_wrong_case_number_is_refused(text: str, code: str) -> None:
    assert code_of(split_case_number, text) == code


@pytest.mark.parametrize(
    "typed",
    [
        "青建废核〔2026〕370202-00012",
        "青建废核[2026] 370202－00012",
        "青建废核（２０２６）370202—00012",
        "青建废核【2026】370202-00012 ",
    ],
)
def test_a_certificate_number_has_one_writing(typed: str) -> None:
    assert check_certificate_number(typed).value == "青建废核〔2026〕370202-00012"


@pytest.mark.parametrize(
    ("text", "code"),
    [(" ", "empty"), ("青1", "length"), ("青" * 65, "length"), ("青建<b>2026", "character")],
)
def test_a_wrong_certificate_number_is_refused(text: str, code: str) -> None:
    assert code_of(check_certificate_number, text) == code


def test_a_certificate_identifier_carries_its_check_character() -> None:
    assert check_certificate_identifier(IDENTIFIER).value == IDENTIFIER
    assert IDENTIFIER.startswith("1.2.156.3005.2.11100000MB0341032Y002.")


@given(st.integers(15, len(IDENTIFIER) - 1), st.sampled_from("0123456789ABCDEFXYZ"))
def test_a_certificate_identifier_with_one_wrong_character_is_refused(
    place: int, other: str
) -> None:
    assume(IDENTIFIER[place] not in (other, "."))

    code = code_of(
        check_certificate_identifier, IDENTIFIER[:place] + other + IDENTIFIER[place + 1 :]
    )

    assert code in ("check_digit", "shape")


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("1.2.156.3005.2.x", "shape")])
def test_what_is_no_certificate_identifier_is_refused(text: str, code: str) -> None:
    assert code_of(check_certificate_identifier, text) == code


def test_a_certificate_identifier_of_wrong_parts_cannot_be_composed() -> None:
    with pytest.raises(ValueError, match="21, 18, 20 and 3 long"):
        compose_certificate_identifier("11100000MB0341032Y", ISSUER, "12", 1)


@given(CODES)
def test_a_verification_code_is_understood_as_people_type_it(code: str) -> None:
    shown = show_verification_code(code)

    assert len(shown) == 19
    assert check_verification_code(shown.lower()).value == code
    assert check_verification_code(f" {shown} ").value == code


@given(CODES)
def test_letters_that_look_like_digits_are_taken_for_them(code: str) -> None:
    mistaken = code.translate(str.maketrans("1052", "IOSZ"))

    assert check_verification_code(mistaken).value == code


@given(CODES, st.integers(0, 15), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_verification_code_is_caught(
    code: str, place: int, other: str
) -> None:
    assume(code[place] != other)

    assert (
        code_of(check_verification_code, code[:place] + other + code[place + 1 :]) == "check_digit"
    )


@given(st.lists(st.integers(0, CODE_NUMBERS - 1), min_size=2, max_size=5, unique=True))
def test_different_numbers_make_different_codes(numbers: list[int]) -> None:
    assert len({make_verification_code(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), ("ABCD", "length"), ("V" * 16, "character")]
)
def test_a_wrong_verification_code_is_refused(text: str, code: str) -> None:
    assert code_of(check_verification_code, text) == code


@pytest.mark.parametrize("number", [-1, CODE_NUMBERS])
def test_a_verification_code_needs_a_number_in_range(number: int) -> None:
    with pytest.raises(ValueError, match="randbelow"):
        make_verification_code(number)


@given(
    st.text(max_size=60),
    st.sampled_from(
        [check_certificate_number, check_verification_code, check_certificate_identifier]
    ),
)
def test_what_is_accepted_is_accepted_again_as_it_is(text: str, check) -> None:  # type: ignore[no-untyped-def]
    with suppress(IdentifierRefused):
        stored = check(text).value
        assert check(stored).value == stored
