# SPDX-License-Identifier: Apache-2.0
"""Keeps electronic seals (电子印章) and who may use them (用印授权)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from huiban.store.models import Credential, Seal, SealGrant
from huiban.store.turns import a_turn

# Written out: the planner then finds the partial index also where it sees no parameters.
_IN_FORCE = Q(state__in=["active", "suspended"])
_ORDER = Case(
    When(state=Seal.State.PROPOSED, then=Value(0)),
    When(state=Seal.State.ACTIVE, then=Value(1)),
    When(state=Seal.State.SUSPENDED, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


class SealNotFound(LookupError):
    """No seal has this number."""


class SealTaken(Exception):
    """The department has a seal of this kind and suite in force."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many proposals wait for the first and the second approval."""

    first: int
    second: int


def propose(seal: Seal) -> Seal:
    """Keep a new proposal."""
    with a_turn():
        seal.save(force_insert=True)
    return seal


def load(number: str) -> Seal:
    """
    Return one seal.

    :raises SealNotFound: if there is none of this number.
    """
    return _one(Seal.objects.filter(number=number).first(), number)


def lock(number: str) -> Seal:
    """
    Return a seal that nobody else changes until the transaction ends.

    :raises SealNotFound: if there is none.
    """
    return _one(Seal.objects.select_for_update().filter(number=number).first(), number)


def save(seal: Seal) -> None:
    """
    Write a seal that was locked.

    :raises SealTaken: if another of its kind and suite is in force.
    """
    try:
        with transaction.atomic():
            seal.save(force_update=True)
    except IntegrityError:
        raise SealTaken(f"{seal.department} has a seal {seal.kind} in force") from None


def of_kind(department: str, kind: str) -> list[Seal]:
    """Return a department's seals of a kind that are or were in force, those in force first."""
    found = Seal.objects.filter(department=department, kind=kind)
    ended = ["active", "suspended", "revoked", "retired"]
    return list(found.filter(state__in=ended).order_by(_ORDER, "-state_at", "number")[:10])


def in_force(department: str, kind: str, profile: str) -> Seal | None:
    """Return the one seal of a kind and suite that is in force, if any."""
    of_kind = Seal.objects.filter(_IN_FORCE, department=department, kind=kind, profile=profile)
    return of_kind.first()


def listing(department: str | None, first: int, limit: int) -> tuple[list[Seal], int]:
    """Return a page of seals, those that wait for approval first, and how many there are."""
    found = Seal.objects.all() if department is None else Seal.objects.filter(department=department)
    rows = found.defer("object_der").order_by(_ORDER, "-state_at", "number")
    return list(rows[first : first + limit]), found.count()


def waiting(department: str | None) -> Waiting:
    """Count the proposals that wait, of one department or of all."""
    found = Seal.objects.filter(state=Seal.State.PROPOSED)
    if department is not None:
        found = found.filter(department=department)
    counts = found.aggregate(
        first=Count("pk", filter=Q(first_by="")), second=Count("pk", filter=~Q(first_by=""))
    )
    return Waiting(counts["first"], counts["second"])


def ended_before(day: date, limit: int = 500) -> list[str]:
    """Return the numbers of seals in force whose last day lies before a day."""
    found = Seal.objects.filter(_IN_FORCE, valid_until__lt=day)
    return list(found.order_by("valid_until").values_list("number", flat=True)[:limit])


def grant(made: SealGrant) -> SealGrant:
    """Keep a new grant."""
    made.save(force_insert=True)
    return made


def grants_of(seal: str, limit: int = 500) -> list[SealGrant]:
    """Return the grants of a seal, newest first."""
    return list(SealGrant.objects.filter(seal_id=seal).order_by("-granted_at", "number")[:limit])


def grants_for(seal: str, account: str, roles: frozenset[str]) -> list[SealGrant]:
    """Return the grants of a seal made out to an account or to one of its roles, not revoked."""
    meant = Q(holder_kind="account", holder=account) | Q(holder_kind="role", holder__in=roles)
    return list(SealGrant.objects.filter(meant, seal_id=seal, revoked_at=None))


def revoke_grant(seal: str, number: str, now: datetime) -> bool:
    """End a grant; False if there is none, or it ended already."""
    found = SealGrant.objects.filter(seal_id=seal, number=number, revoked_at=None)
    return bool(found.update(revoked_at=now))


def count_use(seal: str, grant: str, month: date) -> bool:
    """
    Count one use of a grant and of its seal; False if the grant has none left or was revoked.

    Both rows are locked by it, so uses of a seal come one after the other.
    """
    is_new_month = ~Q(month=month) | Q(month=None)
    counted = Seal.objects.filter(number=seal, state=Seal.State.ACTIVE).update(
        month_uses=Case(When(is_new_month, then=Value(1)), default=F("month_uses") + 1),
        month=month,
    )
    left = Q(uses_most=None) | Q(uses__lt=F("uses_most"))
    of_grant = SealGrant.objects.filter(left, number=grant, seal_id=seal, revoked_at=None)
    return bool(counted) and bool(of_grant.update(uses=F("uses") + 1))


def certificates_of(owner_kind: str, owner: str) -> frozenset[str]:
    """Return the certificates an owner has or had, DER in base64."""
    found = Credential.objects.filter(owner_kind=owner_kind, owner=owner)
    return frozenset(found.values_list("certificate", flat=True))


def _one(found: Seal | None, number: str) -> Seal:
    if found is None:
        raise SealNotFound(number)
    return found
