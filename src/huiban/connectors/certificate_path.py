# SPDX-License-Identifier: Apache-2.0
"""Whether a certificate leads to a trusted root (RFC 5280), SM2 included, without a network."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import algos, keys, ocsp, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from huiban.connectors import gm, gm_oids

Done = TypeVar("Done")
_SM2 = gm_oids.SM2_WITH_SM3


class GmSignatures(DefaultSignatureValidator):
    """Verifies what the library does, and SM2 with SM3."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        if signature_algorithm["algorithm"].dotted != _SM2:
            super().validate_signature(
                signature, signed_data, public_key_info, signature_algorithm, context
            )
            return
        try:
            is_signed = not context.prehashed and gm.sm2_verify(
                public_key_info.dump(), signed_data, signature
            )
        except gm.NotSm2:
            is_signed = False
        if not is_signed:
            raise InvalidSignature


SIGNATURES = GmSignatures()
"""For everything that takes a `signature_validator`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A certificate with what came with it, all DER: issuers, OCSP answers, revocation lists."""

    certificate: bytes
    chain: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    crls: Sequence[bytes] = ()


class PathRefused(ValueError):
    """
    A certificate that does not hold; `code` says why.

    `untrusted`: no way to a root here; `expired`, `not_yet_valid`, `revoked` (then `since`);
    `unchecked`: nothing tells whether it was revoked; `unfit`: not for this use; `broken`: a
    signature on the way is wrong, or it cannot be read.
    """

    def __init__(self, code: str, since: datetime | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.since = since


def check_path(
    claim: Claim,
    roots: Sequence[bytes],
    at: datetime,
    needs_status: bool = False,
    purpose: str = "",
) -> bytes:
    """
    Return the root a certificate led to at a time, DER.

    With `needs_status` the claim must prove that nothing on the way was revoked at that time;
    without, what it tells of revocation counts and silence does not. `purpose` is `signer` or
    `stamper`.

    :raises PathRefused: if it leads nowhere or does not hold.
    """
    try:
        return _checked(claim, roots, at, needs_status, purpose)
    except PathRefused as refused:
        if refused.code != "unchecked" or not _is_revoked_later(claim, roots, at):
            raise
    return _checked(replace(claim, ocsps=(), crls=()), roots, at, False, purpose)


def _checked(
    claim: Claim, roots: Sequence[bytes], at: datetime, needs_status: bool, purpose: str
) -> bytes:
    try:
        certificate = x509.Certificate.load(claim.certificate, strict=True)
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(one) for one in roots],
            other_certs=[x509.Certificate.load(one) for one in claim.chain],
            moment=at,
            allow_fetching=False,
            crls=list(claim.crls),
            ocsps=list(claim.ocsps),
            revocation_mode="require" if needs_status else "soft-fail",
            retroactive_revinfo=True,  # it is asked for after the signature, and says since when
            signature_validator=SIGNATURES,
        )
        validator = CertificateValidator(certificate, validation_context=context)
        path = waited(_validated(validator, purpose))
    except Exception as fault:  # it is fed by strangers, and its parser raises what it likes
        raise _refused(fault) from None
    anchor = path.trust_anchor.authority
    return bytes(anchor.certificate.dump())


def _is_revoked_later(claim: Claim, roots: Sequence[bytes], at: datetime) -> bool:
    """
    Tell whether OCSP answers prove that the certificate itself was revoked, but after that time.

    The library takes such an answer for none at all, though it says that until then all was well.
    """
    certificate = x509.Certificate.load(claim.certificate)
    for answer in claim.ocsps:
        single = ocsp.OCSPResponse.load(answer).response_data["responses"][0]
        if single["cert_id"]["serial_number"].native != certificate.serial_number:
            continue
        if single["cert_status"].name == "revoked":
            asked_at = min(single["this_update"].native, certificate.not_valid_after)
            try:
                _checked(claim, roots, asked_at, True, "")
            except PathRefused as refused:
                return refused.since is not None and refused.since > at
    return False


_USES = {"signer": {"digital_signature"}, "stamper": {"digital_signature"}}
_PURPOSES = {"stamper": {"time_stamping"}}


async def _validated(validator: CertificateValidator, purpose: str) -> Any:
    if not purpose:
        return await validator.async_validate_path()
    return await validator.async_validate_usage(_USES[purpose], _PURPOSES.get(purpose))


_CODES: tuple[tuple[type[Exception], str], ...] = (
    (errors.ExpiredError, "expired"),
    (errors.NotYetValidError, "not_yet_valid"),
    (errors.InsufficientRevinfoError, "unchecked"),
    (errors.PathBuildingError, "untrusted"),
    (errors.InvalidCertificateError, "unfit"),
)


def _refused(fault: Exception) -> PathRefused:
    if isinstance(fault, errors.RevokedError):
        return PathRefused("revoked", fault.revocation_dt)
    for kind, code in _CODES:
        if isinstance(fault, kind):
            return PathRefused(code)
    return PathRefused("broken")


def waited(work: Coroutine[Any, Any, Done]) -> Done:
    """
    Run what the library offers only to event loops; without a network nothing in it waits.

    A loop of our own could not be started where one is running, and takes longer than the check.
    """
    try:
        work.send(None)
    except StopIteration as done:
        found: Done = done.value
        return found
    work.close()
    raise RuntimeError("a check without a network waited for something")
