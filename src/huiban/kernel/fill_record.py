# SPDX-License-Identifier: Apache-2.0
"""How each answer of an application came about (填写记录): by path, never by value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from huiban.kernel.fill_rows import Cells, align
from huiban.kernel.form_conditions import shown, shown_columns
from huiban.kernel.form_facts import facts, facts_of
from huiban.kernel.form_model import Field, FieldKind, Form, Values


class Outcome(StrEnum):
    """How one answer came about."""

    ACCEPTED = "A"
    """Prefilled from identity, register or certificate, and sent unchanged."""
    PICKED = "H"
    """Taken over from an earlier application of the same party, unchanged."""
    EDITED = "E"
    """Prefilled and then changed, emptied, or deleted with its row."""
    SETTLED = "C"
    """Two sources disagreed and the applicant chose."""
    TYPED = "M"
    """Filled in by hand."""


class How(StrEnum):
    """How a required material came in, or what took its place."""

    UPLOADED = "uploaded"
    CERTIFICATE = "certificate"
    RESOURCE = "resource"
    FORM = "form"
    COMMITMENT = "commitment"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Given:
    """
    What was prefilled at one path.

    `kind` is identity, shared, certificate, history or computed; `status` as the envelope has it,
    where `stale` had to be confirmed and `conflict` was settled by the applicant's choice;
    `request` names the register's answer it came from.
    """

    value: object
    kind: str
    status: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Supply:
    """How one required material came in; `reference` proves it: an inquiry, a certificate."""

    how: How
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """
    The fill record of one submission; `fields` has the paths under each outcome's letter.

    Rows count from 0 as submitted; `managers.-2` is row 2 as prefilled, deleted by the applicant.
    """

    fields: Mapping[str, Sequence[str]]
    confirmed: Sequence[str] = ()
    requests: Mapping[str, str] = field(default_factory=dict)
    snapshot: str = ""
    materials: Mapping[str, Supply] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return what the journal keeps (decision 14)."""
        return {
            "fields": {letter: list(self.fields.get(letter, ())) for letter in _LETTERS},
            "confirmed": list(self.confirmed),
            "requests": dict(self.requests),
            "snapshot": self.snapshot,
            "materials": {
                code: {"how": str(one.how), "reference": one.reference}
                for code, one in self.materials.items()
            },
        }

    def paths(self) -> Iterator[tuple[str, str]]:
        """Yield every path with its outcome's letter."""
        for letter, paths in self.fields.items():
            for path in paths:
                yield path, letter

    @classmethod
    def from_json(cls, body: object) -> "Fill":
        """
        Read a record back.

        :raises ValueError: if it is not one; names the part that is wrong.
        """
        whole = _mapping(body, "fill")
        fields = _mapping(whole.get("fields"), "fields")
        if unknown := set(fields).difference(_LETTERS):
            raise ValueError(f"fill record: unknown outcomes {sorted(unknown)}")
        return cls(
            fields={letter: _paths(fields.get(letter, []), letter) for letter in _LETTERS},
            confirmed=_paths(whole.get("confirmed", []), "confirmed"),
            requests={
                path: str(request)
                for path, request in _mapping(whole.get("requests", {}), "requests").items()
            },
            snapshot=str(whole.get("snapshot", "")),
            materials={
                code: _supply(one, code)
                for code, one in _mapping(whole.get("materials", {}), "materials").items()
            },
        )


_LETTERS = tuple(map(str, Outcome))
_EMPTY: tuple[object, ...] = (None, "", [], {})
_COMPUTED, _HISTORY, _CONFLICT, _STALE = "computed", "history", "conflict", "stale"


def outcomes(form: Form, values: Values, given: Mapping[str, Given], today: date) -> Fill:
    """
    Say of every answer how it came about.

    `values` are those that `form.read` returned for submission: without hidden fields and cells.
    `given` is what was prefilled, by field, and by cell `table.row.column` with the row counted
    as it was prefilled. An answer counts once, a table's per cell. On neither side count: what is
    hidden, declarations (承诺书), computed values, and fields left empty that nobody filled. A
    prefilled value that was emptied counts as edited, a prefilled row that was deleted as one
    edited answer.
    """
    record = _Record(form, values, given, today)
    tables = _by_row(given)
    for one in form.fields():
        if one.kind is FieldKind.TABLE:
            record.table(one, tables.get(one.key, {}))
        elif one.kind is not FieldKind.DECLARATION:
            record.plain(one)
    return record.fill()


class _Record:
    """One record being written; conditions are looked at only for what was emptied."""

    def __init__(self, form: Form, values: Values, given: Mapping[str, Given], today: date) -> None:
        self.form, self.values, self.given, self.today = form, values, given, today
        self.fields: dict[str, list[str]] = {str(letter): [] for letter in Outcome}
        self.typed = self.fields["M"]
        self.confirmed: list[str] = []
        self.requests: dict[str, str] = {}
        self.known: Mapping[str, object] | None = None
        self.visible: set[str] | None = None

    def fill(self) -> Fill:
        return Fill(self.fields, self.confirmed, self.requests)

    def plain(self, one: Field) -> None:
        value, known = self.values.get(one.key), self.given.get(one.key)
        if known is None or not _tells(known):
            if value not in _EMPTY:
                self.typed.append(one.key)
        elif value not in _EMPTY or self._is_shown(one):
            self._take(one.key, value, known)

    def table(self, one: Field, given: Mapping[int, Mapping[str, Given]]) -> None:
        sent = self.values.get(one.key)
        rows = [row for row in sent if isinstance(row, Mapping)] if isinstance(sent, list) else []
        if not given:
            for number, row in enumerate(rows):
                self._row(one, number, row, {})
            return
        told = {number: cells for number in sorted(given) if (cells := _told(given[number]))}
        # A row with nothing to know it by, only computed cells, is the one at its place.
        pairs = {number: number for number in given if number not in told} | align(told, rows)
        for number, row in enumerate(rows):
            self._row(one, number, row, given.get(pairs.get(number, -1), {}))
        deleted = sorted(set(told) - set(pairs.values()))
        if deleted and (rows or self._is_shown(one)):
            self.fields["E"] += [f"{one.key}.-{number}" for number in deleted]

    def _row(self, table: Field, number: int, row: Cells, given: Mapping[str, Given]) -> None:
        start = f"{table.key}.{number}."
        for column in table.columns:
            key = column.key
            value, known = row.get(key), given.get(key)
            if known is None:
                if value not in _EMPTY and column.kind is not FieldKind.DECLARATION:
                    self.typed.append(start + key)
            elif value not in _EMPTY or key in self._shown_columns(table, row):
                self._take(start + key, value, known)

    def _take(self, path: str, value: object, known: Given) -> None:
        outcome = _outcome(value, known)
        if outcome is None:
            return
        self.fields[outcome].append(path)
        if known.request:
            self.requests[path] = known.request
        if known.status == _STALE and outcome in "AH":
            self.confirmed.append(path)

    def _is_shown(self, one: Field) -> bool:
        if one.show_when is None:
            return True
        if self.visible is None:
            self.visible = shown(self.form, self.values, self.today)
        return one.key in self.visible

    def _shown_columns(self, table: Field, row: Cells) -> set[str]:
        if self.known is None:
            self.known = facts(self.form, self.values)
        return shown_columns(table, {**self.known, **facts_of(table.columns, row)}, self.today)


def _outcome(value: object, known: Given) -> str | None:
    if known.kind == _COMPUTED:
        return None
    if known.status == _CONFLICT:
        return None if value in _EMPTY else "C"
    if value != known.value:
        return "E"
    return "H" if known.kind == _HISTORY else "A"


def _tells(known: Given) -> bool:
    """Tell whether it says more than that nothing was found."""
    return known.value not in _EMPTY or known.kind == _COMPUTED or known.status == _CONFLICT


def _told(cells: Mapping[str, Given]) -> dict[str, object]:
    """Return the values by which a row is known again."""
    return {
        key: one.value
        for key, one in cells.items()
        if one.value not in _EMPTY and one.kind != _COMPUTED
    }


def _by_row(given: Mapping[str, Given]) -> dict[str, dict[int, dict[str, Given]]]:
    """Sort what was prefilled in tables: table → row → column."""
    found: dict[str, dict[int, dict[str, Given]]] = {}
    for path, known in given.items():
        table, _, rest = path.partition(".")
        row, _, column = rest.partition(".")
        if column and row.isdecimal() and _tells(known):
            found.setdefault(table, {}).setdefault(int(row), {})[column] = known
    return found


def _mapping(body: object, part: str) -> Mapping[str, object]:
    if not isinstance(body, Mapping):
        raise ValueError(f"fill record: {part} must be an object, not {body!r:.80}")
    return body


def _paths(body: object, part: str) -> tuple[str, ...]:
    if not isinstance(body, list | tuple) or not all(isinstance(one, str) for one in body):
        raise ValueError(f"fill record: {part} must be a list of paths, not {body!r:.80}")
    return tuple(body)


def _supply(body: object, code: str) -> Supply:
    one = _mapping(body, f"materials.{code}")
    return Supply(How(str(one.get("how"))), str(one.get("reference", "")))
