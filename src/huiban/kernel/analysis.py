# SPDX-License-Identifier: Apache-2.0
"""Checking an application against registers (数据核验): what is asked, compared and concluded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from huiban.kernel.catalogue import Life
from huiban.kernel.form import Field, Form, Lookup, Values
from huiban.kernel.lookup import IDENTITY, Question
from huiban.kernel.resource import Item, Resource
from huiban.kernel.rule import Criterion
from huiban.kernel.words import Words


class How(StrEnum):
    """
    What a fact says of a register's answers.

    ITEM is one value of the one record. FOUND says whether there is a record; ALL_FOUND and
    ANY_FOUND ask that of every row of a table. COUNT counts records, LEAST and MOST compare the
    values of an item over all of them, FILLED asks whether each of them has one.
    """

    ITEM = "item"
    FOUND = "found"
    ALL_FOUND = "all_found"
    ANY_FOUND = "any_found"
    COUNT = "count"
    LEAST = "least"
    MOST = "most"
    FILLED = "filled"


class Gap(StrEnum):
    """Why nobody can say: each of them is another sentence, and another thing to do."""

    NO_KEY = "no_key"
    NOT_ASKED = "not_asked"
    PENDING = "pending"
    ABSENT = "absent"
    STALE = "stale"
    UNDATED = "undated"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"
    SEVERAL = "several"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NOT_FILLED = "not_filled"


Keys = Mapping[str, str]
"""Which of several records counts: an item of the register → the field it must agree with."""


@dataclass(frozen=True, slots=True)
class Match:
    """One comparison (精准比对): a field, or a column `table.column`, against a register's item."""

    path: str
    source: str
    item: str
    key: Keys = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisterFact:
    """What criteria may know of a register's answers; `label` names it where its item does not."""

    name: str
    how: How
    source: str
    item: str = ""
    key: Keys = field(default_factory=dict)
    label: Words | None = None


@dataclass(frozen=True)
class Analysis:
    """What a scenario checks against registers once an application is there (analysis.yaml)."""

    lookups: tuple[Lookup, ...]
    matches: tuple[Match, ...] = ()
    facts: Mapping[str, RegisterFact] = field(default_factory=dict)
    criteria: Mapping[Life, tuple[Criterion, ...]] = field(default_factory=dict)

    def lookup(self, source: str) -> Lookup | None:
        return next((one for one in self.lookups if one.source == source), None)

    def bound(self) -> dict[str, frozenset[str]]:
        """Return the items of each register that are used; nothing else may be asked for."""
        found: dict[str, set[str]] = {one.source: {one.by} for one in self.lookups}
        used: tuple[Match | RegisterFact, ...] = (*self.matches, *self.facts.values())
        for use in used:
            found.setdefault(use.source, set()).update(use.key, {use.item} - {""})
        for one in self.lookups:
            source, _, item = one.start.partition(".")
            if item and source in found:
                found[source].add(item)
        return {source: frozenset(items) for source, items in found.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one register answered: `state` is pending, found, absent, timeout, refused, busy, broken.

    `fields` are the items that were asked for; `as_of` is the day the register speaks of.
    """

    source: str
    key: str
    state: str
    fields: frozenset[str] = frozenset()
    records: tuple[Mapping[str, object], ...] = ()
    as_of: date | None = None
    request: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Dossier:
    """An application with what registers have answered so far; `today` decides what is stale."""

    form: Form
    values: Values
    identity: Mapping[str, str]
    answers: Mapping[tuple[str, str], Answer]
    """By source and key."""
    resources: Mapping[str, Resource]
    today: date

    def answer(self, source: str, key: str) -> Answer | None:
        return self.answers.get((source, key)) if key else None

    def rows(self, table: str) -> list[Mapping[str, object]]:
        found = self.values.get(table)
        rows = found if isinstance(found, list) else []
        return [row if isinstance(row, Mapping) else {} for row in rows]

    def value(self, path: str, row: int | None = None) -> object:
        """Return the answer to a field, or to a column in one row of its table."""
        name, _, column = path.partition(".")
        if not column:
            return self.values.get(name)
        rows = self.rows(name)
        return rows[row].get(column) if row is not None and row < len(rows) else None


def table_of(form: Form, lookup: Lookup) -> str:
    """Return the table whose every row a lookup asks for; "" where it asks once."""
    name, _, column = lookup.start.partition(".")
    found = form.field(name) if column else None
    return name if found is not None and found.columns else ""


def is_askable(analysis: Analysis, form: Form, lookup: Lookup) -> bool:
    """Tell whether a form has what a lookup's key is taken from."""
    name, _, rest = lookup.start.partition(".")
    if name == IDENTITY:
        return True
    if field_at(form, lookup.start) is not None:
        return True
    other = analysis.lookup(name) if rest else None
    return other is not None and other is not lookup and is_askable(analysis, form, other)


def field_at(form: Form, path: str) -> Field | None:
    """Find a field or, by `table.column`, a column."""
    name, _, column = path.partition(".")
    found = form.field(name)
    if found is None or not column:
        return found
    return next((one for one in found.columns if one.key == column), None)


def key_of(analysis: Analysis, dossier: Dossier, lookup: Lookup, row: int | None = None) -> str:
    """Return the key a lookup asks by, "" while nobody knows it."""
    name, _, rest = lookup.start.partition(".")
    if name == IDENTITY:
        return dossier.identity.get(rest, "").strip()
    if field_at(dossier.form, lookup.start) is not None:
        return _text(dossier.value(lookup.start, row))
    other = analysis.lookup(name)
    if other is None or other is lookup or table_of(dossier.form, other):
        return ""
    answer = dossier.answer(name, key_of(analysis, dossier, other))
    values = {_text(one.get(rest)) for one in answer.records} if answer else set()
    return values.pop() if len(values) == 1 else ""


def questions(analysis: Analysis, dossier: Dossier) -> Iterator[Question]:
    """Yield every question that can be put now, each once, asked before or not."""
    items = analysis.bound()
    seen: set[tuple[str, str]] = set()
    for lookup in analysis.lookups:
        table = table_of(dossier.form, lookup)
        places = range(len(dossier.rows(table))) if table else (None,)
        for place in places:
            key = key_of(analysis, dossier, lookup, place)
            if key and (lookup.source, key) not in seen:
                seen.add((lookup.source, key))
                row = "" if place is None else f"{table}.{place}"
                yield Question(lookup.source, lookup.by, key, items[lookup.source], row)


def item_of(dossier: Dossier, source: str, key: str) -> Item | None:
    found = dossier.resources.get(source)
    return found.item(key) if found else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
