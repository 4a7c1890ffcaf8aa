# SPDX-License-Identifier: Apache-2.0
"""How typed text is cleaned and checked: invisible characters, length, named formats."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from huiban.kernel.form_model import Field
from huiban.kernel.form_words import FieldRefused, bare, echo, named, refuse, too_long, unreadable
from huiban.kernel.identifier import Checked, IdentifierRefused, check_plate, check_postcode
from huiban.kernel.words import Words

# Zero-width and direction marks arrive with pasted text, carry no meaning here and break searches.
_DROPPED: dict[int, str | None] = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u2060\u061c\ufeff\u00ad")
)
# Direction overrides and isolates can make a name or an amount read differently from what is
# stored; control characters, lone surrogates and noncharacters cannot be printed or sent on.
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_TIDIED = _DROPPED | {ord("\t"): " ", ord("\u2028"): "\n", ord("\u2029"): "\n"}
# Full-width forms and the dashes and stops that Chinese input methods type.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow
    for wide, narrow in zip("\u3000\u00a0\u2009\u202f。−–‐‑﹣", "    .-----", strict=True)
}


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A named shape of text; `check` returns its stored form or refuses it."""

    title: Words
    check: Callable[[str], Checked]
    example: str


def _shaped(code: str, title: Words, shape: str, example: str) -> TextFormat:
    pattern = re.compile(shape)

    def check(text: str) -> Checked:
        tidy = narrow(text).replace(" ", "")
        if pattern.fullmatch(tidy):
            return Checked(tidy)
        raise IdentifierRefused(
            f"not_{code}",
            Words(
                f"“{echo(text)}”不是{title.zh}的写法，请按这样填写：{example}",
                f"“{echo(text)}” is not a valid {title.en}; write it like {example}",
            ),
        )

    return TextFormat(title, check, example)


FORMATS: Mapping[str, TextFormat] = {
    "plate": TextFormat(Words("车牌号", "number plate"), check_plate, "鲁B12345"),
    "postcode": TextFormat(Words("邮政编码", "postcode"), check_postcode, "266000"),
    "email": _shaped(
        "email",
        Words("电子邮箱", "e-mail address"),
        r"[^@\s]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}",
        "name@example.cn",
    ),
    "project_code": _shaped(
        "project_code",
        Words("投资项目统一代码", "investment project code"),
        r"[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}",
        "2609-370212-04-01-123456",
    ),
}


def narrow(text: str) -> str:
    """Return text with full-width digits, letters and marks in their ASCII form, trimmed."""
    return text.strip() if text.isascii() else text.translate(_NARROW).strip()


def as_text(field: Field, raw: object) -> str:
    """
    Return what was typed as one text; a one-element list counts as its element.

    :raises FieldRefused: if the value is of another shape altogether.
    """
    if isinstance(raw, str):
        return raw
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
        if isinstance(raw, str):
            return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise unreadable(field)
    if isinstance(raw, int) and raw.bit_length() > 256:
        raise unreadable(field)
    return repr(raw) if isinstance(raw, float) else str(raw)


def clean(field: Field, text: str) -> str:
    """
    Return text in the one form it is stored in: NFC, trimmed, lines ended by a line feed.

    :raises FieldRefused: on control characters, direction overrides, several lines in a
        one-line field, or too many characters; nothing is cut off or left out silently.
    """
    most = field.max_length
    if len(text) > 4 * most + 1000:  # normalising something huge would only waste time
        raise too_long(field, len(text), most)
    if text.isprintable():  # nearly always: nothing in it to tidy or to refuse
        text = unicodedata.normalize("NFC", text).strip()
    else:
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TIDIED)
        text = unicodedata.normalize("NFC", text).strip()
        _refuse_invisible(field, text)
    if "\n" in text and not field.multiline:
        label = named(field)
        raise refuse(
            "one_line",
            f"{label.zh}只能写一行，请去掉换行",
            f"{label.en} takes one line; remove the line breaks",
        )
    if len(text) > most:
        raise too_long(field, len(text), most)
    return text


def read_text(field: Field, raw: object) -> str | None:
    """Return the cleaned text, or None when nothing was typed."""
    text = clean(field, as_text(field, raw))
    if not text:
        return None
    if len(text) < field.min_length:
        label, least = named(field), field.min_length
        raise refuse(
            "too_short",
            f"{label.zh}至少写 {least} 个字，现在有 {len(text)} 个",
            f"{label.en} needs at least {least} characters; it has {len(text)}",
        )
    return _formatted(field, text) if field.format else text


def _formatted(field: Field, text: str) -> str:
    try:
        return FORMATS[field.format].check(text).value
    except IdentifierRefused as refusal:
        raise FieldRefused(refusal.code, bare(refusal.message)) from None


def _refuse_invisible(field: Field, text: str) -> None:
    found = _REFUSED.search(text)
    if found:
        label, place = named(field), found.start() + 1
        raise refuse(
            "control_character",
            f"{label.zh}的第 {place} 个字符是看不见的控制字符，请删去后重新输入",
            f"Character {place} of {label.en} is an invisible control character; "
            "delete it and type again",
        )


def storable(text: str) -> str:
    """Return text that can be shown again and stored, without characters that cannot."""
    return _REFUSED.sub("", text)
