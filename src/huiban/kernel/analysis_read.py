# SPDX-License-Identifier: Apache-2.0
"""What a register's answer says of one key: the records that count, or why nobody can say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from huiban.kernel.analysis import Analysis, Answer, Dossier, Gap, Keys, field_at, key_of
from huiban.kernel.form import FieldKind, Lookup
from huiban.kernel.likeness import same
from huiban.kernel.resource import Completeness, ItemType

_GAPS = {
    "pending": Gap.PENDING,
    "timeout": Gap.TIMEOUT,
    "refused": Gap.REFUSED,
    "busy": Gap.BUSY,
    "broken": Gap.BROKEN,
}
KINDS = {
    ItemType.TEXT: FieldKind.TEXT,
    ItemType.INTEGER: FieldKind.NUMBER,
    ItemType.DECIMAL: FieldKind.NUMBER,
    ItemType.DATE: FieldKind.DATE,
    ItemType.BOOLEAN: FieldKind.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class Told:
    """
    What is known of one key: the records that count, or the gap.

    `is_none` says that there surely is no record: the register is complete, and fresh. A stale
    answer keeps its records beside the gap, so that a person may look at them.
    """

    gap: Gap | None = None
    records: tuple[Mapping[str, object], ...] = ()
    is_none: bool = False
    answer: Answer | None = None


def told(
    analysis: Analysis, dossier: Dossier, lookup: Lookup, keys: Keys, row: int | None = None
) -> Told:
    """Say which records of a register are about this application, or about one row of it."""
    # A lookup that asks once answers for every row; its key is the same for all of them.
    asked_by = key_of(analysis, dossier, lookup, row)
    if not asked_by:
        return Told(Gap.NO_KEY)
    answer = dossier.answer(lookup.source, asked_by)
    if answer is None:
        return Told(Gap.NOT_ASKED)
    if answer.state == "found" and answer.records:
        return _fitting(dossier, answer, keys, row)
    if answer.state in ("found", "absent"):
        return _absent(dossier, answer)
    return Told(_GAPS.get(answer.state, Gap.BROKEN), answer=answer)


def _absent(dossier: Dossier, answer: Answer) -> Told:
    resource = dossier.resources.get(answer.source)
    if resource is None or resource.completeness is Completeness.OPEN:
        return Told(Gap.ABSENT, answer=answer)
    if answer.as_of is None:
        return Told(Gap.UNDATED, answer=answer)
    if resource.says_no(answer.as_of, dossier.today):
        return Told(Gap.ABSENT, is_none=True, answer=answer)
    return Told(Gap.STALE, answer=answer)


def _fitting(dossier: Dossier, answer: Answer, keys: Keys, row: int | None) -> Told:
    """Keep the records whose key items agree with the form; what is left open stays open."""
    sure, open_ones = [], 0
    for record in answer.records:
        agrees = [_agrees(dossier, record, item, path, row) for item, path in keys.items()]
        if False in agrees:
            continue
        if None in agrees:
            open_ones += 1
        else:
            sure.append(record)
    if open_ones:
        is_typed = all(dossier.value(path, row) not in (None, "") for path in keys.values())
        return Told(Gap.EMPTY if is_typed else Gap.NOT_FILLED, answer=answer)
    if not sure:
        return _absent(dossier, answer)
    resource = dossier.resources.get(answer.source)
    gap = None
    if answer.as_of is None:
        gap = Gap.UNDATED
    elif resource is None or not resource.is_fresh(answer.as_of, dossier.today):
        gap = Gap.STALE
    return Told(gap, tuple(sure), answer=answer)


def _agrees(
    dossier: Dossier, record: Mapping[str, object], item: str, path: str, row: int | None
) -> bool | None:
    """Tell whether a record is the one meant; None where one side is empty."""
    field, filed, held = (
        field_at(dossier.form, path),
        dossier.value(path, row),
        record.get(item),
    )
    if field is None or filed in (None, "", []) or held in (None, ""):
        return None
    return same(field.kind, filed, held)


def one_value(found: Told, item: str, kind: ItemType) -> tuple[object, Gap | None]:
    """
    Return the value of an item all the records agree on, typed, with the gap there may be.

    A stale value comes with its gap; without any value there is nothing but the gap.
    """
    if not found.records:
        return None, found.gap or Gap.ABSENT
    if found.answer is not None and item not in found.answer.fields:
        return None, Gap.NOT_ASKED
    held = [record.get(item) for record in found.records]
    if any(value is None or value == "" for value in held):
        return None, Gap.EMPTY
    if any(not same(KINDS[kind], held[0], other) for other in held[1:]):
        return None, Gap.SEVERAL
    value = typed(kind, held[0])
    return (value, found.gap) if value is not None else (None, Gap.UNREADABLE)


def typed(kind: ItemType, value: object) -> object:
    """Return a register's value as rules want it; None where it is not of its type."""
    try:
        return _READERS[kind](value)
    except (ValueError, InvalidOperation, OverflowError):
        return None


def _text(value: object) -> object:
    return str(value) if isinstance(value, str | int | float | Decimal) else None


def _integer(value: object) -> object:
    number = _decimal(value)
    if not isinstance(number, Decimal) or number != number.to_integral_value():
        return None
    return int(number)


def _decimal(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = str(value).strip().replace(",", "")
    number = Decimal(text) if 0 < len(text) <= _LONGEST else None
    return number if number is not None and number.is_finite() and abs(number) < _MOST else None


def _date(value: object) -> object:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    for answer in (True, False):
        if same(FieldKind.BOOLEAN, value, answer):
            return answer
    return None


_LONGEST = 40
_MOST = Decimal(10) ** 15
_READERS: Mapping[ItemType, Callable[[object], object]] = {
    ItemType.TEXT: _text,
    ItemType.INTEGER: _integer,
    ItemType.DECIMAL: _decimal,
    ItemType.DATE: _date,
    ItemType.BOOLEAN: _boolean,
}
