# SPDX-License-Identifier: Apache-2.0
"""The archive's own signature and time stamps (档案签名), where this city has set them up."""

import base64
import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from huiban.connectors import cms_detached, timestamp
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.cms_detached import DetachedSignature, SignatureRefused
from huiban.connectors.es_seal_check import name_of
from huiban.connectors.timestamp import Stamped, TokenRefused
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.verification import Verdict, worst
from huiban.kernel.words import Words
from huiban.services import credentials, trust

OWNER = Owner(OwnerKind.OFFICE, "archive", "电子档案签名", "电子档案")
_TEST = Words("（测试证书，没有法律效力）", " (a test certificate, without legal force)")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be held of a signature or time stamp."""

    verdict: Verdict
    detail: Words


def sign(content: bytes, now: datetime) -> bytes:
    """
    Sign a manifest in the name of the archive; b"" where nothing is signed in this city.

    :raises NotOpen: if the authority or the keys are away: the package can wait for them.
    :raises KeyUnavailable: as the signer does.
    """
    if not credentials.is_configured():
        return b""
    signer = credentials.of(OWNER, Profile.SM2, now)
    return cms_detached.sign(content, signer, _stamp_sm2)


def stamp(digest: bytes) -> bytes:
    """
    Have the digest of something time-stamped (RFC 3161); b"" where no server is set.

    One that is away gives b"" too: the sweep of time stamps comes back to it.
    """
    return _stamped(digest, Profile.P256) if can_stamp() else b""


def can_stamp() -> bool:
    """Tell whether a time stamp server is set."""
    return bool(settings.TSA_URL)


def verify(content: bytes, signature: bytes, now: datetime) -> Judged:
    """Judge the archive's signature over a manifest, at the time its stamp proves or now."""
    try:
        found = cms_detached.read(content, signature)
        stamped = _stamp_on(found)
    except (SignatureRefused, TokenRefused) as refused:
        return Judged(Verdict.FAILED, refused.message)
    at = stamped.at if stamped else now
    if not _is_archives(found.certificate):
        return Judged(Verdict.FAILED, _stranger(found.name))
    checks = trust.check_chain(found.certificate, found.chain, at)
    # A package outlives what is known of revocation: an archive's stamp says when it was signed.
    told = [one for one in checks if one.code == "certificate" or one.verdict is Verdict.FAILED]
    verdict = worst(one.verdict for one in told)
    said = told[0].detail if told else Words("")
    return Judged(verdict, _words(found, stamped, said))


def verify_stamp(digest: bytes, token: bytes) -> Judged:
    """Judge a time stamp over a digest."""
    try:
        found = _read(token, digest)
    except TokenRefused as refused:
        verdict = Verdict.UNKNOWN if refused.code == "untrusted" else Verdict.FAILED
        return Judged(verdict, refused.message)
    zh, en = (_TEST.zh, _TEST.en) if found.is_test else ("", "")
    detail = Words(
        f"{_at(found.at)}，{found.authority}{zh}", f"{_at(found.at)}, {found.authority}{en}"
    )
    return Judged(Verdict.PASSED, detail)


def text_of(token: bytes) -> str:
    """Write a token for a ledger."""
    return base64.b64encode(token).decode()


def _is_archives(certificate: bytes) -> bool:
    """Tell whether a certificate is made out to the archive; people get theirs where it does."""
    name, organization = name_of(certificate)
    # A test authority says after the name that it is one.
    return organization == OWNER.organization and f"{name} ".startswith(f"{OWNER.name} ")


def _stranger(name: str) -> Words:
    return Words(
        f"签名的是“{name}”，不是档案部门：这个包不是档案部门归的，或者归档后被改过重签",
        f"It is signed by {name}, who is not the archive: the package is not the archive's, "
        "or was changed and signed again",
    )


def _stamp_sm2(data: bytes) -> bytes:
    return _stamped(data, Profile.SM2) if settings.TSA_SM2_URL else b""


def _stamped(data: bytes, profile: Profile) -> bytes:
    try:
        return timestamp.stamp(data, profile)
    except TrustFault as fault:
        logger.warning("archive: no time stamp: %s", fault)
        return b""


def _stamp_on(found: DetachedSignature) -> Stamped | None:
    try:
        return _read(found.token, found.signature) if found.token else None
    except TokenRefused as refused:
        if refused.code != "untrusted":
            raise
        return None  # nobody here can tell; the certificate is judged as of now


def _read(token: bytes, data: bytes) -> Stamped:
    known = trust.roots()
    return timestamp.read_token(token, data, known.roots, known.tests)


def _words(found: DetachedSignature, stamped: Stamped | None, said: Words) -> Words:
    proved = (
        Words(f"，时间戳 {_at(stamped.at)}", f", time-stamped {_at(stamped.at)}")
        if stamped
        else Words("，没有时间戳", ", without a time stamp")
    )
    return Words(
        f"由“{found.name}”签名{proved.zh}。{said.zh}",
        f"Signed by {found.name}{proved.en}. {said.speak('en')}",
    )


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
