# SPDX-License-Identifier: Apache-2.0
"""Filling in what the city knows already (预填): asking registers, and settling their answers."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item
from huiban.kernel.envelope import Envelope, Known, Offer, envelopes
from huiban.kernel.form import Context, FieldKind, Form
from huiban.kernel.lookup import Asking, Question, Reply, bound, is_per_row, matched, questions
from huiban.kernel.prefill import Ledger, settle
from huiban.kernel.resource import Subject
from huiban.services import city, exchange
from huiban.services.exchange import Asked, Matter
from huiban.services.exchange_keys import key_digest
from huiban.services.facts import local_day
from huiban.store.fetched import FetchedRow

PAGE_BUDGET = 1.0
"""Seconds a page waits for registers; what is late comes afterwards."""
_LEVELS = 4
_FAILED = frozenset({"timeout", "busy", "broken"})
_CHECKED = frozenset({FieldKind.USCC, FieldKind.PERSON_ID})
MOST_ASKED = 400
"""Questions one application may put: a form of two hundred rows twice over."""


@dataclass(frozen=True)
class Applying:
    """One application being filled in: whose it is, and what is known without registers."""

    number: str
    item: Item
    form: Form
    purpose: str
    actor: Actor
    party: str
    offers: Mapping[str, Offer]

    @property
    def matter(self) -> Matter:
        return Matter(self.number, self.item.code, self.purpose, self.party, self.actor)

    @property
    def identity(self) -> dict[str, object]:
        return {
            name.partition(".")[2]: offer.value
            for name, offer in self.offers.items()
            if name.startswith("identity.")
        }


@dataclass(frozen=True)
class State:
    """Where an application stands: values, the ledger, an envelope a field, and who is late."""

    values: dict[str, object]
    ledger: Ledger
    envelopes: Mapping[str, Envelope] = field(default_factory=dict)
    asked: tuple[FetchedRow, ...] = ()
    several: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    """The records of registers that hold more than one, of which one counts."""
    is_waiting: bool = False


def look(applying: Applying, state: State, now: datetime) -> State:
    """Settle what has been answered so far; asks nobody."""
    rows = exchange.of_matter(applying.number)
    return _settled(applying, state, rows, now)


def ask(
    applying: Applying,
    state: State,
    now: datetime,
    budget: float = PAGE_BUDGET,
    *,
    again: bool = False,
) -> State:
    """
    Ask every register that can be asked now, level by level, within one budget in seconds.

    What is late is written down when it comes and found by `look`. With `again`, those that did
    not answer are asked once more.
    """
    if not applying.form.lookups:
        return _settled(applying, state, [], now)
    wanted, ends = bound(applying.form), time.monotonic() + budget
    state = look(applying, state, now)
    tried: set[tuple[str, str]] = set()
    for _ in range(_LEVELS):
        fresh = [
            one
            for one in _unanswered(applying, state, again=again)
            if (one.source, one.key) not in tried
        ]
        if not fresh:
            return state
        tried |= {(one.source, one.key) for one in fresh}
        left = max(ends - time.monotonic(), 0.0)
        exchange.ask(applying.matter, _asked(fresh), wanted, now, left)
        state = look(applying, state, now)
    return state


def ask_only(applying: Applying, state: State, now: datetime) -> State:
    """
    Ask what an answer just typed gives a well-formed key for, and fill nothing in.

    For saves in the background: the page learns of answers when it asks for them. Free texts are
    no keys before their writer goes on: every pause in typing would be a question.
    """
    looked = look(applying, state, now)
    before = replace(looked, values=state.values, ledger=state.ledger)
    fresh = [
        one for one in _unanswered(applying, before, again=False) if _is_checked(applying.form, one)
    ]
    if fresh:
        exchange.ask(applying.matter, _asked(fresh), bound(applying.form), now, 0.0)
        looked = look(applying, before, now)
    return replace(looked, values=state.values, ledger=state.ledger)


def _is_checked(form: Form, one: Question) -> bool:
    """Tell whether a key came from a field whose shape was checked, such as a credit code."""
    for lookup in form.lookups:
        if lookup.source != one.source or lookup.by != one.by:
            continue
        name, _, rest = lookup.start.partition(".")
        field = form.field(name)
        if field is not None and rest:
            field = next((cell for cell in field.columns if cell.key == rest), None)
        if field is None or field.kind in _CHECKED or field.format:
            return True
    return False


def _unanswered(applying: Applying, state: State, *, again: bool) -> Iterable[Question]:
    if len(state.asked) >= MOST_ASKED:
        return
    asking = _asking(applying, state)
    named = {applying.party, *_named(state)}
    for one in questions(asking):
        reply = asking.replies.get((one.source, one.key))
        is_open = reply is None or (again and reply.state in _FAILED)
        if is_open and (one.key in named or not _is_personal(one)):
            yield one


def _is_personal(one: Question) -> bool:
    """
    Tell whether a question is about a person.

    Such a one is asked only where a register, or the sign-in, has named that person for this
    matter: typing a stranger's number must not teach anybody about the stranger.
    """
    resource = city.loaded().catalogue.resources.get(one.source)
    return resource is None or one.by == "person_id" or resource.subject is Subject.PERSON


def _named(state: State) -> set[str]:
    """Return every text that registers answered for this matter."""
    return {
        value
        for row in state.asked
        for record in row.records
        for value in record.values()
        if isinstance(value, str)
    }


def _asked(fresh: Iterable[Question]) -> list[Asked]:
    return [Asked(one.source, one.by, one.key, one.fields, one.row) for one in fresh]


def _settled(applying: Applying, state: State, rows: Iterable[FetchedRow], now: datetime) -> State:
    """Fill in what is known; what that makes known further is filled in too."""
    stored = tuple(rows)
    waits = exchange.is_waiting(stored, now)
    # What nobody waits for any more has timed out, whatever a killed process left behind.
    seen = tuple(replace(row, state=exchange.state_of(row, now)) for row in stored)
    found = replace(state, asked=seen)
    for _ in range(_LEVELS):
        known = Known(
            asking=_asking(applying, found),
            offers=applying.offers,
            catalogue=city.loaded().catalogue,
            context=_context(applying, now),
        )
        sealed = envelopes(known)
        values, ledger = settle(applying.form, found.values, found.ledger, sealed)
        is_done = values == found.values
        found = replace(
            found,
            values=values,
            ledger=ledger,
            envelopes=sealed,
            several=_several(known.asking),
            is_waiting=waits,
        )
        if is_done:
            break
    return found


def _several(asking: Asking) -> dict[str, tuple[Mapping[str, object], ...]]:
    found = {}
    for lookup in asking.form.lookups:
        if lookup.rows or is_per_row(asking.form, lookup):
            continue
        reply = asking.reply(lookup)
        if reply is not None and len(reply.records) > 1:
            found[lookup.source] = reply.records
    return found


def _asking(applying: Applying, state: State) -> Asking:
    """Put together what is known, with the stored answers to the questions it makes possible."""
    asking = Asking(applying.form, applying.identity, state.values, picks=state.ledger.picks)
    return matched(asking, answers_among(state.asked))


def answers_among(rows: Iterable[FetchedRow]) -> Callable[[Question], Reply | None]:
    """Return what finds the stored answer to a question, by the keyed digest of its key."""
    stored = {(row.resource, row.key_digest): row for row in rows}

    def find(one: Question) -> Reply | None:
        row = stored.get((one.source, key_digest(one.key))) if stored else None
        if row is None:
            return None
        return Reply(one.source, one.key, row.state, row.records, row.as_of, row.request)

    return find


def _context(applying: Applying, now: datetime) -> Context:
    return Context(
        today=local_day(now),
        divisions=city.common().division_names,
        life=str(applying.item.life),
    )
