# SPDX-License-Identifier: Apache-2.0
"""What criteria may know of registers (综合分析): typed facts, each unknown one with its reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huiban.kernel.analysis import (
    Analysis,
    Answer,
    Dossier,
    Gap,
    How,
    RegisterFact,
    is_askable,
    item_of,
    table_of,
)
from huiban.kernel.analysis_read import Told, one_value, told
from huiban.kernel.form import Form
from huiban.kernel.resource import ItemType, Resource
from huiban.kernel.rule import FactKind, FactType

_TYPES = {
    ItemType.TEXT: FactType(FactKind.TEXT),
    ItemType.INTEGER: FactType(FactKind.INTEGER),
    ItemType.DECIMAL: FactType(FactKind.DECIMAL),
    ItemType.DATE: FactType(FactKind.DATE),
    ItemType.BOOLEAN: FactType(FactKind.BOOLEAN),
}
_BOOLEAN = FactType(FactKind.BOOLEAN)
_PLACES = Decimal(1).scaleb(-_TYPES[ItemType.DECIMAL].decimals)
COMPARED = frozenset({ItemType.INTEGER, ItemType.DECIMAL, ItemType.DATE})
"""Types of which there is a least and a most."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    One fact: its value, or None with the gap; `rows` are those that decided it, counted from 0.

    `answers` are the register's, for the date and the request behind the fact.
    """

    fact: RegisterFact
    value: object = None
    gap: Gap | None = None
    rows: tuple[int, ...] = ()
    answers: tuple[Answer, ...] = ()


def fact_type(fact: RegisterFact, resource: Resource) -> FactType:
    """Return the type a fact has in rules."""
    if fact.how is How.COUNT:
        return _TYPES[ItemType.INTEGER]
    item = resource.item(fact.item)
    return _TYPES[item.type] if item and fact.how in (How.ITEM, How.LEAST, How.MOST) else _BOOLEAN


def known_facts(analysis: Analysis, dossier: Dossier) -> dict[str, Known]:
    """Work out every fact this form can have; an unknown one says why."""
    return {
        name: _known(analysis, dossier, fact)
        for name, fact in analysis.facts.items()
        if can_know(analysis, dossier.form, fact)
    }


def can_know(analysis: Analysis, form: Form, fact: RegisterFact) -> bool:
    """Tell whether a form has what the register behind a fact is asked by."""
    lookup = analysis.lookup(fact.source)
    return lookup is not None and is_askable(analysis, form, lookup)


def fact_values(known: Mapping[str, Known]) -> dict[str, object]:
    """Return the facts as rules want them; what is unknown is left out."""
    return {name: one.value for name, one in known.items() if one.value is not None}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was told for one row, or for the whole application."""

    row: int | None
    told: Told


def _known(analysis: Analysis, dossier: Dossier, fact: RegisterFact) -> Known:
    seen = list(_seen(analysis, dossier, fact))
    value, gap, rows = _READ[fact.how](dossier, fact, seen)
    answers = {one.told.answer.request or index: one.told.answer
               for index, one in enumerate(seen) if one.told.answer}  # fmt: skip
    return Known(fact, value, gap, tuple(rows), tuple(answers.values()))


def _seen(analysis: Analysis, dossier: Dossier, fact: RegisterFact) -> Iterator[_Seen]:
    lookup = analysis.lookup(fact.source)
    if lookup is None:
        return
    table = table_of(dossier.form, lookup) or _joined(fact)
    places = range(len(dossier.rows(table))) if table else (None,)
    for place in places:
        yield _Seen(place, told(analysis, dossier, lookup, fact.key, place))


def _joined(fact: RegisterFact) -> str:
    """Return the table whose rows are joined to the records of one answer, if any."""
    tables = {path.partition(".")[0] for path in fact.key.values() if "." in path}
    return min(tables, default="")


_Result = tuple[object, Gap | None, list[int]]


def _item(dossier: Dossier, fact: RegisterFact, seen: list[_Seen]) -> _Result:
    item = item_of(dossier, fact.source, fact.item)
    if item is None or not seen:
        return None, Gap.NO_KEY, []
    value, gap = one_value(seen[0].told, fact.item, item.type)
    return (None if gap else _rounded(value)), gap, []


def _all_found(_: Dossier, __: RegisterFact, seen: list[_Seen]) -> _Result:
    """No row is missing: sure once one row surely is, or every row is there."""
    lacking = [one.row for one in seen if one.told.is_none]
    if lacking:
        return False, None, _whole(lacking)
    return _unless_open(True, seen)


def _any_found(_: Dossier, __: RegisterFact, seen: list[_Seen]) -> _Result:
    there = [one.row for one in seen if one.told.gap is None]
    if there:
        return True, None, _whole(there)
    return _unless_open(False, [one for one in seen if not one.told.is_none])


def _count(_: Dossier, __: RegisterFact, seen: list[_Seen]) -> _Result:
    total = sum(len(one.told.records) for one in seen)
    return _unless_open(total, [one for one in seen if not one.told.is_none])


def _filled(_: Dossier, fact: RegisterFact, seen: list[_Seen]) -> _Result:
    lacking = [
        one.row
        for one in seen
        if one.told.gap is None
        and any(record.get(fact.item) in (None, "") for record in one.told.records)
    ]
    if lacking:
        return False, None, _whole(lacking)
    return _unless_open(True, [one for one in seen if not one.told.is_none])


def _extreme(choose: Callable[[list[object]], object]) -> "_Reader":
    def read(dossier: Dossier, fact: RegisterFact, seen: list[_Seen]) -> _Result:
        item = item_of(dossier, fact.source, fact.item)
        if item is None or not seen:
            return None, Gap.NO_KEY, []
        values: list[tuple[object, _Seen]] = []
        for one in seen:
            for single in _singles(one.told):
                value, gap = one_value(single, fact.item, item.type)
                if gap is not None:
                    return None, gap, _whole([one.row])
                values.append((value, one))
        best = choose([value for value, _ in values])
        return _rounded(best), None, _whole([one.row for value, one in values if value == best])

    return read


def _singles(found: Told) -> list[Told]:
    """Give each record on its own; without any, what was told stands for itself."""
    return [
        Told(found.gap, (record,), found.is_none, found.answer) for record in found.records
    ] or [found]


def _unless_open(value: object, seen: list[_Seen]) -> _Result:
    """Return the value, unless somebody has not said yet what it depends on."""
    open_rows = [one for one in seen if one.told.gap is not None]
    if not open_rows:
        return value, None, []
    return None, open_rows[0].told.gap, _whole([one.row for one in open_rows])


def _whole(rows: list[int | None]) -> list[int]:
    return sorted({row for row in rows if row is not None})


def _rounded(value: object) -> object:
    """Keep the four decimals that rules know of a number."""
    if not isinstance(value, Decimal):
        return value
    kept = value.quantize(_PLACES)
    return value if value == kept else kept


def _least(values: list[object]) -> object:
    return min(values, key=_order)


def _most(values: list[object]) -> object:
    return max(values, key=_order)


def _order(value: object) -> tuple[int, Decimal]:
    if isinstance(value, date):
        return value.toordinal(), Decimal(0)
    return 0, Decimal(str(value))


_Reader = Callable[[Dossier, RegisterFact, list[_Seen]], _Result]
_READ: Mapping[How, _Reader] = {
    How.ITEM: _item,
    How.FOUND: _any_found,
    How.ALL_FOUND: _all_found,
    How.ANY_FOUND: _any_found,
    How.COUNT: _count,
    How.LEAST: _extreme(_least),
    How.MOST: _extreme(_most),
    How.FILLED: _filled,
}
