# SPDX-License-Identifier: Apache-2.0
"""What a form asks of registers (查询): which questions can be put now, and for which items."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from huiban.kernel.form import Field, Form, Lookup

IDENTITY = "identity"
NUMBER = "identity.number"
_OWN_SOURCES = frozenset({IDENTITY, "history", "certificate", "computed"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question to put: which items, by which key; `row` is `managers.2` for a row's own."""

    source: str
    by: str
    key: str
    fields: frozenset[str]
    row: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What came of one question: `state` is pending, found, absent, timeout, refused, busy or broken.

    `records` hold JSON values by item; `request` names the line in the request log.
    """

    source: str
    key: str
    state: str
    records: tuple[Mapping[str, object], ...] = ()
    as_of: date | None = None
    request: str = ""


Replies = Mapping[tuple[str, str], Reply]
"""By source and key."""


@dataclass(frozen=True)
class Asking:
    """What is known so far; `picks` say which record counts where a register holds several."""

    form: Form
    identity: Mapping[str, object]
    values: Mapping[str, object]
    replies: Replies = field(default_factory=dict)
    picks: Mapping[str, int] = field(default_factory=dict)

    def reply(self, lookup: Lookup, row: int | None = None) -> Reply | None:
        """Return what came of a lookup, for one row where it asks for each."""
        key = self.key(lookup, row)
        return self.replies.get((lookup.source, key)) if key else None

    def key(self, lookup: Lookup, row: int | None = None) -> str:
        """Return the key a lookup asks by, "" while nobody knows it."""
        name, _, rest = lookup.start.partition(".")
        if name == IDENTITY:
            return _text(self.identity.get(rest))
        if not rest:
            return _text(self.values.get(name))
        table = self.form.field(name)
        if table is not None:
            rows = self.values.get(name)
            cells = rows[row] if isinstance(rows, list) and row is not None else {}
            return _text(cells.get(rest)) if isinstance(cells, Mapping) else ""
        return _text(self.record(name).get(rest))

    def record(self, source: str) -> Mapping[str, object]:
        """Return the one record of a source: the only one, or the one picked of several."""
        for lookup in self.form.lookups:
            if lookup.source != source or lookup.rows or is_per_row(self.form, lookup):
                continue
            found = self.reply(lookup)
            if found is None or not found.records:
                return {}
            if len(found.records) == 1:
                return found.records[0]
            place = self.picks.get(source, -1)
            return found.records[place] if 0 <= place < len(found.records) else {}
        return {}


def is_per_row(form: Form, lookup: Lookup) -> bool:
    """Tell whether a lookup asks once for each row of a table."""
    name, _, rest = lookup.start.partition(".")
    return bool(rest) and name != IDENTITY and form.field(name) is not None


def bound(form: Form) -> dict[str, frozenset[str]]:
    """Return the items of each register that the form uses; nothing else may be asked for."""
    found: dict[str, set[str]] = {}
    for one in _all_fields(form):
        for name in (*one.prefill, *one.check):
            source, _, content = name.partition(".")
            if source not in _OWN_SOURCES:
                found.setdefault(source, set()).add(content)
    sources = {one.source for one in form.lookups}
    for lookup in form.lookups:
        source, _, content = lookup.start.partition(".")
        if content and source in sources:
            found.setdefault(source, set()).add(content)
    return {source: frozenset(items) for source, items in found.items()}


def questions(asking: Asking) -> Iterator[Question]:
    """Yield every question that can be put now, asked before or not."""
    items = bound(asking.form)
    for lookup in asking.form.lookups:
        wanted = items.get(lookup.source, frozenset())
        if not wanted:
            continue
        if not is_per_row(asking.form, lookup):
            key = asking.key(lookup)
            if key:
                yield Question(lookup.source, lookup.by, key, wanted)
            continue
        table = lookup.start.partition(".")[0]
        rows = asking.values.get(table)
        for number in range(len(rows) if isinstance(rows, list) else 0):
            key = asking.key(lookup, number)
            if key:
                yield Question(lookup.source, lookup.by, key, wanted, f"{table}.{number}")


_LEVELS = 4
"""How long a chain of registers may be that take their keys from one another."""


def matched(asking: Asking, find: Callable[[Question], Reply | None]) -> Asking:
    """Add what is known of each question that can be put, and of those it makes possible."""
    for _ in range(_LEVELS):
        replies = {
            (one.source, one.key): reply
            for one in questions(asking)
            if (reply := find(one)) is not None
        }
        if len(replies) == len(asking.replies):
            return asking
        asking = replace(asking, replies=replies)
    return asking


def lookup_for(form: Form, source: str, table: str = "") -> Lookup | None:
    """Find the lookup that answers a field, or a column of a table, for a source."""
    fitting = [one for one in form.lookups if one.source == source]
    if not table:
        return next((one for one in fitting if not one.rows and not is_per_row(form, one)), None)
    own = (one for one in fitting if one.rows == table or one.start.startswith(f"{table}."))
    return next(own, None)


def _all_fields(form: Form) -> Iterator[Field]:
    for one in form.fields():
        yield one
        yield from one.columns


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
