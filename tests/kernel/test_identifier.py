# SPDX-License-Identifier: Apache-2.0
"""USCC and person numbers: real ones pass, slips are caught, samples belong to nobody."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from huiban.kernel.identifier import (
    IdentifierRefused,
    check_person_id,
    check_uscc,
    mod_11_2_check,
    mod_31_check,
)
from huiban.kernel.identifier_samples import (
    is_sample_person_id,
    is_sample_uscc,
    make_person_id,
    make_uscc,
)

TODAY = date(2026, 11, 23)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGIONS = st.sampled_from(["370202", "370203", "370281", "110105", "650102"])
USCCS = st.builds(
    make_uscc, REGIONS, st.integers(0, 9999), st.sampled_from(["91", "92", "52", "11", "N2", "Y1"])
)
PERSONS = st.builds(make_person_id, REGIONS, st.dates(date(1930, 1, 1), TODAY), st.integers(0, 3))


def uscc_refusal(text: str) -> tuple[str, str]:
    with pytest.raises(IdentifierRefused) as found:
        check_uscc(text)
    assert found.value.message.en
    return found.value.code, found.value.message.zh


def person_refusal(text: str) -> tuple[str, str]:
    with pytest.raises(IdentifierRefused) as found:
        check_person_id(text, TODAY)
    assert found.value.message.en
    return found.value.code, found.value.message.zh


# --- unified social credit codes


@pytest.mark.parametrize(
    "published",
    [
        "91370200264574251E",
        "11100000MB0341032Y",
        "12441500196720244T",
        "11511301008778255F",
        "914403001922038216",
        "9144030071526726XG",
        "91110000802100433B",
        "91110108551385082Q",
        "91310115591693856A",
        "91310110666007217T",
    ],
)
def test_published_codes_pass_without_a_warning(published: str) -> None:
    checked = check_uscc(published)

    assert checked.value == published
    assert checked.warnings == ()
    assert not is_sample_uscc(published)


@pytest.mark.parametrize(
    "typed",
    [
        "91370200264574251e",
        " 9137 0200 2645 7425 1E ",
        "９１３７０２００２６４５７４２５１Ｅ",
        "91370200-264574251-E",
        "91370200\u3000264574251E\u200b",
        "91370200264574251E\n",
    ],
)
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    assert check_uscc(typed).value == "91370200264574251E"


def test_letters_in_the_first_two_places_are_right() -> None:
    village = make_uscc("370281", 7, "N2")

    assert check_uscc(village).value == village
    assert check_uscc(village).warnings == ()


def test_a_wrong_organisation_code_inside_is_a_warning_only() -> None:
    first = "91370200264574252"
    code = first + mod_31_check(first)

    (warning,) = check_uscc(code).warnings

    assert "组织机构代码校验位" in warning.zh


def test_an_authority_or_province_not_in_the_standard_is_a_warning_only() -> None:
    unknown_authority = make_uscc("370200", 3, "Q1")
    unknown_province = make_uscc("990000", 3)

    assert "登记管理部门代码“Q”" in check_uscc(unknown_authority).warnings[0].zh
    assert "不属于任何省份" in check_uscc(unknown_province).warnings[0].zh


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        ("empty", "  ", "请填写统一社会信用代码"),
        ("length", "91370200264574251", "应为 18 位，现在是 17 位"),
        ("length", "370200228012345", "应为 18 位，现在是 15 位"),
        ("character", "9137O200264574251E", "第 5 位“O”"),
        ("character", "91370200264574251S", "第 18 位“S”"),
        ("character", "91370200\u066264574251E", "第 9 位"),
        ("character", "９１３７０２００２６４５７４２５１°", "第 18 位"),
        ("region", "91A70200264574251E", "应全是数字，现在是“A70200”"),
        ("check_digit", "91370200264574251F", "校验位不对"),
        ("check_digit", "91370200264574215E", "校验位不对"),
    ],
)
def test_a_wrong_code_is_refused_with_the_place_and_the_cure(
    code: str, text: str, says: str
) -> None:
    found, message = uscc_refusal(text)

    assert found == code
    assert says in message
    assert "请" in message


@given(USCCS, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_change_of_a_code_is_caught(uscc: str, place: int, other: str) -> None:
    assume(uscc[place] != other)

    with pytest.raises(IdentifierRefused):
        check_uscc(uscc[:place] + other + uscc[place + 1 :])


@given(USCCS, st.integers(0, 16))
def test_any_two_neighbours_swapped_are_caught(uscc: str, place: int) -> None:
    assume(uscc[place] != uscc[place + 1])
    swapped = uscc[:place] + uscc[place + 1] + uscc[place] + uscc[place + 2 :]

    with pytest.raises(IdentifierRefused):
        check_uscc(swapped)


@given(USCCS)
def test_a_sample_code_passes_and_is_known_as_one(uscc: str) -> None:
    assert check_uscc(uscc).value == uscc
    assert check_uscc(uscc).warnings == ()
    assert is_sample_uscc(uscc)


def test_samples_of_a_region_are_all_different() -> None:
    assert len({make_uscc("370202", n) for n in range(10_000)}) == 10_000


@pytest.mark.parametrize(("region", "n"), [("370202", 10_000), ("370202", -1), ("100000", 1)])
def test_a_sample_code_that_could_be_real_is_refused(region: str, n: int) -> None:
    with pytest.raises(ValueError, match="no sample USCC"):
        make_uscc(region, n)


@given(st.text(max_size=40))
def test_any_text_is_either_a_code_or_refused_by_name(text: str) -> None:
    with suppress(IdentifierRefused):
        assert len(check_uscc(text).value) == 18


# --- person numbers


@pytest.mark.parametrize(
    ("region", "why"),
    [
        ("370202", "a district of today"),
        ("370215", "即墨区, for somebody born before it was one"),
        ("370284", "胶南市, gone since 2012"),
        ("370222", "即墨县 of old"),
        ("810000", "a residence permit, Hong Kong"),
        ("820000", "Macao"),
        ("830000", "Taiwan"),
    ],
)
def test_numbers_of_past_divisions_and_residence_permits_pass(region: str, why: str) -> None:
    number = make_person_id(region, date(1985, 3, 12), 2)

    assert check_person_id(number, TODAY).value == number, why


def test_the_last_character_may_be_a_small_or_wide_x() -> None:
    births = (date(1980, 1, day) for day in range(1, 32))
    number = next(
        one for one in (make_person_id("370202", birth, 0) for birth in births) if one[-1] == "X"
    )

    assert check_person_id(number.lower(), TODAY).value == number
    assert check_person_id(number.replace("X", "Ｘ"), TODAY).value == number


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        ("empty", "", "请填写公民身份号码"),
        ("length", "370202800517997", "应为 18 位，现在是 15 位"),
        ("character", "37020219800517997A", "最后一位是数字或 X"),
        ("character", "3702021980051X9972", "最后一位是数字或 X"),
        ("character", "37020219800517997\u0662", "最后一位是数字或 X"),
        ("date", "370202198002309972", "“19800230”不是有效的日期"),
        ("date", "370202000000009972", "不是有效的日期"),
        ("date", "370202180005179972", "不是有效的日期"),
        ("future", "370202202611249972", "“20261124”还没有到"),
        ("region", "170202198005179972", "开头两位“17”"),
        ("check_digit", "370202198005179971", "校验位不对"),
    ],
)
def test_a_wrong_number_is_refused_with_the_place_and_the_cure(
    code: str, text: str, says: str
) -> None:
    found, message = person_refusal(text)

    assert found == code
    assert says in message
    assert "请" in message


def test_somebody_born_today_is_not_in_the_future() -> None:
    number = make_person_id("370202", TODAY, 0)

    assert check_person_id(number, TODAY).value == number


def test_a_division_that_is_not_known_is_a_warning_when_the_known_ones_are_given() -> None:
    number = make_person_id("370299", date(1985, 3, 12), 0)
    known = {"370202", "370284"}

    (warning,) = check_person_id(number, TODAY, known).warnings

    assert "“370299”" in warning.zh
    assert check_person_id(number, TODAY).warnings == ()
    assert (
        check_person_id(make_person_id("370284", date(1985, 3, 12), 0), TODAY, known).warnings == ()
    )
    assert (
        check_person_id(make_person_id("810000", date(1985, 3, 12), 0), TODAY, known).warnings == ()
    )


def test_a_foreigners_permanent_residence_number_is_let_through_with_a_warning() -> None:
    first = "911370" + "19800517" + "997"

    (warning,) = check_person_id(first + mod_11_2_check(first), TODAY).warnings

    assert "永久居留" in warning.zh


@given(PERSONS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_change_of_a_number_is_caught(number: str, place: int, other: str) -> None:
    assume(number[place] != other)

    with pytest.raises(IdentifierRefused):
        check_person_id(number[:place] + other + number[place + 1 :], TODAY)


@given(PERSONS, st.integers(0, 16))
def test_any_two_neighbours_of_a_number_swapped_are_caught(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    with pytest.raises(IdentifierRefused):
        check_person_id(swapped, TODAY)


@given(PERSONS)
def test_a_sample_number_passes_and_is_known_as_one(number: str) -> None:
    assert check_person_id(number, TODAY).value == number
    assert is_sample_person_id(number)


def test_the_parity_of_a_sample_says_man_or_woman() -> None:
    assert [int(make_person_id("370202", TODAY, n)[16]) % 2 for n in range(4)] == [0, 1, 0, 1]


@pytest.mark.parametrize(("birth", "n"), [(date(1980, 1, 1), 4), (date(1929, 12, 31), 0)])
def test_a_sample_number_that_could_be_real_is_refused(birth: date, n: int) -> None:
    with pytest.raises(ValueError, match="no sample person number"):
        make_person_id("370202", birth, n)


@given(st.text(max_size=40))
def test_any_text_is_either_a_number_or_refused_by_name(text: str) -> None:
    with suppress(IdentifierRefused):
        assert len(check_person_id(text, TODAY).value) == 18
