# SPDX-License-Identifier: Apache-2.0
"""The fill record of a corrected application (补正): what stayed keeps how it came about."""

from collections.abc import Iterator, Mapping
from datetime import date

from huiban.kernel.fill_record import Fill, Given, outcomes
from huiban.kernel.form_conditions import shown
from huiban.kernel.form_model import Form, Values

_NOTHING_EQUALS = object()


def carried(form: Form, last: Fill, before: Values, after: Values, today: date) -> Fill:
    """
    Record a correction over the record and the answers it starts from.

    Answers left alone keep their outcome. What was prefilled and is now changed, emptied or
    deleted is edited, and so is what was edited, emptied or deleted before. Everything else is
    typed. What counted on neither side before, such as a computed total, still does not.
    """
    letters = dict(last.paths())
    given = dict(_given(letters, before)) | dict(_uncounted(form, letters, before))
    again = outcomes(form, after, given, today)
    fields: dict[str, list[str]] = {letter: [] for letter in again.fields}
    for path, letter in again.paths():
        old = again.requests.get(path, "")
        fields[letters[old] if letter == "A" else letter].append(path)
    fields["E"] = _deleted(form, last, fields["E"], after, today)
    kept = {old: path for path, old in again.requests.items()}
    taken = {*fields["A"], *fields["H"]}
    return Fill(
        fields=fields,
        confirmed=[kept[old] for old in last.confirmed if kept.get(old) in taken],
        requests={kept[old]: one for old, one in last.requests.items() if old in kept},
        snapshot=last.snapshot,
    )


def _given(letters: Mapping[str, str], before: Values) -> Iterator[tuple[str, Given]]:
    """Yield what the correction starts from as if it were prefilled, under its old path's name."""
    for path, letter in letters.items():
        if letter != "M" and ".-" not in path:
            value = _at(before, path)
            yield path, Given(_NOTHING_EQUALS if value is None else value, "shared", "", path)


def _uncounted(
    form: Form, letters: Mapping[str, str], before: Values
) -> Iterator[tuple[str, Given]]:
    """Yield the answers that did not count, though they were there."""
    for path, _ in outcomes(form, before, {}, date.min).paths():
        if path not in letters:
            yield path, Given(_at(before, path), "computed")


def _deleted(form: Form, last: Fill, edited: list[str], after: Values, today: date) -> list[str]:
    """Add the rows deleted before; of rows deleted since, each gets a number of its own."""
    old = [path for path in last.fields.get("E", ()) if ".-" in path]
    if not old:
        return edited
    visible = shown(form, after, today)
    found = [path for path in old if path.partition(".")[0] in visible]
    for path in edited:
        table, mark, row = path.partition(".-")
        number = int(row or 0)
        while mark and f"{table}.-{number}" in found:
            number += 1
        found.append(f"{table}.-{number}" if mark else path)
    return found


def _at(values: Values, path: str) -> object:
    key, _, rest = path.partition(".")
    value = values.get(key)
    row, _, column = rest.partition(".")
    if not rest:
        return value
    rows = value if isinstance(value, list) else []
    cells = rows[int(row)] if int(row) < len(rows) else None
    return cells.get(column) if isinstance(cells, Mapping) else None
