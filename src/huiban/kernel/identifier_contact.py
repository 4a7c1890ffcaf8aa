# SPDX-License-Identifier: Apache-2.0
"""Whether a phone number, a vehicle's plate or a postcode is right."""

import re

from huiban.kernel.identifier_model import HYPHENS, Checked, normalise, plain, refuse
from huiban.kernel.words import Words

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})(?:(?:转|EXT\.?|#)([0-9]{1,6}))?")
_SERVICE = re.compile(r"[48]00[0-9]{7}|12[0-9]{3}|123[0-9]{2}")

_PLACE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "A-HJ-NP-Z"  # plates use neither I nor O
_ORDINARY = re.compile(rf"[{_PLACE}][{_LETTER}][{_LETTER}0-9]{{4}}[{_LETTER}0-9挂学警港澳]")
# GA 36-2018: small cars carry the letter first, large ones (lorries, buses) last.
_NEW_ENERGY = re.compile(
    rf"[{_PLACE}][{_LETTER}](?:[A-HJK][{_LETTER}0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])"
)


def check_phone(text: str) -> Checked:
    """
    Check a telephone number; a landline is stored as 0532-85911234, with 转802 if it has one.

    `kind` is mobile, landline or service.

    :raises IdentifierRefused: with code empty or shape.
    """
    value = re.sub(r"[()]", "", HYPHENS.sub("", normalise(text)))
    value = re.sub(r"^(?:\+|00)86", "", value)
    if not value:
        raise refuse("empty", "请填写电话号码。", "Enter the phone number.")
    if _MOBILE.fullmatch(value):
        return Checked(value, kind="mobile")
    if landline := _LANDLINE.fullmatch(value):
        extension = f"转{landline[3]}" if landline[3] else ""
        return Checked(f"{landline[1]}-{landline[2]}{extension}", kind="landline")
    if _SERVICE.fullmatch(value):
        return Checked(value, kind="service")
    raise refuse(
        "shape",
        "电话号码不对：手机号码是 11 位，固定电话请带区号，例如 0532-85911234。",
        "Not a phone number: a mobile has 11 digits; give a landline with its area code, "
        "such as 0532-85911234.",
    )


def check_plate(text: str) -> Checked:
    """
    Check a vehicle's plate (号牌号码, GA 36); `kind` is ordinary or new_energy.

    :raises IdentifierRefused: with code empty, length or shape.
    """
    value = HYPHENS.sub("", normalise(text))
    if not value:
        raise refuse("empty", "请填写车牌号。", "Enter the plate number.")
    if _ORDINARY.fullmatch(value):
        return Checked(value, kind="ordinary")
    if _NEW_ENERGY.fullmatch(value):
        return Checked(value, kind="new_energy")
    if len(value) not in (7, 8):
        raise refuse(
            "length",
            f"车牌号应为 7 位，新能源车 8 位，现在是 {len(value)} 位，例如 鲁B12345、鲁B12345D。",
            f"A plate has 7 characters, 8 for new energy; this has {len(value)}.",
        )
    raise refuse(
        "shape",
        "车牌号不对：第一位是省份简称，第二位是字母，不使用字母 I 和 O，例如 鲁B12345、鲁B12345D。",
        "Not a plate number: the province's character, a letter, then letters without I and O "
        "and digits, such as 鲁B12345 or 鲁B12345D.",
    )


_POSTCODE = Words("邮政编码", "postcode")


def check_postcode(text: str) -> Checked:
    """:raises IdentifierRefused: with code empty, length or character."""
    value = plain(text, _POSTCODE, 6)
    if not re.fullmatch(r"[0-9]{6}", value) or value == "000000":
        raise refuse(
            "character",
            "邮政编码是 6 位数字，例如 266071。",
            "A postcode is 6 digits, such as 266071.",
        )
    return Checked(value)
