# SPDX-License-Identifier: Apache-2.0
"""Keeps what parties dispute of the registers (数据异议), and what the owners answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from huiban.store.models import Dispute
from huiban.store.turns import a_turn


class DisputeNotFound(LookupError):
    """No dispute has this number."""


@dataclass(frozen=True, slots=True)
class DisputeNarrow:
    """Which disputes are looked at; `provider` None means those of every department."""

    provider: str | None = None
    is_open: bool | None = None
    resource: str = ""


def lodge(dispute: Dispute) -> Dispute:
    """Keep a dispute; one of the same matter, path and resource is returned as it stands."""
    try:
        with a_turn(), transaction.atomic():
            dispute.save(force_insert=True)
    except IntegrityError:
        known = Dispute.objects.filter(
            matter=dispute.matter, path=dispute.path, resource=dispute.resource
        ).first()
        if known is None:
            raise
        return known
    return dispute


def load(number: str) -> Dispute:
    """
    Return one dispute.

    :raises DisputeNotFound: if there is none of this number.
    """
    found = Dispute.objects.filter(number=number).first()
    if found is None:
        raise DisputeNotFound(number)
    return found


def close(number: str, state: str, answer: str, by: str, now: datetime) -> bool:
    """Write the owner's answer; False if somebody has answered already."""
    waiting = Dispute.objects.filter(number=number, state=Dispute.State.OPEN)
    return bool(waiting.update(state=state, answer=answer, closed_by=by, closed_at=now))


def of_subject(subject_code: str, limit: int = 100) -> list[Dispute]:
    """Return what a party disputes, newest first."""
    mine = Dispute.objects.filter(subject_code=subject_code)
    return list(mine.order_by("-opened_at", "number")[:limit])


def of_matter(matter: str) -> list[Dispute]:
    """Return what is disputed in a draft or case."""
    return list(Dispute.objects.filter(matter=matter).order_by("opened_at", "number"))


def listing(narrow: DisputeNarrow, first: int, limit: int) -> tuple[list[Dispute], int]:
    """Return a page of the desk's list, the longest waiting first, and how many there are."""
    found = Dispute.objects.all()
    if narrow.provider is not None:
        found = found.filter(provider=narrow.provider)
    if narrow.resource:
        found = found.filter(resource=narrow.resource)
    if narrow.is_open is not None:
        is_open = {"state": Dispute.State.OPEN}
        found = found.filter(**is_open) if narrow.is_open else found.exclude(**is_open)
    order = ("opened_at", "number") if narrow.is_open else ("-opened_at", "number")
    return list(found.order_by(*order)[first : first + limit]), found.count()


def waiting_count(provider: str | None) -> int:
    """Count the disputes that wait for an answer, of one provider or of all."""
    found = Dispute.objects.filter(state=Dispute.State.OPEN)
    return (found if provider is None else found.filter(provider=provider)).count()


def move(before: str, after: str) -> None:
    """Let disputes of a draft be the case's; where the case has the same, that one stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE store_dispute SET matter = %s WHERE matter = %s AND NOT EXISTS "
            "(SELECT 1 FROM store_dispute known WHERE known.matter = %s"
            " AND known.path = store_dispute.path AND known.resource = store_dispute.resource)",
            [after, before, after],
        )
