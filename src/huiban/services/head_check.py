# SPDX-License-Identifier: Apache-2.0
"""Whether heads are signed and stamped by whom they say (检查点验签), with no database at hand."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from huiban.connectors import gm, timestamp
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.credential import Profile
from huiban.kernel.proof import Head, HeadSignature, ProofDocument, SignedHead
from huiban.kernel.proof_check import head_of
from huiban.kernel.verification import Check, Verdict, worst
from huiban.kernel.words import Words
from huiban.services import trust

OFFICE = "存证日志"
_NAME_MOST = 64  # of a common name (RFC 5280, appendix A.1)
_TITLES = {
    Profile.P256: Words("签名（P-256）", "Signature (P-256)"),
    Profile.SM2: Words("签名（国密 SM2）", "Signature (SM2)"),
}
_TIME = Words("时间戳", "Time stamp")
_NEWEST = Words("最新检查点的签名和时间戳", "Signatures and stamp of the newest checkpoint")
_WHY = {
    "expired": Words("签名证书当时已过期", "its certificate had expired by then"),
    "not_yet_valid": Words("签名证书当时尚未生效", "its certificate was not valid yet"),
    "revoked": Words("签名证书已被吊销", "its certificate was revoked"),
    "unfit": Words("签名证书不能用于签名", "its certificate is not for signing"),
    "broken": Words("签名证书读不出来或不成立", "its certificate cannot be read or does not hold"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found about the signatures and the stamp of one head, or of a proof's heads."""

    checks: tuple[Check, ...] = ()
    is_test: bool = False
    """Something leads to a test root, and proves nothing in law."""
    signers: tuple[str, ...] = ()
    stamped_at: datetime | None = None
    stamped_by: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    check: Check
    is_test: bool = False
    signer: str = ""


def name_of(log: str) -> str:
    """Return the name in which a log signs: its office and address, for no certificate else."""
    return f"{OFFICE} {urlsplit(log).netloc or log}"[:_NAME_MOST]


def of_document(document: ProofDocument) -> Seen:
    """Check every head of a proof; the newer one is told in one line."""
    found = document.inclusion
    if found is None:
        return Seen()
    seen = of_head(found.checkpoint)
    if found.growth is None:
        return seen
    newer = of_head(found.growth.checkpoint)
    return Seen(
        checks=(*seen.checks, _in_one(newer)),
        is_test=seen.is_test or newer.is_test,
        signers=seen.signers,
        stamped_at=seen.stamped_at,
        stamped_by=seen.stamped_by,
    )


def of_head(signed: SignedHead) -> Seen:
    """Check the signatures of both suites and the time stamp over a head."""
    head = head_of(signed.text)
    if isinstance(head, Check):
        return Seen((head,))
    check, stamped, is_test = _stamp(signed)
    at = stamped.at if stamped else datetime.fromisoformat(head.at)
    parts = [_signature(one, signed, head, at) for one in Profile]
    return Seen(
        checks=(*(one.check for one in parts), check),
        is_test=is_test or any(one.is_test for one in parts),
        signers=tuple(dict.fromkeys(one.signer for one in parts if one.signer)),
        stamped_at=stamped.at if stamped else None,
        stamped_by=stamped.authority if stamped else "",
    )


def _in_one(seen: Seen) -> Check:
    verdict = worst(one.verdict for one in seen.checks)
    if verdict is Verdict.PASSED:
        detail = Words("两种签名和时间戳都成立", "both signatures and the time stamp hold")
    else:
        off = [one for one in seen.checks if one.verdict is verdict]
        detail = Words(
            "；".join(f"{one.title.zh}：{one.detail.zh}" for one in off),
            "; ".join(f"{one.title.en}: {one.detail.en}" for one in off),
        )
    return Check("newest", _NEWEST, verdict, detail)


def _signature(profile: Profile, signed: SignedHead, head: Head, at: datetime) -> _Part:
    code, title = f"signature.{profile}", _TITLES[profile]
    found = next((one for one in signed.signatures if one.profile == profile), None)
    if found is None:
        detail = Words("这个检查点没有这种签名", "this checkpoint has no such signature")
        return _Part(Check(code, title, Verdict.UNKNOWN, detail))
    certificate = b64decode(found.certificate)
    signer = _signer(certificate)
    fault = _fault(profile, found, signed.text.encode())
    # A test authority says after the name that it is one; another address only begins alike.
    if fault is None and not f"{signer} ".startswith(f"{name_of(head.log)} "):
        fault = Words(
            f"签名的是“{signer}”，不是这个日志", f"it is signed by {signer!r}, not by this log"
        )
    if fault is not None:
        return _Part(Check(code, title, Verdict.FAILED, fault))
    try:
        is_test = _leads(certificate, tuple(b64decode(one) for one in found.chain), at)
    except PathRefused as refused:
        return _Part(_unled(code, title, signer, refused), signer=signer)
    zh, en = ("是测试证书", "is a test one") if is_test else ("可信", "holds")
    detail = Words(f"由“{signer}”签名，证书{zh}", f"signed by {signer!r}, its certificate {en}")
    return _Part(Check(code, title, Verdict.PASSED, detail), is_test, signer)


def _unled(code: str, title: Words, signer: str, refused: PathRefused) -> Check:
    why = _WHY.get(refused.code)
    if why is not None:
        return Check(code, title, Verdict.FAILED, why)
    detail = Words(
        f"签名成立；签名者“{signer}”的证书不在这里的可信根证书之下",
        f"it holds; the certificate of {signer!r} leads to no root trusted here",
    )
    return Check(code, title, Verdict.UNKNOWN, detail)


def _fault(profile: Profile, found: HeadSignature, data: bytes) -> Words | None:
    """Say why a signature does not hold over some bytes, None if it does."""
    try:
        public = x509.Certificate.load(b64decode(found.certificate), strict=True).public_key.dump()
        holds = _holds(profile, public, data, b64decode(found.signature))
    except Exception:  # strangers' bytes: the parsers raise what they like
        return Words("签名或证书读不出来", "the signature or its certificate cannot be read")
    if holds:
        return None
    return Words(
        "签名不成立：检查点在签名之后被改动过，或签名是伪造的",
        "it does not hold: the head was changed since, or the signature is forged",
    )


def _holds(profile: Profile, public: bytes, data: bytes, signature: bytes) -> bool:
    if profile is Profile.SM2:
        return gm.sm2_verify(public, data, signature)
    key = serialization.load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _signer(certificate: bytes) -> str:
    try:
        names = x509.Certificate.load(certificate).subject.native
    except Exception:  # as above
        return ""
    found = names.get("common_name", "")
    return found if isinstance(found, str) else "、".join(found)


def _stamp(signed: SignedHead) -> tuple[Check, timestamp.Stamped | None, bool]:
    if not signed.token:
        detail = Words("这个检查点没有时间戳", "this checkpoint has no time stamp")
        return Check("time", _TIME, Verdict.UNKNOWN, detail), None, False
    known = trust.roots()
    try:
        token = b64decode(signed.token)
        found = timestamp.read_token(token, signed.text.encode(), known.roots, known.tests)
    except timestamp.TokenRefused as refused:
        is_known = refused.code not in ("untrusted", "unchecked")
        verdict = Verdict.FAILED if is_known else Verdict.UNKNOWN
        return Check("time", _TIME, verdict, refused.message), None, False
    at = f"{found.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    detail = Words(
        f"“{found.authority}”证明它在 {at} 已经存在",
        f"{found.authority!r} says it existed by {at} (UTC+8)",
    )
    return Check("time", _TIME, Verdict.PASSED, detail), found, found.is_test


def _leads(certificate: bytes, chain: Sequence[bytes], at: datetime) -> bool:
    """
    Tell whether the root a certificate leads to is a test root.

    :raises PathRefused: if it leads to none.
    """
    known = trust.roots()
    hour = at.replace(minute=0, second=0, microsecond=0)
    root = _root(certificate, tuple(chain), known.roots, hour)
    held = x509.Certificate.load(certificate)
    if not held.not_valid_before <= at <= held.not_valid_after:
        raise PathRefused("expired" if at > held.not_valid_after else "not_yet_valid")
    return known.is_test(root)


@lru_cache(maxsize=4096)
def _root(
    certificate: bytes, chain: tuple[bytes, ...], roots: tuple[bytes, ...], at: datetime
) -> bytes:
    """Checking a path takes some milliseconds, and a log has one signer for a year."""
    held = x509.Certificate.load(certificate)
    moment = min(max(at, held.not_valid_before), held.not_valid_after)
    return check_path(Claim(certificate, chain), roots, moment, purpose="signer")
