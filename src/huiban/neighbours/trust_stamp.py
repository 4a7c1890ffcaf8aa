# SPDX-License-Identifier: Apache-2.0
"""The test authority's time stamps (RFC 3161), with SHA-256 and P-256 or SM3 and SM2."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import cms, core, tsp, x509

from huiban.neighbours.trust import House
from huiban.neighbours.trust_issue import Authority

POLICY = "1.3.6.1.4.1.58888.1.1"  # the sample city's own; nobody else's
_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64, "sm3": 32}


class Answer(core.Sequence):
    """A response by RFC 3161, section 2.4.2; asn1crypto's own has no way to say no."""

    _fields: ClassVar[list[tuple[Any, ...]]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def stamp(house: House, suite: str, request: bytes) -> bytes:
    """Answer a request for a time stamp; what cannot be stamped is refused by its status."""
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        hash_name = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        policy = asked["req_policy"].native
    except (ValueError, TypeError):
        return _refused("bad_data_format", "no time stamp request")
    if _SIZES.get(hash_name) != len(digest):
        return _refused("bad_alg", "digests of SHA-256, SHA-384, SHA-512 and SM3 are stamped")
    if policy not in (None, POLICY):
        return _refused("unaccepted_policy", f"the policy is {POLICY}")
    stamper = house.authorities[f"{suite}-stamper"]
    made = token(
        stamper, statement(asked, stamper, house.now()).dump(), _chain(house, asked, suite)
    )
    return Answer({"status": {"status": "granted"}, "time_stamp_token": made}).dump()


def _refused(code: str, text: str) -> bytes:
    status = {"status": "rejection", "status_string": [text], "fail_info": {code}}
    return Answer({"status": tsp.PKIStatusInfo(status)}).dump()


def _chain(house: House, asked: tsp.TimeStampReq, suite: str) -> list[x509.Certificate]:
    if not asked["cert_req"].native:
        return []
    return [house.authorities[f"{suite}-{part}"].certificate for part in ("stamper", "issuing")]


def statement(asked: tsp.TimeStampReq, stamper: Authority, now: datetime) -> tsp.TSTInfo:
    """Say that the digest asked about exists now."""
    said = tsp.TSTInfo({
        "version": "v1",
        "policy": POLICY,
        "message_imprint": asked["message_imprint"],
        "serial_number": int.from_bytes(b"\x01" + secrets.token_bytes(15), "big"),
        "gen_time": now,
        "accuracy": {"seconds": 1},
        "tsa": x509.GeneralName(name="directory_name", value=stamper.certificate.subject),
    })  # fmt: skip
    if asked["nonce"].native is not None:
        said["nonce"] = asked["nonce"].native
    return said


def token(stamper: Authority, statement: bytes, chain: list[x509.Certificate]) -> cms.ContentInfo:
    """Sign a statement in the stamper's name."""
    suite, certificate = stamper.suite, stamper.certificate
    by = {"cert_hash": hashlib.sha256(certificate.dump()).digest()}
    attributes = cms.CMSAttributes([
        _attribute("content_type", "tst_info"),
        _attribute("message_digest", suite.digest(statement)),
        _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [by]})),
    ])  # fmt: skip
    signer = cms.SignerInfo({
        "version": "v1",
        "sid": cms.SignerIdentifier(name="issuer_and_serial_number", value={
            "issuer": certificate.issuer, "serial_number": certificate.serial_number,
        }),
        "digest_algorithm": suite.digest_algorithm,
        "signed_attrs": attributes,
        "signature_algorithm": suite.algorithm,
        "signature": suite.sign(stamper.private, attributes.dump()),
    })  # fmt: skip
    signed = cms.SignedData({
        "version": "v3",
        "digest_algorithms": [suite.digest_algorithm],
        "encap_content_info": {
            "content_type": "tst_info", "content": core.ParsableOctetString(statement)
        },
        "certificates": chain or None,
        "signer_infos": [signer],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})
