# SPDX-License-Identifier: Apache-2.0
"""What rules may know of a filled-in form, and of which type each fact is."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from huiban.kernel.form_model import Field, FieldKind, Form, Values
from huiban.kernel.rule import FactKind, FactType

_TEXT = FactType(FactKind.TEXT)
_TYPES = {
    FieldKind.DATE: FactType(FactKind.DATE),
    FieldKind.BOOLEAN: FactType(FactKind.BOOLEAN),
    FieldKind.DECLARATION: FactType(FactKind.BOOLEAN),
}
_UNKNOWN_FROM = 10**15  # a larger sum no database number holds exactly
_COUNT = FactType(FactKind.INTEGER)
_COUNTED = frozenset({FieldKind.TABLE, FieldKind.FILE})
_ENDS: Mapping[str, Callable[[list[date]], date]] = {"earliest": min, "latest": max}


def fact_schema(form: Form) -> dict[str, FactType]:
    """Return the facts a rule over this form may use, by name."""
    return {name: kind for field in form.fields() for name, kind in _facts_of(field)}


def row_schema(form: Form, table: Field) -> dict[str, FactType]:
    """Return the facts a column's condition may use: the form's and its own row's, row first."""
    cells = {name: kind for field in table.columns for name, kind in _facts_of(field)}
    return fact_schema(form) | cells


def facts(form: Form, values: Values) -> dict[str, object]:
    """
    Return the facts of a form as rules want them: dates, decimals, texts, lists of texts.

    A table gives `<key>_count`, `<key>_<column>_sum` for its number columns,
    `<key>_<column>_count` of the rows that say yes for its boolean ones,
    `<key>_<column>_<option>_count` of the rows with an option for its choices, and
    `<key>_<column>_earliest` and `_latest` for its dates; all are unknown while one of the cells
    is empty. Files give `<key>_count`. What is not filled in is absent, and so unknown; an empty
    table or file list is known to have none, and no dates.
    """
    return facts_of(form.fields(), values)


def facts_of(fields: Iterator[Field] | tuple[Field, ...], values: Values) -> dict[str, object]:
    """Return the facts of some fields, such as the columns of one row."""
    known: dict[str, object] = {}
    for field in fields:
        value = values.get(field.key)
        if field.kind in _COUNTED:
            known |= _known(field, value)
        elif value is not None:
            fact = _fact(field, value)
            if fact is not None:
                known[field.key] = fact
    return known


def owner_of(form: Form) -> dict[str, str]:
    """Return which field each fact comes from, e.g. `vehicles_count` from `vehicles`."""
    return {name: field.key for field in form.fields() for name, _ in _facts_of(field)}


def fact_names(field: Field) -> set[str]:
    return {name for name, _ in _facts_of(field)}


def _facts_of(field: Field) -> Iterator[tuple[str, FactType]]:
    if field.kind in (FieldKind.TABLE, FieldKind.FILE):
        yield f"{field.key}_count", _COUNT
        for column in _summed(field):
            yield f"{field.key}_{column.key}_sum", _fact_type(column)
        for column in _ticked(field):
            yield f"{field.key}_{column.key}_count", _COUNT
        for column in _chosen(field):
            for option in column.options:
                yield f"{field.key}_{column.key}_{option.value}_count", _COUNT
        for column in _dated(field):
            for end in _ENDS:
                yield f"{field.key}_{column.key}_{end}", _fact_type(column)
    else:
        yield field.key, _fact_type(field)


def _summed(table: Field) -> Iterator[Field]:
    return (one for one in table.columns if one.kind in (FieldKind.NUMBER, FieldKind.MONEY))


def _fact_type(field: Field) -> FactType:
    if field.kind in (FieldKind.NUMBER, FieldKind.MONEY):
        places = field.places
        return FactType(FactKind.DECIMAL, decimals=places) if places else _COUNT
    if field.kind is FieldKind.CHOICE:
        options = tuple(option.value for option in field.options)
        return FactType(FactKind.LIST if field.multiple else FactKind.CHOICE, options)
    return _TYPES.get(field.kind, _TEXT)


def _known(field: Field, value: object) -> dict[str, object]:
    rows = value if isinstance(value, list) else []
    known: dict[str, object] = {f"{field.key}_count": len(rows)}
    for part in (_sums, _ticks, _choices, _days):
        known |= part(field, rows)
    return known


def _sums(table: Field, rows: list[object]) -> dict[str, object]:
    sums: dict[str, object] = {}
    for column in _summed(table):
        cells = _cells(column, rows)
        numbers = [cell for cell in cells if isinstance(cell, int | Decimal)]
        if len(numbers) == len(cells):
            total = sum(map(Decimal, numbers), Decimal(0))
            if abs(total) < _UNKNOWN_FROM:
                sums[f"{table.key}_{column.key}_sum"] = total if column.places else int(total)
    return sums


def _ticked(table: Field) -> Iterator[Field]:
    return (one for one in table.columns if one.kind is FieldKind.BOOLEAN)


def _ticks(table: Field, rows: list[object]) -> dict[str, object]:
    counts: dict[str, object] = {}
    for column in _ticked(table):
        cells = _cells(column, rows)
        if None not in cells:
            counts[f"{table.key}_{column.key}_count"] = cells.count(True)
    return counts


def _chosen(table: Field) -> Iterator[Field]:
    return (one for one in table.columns if one.kind is FieldKind.CHOICE and not one.multiple)


def _choices(table: Field, rows: list[object]) -> dict[str, object]:
    counts: dict[str, object] = {}
    for column in _chosen(table):
        cells = _cells(column, rows)
        if None not in cells:
            for option in column.options:
                name = f"{table.key}_{column.key}_{option.value}_count"
                counts[name] = cells.count(option.value)
    return counts


def _dated(table: Field) -> Iterator[Field]:
    return (one for one in table.columns if one.kind is FieldKind.DATE)


def _days(table: Field, rows: list[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for column in _dated(table):
        cells = _cells(column, rows)
        days = [cell for cell in cells if isinstance(cell, date)]
        if days and len(days) == len(cells):
            for end, pick in _ENDS.items():
                found[f"{table.key}_{column.key}_{end}"] = pick(days)
    return found


def _cells(column: Field, rows: list[object]) -> list[object]:
    return [
        _fact(column, row.get(column.key)) if isinstance(row, Mapping) else None for row in rows
    ]


def _fact(field: Field, value: object) -> object:
    """Return the typed value; what an older version of the form stored otherwise is unknown."""
    convert = _CONVERT.get(field.kind, _text)
    try:
        return convert(field, value)
    except (ValueError, InvalidOperation):
        return None


def _text(_: Field, value: object) -> object:
    return value if isinstance(value, str) else None


def _number(field: Field, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return Decimal(value) if field.places else int(value)


def _date(_: Field, value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _boolean(_: Field, value: object) -> object:
    return value if isinstance(value, bool) else None


def _choice(field: Field, value: object) -> object:
    if not field.multiple:
        return value if isinstance(value, str) else None
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else None


def _part(name: str) -> Callable[[Field, object], object]:
    def of(_: Field, value: object) -> object:
        return value.get(name) if isinstance(value, Mapping) else None

    return of


_CONVERT: Mapping[FieldKind, Callable[[Field, object], object]] = {
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _number,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
    FieldKind.ADDRESS: _part("text"),
    FieldKind.DECLARATION: _part("agreed"),
    FieldKind.SIGNATURE: _part("name"),
}
