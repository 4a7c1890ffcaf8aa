# SPDX-License-Identifier: Apache-2.0
"""From the text beside a label to a value of its type, and how sure its own figures make it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huiban.kernel.extract_date import first_day, is_forever, last_day
from huiban.kernel.extract_text import HAN_FIGURES, han_number, narrow, tidy
from huiban.kernel.identifier import (
    Checked,
    IdentifierRefused,
    check_person_id,
    check_plate,
    check_uscc,
)
from huiban.kernel.material_kind import FieldType

Value = str | date | Decimal | tuple[str, ...] | None
PROVEN = 0.99
"""What a check digit that holds makes of a confidence."""
_CONTRADICTED = 0.3
_NO_CHECK = 1.0
_FOREVER = date(9999, 12, 31)  # whether a birth lies in the future is not a question of reading


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    A value; `floor` is what its own check raises the confidence to, `factor` what lowers it.

    Value None is a long-term end, or a number whose check digit fails (`factor` 0).
    """

    value: Value
    is_long_term: bool = False
    floor: float = 0.0
    factor: float = _NO_CHECK


def parsed(kind: FieldType, text: str) -> Parsed | None:
    """Read a value of a type from a text; None if the text holds none."""
    return _READERS[kind](text)


_EDGES = " \t\n:;,.。，、；：_|-—/\\'\"“”*"
_ASIDE = re.compile(
    r"\((?:以下简称|下称|简称|盖章|公章|签章|签字|签名|印章|章)[^()]{0,30}\)?|以下简称.*$|[_]{2,}"
)
_PERSON = re.compile(
    r"[\u3400-\u9fff]{1,12}(?:·[\u3400-\u9fff]{1,12}){0,3}|[A-Za-z][A-Za-z .'-]{2,40}"
)
_SENTENCE = re.compile(r"[。；;，,]")
_LONGEST_NAME = 60


def _text(text: str) -> Parsed | None:
    found = tidy(text).strip(_EDGES)
    return Parsed(_closed(found)) if found else None


def _closed(text: str) -> str:
    """Drop a bracket that was opened at the end and never closed."""
    return text[:-1] if text[-1:] in "(（〔" else text


def _organisation(text: str) -> Parsed | None:
    plain = tidy(text)
    spots = _ASIDE.search(narrow(plain))
    found = (plain[: spots.start()] if spots else plain).strip(_EDGES)
    if not 2 <= len(found) <= _LONGEST_NAME or _SENTENCE.search(found):
        return None
    return Parsed(_closed(found))


def _person(text: str) -> Parsed | None:
    found = _PERSON.match(narrow(tidy(text)).strip(_EDGES))
    if not found or (
        len(found[0]) < 2 or (len(found[0]) > 5 and "·" not in found[0] and not found[0].isascii())
    ):
        return None
    return Parsed(found[0].strip())


def _date(text: str) -> Parsed | None:
    day = first_day(text)
    return Parsed(day) if day else None


def _until(text: str) -> Parsed | None:
    if is_forever(text):
        return Parsed(None, is_long_term=True)
    day = last_day(text)
    return Parsed(day) if day else None


_CODE = re.compile(r"[0-9A-Z]{15,20}")
_PERSON_NUMBER = re.compile(r"[0-9]{16,19}X?")
_USCC_LOOK_ALIKES = str.maketrans("IOSZ", "1052")
_DIGIT_LOOK_ALIKES = str.maketrans("OQDIL|", "000111")
_TIMES = str.maketrans("×✕х", "XXX")


def _uscc(text: str) -> Parsed | None:
    solid = re.sub(r"[\s\-]", "", narrow(text)).upper().translate(_USCC_LOOK_ALIKES)
    return _checked(solid, _CODE, check_uscc)


def _citizen_id(text: str) -> Parsed | None:
    solid = re.sub(r"[\s\-]", "", narrow(text)).upper().translate(_TIMES)
    return _checked(
        solid.translate(_DIGIT_LOOK_ALIKES),
        _PERSON_NUMBER,
        lambda number: check_person_id(number, _FOREVER),
    )


def _checked(text: str, shape: re.Pattern[str], check: Callable[[str], Checked]) -> Parsed | None:
    failed: Parsed | None = None
    for found in shape.finditer(text):
        try:
            return Parsed(check(found[0]).value, floor=PROVEN)
        except IdentifierRefused:
            failed = Parsed(None, factor=0.0)
    return failed


_NUMBER = r"[0-9][0-9,]{0,20}(?:\.[0-9]{1,8})?"
_SCALES = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10) ** 4,
    "百万": Decimal(10) ** 6,
    "千万": Decimal(10) ** 7,
    "亿": Decimal(10) ** 8,
}
_SCALE = r"(亿|千万|百万|万|千|百)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*{_SCALE}")
_HAN_QUANTITY = re.compile(rf"([{HAN_FIGURES}]{{1,20}})")
_MONEY = re.compile(rf"({_NUMBER})\s*{_SCALE}")
_HAN_MONEY = re.compile(
    rf"([{HAN_FIGURES}]{{1,24}})\s*(?:元|圆|人民币)(?:([{HAN_FIGURES}])角)?(?:零?([{HAN_FIGURES}])分)?"
)
_AREA = re.compile(
    rf"({_NUMBER})\s*{_SCALE}\s*(平方米|平方公里|平米|㎡|m²|m2|M2|公顷|亩|hm2)?", re.IGNORECASE
)
_AREA_UNITS = {
    "公顷": Decimal(10_000),
    "hm2": Decimal(10_000),
    "平方公里": Decimal(10) ** 6,
    "亩": Decimal(2000) / 3,
}


def _decimal(figures: str, scale: str | None) -> Decimal:
    number = Decimal(figures.replace(",", "").rstrip(".")) * _SCALES[scale or ""]
    return number.to_integral_value() if number == number.to_integral_value() else number


def _number(text: str) -> Parsed | None:
    found = _QUANTITY.search(narrow(text))
    if found:
        return Parsed(_decimal(found[1], found[2]))
    written = _HAN_QUANTITY.search(text)
    value = han_number(written[1]) if written else None
    return Parsed(value) if value is not None else None


def _money(text: str) -> Parsed | None:
    """Read an amount; where figures and capital figures disagree, nobody can be sure of either."""
    plain = narrow(text)
    figures, capital = _MONEY.search(plain), _HAN_MONEY.search(plain)
    digits = _decimal(figures[1], figures[2]) if figures else None
    words = _capital(*capital.groups()) if capital else None
    if digits is None or words is None:
        value = words if digits is None else digits
        return None if value is None else Parsed(value)
    if digits == words:
        return Parsed(digits, floor=PROVEN)
    return Parsed(digits, factor=_CONTRADICTED)


def _capital(yuan: str, tenths: str | None, cents: str | None) -> Decimal | None:
    whole = han_number(yuan)
    if whole is None:
        return None
    parts = [han_number(part) or Decimal(0) for part in (tenths or "零", cents or "零")]
    return whole + parts[0] / 10 + parts[1] / 100


def _area(text: str) -> Parsed | None:
    found = _AREA.search(narrow(text))
    if not found:
        return None
    unit = _AREA_UNITS.get((found[3] or "").lower(), Decimal(1))
    return Parsed(_decimal(found[1], found[2]) * unit)


# Neither I nor O stands on a plate; what a recogniser makes of 1 and 0 is taken back.
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])\s*([A-HJ-NP-Z])\s*[·.\-]?\s*"
    r"([0-9A-Z]{4}(?:[0-9A-Z]{2}|[0-9A-Z挂学警港澳]))(?![0-9A-Z])"
)
_PLATE_LOOK_ALIKES = str.maketrans("IO", "10")


def plates_in(text: str) -> tuple[str, ...]:
    """List every plate of a text once, in the order of the text."""
    found: dict[str, None] = {}
    for match in _PLATE.finditer(narrow(text).upper()):
        try:
            written = match[1] + match[2] + match[3].translate(_PLATE_LOOK_ALIKES)
            found[check_plate(written).value] = None
        except IdentifierRefused:
            continue
    return tuple(found)


def _plate(text: str) -> Parsed | None:
    found = plates_in(text)
    return Parsed(found[0]) if found else None


def _plates(text: str) -> Parsed | None:
    found = plates_in(text)
    return Parsed(found) if found else None


_DOCUMENT_NUMBER = re.compile(
    r"[0-9A-Za-z\u3400-\u9fff()\[\]/\-.]*[0-9][0-9A-Za-z\u3400-\u9fff()\[\]/\-.]*"
)


def _number_text(text: str) -> Parsed | None:
    plain = re.sub(r"\s+", "", text)
    found = _DOCUMENT_NUMBER.search(narrow(plain))
    if not found:
        return None
    return Parsed(plain[found.start() : found.end()].strip(_EDGES))


_READERS: Mapping[FieldType, Callable[[str], Parsed | None]] = {
    FieldType.TEXT: _text,
    FieldType.PERSON: _person,
    FieldType.ORGANISATION: _organisation,
    FieldType.DATE: _date,
    FieldType.UNTIL: _until,
    FieldType.USCC: _uscc,
    FieldType.CITIZEN_ID: _citizen_id,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.AREA: _area,
    FieldType.PLATE: _plate,
    FieldType.PLATES: _plates,
    FieldType.NUMBER_TEXT: _number_text,
}
