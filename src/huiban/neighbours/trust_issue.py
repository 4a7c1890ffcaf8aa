# SPDX-License-Identifier: Apache-2.0
"""How the test authority writes certificates: roots, issuers, time stampers, signers."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, csr, keys, x509

from huiban.neighbours.trust_suite import Suite, suite_of

TEST = "测试 TEST"
DOCUMENTS = "1.3.6.1.5.5.7.3.36"
"""What signs documents (RFC 9336)."""
_USE = {
    "authority": {"key_cert_sign", "crl_sign"},
    "stamper": {"digital_signature"},
    "signer": {"digital_signature", "non_repudiation"},
}
_PURPOSE = {"stamper": "time_stamping", "signer": DOCUMENTS}


class CsrRefused(ValueError):
    """A request for a certificate that is none, or not signed by its own key."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One of the authority's own keys and its certificate."""

    key: str
    """Its name in addresses and files, such as `p256-root`."""
    suite: Suite
    private: bytes
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate to write."""

    use: str  # authority | stamper | signer
    subject: Mapping[str, str]
    public: bytes
    not_before: datetime
    not_after: datetime
    depth: int | None = None
    """How many authorities may follow; for authorities only."""


def write(
    wanted: Wanted, suite: Suite, private: bytes, issuer: Authority | None, address: str
) -> x509.Certificate:
    """Write and sign a certificate; without an issuer it is a root."""
    public = keys.PublicKeyInfo.load(wanted.public)
    subject = x509.Name.build(dict(wanted.subject))
    body = x509.TbsCertificate({
        "version": "v3",
        "serial_number": int.from_bytes(b"\x01" + secrets.token_bytes(15), "big"),
        "signature": suite.algorithm,
        "issuer": issuer.certificate.subject if issuer else subject,
        "validity": {
            "not_before": x509.Time({"utc_time": wanted.not_before}),
            "not_after": x509.Time({"utc_time": wanted.not_after}),
        },
        "subject": subject,
        "subject_public_key_info": public,
        "extensions": _extensions(wanted, public, issuer, address),
    })  # fmt: skip
    return x509.Certificate({
        "tbs_certificate": body,
        "signature_algorithm": suite.algorithm,
        "signature_value": suite.sign(private, body.dump()),
    })  # fmt: skip


def _extensions(
    wanted: Wanted, public: keys.PublicKeyInfo, issuer: Authority | None, address: str
) -> list[x509.Extension]:
    is_authority = wanted.use == "authority"
    constraints = {"ca": is_authority, "path_len_constraint": wanted.depth}
    found = [
        _extension("basic_constraints", x509.BasicConstraints(constraints), critical=True),
        _extension("key_usage", x509.KeyUsage(_USE[wanted.use]), critical=True),
        _extension("key_identifier", core.OctetString(_key_hash(public))),
    ]
    if wanted.use in _PURPOSE:
        # RFC 3161, section 2.3: the purpose of a stamper stands alone and is critical.
        is_critical = wanted.use == "stamper"
        purpose = x509.ExtKeyUsageSyntax([_PURPOSE[wanted.use]])
        found.append(_extension("extended_key_usage", purpose, is_critical))
    return found + (_of_issuer(issuer, address) if issuer else [])


def _of_issuer(issuer: Authority, address: str) -> list[x509.Extension]:
    by = {"key_identifier": issuer.certificate.key_identifier}
    points = [{"distribution_point": x509.DistributionPointName(
        name="full_name", value=[_url(f"{address}/crl/{issuer.key}.crl")])}]  # fmt: skip
    access = [
        {"access_method": "ocsp", "access_location": _url(f"{address}/ocsp/{issuer.key}")},
        {
            "access_method": "ca_issuers",
            "access_location": _url(f"{address}/certificates/{issuer.key}.cer"),
        },
    ]
    return [
        _extension("authority_key_identifier", x509.AuthorityKeyIdentifier(by)),
        _extension("crl_distribution_points", x509.CRLDistributionPoints(points)),
        _extension("authority_information_access", x509.AuthorityInfoAccessSyntax(access)),
    ]


def _extension(name: str, value: core.Asn1Value, critical: bool = False) -> x509.Extension:
    return x509.Extension({
        "extn_id": name, "critical": critical, "extn_value": core.ParsableOctetString(value.dump())
    })  # fmt: skip


def _url(address: str) -> x509.GeneralName:
    return x509.GeneralName(name="uniform_resource_identifier", value=address)


def _key_hash(public: keys.PublicKeyInfo) -> bytes:
    """Return the key's identifier by RFC 5280, section 4.2.1.2 (1): SHA-1, a name, no security."""
    return hashlib.sha1(bytes(public["public_key"]), usedforsecurity=False).digest()


def read_request(der: bytes) -> tuple[Suite, bytes]:
    """
    Return suite and public key of a PKCS#10 request that its own key signed.

    :raises CsrRefused: if it is none.
    """
    try:
        request = csr.CertificationRequest.load(der, strict=True)
        info = request["certification_request_info"]
        public = info["subject_pk_info"]
        suite = suite_of(public)
        named = request["signature_algorithm"]["algorithm"].native
        signature = request["signature"].native
    except (ValueError, TypeError, KeyError):
        raise CsrRefused("csr: no PKCS#10 request in DER") from None
    if suite is None or named != suite.signed:
        raise CsrRefused("csr: P-256 with SHA-256 or SM2 with SM3 is enrolled here")
    if not suite.verifies(public.dump(), info.dump(), signature):
        raise CsrRefused("csr: not signed by its own key")
    return suite, public.dump()
