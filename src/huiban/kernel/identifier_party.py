# SPDX-License-Identifier: Apache-2.0
"""Whether an organisation's or a person's number is right: USCC and identity number."""

import re
from collections.abc import Container
from datetime import date

from huiban.kernel.identifier_model import (
    VALUES,
    Checked,
    mod_11_2_check,
    mod_31_check,
    organisation_check,
    plain,
    refuse,
)
from huiban.kernel.words import Words

# GB 32100-2015, table 1: the registering authorities.
_AUTHORITIES = frozenset("123456789ANY")
_PROVINCES = frozenset(
    f"{number}"
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for number in range(first, last + 1)
)
# Residence permits of people from Hong Kong, Macao and Taiwan carry 81, 82, 83.
_PERMIT_PREFIXES = frozenset({"81", "82", "83"})
_CENTRAL = "10"

_USCC = Words("统一社会信用代码", "unified social credit code")
_PERSON = Words("公民身份号码", "identity number")


def check_uscc(text: str) -> Checked:
    """
    Check a unified social credit code (统一社会信用代码, GB 32100-2015).

    The check digit of the organisation code inside is a warning only: some real codes break it.

    :raises IdentifierRefused: with code empty, length, character, region or check_digit.
    """
    value = plain(text, _USCC, 18)
    for place, character in enumerate(value, 1):
        if character not in VALUES:
            raise refuse(
                "character",
                f"第 {place} 位“{character}”不会出现在统一社会信用代码里，"
                "代码不使用字母 I、O、S、V、Z，请核对是否把数字 0、1、5、2 看成了字母。",
                f"Character {place}, {character!r}, is not used in these codes (no I, O, S, V, Z): "
                "it may be a digit 0, 1, 5 or 2.",
            )
    if not value[2:8].isdigit():
        raise refuse(
            "region",
            f"第 3 到 8 位是登记机关所在地的区划代码，应全是数字，现在是“{value[2:8]}”，请核对。",
            f"Characters 3 to 8 are a division code and must be digits, not {value[2:8]!r}.",
        )
    if mod_31_check(value[:17]) != value[17]:
        raise refuse(
            "check_digit",
            "统一社会信用代码的校验位不对，可能有一位写错或者两位颠倒，请对照营业执照逐位核对。",
            "The check character does not fit: one character may be wrong or two swapped. "
            "Compare it with the business licence.",
        )
    return Checked(value, tuple(_uscc_warnings(value)))


def _uscc_warnings(value: str) -> list[Words]:
    warnings = []
    if value[0] not in _AUTHORITIES:
        warnings.append(
            Words(
                f"登记管理部门代码“{value[0]}”不在国家标准的目录里，请核对证照原件。",
                f"The authority code {value[0]!r} is not in the national standard.",
            )
        )
    if value[2:4] not in _PROVINCES and value[2:4] != _CENTRAL:
        warnings.append(
            Words(
                f"区划代码“{value[2:8]}”不属于任何省份，请核对证照原件。",
                f"The division code {value[2:8]} belongs to no province.",
            )
        )
    if organisation_check(value[8:16]) != value[16]:
        warnings.append(
            Words(
                "其中的组织机构代码校验位不符，个别早期代码如此，请核对证照原件。",
                "The organisation code inside has a wrong check digit, as a few early codes do.",
            )
        )
    return warnings


def check_person_id(text: str, today: date, regions: Container[str] | None = None) -> Checked:
    """
    Check a person's number (公民身份号码, GB 11643-1999), including residence permits 81-83.

    `regions` are the division codes known, past ones too: another code is a warning.

    :raises IdentifierRefused: with code empty, length, character, date, future, region
        or check_digit.
    """
    value = plain(text, _PERSON, 18)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise refuse(
            "character",
            "公民身份号码前 17 位是数字，最后一位是数字或 X，请核对是否混入了其他字符。",
            "The first 17 characters are digits, the last a digit or X.",
        )
    _check_birth(value[6:14], today)
    if value[:2] not in _PROVINCES | _PERMIT_PREFIXES and value[0] != "9":
        raise refuse(
            "region",
            f"开头两位“{value[:2]}”不是任何省份的代码，请核对前两位。",
            f"The first two digits, {value[:2]}, belong to no province: check them.",
        )
    if mod_11_2_check(value[:17]) != value[17]:
        raise refuse(
            "check_digit",
            "公民身份号码的校验位不对，可能有一位写错或者两位颠倒，请对照身份证逐位核对。",
            "The check character does not fit: one digit may be wrong or two swapped. "
            "Compare it with the identity card.",
        )
    return Checked(value, tuple(_person_warnings(value, regions)))


def _check_birth(digits: str, today: date) -> None:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        birth = None
    if birth is None or birth.year < 1850:
        raise refuse(
            "date",
            f"第 7 到 14 位是出生日期，“{digits}”不是有效的日期，请核对。",
            f"Characters 7 to 14 are the date of birth; {digits} is not a date.",
        )
    if birth > today:
        raise refuse(
            "future",
            f"第 7 到 14 位是出生日期，“{digits}”还没有到，请核对。",
            f"Characters 7 to 14 are the date of birth; {digits} lies in the future.",
        )


def _person_warnings(value: str, regions: Container[str] | None) -> list[Words]:
    if value[0] == "9":
        return [
            Words(
                "这像是外国人永久居留身份证号码，请核对证件原件。",
                "This looks like a foreigner's permanent residence number: check the document.",
            )
        ]
    if regions is None or value[:6] in regions or value[:2] in _PERMIT_PREFIXES:
        return []
    return [
        Words(
            f"前六位“{value[:6]}”不在已知的区划代码里，可能是早年的区划，请核对证件原件。",
            f"The division {value[:6]} is not known; it may be a former one: check the document.",
        )
    ]
