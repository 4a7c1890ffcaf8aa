# SPDX-License-Identifier: Apache-2.0
"""One answer as typed → its canonical value, or what is wrong with it, by kind of field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from huiban.kernel import form_words
from huiban.kernel.form_choice import read_boolean, read_choice, read_choices, read_division
from huiban.kernel.form_compound import read_address, read_declaration, read_signature
from huiban.kernel.form_context import Context
from huiban.kernel.form_date import read_date
from huiban.kernel.form_file import read_files
from huiban.kernel.form_model import Field, FieldKind
from huiban.kernel.form_number import read_number
from huiban.kernel.form_text import as_text, narrow, read_text, storable
from huiban.kernel.form_words import FieldRefused
from huiban.kernel.identifier import (
    Checked,
    IdentifierRefused,
    check_person_id,
    check_phone,
    check_uscc,
)
from huiban.kernel.words import Words

MOST_ROWS = 2000
"""Rows read at all; the field's own `max_rows` is the limit people are told."""
_LONGEST_TYPED = 100_000
_MOST_TYPED = 500


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem below one field: `path` is empty, or `2.plate` inside a table."""

    path: str
    code: str
    message: Words


@dataclass(frozen=True)
class Answer:
    """What one field's answer came to."""

    value: object = None
    troubles: tuple[Trouble, ...] = ()
    typed: dict[str, object] = field(default_factory=dict)
    doubts: tuple[Trouble, ...] = ()


_BLANK = Answer()
_HOLDERS = (str, list, dict)


def parse(one: Field, raw: object, context: Context) -> Answer:
    """Read one answer; a blank one yields an `Answer` without value or trouble."""
    if raw is None or (not raw and isinstance(raw, _HOLDERS)):
        return _BLANK
    try:
        if one.kind is FieldKind.TABLE:
            return _table(one, raw, context)
        if one.kind is FieldKind.FILE:
            return _several("", *read_files(one, raw, context))
        if one.kind is FieldKind.CHOICE and one.multiple:
            return _several(raw, *read_choices(one, raw))
        if one.kind in _IDENTIFIERS:
            return _identifier(one, raw, context)
        return Answer(_SINGLE[one.kind](one, raw, context))
    except FieldRefused as refusal:
        trouble = Trouble("", refusal.code, refusal.message)
        return Answer(None, (trouble,), {"": typed_again(raw)})


def typed_again(raw: object, depth: int = 1) -> object:
    """Return what was typed as text, lists and groups of text that a page can show again."""
    if isinstance(raw, str):
        return storable(raw[:_LONGEST_TYPED])
    if isinstance(raw, list) and depth:
        return [typed_again(part, depth - 1) for part in raw[:_MOST_TYPED]]
    if isinstance(raw, Mapping) and depth:
        named = [(key, part) for key, part in raw.items() if isinstance(key, str)]
        return {storable(key): typed_again(part, depth - 1) for key, part in named[:_MOST_TYPED]}
    is_number = isinstance(raw, float | Decimal) or (
        isinstance(raw, int) and raw.bit_length() <= 256
    )
    return str(raw) if is_number else ""


def _several(raw: object, kept: Sequence[object], refusals: list[FieldRefused]) -> Answer:
    troubles = tuple(Trouble("", one.code, one.message) for one in refusals)
    return Answer(list(kept) or None, troubles, {"": typed_again(raw)} if troubles and raw else {})


def _identifier(one: Field, raw: object, context: Context) -> Answer:
    typed = narrow(as_text(one, raw))
    if not typed:
        return Answer()
    try:
        checked = _IDENTIFIERS[one.kind](typed, context)
    except IdentifierRefused as refusal:
        raise FieldRefused(refusal.code, form_words.bare(refusal.message)) from None
    doubts = tuple(Trouble("", "doubt", form_words.bare(warning)) for warning in checked.warnings)
    return Answer(checked.value, doubts=doubts)


def _table(one: Field, raw: object, context: Context) -> Answer:
    if not isinstance(raw, list):
        raise form_words.unreadable(one)
    found = _Rows(one, context)
    for row in raw[:MOST_ROWS]:
        found.take(row)
    return found.answer(len(raw))


@dataclass
class _Rows:
    """The rows of a table read so far; blank ones leave no trace, not even in the numbering."""

    table: Field
    context: Context
    rows: list[dict[str, object]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    doubts: list[Trouble] = field(default_factory=list)
    typed: dict[str, object] = field(default_factory=dict)

    def take(self, raw: object) -> None:
        number = len(self.rows)
        if not isinstance(raw, Mapping):
            if raw is not None and raw != "":
                self._tell(number, "", form_words.unreadable(self.table))
                self.rows.append({})
            return
        cells = {
            column.key: parse(column, raw.get(column.key), self.context)
            for column in self.table.columns
        }
        if all(not cell.value and not cell.troubles for cell in cells.values()):
            return  # nothing but blanks and unticked boxes
        self.rows.append({key: cell.value for key, cell in cells.items() if cell.value is not None})
        for key, cell in cells.items():
            self._take_cell(number, key, cell)

    def answer(self, count: int) -> Answer:
        most = self.table.max_rows
        count = count if count > MOST_ROWS else len(self.rows)
        if count > most:
            label = form_words.named(self.table)
            message = Words(
                f"{label.zh}最多 {most} 行，现在有 {count} 行，请删去 {count - most} 行",
                f"{label.en} takes at most {most} rows; it has {count}, remove {count - most}",
            )
            self.troubles.insert(0, Trouble("", "too_many_rows", message))
        return Answer(self.rows or None, tuple(self.troubles), self.typed, tuple(self.doubts))

    def _take_cell(self, number: int, key: str, cell: Answer) -> None:
        place = f"{number}.{key}"
        for trouble in cell.troubles:
            self.troubles.append(_placed(number, place, trouble))
        for doubt in cell.doubts:
            self.doubts.append(_placed(number, place, doubt))
        if cell.troubles:
            self.typed[place] = cell.typed.get("", "")

    def _tell(self, number: int, place: str, refusal: FieldRefused) -> None:
        message = form_words.in_row(number, refusal.message)
        self.troubles.append(Trouble(place or str(number), refusal.code, message))


def _placed(number: int, place: str, trouble: Trouble) -> Trouble:
    return Trouble(place, trouble.code, form_words.in_row(number, trouble.message))


_IDENTIFIERS: Mapping[FieldKind, Callable[[str, Context], Checked]] = {
    FieldKind.USCC: lambda typed, _: check_uscc(typed),
    FieldKind.PERSON_ID: lambda typed, context: check_person_id(typed, context.today),
    FieldKind.PHONE: lambda typed, _: check_phone(typed),
}
_SINGLE: Mapping[FieldKind, Callable[[Field, object, Context], object]] = {
    FieldKind.TEXT: lambda one, raw, _: read_text(one, raw),
    FieldKind.NUMBER: lambda one, raw, _: read_number(one, raw),
    FieldKind.MONEY: lambda one, raw, _: read_number(one, raw),
    FieldKind.DATE: lambda one, raw, context: read_date(one, raw, context.today),
    FieldKind.BOOLEAN: lambda one, raw, _: read_boolean(one, raw),
    FieldKind.CHOICE: lambda one, raw, _: read_choice(one, raw),
    FieldKind.DIVISION: lambda one, raw, context: read_division(one, raw, context.divisions),
    FieldKind.ADDRESS: lambda one, raw, _: read_address(one, raw),
    FieldKind.DECLARATION: lambda one, raw, _: read_declaration(one, raw),
    FieldKind.SIGNATURE: lambda one, raw, context: read_signature(one, raw, context.signer),
}
