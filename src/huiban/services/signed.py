# SPDX-License-Identifier: Apache-2.0
"""Signing and sealing what a case issues (签章): officers by their act, then the seal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from huiban.connectors import ofd, pades, revocation, timestamp
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.pades import Box, Intent, Look, Place, Services
from huiban.connectors.pdf import Rendered, SigningPlace
from huiban.connectors.signer import KeyUnavailable
from huiban.kernel.actor import Actor
from huiban.packloader import DocumentKind
from huiban.services import city, credentials, seal_use, sign_with, trust
from huiban.services.evidence import actor_of
from huiban.services.facts import local_day
from huiban.services.handle import Opened
from huiban.services.seal_use import SealReady, Wanted
from huiban.services.sign_with import Drawn
from huiban.store.rows import JournalRow

SEAL = "seal"
APPLICANT = "applicant"
_MM = 25.4 / 72


class NoRoom(LookupError):
    """A template left no room for a signature its document names; `huiban check` tells it too."""

    def __init__(self, kind: DocumentKind, name: str) -> None:
        super().__init__(f"the template of {kind.code} leaves no room for {name!r}")


@dataclass(frozen=True, slots=True)
class Matter:
    """A document about to be issued: of which case, by which journal entry, when."""

    opened: Opened
    row: JournalRow
    kind: DocumentKind
    now: datetime

    @property
    def name(self) -> str:
        """How grants name the document."""
        return f"{self.opened.case.pack_code}.{self.kind.code}"


@dataclass(frozen=True, slots=True)
class Finished:
    """The bytes to issue, and who signed them with what, for the journal."""

    content: bytes
    signatures: tuple[Mapping[str, str], ...] = ()


def officers(matter: Matter) -> dict[str, JournalRow]:
    """
    Name the roles that sign a document, each with the entry that was that officer's act.

    A role nobody has acted in by then does not sign: a case deemed accepted has no clerk.
    """
    if not credentials.is_configured():
        return {}
    found: dict[str, JournalRow] = {}
    for role in matter.kind.signed_by:
        acted = [
            one
            for one in matter.opened.journal[: matter.row.seq]
            if one.role == role and role != APPLICANT
        ]
        if acted:
            found[role] = acted[-1]
    return found


def is_sealed(kind: DocumentKind) -> bool:
    """Tell whether a document gets an electronic seal."""
    return kind.seal != "none" and credentials.is_configured()


def finish(matter: Matter, made: Rendered) -> Finished:
    """
    Sign a document for the officers it names and seal it; where nothing is signed, as it is.

    :raises NotOpen: if it cannot be signed or sealed now: no seal, no grant, an authority away.
    :raises NoRoom: if its template has no place for one of them.
    """
    signers, has_seal = officers(matter), is_sealed(matter.kind)
    if not signers and not has_seal:
        return Finished(made.content)
    places = {one.name: one for one in made.places}
    for name in (*signers, *((SEAL,) if has_seal else ())):
        if name not in places:
            raise NoRoom(matter.kind, name)
    wanted = [_place(places[role], _titles(role)) for role in signers]
    if has_seal:
        wanted.append(_place(places[SEAL], "电子印章", locks_all=True))
    content = pades.prepare(made.content, wanted)
    told: list[Mapping[str, str]] = []
    for role, row in signers.items():
        content, one = _signed(content, matter, places[role], role, row)
        told.append(one)
    if has_seal:
        content, one = _sealed(content, matter)
        told.append(one)
    return Finished(content, tuple(told))


def finish_ofd(matter: Matter, made: Rendered) -> Finished:
    """
    Give the same document as an OFD (GB/T 33190) under the same seal (GB/T 38540).

    :raises NotOpen: if it cannot be sealed now.
    :raises huiban.connectors.ofd.Unconvertible: if a page holds what ours do not.
    """
    place = next((one for one in made.places if one.name == SEAL), None)
    if place is None:
        raise NoRoom(matter.kind, SEAL)
    pages = ofd.pages_of(made.content)
    case = matter.opened.case
    meta = ofd.Meta(
        title=matter.kind.title.zh,
        author=_department(case.department),
        dated=local_day(matter.row.at),
        attachments={"data.json": made.data},
    )
    plain = ofd.write(pages, meta)
    ready = _ready(matter, Wanted(case.department, matter.kind.seal, matter.name, _about(matter)))
    box = ofd.Box(
        page=place.page,
        left=place.left * _MM,
        top=pages[place.page - 1].height - (place.bottom + place.height) * _MM,
        width=place.width * _MM,
        height=place.height * _MM,
    )
    with_seal = ofd.SealWith(
        ready.signer, ready.object_der, timestamp.stamp, chain=ready.maker_chain
    )
    try:
        content = ofd.sign(plain, with_seal, box, matter.now)
    except (KeyUnavailable, TrustFault) as fault:
        raise sign_with.away(fault) from fault
    return Finished(content, (_seal_told(ready),))


def _signed(
    content: bytes, matter: Matter, place: SigningPlace, role: str, row: JournalRow
) -> tuple[bytes, Mapping[str, str]]:
    drawn = Drawn([], f"{_titles(role)}：{matter.kind.title.zh}", _millimetres(place))
    owner = sign_with.owner_of(actor_of(row))
    applied = sign_with.person(content, role, owner, drawn, matter.now)
    return applied.content, {
        "kind": "signature",
        "role": role,
        "name": row.actor_name,
        "credential": applied.credential or "",
    }


def _sealed(content: bytes, matter: Matter) -> tuple[bytes, Mapping[str, str]]:
    department = matter.opened.case.department
    profile = credentials.profile_of(department)
    wanted = Wanted(department, matter.kind.seal, matter.name, _about(matter), profile)
    ready = _ready(matter, wanted)
    believed = trust.roots().roots
    services = Services(timestamp.stamp, revocation.evidence, archival=True, roots=believed)
    intent = Intent(matter.now, reason=matter.kind.title.zh, name=_department(department))
    look = Look(ready.picture_pdf)
    try:
        return pades.sign(content, SEAL, ready.signer, look, intent, services), _seal_told(ready)
    except (KeyUnavailable, TrustFault) as fault:
        raise sign_with.away(fault) from fault


def _ready(matter: Matter, wanted: Wanted) -> SealReady:
    actor: Actor = actor_of(matter.row)
    return seal_use.use(wanted, actor, frozenset({matter.row.role}), matter.now)


def _about(matter: Matter) -> Mapping[str, object]:
    case, kind = matter.opened.case, matter.kind
    return {"case": case.number, "entry": matter.row.seq, "title": kind.title.zh}


def _seal_told(ready: SealReady) -> Mapping[str, str]:
    return {
        "kind": "seal",
        "name": ready.seal.name,
        "seal": ready.seal.number,
        "grant": ready.grant.number,
        "credential": ready.signer.number,
    }


def _department(code: str) -> str:
    found = city.common().departments.get(code)
    return found.name.zh if found else code


def _titles(role: str) -> str:
    found = city.common().roles.get(role)
    return found.title.zh if found else role


def _place(place: SigningPlace, title: str, *, locks_all: bool = False) -> Place:
    box = Box(place.page - 1, place.left, place.bottom, place.width, place.height)
    return Place(place.name, box, locks_all, title)


def _millimetres(place: SigningPlace) -> tuple[float, float]:
    return place.width * _MM, place.height * _MM
