# SPDX-License-Identifier: Apache-2.0
"""What of an answer is taken: the items asked for, of the type the catalogue declares, no more."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from huiban.connectors.registers.model import Record
from huiban.kernel.resource import ItemType, Resource

MOST_RECORDS = 500
LONGEST_TEXT = 4000
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,9})?")
_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[ T].*)?", re.S)
_WORDS = {
    **dict.fromkeys(("true", "1", "是", "y", "yes", "t"), True),
    **dict.fromkeys(("false", "0", "否", "n", "no", "f"), False),
}

Reader = Callable[[Any], object]


class NonsenseAnswered(ValueError):
    """An answer that is not what the catalogue declares; the message never holds a value."""


def parse_json(body: bytes) -> object:
    """
    Read JSON strictly: UTF-8, no repeated key, no NaN; numbers with a point become Decimal.

    :raises NonsenseAnswered: if it is none.
    """
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_mapping,
        )
    except (ValueError, RecursionError) as fault:
        raise NonsenseAnswered("the answer is not JSON") from fault


def _refuse_constant(_: str) -> object:
    raise ValueError


def _mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def at_path(value: object, path: str) -> object:
    """Follow a dotted path through mappings; None where it leads nowhere."""
    for part in path.split(".") if path else ():
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


class Cut:
    """Cuts the records of one resource down to the items asked for."""

    def __init__(
        self, resource: Resource, paths: Mapping[str, str], readers: Mapping[ItemType, Reader]
    ) -> None:
        self._readers = {one.key: readers[one.type] for one in resource.items}
        self._paths = {key: paths.get(key, key) for key in self._readers}

    def records(self, found: Sequence[object], fields: Iterable[str]) -> tuple[Record, ...]:
        """
        Take the items of every record; one that is null or missing is left out.

        :raises NonsenseAnswered: naming the item that is not of its type.
        """
        if len(found) > MOST_RECORDS:
            raise NonsenseAnswered(f"more than {MOST_RECORDS} records")
        wanted = tuple((key, self._paths[key], self._readers[key]) for key in fields)
        return tuple(self._record(one, wanted) for one in found)

    def _record(self, found: object, wanted: Iterable[tuple[str, str, Reader]]) -> Record:
        if not isinstance(found, dict):
            raise NonsenseAnswered("a record is not a mapping")
        taken: dict[str, object] = {}
        for key, path, read in wanted:
            value = found.get(key) if path == key else at_path(found, path)
            if value is None:
                continue
            try:
                cell = read(value)
            except (ValueError, TypeError, InvalidOperation):
                raise NonsenseAnswered(f"{key} is not of its declared type") from None
            if cell is not None:
                taken[key] = cell
        return taken


def day_of(value: object, today: date) -> date | None:
    """
    Read the day an answer is of: a date, or the date of a moment; None if it does not say.

    :raises NonsenseAnswered: for anything else, and for a day to come.
    """
    if value is None or value == "":
        return None
    try:
        found = date.fromisoformat(_day(value))
    except (ValueError, TypeError):
        raise NonsenseAnswered("as_of is not a date") from None
    if found > today:
        raise NonsenseAnswered("as_of is a day to come")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise ValueError
    value.encode()  # half a surrogate pair can be kept nowhere: a ValueError as well
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**18:
        raise ValueError
    return value


def _decimal(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ValueError
    # Systems that count in binary say 1000.0 for 1000; nobody would write that into a form.
    return text.removesuffix(found[1] or "") if not (found[1] or "").strip(".0") else text


def _iso_day(value: object) -> str:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    return date.fromisoformat(value).isoformat()


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _cell_text(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _text(str(value).strip()) or None


def _cell_integer(value: object) -> int | None:
    text = str(value).strip()
    if not text:
        return None
    number = Decimal(text)
    if number != number.to_integral_value():
        raise ValueError
    return _integer(int(number))


def _cell_decimal(value: object) -> str | None:
    if isinstance(value, float):
        value = repr(value)
    text = str(value).strip()
    return _decimal(Decimal(text)) if text else None


def _day(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = _DAY.fullmatch(str(value).strip())
    if found is None:
        raise ValueError
    return date(int(found[1]), int(found[3]), int(found[4])).isoformat()


def _cell_day(value: object) -> str | None:
    return _day(value) if str(value).strip() else None


def _cell_boolean(value: object) -> bool | None:
    text = str(value).strip().lower()
    if not text:
        return None
    if text not in _WORDS:
        raise ValueError
    return _WORDS[text]


FROM_JSON: Mapping[ItemType, Reader] = {
    ItemType.TEXT: _text,
    ItemType.INTEGER: _integer,
    ItemType.DECIMAL: _decimal,
    ItemType.DATE: _iso_day,
    ItemType.BOOLEAN: _boolean,
}
"""What the wire must say: exactly the type."""

FROM_CELL: Mapping[ItemType, Reader] = {
    ItemType.TEXT: _cell_text,
    ItemType.INTEGER: _cell_integer,
    ItemType.DECIMAL: _cell_decimal,
    ItemType.DATE: _cell_day,
    ItemType.BOOLEAN: _cell_boolean,
}
"""What tables and files hold: the same values as people and databases write them."""
