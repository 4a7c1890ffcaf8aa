# SPDX-License-Identifier: Apache-2.0
"""Who asked what about me (我的数据): every request, what for, and whether the log is whole."""

from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.resource import Resource
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.disputes import PURPOSE as DISPUTE
from huiban.services.exchange import TRIAL
from huiban.services.exchange_keys import key_digest
from huiban.services.exchange_plan import GIVEN_UP
from huiban.services.resources import provider_of, purpose_words
from huiban.store import inquiries, inquiry_lists
from huiban.store.inquiry_lists import Place
from huiban.store.models import Inquiry

_CHECKED = 1000
"""How many of the newest lines about a party are checked each time it looks."""


_OWN_PURPOSES = {
    TRIAL: Words("测试接口是否连通", "Trying out the connection"),
    DISPUTE: Words("核实数据异议", "Checking a dispute"),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked: the party itself (`is_self`), somebody of it, a department, or the system."""

    is_self: bool
    name: str
    department: Words
    party: str
    """The enterprise or person it was asked for, where that is somebody else."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request: its question and its answer together."""

    at: datetime
    request: str
    event: str
    resource: Words
    provider: Words
    asked: tuple[Words, ...]
    returned: tuple[Words, ...]
    purpose: Words
    item: Words
    outcome: str
    """found, absent, timeout, refused, busy, broken, pending; empty for a look."""
    consent: str
    asker: Asker
    place: Place | None
    is_mine: bool
    """Whether the draft or case is the reader's own."""
    is_about_me: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """How many lines about the party were checked, and how many are not as they were written."""

    checked: int
    broken: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of requests, newest first; `cursor` asks for the next one, empty at the end."""

    lines: tuple[Line, ...]
    cursor: str


def page(actor: Actor, now: datetime, resource: str = "", cursor: str = "") -> Page:
    """
    List what registers were asked about a party or for it, in six statements.

    :raises BadCursor: if the cursor is not one of this list.
    """
    if not actor.subject:
        return Page((), "")
    digest = key_digest(actor.subject)
    rows, after = inquiry_lists.about(digest, resource, cursor)
    answers = inquiry_lists.answers_to({one.request for one in rows})
    places = inquiry_lists.places_of(rows)
    return Page(
        tuple(
            _line(one, answers.get(one.request), places.get(one.request), actor, now)
            for one in rows
        ),
        after,
    )


def resources(actor: Actor) -> list[tuple[str, Words]]:
    """List the registers that were asked about a party or for it, for narrowing the list."""
    if not actor.subject:
        return []
    known = city.loaded().catalogue.resources
    return [
        (key, known[key].name if key in known else Words(key))
        for key in inquiry_lists.resources_about(key_digest(actor.subject))
    ]


def whole(actor: Actor) -> Whole:
    """Check that the newest lines about a party still are what was written, in one statement."""
    if not actor.subject:
        return Whole(0, 0)
    checked, broken = inquiries.verify(key_digest(actor.subject), newest=_CHECKED)
    return Whole(checked, len(broken))


def _line(
    row: Inquiry, answer: Inquiry | None, place: Place | None, actor: Actor, now: datetime
) -> Line:
    known = city.loaded().catalogue.resources.get(row.resource)
    provider = provider_of(known) if known else None
    digest = key_digest(actor.subject)
    item = city.items().get(row.item_code)
    return Line(
        at=row.at,
        request=row.request,
        event=row.event,
        resource=known.name if known else Words(row.resource),
        provider=provider.name if provider else Words(""),
        asked=_labels(known, row.fields),
        returned=_labels(known, answer.fields) if answer else (),
        purpose=_OWN_PURPOSES.get(TRIAL if row.matter == TRIAL else row.purpose)
        or purpose_words(row.purpose),
        item=item.item.name if item else Words(""),
        outcome=_outcome(row, answer, now),
        consent=row.consent,
        asker=_asker(row, place, actor),
        place=place,
        is_mine=place is not None and place.subject_code == actor.subject,
        is_about_me=row.subject == digest,
    )


def _outcome(row: Inquiry, answer: Inquiry | None, now: datetime) -> str:
    if row.event == "revealed":
        return ""
    if answer is not None:
        return answer.outcome
    return row.outcome or ("pending" if now - row.at <= GIVEN_UP else "timeout")


def _asker(row: Inquiry, place: Place | None, actor: Actor) -> Asker:
    department = city.common().departments.get(row.department)
    party = place.subject_name if place and place.subject_code != actor.subject else ""
    return Asker(
        is_self=row.actor == actor.number,
        name=row.actor_name,
        department=department.name if department else Words(row.department),
        party=party if row.actor_kind != ActorKind.OFFICER else "",
    )


def _labels(resource: Resource | None, names: str) -> tuple[Words, ...]:
    found = []
    for name in names.split():
        item = resource.item(name) if resource else None
        found.append(item.label if item else Words(name))
    return tuple(found)
