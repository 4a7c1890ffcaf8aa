# SPDX-License-Identifier: Apache-2.0
"""Keeps what subjects agreed to (同意): given once, perhaps withdrawn, never changed."""

from collections.abc import Collection
from datetime import datetime

from huiban.store.models import Consent


def give(consent: Consent) -> None:
    """Keep a new consent."""
    consent.save(force_insert=True)


def in_force(
    subjects: Collection[str], resources: Collection[str], purpose: str
) -> dict[tuple[str, str], str]:
    """Return the number of the consent that counts, by subject and resource; the last one given."""
    found = Consent.objects.filter(
        subject__in=subjects, resource__in=resources, purpose=purpose, withdrawn_at=None
    ).order_by("given_at")
    return {(one.subject, one.resource): one.number for one in found}


def withdraw(number: str, subject: str, now: datetime) -> bool:
    """Note that a subject takes its consent back; False if it has none of that number in force."""
    mine = Consent.objects.filter(number=number, subject=subject, withdrawn_at=None)
    return bool(mine.update(withdrawn_at=now))


def of_subject(subject: str, limit: int = 100) -> list[Consent]:
    """Return what a subject agreed to, newest first."""
    return list(Consent.objects.filter(subject=subject).order_by("-given_at", "number")[:limit])


def move(before: str, after: str) -> None:
    """Let consents given on a draft be known by its case."""
    Consent.objects.filter(matter=before).update(matter=after)
