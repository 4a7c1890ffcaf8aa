# SPDX-License-Identifier: Apache-2.0
"""Keeps passkeys, their answers, codes sent and window numbers: each counts once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from huiban.store.models import IdentityCode, Passkey, PasskeyAnswer, WindowVisit
from huiban.store.turns import a_turn


class PasskeyNotFound(LookupError):
    """No passkey of this account has this number, or it was removed."""


class Taken(Exception):
    """Another row has it already."""


def keep(row: Passkey) -> None:
    """
    Keep a passkey that was made.

    :raises Taken: if that device key is known, whoever's it is.
    """
    _insert(row)


def of_account(account: str) -> list[Passkey]:
    """Return the passkeys that somebody has, the newest first."""
    found = Passkey.objects.filter(account=account, removed_at=None)
    return list(found.order_by("-made_at", "number"))


def find(account: str, credential: str) -> Passkey:
    """
    Return a passkey of somebody by what its device calls it.

    :raises PasskeyNotFound: if there is none, or it is another's.
    """
    found = Passkey.objects.filter(account=account, credential=credential, removed_at=None).first()
    if found is None:
        raise PasskeyNotFound(credential)
    return found


def rename(account: str, number: str, name: str) -> bool:
    """Call a passkey something else; False if there is none."""
    return bool(_mine(account, number).update(name=name))


def remove(account: str, number: str, now: datetime) -> bool:
    """Have a passkey answer no more; False if there is none."""
    return bool(_mine(account, number).update(removed_at=now))


def answer(row: Passkey, attempt: str, counter: int, now: datetime) -> None:
    """
    Note that a passkey answered for an attempt, and how far its device has counted.

    :raises PasskeyNotFound: if it was removed, or answered elsewhere meanwhile.
    :raises Taken: if the attempt was answered before.
    """
    with transaction.atomic():
        held = Passkey.objects.filter(number=row.number, removed_at=None, counter=row.counter)
        if not held.update(counter=counter, used_at=now):
            raise PasskeyNotFound(row.number)
        _insert(PasskeyAnswer(attempt_id=attempt, passkey_id=row.number, counter=counter, at=now))


def answered(attempt: str) -> PasskeyAnswer | None:
    """Return the answer for an attempt with its passkey, None before it came."""
    return PasskeyAnswer.objects.filter(attempt_id=attempt).select_related("passkey").first()


def send(row: IdentityCode) -> None:
    """Keep a code that is about to be sent; those sent before for the attempt count no more."""
    with transaction.atomic():
        IdentityCode.objects.filter(attempt_id=row.attempt_id).exclude(digest="").update(digest="")
        row.save(force_insert=True)


def code_of(attempt: str) -> IdentityCode | None:
    """Return the code sent last for an attempt, None before the first."""
    return IdentityCode.objects.filter(attempt_id=attempt).order_by("-sent_at", "-number").first()


def sent_to_account(account: str, since: datetime) -> list[datetime]:
    """Return when codes were sent to somebody since a moment, oldest first."""
    found = IdentityCode.objects.filter(account=account, sent_at__gt=since)
    return list(found.order_by("sent_at").values_list("sent_at", flat=True))


def sent_to_address(digest: str, since: datetime) -> int:
    """Count the codes sent to one telephone or mailbox since a moment, whoever's account it was."""
    return IdentityCode.objects.filter(address_digest=digest, sent_at__gt=since).count()


def try_code(number: str, most: int) -> bool:
    """Count one try of a code; False if it had as many as it may."""
    return bool(
        IdentityCode.objects.filter(number=number, tries__lt=most)
        .exclude(digest="")
        .update(tries=F("tries") + 1)
    )


def spend_code(number: str) -> bool:
    """Let a code count no more; False if it counted no more before."""
    return bool(IdentityCode.objects.filter(number=number).exclude(digest="").update(digest=""))


def forget_codes(before: datetime) -> int:
    """Delete what is kept of codes sent before a moment; their attempts tell what came of them."""
    return IdentityCode.objects.filter(sent_at__lt=before).delete()[0]


def wait(row: WindowVisit) -> None:
    """
    Keep a number that somebody will say at the window.

    :raises Taken: if that number waits for somebody else.
    """
    _insert(row)


def visit_of(attempt: str) -> WindowVisit | None:
    """Return the window number of an attempt."""
    return WindowVisit.objects.filter(attempt_id=attempt).first()


def waiting_for(account: str, purpose: tuple[str, str], now: datetime) -> WindowVisit | None:
    """Return the number under which somebody waits for a purpose, if its time is not over."""
    kind, number = purpose
    found = WindowVisit.objects.filter(
        is_waiting=True,
        attempt__account=account,
        attempt__purpose_kind=kind,
        attempt__purpose_number=number,
        attempt__expires_at__gt=now,
    )
    return found.select_related("attempt").order_by("-attempt__begun_at").first()


def waiting(code: str) -> WindowVisit | None:
    """Return what waits under a number at the window, with its attempt."""
    found = WindowVisit.objects.filter(code=code, is_waiting=True)
    return found.select_related("attempt").first()


def answer_visit(attempt: str, by: tuple[str, str, str], reason: str, now: datetime) -> bool:
    """Note which clerk (account, name, department) answered; False if one did before."""
    clerk, clerk_name, department = by
    return bool(
        WindowVisit.objects.filter(attempt_id=attempt, is_waiting=True).update(
            is_waiting=False, clerk=clerk, clerk_name=clerk_name, department=department,
            answered_at=now, reason=reason,
        )
    )  # fmt: skip


def answered_visits(clerk: str, limit: int) -> list[WindowVisit]:
    """Return what a clerk answered, newest first, each with its attempt."""
    found = WindowVisit.objects.filter(clerk=clerk, is_waiting=False)
    return list(found.select_related("attempt").order_by("-answered_at", "attempt_id")[:limit])


def free_numbers(now: datetime) -> int:
    """Give back the window numbers of attempts whose time is over; returns how many."""
    over = WindowVisit.objects.filter(is_waiting=True, attempt__expires_at__lte=now)
    return over.update(is_waiting=False)


def _mine(account: str, number: str) -> QuerySet[Passkey]:
    return Passkey.objects.filter(account=account, number=number, removed_at=None)


def _insert(row: Passkey | PasskeyAnswer | WindowVisit) -> None:
    try:
        with a_turn(), transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Taken(str(row)) from None
