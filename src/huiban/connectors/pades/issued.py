# SPDX-License-Identifier: Apache-2.0
"""Whether one certificate was signed by the holder of another, P-256, RSA and SM2 alike."""

from asn1crypto import algos, keys, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
)

from huiban.connectors.certificate_path import GmSignatures


class _Verifier(GmSignatures):
    """Verifies single signatures; a key that is none, or of another kind, verifies nothing."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        try:
            super().validate_signature(
                signature, signed_data, public_key_info, signature_algorithm, context
            )
        except _NO_KEY:
            raise InvalidSignature from None


_NO_KEY = (
    ValueError, TypeError, LookupError, AttributeError, AssertionError, NotImplementedError,
    UnsupportedAlgorithm, RuntimeError,
)  # fmt: skip
VERIFIER = _Verifier()


def is_well_formed(certificate: x509.Certificate) -> bool:
    """Tell whether the unsigned rest of a certificate is as its signed part says."""
    outer = certificate["signature_algorithm"].dump()
    return bool(
        outer == certificate["tbs_certificate"]["signature"].dump()
        and certificate["signature_value"].contents[:1] == b"\0"
    )


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether a certificate was signed by the holder of another."""
    try:
        VERIFIER.validate_signature(
            certificate["signature_value"].native,
            certificate["tbs_certificate"].dump(),
            issuer.public_key,
            certificate["signature_algorithm"],
        )
    except InvalidSignature:
        return False
    return is_well_formed(certificate)
