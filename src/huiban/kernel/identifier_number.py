# SPDX-License-Identifier: Apache-2.0
"""The numbers the platform gives out: task code, case number, certificate number, verification."""

import re
from dataclasses import dataclass
from datetime import date

from huiban.kernel.identifier_model import (
    ALPHABET,
    HYPHENS,
    VALUES,
    Checked,
    mod_31_check,
    mod_37_36_check,
    normalise,
    plain,
    refuse,
)
from huiban.kernel.identifier_party import check_uscc
from huiban.kernel.words import Words

_LEVELS = "1234567"  # GB/T 39046-2020, A.2
_TASK = Words("实施编码", "task code")
_CODE = Words("查验码", "verification code")
_CODE_LENGTH = 16
CODE_NUMBERS = 31 ** (_CODE_LENGTH - 1)
_BRACKETS = str.maketrans("[]【】()", "〔〕〔〕〔〕")
# Letters the alphabet leaves out, read as the digits they look like.
_LOOK_ALIKES = str.maketrans("IOSZ", "1052")
# As seen in issued certificates; the standard's text was not at hand.
_OID = "1.2.156.3005.2."


@dataclass(frozen=True, slots=True)
class TaskCode:
    """The parts of a task code (实施编码): whose, at which level, which item of the catalogue."""

    authority: str
    level: str
    basic: str


def compose_task_code(authority: str, level: str, basic: str) -> str:
    """
    Return the 31 characters: the authority's USCC, its level, the item's basic code.

    >>> compose_task_code("12441500196720244T", "3", "442199806003")
    '12441500196720244T3442199806003'

    :raises IdentifierRefused: if a part is not right.
    """
    code = f"{authority}{level}{basic}"
    split_task_code(code)
    return code


def split_task_code(text: str) -> TaskCode:
    """:raises IdentifierRefused: with code empty, length, shape, or those of `check_uscc`."""
    value = plain(text, _TASK, 31)
    authority = check_uscc(value[:18]).value
    level, basic = value[18], value[19:]
    if level not in _LEVELS or not re.fullmatch(r"[0-9A-Z]{12}", basic):
        raise refuse(
            "shape",
            "实施编码第 19 位是行使层级（1 到 7），后 12 位是基本编码，"
            f"现在是“{value[18:]}”，请核对。",
            "Character 19 of a task code is the level (1 to 7), then come 12 of the basic code; "
            f"this has {value[18:]!r}.",
        )
    return TaskCode(authority, level, basic)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The parts of a case number (办件编号)."""

    task_code: str
    on: date
    serial: int


def compose_case_number(task_code: str, on: date, serial: int) -> str:
    """
    Return the task code, the date, and the day's serial from 1 in at least 4 digits.

    The ten-thousandth case of a day has 5: numbers stay different, and the standard allows 50.

    :raises ValueError: if the serial is not positive.
    """
    if serial < 1:
        raise ValueError(f"serial {serial}: the first case of a day is number 1")
    return f"{task_code}{on:%Y%m%d}{serial:04d}"


def split_case_number(text: str) -> CaseNumber:
    """:raises IdentifierRefused: with code empty, shape, or those of `split_task_code`."""
    value = HYPHENS.sub("", normalise(text))
    if not value:
        raise refuse("empty", "请填写办件编号。", "Enter the case number.")
    match = re.fullmatch(r"([0-9A-Z]{31})([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{4,9})", value)
    day = _day(match[2], match[3], match[4]) if match else None
    if match is None or day is None:
        raise refuse(
            "shape",
            "办件编号由 31 位实施编码、8 位日期和至少 4 位流水号组成，请从短信或受理通知书上复制。",
            "A case number is a 31-character task code, a date and a serial of at least 4 digits: "
            "copy it from the message or the notice of acceptance.",
        )
    split_task_code(match[1])
    return CaseNumber(match[1], day, int(match[5]))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def check_certificate_number(text: str) -> Checked:
    """
    Bring a certificate's number (证照编号) into one writing; its pattern is the pack's to say.

    >>> check_certificate_number("青建废核[2026] 370202－00012").value
    '青建废核〔2026〕370202-00012'

    :raises IdentifierRefused: with code empty, length or character.
    """
    value = HYPHENS.sub("-", normalise(text)).translate(_BRACKETS)
    if not value:
        raise refuse("empty", "请填写证照编号。", "Enter the certificate's number.")
    if not 4 <= len(value) <= 64:
        raise refuse(
            "length",
            f"证照编号有 4 到 64 个字，现在是 {len(value)} 个，请对照证照核对。",
            f"A certificate's number has 4 to 64 characters, this has {len(value)}.",
        )
    if strange := re.search(r"[^\w〔〕.-]", value):
        raise refuse(
            "character",
            f"证照编号里不会有“{strange[0]}”，请对照证照核对。",
            f"{strange[0]!r} does not occur in certificate numbers: check the certificate.",
        )
    return Checked(value)


def compose_certificate_identifier(type_code: str, issuer: str, serial: str, version: int) -> str:
    """
    Return an electronic certificate's identifier (电子证照标识, GB/T 36904).

    The type code has 21 characters (USCC and 3), the serial up to 20; the check character is ISO
    7064 MOD 37,36 over the four parts joined.

    :raises ValueError: if a part has the wrong shape.
    """
    parts = (type_code, issuer, serial.zfill(20), f"{version:03d}")
    if tuple(map(len, parts)) != (21, 18, 20, 3) or not re.fullmatch("[0-9A-Z]*", "".join(parts)):
        raise ValueError(
            f"certificate identifier {'.'.join(parts)}: the parts are letters and digits, "
            "21, 18, 20 and 3 long"
        )
    return f"{_OID}{'.'.join(parts)}.{mod_37_36_check(''.join(parts))}"


def check_certificate_identifier(text: str) -> Checked:
    """:raises IdentifierRefused: with code empty, shape or check_digit."""
    value = normalise(text)
    if not value:
        raise refuse("empty", "请填写电子证照标识。", "Enter the certificate identifier.")
    match = re.fullmatch(
        rf"{re.escape(_OID)}([0-9A-Z]{{21}})\.([0-9A-Z]{{18}})\.([0-9A-Z]{{20}})\.([0-9]{{3}})\.([0-9A-Z])",
        value,
    )
    if match is None:
        raise refuse(
            "shape",
            f"电子证照标识以 {_OID} 开头，后面是五段字母和数字，请从证照文件中复制。",
            f"The identifier begins with {_OID} and has five more parts: copy it from the file.",
        )
    if mod_37_36_check("".join(match.groups()[:4])) != match[5]:
        raise refuse(
            "check_digit",
            "电子证照标识的校验位不对，请从证照文件中复制。",
            "The check character does not fit: copy the identifier from the file.",
        )
    return Checked(value)


def make_verification_code(number: int) -> str:
    """
    Return the verification code (查验码) for a number that nobody can guess, below 31^15.

    :raises ValueError: if the number is out of range.
    """
    if not 0 <= number < CODE_NUMBERS:
        raise ValueError(f"take a number from 0 to {CODE_NUMBERS - 1}, such as secrets.randbelow")
    first = ""
    for _ in range(_CODE_LENGTH - 1):
        number, place = divmod(number, 31)
        first += ALPHABET[place]
    return first + mod_31_check(first)


def check_verification_code(text: str) -> Checked:
    """
    Check a verification code as typed: groups, small letters and look-alikes are understood.

    :raises IdentifierRefused: with code empty, length, character or check_digit.
    """
    value = plain(text, _CODE, _CODE_LENGTH).translate(_LOOK_ALIKES)
    if not all(character in VALUES for character in value):
        raise refuse(
            "character",
            "查验码只有数字和字母，请对照证照上二维码下方的 16 位查验码。",
            "A verification code has only letters and digits: see below the QR code.",
        )
    if mod_31_check(value[:-1]) != value[-1]:
        raise refuse(
            "check_digit",
            "查验码不对，可能有一位写错，请对照证照上二维码下方的 16 位查验码，或者直接扫码。",
            "The code does not fit: compare it with the one below the QR code, or scan that.",
        )
    return Checked(value)


def show_verification_code(code: str) -> str:
    """
    Group a verification code for reading.

    >>> show_verification_code("0123456789ABCDEF")
    '0123-4567-89AB-CDEF'
    """
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
