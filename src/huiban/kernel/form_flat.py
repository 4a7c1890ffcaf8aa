# SPDX-License-Identifier: Apache-2.0
"""Answers as the flat name/value pairs of an HTML form, there and back."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from huiban.kernel.form_model import Field, FieldKind, Form, Values

_ROW = re.compile(r"([^-]+)-([0-9]{1,5})-(.+)")
_LONGEST_NAME = 200  # longer ones are no field names, and would nest without end
_PART = re.compile(r"([^-]+)-([a-z_]+)")


def from_flat(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """
    Return nested answers from HTML names.

    `uscc` is a value, repeated it is a list; `vehicles-0-plate` is a cell, whose rows keep
    their order but not their numbers; `site-text` is a part of an address, a declaration or
    a signature. A name that is both keeps the nested form.

    >>> from_flat([("vehicles-7-plate", "鲁B12345"), ("kind", "a"), ("kind", "b")])
    {'vehicles': [{'plate': '鲁B12345'}], 'kind': ['a', 'b']}
    """
    plain: dict[str, list[str]] = {}
    parts: dict[str, list[tuple[str, str]]] = {}
    rows: dict[str, dict[int, list[tuple[str, str]]]] = {}
    order: dict[str, None] = {}
    for name, value in pairs:
        fits = len(name) <= _LONGEST_NAME
        row = _ROW.fullmatch(name) if fits else None
        part = _PART.fullmatch(name) if fits else None
        if row:
            rows.setdefault(row[1], {}).setdefault(int(row[2]), []).append((row[3], value))
        elif part:
            parts.setdefault(part[1], []).append((part[2], value))
        else:
            plain.setdefault(name, []).append(value)
        order[row[1] if row else part[1] if part else name] = None
    return {key: _nested(key, plain, parts, rows) for key in order}


def to_flat(form: Form, values: Values) -> list[tuple[str, str]]:
    """Return the pairs a page posts to send these values back unchanged."""
    flat: list[tuple[str, str]] = []
    for field in form.fields():
        value = values.get(field.key)
        if value is not None:
            flat += _flat(field, field.key, value)
    return flat


def _nested(
    key: str,
    plain: dict[str, list[str]],
    parts: dict[str, list[tuple[str, str]]],
    rows: dict[str, dict[int, list[tuple[str, str]]]],
) -> object:
    if key in rows:
        return [from_flat(cells) for _, cells in sorted(rows[key].items())]
    if key in parts:
        return from_flat(parts[key])
    sent = plain[key]
    return sent[0] if len(sent) == 1 else sent


def _flat(field: Field, name: str, value: object) -> Iterator[tuple[str, str]]:
    if field.kind is FieldKind.TABLE and isinstance(value, list):
        for number, row in enumerate(value):
            yield from _flat_row(field, f"{name}-{number}", row)
    elif field.kind is FieldKind.FILE and isinstance(value, list):
        for number, file in enumerate(value):
            yield from _flat_parts(f"{name}-{number}", file)
    elif isinstance(value, Mapping):
        yield from _flat_parts(name, value)
    elif isinstance(value, list):
        yield from ((name, str(one)) for one in value)
    else:
        yield name, _as_posted(value)


def _flat_row(table: Field, name: str, row: Values) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if row.get(column.key) is not None:
            yield from _flat(column, f"{name}-{column.key}", row[column.key])


def _flat_parts(name: str, value: Values) -> Iterator[tuple[str, str]]:
    for part, one in value.items():
        if one is not None:
            yield f"{name}-{part}", _as_posted(one)


def _as_posted(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list) else str(value)
