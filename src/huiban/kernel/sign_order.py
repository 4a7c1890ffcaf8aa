# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is in a request to sign (签署顺序), and what a signature, decline or end does."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from huiban.kernel.words import Words


class SignOrder(StrEnum):
    """Stored, so these words never change."""

    SEQUENCE = "sequence"  # 依次签署: one after the other
    PARALLEL = "parallel"  # 同时签署: all at once, in whatever order they come


class PartyState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    SIGNED = "signed"
    DECLINED = "declined"
    CLOSED = "closed"


class RequestState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class TurnRefused(Exception):
    """A party may not act now; `code` is stable for programs, `message` fit to show."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(message.zh)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Turn:
    """One party: its place in the list, and the step at which its turn comes."""

    place: int
    step: int
    state: PartyState = PartyState.WAITING


@dataclass(frozen=True, slots=True)
class SignStanding:
    """Where a request to sign stands."""

    state: RequestState
    turns: tuple[Turn, ...]

    def turn(self, place: int) -> Turn:
        """
        Return the turn of a party.

        :raises LookupError: if nobody has that place.
        """
        for one in self.turns:
            if one.place == place:
                return one
        raise LookupError(f"nobody has the place {place}")

    @property
    def opened(self) -> tuple[int, ...]:
        """The places of those whose turn it is."""
        return tuple(one.place for one in self.turns if one.state is PartyState.OPEN)


def begin(count: int, order: SignOrder) -> SignStanding:
    """
    Start a request with `count` parties, places counted from 1.

    :raises ValueError: if there is nobody to sign.
    """
    if count < 1:
        raise ValueError("a request to sign needs at least one party")
    is_sequence = order is SignOrder.SEQUENCE
    turns = tuple(Turn(place, place if is_sequence else 1) for place in range(1, count + 1))
    return _opened(SignStanding(RequestState.OPEN, turns))


def demand_turn(standing: SignStanding, place: int) -> None:
    """
    Let a party act only when it is its turn.

    :raises TurnRefused: if the request has ended, others come first, or it acted before.
    """
    if standing.state is not RequestState.OPEN:
        raise TurnRefused(str(standing.state), _ENDED[standing.state])
    turn = standing.turn(place)
    if turn.state is PartyState.WAITING:
        raise TurnRefused("waiting", _WAITING)
    if turn.state is not PartyState.OPEN:
        raise TurnRefused("done", _DONE)


def signed(standing: SignStanding, place: int) -> SignStanding:
    """
    Note that a party signed; the next step opens, or the request is completed.

    :raises TurnRefused: as `demand_turn`.
    """
    demand_turn(standing, place)
    return _opened(replace(standing, turns=_set(standing.turns, place, PartyState.SIGNED)))


def declined(standing: SignStanding, place: int) -> SignStanding:
    """
    Note that a party declined: nobody else signs any more.

    :raises TurnRefused: as `demand_turn`.
    """
    demand_turn(standing, place)
    turns = _set(standing.turns, place, PartyState.DECLINED)
    return SignStanding(RequestState.DECLINED, _closed(turns))


def ended(standing: SignStanding, how: RequestState) -> SignStanding:
    """
    End an open request from outside: withdrawn by its maker, or expired.

    :raises TurnRefused: if it has ended already.
    :raises ValueError: if `how` is no end from outside.
    """
    if how not in (RequestState.WITHDRAWN, RequestState.EXPIRED):
        raise ValueError(f"a request is not ended from outside as {how}")
    if standing.state is not RequestState.OPEN:
        raise TurnRefused(str(standing.state), _ENDED[standing.state])
    return SignStanding(how, _closed(standing.turns))


def _opened(standing: SignStanding) -> SignStanding:
    left = [one.step for one in standing.turns if one.state is not PartyState.SIGNED]
    if not left:
        return replace(standing, state=RequestState.COMPLETED)
    turns = tuple(
        replace(one, state=PartyState.OPEN)
        if one.step == min(left) and one.state is PartyState.WAITING
        else one
        for one in standing.turns
    )
    return replace(standing, turns=turns)


def _set(turns: Iterable[Turn], place: int, state: PartyState) -> tuple[Turn, ...]:
    return tuple(replace(one, state=state) if one.place == place else one for one in turns)


def _closed(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    unsaid = (PartyState.WAITING, PartyState.OPEN)
    return tuple(
        replace(one, state=PartyState.CLOSED) if one.state in unsaid else one for one in turns
    )


_ENDED = {
    RequestState.COMPLETED: Words(
        "这项签署已经全部完成，不用再签", "This signing is complete; nothing is left to sign"
    ),
    RequestState.DECLINED: Words(
        "有一方拒绝签署，这项签署已经终止；有疑问请联系发起部门",
        "A party declined and this signing has ended; ask the department that made it",
    ),
    RequestState.WITHDRAWN: Words(
        "发起部门已撤回这项签署，不用再签；有疑问请联系发起部门",
        "The department withdrew this signing; ask it if in doubt",
    ),
    RequestState.EXPIRED: Words(
        "已经过了签署期限；确需签署的，请联系发起部门重新发起",
        "The time for signing is over; ask the department to make it anew",
    ),
}
_WAITING = Words(
    "还没有轮到您：前面的一方签好以后，会出现在“待我签署”里",
    "It is not your turn yet: once the party before you has signed, it appears in your list",
)
_DONE = Words("您已经签署过了，不用再签", "You have signed already; nothing more to do")
