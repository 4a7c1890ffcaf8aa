# SPDX-License-Identifier: Apache-2.0
"""Between the rows of a request to sign and what the kernel decides about whose turn it is."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from huiban.kernel.sign_order import PartyState, RequestState, SignStanding, Turn, TurnRefused
from huiban.services.refusal import NotOpen
from huiban.store.models import SignRequest
from huiban.store.sign_requests import PartyChange, RequestChange

Decided = TypeVar("Decided")


def standing_of(request: SignRequest) -> SignStanding:
    """Read where a request stands from its rows."""
    turns = tuple(Turn(one.place, one.step, PartyState(one.state)) for one in request.parties.all())
    return SignStanding(RequestState(request.state), turns)


def in_turn(decide: Callable[[], Decided]) -> Decided:
    """
    Decide about turns, refusing as services do.

    :raises NotOpen: where the kernel refuses.
    """
    try:
        return decide()
    except TurnRefused as refused:
        raise NotOpen(refused.message, refused.code) from refused


def change_of(
    request: SignRequest, after: SignStanding, now: datetime, reason: str = ""
) -> RequestChange:
    """Say what becomes of a request and its parties; bytes and ceremony are added by the caller."""
    has_ended = after.state is not RequestState.OPEN
    return RequestChange(
        number=request.number,
        version=request.version,
        state=after.state,
        parties=_parties(request, after, now),
        ended_at=now if has_ended else None,
        reason=reason if has_ended else "",
    )


def _parties(request: SignRequest, after: SignStanding, now: datetime) -> tuple[PartyChange, ...]:
    before = {one.place: one.state for one in standing_of(request).turns}
    return tuple(
        PartyChange(
            place=one.place,
            state=one.state,
            opened_at=now if one.state is PartyState.OPEN else None,
            ended_at=now if one.state not in (PartyState.OPEN, PartyState.WAITING) else None,
        )
        for one in after.turns
        if one.state is not before[one.place]
    )
