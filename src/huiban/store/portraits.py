# SPDX-License-Identifier: Apache-2.0
"""Keeps portraits (证件照片) and pictures of attempts: sealed, replaced, deleted, never changed."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from huiban.store.models import KeptPicture, Portrait


class PortraitMoved(Exception):
    """Somebody else put a portrait of the same account at the same time."""


def current(account: str) -> Portrait | None:
    """Return the portrait that faces are compared with now."""
    return Portrait.objects.filter(account=account, ended_at=None).first()


def put(row: Portrait, now: datetime) -> Portrait | None:
    """
    Keep a portrait in the place of the one before, and return that one.

    :raises PortraitMoved: if another was put meanwhile.
    """
    before = current(row.account)
    if before is not None:
        Portrait.objects.filter(pk=before.pk, ended_at=None).update(ended_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise PortraitMoved(row.account) from None
    return before


def not_deleted(account: str) -> list[Portrait]:
    """Return the portraits of an account whose bytes are still kept, replaced ones too."""
    found = Portrait.objects.filter(account=account, deleted_at=None)
    return list(found.order_by("-put_at", "number"))


def history(account: str, limit: int = 50) -> list[Portrait]:
    """Return every portrait an account ever had, newest first, deleted ones without bytes."""
    return list(Portrait.objects.filter(account=account).order_by("-put_at", "number")[:limit])


def forget(row: Portrait, now: datetime) -> bool:
    """Take the key of a portrait away, and its place; False if that was done before."""
    found = Portrait.objects.filter(pk=row.pk, deleted_at=None)
    ended = row.ended_at or now
    gone = {"object_key": "", "secret": "", "deleted_at": now, "ended_at": ended}
    return bool(found.update(**gone))


def keep(row: KeptPicture) -> None:
    """Keep a picture of an attempt."""
    row.save(force_insert=True)


def picture(number: str) -> KeptPicture | None:
    return KeptPicture.objects.select_related("attempt").filter(number=number).first()


def pictures(account: str, limit: int = 100) -> list[KeptPicture]:
    """Return what is or was kept of somebody, newest first."""
    found = KeptPicture.objects.filter(account=account).select_related("attempt")
    return list(found.order_by("-consented_at", "number")[:limit])


def due(day: date, limit: int) -> list[KeptPicture]:
    """Return the pictures whose day has come, the oldest first."""
    found = KeptPicture.objects.filter(deleted_at=None, delete_on__lte=day)
    return list(found.order_by("delete_on", "number")[:limit])


def forget_picture(number: str, now: datetime, *, is_withdrawn: bool) -> bool:
    """Take the key of a picture away; False if that was done before."""
    found = KeptPicture.objects.filter(number=number, deleted_at=None)
    withdrawn = {"withdrawn_at": now} if is_withdrawn else {}
    return bool(found.update(object_key="", secret="", deleted_at=now, **withdrawn))
