# SPDX-License-Identifier: Apache-2.0
"""How yes/no, options and divisions are read: by stored value, or by the words shown."""

import re
from collections.abc import Mapping

from huiban.kernel.form_model import Field, Option
from huiban.kernel.form_text import as_text, narrow
from huiban.kernel.form_words import FieldRefused, echo, named, not_an_option, refuse, unreadable

_YES = frozenset({"true", "on", "yes", "y", "1", "是", "有", "✓", "√"})
_NO = frozenset({"false", "off", "no", "n", "0", "否", "无", "没有"})
_SEPARATORS = re.compile(r"[、,，;；\n]+")
_MOST_PICKS = 500


def read_boolean(field: Field, raw: object) -> bool | None:
    """Return the answer; of several values sent the last counts, as a checkbox after a hidden."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, list) and raw:
        raw = raw[-1]
        if isinstance(raw, bool):
            return raw
    typed = narrow(as_text(field, raw)).lower()
    if not typed:
        return None
    if typed in _YES or typed in _NO:
        return typed in _YES
    label = named(field)
    raise refuse(
        "not_yes_or_no",
        f"{label.zh}请选择“是”或“否”",
        f"Answer {label.en} with yes or no",
    )


def read_choice(field: Field, raw: object) -> str | None:
    typed = as_text(field, raw).strip()
    return _value(field, typed) if typed else None


def read_choices(field: Field, raw: object) -> tuple[list[str], list[FieldRefused]]:
    """Return the picks that exist, each once and in the order offered, and the ones refused."""
    picked: set[str] = set()
    refusals: list[FieldRefused] = []
    for pick in _picks(field, raw):
        try:
            value = read_choice(field, pick)
        except FieldRefused as refusal:
            refusals.append(refusal)
        else:
            picked.update([value] if value else [])
    return [option.value for option in field.options if option.value in picked], refusals


def read_division(field: Field, raw: object, divisions: Mapping[str, str]) -> str | None:
    """Return a division code (行政区划); a name is taken when only one division has it."""
    typed = narrow(as_text(field, raw))
    if not typed:
        return None
    offered = [option.value for option in field.options] or divisions
    codes = [typed] if typed in divisions else _codes_named(typed, divisions)
    codes = [code for code in codes if code in offered]
    if len(codes) == 1:
        return codes[0]
    label = named(field)
    raise refuse(
        "unknown_division",
        f"{label.zh}没有“{echo(typed)}”，请从列表中选择",
        f"{label.en} has no “{echo(typed)}”; choose one from the list",
    )


def _picks(field: Field, raw: object) -> list[object]:
    if isinstance(raw, list):
        return raw[:_MOST_PICKS]
    if not isinstance(raw, str):
        raise unreadable(field)
    if _find(field.options, raw.strip()):
        return [raw]
    return list(_SEPARATORS.split(raw)[:_MOST_PICKS])


def _value(field: Field, typed: str) -> str:
    option = _find(field.options, typed)
    if option is None:
        raise not_an_option(field, typed)
    return option.value


def _find(options: tuple[Option, ...], typed: str) -> Option | None:
    by_value = next((one for one in options if one.value == typed), None)
    if by_value:
        return by_value
    labelled = [one for one in options if typed and typed in (one.label.zh, one.label.en)]
    return labelled[0] if len(labelled) == 1 else None


def _codes_named(name: str, divisions: Mapping[str, str]) -> list[str]:
    return [code for code, known in divisions.items() if known == name]
