# SPDX-License-Identifier: Apache-2.0
"""The fill record of a corrected application (补正): what stayed keeps how it came about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from huiban.kernel.fill_record import Fill, Outcome, outcomes
from huiban.kernel.fill_rows import align
from huiban.kernel.form_model import Form, Values


def carried(form: Form, last: Fill, before: Values, after: Values) -> Fill:
    """
    Record a correction: answers left alone keep their outcome, what was prefilled and is now
    changed is edited, everything else typed.
    """
    letters = dict(last.paths())
    typed = outcomes(form, after, {}, _NEVER)
    fields: dict[str, list[str]] = {str(one): [] for one in Outcome}
    kept: dict[str, str] = {}
    places = {key: _places(before.get(key), after.get(key)) for key in _tables(form)}
    for path, _letter in typed.paths():
        old = _old_path(path, places)
        letter = letters.get(old, "M") if old else "M"
        if letter != "M" and _at(before, old) != _at(after, path):
            letter = "E"
        fields[letter].append(path)
        if letter in "AHC":
            kept[old] = path
    return Fill(
        fields={letter: tuple(paths) for letter, paths in fields.items()},
        confirmed=tuple(kept[path] for path in last.confirmed if path in kept),
        requests={kept[path]: one for path, one in last.requests.items() if path in kept},
        snapshot=last.snapshot,
    )


_NEVER = date.min


def with_materials(fill: Fill, last: Fill) -> Fill:
    """Give a record the materials of another."""
    return replace(fill, materials=last.materials)


def _tables(form: Form) -> list[str]:
    return [one.key for one in form.fields() if one.columns]


def _places(before: object, after: object) -> dict[int, int]:
    """Return which row before a row now was."""
    old, new = _rows(before), _rows(after)
    return dict(align(dict(enumerate(old)), new))


def _rows(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _old_path(path: str, places: Mapping[str, Mapping[int, int]]) -> str:
    table, _, rest = path.partition(".")
    if not rest:
        return path
    row, _, column = rest.partition(".")
    old = places.get(table, {}).get(int(row))
    return "" if old is None else f"{table}.{old}.{column}"


def _at(values: Values, path: str) -> object:
    table, _, rest = path.partition(".")
    if not rest:
        return values.get(table)
    row, _, column = rest.partition(".")
    rows = _rows(values.get(table))
    return rows[int(row)].get(column) if int(row) < len(rows) else None
