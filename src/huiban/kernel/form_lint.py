# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a form as a pack author wrote it; every fault at once, each with its cure."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from huiban.kernel.form_date import bound
from huiban.kernel.form_facts import fact_names, owner_of
from huiban.kernel.form_model import Field, FieldKind, Form
from huiban.kernel.form_parse import MOST_ROWS
from huiban.kernel.form_text import FORMATS

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MEDIA = re.compile(r"[a-z]+/([a-z0-9.+-]+|\*)")
_NOT_IN_ROWS = (FieldKind.TABLE, FieldKind.DECLARATION, FieldKind.SIGNATURE)
_NUMBERS = (FieldKind.NUMBER, FieldKind.MONEY)
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class FormFault:
    """One fault of a form; `path` is `section.field` or `section.table.column`."""

    path: str
    message: str
    cure: str


_Fault = tuple[str, str]


def lint_form(form: Form) -> tuple[FormFault, ...]:
    """Return every fault, in the order of the form."""
    return (*_field_faults(form), *_repeated(form), *_clashes(form), *_circles(form))


def _field_faults(form: Form) -> Iterator[FormFault]:
    for part in form.sections:
        for one in part.fields:
            path = f"{part.key}.{one.key}"
            yield from (FormFault(path, *fault) for fault in _faults(one))
            for column in one.columns:
                place = f"{path}.{column.key}"
                yield from (FormFault(place, *fault) for fault in _faults(column))
                if column.kind in _NOT_IN_ROWS:
                    message = f"a table cannot hold a {column.kind} column"
                    yield FormFault(place, message, "ask it outside the table")
    for check in form.checks:
        if form.field(check.points_to) is None:
            message = f"check {check.criterion.code} points to unknown field {check.points_to!r}"
            yield FormFault("checks", message, "name a top-level field of this form")


def _faults(one: Field) -> Iterator[_Fault]:
    for rule in (_naming, _options, _columns, _texts, _numbers, _days, _files, _demands):
        yield from rule(one)


def _naming(one: Field) -> Iterator[_Fault]:
    if not _KEY.fullmatch(one.key):
        yield f"key {one.key!r} is not an identifier", "use a-z, 0-9 and _, at most 60 characters"
    if not one.label:
        yield "the label is empty", "write the Chinese label people see"
    if one.sensitive and not one.why:
        yield "a sensitive field does not say why it is asked", "fill in `why`"


def _options(one: Field) -> Iterator[_Fault]:
    if one.kind is FieldKind.CHOICE and not one.options:
        yield "a choice without options", "list `options`"
    if one.options and one.kind not in (FieldKind.CHOICE, FieldKind.DIVISION):
        yield f"a {one.kind} field has options", "make it a choice, or drop `options`"
    for name in ("value", "label"):
        texts = [str(getattr(option, name)) for option in one.options]
        for text in _twice(texts):
            yield f"option {name} {text!r} is there twice", "keep one"
    if one.multiple and one.kind is not FieldKind.CHOICE:
        yield f"`multiple` does nothing for {one.kind}", "drop it (files: use `max_files`)"


def _columns(one: Field) -> Iterator[_Fault]:
    is_table = one.kind is FieldKind.TABLE
    if is_table and not one.columns:
        yield "a table without columns", "list `columns`"
    if one.columns and not is_table:
        yield f"a {one.kind} field has columns", "make it a table, or drop `columns`"
    if one.min_rows and not is_table:
        yield f"`min_rows` does nothing for {one.kind}", "drop it"
    if is_table and not one.min_rows <= one.max_rows <= MOST_ROWS:
        yield (
            f"rows from {one.min_rows} to {one.max_rows} make no range",
            f"keep min_rows ≤ max_rows ≤ {MOST_ROWS}",
        )
    for key in _twice([column.key for column in one.columns]):
        yield f"column {key!r} is there twice", "rename one"


def _texts(one: Field) -> Iterator[_Fault]:
    if one.format and (one.kind is not FieldKind.TEXT or one.format not in FORMATS):
        yield (
            f"format {one.format!r} is not known for {one.kind}",
            (f"a text field may use: {', '.join(sorted(FORMATS))}"),
        )
    if not 0 <= one.min_length <= one.max_length:
        yield (
            f"length from {one.min_length} to {one.max_length} makes no range",
            "keep 0 ≤ min_length ≤ max_length",
        )
    if one.kind is FieldKind.DECLARATION and not one.text:
        yield "a declaration without text", "write the full text in `text`"


def _numbers(one: Field) -> Iterator[_Fault]:
    if one.maximum is not None and one.maximum < one.least:
        yield f"maximum {one.maximum} is below the minimum {one.least}", "raise the maximum"
    if one.decimals and (one.kind is not FieldKind.NUMBER or not 0 <= one.decimals <= 6):
        yield f"decimals {one.decimals} for {one.kind}", "give a number field 0 to 6 decimals"
    if one.unit and one.kind not in _NUMBERS:
        yield f"`unit` does nothing for {one.kind}", "drop it"
    if one.kind is FieldKind.MONEY and one.unit not in ("", "元"):
        yield f"money in {one.unit}", "money is always in yuan; use a number field for other units"


def _days(one: Field) -> Iterator[_Fault]:
    for name, text in (("earliest", one.earliest), ("latest", one.latest)):
        try:
            bound(text, _ANY_DAY)
        except (ValueError, OverflowError):
            yield f"{name} {text!r} is no day", "write YYYY-MM-DD, today, today-30 or today+365"
        if text and one.kind is not FieldKind.DATE:
            yield f"`{name}` does nothing for {one.kind}", "drop it"


def _files(one: Field) -> Iterator[_Fault]:
    for media in one.accept:
        if not _MEDIA.fullmatch(media):
            yield f"media type {media!r}", "write it like application/pdf or image/*"
    if one.max_files < 1 or one.max_bytes < 1:
        yield "no file could ever be taken", "max_files and max_bytes must be at least 1"


def _demands(one: Field) -> Iterator[_Fault]:
    if one.is_always_needed and one.required_when:
        yield "`required_when` beside `required` never matters", "drop one of them"


def _repeated(form: Form) -> Iterator[FormFault]:
    for key in _twice([one.key for one in form.fields()]):
        yield FormFault(key, f"field {key!r} is there twice", "field keys are unique in a form")
    for key in _twice([part.key for part in form.sections]):
        yield FormFault(key, f"section {key!r} is there twice", "rename one")


def _clashes(form: Form) -> Iterator[FormFault]:
    """A table `vehicles` makes the fact `vehicles_count`; no field may be called so as well."""
    keys = {one.key for one in form.fields()}
    for one in form.fields():
        for name in sorted(keys & fact_names(one) - {one.key}):
            message = f"{name!r} is also a fact made from {one.key!r}"
            yield FormFault(name, message, "rename the field")


def _circles(form: Form) -> Iterator[FormFault]:
    owners = owner_of(form)
    waits = {
        one.key: {owners[name] for name in one.show_when.fields if name in owners}
        for one in form.fields()
        if one.show_when
    }
    for key in waits:
        circle = _path_back(key, waits.get)
        if circle and min(circle) == key:
            message = f"conditions wait for each other: {' → '.join([*circle, key])}"
            yield FormFault(key, message, "break the circle: one field must be shown without it")


def _path_back(start: str, waits: Callable[[str], set[str] | None]) -> list[str]:
    """Return the shortest chain of conditions from a field back to itself, if there is one."""
    paths = [[start]]
    seen: set[str] = set()
    for path in paths:
        for following in sorted(waits(path[-1]) or ()):
            if following == start:
                return path
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []


def _twice(texts: list[str]) -> list[str]:
    return [text for text, count in Counter(texts).items() if count > 1]
