# SPDX-License-Identifier: Apache-2.0
"""How a question, its answer and a look at a masked value become lines of the request log."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from huiban.connectors.registers import Answer
from huiban.kernel.actor import ActorKind
from huiban.services.exchange_keys import key_digest
from huiban.services.exchange_plan import Matter, Planned
from huiban.store.fetched import FetchedRow
from huiban.store.inquiries import Entry


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at masked values: whose they are, of which register, and which items."""

    resource: str
    key: str
    fields: frozenset[str]
    by: str = ""


def asked_entry(matter: Matter, planned: Planned, now: datetime) -> Entry:
    """Give the line written before a question is sent, or instead of sending it."""
    one, actor = planned.asked, matter.actor
    return Entry(
        request=planned.request,
        event="asked",
        subject=planned.digest,
        party=key_digest(matter.party) if matter.party else "",
        resource=one.resource,
        looked_up_by=one.by,
        matter=matter.number,
        item_code=matter.item,
        purpose=matter.purpose,
        actor=actor.number,
        # A person who asks of themselves is known by the digest; the name would be their data.
        actor_name="" if actor.kind is ActorKind.PERSON else actor.name,
        actor_kind=str(actor.kind),
        department=actor.department,
        consent=planned.consent,
        fields=" ".join(sorted(one.fields)),
        outcome="" if planned.state == "pending" else planned.state,
        at=now,
    )


def answered_entry(asked: Entry, answer: Answer) -> Entry:
    """Give the line of an answer: the names of what came, never what they say."""
    returned = {name for record in answer.records for name in record}
    return replace(
        asked,
        event="answered",
        fields=" ".join(sorted(returned)),
        outcome=str(answer.outcome),
        latency=answer.latency_ms,
        request_sha256=answer.request_sha256,
        response_sha256=answer.response_sha256,
        at=answered_at(asked.at, answer),
    )


def revealed_entry(matter: Matter, looked: Looked, request: str, now: datetime) -> Entry:
    """Give the line of a look at masked values."""
    actor = matter.actor
    return Entry(
        request=request,
        event="revealed",
        subject=key_digest(looked.key),
        party=key_digest(matter.party) if matter.party else "",
        resource=looked.resource,
        looked_up_by=looked.by,
        matter=matter.number,
        item_code=matter.item,
        purpose=matter.purpose,
        actor=actor.number,
        actor_name="" if actor.kind is ActorKind.PERSON else actor.name,
        actor_kind=str(actor.kind),
        department=actor.department,
        fields=" ".join(sorted(looked.fields)),
        at=now,
    )


def new_row(matter: Matter, planned: Planned, now: datetime) -> FetchedRow:
    """Give what is kept of a question while its answer is awaited, or instead of one."""
    one, known = planned.asked, planned.known
    row = FetchedRow(
        matter=matter.number,
        resource=one.resource,
        looked_up_by=one.by,
        key_digest=planned.digest,
        row=one.row,
        fields=one.fields,
        state=planned.state,
        request=planned.request,
        asked_at=now,
    )
    if planned.state == "refused" or known is None or not _still_says(known, row):
        return row
    # Until the new answer is there the old one is not thrown away: a register that is down now
    # has still said what it said. A refusal is different: then nothing may be shown any more.
    kept = replace(row, records=known.records, as_of=known.as_of, fetched_at=known.fetched_at)
    return replace(kept, state=_said(known)) if planned.state == "busy" else kept


def answered_row(row: FetchedRow, answer: Answer) -> FetchedRow:
    """Give what is kept once a register answered, or was given up; `row` is what waited."""
    if answer.outcome.is_answer:
        return replace(
            row,
            state=str(answer.outcome),
            records=tuple(answer.records),
            as_of=answer.as_of,
            fetched_at=answered_at(row.asked_at, answer),
        )
    if str(answer.outcome) != "refused" and row.fetched_at is not None:
        return replace(row, state=_said(row))
    return replace(row, state=str(answer.outcome), records=(), as_of=None, fetched_at=None)


def _still_says(known: FetchedRow, row: FetchedRow) -> bool:
    return known.fetched_at is not None and row.fields <= known.fields


def _said(row: FetchedRow) -> str:
    return "found" if row.records else "absent"


def answered_at(asked_at: datetime, answer: Answer) -> datetime:
    """The moment of an answer, by how long it took: nothing here asks the clock."""
    return asked_at + timedelta(milliseconds=answer.latency_ms)
