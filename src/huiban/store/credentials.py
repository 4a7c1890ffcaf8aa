# SPDX-License-Identifier: Apache-2.0
"""Keeps credentials (数字证书): whose, under which key, until when, and what became of them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from huiban.kernel.credential import Owner, Profile
from huiban.store.models import Credential


class CredentialTaken(Exception):
    """Another process gave this owner a credential meanwhile; use that one."""


def active_of(owner: Owner, profile: Profile) -> Credential | None:
    """Return the credential an owner signs with, None before the first."""
    return Credential.objects.filter(
        owner_kind=owner.kind, owner=owner.code, profile=profile, state=Credential.State.ACTIVE
    ).first()


def load(number: str) -> Credential | None:
    return Credential.objects.filter(number=number).first()


def replace(made: Credential, old: Credential | None, reason: str) -> None:
    """
    Make a credential its owner's active one, in place of an old one where there was one.

    :raises CredentialTaken: if the owner got another meanwhile, or the old one was ended.
    """
    try:
        with transaction.atomic():
            if old is not None and not end(old, Credential.State.RETIRED, made.made_at, reason):
                raise CredentialTaken(old.number)
            made.save(force_insert=True)
    except IntegrityError:
        raise CredentialTaken(made.number) from None


def end(one: Credential, state: Credential.State, now: datetime, reason: str) -> bool:
    """Retire or revoke an active credential; False if it was ended already."""
    found = Credential.objects.filter(number=one.number, state=Credential.State.ACTIVE)
    is_ended = bool(found.update(state=state, ended_at=now, reason=reason))
    if is_ended:
        one.state, one.ended_at, one.reason = state, now, reason
    return is_ended


def compromise(one: Credential, now: datetime, reason: str) -> bool:
    """Revoke a credential, active or retired: what it signed before has to be looked at anew."""
    found = Credential.objects.filter(number=one.number).exclude(state=Credential.State.REVOKED)
    is_revoked = bool(
        found.update(state=Credential.State.REVOKED, ended_at=now, reason=reason, told_at=None)
    )
    if is_revoked:
        one.state, one.ended_at, one.reason = Credential.State.REVOKED, now, reason
    return is_revoked


def told(one: Credential, now: datetime) -> None:
    """Note that the authority knows of a revocation."""
    one.told_at = now
    Credential.objects.filter(number=one.number).update(told_at=now)


def key_destroyed(one: Credential, now: datetime) -> None:
    one.key_destroyed_at = now
    Credential.objects.filter(number=one.number).update(key_destroyed_at=now)


def ending(before: datetime, most: int) -> list[Credential]:
    """Return active credentials that end before a moment, the first to end first."""
    found = Credential.objects.filter(state=Credential.State.ACTIVE, not_after__lt=before)
    return list(found.order_by("not_after")[:most])


def to_tell(most: int) -> list[Credential]:
    """Return revoked credentials the authority does not know of yet."""
    found = Credential.objects.filter(state=Credential.State.REVOKED, told_at=None)
    return list(found.order_by("ended_at")[:most])


def keys_to_destroy(before: datetime, most: int) -> list[Credential]:
    """Return credentials ended before a moment whose keys are still there."""
    found = Credential.objects.filter(ended_at__lt=before, key_destroyed_at=None)
    return list(found.order_by("ended_at")[:most])


def counts(ends_before: datetime) -> tuple[int, int, int]:
    """Return how many are active, of them end before a moment, and are revoked but not told of."""
    active = Q(state=Credential.State.ACTIVE)
    untold = Q(state=Credential.State.REVOKED, told_at=None)
    found = Credential.objects.filter(active | untold).aggregate(
        active=Count("number", filter=active),
        ending=Count("number", filter=active & Q(not_after__lt=ends_before)),
        untold=Count("number", filter=untold),
    )
    return found["active"], found["ending"], found["untold"]


def newest(most: int, state: str = "", owner: str = "") -> list[Credential]:
    """Return credentials, the newest first."""
    found = Credential.objects.order_by("-made_at")
    if state:
        found = found.filter(state=state)
    if owner:
        found = found.filter(owner=owner)
    return list(found[:most])
