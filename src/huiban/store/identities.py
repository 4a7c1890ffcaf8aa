# SPDX-License-Identifier: Apache-2.0
"""Keeps attempts to prove who one is (身份核实): begun, ended once, spent once, listed."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from huiban.store.models import Account, IdentityAttempt, SeenFrame

_STATE = IdentityAttempt.State
_WAITING = (_STATE.OPEN, _STATE.JUDGING)


class AttemptNotFound(LookupError):
    """No attempt has this number."""


class FrameSeen(Exception):
    """A frame of this digest was judged before."""


def hold_account(account: str) -> None:
    """Have others who begin for the same account wait until the transaction ends."""
    list(Account.objects.select_for_update().filter(number=account).values_list("pk"))


def begin(row: IdentityAttempt) -> None:
    """Keep an attempt that begins."""
    row.save(force_insert=True)


def load(number: str) -> IdentityAttempt:
    """
    Return an attempt.

    :raises AttemptNotFound: if there is none.
    """
    found = IdentityAttempt.objects.filter(number=number).first()
    if found is None:
        raise AttemptNotFound(number)
    return found


def begun_since(account: str, way: str, since: datetime) -> list[datetime]:
    """Return when somebody began attempts of a way since a moment, oldest first."""
    found = IdentityAttempt.objects.filter(account=account, way=way, begun_at__gt=since)
    return list(found.order_by("begun_at").values_list("begun_at", flat=True))


def claim(number: str, now: datetime) -> bool:
    """Take an attempt to judge it; False if another did, it is over, or its time is."""
    open_ones = IdentityAttempt.objects.filter(number=number, state=_STATE.OPEN)
    return bool(open_ones.filter(expires_at__gt=now).update(state=_STATE.JUDGING))


def give_back(number: str) -> None:
    """Let an attempt that could not be judged be judged later."""
    IdentityAttempt.objects.filter(number=number, state=_STATE.JUDGING).update(state=_STATE.OPEN)


def end(number: str, state: IdentityAttempt.State, **facts: object) -> bool:
    """Note what became of an attempt; False if that was noted before."""
    waiting = IdentityAttempt.objects.filter(number=number, state__in=_WAITING)
    return bool(waiting.update(state=state, **facts))


def spend(number: str, now: datetime) -> bool:
    """Note that a passed attempt was used; False if it was used before, or counts no more."""
    passed = IdentityAttempt.objects.filter(number=number, state=_STATE.PASSED)
    return bool(passed.filter(counts_until__gt=now).update(state=_STATE.USED, used_at=now))


def counting(account: str, purpose: tuple[str, str], now: datetime) -> IdentityAttempt | None:
    """Return the newest attempt of somebody that still counts for a purpose."""
    kind, number = purpose
    found = IdentityAttempt.objects.filter(
        account=account,
        purpose_kind=kind,
        purpose_number=number,
        state=_STATE.PASSED,
        counts_until__gt=now,
    )
    return found.order_by("-begun_at", "number").first()


def history(account: str, limit: int) -> list[IdentityAttempt]:
    """Return what somebody tried, newest first, each with the picture kept of it."""
    found = IdentityAttempt.objects.filter(account=account).select_related("picture")
    return list(found.order_by("-begun_at", "number")[:limit])


def overdue(now: datetime, limit: int) -> list[str]:
    """Name the attempts that wait for something whose time is over, the oldest first."""
    found = IdentityAttempt.objects.filter(state__in=_WAITING, expires_at__lte=now)
    return list(found.order_by("expires_at", "number").values_list("number", flat=True)[:limit])


def seen_among(digests: Collection[str]) -> set[str]:
    """Return which of these frames were judged before."""
    found = SeenFrame.objects.filter(sha256__in=digests)
    return set(found.values_list("sha256", flat=True))


def see(number: str, digests: Collection[str]) -> None:
    """
    Note the frames of an attempt.

    :raises FrameSeen: if one was noted before, in whatever attempt.
    """
    rows = [SeenFrame(sha256=one, attempt_id=number) for one in digests]
    try:
        with transaction.atomic():
            SeenFrame.objects.bulk_create(rows)
    except IntegrityError:
        raise FrameSeen(number) from None
