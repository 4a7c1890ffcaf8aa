# SPDX-License-Identifier: Apache-2.0
"""What is on record of a party that may take the place of materials (免提交): one question each."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from huiban.store.models import Certificate, JournalEntry

BROKEN = "commitment_broken"
"""The journal's word for a promise that the check afterwards found broken (违背承诺)."""


def certificates(subject: str, kinds: Collection[str], day: date) -> dict[str, str]:
    """Return the certificate a party holds of each kind, by kind: valid on a day, newest first."""
    return dict(_in_force(subject, kinds, day).values_list("kind", "number"))


def held(subject: str, kinds: Collection[str], day: date) -> dict[str, Certificate]:
    """Return the same certificates with all that they say."""
    return {one.kind: one for one in _in_force(subject, kinds, day)}


def _in_force(subject: str, kinds: Collection[str], day: date) -> QuerySet[Certificate]:
    unended = Q(valid_until=None) | Q(valid_until__gte=day)
    found = Certificate.objects.filter(
        unended,
        subject_code=subject,
        kind__in=kinds,
        state=Certificate.State.VALID,
        valid_from__lte=day,
    )
    return found.order_by("issued_at")  # the newest of a kind comes last, and counts


def broke_promise(subject: str) -> bool:
    """Tell whether a party was found to have broken a promise made in place of a material."""
    return JournalEntry.objects.filter(act=BROKEN, case__subject_code=subject).exists()
