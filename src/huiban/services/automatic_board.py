# SPDX-License-Identifier: Apache-2.0
"""How automatic decisions fare (自动审批情况): what waits for people, how often people agree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.permission import Errand
from huiban.kernel.point_score import Share
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.permission import demand_platform
from huiban.services.refusal import NotFound
from huiban.store import automatic as stored
from huiban.store.automatic import Kind, Place, State, Tally
from huiban.store.models import AutomaticDecision

PAGE = 30
COUNTED_DAYS = 365
_GRANTED, _AGAINST = "granted", frozenset({"refused", "declined"})


@dataclass(slots=True)
class ItemLine:
    """One item: what the system decided, and what people decided of the sample."""

    item: str
    name: Words
    decided: int = 0
    sampled_open: int = 0
    agreed: int = 0
    differed: int = 0
    asked: int = 0
    upheld: int = 0
    corrected: int = 0

    @property
    def agreement(self) -> Share:
        """Of the samples that people decided, those they decided as the system would have."""
        return Share(self.agreed, self.agreed + self.differed)


@dataclass(frozen=True, slots=True)
class Board:
    """What waits for a person, page by page, and the count of each item."""

    waiting: tuple[AutomaticDecision, ...] = ()
    total: int = 0
    lines: tuple[ItemLine, ...] = field(default=())


def board(actor: Actor, now: datetime, page: int = 1) -> Board:
    """
    Show an officer the automatic decisions of their department, those of the last year counted.

    :raises NotAllowed: for whoever has no desk.
    """
    demand_platform(actor, Errand.LIST_DESK)
    place = _place(actor)
    if place is None:
        return Board()
    rows, total = stored.waiting(place, (page - 1) * PAGE, PAGE)
    tallies = stored.tallies(place, now - timedelta(days=COUNTED_DAYS))
    return Board(tuple(rows), total, _lines(tallies))


def _place(actor: Actor) -> Place | None:
    """An officer sees the decisions of their department, those of a district only its own."""
    if not actor.department:
        return None
    reach = actor.division[:6]
    while reach.endswith("00"):
        reach = reach[:-2]
    return Place(actor.department, reach + actor.division[6:])


def _lines(tallies: list[Tally]) -> tuple[ItemLine, ...]:
    found: dict[str, ItemLine] = {}
    for one in tallies:
        line = found.setdefault(one.item_code, ItemLine(one.item_code, _name(one.item_code)))
        if one.kind == Kind.DECIDED:
            line.decided += one.count
            line.asked += one.count if one.state == State.ASKED else 0
            line.upheld += one.count if one.state == State.UPHELD else 0
            line.corrected += one.count if one.state == State.CORRECTED else 0
        elif not one.outcome:
            line.sampled_open += one.count
        elif one.outcome == _GRANTED:
            line.agreed += one.count
        elif one.outcome in _AGAINST:  # what an applicant took back nobody decided
            line.differed += one.count
    return tuple(found[code] for code in sorted(found))


def _name(item: str) -> Words:
    try:
        return city.item(item).item.name
    except NotFound:
        return Words(item)
