# SPDX-License-Identifier: Apache-2.0
"""Keeps delegations (委托授权): written, signed, answered, counted under lock, ended, listed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, F, Q, Value, When

from huiban.store.models import DelegationRow

_STATE = DelegationRow.State
_ALIVE = (_STATE.PROPOSED, _STATE.ACTIVE, _STATE.USED_UP)


class DelegationNotFound(LookupError):
    """No delegation has this number."""


class DelegationMade(Exception):
    """A delegation of this number was written before; the same form was sent twice."""


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """What the grantor's signature adds to a delegation."""

    ceremony: str
    identity: str
    signed_key: str
    signed_sha256: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was set: where its bytes are kept, and where the signature goes."""

    object_key: str
    sha256: str
    pages: int
    place: str


def make(row: DelegationRow) -> None:
    """
    Keep a delegation that was written down.

    :raises DelegationMade: if its number is taken.
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise DelegationMade(row.number) from None


def load(number: str) -> DelegationRow:
    """
    Return a delegation with the one it was passed on from.

    :raises DelegationNotFound: if there is none.
    """
    found = DelegationRow.objects.select_related("parent").filter(number=number).first()
    if found is None:
        raise DelegationNotFound(number)
    return found


def lock(number: str) -> DelegationRow:
    """
    Return a delegation that nobody changes until the transaction ends, nor its parent.

    The parent is locked first, as whoever ends it does, so that two never wait for each other.

    :raises DelegationNotFound: if there is none.
    """
    above = load(number).parent_id
    for one in (above, number):
        if one:
            list(DelegationRow.objects.select_for_update().filter(number=one).values_list("pk"))
    return load(number)


def lay_anew(number: str, paper: Paper, identity: str) -> None:
    """Keep another paper of a delegation that is not signed, and the evidence it names."""
    waiting = DelegationRow.objects.filter(number=number, state=_STATE.DRAFTED)
    waiting.update(identity=identity, **asdict(paper))


def sign(number: str, paper: SignedPaper) -> bool:
    """Note that the grantor signed; False if that was done before, or it is over."""
    waiting = DelegationRow.objects.filter(number=number, state=_STATE.DRAFTED)
    return bool(waiting.update(state=_STATE.PROPOSED, **asdict(paper)))


def answer(number: str, state: DelegationRow.State, reason: str, now: datetime) -> bool:
    """Note that the delegate accepts or declines; False if nothing waits for that any more."""
    waiting = DelegationRow.objects.filter(number=number, state=_STATE.PROPOSED)
    ended = None if state == _STATE.ACTIVE else now
    columns = {"state": state, "answered_at": now, "reason": reason, "ended_at": ended}
    return bool(waiting.filter(valid_until__gt=now).update(**columns))


def count_use(number: str) -> bool:
    """Count one use in one statement; False where none is left, or it counts no more."""
    left = DelegationRow.objects.filter(number=number, state=_STATE.ACTIVE).filter(
        Q(uses_most=None) | Q(uses__lt=F("uses_most"))
    )
    is_last = When(uses=F("uses_most") - 1, then=Value(str(_STATE.USED_UP)))
    state = Case(is_last, default=F("state"), output_field=CharField())
    return bool(left.update(uses=F("uses") + 1, state=state))


def end(number: str, state: DelegationRow.State, reason: str, now: datetime) -> bool:
    """End a delegation that was signed; False where it is over already."""
    found = DelegationRow.objects.filter(number=number, state__in=_ALIVE)
    return bool(found.update(state=state, reason=reason, ended_at=now))


def passed_on(number: str) -> list[str]:
    """Name what was passed on from a delegation and is not over."""
    found = DelegationRow.objects.filter(parent_id=number, state__in=_ALIVE)
    return list(found.order_by("number").values_list("number", flat=True))


def overdue(now: datetime, limit: int) -> list[str]:
    """Name delegations whose time is over and which do not say so yet, the oldest first."""
    found = DelegationRow.objects.filter(state__in=_ALIVE, valid_until__lte=now)
    return list(found.order_by("valid_until").values_list("number", flat=True)[:limit])


def given(grantor_code: str, limit: int) -> list[DelegationRow]:
    """Return what a party gave, newest first, what others passed on for it among them."""
    found = DelegationRow.objects.filter(grantor_code=grantor_code)
    return list(found.order_by("-made_at", "number")[:limit])


def held(delegate: str, limit: int) -> list[DelegationRow]:
    """Return what was signed for an account to act under, newest first."""
    found = DelegationRow.objects.filter(delegate=delegate).exclude(state=_STATE.DRAFTED)
    return list(found.order_by("-made_at", "number")[:limit])


def usable(delegate: str, now: datetime, limit: int = 50) -> Sequence[DelegationRow]:
    """Return under what an account may act just now, for choosing among principals."""
    found = DelegationRow.objects.filter(
        delegate=delegate,
        state__in=(_STATE.ACTIVE, _STATE.USED_UP),
        valid_from__lte=now,
        valid_until__gt=now,
    )
    return list(found.order_by("grantor_name", "number")[:limit])


def open_count(made_by: str) -> int:
    """Count what an account wrote and is not over."""
    waiting = (_STATE.DRAFTED, _STATE.PROPOSED, _STATE.ACTIVE)
    return DelegationRow.objects.filter(made_by=made_by, state__in=waiting).count()


def discard(number: str) -> bool:
    """Throw away what was written down and never signed; False if it was signed."""
    drafted = DelegationRow.objects.filter(number=number, state=_STATE.DRAFTED)
    return bool(drafted.delete()[0])


def sweep_drafted(before: datetime, limit: int = 1000) -> int:
    """Forget what was written down long ago and never signed; returns how many."""
    old = DelegationRow.objects.filter(state=_STATE.DRAFTED, made_at__lt=before)
    numbers = list(old.values_list("pk", flat=True)[:limit])
    return DelegationRow.objects.filter(pk__in=numbers, state=_STATE.DRAFTED).delete()[0]
