# SPDX-License-Identifier: Apache-2.0
"""Whether certificates are revoked: OCSP answers and lists, fetched, verified and kept a while."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from asn1crypto import algos, crl, ocsp, x509

from huiban.connectors import gm_oids, trust_roots
from huiban.connectors.authority_http import AnswerUnusable, TrustFault, ask
from huiban.connectors.certificate_path import SIGNATURES, Claim, PathRefused, check_path
from huiban.kernel.words import Words

_KEPT_MOST = 2000
_HOLDS_WITHOUT_END = timedelta(minutes=10)  # an answer that does not say how long it holds
_FRESH_SHARE = 2  # asked again after half of the time an answer holds
_CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RevocationEvidence:
    """What authorities say of the certificates of a chain, DER, verified."""

    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    revoked_since: datetime | None = None
    """Since when the first of the certificates that is revoked is revoked."""


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: str  # ocsp | crl
    der: bytes
    this: datetime
    until: datetime
    revoked_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A certificate, its issuer, and by when."""

    one: x509.Certificate
    issuer: x509.Certificate
    now: datetime | None


_kept: dict[str, tuple[float, _Answer]] = {}
_lock = threading.Lock()


def evidence(
    certificate: bytes,
    chain: Sequence[bytes],
    now: datetime | None = None,
    roots: Sequence[bytes] | None = None,
) -> RevocationEvidence:
    """
    Fetch what shows whether a certificate or one of its issuers is revoked, all DER.

    Roots (those of the settings, unless others are given) are not asked about. OCSP is asked first,
    the list where there is none or it fails. With `now` an answer must hold at that time. Only
    addresses in these certificates are asked: pass no chain not known to lead to a trusted root.

    :raises huiban.connectors.authority_http.AuthorityAway: if nothing can be had for one of them.
    :raises AnswerUnusable: if what was answered is about something else, or not to be believed.
    """
    gm_oids.register_oids()
    path = [x509.Certificate.load(one) for one in (certificate, *chain)]
    known = path[1:] + [x509.Certificate.load(one) for one in _roots(roots)]
    answers = [
        _of(_Asked(one, _issuer(one, known), now)) for one in path if one.subject != one.issuer
    ]
    return RevocationEvidence(
        ocsps=tuple(dict.fromkeys(one.der for one in answers if one.kind == "ocsp")),
        crls=tuple(dict.fromkeys(one.der for one in answers if one.kind == "crl")),
        revoked_since=min(
            (one.revoked_since for one in answers if one.revoked_since), default=None
        ),
    )


def forget() -> None:
    """Forget every answer kept, as after a revocation of one's own."""
    with _lock:
        _kept.clear()


def _roots(given: Sequence[bytes] | None) -> Sequence[bytes]:
    if given is not None:
        return given
    from django.conf import settings as house

    return trust_roots.current(Path(house.TRUST_ROOTS)).all


def _issuer(one: x509.Certificate, known: Sequence[x509.Certificate]) -> x509.Certificate:
    for other in known:
        names_key = one.authority_key_identifier
        if other.subject == one.issuer and names_key in (None, other.key_identifier):
            return other
    raise AnswerUnusable(
        Words(
            f"找不到证书“{_name(one)}”的签发者，不能查询它是否被吊销。",
            f"The issuer of the certificate {_name(one)} is not known here.",
        )
    )


def _of(asked: _Asked) -> _Answer:
    """Return the first answer to be had, by OCSP or list."""
    fault: TrustFault | None = None
    for fetch, address in _places(asked.one):
        try:
            key = f"{address} {asked.one.issuer_serial!r}"
            return _fresh(key, asked, partial(fetch, address, asked))
        except TrustFault as found:
            fault = found
    raise fault or AnswerUnusable(
        Words(
            f"证书“{_name(asked.one)}”没有写明在哪里查询吊销状态。",
            f"The certificate {_name(asked.one)} does not say where to ask whether it is revoked.",
        )
    )


_Fetch = Callable[[str, _Asked], _Answer]


def _places(one: x509.Certificate) -> list[tuple[_Fetch, str]]:
    lists = [point.url for point in one.crl_distribution_points]
    return [(_by_ocsp, url) for url in one.ocsp_urls] + [(_by_list, url) for url in lists if url]


def _fresh(key: str, asked: _Asked, fetch: Callable[[], _Answer]) -> _Answer:
    """Return what is kept under a key while it is fresh; fetch it otherwise."""
    until, found = _kept.get(key, (0.0, None))
    if found is not None and time.monotonic() < until and _holds(found, asked.now):
        return found
    found = _verified(fetch(), asked)
    span = (found.until - found.this).total_seconds() / _FRESH_SHARE
    with _lock:
        if len(_kept) >= _KEPT_MOST:
            _kept.clear()
        _kept[key] = (time.monotonic() + span, found)
    return found


def _holds(answer: _Answer, now: datetime | None) -> bool:
    return now is None or answer.this - _CLOCKS_APART <= now <= answer.until + _CLOCKS_APART


def _verified(answer: _Answer, asked: _Asked) -> _Answer:
    """Hold an answer to its signature, its certificate and the time; then it may be kept."""
    if not _holds(answer, asked.now):
        raise _unusable(asked.one, "不是此刻的", "is out of date or from the future")
    try:
        check = _status_by_ocsp if answer.kind == "ocsp" else _status_by_list
        return replace(answer, revoked_since=check(answer, asked))
    except TrustFault:
        raise
    except Exception:  # strangers' bytes: the parser raises what it likes
        raise _unusable(asked.one, "不可信", "is not to be believed") from None


def _status_by_ocsp(answer: _Answer, asked: _Asked) -> datetime | None:
    # A certificate that has ended meanwhile is asked about as of its last day.
    at = min(max(answer.this, asked.one.not_valid_before), asked.one.not_valid_after)
    claim = Claim(asked.one.dump(), ocsps=(answer.der,))
    try:
        check_path(claim, [asked.issuer.dump()], at, needs_status=True)
    except PathRefused as refused:
        if refused.code != "revoked":
            raise
        return refused.since
    return None


def _status_by_list(answer: _Answer, asked: _Asked) -> datetime | None:
    """Read a list as its issuer's whole list: by its signature, and with nothing left out."""
    found = crl.CertificateList.load(answer.der, strict=True)
    if found.issuer != asked.one.issuer or found.critical_extensions:
        raise _unusable(asked.one, "不是它的签发者的完整名单", "is not its issuer's whole list")
    use = asked.issuer.key_usage_value
    if use is not None and "crl_sign" not in use.native:
        raise _unusable(asked.one, "由无权签发的证书签发", "is signed by one who may not")
    body = found["tbs_cert_list"]
    SIGNATURES.validate_signature(
        found.signature, body.dump(), asked.issuer.public_key, found["signature_algorithm"]
    )
    for entry in body["revoked_certificates"]:
        if entry["user_certificate"].native == asked.one.serial_number:
            since = entry["revocation_date"].native
            return since if isinstance(since, datetime) else None
    return None


def _by_ocsp(address: str, asked: _Asked) -> _Answer:
    identity = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha1"}),  # what all responders know
        "issuer_name_hash": asked.issuer.subject.sha1,
        "issuer_key_hash": asked.issuer.public_key.sha1,
        "serial_number": asked.one.serial_number,
    }
    request = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identity}]}})
    answer = ask(address, request.dump(), {"Content-Type": "application/ocsp-request"})
    try:
        response = ocsp.OCSPResponse.load(answer, strict=True)
        (single,) = response.response_data["responses"]
        this, until = single["this_update"].native, single["next_update"].native
    except (ValueError, TypeError, KeyError):
        raise _unusable(asked.one, "无法读取", "cannot be read") from None
    return _Answer("ocsp", answer, this, until or this + _HOLDS_WITHOUT_END)


def _by_list(address: str, asked: _Asked) -> _Answer:
    answer = ask(address)
    try:
        body = crl.CertificateList.load(answer, strict=True)["tbs_cert_list"]
        this, until = body["this_update"].native, body["next_update"].native
    except (ValueError, TypeError, KeyError):
        raise _unusable(asked.one, "无法读取", "cannot be read") from None
    return _Answer("crl", answer, this, until or this + _HOLDS_WITHOUT_END)


def _unusable(one: x509.Certificate, zh: str, en: str) -> AnswerUnusable:
    return AnswerUnusable(
        Words(
            f"证书机构对证书“{_name(one)}”吊销状态的应答{zh}，未予使用。",
            f"What was answered about the revocation of {_name(one)} {en} and is not used.",
        )
    )


def _name(one: x509.Certificate) -> str:
    return str(one.subject.native.get("common_name", one.subject.human_friendly))
