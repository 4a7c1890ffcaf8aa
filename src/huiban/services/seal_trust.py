# SPDX-License-Identifier: Apache-2.0
"""Whom this city believes about seals (印章信任): signers by roots, makers that are its own."""

import base64
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from huiban.connectors import ofd, revocation, timestamp
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.connectors.es_seal_check import ChainFound, TimeFound
from huiban.connectors.revocation import RevocationEvidence
from huiban.connectors.signer import Signer
from huiban.connectors.timestamp import TokenRefused
from huiban.kernel.credential import OwnerKind
from huiban.kernel.verification import Report, Verdict, worst
from huiban.kernel.words import Words
from huiban.services import trust
from huiban.store import seals

_LONGEST = 8
MAKER = "seal_maker"
"""The office of this installation that makes seals (制章)."""


@dataclass(frozen=True, slots=True)
class SealTrust:
    """Judges certificates and time stamps by the roots of this installation."""

    def chain(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        """Judge a certificate at a time; its authority is asked whether it was revoked."""
        issuers = _issuers(certificate, others, at)
        found = trust.check_chain(certificate, issuers, at, _evidence(certificate, issuers, at))
        detail = Words(
            "".join(one.detail.zh for one in found), " ".join(one.detail.en for one in found)
        )
        verdict = worst(one.verdict for one in found)
        return ChainFound(verdict, detail, _leads_to_test(certificate, issuers, at))

    def maker(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        """Judge who made a seal: anybody with a certificate could write one in any name."""
        found = self.chain(certificate, others, at)
        if base64.b64encode(certificate).decode("ascii") in seals.certificates_of(
            OwnerKind.OFFICE, MAKER
        ):
            return found
        unknown = ChainFound(Verdict.UNKNOWN, _STRANGER, found.is_test)
        return found if found.verdict is Verdict.FAILED else unknown

    def time(self, token: bytes, stamped: bytes) -> TimeFound:
        """Judge a time stamp over some bytes."""
        known = trust.roots()
        try:
            found = timestamp.read_token(token, stamped, known.roots, known.tests)
        except TokenRefused as refused:
            return TimeFound(Verdict.FAILED, refused.message)
        detail = Words(
            f"时间戳由 {found.authority} 签发", f"The time stamp comes from {found.authority}"
        )
        return TimeFound(Verdict.PASSED, detail, found.at)


def verify_ofd(content: bytes, now: datetime) -> Report:
    """Check an OFD and its seals against what this installation trusts."""
    return ofd.verify(content, SealTrust(), now)


def is_test(signer: Signer, now: datetime) -> bool:
    """Tell whether a credential comes from a test authority."""
    return _leads_to_test(signer.certificate, signer.chain, now)


def _leads_to_test(certificate: bytes, issuers: tuple[bytes, ...], at: datetime) -> bool:
    known = trust.roots()
    root = _root_of(certificate, issuers, at)
    return root is not None and known.is_test(root)


def _root_of(certificate: bytes, issuers: tuple[bytes, ...], at: datetime) -> bytes | None:
    try:
        return check_path(Claim(certificate, issuers), trust.roots().roots, at)
    except PathRefused:
        return None


def _issuers(certificate: bytes, others: tuple[bytes, ...], at: datetime) -> tuple[bytes, ...]:
    """
    Choose of what came along the issuers of a certificate that lead to a trusted root.

    A stranger's certificate could name any address to be asked about revocation.
    """
    found: list[bytes] = []
    wanted = _name(certificate, "issuer")
    while wanted and len(found) < _LONGEST:
        known = [one for one in others if one not in found and _name(one, "subject") == wanted]
        issuer = next((one for one in known if _root_of(one, others, at)), None)
        if issuer is None:
            break
        found.append(issuer)
        wanted = _name(issuer, "issuer")
    return tuple(found)


def _name(certificate: bytes, which: str) -> bytes:
    try:
        name: bytes = getattr(x509.Certificate.load(certificate, strict=True), which).dump()
    except (ValueError, TypeError, KeyError):
        return b""
    return name


def _evidence(
    certificate: bytes, issuers: tuple[bytes, ...], at: datetime
) -> RevocationEvidence | None:
    if _root_of(certificate, issuers, at) is None:
        return None
    try:
        return revocation.evidence(certificate, issuers)
    except TrustFault:
        return None


_STRANGER = Words(
    "制作这枚印章的单位不是本市认可的制章单位，无法判断印章的真伪。",
    "Who made this seal is no maker of seals known here; nobody can tell here whether it is real.",
)
