# SPDX-License-Identifier: Apache-2.0
"""What the test authority says of its certificates: OCSP answers and revocation lists."""

import hashlib
from datetime import datetime, timedelta

from asn1crypto import core, crl, ocsp, x509

from huiban.neighbours.trust import House
from huiban.neighbours.trust_issue import Authority

_ANSWER_HOLDS = timedelta(hours=1)
_LIST_HOLDS = timedelta(days=1)
_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512", "sm3"})


def ocsp_answer(house: House, authority: Authority, request: bytes) -> bytes:
    """Answer an OCSP request about certificates of one authority, signed by itself."""
    try:
        asked = ocsp.OCSPRequest.load(request, strict=True)
        identities = [one["req_cert"] for one in asked["tbs_request"]["request_list"]]
        nonce = asked.nonce_value
    except (ValueError, TypeError):
        return ocsp.OCSPResponse({"response_status": "malformed_request"}).dump()
    if not identities or not all(_is_ours(one, authority) for one in identities):
        return ocsp.OCSPResponse({"response_status": "unauthorized"}).dump()
    now, by_key = house.now(), authority.certificate.public_key.sha1
    data = ocsp.ResponseData({
        "responder_id": ocsp.ResponderId(name="by_key", value=by_key),
        "produced_at": now,
        "responses": [_status(house, authority, one, now) for one in identities],
        "response_extensions": [{"extn_id": "nonce", "extn_value": nonce}] if nonce else None,
    })  # fmt: skip
    basic = ocsp.BasicOCSPResponse({
        "tbs_response_data": data,
        "signature_algorithm": authority.suite.algorithm,
        "signature": authority.suite.sign(authority.private, data.dump()),
    })  # fmt: skip
    answer = {"response_type": "basic_ocsp_response", "response": basic}
    return ocsp.OCSPResponse({"response_status": "successful", "response_bytes": answer}).dump()


def _is_ours(identity: ocsp.CertId, authority: Authority) -> bool:
    name = identity["hash_algorithm"]["algorithm"].native
    if name not in _HASHES:
        return False
    certificate = authority.certificate
    of_name = hashlib.new(name, certificate.subject.dump()).digest()
    of_key = hashlib.new(name, bytes(certificate.public_key["public_key"])).digest()
    asked = identity["issuer_name_hash"].native, identity["issuer_key_hash"].native
    return bool(asked == (of_name, of_key))


def _status(
    house: House, authority: Authority, identity: ocsp.CertId, now: datetime
) -> ocsp.SingleResponse:
    row = house.books.execute(
        "SELECT revoked_at, reason FROM issued WHERE serial = ? AND issuer = ?",
        [f"{identity['serial_number'].native:x}", authority.key],
    ).fetchone()
    if row is None:
        status = ocsp.CertStatus(name="unknown", value=core.Null())
    elif row[0] is None:
        status = ocsp.CertStatus(name="good", value=core.Null())
    else:
        at, reason = datetime.fromisoformat(row[0]), row[1]
        revoked = {"revocation_time": at, "revocation_reason": reason}
        status = ocsp.CertStatus(name="revoked", value=revoked)
    return ocsp.SingleResponse({
        "cert_id": identity, "cert_status": status,
        "this_update": now, "next_update": now + _ANSWER_HOLDS,
    })  # fmt: skip


def revocation_list(house: House, authority: Authority) -> bytes:
    """Return what of one authority's certificates is revoked, as of now."""
    now = house.now()
    rows = house.books.execute(
        "SELECT serial, revoked_at, reason FROM issued "
        "WHERE issuer = ? AND revoked_at IS NOT NULL ORDER BY serial",
        [authority.key],
    ).fetchall()
    by = x509.AuthorityKeyIdentifier({"key_identifier": authority.certificate.key_identifier})
    body = crl.TbsCertList({
        "version": "v2",
        "signature": authority.suite.algorithm,
        "issuer": authority.certificate.subject,
        "this_update": x509.Time({"utc_time": now}),
        "next_update": x509.Time({"utc_time": now + _LIST_HOLDS}),
        "revoked_certificates": [_entry(*row) for row in rows] or None,
        "crl_extensions": [
            {"extn_id": "authority_key_identifier", "extn_value": by},
            {"extn_id": "crl_number", "extn_value": core.Integer(int(now.timestamp()))},
        ],
    })  # fmt: skip
    return crl.CertificateList({
        "tbs_cert_list": body,
        "signature_algorithm": authority.suite.algorithm,
        "signature": authority.suite.sign(authority.private, body.dump()),
    }).dump()  # fmt: skip


def _entry(serial: str, at: str, reason: str) -> crl.RevokedCertificate:
    said = [{"extn_id": "crl_reason", "extn_value": crl.CRLReason(reason)}]
    return crl.RevokedCertificate({
        "user_certificate": int(serial, 16),
        "revocation_date": x509.Time({"utc_time": datetime.fromisoformat(at)}),
        # RFC 5280, section 5.3.1: rather no reason than `unspecified`.
        "crl_entry_extensions": None if reason == "unspecified" else said,
    })  # fmt: skip
