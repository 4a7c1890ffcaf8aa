# SPDX-License-Identifier: Apache-2.0
"""How recognised text is written in one way: width, blanks, Chinese figures."""

import re
from decimal import Decimal

from huiban.kernel.form_model import FieldKind
from huiban.kernel.likeness import same

# One character for one character, so that a place in one writing is a place in the other.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): ord(plain)
    for wide, plain in zip("　【】〔〕［］﹣－—–―～·•‧∙・", " ()()()-----~·····", strict=True)
}
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
_LOOSE_BLANK = re.compile(r"(?<![0-9A-Za-z.,])\s+|\s+(?![0-9A-Za-z¥])")

_DIGITS = {
    character: value
    for value, group in enumerate(
        ("零〇○0", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for character in group
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
HAN_FIGURES = "".join(sorted({*_DIGITS, *_SMALL, *_LARGE} - {"0"}))


def narrow(text: str) -> str:
    """Write every character in half width where there is one; the length stays."""
    return text.translate(_NARROW)


def tidy(text: str) -> str:
    """
    Take out the blanks that a layout or a recogniser put in; those between Latin words stay.

    >>> tidy("青 岛 某某 (集团) 有限公司 A B")
    '青岛某某(集团)有限公司A B'
    """
    return _LOOSE_BLANK.sub("", text.replace("　", " ").replace("\n", "")).strip()


def width_of(text: str) -> float:
    """Estimate how wide a text is set, in Chinese characters."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.52 for character in text)


def han_number(text: str) -> Decimal | None:
    """
    Read a whole number written in Chinese figures, ordinary or capital.

    >>> han_number("壹拾贰万叁仟零伍")
    Decimal('123005')
    """
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _SMALL:
            section += (digit or 1) * _SMALL[character]
            digit = 0
        elif character in _LARGE:
            if character == "亿":
                total, section = 0, total + section
            total += (section + digit) * _LARGE[character]
            section = digit = 0
        else:
            return None
    return Decimal(total + section + digit) if text else None


def han_digits(text: str) -> str | None:
    """Read figures set one after another: 二〇二六 is 2026; None if a character is no figure."""
    if not text or any(character not in _DIGITS for character in text):
        return None
    return "".join(str(_DIGITS[character]) for character in text)


_ZEROS = str.maketrans("〇○◯Ｏ", "0000")


def same_name(one: str, other: str) -> bool:
    """
    Tell whether two names of people, firms or places are the same, however they were typed.

    Width, blanks, kinds of brackets and dots, and the ways to write a zero do not count; a
    character that differs does, however near it looks.

    >>> same_name("青岛某某（集团） 有限公司", "青岛某某(集团)有限公司")
    True
    >>> same_name("青岛某某有限公司", "青岛某其有限公司")
    False
    """
    return bool(one.strip()) and same(
        FieldKind.TEXT, one.translate(_ZEROS), other.translate(_ZEROS)
    )
