# SPDX-License-Identifier: Apache-2.0
"""One value with where it came from (预填信封): candidates weighed, doubts kept, never hidden."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from huiban.kernel.form import Context, Field, FieldKind, Lookup, facts
from huiban.kernel.form_parse import parse
from huiban.kernel.likeness import same
from huiban.kernel.lookup import Asking, Reply, lookup_for
from huiban.kernel.resource import Catalogue, Resource
from huiban.kernel.words import Words


class Kind(StrEnum):
    """Where a candidate comes from; in this order candidates are trusted nowhere, only listed."""

    IDENTITY = "identity"
    SHARED = "shared"
    CHECK = "check"
    HISTORY = "history"
    CERTIFICATE = "certificate"
    COMPUTED = "computed"


class Status(StrEnum):
    """How sure a value is, or why there is none."""

    AUTHORITATIVE = "authoritative"
    SUGGESTED = "suggested"
    STALE = "stale"
    CONFLICT = "conflict"
    SEVERAL = "several"
    """The register holds several records; a person picks one."""
    ABSENT = "absent"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"
    PENDING = "pending"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Offer:
    """A value known without asking a register; `as_of` is an ISO date."""

    value: object
    title: Words
    as_of: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value a source gives for a field, read as the field reads answers."""

    value: object
    kind: Kind
    source: str
    title: Words
    as_of: str = ""
    reference: str = ""
    request: str = ""
    is_fresh: bool = True
    is_picked: bool = False
    """From one of several records, which a person picked."""

    def origin(self, status: Status) -> dict[str, str]:
        """Return what is kept beside the value (来源), as JSON."""
        found = {
            "kind": str(self.kind),
            "source": self.source,
            "status": str(status),
            "zh": self.title.zh,
            "en": self.title.en,
            "as_of": self.as_of,
            "reference": self.reference,
            "request": self.request,
            "picked": "yes" if self.is_picked else "",
        }
        return {name: text for name, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that gave nothing, and why."""

    source: str
    title: Words
    status: Status


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    What is known of one field: the value to fill in, or the values to choose from.

    `others` are further candidates: second opinions that agree, values to pick from history.
    """

    status: Status
    chosen: Candidate | None = None
    others: tuple[Candidate, ...] = ()
    silences: tuple[Silence, ...] = ()
    rows: tuple[Mapping[str, object], ...] = ()
    """A table's rows, when `chosen` is the register they come from."""
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """A table's origins by column."""

    @property
    def options(self) -> tuple[Candidate, ...]:
        return (self.chosen, *self.others) if self.chosen else self.others


@dataclass(frozen=True)
class Known:
    """Everything candidates are taken from."""

    asking: Asking
    offers: Mapping[str, Offer]
    catalogue: Catalogue
    context: Context
    carried: frozenset[str] = frozenset()
    """Fields whose value the certificate in hand gives; offered under their bare key."""

    @property
    def today(self) -> date:
        return self.context.today


_SILENT = {
    "absent": Status.ABSENT,
    "timeout": Status.TIMEOUT,
    "refused": Status.REFUSED,
    "busy": Status.BUSY,
    "broken": Status.BROKEN,
    "pending": Status.PENDING,
}
# What a person is told first when every source is silent.
_LOUDEST = (
    Status.PENDING,
    Status.SEVERAL,
    Status.TIMEOUT,
    Status.BUSY,
    Status.BROKEN,
    Status.REFUSED,
    Status.ABSENT,
)
_COMPARED = frozenset({Kind.IDENTITY, Kind.SHARED, Kind.CHECK})
_NOTHING: tuple[object, ...] = (None, "", [], {})


def envelopes(known: Known) -> dict[str, Envelope]:
    """Return the envelope of every field that has a source, by its key."""
    found: dict[str, Envelope] = {}
    for one in known.asking.form.fields():
        if one.kind is FieldKind.TABLE:
            envelope = _table(known, one)
        elif one.prefill or one.check or one.key in known.offers:
            envelope = weigh(one, tuple(_candidates(known, one)))
        else:
            continue
        if envelope is not None:
            found[one.key] = envelope
    return found


def weigh(one: Field, told: tuple[Candidate | Silence, ...]) -> Envelope:
    """
    Decide among candidates in their order: the first fresh one that counts, unless two disagree.

    History is for picking and fills nothing. A stale value fills in only where nothing fresher
    speaks, and a person must confirm it. What a register says late or never is named.
    """
    candidates = [item for item in told if isinstance(item, Candidate)]
    silences = tuple(item for item in told if isinstance(item, Silence))
    able = [item for item in candidates if item.kind not in (Kind.HISTORY, Kind.CHECK)]
    chosen = next((item for item in able if item.is_fresh), None) or next(iter(able), None)
    if chosen is None:
        return Envelope(_loudest(silences), None, tuple(candidates), silences)
    others = tuple(item for item in candidates if item is not chosen)
    if chosen.kind is Kind.COMPUTED:
        return Envelope(Status.SUGGESTED, chosen, others, silences)
    if not chosen.is_fresh:
        return Envelope(Status.STALE, chosen, others, silences)
    rivals = [item for item in others if _disputes(one, chosen, item)]
    status = Status.CONFLICT if rivals else Status.AUTHORITATIVE
    return Envelope(status, chosen, others, silences)


def disputed(one: Field, envelope: Envelope) -> tuple[Candidate, ...]:
    """Return the different values of a conflict, each once, the first to fill in first."""
    kept: list[Candidate] = []
    for item in envelope.options:
        if item.kind in _COMPARED and not any(
            same(one.kind, item.value, other.value) for other in kept
        ):
            kept.append(item)
    return tuple(kept)


def _disputes(one: Field, chosen: Candidate, other: Candidate) -> bool:
    return (
        chosen.kind in _COMPARED
        and other.kind in _COMPARED
        and other.is_fresh
        and not same(one.kind, chosen.value, other.value)
    )


def _loudest(silences: tuple[Silence, ...]) -> Status:
    heard = {item.status for item in silences}
    return next((status for status in _LOUDEST if status in heard), Status.MANUAL)


def _candidates(known: Known, one: Field) -> Iterator[Candidate | Silence]:
    for name in (one.key, *one.prefill):
        offer = known.offers.get(name)
        if offer is not None:
            kind = Kind.CERTIFICATE if name == one.key else _kind_of(name)
            yield from _offered(known, one, name.partition(".")[0], offer, kind)
        elif "." in name:
            yield from _shared(known, one, name, Kind.SHARED)
    for name in one.check:
        yield from _shared(known, one, name, Kind.CHECK)


def _kind_of(name: str) -> Kind:
    source = name.partition(".")[0]
    return Kind(source) if source in {str(kind) for kind in Kind} else Kind.SHARED


def _offered(
    known: Known, one: Field, source: str, offer: Offer, kind: Kind
) -> Iterator[Candidate]:
    value = _read(known, one, offer.value)
    if value not in _NOTHING:
        yield Candidate(value, kind, source, offer.title, offer.as_of, offer.reference)


def _shared(known: Known, one: Field, name: str, kind: Kind) -> Iterator[Candidate | Silence]:
    source, _, content = name.partition(".")
    if source == str(Kind.COMPUTED):
        yield from _computed(known, one, content)
        return
    resource = known.catalogue.resources.get(source)
    lookup = lookup_for(known.asking.form, source)
    if resource is None or lookup is None:
        return
    reply = known.asking.reply(lookup)
    if reply is None:
        return
    if reply.state == "absent" and _says_none(known, one, resource, reply):
        yield _candidate(known, _read(known, one, one.when_absent), kind, resource, reply)
        return
    if reply.state != "found":
        yield Silence(source, resource.name, _SILENT.get(reply.state, Status.BROKEN))
        return
    record = known.asking.record(source)
    if not record:
        yield Silence(source, resource.name, Status.SEVERAL)
        return
    value = _read(known, one, record.get(content))
    if value in _NOTHING:
        yield Silence(source, resource.name, Status.ABSENT)
        return
    found = _candidate(known, value, kind, resource, reply)
    yield replace(found, is_picked=len(reply.records) > 1)


def _says_none(known: Known, one: Field, resource: Resource, reply: Reply) -> bool:
    """Having no record says something only in a register that is complete and fresh."""
    return bool(one.when_absent) and resource.says_no(reply.as_of or known.today, known.today)


def _computed(known: Known, one: Field, fact: str) -> Iterator[Candidate]:
    computed = facts(known.asking.form, known.asking.values).get(fact)
    value = _read(known, one, None if computed is None else str(computed))
    if value not in _NOTHING:
        title = Words("按您填写的内容算出", "Computed from your answers")
        yield Candidate(value, Kind.COMPUTED, str(Kind.COMPUTED), title)


def _candidate(
    known: Known, value: object, kind: Kind, resource: Resource, reply: Reply
) -> Candidate:
    as_of = reply.as_of or known.today
    return Candidate(
        value=value,
        kind=kind,
        source=resource.key,
        title=resource.name,
        as_of=as_of.isoformat(),
        request=reply.request,
        is_fresh=resource.is_fresh(as_of, known.today),
    )


def _read(known: Known, one: Field, raw: object) -> object:
    """Read a source's value as the field reads answers; what the field cannot take is nothing."""
    if raw is None:
        return None
    text = one.register_words.get(raw, raw) if isinstance(raw, str) else raw
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    answer = parse(one, text, known.context)
    return None if answer.troubles else answer.value


# ── Tables: one row a record, and what is asked for each row ──


def _table(known: Known, table: Field) -> Envelope | None:
    asking = known.asking
    offer = known.offers.get(table.key)
    if offer is not None:
        return _carried(known, table, offer)
    filling = next((one for one in asking.form.lookups if one.rows == table.key), None)
    if filling is None:
        return _own_rows(known, table)
    resource = known.catalogue.resources.get(filling.source)
    reply = asking.reply(filling)
    if resource is None or reply is None:
        return None
    if reply.state != "found":
        status = _SILENT.get(reply.state, Status.BROKEN)
        return Envelope(status, silences=(Silence(resource.key, resource.name, status),))
    rows = [_row(known, table, filling, record) for record in reply.records][: table.max_rows]
    candidate = _candidate(known, rows, Kind.SHARED, resource, reply)
    status = Status.AUTHORITATIVE if candidate.is_fresh else Status.STALE
    cells = {
        column.key: candidate.origin(status)
        for column in table.columns
        if any(name.partition(".")[0] == filling.source for name in column.prefill)
    }
    envelope = Envelope(status, candidate, rows=tuple(rows), cells=cells)
    return _with_rows_own(known, table, envelope, [dict(row) for row in rows], rows)


def _carried(known: Known, table: Field, offer: Offer) -> Envelope | None:
    """Rows that the certificate in hand brings along."""
    value = _read(known, table, offer.value)
    if not isinstance(value, list) or not value:
        return None
    told = Candidate(
        value, Kind.CERTIFICATE, "certificate", offer.title, offer.as_of, offer.reference
    )
    origin = told.origin(Status.AUTHORITATIVE)
    cells = {name: origin for row in value for name in row}
    return Envelope(Status.AUTHORITATIVE, told, rows=tuple(value), cells=cells)


def _row(
    known: Known, table: Field, lookup: Lookup, record: Mapping[str, object]
) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in table.columns:
        for name in column.prefill:
            source, _, content = name.partition(".")
            value = _read(known, column, record.get(content)) if source == lookup.source else None
            if value not in _NOTHING:
                row[column.key] = value
                break
    return row


def _own_rows(known: Known, table: Field) -> Envelope | None:
    """What registers say of rows that people typed: their own cells are not among it."""
    rows = known.asking.values.get(table.key)
    per_row = any(one.start.startswith(f"{table.key}.") for one in known.asking.form.lookups)
    if not per_row or not isinstance(rows, list):
        return None
    typed = [row if isinstance(row, Mapping) else {} for row in rows]
    return _with_rows_own(known, table, Envelope(Status.MANUAL), typed, [{} for _ in typed])


def _with_rows_own(
    known: Known,
    table: Field,
    found: Envelope,
    keyed: Sequence[Mapping[str, object]],
    rows: list[dict[str, object]],
) -> Envelope:
    """Add to each row what is looked up by a key of its own, and that key with it."""
    cells, silences = dict(found.cells), list(found.silences)
    for lookup in known.asking.form.lookups:
        resource = known.catalogue.resources.get(lookup.source)
        if resource is None or not lookup.start.startswith(f"{table.key}."):
            continue
        by, heard = lookup.start.partition(".")[2], set()
        for row, told in zip(keyed, rows, strict=True):
            reply = _reply_for(known.asking, lookup, row)
            if reply is not None and reply.state == "found" and reply.records:
                _into(known, table, lookup, told, reply.records[0])
                told.setdefault(by, row.get(by))
                candidate = _candidate(known, None, Kind.SHARED, resource, reply)
                origin = {**candidate.origin(Status.AUTHORITATIVE), "by": by}
                for column in _columns_of(table, lookup.source):
                    cells.setdefault(column.key, origin)
            elif reply is not None:
                heard.add(_SILENT.get(reply.state, Status.BROKEN))
        silences += [Silence(resource.key, resource.name, status) for status in sorted(heard)]
    return Envelope(found.status, found.chosen, found.others, tuple(silences), tuple(rows), cells)


def _reply_for(asking: Asking, lookup: Lookup, row: Mapping[str, object]) -> Reply | None:
    key = row.get(lookup.start.partition(".")[2])
    return asking.replies.get((lookup.source, key)) if isinstance(key, str) else None


def _into(
    known: Known,
    table: Field,
    lookup: Lookup,
    row: dict[str, object],
    record: Mapping[str, object],
) -> None:
    for column in _columns_of(table, lookup.source):
        for name in column.prefill:
            source, _, content = name.partition(".")
            value = _read(known, column, record.get(content)) if source == lookup.source else None
            if value not in _NOTHING:
                row.setdefault(column.key, value)


def _columns_of(table: Field, source: str) -> list[Field]:
    return [
        column
        for column in table.columns
        if any(name.partition(".")[0] == source for name in column.prefill)
    ]
