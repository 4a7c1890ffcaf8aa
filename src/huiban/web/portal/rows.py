# SPDX-License-Identifier: Apache-2.0
"""Editing a repeating table without scripts: one button adds, copies or deletes a row."""

import re
from collections.abc import Mapping

_ORDER = re.compile(r"([a-z][a-z0-9_]{0,63}):(add|copy|delete)(?::(\d{1,4}))?")


def changed(answers: Mapping[str, object], order: str) -> dict[str, object]:
    """
    Return the answers with a table edited; an order that means nothing changes nothing.

    >>> changed({"vehicles": [{"plate": "鲁B12345"}]}, "vehicles:copy:0")["vehicles"]
    [{'plate': '鲁B12345'}, {'plate': '鲁B12345'}]
    """
    found = dict(answers)
    match = _ORDER.fullmatch(order)
    if match is None:
        return found
    key, act, index = match[1], match[2], int(match[3] or 0)
    stored = found.get(key)
    table = list(stored) if isinstance(stored, list) else []
    if act != "add" and index < len(table):
        if act == "copy":
            table.insert(index + 1, table[index])
        else:
            del table[index]
    found[key] = table
    return found


def with_blank(values: Mapping[str, object], order: str) -> dict[str, object]:
    """Return the values with an empty row to draw, if the order was to add one; none is stored."""
    found = dict(values)
    match = _ORDER.fullmatch(order)
    if match is not None and match[2] == "add":
        stored = found.get(match[1])
        found[match[1]] = [*(stored if isinstance(stored, list) else [{}]), {}]
    return found
