# SPDX-License-Identifier: Apache-2.0
"""Using a seal (用印): only one in force, only under a grant, every use and refusal on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from huiban.connectors.signer import Signer
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.credential import Profile
from huiban.kernel.seal import KINDS, Grant, HolderKind, Unfit, User, choose
from huiban.kernel.words import Words
from huiban.services import city, credentials, ledger, seal_making, vault
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.refusal import NotOpen
from huiban.services.seals_grant import documents_of
from huiban.store import seals
from huiban.store.models import Seal, SealGrant


class SealRefused(NotOpen):
    """
    A seal was not to be used; `reason` says why, for programs.

    `no_seal`, `suspended`, `revoked`, `retired`, `not_yet_valid`, `expired`; of grants
    `not_granted`, `not_yet`, `lapsed`, `used_up`.
    """

    code = "seal_refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is to be sealed: a document as packs name it, `pack.document` or `request.<kind>`.

    `about` goes into the ledger: the case, the document's digest, its title; JSON, no secret.
    """

    department: str
    kind: str
    document: str
    about: Mapping[str, object] = field(default_factory=dict)
    profile: Profile | None = None
    """The suite to sign with; that of the seal unless a PDF needs the department's."""


@dataclass(frozen=True, slots=True)
class SealReady:
    """A seal that may be used once, and all that this takes."""

    seal: Seal
    grant: SealGrant
    signer: Signer
    picture_pdf: bytes
    object_der: bytes
    maker_chain: tuple[bytes, ...]
    """What a verifier needs besides to trace the seal's maker."""


def use(wanted: Wanted, actor: Actor, roles: frozenset[str], now: datetime) -> SealReady:
    """
    Let somebody use a seal once, and note it; call it outside any transaction.

    `roles` are those the act was done in: a worker passes those of the entry it carries out, with
    whoever acted, and none but `system` for what nobody decided.

    :raises SealRefused: naming why not; noted too, where there is a seal.
    :raises NotOpen: if nothing is signed here, or the authority or the keys are away.
    """
    seal = _seal(wanted, now)
    found, rows = _fitting(seal, wanted, actor, roles, now)
    if isinstance(found, str):
        raise _refused(seal, wanted, actor, found, now)
    profile = wanted.profile or Profile(seal.profile)
    signer = credentials.of(credentials.of_department(seal.department), profile, now)
    if not seal_making.fits(seal, signer):
        seal = _remake(seal.number, now)
    for one in found:
        if _counted(seal, one.number, wanted, actor, now):
            return _ready(seal, rows[one.number], signer, now)
    raise _refused(seal, wanted, actor, str(Unfit.USED_UP), now)


def why_not(wanted: Wanted, actor: Actor, roles: frozenset[str], now: datetime) -> Words | None:
    """Say why somebody could not use a seal now, None if they may; nothing is used or noted."""
    try:
        seal = _seal(wanted, now)
    except SealRefused as refused:
        return refused.message
    found, _ = _fitting(seal, wanted, actor, roles, now)
    return _words(found, seal.department, seal.kind) if isinstance(found, str) else None


def _fitting(
    seal: Seal, wanted: Wanted, actor: Actor, roles: frozenset[str], now: datetime
) -> tuple[str | Sequence[Grant], Mapping[str, SealGrant]]:
    """Find the grants that let somebody use a seal, or say why there is none."""
    fault = _fault_of(seal, now)
    if fault:
        return fault, {}
    rows = {one.number: one for one in seals.grants_for(seal.number, actor.number, roles)}
    user = User("" if actor == SYSTEM else actor.number, roles)
    found = choose(map(_grant, rows.values()), user, wanted.document, now)
    return (str(found) if isinstance(found, Unfit) else found), rows


def _seal(wanted: Wanted, now: datetime) -> Seal:
    """Find the seal of a kind: in force if there is one, else the last there was."""
    known = seals.of_kind(wanted.department, wanted.kind)
    if not known:
        raise SealRefused(_words("no_seal", wanted.department, wanted.kind), "no_seal")
    preferred = str(wanted.profile or Profile.SM2)
    fit = [one for one in known if _fault_of(one, now) == ""]
    return next((one for one in fit if one.profile == preferred), (fit or known)[0])


def _fault_of(seal: Seal, now: datetime) -> str:
    if seal.state != Seal.State.ACTIVE:
        return str(seal.state)
    today = local_day(now)
    if today < seal.valid_from:
        return "not_yet_valid"
    return "expired" if today > seal.valid_until else ""


def _counted(seal: Seal, grant: str, wanted: Wanted, actor: Actor, now: datetime) -> bool:
    try:
        with transaction.atomic():
            if not seals.count_use(seal.number, grant, local_day(now).replace(day=1)):
                raise _NotCounted
            body = {"grant": grant, "document": wanted.document} | dict(wanted.about)
            ledger.note(Chain.SEAL, seal.number, "seal_used", actor, now, body)
    except _NotCounted:
        return False
    return True


class _NotCounted(Exception):
    """The grant was used up or taken back meanwhile."""


def _ready(seal: Seal, grant: SealGrant, signer: Signer, now: datetime) -> SealReady:
    maker = seal_making.maker(Profile(seal.profile), now)
    return SealReady(
        seal=seal,
        grant=grant,
        signer=signer,
        picture_pdf=vault.content(seal.picture_key),
        object_der=seal_making.object_of(seal),
        maker_chain=maker.chain,
    )


def _remake(number: str, now: datetime) -> Seal:
    """Make a seal anew for the certificate its department has now, under the same approvals."""
    made = seal_making.make(seals.load(number), now)
    with transaction.atomic():
        held = seals.lock(number)
        if held.state != Seal.State.ACTIVE:
            raise SealRefused(_words(held.state, held.department, held.kind), held.state)
        seal_making.put(held, made)
        seals.save(held)
        ledger.note(Chain.SEAL, number, "seal_remade", SYSTEM, now, seal_making.said(made))
    return held


def _refused(seal: Seal, wanted: Wanted, actor: Actor, reason: str, now: datetime) -> SealRefused:
    body = {"because": reason, "document": wanted.document} | dict(wanted.about)
    with transaction.atomic():
        ledger.note(Chain.SEAL, seal.number, "seal_use_refused", actor, now, body)
    return SealRefused(_words(reason, seal.department, seal.kind), reason)


def _grant(row: SealGrant) -> Grant:
    return Grant(
        number=row.number,
        holder_kind=HolderKind(row.holder_kind),
        holder=row.holder,
        documents=documents_of(row),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        uses_most=row.uses_most,
        uses=row.uses,
    )


def _words(reason: str, department: str, kind: str) -> Words:
    found = city.common().departments.get(department)
    name = found.name if found else Words(department)
    zh, en = _REASONS[reason]
    title = KINDS.get(kind, Words(kind))
    which = Words(
        f"{name.zh}的{title.zh}", f"The {title.speak('en').lower()} of {name.speak('en')}"
    )
    return Words(f"{which.zh}{zh}", f"{which.en} {en}")


_REASONS = {
    "no_seal": (
        "还没有制作，请印章管理员申请",
        "has not been made: ask the keeper of the seals to propose it",
    ),
    "suspended": ("已暂停使用，请联系印章管理员", "is suspended: ask the keeper of the seals"),
    "revoked": (
        "已经吊销，请印章管理员申请新的印章",
        "was revoked: ask the keeper of the seals to propose another",
    ),
    "retired": (
        "已经停用，请印章管理员申请新的印章",
        "is no longer used: ask the keeper of the seals to propose another",
    ),
    "not_yet_valid": ("还没有到启用日期", "is not valid yet"),
    "expired": (
        "有效期已满，请印章管理员申请新的印章",
        "has expired: ask the keeper of the seals to propose another",
    ),
    "not_granted": (
        "没有授权您盖这种文书，请印章管理员授权",
        "is not granted to you for this document: ask the keeper of the seals",
    ),
    "not_yet": ("的用印授权还没有开始", "is granted to you, but not yet"),
    "lapsed": (
        "的用印授权已经过期，请印章管理员重新授权",
        "was granted to you until a day that has passed: ask the keeper of the seals",
    ),
    "used_up": (
        "的用印授权次数已经用完，请印章管理员重新授权",
        "was granted to you so many times, all used: ask the keeper of the seals",
    ),
}
