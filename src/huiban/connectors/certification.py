# SPDX-License-Identifier: Apache-2.0
"""Enrolling at a certification authority: requests (PKCS#10), certificates, revocation."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import algos, csr, keys, x509

from huiban.connectors import gm_oids
from huiban.connectors.authority_http import AnswerUnusable, AuthorityRefused, ask
from huiban.kernel.credential import Owner, Profile
from huiban.kernel.words import Words

_SIGNED = {Profile.P256: "sha256_ecdsa", Profile.SM2: "sm3_sm2"}
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Authority:
    """Where certificates are enrolled, and the key it asks for."""

    address: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A certificate and its issuers without the root, all DER."""

    certificate: bytes
    chain: tuple[bytes, ...]

    @property
    def read(self) -> x509.Certificate:
        return x509.Certificate.load(self.certificate)


def request_for(
    owner: Owner, profile: Profile, public: bytes, sign: Callable[[bytes], bytes]
) -> bytes:
    """Write a request for a certificate (PKCS#10, DER), signed by the key it is for."""
    gm_oids.register_oids()
    info = csr.CertificationRequestInfo({
        "version": "v1",
        "subject": x509.Name.build({"country_name": "CN", "common_name": owner.name}),
        "subject_pk_info": keys.PublicKeyInfo.load(public),
        "attributes": [],
    })  # fmt: skip
    return csr.CertificationRequest({
        "certification_request_info": info,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": _SIGNED[profile]}),
        "signature": sign(info.dump()),
    }).dump()  # fmt: skip


def enrol(authority: Authority, request: bytes, owner: Owner, public: bytes) -> Enrolled:
    """
    Have a certificate issued for a request.

    :raises huiban.connectors.authority_http.AuthorityAway: if it cannot be reached.
    :raises AuthorityRefused: if it will not issue one.
    :raises AnswerUnusable: if what it issued is not for this key.
    """
    said = {
        "csr": base64.b64encode(request).decode(),
        "name": owner.name,
        "organization": owner.organization,
        "organization_code": owner.organization_code,
        "kind": str(owner.kind),
    }
    answer = _post(authority, "enrol", said)
    try:
        told = json.loads(answer)
        certificate = base64.b64decode(told["certificate"], validate=True)
        chain = tuple(base64.b64decode(one, validate=True) for one in told["chain"])
        held = x509.Certificate.load(certificate, strict=True).public_key.dump()
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise AnswerUnusable(_NO_CERTIFICATE) from None
    if held != public:
        raise AnswerUnusable(_OTHER_KEY)
    return Enrolled(certificate, chain)


def revoke(authority: Authority, serial: str, reason: str = "unspecified") -> bool:
    """
    Have a certificate revoked; tells whether the authority knew it.

    `serial` is in hex, `reason` by RFC 5280: unspecified, key_compromise, affiliation_changed,
    superseded, cessation_of_operation.

    :raises huiban.connectors.authority_http.AuthorityAway: if it cannot be reached.
    :raises AuthorityRefused: if it will not.
    """
    try:
        _post(authority, "revoke", {"serial": serial, "reason": reason})
    except AuthorityRefused as refused:
        if refused.status != _NOT_FOUND:
            raise
        return False
    return True


def _post(authority: Authority, errand: str, said: dict[str, str]) -> bytes:
    headers = {"Content-Type": "application/json", "X-Api-Key": authority.key}
    return ask(f"{authority.address}/{errand}", json.dumps(said).encode(), headers)


_NO_CERTIFICATE = Words(
    "证书机构的应答不是证书，请联系证书机构。", "The authority answered no certificate. Tell it."
)
_OTHER_KEY = Words(
    "证书机构签发的证书不属于所申请的密钥，未予使用。请联系证书机构。",
    "The authority's certificate is for another key and is not used. Tell it.",
)
