# SPDX-License-Identifier: Apache-2.0
"""One value with where it came from (预填信封): candidates weighed, doubts kept, never hidden."""

from collections.abc import Iterator
from dataclasses import replace

from huiban.kernel.envelope_model import (
    NOTHING,
    SILENT,
    Candidate,
    Envelope,
    Kind,
    Known,
    Offer,
    Silence,
    Status,
    from_register,
    read_value,
)
from huiban.kernel.envelope_table import table_envelope
from huiban.kernel.form import Field, FieldKind, facts
from huiban.kernel.likeness import same
from huiban.kernel.lookup import Reply, lookup_for
from huiban.kernel.resource import Resource
from huiban.kernel.words import Words

__all__ = [
    "Candidate",
    "Envelope",
    "Kind",
    "Known",
    "Offer",
    "Silence",
    "Status",
    "disputed",
    "envelopes",
    "weigh",
]

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


def envelopes(known: Known) -> dict[str, Envelope]:
    """Return the envelope of every field that has a source, by its key."""
    found: dict[str, Envelope] = {}
    for one in known.asking.form.fields():
        if one.kind is FieldKind.TABLE:
            envelope = table_envelope(known, one)
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
    value = read_value(known, one, offer.value)
    if value not in NOTHING:
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
        yield from_register(known, read_value(known, one, one.when_absent), kind, resource, reply)
        return
    if reply.state != "found":
        yield Silence(source, resource.name, SILENT.get(reply.state, Status.BROKEN))
        return
    record = known.asking.record(source)
    if not record:
        yield Silence(source, resource.name, Status.SEVERAL)
        return
    value = read_value(known, one, record.get(content))
    if value in NOTHING:
        yield Silence(source, resource.name, Status.ABSENT)
        return
    found = from_register(known, value, kind, resource, reply)
    yield replace(found, is_picked=len(reply.records) > 1)


def _says_none(known: Known, one: Field, resource: Resource, reply: Reply) -> bool:
    """Having no record says something only in a register that is complete and fresh."""
    return bool(one.when_absent) and resource.says_no(reply.as_of or known.today, known.today)


def _computed(known: Known, one: Field, fact: str) -> Iterator[Candidate]:
    computed = facts(known.asking.form, known.asking.values).get(fact)
    value = read_value(known, one, None if computed is None else str(computed))
    if value not in NOTHING:
        title = Words("按您填写的内容算出", "Computed from your answers")
        yield Candidate(value, Kind.COMPUTED, str(Kind.COMPUTED), title)
