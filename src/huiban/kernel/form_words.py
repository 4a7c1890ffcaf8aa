# SPDX-License-Identifier: Apache-2.0
"""What a form says when something must be put right: the fault and its cure, in two languages."""

from dataclasses import dataclass
from decimal import Decimal

from huiban.kernel.form_model import Field, FieldKind
from huiban.kernel.words import Words

_ECHO = 20


class FieldRefused(ValueError):
    """One typed value cannot be taken; `code` names why, `message` tells the person what to do."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(message.zh)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class _Verb:
    zh: str
    en: str


_ASK = {
    FieldKind.BOOLEAN: _Verb("请选择", "Choose"),
    FieldKind.CHOICE: _Verb("请选择", "Choose"),
    FieldKind.DIVISION: _Verb("请选择", "Choose"),
    FieldKind.FILE: _Verb("请上传", "Upload"),
    FieldKind.DECLARATION: _Verb("请阅读并同意", "Read and agree to"),
    FieldKind.SIGNATURE: _Verb("请签署", "Sign"),
}


def refuse(code: str, zh: str, en: str) -> FieldRefused:
    return FieldRefused(code, Words(zh, en))


def required(field: Field) -> Words:
    verb = _ASK.get(field.kind, _Verb("请填写", "Enter"))
    label = named(field)
    if field.kind is FieldKind.TABLE:
        rows = field.fewest_rows
        return Words(
            f"{verb.zh}{label.zh}，至少 {rows} 行", f"{verb.en} {label.en}, at least {rows} row(s)"
        )
    return Words(f"{verb.zh}{label.zh}", f"{verb.en} {label.en}")


def bare(message: Words) -> Words:
    """Drop the full stop: a message beside a field has none."""
    return Words(message.zh.rstrip("。"), message.en.rstrip("."))


def named(field: Field) -> Words:
    """Return the label for use inside a sentence; English labels keep their quotation marks."""
    zh = field.label.zh or field.key
    return Words(zh, f"“{field.label.en or zh}”")


def echo(text: str) -> str:
    """Return what was typed, short enough to repeat in a sentence."""
    return text if len(text) <= _ECHO else text[:_ECHO] + "…"


def in_row(row: int, message: Words) -> Words:
    """Put the row number, counted from 1 for people, before a message."""
    return Words(f"第 {row + 1} 行：{message.zh}", f"Row {row + 1}: {message.en}")


def plain(number: Decimal) -> str:
    """Write a number without exponent or trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unreadable(field: Field) -> FieldRefused:
    label = named(field)
    return refuse(
        "unreadable",
        f"{label.zh}的内容读不出来，请重新填写",
        f"We could not read {label.en}; enter it again",
    )


def too_long(field: Field, length: int, most: int) -> FieldRefused:
    label = named(field)
    return refuse(
        "too_long",
        f"{label.zh}最多 {most} 个字，现在有 {length} 个，请删去 {length - most} 个",
        f"{label.en} may have at most {most} characters; it has {length}, remove {length - most}",
    )


def not_an_option(field: Field, text: str) -> FieldRefused:
    label = named(field)
    return refuse(
        "not_an_option",
        f"{label.zh}没有“{echo(text)}”这一项，请从列出的选项中选择",
        f"“{echo(text)}” is not among the options of {label.en}; choose one from the list",
    )
