# SPDX-License-Identifier: Apache-2.0
"""Whether a sealing holds (GB/T 38540-2020 电子签章验证): its signatures, seal, lists and times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from huiban.connectors import es_seal, gm
from huiban.connectors.es_seal import SealRead, SignatureRead
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words

_PASSED, _UNKNOWN, _FAILED = Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED


@dataclass(frozen=True, slots=True)
class ChainFound:
    """What is to be held of a certificate at a time: whether it leads to a trusted root."""

    verdict: Verdict
    detail: Words
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class TimeFound:
    """What a time-stamp token proves; `at` is None where it proves nothing."""

    verdict: Verdict
    detail: Words
    at: datetime | None = None


class Trust(Protocol):
    """Whom this city trusts."""

    def chain(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        """Judge a certificate (DER) at a time; `others` are certificates that may help."""

    def maker(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        """Judge a certificate that made a seal: any trusted holder could write a seal of any name,
        so besides its chain it must be one of a seal maker known here."""

    def time(self, token: bytes, stamped: bytes) -> TimeFound:
        """Judge an RFC 3161 token (DER) over some bytes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The checks of one sealing, in the standard's order, with whom and when they found."""

    checks: tuple[Check, ...]
    signer: str
    organization: str
    is_test: bool
    is_time_proved: bool


def judge(found: SignatureRead, trust: Trust, now: datetime) -> Judged:
    """
    Check everything about a sealing but what it was set on.

    Certificates are judged at the proved time; without one at the time the signer claims.
    """
    time = _time(found, trust)
    proved = time.at if time.verdict is _PASSED else None
    moment = proved or found.at
    signer = trust.chain(found.certificate, found.chain, moment)
    maker = trust.maker(found.seal.maker, found.chain, moment)
    checks = (
        _signature(found),
        Check("certificate", _CERTIFICATE, signer.verdict, signer.detail),
        seal_signature(found.seal),
        Check("seal_maker", _MAKER, maker.verdict, maker.detail),
        _is_listed(found),
        validity(found.seal, moment),
        _time_check(found, time, now),
    )
    name, organization = name_of(found.certificate)
    is_test = signer.is_test or maker.is_test
    return Judged(checks, name, organization, is_test, proved is not None)


def holds(certificate: bytes, algorithm: str, data: bytes, signature: bytes) -> bool:
    """Tell whether a signature over some bytes is the certificate holder's, by that algorithm."""
    try:
        key = x509.Certificate.load(certificate, strict=True).public_key.dump()
        profile = es_seal.profile_of(algorithm)
        if profile is Profile.SM2:
            return gm.sm2_verify(key, data, signature)
        if profile is Profile.P256:
            return _ecdsa(key, data, signature)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return False


def _ecdsa(key: bytes, data: bytes, signature: bytes) -> bool:
    public = serialization.load_der_public_key(key)
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        return False
    try:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def name_of(certificate: bytes) -> tuple[str, str]:
    """Return the name and the organization a certificate is made out to; empty if unreadable."""
    try:
        subject = x509.Certificate.load(certificate).subject.native
    except (ValueError, TypeError, KeyError):
        return "", ""
    return _text(subject.get("common_name")), _text(subject.get("organization_name"))


def _text(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "")


def seal_signature(seal: SealRead) -> Check:
    """Check the maker's signature over a seal."""
    if holds(seal.maker, seal.algorithm, seal.signed, seal.signature):
        name = name_of(seal.maker)[0]
        detail = Words(
            f"印章“{seal.facts.name}”由 {name} 制作，没有改动",
            f"The seal {seal.facts.name} was made by {name} and is unchanged",
        )
        return Check("seal", _SEAL, _PASSED, detail)
    detail = Words("制章人的签名与印章不符：印章被改动过", "The maker's signature does not fit")
    return Check("seal", _SEAL, _FAILED, detail)


def validity(seal: SealRead, at: datetime) -> Check:
    """Check that a seal was valid at a time."""
    first, last = seal.facts.valid_from, seal.facts.valid_until
    days = f"{first:%Y-%m-%d} — {last:%Y-%m-%d}"
    if first <= at <= last:
        detail = Words(f"盖章时印章在有效期内（{days}）", f"Valid when used ({days})")
        return Check("seal_validity", _VALIDITY, _PASSED, detail)
    detail = Words(f"盖章时印章不在有效期内（{days}）", f"Not valid when used ({days})")
    return Check("seal_validity", _VALIDITY, _FAILED, detail)


def lists(seal: SealRead, certificate: bytes) -> bool:
    """Tell whether a seal may be used with a certificate."""
    if certificate in seal.facts.certificates:
        return True
    return any(value == one for value in _digests_of(certificate) for _, one in
               seal.certificate_digests)  # fmt: skip


def _digests_of(certificate: bytes) -> Iterator[bytes]:
    return (es_seal.digest(oid, certificate) for oid in es_seal.DIGESTS.values())


def _signature(found: SignatureRead) -> Check:
    if holds(found.certificate, found.algorithm, found.signed, found.signature):
        detail = Words("签章人的签名有效", "The signer's signature holds")
        return Check("signature", _SIGNATURE, _PASSED, detail)
    detail = Words(
        "签章人的签名与签章数据不符：签章数据被改动过",
        "The signer's signature does not fit: the sealing was changed",
    )
    return Check("signature", _SIGNATURE, _FAILED, detail)


def _is_listed(found: SignatureRead) -> Check:
    if lists(found.seal, found.certificate):
        detail = Words(
            "签章用的证书在印章的名单里", "The signer's certificate is one the seal names"
        )
        return Check("seal_signer", _LISTED, _PASSED, detail)
    detail = Words(
        "签章用的证书不在印章的名单里：这枚印章不归签章人使用",
        "The seal does not name the signer's certificate: it was not theirs to use",
    )
    return Check("seal_signer", _LISTED, _FAILED, detail)


def _time(found: SignatureRead, trust: Trust) -> TimeFound:
    if found.token:
        return trust.time(found.token, found.signature)
    return TimeFound(
        _UNKNOWN,
        Words(
            "没有时间戳，盖章时间是签章人自己写的",
            "There is no time stamp: the time is what the signer wrote",
        ),
    )


def _time_check(found: SignatureRead, time: TimeFound, now: datetime) -> Check:
    if found.at > now:
        detail = Words(
            f"盖章时间 {found.at:%Y-%m-%d %H:%M} 在将来", f"The time {found.at} is in the future"
        )
        return Check("time", _TIME, _FAILED, detail)
    return Check("time", _TIME, time.verdict, time.detail)


_SIGNATURE = Words("签章签名", "Signature of the sealing")
_CERTIFICATE = Words("签章人证书", "Signer's certificate")
_SEAL = Words("印章", "Seal")
_MAKER = Words("制章人证书", "Seal maker's certificate")
_LISTED = Words("印章使用人", "Whose seal it is")
_VALIDITY = Words("印章有效期", "Validity of the seal")
_TIME = Words("盖章时间", "Time of sealing")
