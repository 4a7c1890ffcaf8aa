# SPDX-License-Identifier: Apache-2.0
"""Whether two sources say the same (比对): values of one kind, however each of them writes it."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from huiban.kernel.form_model import FieldKind

# Blanks and marks nobody sees; the dots inside names and plates are written in many ways, or not.
_UNSEEN = re.compile("[\\s\u200b-\u200f\u2060\u00ad\ufeff·•‧∙・⋅]+")
_BRACKETS = str.maketrans("〔〕【】[]{}〈〉《》「」“”‘’‐‑‒–—―−", '()()()()<><>""""\'\'-------')
_HYPHENS = re.compile("[-\u2212]+")
_COUNTRY_CODE = re.compile(r"(?:\+|00)86")
_DAY = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?)(?:t?00:00(?::00)?)?"
)
_UNITS = re.compile(r"^(?:cny|rmb|¥|人民币)|(?:圆|元)整?$")
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}
_LONGEST_NUMBER = 60
_YES = frozenset({"true", "yes", "y", "1", "是", "有"})
_NO = frozenset({"false", "no", "n", "0", "否", "无"})
_HAN = "[\u4e00-\u9fff]"
# What may stand before the street: province, city, district, street office; each may be left out.
_REGION = re.compile(
    rf"(?:(?!{_HAN}*[路号弄巷栋楼])"
    rf"(?:{_HAN}{{2,7}}?(?:省|自治区))?"
    rf"(?:{_HAN}{{2,9}}?(?:市|自治州|地区|盟))?"
    rf"(?:{_HAN}{{1,7}}?(?:区|县|市|旗))?"
    rf"(?:{_HAN}{{1,7}}?(?:街道|镇|乡))?)"
)


def same(kind: FieldKind, one: object, other: object) -> bool:
    """
    Tell whether two values of a field mean the same.

    Width, blanks, kinds of brackets and case never count; dates and numbers are compared as such;
    of an address the region before the street may be left out. Two empty values are the same; an
    empty one is like no other.

    >>> same(FieldKind.TEXT, "青岛某某（集团）有限公司", "青岛某某(集团) 有限公司")
    True
    >>> same(FieldKind.ADDRESS, "山东省青岛市市南区香港中路1号", {"text": "香港中路１号"})
    True
    """
    is_empty, other_is_empty = _is_empty(one), _is_empty(other)
    if is_empty or other_is_empty:
        return is_empty and other_is_empty
    if kind is FieldKind.ADDRESS:
        return _same_place(_folded(_part(one, "text")), _folded(_part(other, "text")))
    return meaning(kind, one) == meaning(kind, other)


def meaning(kind: FieldKind, value: object) -> object:
    """Return what a value says, equal for all its writings; addresses are told by `same` alone."""
    return _READERS.get(kind, _text)(value)


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not _UNSEEN.sub("", value)
    return value is None or (isinstance(value, Collection) and not value)


def _part(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else value


def _folded(value: object) -> str:
    """Write a text in the one way all writings of it share."""
    if value is None:
        return ""
    narrow = unicodedata.normalize("NFKC", str(value)).translate(_BRACKETS)
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", narrow).casefold())


def _text(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(_folded(one) for one in value)
    return _folded(value)


def _number(value: object) -> object:
    """Return the number a value writes; what is none stays the text it is."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    text = _UNITS.sub("", _folded(value)).replace(",", "")
    scale = _SCALES.get(text[-1:])
    core = text[:-1] if scale else text
    try:
        number = Decimal(core) if len(core) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        return text
    return number * scale if scale else number


def _date(value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _folded(value)
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    year, *parts = (int(part) for part in found.groups() if part)
    try:
        return date(year, *parts)
    except ValueError:
        return text


def _boolean(value: object) -> object:
    text = _folded(_part(value, "agreed"))
    if text in _YES:
        return True
    return False if text in _NO else text


def _identifier(value: object) -> object:
    return _HYPHENS.sub("", _folded(value))


def _phone(value: object) -> object:
    return _HYPHENS.sub("", _COUNTRY_CODE.sub("", _folded(value), count=1))


def _name(value: object) -> object:
    return _folded(_part(value, "name"))


def _same_place(one: str, other: str) -> bool:
    """Tell whether two addresses differ in nothing but how much of the region they name."""
    if one == other:
        return True
    shared = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        shared += 1
    heads = (one[: len(one) - shared], other[: len(other) - shared])
    street = one[len(one) - shared :]
    # Two different heads name two different regions, or the same in a way nobody can be sure of.
    return "" in heads and not _REGION.fullmatch(street) and all(map(_REGION.fullmatch, heads))


_READERS: Mapping[FieldKind, Callable[[object], object]] = {
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _number,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DECLARATION: _boolean,
    FieldKind.USCC: _identifier,
    FieldKind.PERSON_ID: _identifier,
    FieldKind.PHONE: _phone,
    FieldKind.SIGNATURE: _name,
}
