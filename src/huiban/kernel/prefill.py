# SPDX-License-Identifier: Apache-2.0
"""What was filled in (预填) for one application: kept apart from what its writer made of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from huiban.kernel.envelope import Candidate, Envelope, Kind, Offer, Status
from huiban.kernel.form import Field, FieldKind, Form, Lock

Origin = Mapping[str, str]
_NOTHING: tuple[object, ...] = (None, "", [], {})
_FILLING = frozenset({Status.AUTHORITATIVE, Status.STALE, Status.SUGGESTED})


@dataclass(frozen=True)
class Ledger:
    """
    What the system filled in and what its writer said to it, kept with the draft as JSON.

    `values` are the values as filled in, by field; `given` where each came from; `cells` the same
    for the columns of tables. `choices` name the source picked in a conflict, `confirmed` the
    stale values a person confirmed, `picks` the record picked of several, `doubts` what a
    writer says is wrong on a register: reason and evidence by field, whose value is unlocked.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    given: Mapping[str, Origin] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    picks: Mapping[str, int] = field(default_factory=dict)
    doubts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {
            "values": dict(self.values),
            "given": {key: dict(one) for key, one in self.given.items()},
            "cells": {
                key: {column: dict(one) for column, one in cells.items()}
                for key, cells in self.cells.items()
            },
            "choices": dict(self.choices),
            "confirmed": list(self.confirmed),
            "picks": dict(self.picks),
            "doubts": {key: dict(one) for key, one in self.doubts.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Ledger":
        """Read a ledger back; what older drafts do not have is empty."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        if "confirmed" in known:
            known["confirmed"] = tuple(known["confirmed"])  # type: ignore[arg-type]
        return cls(**known)  # type: ignore[arg-type]

    def is_untouched(self, key: str, values: Mapping[str, object]) -> bool:
        """Tell whether a filled-in value still stands as it was filled in."""
        return key in self.values and self.values[key] == values.get(key)

    def standing(self, values: Mapping[str, object]) -> dict[str, Origin]:
        """
        Return the origins of what its writer left as it was.

        What was typed over is the writer's own word and no longer the source's.
        """
        return {key: origin for key, origin in self.given.items() if self.is_untouched(key, values)}


def prefill(form: Form, offers: Mapping[str, Offer]) -> dict[str, object]:
    """Return the values that offers under the bare keys of fields give, e.g. from a certificate."""
    return {
        one.key: offers[one.key].value
        for one in form.fields()
        if one.key in offers and offers[one.key].value not in _NOTHING
    }


def settle(
    form: Form, values: Mapping[str, object], ledger: Ledger, found: Mapping[str, Envelope]
) -> tuple[dict[str, object], Ledger]:
    """
    Fill in what is known now, and return values and ledger.

    Whatever its writer typed, changed or emptied stays as it is. A conflict fills in nothing
    until its writer has chosen; a value filled in before is taken back out.
    """
    book = _Book(dict(values), dict(ledger.values), dict(ledger.given), dict(ledger.cells))
    for one in form.fields():
        envelope = found.get(one.key)
        if envelope is None:
            continue
        if one.kind is FieldKind.TABLE:
            book.rows(one, envelope)
            continue
        candidate = _filling(one, envelope, ledger)
        if candidate is not None:
            origin = candidate.origin(_status(one, envelope, ledger))
            is_forced = _is_forced(one, envelope, ledger)
            book.fill(one.key, candidate.value, origin, is_forced=is_forced)
        elif envelope.status is Status.CONFLICT or _is_gone(one.key, envelope, ledger):
            book.take_back(one.key)
    return book.values, replace(ledger, values=book.filled, given=book.given, cells=book.cells)


def open_conflicts(found: Mapping[str, Envelope], ledger: Ledger) -> list[str]:
    """Name the fields whose sources disagree and whose writer has not chosen yet."""
    return [
        key
        for key, envelope in found.items()
        if envelope.status is Status.CONFLICT
        and key not in ledger.choices
        and key not in ledger.doubts
    ]


def to_confirm(
    found: Mapping[str, Envelope], values: Mapping[str, object], ledger: Ledger
) -> list[str]:
    """Name the stale values that stand as filled in and that nobody has confirmed."""
    return [
        key
        for key, envelope in found.items()
        if envelope.status is Status.STALE
        and key not in ledger.confirmed
        and ledger.is_untouched(key, values)
    ]


def locked(form: Form, values: Mapping[str, object], ledger: Ledger) -> Iterator[Field]:
    """Yield the fields whose filled-in value may not be typed over."""
    for one in form.fields():
        if one.lock is Lock.NO or one.key in ledger.doubts:
            continue
        origin = ledger.given.get(one.key, {})
        is_sure = origin.get("status") == str(Status.AUTHORITATIVE)
        if one.key in ledger.values and (one.lock is Lock.YES or is_sure):
            yield one


def _is_forced(one: Field, envelope: Envelope, ledger: Ledger) -> bool:
    """A sure value of a locked field stands also over what was typed before it came."""
    is_sure = envelope.status is Status.AUTHORITATIVE
    is_register = envelope.chosen is not None and envelope.chosen.kind is Kind.SHARED
    holds = one.lock is Lock.YES or (one.lock is Lock.IF_AUTHORITATIVE and is_sure)
    return holds and is_register and one.key not in ledger.doubts


def _is_gone(key: str, envelope: Envelope, ledger: Ledger) -> bool:
    """What a register said for another key, or of another record, is no answer any more."""
    was_register = ledger.given.get(key, {}).get("kind") == str(Kind.SHARED)
    return envelope.chosen is None and was_register


def _filling(one: Field, envelope: Envelope, ledger: Ledger) -> Candidate | None:
    picked = ledger.choices.get(one.key)
    if picked and envelope.status is Status.CONFLICT:
        return next((item for item in envelope.options if item.source == picked), None)
    if envelope.status not in _FILLING:
        return None
    return envelope.chosen


def _status(one: Field, envelope: Envelope, ledger: Ledger) -> Status:
    is_settled = one.key in ledger.choices and envelope.status is Status.CONFLICT
    return Status.CONFLICT if is_settled else envelope.status


@dataclass
class _Book:
    values: dict[str, object]
    filled: dict[str, object]
    given: dict[str, Origin]
    cells: dict[str, Mapping[str, Origin]]

    def fill(self, key: str, value: object, origin: Origin, *, is_forced: bool = False) -> None:
        current = self.values.get(key)
        is_typed = (
            current != self.filled[key]
            if key in self.filled
            else current not in _NOTHING and current != value
        )
        if is_typed and not is_forced:
            return
        self.values[key] = value
        self.filled[key] = value
        self.given[key] = origin

    def take_back(self, key: str) -> None:
        if key in self.filled and self.values.get(key) == self.filled[key]:
            self.values.pop(key, None)
        self.filled.pop(key, None)
        self.given.pop(key, None)

    def rows(self, table: Field, envelope: Envelope) -> None:
        key, rows = table.key, [dict(row) for row in envelope.rows]
        current = self.values.get(key)
        if envelope.chosen is None:
            self._own_rows(key, rows, envelope)
            return
        if not rows:
            return
        before = self.filled.get(key)
        origin = envelope.chosen.origin(envelope.status)
        if (before is None and current in _NOTHING) or (before is not None and current == before):
            self.values[key] = rows
        elif before is not None:
            keys = {column: origin.get("by", "") for column, origin in envelope.cells.items()}
            self.values[key] = list(_grown(_rows(current), _rows(before), rows, keys))
        else:
            return
        self.filled[key], self.given[key] = rows, origin
        self.cells[key] = dict(envelope.cells)

    def _own_rows(self, key: str, rows: list[dict[str, object]], envelope: Envelope) -> None:
        """Rows that people typed: registers add cells to them, and change none."""
        current, before = _rows(self.values.get(key)), _rows(self.filled.get(key))
        if len(current) != len(rows) or not (envelope.cells or before):
            return
        keys = {column: origin.get("by", "") for column, origin in self._all_cells(key, envelope)}
        own = [
            _told(row, told, before[place] if place < len(before) else {}, keys)
            for place, (row, told) in enumerate(zip(current, rows, strict=True))
        ]
        self.values[key] = own
        self.filled[key] = rows
        self.cells[key] = {**self.cells.get(key, {}), **envelope.cells}

    def _all_cells(self, key: str, envelope: Envelope) -> list[tuple[str, Origin]]:
        return [*self.cells.get(key, {}).items(), *envelope.cells.items()]


def _told(
    row: dict[str, object],
    told: Mapping[str, object],
    before: Mapping[str, object],
    keys: Mapping[str, str],
) -> dict[str, object]:
    """Give a typed row what a register says of it; what it said of another key goes."""
    found = dict(row)
    for column, by in keys.items():
        is_same = bool(by) and before.get(by) == row.get(by)
        if not is_same and column in before and found.get(column) == before[column]:
            found.pop(column, None)
        is_emptied = is_same and column in before and column not in row
        if column in told and column not in found and not is_emptied:
            found[column] = told[column]
    return found


def _rows(value: object) -> list[dict[str, object]]:
    return (
        [dict(row) for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    )


def _grown(
    current: list[dict[str, object]],
    before: list[dict[str, object]],
    rows: list[dict[str, object]],
    keys: Mapping[str, str],
) -> Iterator[dict[str, object]]:
    """Add late cells to the rows still there; a row its writer deleted does not come back."""
    pool = list(zip(before, rows, strict=False))
    for row in current:
        place = next((at for at, (old, _new) in enumerate(pool) if _shares(row, old)), None)
        if place is None:
            yield row
            continue
        old, new = pool.pop(place)
        own = {name: by for name, by in keys.items() if by and row.get(by) != new.get(by)}
        kept = {
            name: cell for name, cell in row.items() if name not in own or cell != old.get(name)
        }
        late = {
            name: one
            for name, one in new.items()
            if name not in old and name not in row and name not in own
        }
        yield {**kept, **late}


def _shares(row: Mapping[str, object], old: Mapping[str, object]) -> bool:
    """Tell whether a row is one that was filled in: most of its cells still are."""
    equal = sum(1 for name, one in old.items() if row.get(name) == one)
    return bool(old) and equal * 2 >= len(old)


def cell_origins(
    ledger: Ledger, table: Field, values: Mapping[str, object]
) -> dict[tuple[int, str], Origin]:
    """Return where each cell of a table came from, for cells left as they were filled in."""
    cells = ledger.cells.get(table.key, {})
    pool = _rows(ledger.values.get(table.key))
    found: dict[tuple[int, str], Origin] = {}
    for number, row in enumerate(_rows(values.get(table.key))):
        place = next((at for at, old in enumerate(pool) if _shares(row, old)), None)
        if place is None:
            continue
        old = pool.pop(place)
        for column, origin in cells.items():
            by = origin.get("by", "")
            is_of_row = not by or row.get(by) == old.get(by)
            if column in old and row.get(column) == old[column] and is_of_row:
                found[number, column] = origin
    return found


def put_back(
    form: Form, values: Mapping[str, object], ledger: Ledger
) -> tuple[dict[str, object], list[str]]:
    """
    Put back the locked cells of rows that a register gave, and name those that were changed.

    A row most of whose cells were changed is not that row any more: it is its writer's own.
    """
    found, changed = dict(values), []
    for table in form.fields():
        origins = ledger.cells.get(table.key, {})
        held = [one.key for one in table.columns if _holds(one, origins.get(one.key, {}))]
        if not held:
            continue
        pool, rows = _rows(ledger.values.get(table.key)), _rows(values.get(table.key))
        for number, row in enumerate(rows):
            place = next((at for at, old in enumerate(pool) if _shares(row, old)), None)
            old = pool.pop(place) if place is not None else {}
            for column in held:
                if column in old and row.get(column) != old[column]:
                    row[column] = old[column]
                    changed.append(f"{table.key}.{number}.{column}")
        if rows:
            found[table.key] = rows
    return found, changed


def _holds(column: Field, origin: Origin) -> bool:
    is_sure = origin.get("status") == str(Status.AUTHORITATIVE) and not origin.get("by")
    return column.lock is Lock.YES or (column.lock is Lock.IF_AUTHORITATIVE and is_sure)


def digests(
    ledger: Ledger, values: Mapping[str, object], digest: Callable[[object], str]
) -> dict[str, dict[str, str]]:
    """Return what a snapshot states of each value filled in: its digest, source and status."""
    return {
        key: {
            "sha256": digest(ledger.values[key]),
            "source": origin.get("source", ""),
            "status": origin.get("status", ""),
        }
        for key, origin in sorted(ledger.given.items())
        if key in ledger.values
    }


__all__ = [
    "Kind",
    "Ledger",
    "Offer",
    "cell_origins",
    "digests",
    "locked",
    "open_conflicts",
    "prefill",
    "put_back",
    "settle",
    "to_confirm",
]
