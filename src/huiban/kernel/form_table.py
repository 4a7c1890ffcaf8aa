# SPDX-License-Identifier: Apache-2.0
"""What a table's rows must contain once the whole form is known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from huiban.kernel import form_words
from huiban.kernel.form_conditions import Facts, is_needed, shown_columns
from huiban.kernel.form_facts import facts_of
from huiban.kernel.form_model import Field
from huiban.kernel.form_parse import Answer, Trouble
from huiban.kernel.words import Words


def settle(table: Field, answer: Answer, known: Facts, as_of: date) -> Answer:
    """Drop hidden cells and ask for missing ones; columns' conditions may use the whole form."""
    if not isinstance(answer.value, list):
        return answer
    told: dict[str, list[Trouble]] = {}
    for trouble in answer.troubles:
        told.setdefault(trouble.path, []).append(trouble)
    rows: list[dict[str, object]] = []
    troubles = list(told.get("", [])) + _too_few(table, len(answer.value))
    typed: dict[str, object] = {}
    for number, cells in enumerate(answer.value):
        row_facts = {**known, **facts_of(table.columns, cells)}
        visible = shown_columns(table, row_facts, as_of)
        rows.append({key: value for key, value in cells.items() if key in visible})
        troubles += told.get(str(number), [])
        for column in table.columns:
            if column.key in visible:
                place = f"{number}.{column.key}"
                needed = column.key not in cells and is_needed(column, row_facts, as_of)
                troubles += told.get(place) or list(_missing(column, number, needed))
                typed |= {place: answer.typed[place]} if place in answer.typed else {}
    return replace(answer, value=rows, troubles=tuple(troubles), typed=typed)


def _missing(column: Field, number: int, needed: bool) -> Iterator[Trouble]:
    if needed:
        message = form_words.in_row(number, form_words.required(column))
        yield Trouble(f"{number}.{column.key}", "required", message)


def _too_few(table: Field, count: int) -> list[Trouble]:
    least = table.fewest_rows
    if count >= least:
        return []
    label = form_words.named(table)
    message = Words(
        f"{label.zh}至少 {least} 行，还差 {least - count} 行",
        f"{label.en} needs at least {least} rows; {least - count} more",
    )
    return [Trouble("", "too_few_rows", message)]
