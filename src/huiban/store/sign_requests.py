# SPDX-License-Identifier: Apache-2.0
"""Keeps requests to sign (签署任务) and their parties; a change counts from the version it read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Min, Prefetch, QuerySet

from huiban.kernel.sign_order import PartyState, RequestState
from huiban.store.models import SignParty, SignRequest

MOST_LISTED = 200


class RequestNotFound(LookupError):
    """No request to sign has this number, token or place."""


class RequestMoved(Exception):
    """The request changed since it was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class PartyChange:
    """What becomes of one party."""

    place: int
    state: PartyState
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    ceremony: str | None = None


@dataclass(frozen=True, slots=True)
class RequestChange:
    """What one act changes; bytes only where something was signed or written."""

    number: str
    version: int
    state: RequestState
    parties: tuple[PartyChange, ...] = ()
    object_key: str = ""
    sha256: str = ""
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An attestation with its answer in it."""

    answer: str
    object_key: str
    sha256: str
    pages: int


def add(request: SignRequest, parties: Sequence[SignParty]) -> None:
    """Keep a new request with its parties."""
    with transaction.atomic():
        request.save(force_insert=True)
        SignParty.objects.bulk_create(parties)


def exists(number: str) -> bool:
    return SignRequest.objects.filter(number=number).exists()


def load(number: str) -> SignRequest:
    """
    Return a request with its parties and case at hand.

    :raises RequestNotFound: if there is none of this number.
    """
    found = _whole(SignRequest.objects.filter(number=number)).first()
    if found is None:
        raise RequestNotFound(number)
    return found


def of_token(token_hash: str) -> tuple[str, int]:
    """
    Return the request and place that a link leads to.

    :raises RequestNotFound: if no link has this token.
    """
    found = SignParty.objects.filter(token_hash=token_hash).values_list("request_id", "place")
    party = found.first()
    if party is None:
        raise RequestNotFound
    return party


def change(what: RequestChange) -> None:
    """
    Write one act on a request, all of it or nothing.

    :raises RequestMoved: if it changed since it was read.
    """
    columns: dict[str, object] = {"state": what.state, "version": F("version") + 1}
    if what.object_key:
        columns |= {"object_key": what.object_key, "sha256": what.sha256}
    if what.ended_at is not None:
        columns |= {"ended_at": what.ended_at, "reason": what.reason}
    with transaction.atomic():
        found = SignRequest.objects.filter(number=what.number, version=what.version)
        if not found.update(**columns):
            raise RequestMoved(what.number)
        for one in what.parties:
            _write_party(what.number, one)


def _write_party(number: str, one: PartyChange) -> None:
    told = {
        "opened_at": one.opened_at,
        "ended_at": one.ended_at,
        "reason": one.reason or None,
        "ceremony_id": one.ceremony,
    }
    columns = {name: value for name, value in told.items() if value is not None}
    SignParty.objects.filter(request_id=number, place=one.place).update(state=one.state, **columns)


def write_again(number: str, version: int, what: Written) -> None:
    """
    Replace what is to be signed before anybody has: the department asked wrote its answer.

    :raises RequestMoved: if it changed since it was read.
    """
    found = SignRequest.objects.filter(number=number, version=version)
    changed = found.update(
        answer=what.answer,
        object_key=what.object_key,
        first_key=what.object_key,
        sha256=what.sha256,
        first_sha256=what.sha256,
        pages=what.pages,
        version=F("version") + 1,
    )
    if not changed:
        raise RequestMoved(number)


def renew_link(number: str, place: int, token_hash: str) -> None:
    """Give a party a new link; the one before leads nowhere from now on."""
    SignParty.objects.filter(request_id=number, place=place).update(token_hash=token_hash)


def of_department(
    department: str, states: Collection[str], first: int, limit: int
) -> tuple[list[SignRequest], int]:
    """Return a page of what a department asked for, newest first, and how many there are."""
    found = SignRequest.objects.filter(department=department, state__in=states)
    rows = _whole(found.order_by("-made_at", "number"))[first : first + limit]
    return list(rows), found.count()


def of_case(case_id: int) -> list[SignRequest]:
    """Return the requests on a case, oldest first."""
    return list(_whole(SignRequest.objects.filter(case_id=case_id).order_by("made_at", "number")))


def holder_of(kind: str, code: str) -> str:
    """Name whom a party is, in one column: an account, a subject or a department."""
    return f"{kind}:{code}"


def waiting(holders: Collection[str]) -> list[SignParty]:
    """Return what waits for any of those who are asked, the most urgent first."""
    found = SignParty.objects.filter(holder__in=holders, state=PartyState.OPEN)
    return list(found.select_related("request").order_by("request__until", "pk")[:MOST_LISTED])


def count_waiting(holders: Collection[str]) -> tuple[int, datetime | None]:
    """Count what waits for any of those who are asked; with the first time that runs out."""
    found = SignParty.objects.filter(holder__in=holders, state=PartyState.OPEN)
    told = found.aggregate(count=Count("pk"), until=Min("request__until"))
    return told["count"], told["until"]


def done(holders: Collection[str], limit: int = 50) -> list[SignParty]:
    """Return what those who were asked are done with, newest first."""
    over = (PartyState.SIGNED, PartyState.DECLINED, PartyState.CLOSED)
    found = SignParty.objects.filter(holder__in=holders, state__in=over, opened_at__isnull=False)
    return list(found.select_related("request").order_by("-ended_at", "-pk")[:limit])


def overdue(now: datetime, limit: int) -> list[str]:
    """Return the numbers of open requests whose time is over."""
    found = SignRequest.objects.filter(state=RequestState.OPEN, until__lte=now)
    return list(found.order_by("until").values_list("number", flat=True)[:limit])


def _whole(found: QuerySet[SignRequest]) -> QuerySet[SignRequest]:
    parties = SignParty.objects.order_by("place").select_related("ceremony")
    return found.select_related("case").prefetch_related(Prefetch("parties", queryset=parties))
