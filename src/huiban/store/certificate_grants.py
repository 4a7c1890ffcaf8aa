# SPDX-License-Identifier: Apache-2.0
"""Keeps the grants to use a certificate (授权用证) and counts their uses, never one too many."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, F, Value, When

from huiban.store.models import CertificateGrant

_STATE = CertificateGrant.State


class GrantNotFound(LookupError):
    """No grant has this number or code."""


class GrantMade(Exception):
    """A grant of this number was made before; the same form was sent twice."""


def make(grant: CertificateGrant) -> None:
    """
    Keep a grant.

    :raises GrantMade: if its number is taken.
    """
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError:
        raise GrantMade(grant.number) from None


def load(number: str) -> CertificateGrant:
    """
    Return a grant with its certificate.

    :raises GrantNotFound: if there is none.
    """
    found = CertificateGrant.objects.select_related("certificate").filter(number=number).first()
    if found is None:
        raise GrantNotFound(number)
    return found


def of_code(code_hash: str) -> CertificateGrant:
    """
    Return the grant whose code has this digest.

    :raises GrantNotFound: if there is none.
    """
    rows = CertificateGrant.objects.select_related("certificate")
    found = rows.filter(code_hash=code_hash).first()
    if found is None:
        raise GrantNotFound("code")
    return found


def of_certificate(number: str, limit: int = 200) -> list[CertificateGrant]:
    """Return the grants of a certificate, newest first."""
    found = CertificateGrant.objects.filter(certificate_id=number)
    return list(found.order_by("-made_at", "number")[:limit])


def open_count(number: str, now: datetime) -> int:
    """Count the grants of a certificate that could still be used."""
    found = CertificateGrant.objects.filter(certificate_id=number, state=_STATE.ACTIVE)
    return found.filter(valid_until__gt=now).count()


def count_use(number: str, now: datetime) -> bool:
    """Count one use in one statement; False where none is left, or the grant counts no more."""
    left = CertificateGrant.objects.filter(
        number=number,
        state=_STATE.ACTIVE,
        uses__lt=F("uses_most"),
        valid_from__lte=now,
        valid_until__gt=now,
    )
    is_last = When(uses=F("uses_most") - 1, then=Value(str(_STATE.USED_UP)))
    state = Case(is_last, default=F("state"), output_field=CharField())
    ended = Case(When(uses=F("uses_most") - 1, then=Value(now)), default=F("ended_at"))
    return bool(left.update(uses=F("uses") + 1, state=state, ended_at=ended))


def revoke(number: str, now: datetime) -> bool:
    """End a grant for its holder; False where it was revoked before."""
    found = CertificateGrant.objects.filter(number=number).exclude(state=_STATE.REVOKED)
    return bool(found.update(state=_STATE.REVOKED, ended_at=now))
