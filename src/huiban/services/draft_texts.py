# SPDX-License-Identifier: Apache-2.0
"""The texts of a draft that are not right yet (未通过的填写), kept beside its good values."""

import json
from collections.abc import Mapping


def overlay(values: Mapping[str, object], typed: Mapping[str, object]) -> dict[str, object]:
    """Put texts that are not right yet back where they were typed."""
    raw: dict[str, object] = json.loads(json.dumps(values))
    for path, text in typed.items():
        key, _, rest = path.partition(".")
        if not rest:
            raw[key] = text
            continue
        row, _, column = rest.partition(".")
        rows = raw.setdefault(key, [])
        if isinstance(rows, list) and row.isdigit() and column:
            while len(rows) <= int(row):
                rows.append({})
            rows[int(row)][column] = text
    return raw
