# SPDX-License-Identifier: Apache-2.0
"""How far an applicant is, section by section, and what changed between two versions."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import SequenceMatcher

from huiban.kernel.form_conditions import Facts, is_needed, shown, shown_columns
from huiban.kernel.form_context import NO_DIVISIONS
from huiban.kernel.form_facts import facts, facts_of
from huiban.kernel.form_model import Change, Field, FieldKind, Form, SectionProgress, Values
from huiban.kernel.form_speak import Speech, speak_as
from huiban.kernel.words import Words

_ROW = Words("第 {} 行", "row {}")


def progress(form: Form, values: Values, as_of: date) -> tuple[SectionProgress, ...]:
    """
    Return for each section how many required answers it has and which are missing.

    Each row of a table counts with its own required cells; an empty required table is one.
    """
    visible = shown(form, values, as_of)
    values = {key: value for key, value in values.items() if key in visible}
    known = facts(form, values)
    steps: list[SectionProgress] = []
    for part in form.sections:
        wanted = [
            answer
            for one in part.fields
            if one.key in visible
            for answer in _wanted(one, values.get(one.key), known, as_of)
        ]
        missing = tuple(path for path, is_filled in wanted if not is_filled)
        steps.append(SectionProgress(part.key, len(wanted), len(wanted) - len(missing), missing))
    return tuple(steps)


def diff(
    form: Form,
    before: Values,
    after: Values,
    language: str,
    divisions: Mapping[str, str] = NO_DIVISIONS,
) -> tuple[Change, ...]:
    """
    Return what changed, in the order of the form, as display text.

    Table rows are matched by content first, so a row put in at the top is one change.
    """
    speech = Speech(language, divisions)
    return tuple(
        change
        for one in form.fields()
        for change in _changes(one, before.get(one.key), after.get(one.key), speech)
    )


def _wanted(one: Field, value: object, known: Facts, as_of: date) -> Iterator[tuple[str, bool]]:
    """Yield path and whether it is filled, for the answer and the cells that are required."""
    if is_needed(one, known, as_of):
        rows = len(value) if isinstance(value, list) else 0
        is_short = one.kind is FieldKind.TABLE and rows < one.fewest_rows
        yield one.key, value is not None and not is_short
    if one.kind is FieldKind.TABLE and isinstance(value, list):
        for number, row in enumerate(value):
            yield from _wanted_cells(one, number, row, known, as_of)


def _wanted_cells(
    table: Field, number: int, row: Values, known: Facts, as_of: date
) -> Iterator[tuple[str, bool]]:
    row_facts = {**known, **facts_of(table.columns, row)}
    visible = shown_columns(table, row_facts, as_of)
    for column in table.columns:
        if column.key in visible and is_needed(column, row_facts, as_of):
            yield f"{table.key}.{number}.{column.key}", column.key in row


def _changes(one: Field, before: object, after: object, speech: Speech) -> Iterator[Change]:
    if before == after:
        return
    if one.kind is FieldKind.TABLE:
        yield from _row_changes(one, _rows(before), _rows(after), speech)
        return
    said = speak_as(one, before, speech), speak_as(one, after, speech)
    yield Change(one.key, speech.say(one.label), *said)


def _rows(value: object) -> list[Values]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _row_changes(
    table: Field, before: list[Values], after: list[Values], speech: Speech
) -> Iterator[Change]:
    keys = [repr(sorted(row.items())) for row in before], [repr(sorted(r.items())) for r in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for step in range(paired):
            yield from _cell_changes(
                table, j1 + step, (before[i1 + step], after[j1 + step]), speech
            )
        for number in range(i1 + paired, i2):
            yield _whole_row(table, number, (before[number], None), speech)
        for number in range(j1 + paired, j2):
            yield _whole_row(table, number, (None, after[number]), speech)


def _cell_changes(
    table: Field, number: int, rows: tuple[Values, Values], speech: Speech
) -> Iterator[Change]:
    place = f"{speech.say(table.label)} {speech.say(_ROW).format(number + 1)}"
    for column in table.columns:
        for change in _changes(column, rows[0].get(column.key), rows[1].get(column.key), speech):
            path = f"{table.key}.{number}.{change.path}"
            yield Change(path, f"{place} · {change.label}", change.before, change.after)


def _whole_row(
    table: Field, number: int, rows: tuple[Values | None, Values | None], speech: Speech
) -> Change:
    said = [_said_row(table, row, speech) for row in rows]
    label = f"{speech.say(table.label)} {speech.say(_ROW).format(number + 1)}"
    return Change(f"{table.key}.{number}", label, said[0], said[1])


def _said_row(table: Field, row: Values | None, speech: Speech) -> str:
    if row is None:
        return ""
    cells = [(column, speak_as(column, row.get(column.key), speech)) for column in table.columns]
    said = [f"{speech.say(column.label)}{speech.colon}{cell}" for column, cell in cells if cell]
    return speech.semicolon.join(said)
