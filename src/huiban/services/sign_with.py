# SPDX-License-Identifier: Apache-2.0
"""Putting a signature or a seal into a document (加签加盖): by a person's key, under a grant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from huiban.connectors import pades, revocation, seal_picture, timestamp
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.connectors.pades import Intent, Look, Services, SigningRefused
from huiban.connectors.seal_picture import SignatureFace
from huiban.connectors.signer import KeyUnavailable, Signer
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.words import Words
from huiban.services import city, credentials, seal_use, trust
from huiban.services.ceremony import Strokes
from huiban.services.refusal import NotOpen
from huiban.services.seal_use import Wanted
from huiban.store.models import SignParty, SignRequest

SHEET_ROOM = (66.0, 26.0)
"""Millimetres a signature has on the sheet behind a document."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A document with one signature more; `credential` is the number of what signed it."""

    content: bytes
    credential: str | None
    is_seal: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a person's signature looks: strokes, or the name in type; the room it has."""

    strokes: Strokes
    reason: str
    millimetres: tuple[float, float]
    is_last: bool = False
    """Nobody signs after it: what is needed to verify it for years goes into the file."""


def owner_of(actor: Actor) -> Owner:
    """Name a person as their certificate does: themselves, and whom they act for."""
    if actor.kind is ActorKind.OFFICER:
        department = city.common().departments.get(actor.department)
        name, code = (department.name.zh, department.uscc) if department else ("", "")
    else:
        is_clerk = actor.kind is ActorKind.ENTERPRISE
        name, code = (actor.subject_name, actor.subject) if is_clerk else ("", "")
    return Owner(OwnerKind.PERSON, actor.number, actor.name, name, code)


def person(content: bytes, place: str, owner: Owner, drawn: Drawn, now: datetime) -> Applied:
    """
    Sign in a person's name, with a time stamp; their hand or name is drawn into the place.

    :raises NotOpen: if it cannot be signed now; says why and what to do.
    """
    signer = credentials.of(owner, Profile.P256, now)
    face = SignatureFace(
        name=owner.name,
        at=now.astimezone(SHANGHAI),
        strokes=_lines(drawn.strokes),
        is_test=_is_test(signer, now),
        millimetres=drawn.millimetres,
    )
    look = Look(seal_picture.signature_pdf(face))
    intent = Intent(now, reason=drawn.reason, name=owner.name)
    services = Services(
        timestamp.stamp,
        revocation.evidence if drawn.is_last else None,
        archival=drawn.is_last,
        roots=trust.roots().roots,
    )
    made = _put(content, place, signer, look, intent, services)
    return Applied(made, signer.number)


def wanted_of(request: SignRequest, party: SignParty) -> Wanted:
    """Say which seal a party is to use, and on what."""
    return Wanted(
        department=party.department,
        kind=party.seal_kind,
        document=f"request.{request.kind}",
        about={"request": request.number, "title": request.title, "sha256": request.sha256},
        profile=credentials.profile_of(party.department),
    )


def sealer(
    request: SignRequest, party: SignParty, actor: Actor, now: datetime
) -> Callable[[bytes], Applied]:
    """
    Let somebody use their department's seal once; what comes back seals the document with it.

    :raises NotOpen: if there is no such seal, or no grant to use it for this.
    """
    try:
        ready = seal_use.use(wanted_of(request, party), actor, actor.roles, now)
    except (KeyUnavailable, TrustFault) as fault:
        raise away(fault) from fault
    intent = Intent(now, reason=request.title, name=ready.seal.name)
    believed = trust.roots().roots
    services = Services(timestamp.stamp, revocation.evidence, archival=True, roots=believed)

    def seal(content: bytes) -> Applied:
        look = Look(ready.picture_pdf)
        made = _put(content, party.field, ready.signer, look, intent, services)
        return Applied(made, ready.signer.number, is_seal=True)

    return seal


def _put(  # noqa: PLR0913 - what `pades.sign` takes
    content: bytes, place: str, signer: Signer, look: Look, intent: Intent, services: Services
) -> bytes:
    try:
        return pades.sign(content, place, signer, look, intent, services)
    except SigningRefused as refused:
        raise NotOpen(refused.message, refused.code) from refused
    except (KeyUnavailable, TrustFault) as fault:
        raise away(fault) from fault


def away(fault: Exception) -> NotOpen:
    """Say that nothing can be signed just now, through no fault of the person."""
    told = fault.message if isinstance(fault, TrustFault) else Words(str(fault))
    return NotOpen(
        Words(
            f"签名服务暂时用不了，还没有签署（{told.zh}）。您写的都还在，请过几分钟再点一次",
            f"Signing is not possible just now and nothing was signed ({told.speak('en')}). "
            "What you wrote is kept: try again in a few minutes",
        ),
        "away",
    )


def _lines(strokes: Strokes) -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(tuple((float(x), float(y)) for x, y, _ in line) for line in strokes)


def _is_test(signer: Signer, now: datetime) -> bool:
    """A signature that proves nothing in law says so where it is seen."""
    believed = trust.roots()
    try:
        root = check_path(Claim(signer.certificate, signer.chain), believed.roots, now)
    except PathRefused:
        return False  # verification says what is wrong with it
    return believed.is_test(root)
