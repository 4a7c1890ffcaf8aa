# SPDX-License-Identifier: Apache-2.0
"""How typed numbers and money are read; what could mean two things is refused."""

import re
from decimal import Decimal, InvalidOperation

from huiban.kernel.form_model import Field, FieldKind
from huiban.kernel.form_text import as_text, narrow
from huiban.kernel.form_words import echo, named, plain, refuse
from huiban.kernel.words import Words

# What a double, and so a browser, a rule and SQLite, holds without loss.
_MOST_DIGITS = 15
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([, ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_CURRENCY = re.compile(r"^(?:¥|￥|CNY|RMB|人民币)\s*|\s*(?:元|圆)$", re.IGNORECASE)
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}
_LONGEST = 60


def read_number(field: Field, raw: object) -> int | str | None:
    """
    Return an integer, or a decimal as text: money `"12600.50"`, numbers `"3.5"`.

    :raises FieldRefused: if it is no number, could be two numbers, or is out of bounds.
    """
    typed = narrow(as_text(field, raw))
    if not typed:
        return None
    number = _parse(field, typed)
    _refuse_out_of_bounds(field, number)
    if field.kind is FieldKind.MONEY:
        return f"{number:.2f}"
    return plain(number) if field.decimals else int(number)


def _parse(field: Field, typed: str) -> Decimal:
    core = _without_unit(field, typed)
    scale = Decimal(1)
    if core[-1:] in _SCALES:
        scale = _scale(field, core)
        core = core[:-1].rstrip()
    if not (_GROUPED.fullmatch(core) or _PLAIN.fullmatch(core)):
        raise _not_a_number(field, typed)
    if len(core) > _LONGEST:
        raise _too_large(field, typed)
    number = Decimal(core.replace(",", "").replace(" ", "")) * scale
    if abs(number) >= Decimal(10) ** (_MOST_DIGITS - field.places):
        raise _too_large(field, typed)
    return _rounded(field, number, typed)


def _without_unit(field: Field, typed: str) -> str:
    if field.kind is FieldKind.MONEY:
        typed = _CURRENCY.sub("", typed)
    unit = narrow(field.unit)
    return typed.removesuffix(unit).rstrip() if unit else typed


def _scale(field: Field, core: str) -> Decimal:
    if any(scale in field.unit for scale in _SCALES):
        label = named(field)
        raise refuse(
            "ambiguous_scale",
            f"{label.zh}的单位已经是{field.unit}，请只填数字，不写“{core[-1]}”",
            f"{label.en} is already counted in {field.unit}; leave out “{core[-1]}”",
        )
    return _SCALES[core[-1]]


def _not_a_number(field: Field, typed: str) -> Exception:
    label = named(field)
    if re.fullmatch(r"[+-]?[0-9][0-9., ]*", typed):
        return refuse(
            "ambiguous_number",
            f"{label.zh}“{echo(typed)}”里的逗号或小数点看不明白，请写成 12600.5 或 12,600.5",
            f"The separators in {label.en} “{echo(typed)}” are unclear; "
            "write it like 12600.5 or 12,600.5",
        )
    return refuse(
        "not_a_number",
        f"{label.zh}“{echo(typed)}”不是数字，请用数字填写，例如 12600",
        f"{label.en} “{echo(typed)}” is not a number; use digits, for example 12600",
    )


def _too_large(field: Field, typed: str) -> Exception:
    label = named(field)
    return refuse(
        "too_large",
        f"{label.zh}“{echo(typed)}”太大了，请核对位数",
        f"{label.en} “{echo(typed)}” is too large; check the number of digits",
    )


def _rounded(field: Field, number: Decimal, typed: str) -> Decimal:
    places = field.places
    try:
        exact = number.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        exact = None
    if exact is not None and exact == number:
        return exact + 0  # -0 is 0
    label = named(field)
    if not places:
        raise refuse(
            "not_whole",
            f"{label.zh}请填整数，不带小数",
            f"{label.en} must be a whole number",
        )
    raise refuse(
        "too_many_decimals",
        f"{label.zh}“{echo(typed)}”的小数太长，最多 {places} 位",
        f"{label.en} “{echo(typed)}” has too many decimals; at most {places}",
    )


def _refuse_out_of_bounds(field: Field, number: Decimal) -> None:
    label = named(field)
    unit = "元" if field.kind is FieldKind.MONEY and not field.unit else field.unit
    if number < field.least:
        least = Words(f"{plain(field.least)}{unit}", f"{plain(field.least)} {unit}".rstrip())
        raise refuse(
            "below_minimum",
            f"{label.zh}不能小于 {least.zh}，请核对",
            f"{label.en} may not be less than {least.en}",
        )
    if field.maximum is not None and number > field.maximum:
        most = Words(f"{plain(field.maximum)}{unit}", f"{plain(field.maximum)} {unit}".rstrip())
        raise refuse(
            "above_maximum",
            f"{label.zh}不能大于 {most.zh}，请核对",
            f"{label.en} may not be more than {most.en}",
        )
