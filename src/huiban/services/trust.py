# SPDX-License-Identifier: Apache-2.0
"""Whom this installation believes (信任): roots, and whether a certificate held at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huiban.connectors import trust_roots
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.connectors.revocation import RevocationEvidence
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words

_CERTIFICATE = Words("证书链", "Certificate chain")
_REVOCATION = Words("吊销状态", "Revocation")


class TestRootsRefused(RuntimeError):
    """A production installation was given test roots."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Trust:
    """Trusted roots in DER, and the fingerprints of those that are test roots."""

    roots: tuple[bytes, ...] = ()
    tests: frozenset[str] = frozenset()

    def is_test(self, root: bytes) -> bool:
        return trust_roots.fingerprint(root) in self.tests


def roots() -> Trust:
    """
    Return the roots of the settings, read again when a file changes.

    :raises huiban.connectors.trust_roots.RootUnreadable: naming the file that holds none.
    :raises TestRootsRefused: if there are test roots in production.
    """
    folder = Path(settings.TRUST_ROOTS)
    found = trust_roots.current(folder)
    if settings.PRODUCTION and found.tests:
        raise TestRootsRefused(
            f"{folder / trust_roots.TEST} holds test roots, which prove nothing: remove them"
        )
    return _named(found)


@lru_cache(maxsize=4)
def _named(found: trust_roots.Roots) -> Trust:
    return Trust(found.all, frozenset(map(trust_roots.fingerprint, found.tests)))


def check_chain(
    certificate: bytes,
    chain: Sequence[bytes],
    at: datetime,
    revocation: RevocationEvidence | None = None,
) -> list[Check]:
    """
    Say whether a certificate held at a time, and whether it was revoked then; all DER, no network.

    Without evidence of revocation that part is unknown, never passed. `certificate` is failed where
    the chain is, with a test root it passes and says that it is a test.
    """
    trust = roots()
    told = revocation or RevocationEvidence()
    claim = Claim(certificate, chain, told.ocsps, told.crls)
    try:
        root = check_path(claim, trust.roots, at)
    except PathRefused as refused:
        return _refused(refused)
    return [_passed(trust.is_test(root)), _revocation(claim, trust, at)]


def _passed(is_test: bool) -> Check:
    return _check("certificate", Verdict.PASSED, "passed_test" if is_test else "passed")


def _revocation(claim: Claim, trust: Trust, at: datetime) -> Check:
    try:
        check_path(claim, trust.roots, at, needs_status=True)
    except PathRefused:
        return _check("revocation", Verdict.UNKNOWN, "unchecked")
    return _check("revocation", Verdict.PASSED, "not_revoked")


def _refused(refused: PathRefused) -> list[Check]:
    if refused.code == "revoked":
        day = f"{refused.since:%Y-%m-%d %H:%M %Z}" if refused.since else "?"
        return [_check("revocation", Verdict.FAILED, "revoked", day)]
    verdict = Verdict.UNKNOWN if refused.code == "untrusted" else Verdict.FAILED
    return [_check("certificate", verdict, refused.code)]


def _check(code: str, verdict: Verdict, reason: str, about: str = "") -> Check:
    words = _REASONS.get(reason, _REASONS["broken"])
    title = _REVOCATION if code == "revocation" else _CERTIFICATE
    detail = Words(words.zh.format(about), words.en.format(about))
    return Check(code, title, verdict, detail)


_REASONS = {
    "passed": Words(
        "证书由可信的证书机构签发，当时有效。",
        "The certificate leads to a trusted root and was valid at the time.",
    ),
    "passed_test": Words(
        "证书由测试证书机构签发，仅供演示，没有法律效力。",
        "The certificate comes from a test authority: for demonstration, without legal force.",
    ),
    "untrusted": Words(
        "证书的签发机构不在本系统的可信名单中，无法判断是否可信。",
        "The certificate leads to no root trusted here; nobody can tell here whether it is good.",
    ),
    "expired": Words("签署时证书已经过期。", "The certificate had expired by then."),
    "not_yet_valid": Words("签署时证书尚未生效。", "The certificate was not valid yet."),
    "unfit": Words("证书不能用于签署文件。", "The certificate is not for signing documents."),
    "broken": Words(
        "证书或其上级证书的签名不成立，或证书无法读取。",
        "A signature in the chain does not hold, or a certificate cannot be read.",
    ),
    "not_revoked": Words("证书当时没有被吊销。", "The certificate was not revoked at the time."),
    "revoked": Words("证书自 {} 起已被吊销。", "The certificate is revoked since {}."),
    "unchecked": Words(
        "没有证书是否被吊销的信息。", "Nothing here tells whether the certificate was revoked."
    ),
}
