# SPDX-License-Identifier: Apache-2.0
"""A signature that lies beside what it signs (CMS 分离签名, RFC 5652), made and read."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from huiban.connectors import gm_oids
from huiban.connectors.certificate_path import SIGNATURES
from huiban.connectors.pades.cms import digest_of, frame
from huiban.connectors.signer import Signer
from huiban.kernel.words import Words

_BELIEVED = frozenset({"sha256", "sha384", "sha512", "sm3"})
Stamp = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class DetachedSignature:
    """A signature that is that of the content by the holder of `certificate`; all DER."""

    certificate: bytes
    chain: tuple[bytes, ...]
    name: str
    signature: bytes
    """The bytes that a time stamp on it covers."""
    token: bytes = b""
    """The RFC 3161 time stamp on it, as yet unread."""


class SignatureRefused(ValueError):
    """What lies beside the content is not its signature; `message` is fit to show."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


_UNREADABLE = Words("签名读不出来", "The signature cannot be read")
_OTHER = Words(
    "签名属于别的内容：内容在签名后被改过", "It signs other content: that was changed since"
)
_BROKEN = Words("签名不成立", "The signature does not hold")


def sign(content: bytes, signer: Signer, stamp: Stamp | None = None) -> bytes:
    """
    Sign some bytes and return the CMS; `stamp` gives the time stamp on the signature.

    :raises KeyUnavailable: if the key cannot be used now.
    """
    around = frame(signer)
    attributes = around.attributes_over(digest_of(signer.profile, content))
    signature = signer.sign(attributes)
    return around.finished(attributes, signature, stamp(signature) if stamp else b"")


def read(content: bytes, signature: bytes) -> DetachedSignature:
    """
    Read a signature and hold it to the content; whom its certificate leads to is for the caller.

    :raises SignatureRefused: if it is none, or not that of the content.
    """
    try:
        return _believed(content, signature)
    except SignatureRefused:
        raise
    except Exception:  # strangers' bytes: the parser raises what it likes
        raise SignatureRefused(_UNREADABLE) from None


def _believed(content: bytes, signature: bytes) -> DetachedSignature:
    gm_oids.register_oids()
    signed = cms.ContentInfo.load(signature, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    held = [one.chosen for one in signed["certificates"]]
    own = _own(signer["sid"].chosen, held)
    _check(signer, content, own)
    return DetachedSignature(
        certificate=own.dump(),
        chain=tuple(one.dump() for one in held if one is not own),
        name=str(own.subject.native.get("common_name", "")),
        signature=signer["signature"].native,
        token=_token(signer),
    )


def _own(wanted: cms.IssuerAndSerialNumber, held: list[x509.Certificate]) -> x509.Certificate:
    for one in held:
        serial = wanted["serial_number"].native
        if one.issuer == wanted["issuer"] and one.serial_number == serial:
            return one
    raise SignatureRefused(_BROKEN)


def _check(signer: cms.SignerInfo, content: bytes, own: x509.Certificate) -> None:
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in _BELIEVED:
        raise SignatureRefused(_BROKEN)
    if attributes["message_digest"].native != [hashlib.new(name, content).digest()]:
        raise SignatureRefused(_OTHER)
    named = attributes["signing_certificate_v2"][0]["certs"][0]
    hashed = hashlib.new(named["hash_algorithm"]["algorithm"].native, own.dump()).digest()
    if attributes["content_type"].native != ["data"] or not hmac.compare_digest(
        named["cert_hash"].native, hashed
    ):
        raise SignatureRefused(_BROKEN)
    try:
        SIGNATURES.validate_signature(
            signer["signature"].native,
            signer["signed_attrs"].untag().dump(),
            own.public_key,
            signer["signature_algorithm"],
            SignatureValidationContext(contextual_md_algorithm=name),
        )
    except (InvalidSignature, UnsupportedAlgorithm):
        raise SignatureRefused(_BROKEN) from None


def _token(signer: cms.SignerInfo) -> bytes:
    for one in signer["unsigned_attrs"]:
        if one["type"].native == "signature_time_stamp_token":
            return bytes(one["values"][0].dump())
    return b""
