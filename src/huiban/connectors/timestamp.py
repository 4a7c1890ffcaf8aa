# SPDX-License-Identifier: Apache-2.0
"""Time stamps by RFC 3161 (时间戳): asking for them, and what a token says of which bytes."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from huiban.connectors import gm_oids, trust_roots
from huiban.connectors.authority_http import ANSWER_S, AnswerUnusable, AuthorityRefused, ask
from huiban.connectors.certificate_path import SIGNATURES, Claim, PathRefused, check_path
from huiban.kernel.credential import Profile
from huiban.kernel.words import Words

_HASHES = {Profile.P256: "sha256", Profile.SM2: "sm3"}
_TRUSTED_HASHES = frozenset({"sha256", "sha384", "sha512", "sm3"})
_NONCE_BITS = 63
_GRANTED = frozenset({"granted", "granted_with_mods"})


class _Answer(core.Sequence):
    """A response by RFC 3161, section 2.4.2; asn1crypto's own has no way to say no."""

    _fields: ClassVar[list[tuple[Any, ...]]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Server:
    """Where stamps are asked for, and the roots its certificate must lead to, DER."""

    address: str
    roots: Sequence[bytes]
    patience_s: float = ANSWER_S


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a token proves: its data existed at `at`, says `authority`."""

    at: datetime
    hash_name: str
    authority: str
    is_test: bool
    certificates: tuple[bytes, ...]
    """The stamper's certificate first, then what else came with it, DER."""


class TokenRefused(ValueError):
    """
    A token that proves nothing about the data; `code` says why, `message` is fit to show.

    `unreadable`; `other_data`: it stamps other bytes; `weak`: by a digest no longer believed;
    `broken`: its signature does not hold; and those of `certificate_path.PathRefused`.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = _REASONS.get(code, _REASONS["untrusted"])
        super().__init__(f"{code}: {self.message.en}")


def stamp(data: bytes, profile: Profile, server: Server | None = None) -> bytes:
    """
    Have some bytes stamped and return the token (DER TimeStampToken), verified.

    The server is the one of the settings unless another is named.

    :raises huiban.connectors.authority_http.AuthorityAway: if it cannot be reached.
    :raises AuthorityRefused: if it will not stamp.
    :raises AnswerUnusable: if its token is not for these bytes, or not to be believed.
    """
    server = server or _server(profile)
    hash_name, nonce = _HASHES[profile], secrets.randbits(_NONCE_BITS)
    headers = {"Content-Type": "application/timestamp-query"}
    answer = ask(server.address, _request(data, hash_name, nonce), headers, server.patience_s)
    token = _granted(answer, server.address)
    try:
        found = _read(token, data)
        if found.statement["nonce"].native != nonce:
            raise TokenRefused("other_data")
        _lead(found, server.roots)
    except TokenRefused as refused:
        raise AnswerUnusable(
            Words(
                f"时间戳服务 {server.address} 的应答未予使用：{refused.message.zh}",
                f"The answer of the time stamp server {server.address} is not used: "
                f"{refused.message.en}",
            )
        ) from None
    return token


def read_token(
    token: bytes, data: bytes, roots: Sequence[bytes], tests: Set[str] = frozenset()
) -> Stamped:
    """
    Return what a token proves about some bytes.

    `roots` are what the stamper's certificate must lead to, DER; `tests` are the fingerprints of
    those that are test roots.

    :raises TokenRefused: if it proves nothing.
    """
    found = _read(token, data)
    root = _lead(found, roots)
    return Stamped(
        at=found.statement["gen_time"].native,
        hash_name=found.hash_name,
        authority=_name(found.stamper),
        is_test=trust_roots.fingerprint(root) in tests,
        certificates=(found.stamper.dump(), *(one.dump() for one in found.others)),
    )


@dataclass(frozen=True, slots=True)
class _Token:
    statement: tsp.TSTInfo
    hash_name: str
    stamper: x509.Certificate
    others: list[x509.Certificate]


def _server(profile: Profile) -> Server:
    from django.conf import settings as house

    address = house.TSA_SM2_URL if profile is Profile.SM2 else house.TSA_URL
    return Server(address, trust_roots.current(Path(house.TRUST_ROOTS)).all)


def _request(data: bytes, hash_name: str, nonce: int) -> bytes:
    gm_oids.register_oids()
    return tsp.TimeStampReq({
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": hash_name}),
            "hashed_message": hashlib.new(hash_name, data).digest(),
        },
        "nonce": nonce,
        "cert_req": True,
    }).dump()  # fmt: skip


def _granted(answer: bytes, address: str) -> bytes:
    try:
        response = _Answer.load(answer, strict=True)
        status = response["status"]["status"].native
        texts = response["status"]["status_string"].native or []
        token = bytes(response["time_stamp_token"].dump())
    except (ValueError, TypeError, KeyError):
        status, texts, token = "", [], b""
    if status not in {*_GRANTED, ""}:
        why = "; ".join(map(str, texts)) or status
        raise AuthorityRefused(
            Words(f"时间戳服务 {address} 拒绝：{why}", f"{address} refused to stamp: {why}")
        )
    if not status or not token:
        raise AnswerUnusable(
            Words(f"{address} 的应答不是时间戳。", f"{address} answered no time stamp.")
        )
    return token


def _read(token: bytes, data: bytes) -> _Token:
    """Read a token, and hold its imprint to the data and its signature to its certificate."""
    try:
        return _believed(token, data)
    except TokenRefused:
        raise
    except Exception:  # strangers' bytes: the parser raises what it likes
        raise TokenRefused("unreadable") from None


def _believed(token: bytes, data: bytes) -> _Token:
    gm_oids.register_oids()
    signed = cms.ContentInfo.load(token, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise TokenRefused("unreadable")
    statement = content["content"].parsed
    imprint = statement["message_imprint"]
    hash_name = imprint["hash_algorithm"]["algorithm"].native
    if hash_name not in _TRUSTED_HASHES:
        raise TokenRefused("weak")
    digest = hashlib.new(hash_name, data).digest()
    if not hmac.compare_digest(imprint["hashed_message"].native, digest):
        raise TokenRefused("other_data")
    held = [one.chosen for one in signed["certificates"]]
    stamper = _stamper(signer["sid"], held)
    _check_signature(signer, bytes(content["content"]), stamper)
    return _Token(statement, hash_name, stamper, [one for one in held if one is not stamper])


def _stamper(wanted: cms.SignerIdentifier, held: list[x509.Certificate]) -> x509.Certificate:
    for one in held:
        if wanted.name == "subject_key_identifier":
            if one.key_identifier == wanted.native:
                return one
        elif (
            one.issuer == wanted.chosen["issuer"]
            and one.serial_number == wanted.chosen["serial_number"].native
        ):
            return one
    raise TokenRefused("broken")


def _check_signature(signer: cms.SignerInfo, content: bytes, stamper: x509.Certificate) -> None:
    """Hold attributes to the content, the certificate to the attributes, all to the signature."""
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    digest_name = signer["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(digest_name, content).digest()
    if digest_name not in _TRUSTED_HASHES:
        raise TokenRefused("weak")
    if (
        attributes["message_digest"].native != [digest]
        or attributes["content_type"].native != ["tst_info"]
        or not _is_meant(attributes, stamper)
    ):
        raise TokenRefused("broken")
    try:
        SIGNATURES.validate_signature(
            signer["signature"].native,
            # Signed as a SET, sent as [0]: RFC 5652, section 5.4.
            b"\x31" + signer["signed_attrs"].dump()[1:],
            stamper.public_key,
            signer["signature_algorithm"],
            SignatureValidationContext(contextual_md_algorithm=digest_name),
        )
    except (InvalidSignature, UnsupportedAlgorithm):
        raise TokenRefused("broken") from None


def _is_meant(attributes: dict[str, cms.CMSAttribute], stamper: x509.Certificate) -> bool:
    """Tell whether the token names this certificate, so that none can be swapped in (RFC 5816)."""
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"][0]["certs"][0]
        hash_name = named["hash_algorithm"]["algorithm"].native
    elif "signing_certificate" in attributes:
        named, hash_name = attributes["signing_certificate"][0]["certs"][0], "sha1"
    else:
        return False
    digest = hashlib.new(hash_name, stamper.dump()).digest()
    return hmac.compare_digest(named["cert_hash"].native, digest)


@dataclass(frozen=True, slots=True)
class _Led:
    """The root that certificates lead to, and between which times all of them hold."""

    root: bytes
    since: datetime
    until: datetime


_led: dict[tuple[Claim, tuple[bytes, ...]], _Led] = {}
_LED_MOST = 64


def _lead(found: _Token, roots: Sequence[bytes]) -> bytes:
    """Return the root of a stamper, remembered: a server signs every stamp with one certificate."""
    at = found.statement["gen_time"].native
    claim = Claim(found.stamper.dump(), tuple(one.dump() for one in found.others))
    known = _led.get((claim, tuple(roots)))
    if known is not None and known.since <= at <= known.until:
        return known.root
    try:
        root = check_path(claim, roots, at, purpose="stamper")
    except PathRefused as refused:
        raise TokenRefused(refused.code) from None
    held = [found.stamper, *found.others, x509.Certificate.load(root)]
    if len(_led) >= _LED_MOST:
        _led.clear()
    _led[claim, tuple(roots)] = _Led(
        root,
        max(one.not_valid_before for one in held),
        min(one.not_valid_after for one in held),
    )
    return root


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.native
    found = names.get("common_name") or names.get("organization_name") or ""
    return found if isinstance(found, str) else "、".join(found)


_REASONS = {
    "unreadable": Words("不是可读的时间戳。", "It is no time stamp that can be read."),
    "other_data": Words(
        "时间戳属于别的内容：内容在加盖时间戳后被改过，或时间戳被调换。",
        "It stamps other data: the data was changed since, or the token swapped.",
    ),
    "weak": Words("时间戳用了已不安全的摘要算法。", "It uses a digest no longer secure."),
    "broken": Words("时间戳的签名不成立。", "Its signature does not hold."),
    "untrusted": Words(
        "时间戳的签发者不在可信根证书之下。", "Its authority leads to no trusted root."
    ),
    "expired": Words("签发时间戳的证书当时已过期。", "Its certificate had expired by then."),
    "not_yet_valid": Words("签发时间戳的证书当时尚未生效。", "Its certificate was not valid yet."),
    "revoked": Words("签发时间戳的证书已被吊销。", "Its certificate was revoked."),
    "unfit": Words("签发时间戳的证书不是时间戳证书。", "Its certificate is not for time stamps."),
}
