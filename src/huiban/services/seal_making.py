# SPDX-License-Identifier: Apache-2.0
"""Makes a seal's object and picture (制章): signed by the seal maker, for its department's keys."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from huiban.connectors import es_seal, seal_picture
from huiban.connectors.es_seal import SealFacts, SealPicture
from huiban.connectors.seal_picture import SealFace
from huiban.connectors.signer import Signer
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.seal import KINDS
from huiban.services import city, credentials, seal_trust, vault
from huiban.store.models import Seal

MAKER = Owner(OwnerKind.OFFICE, seal_trust.MAKER, "电子印章制作中心", "电子印章制作中心")
_WHOLE = "authority"  # the seal of the whole department names no kind on its face


@dataclass(frozen=True, slots=True)
class Made:
    """A finished seal: its object (DER), its picture (PDF), and the credential that signs."""

    object_der: bytes
    picture_pdf: bytes
    signer: Signer


def make(seal: Seal, now: datetime) -> Made:
    """
    Make a seal for the keys its department has now, enrolling for them where it has none.

    :raises NotOpen: if nothing is signed here, or the authority or the keys are away.
    :raises huiban.connectors.signer.KeyUnavailable: if the maker's key cannot be reached.
    """
    owner = credentials.of_department(seal.department)
    profile = Profile(seal.profile)
    signer = credentials.of(owner, profile, now)
    # The same seal is set on PDF with the suite every reader knows.
    every = [signer, *(credentials.of(owner, one, now) for one in Profile if one is not profile)]
    return _made(seal, signer, tuple(one.certificate for one in every), now)


def fits(seal: Seal, signer: Signer) -> bool:
    """Tell whether a seal names the certificate a department signs with now."""
    known = es_seal.read_seal(object_of(seal)).facts.certificates
    return signer.certificate in known


def face_of(seal: Seal, *, is_test: bool) -> SealFace:
    """Say what stands in a seal's picture."""
    department = city.common().departments.get(seal.department)
    return SealFace(
        name=department.name.zh if department else seal.department,
        kind="" if seal.kind == _WHOLE else KINDS[seal.kind].zh,
        code=seal.number,
        is_test=is_test,
    )


def preview(seal: Seal) -> bytes:
    """Draw a seal as a PNG; one that is made is shown as it was made."""
    if seal.object_der:
        return es_seal.read_seal(object_of(seal)).facts.picture.content
    return seal_picture.seal_png(face_of(seal, is_test=False))


def object_of(seal: Seal) -> bytes:
    """Return a seal's object (DER); empty before it is made."""
    return base64.b64decode(seal.object_der)


def put(seal: Seal, made: Made) -> None:
    """Write a finished seal into its row, which the caller saves."""
    seal.object_der = base64.b64encode(made.object_der).decode("ascii")
    seal.picture_key = vault.keep(made.picture_pdf)
    seal.credential_id = made.signer.number


def said(made: Made) -> dict[str, object]:
    """Say of a finished seal what its ledger keeps."""
    return {
        "sha256": hashlib.sha256(made.object_der).hexdigest(),
        "sm3": es_seal.digest(es_seal.DIGESTS[Profile.SM2], made.object_der).hex(),
        "credential": made.signer.number,
        "certificates": len(es_seal.read_seal(made.object_der).facts.certificates),
    }


def maker(profile: Profile, now: datetime) -> Signer:
    """Return what seals are made with."""
    return credentials.of(MAKER, profile, now)


def _made(seal: Seal, signer: Signer, certificates: tuple[bytes, ...], now: datetime) -> Made:
    face = face_of(seal, is_test=seal_trust.is_test(signer, now))
    size = round(face.millimetres)
    facts = SealFacts(
        number=seal.number,
        name=seal.name,
        certificates=certificates,
        made_at=now,
        valid_from=datetime.combine(seal.valid_from, time(), SHANGHAI).astimezone(UTC),
        valid_until=datetime.combine(seal.valid_until, time(), SHANGHAI).astimezone(UTC)
        + timedelta(days=1, seconds=-1),
        picture=SealPicture("png", seal_picture.seal_png(face), size, size),
    )
    der = es_seal.make_seal(facts, maker(signer.profile, now))
    return Made(der, seal_picture.seal_pdf(face), signer)
