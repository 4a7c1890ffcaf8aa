# SPDX-License-Identifier: Apache-2.0
"""One signature or time stamp of a PDF examined: content, signature, certificate, time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.general import SignedDataCerts
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from huiban.connectors import gm_oids
from huiban.connectors.pades import covered, strict
from huiban.connectors.pades.believed import Believed, Chain, Outcome, Usage
from huiban.connectors.pades.cms import named_digest
from huiban.connectors.pades.issued import VERIFIER
from huiban.connectors.pades.reader import FAULTS
from huiban.connectors.pades.revoked import Evidence
from huiban.connectors.pades.said import check
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Check, SignatureFound, Verdict, worst

_SKEW = timedelta(minutes=5)
_OLD = "/adbe.pkcs7.sha1"  # signs a SHA-1 digest of the document, not the document


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment that a time stamp proves: what it covers existed then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a CMS says: by whom, and whether its content and signature hold."""

    is_intact: bool
    fault: str
    """Empty if the signature holds: invalid, irregular or weak."""
    signer: x509.Certificate | None = None
    held: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Time:
    """When something was signed and how that is known."""

    told: Check
    at: datetime | None = None
    """The moment that is proved."""
    is_test: bool = False


class Examiner:
    """Examines the signatures of one file by the same trust, evidence and moment."""

    def __init__(self, pdf: bytes, believed: Believed, evidence: Evidence, at: datetime) -> None:
        self._pdf, self._believed, self._evidence, self._at = pdf, believed, evidence, at

    def examine(
        self, found: EmbeddedPdfSignature, later: Stamp | None
    ) -> tuple[SignatureFound, Stamp | None]:
        """This method will examine one; if it is a valid time stamp, also give what it proves."""
        try:
            if found.sig_object.get("/SubFilter") == _OLD:
                return _refused(found, check("signature", "unsupported")), None
            if not covered.covers_its_revision(found, self._pdf):
                return _refused(found, check("digest", "uncovered")), None
            if not strict.is_padded_der(found.pkcs7_content):
                return _refused(found, check("signature", "irregular")), None
            is_stamp = found.signed_data["encap_content_info"]["content_type"].native == "tst_info"
            result, stamp = (self._stamp if is_stamp else self._signature)(found, later)
            result = replace(result, checks=(*result.checks, covered.changes_since(found)))
        except FAULTS:
            return _refused(found, check("signature", "irregular")), None
        return result, stamp if result.verdict is not Verdict.FAILED else None

    def _signature(
        self, found: EmbeddedPdfSignature, later: Stamp | None
    ) -> tuple[SignatureFound, Stamp | None]:
        signed = _read(found.signed_data, "data", found.compute_digest())
        time = self._time(found, later)
        checks = [_digest(signed), _holds(signed)]
        chain = Chain(Outcome.UNTRUSTED)
        if signed.signer is not None:
            chain, more = self._certificate(signed, time.at, found.self_reported_timestamp)
            checks += more
        checks.append(time.told)
        result = SignatureFound(
            found.fq_name,
            _name(signed.signer, "common_name"),
            _name(signed.signer, "organization_name"),
            _kind(found, signed.signer),
            _level(checks, time, later),
            _profile(found.signed_data),
            time.at or found.self_reported_timestamp,
            time.at is not None,
            chain.is_test or time.is_test,
            tuple(checks),
        )
        return result, None

    def _stamp(
        self, found: EmbeddedPdfSignature, later: Stamp | None
    ) -> tuple[SignatureFound, Stamp | None]:
        token = found.signed_data
        info = token["encap_content_info"]["content"].parsed
        time = self._token(token, found.compute_digest(_imprint_digest(info)), later)
        signed = _read_token(token)
        checks = (_digest(signed), _holds(signed), time.told)
        at = time.at
        result = SignatureFound(
            found.fq_name,
            _name(signed.signer, "common_name"),
            _name(signed.signer, "organization_name"),
            "timestamp",
            "",
            _profile(token),
            info["gen_time"].native,
            at is not None,
            time.is_test,
            checks,
        )
        return result, Stamp(at) if at is not None else None

    def _time(self, found: EmbeddedPdfSignature, later: Stamp | None) -> _Time:
        tokens = list(_tokens(found.signer_info))
        if tokens:
            value = found.signer_info["signature"].native
            return _best_time(self._over(token, value, later) for token in tokens)
        claimed = found.self_reported_timestamp
        if later is not None:
            return _Time(check("time", "proved", at=_moment(later.at)), later.at)
        if claimed is not None:
            return _Time(check("time", "claimed", at=_moment(claimed)))
        return _Time(check("time", "unknown"))

    def _over(self, token: cms.SignedData, value: bytes, later: Stamp | None) -> _Time:
        try:
            info = token["encap_content_info"]["content"].parsed
            digest = named_digest(_imprint_digest(info), value)
        except FAULTS:
            return _Time(check("time", "invalid"))
        return self._token(token, digest, later)

    def _token(self, token: cms.SignedData, digest: bytes, later: Stamp | None) -> _Time:
        """This method will examine a time stamp over something of that digest."""
        info = token["encap_content_info"]["content"].parsed
        signed = _read_token(token)
        if not isinstance(info, tsp.TSTInfo) or signed.signer is None or signed.fault:
            return _Time(check("time", "invalid"))
        if not signed.is_intact or info["message_imprint"]["hashed_message"].native != digest:
            return _Time(check("time", "invalid"))
        at: datetime = info["gen_time"].native
        limit = later.at if later else self._at
        if at > limit + _SKEW:
            return _Time(check("time", "future"))
        chain = self._believed.chain(signed.signer, signed.held, Usage.STAMPING, limit)
        return self._dated(chain, signed, at, limit)

    def _dated(self, chain: Chain, signed: _Signed, at: datetime, limit: datetime) -> _Time:
        issuer = _name(signed.signer, "common_name", is_issuer=True)
        if chain.outcome is Outcome.TRUSTED:
            standing = self._evidence.standing(chain.certificates, at, self._at)
            if standing.revoked_at is not None:
                return _Time(check("time", "revoked"))
            return _Time(check("time", "proved", at=_moment(at)), at, chain.is_test)
        if chain.outcome is Outcome.UNTRUSTED:
            return _Time(check("time", "untrusted", issuer=issuer))
        return _Time(check("time", "expired" if chain.outcome is Outcome.EXPIRED else "invalid"))

    def _certificate(
        self, signed: _Signed, proved: datetime | None, claimed: datetime | None
    ) -> tuple[Chain, list[Check]]:
        assert signed.signer is not None, "only signatures with a certificate come here"
        when = proved or self._at
        chain = self._believed.chain(signed.signer, signed.held, Usage.SIGNING, when)
        issuer = _name(signed.signer, "common_name", is_issuer=True)
        if chain.outcome is not Outcome.TRUSTED:
            outcome = chain.outcome.value
            if chain.outcome is Outcome.EXPIRED and proved is None:
                outcome = "expired_since"
            told = check("certificate", outcome, issuer=issuer)
            return chain, [told, check("revocation", "unchecked")]
        told = check("certificate", "test" if chain.is_test else "trusted", issuer=issuer)
        return chain, [told, self._revocation(chain, when, proved or claimed)]

    def _revocation(self, chain: Chain, when: datetime, used: datetime | None) -> Check:
        standing = self._evidence.standing(chain.certificates, when, self._at)
        if standing.revoked_at is not None:
            is_before = used is not None and used < standing.revoked_at  # only claimed, then
            outcome = "unproved" if is_before else "revoked"
            return check("revocation", outcome, at=_moment(standing.revoked_at))
        return check("revocation", "good" if standing.is_known else "unknown")


def _refused(found: EmbeddedPdfSignature, why: Check) -> SignatureFound:
    return SignatureFound(found.fq_name, "", checks=(why,))


def _best_time(found: Any) -> _Time:
    """This function will give the worst of several time stamps if one is invalid, else a proof."""
    times = list(found)
    failed = [one for one in times if one.told.verdict is Verdict.FAILED]
    proved = [one for one in times if one.at is not None]
    return (failed or proved or times)[0]


def _read_token(token: cms.SignedData) -> _Signed:
    content = token["encap_content_info"]["content"]
    name = token["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    return _read(token, "tst_info", named_digest(name, bytes(content)))


def _read(signed: cms.SignedData, content_type: str, digest: bytes) -> _Signed:
    """This function will check a CMS by itself, whoever signed it."""
    try:
        certificates: SignedDataCerts = extract_certs_for_validation(signed)
        info = signed["signer_infos"][0]
        if info["signed_attrs"] is core.VOID:
            return _Signed(False, "irregular")
        is_intact, is_valid = validate_sig_integrity(
            info, certificates.signer_cert, content_type, digest, VERIFIER
        )
        regular = strict.is_regular(signed)
        safe = strict.has_safe_digest(signed)
    except SignatureValidationError:
        return _Signed(False, "irregular")
    except FAULTS:
        return _Signed(False, "irregular")
    fault = "" if is_valid else "invalid"
    fault = fault or ("" if regular else "irregular") or ("" if safe else "weak")
    held = (certificates.signer_cert, *certificates.other_certs)
    return _Signed(is_intact, fault, certificates.signer_cert, held)


def _digest(signed: _Signed) -> Check:
    return check("digest", "intact" if signed.is_intact else "changed")


def _holds(signed: _Signed) -> Check:
    return check("signature", signed.fault or "valid")


def _tokens(info: cms.SignerInfo) -> Any:
    for attribute in info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            for value in attribute["values"]:
                yield value["content"]


def _imprint_digest(info: tsp.TSTInfo) -> str:
    return str(info["message_imprint"]["hash_algorithm"]["algorithm"].native)


def _level(checks: Sequence[Check], time: _Time, later: Stamp | None) -> str:
    if worst(one.verdict for one in checks[:2]) is Verdict.FAILED or time.at is None:
        return "B-B"
    has_evidence = any(one.code == "revocation" and one.verdict is Verdict.PASSED for one in checks)
    if not has_evidence:
        return "B-T"
    return "B-LTA" if later is not None else "B-LT"


def _kind(found: EmbeddedPdfSignature, signer: x509.Certificate | None) -> str:
    """Anybody can close a document; only an organization seals it by that (ETSI EN 319 412-3)."""
    name, organization = _name(signer, "common_name"), _name(signer, "organization_name")
    is_organization = bool(organization) and f"{name} ".startswith(f"{organization} ")
    return "seal" if found.fieldmdp is not None and is_organization else "signature"


def _profile(signed: cms.SignedData) -> str:
    algorithm = signed["signer_infos"][0]["signature_algorithm"]["algorithm"]
    if algorithm.dotted == gm_oids.SM2_WITH_SM3:
        return Profile.SM2.value
    return Profile.P256.value if algorithm.native == "sha256_ecdsa" else str(algorithm.native)


def _name(certificate: x509.Certificate | None, part: str, *, is_issuer: bool = False) -> str:
    if certificate is None:
        return ""
    told = (certificate.issuer if is_issuer else certificate.subject).native.get(part, "")
    return str(told[0] if isinstance(told, list) else told)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
