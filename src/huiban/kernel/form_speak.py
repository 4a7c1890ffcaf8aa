# SPDX-License-Identifier: Apache-2.0
"""How a stored value is shown to people, in two languages, whole or masked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from huiban.kernel.form_context import NO_DIVISIONS
from huiban.kernel.form_date import speak_date
from huiban.kernel.form_file import speak_size
from huiban.kernel.form_model import Field, FieldKind, Values
from huiban.kernel.money import AmountNotWritable, capital_yuan, grouped_yuan
from huiban.kernel.words import Words

_YES = Words("是", "Yes")
_NO = Words("否", "No")
_AGREED = Words("已阅读并同意", "Read and agreed")
_POINT = Words("（已在地图上标注）", " (marked on the map)")
_NONE = Words("未填", "not filled in")


@dataclass(frozen=True, slots=True)
class Speech:
    """In which language, and with which division names, values are spoken."""

    language: str = "zh"
    divisions: Mapping[str, str] = field(default_factory=lambda: NO_DIVISIONS)
    is_masked: bool = False

    def say(self, words: Words) -> str:
        return words.speak(self.language)

    @property
    def comma(self) -> str:
        return ", " if self.language.startswith("en") else "、"

    @property
    def colon(self) -> str:
        return ": " if self.language.startswith("en") else "："

    @property
    def semicolon(self) -> str:
        return "; " if self.language.startswith("en") else "；"


def speak(one: Field, value: object, language: str, divisions: Mapping[str, str]) -> str:
    """
    Return the display text of a stored value; an absent one is an empty text.

    Money is shown with its capital figures, a table as one line a row.
    """
    return speak_as(one, value, Speech(language, divisions))


def speak_as(one: Field, value: object, speech: Speech) -> str:
    if value is None:
        return ""
    try:
        spoken = _SPEAK.get(one.kind, _text)(one, value, speech)
    except (ValueError, InvalidOperation):
        spoken = str(value)  # stored by an older version of the form: show it as it is
    return _masked(one.kind, spoken) if speech.is_masked and one.sensitive else spoken


def speak_rows(table: Field, value: object, speech: Speech) -> list[list[str]]:
    """Return a table's cells as display text, one list a row, in the order of the columns."""
    rows = value if isinstance(value, list) else []
    return [
        [speak_as(column, row.get(column.key), speech) for column in table.columns]
        for row in rows
        if isinstance(row, Mapping)
    ]


def _masked(kind: FieldKind, spoken: str) -> str:
    """Hide the middle: enough stays for the holder to recognise it, too little to use it."""
    if kind is FieldKind.PERSON_ID:
        return spoken[:1] + "*" * max(len(spoken) - 2, 0) + spoken[-1:]
    if kind is FieldKind.PHONE:
        return spoken[:3] + "****" + spoken[-4:] if len(spoken) > 8 else "****"
    if kind in (FieldKind.TEXT, FieldKind.USCC):
        return spoken[:1] + "*" * (len(spoken) - 1)
    return "****" if spoken else ""


def _text(_: Field, value: object, __: Speech) -> str:
    return value if isinstance(value, str) else str(value)


def _number(one: Field, value: object, _: Speech) -> str:
    return f"{Decimal(str(value)):,f} {one.unit}".rstrip()


def _money(_: Field, value: object, speech: Speech) -> str:
    amount = Decimal(str(value))
    try:
        capitals = capital_yuan(amount)
    except AmountNotWritable:
        capitals = ""
    if speech.language.startswith("en"):
        return f"CNY {grouped_yuan(amount)}"
    return f"{grouped_yuan(amount)} 元" + (f"（人民币{capitals}）" if capitals else "")


def _date(_: Field, value: object, speech: Speech) -> str:
    return speech.say(speak_date(date.fromisoformat(str(value))))


def _boolean(_: Field, value: object, speech: Speech) -> str:
    return speech.say(_YES if value is True else _NO)


def _choice(one: Field, value: object, speech: Speech) -> str:
    labels = {option.value: speech.say(option.label) for option in one.options}
    picked = value if isinstance(value, list) else [value]
    return speech.comma.join(labels.get(str(pick), str(pick)) for pick in picked)


def _division(_: Field, value: object, speech: Speech) -> str:
    return speech.divisions.get(str(value), str(value))


def _address(_: Field, value: object, speech: Speech) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    point = speech.say(_POINT) if value.get("lon") is not None else ""
    return f"{value.get('text', '')}{point}"


def _files(_: Field, value: object, speech: Speech) -> str:
    files = value if isinstance(value, list) else []
    return speech.comma.join(_file(one) for one in files if isinstance(one, Mapping))


def _file(one: Values) -> str:
    size = one.get("size")
    return f"{one.get('name', '')}" + (f" ({speak_size(size)})" if isinstance(size, int) else "")


def _table(one: Field, value: object, speech: Speech) -> str:
    lines = []
    for number, cells in enumerate(speak_rows(one, value, speech), start=1):
        pairs = zip(one.columns, cells, strict=True)
        said = [f"{speech.say(column.label)}{speech.colon}{cell}" for column, cell in pairs if cell]
        lines.append(f"{number}. " + (speech.semicolon.join(said) or speech.say(_NONE)))
    return "\n".join(lines)


def _declaration(_: Field, value: object, speech: Speech) -> str:
    agreed = isinstance(value, Mapping) and value.get("agreed") is True
    return speech.say(_AGREED) if agreed else ""


def _signature(_: Field, value: object, speech: Speech) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    at = value.get("at")
    day = speech.say(speak_date(date.fromisoformat(at[:10]))) if isinstance(at, str) else ""
    return f"{value.get('name', '')} {day}".rstrip()


_SPEAK: Mapping[FieldKind, Callable[[Field, object, Speech], str]] = {
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
    FieldKind.DIVISION: _division,
    FieldKind.ADDRESS: _address,
    FieldKind.FILE: _files,
    FieldKind.TABLE: _table,
    FieldKind.DECLARATION: _declaration,
    FieldKind.SIGNATURE: _signature,
}
