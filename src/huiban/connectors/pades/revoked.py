# SPDX-License-Identifier: Apache-2.0
"""Whether a certificate was revoked at a moment, from OCSP answers and lists at hand (吊销状态)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature

from huiban.connectors.pades.cms import named_digest
from huiban.connectors.pades.issued import VERIFIER, issued

_SKEW = timedelta(minutes=5)
_KNOWN_EXTENSIONS = {"crl_number", "authority_key_identifier", "issuing_distribution_point"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one certificate: nothing, that it was good, or when it was revoked."""

    is_known: bool = False
    revoked_at: datetime | None = None


class Evidence:
    """OCSP responses and CRLs, believed only by the signature of the authority spoken for."""

    def __init__(self, ocsps: Iterable[bytes], crls: Iterable[bytes]) -> None:
        self._ocsps = list(_responses(dict.fromkeys(ocsps)))
        self._crls = list(_lists(dict.fromkeys(crls)))

    def standing(
        self, chain: Sequence[x509.Certificate], when: datetime, seen: datetime
    ) -> Standing:
        """
        Say what is known of a chain, root last and taken as good.

        `when` it was used; `seen` when the evidence is looked at: what is from later is not used.
        """
        known = True
        for number, certificate in enumerate(chain[:-1]):
            one = self._one(certificate, chain[number + 1], when, seen)
            if one.revoked_at is not None:
                return one
            known = known and one.is_known
        return Standing(is_known=known)

    def _one(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        when: datetime,
        seen: datetime,
    ) -> Standing:
        found = [
            one
            for one in (
                *self._by_ocsp(certificate, issuer),
                *self._by_crl(certificate, issuer),
            )
            if one.this_update <= seen + _SKEW
        ]
        revoked = [one.revoked_at for one in found if one.revoked_at is not None]
        if revoked and min(revoked) <= when:
            return Standing(True, min(revoked))
        return Standing(is_known=any(one.covers(certificate, when) for one in found))

    def _by_ocsp(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> "Iterator[_Told]":
        for response in self._ocsps:
            for single in response["tbs_response_data"]["responses"]:
                # "Unknown" to its own authority is no evidence of anything.
                if (
                    single["cert_status"].name in ("good", "revoked")
                    and _is_about(single["cert_id"], certificate, issuer)
                    and self._may_answer(response, issuer)
                ):
                    yield _told_by_ocsp(single)

    def _may_answer(self, response: ocsp.BasicOCSPResponse, issuer: x509.Certificate) -> bool:
        """This method will tell whether a response was signed by the issuer or its delegate."""
        for responder in (issuer, *(response["certs"] or ())):
            if _is_answer_signed(response, responder):
                is_own = responder.dump() == issuer.dump()
                return is_own or self._is_delegate(responder, issuer, response)
        return False

    def _is_delegate(
        self,
        responder: x509.Certificate,
        issuer: x509.Certificate,
        response: ocsp.BasicOCSPResponse,
    ) -> bool:
        made = response["tbs_response_data"]["produced_at"].native
        extended = responder.extended_key_usage_value
        if (
            extended is None
            or "ocsp_signing" not in extended.native
            or not issued(responder, issuer)
        ):
            return False
        if not responder.not_valid_before <= made <= responder.not_valid_after:
            return False
        if responder.ocsp_no_check_value is not None:
            return True
        return not any(
            one.revoked_at is not None and one.revoked_at <= made
            for one in self._by_crl(responder, issuer)
        )

    def _by_crl(self, certificate: x509.Certificate, issuer: x509.Certificate) -> "Iterator[_Told]":
        for listed in self._crls:
            if (
                listed.issuer == issuer.subject
                and _covers_kind(listed, certificate)
                and _may_list(issuer)
                and _is_list_signed(listed, issuer)
            ):
                yield _told_by_crl(listed, certificate)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one response or list tells of one certificate."""

    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None = None

    def covers(self, certificate: x509.Certificate, when: datetime) -> bool:
        """This method will tell whether it shows how the certificate stood at a moment."""
        if self.revoked_at is not None:
            return self.revoked_at > when
        if self.this_update > certificate.not_valid_after + _SKEW:
            return False  # authorities forget certificates that have ended
        if self.this_update >= when - _SKEW:
            return True
        return self.next_update is not None and when <= self.next_update


def _responses(found: Iterable[bytes]) -> Iterator[ocsp.BasicOCSPResponse]:
    for one in found:
        try:
            response = ocsp.OCSPResponse.load(one, strict=True)
            if response["response_status"].native == "successful":
                basic = response.basic_ocsp_response
                basic.native  # noqa: B018 - damaged ones must fail here, not later
                yield basic
        except (ValueError, TypeError, KeyError):
            continue  # damaged evidence proves nothing


def _lists(found: Iterable[bytes]) -> Iterator[crl.CertificateList]:
    for one in found:
        try:
            listed = crl.CertificateList.load(one, strict=True)
            listed.native  # noqa: B018 - damaged ones must fail here, not later
            yield listed
        except (ValueError, TypeError, KeyError):
            continue  # damaged evidence proves nothing


def _is_about(told: Any, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    name = told["hash_algorithm"]["algorithm"].native
    if told["serial_number"].native != certificate.serial_number:
        return False
    try:
        of_name = named_digest(name, issuer.subject.dump())
        of_key = named_digest(name, issuer.public_key["public_key"].contents[1:])
    except ValueError:
        return False
    return bool(
        told["issuer_name_hash"].native == of_name and told["issuer_key_hash"].native == of_key
    )


def _told_by_ocsp(single: Any) -> _Told:
    status = single["cert_status"]
    revoked = status.chosen["revocation_time"].native if status.name == "revoked" else None
    return _Told(single["this_update"].native, single["next_update"].native, revoked)


def _told_by_crl(listed: crl.CertificateList, certificate: x509.Certificate) -> _Told:
    body = listed["tbs_cert_list"]
    revoked = None
    for entry in body["revoked_certificates"] or ():
        if entry["user_certificate"].native == certificate.serial_number:
            revoked = entry["revocation_date"].native
    return _Told(body["this_update"].native, body["next_update"].native, revoked)


def _covers_kind(listed: crl.CertificateList, certificate: x509.Certificate) -> bool:
    for extension in listed["tbs_cert_list"]["crl_extensions"] or ():
        if extension["critical"].native and extension["extn_id"].native not in _KNOWN_EXTENSIONS:
            return False
    part = listed.issuing_distribution_point_value
    if part is None:
        return True
    excluded = "only_contains_user_certs" if certificate.ca else "only_contains_ca_certs"
    never = ("only_contains_attribute_certs", "indirect_crl", "only_some_reasons")
    return not any(part[one].native for one in (excluded, *never))


def _may_list(issuer: x509.Certificate) -> bool:
    told = issuer.key_usage_value
    return told is None or "crl_sign" in told.native


def _is_signed(data: bytes, signed: bytes, by: x509.Certificate, algorithm: Any) -> bool:
    try:
        VERIFIER.validate_signature(data, signed, by.public_key, algorithm)
    except InvalidSignature:
        return False
    return True


def _is_list_signed(listed: crl.CertificateList, by: x509.Certificate) -> bool:
    body = listed["tbs_cert_list"].dump()
    return _is_signed(listed.signature, body, by, listed["signature_algorithm"])


def _is_answer_signed(response: ocsp.BasicOCSPResponse, by: x509.Certificate) -> bool:
    body = response["tbs_response_data"].dump()
    return _is_signed(response["signature"].native, body, by, response["signature_algorithm"])
