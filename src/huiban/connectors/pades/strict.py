# SPDX-License-Identifier: Apache-2.0
"""Whether the unsigned parts of a CMS are as DER and RFC 5652 want them, to the last byte."""

from collections.abc import Sequence

from asn1crypto import cms, core, x509

from huiban.connectors.pades import der
from huiban.connectors.pades.issued import issued

_MOST_DEPTH = 40
_SAFE_DIGESTS = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "sm3"}


def is_padded_der(content: bytes) -> bool:
    """Tell whether bytes are one DER value, DER to its depths, and nothing but zeros behind it."""
    try:
        size = der.size_of(content)
        _walk(content[:size], 0)
    except ValueError:
        return False
    return not content[size:].strip(b"\0")


def _walk(content: bytes, depth: int) -> None:
    if depth > _MOST_DEPTH:
        raise ValueError("nested too deeply")
    for tag, inner, _ in der.parts(content):
        if tag & 0x20:
            _walk(inner, depth + 1)


def is_regular(signed: cms.SignedData) -> bool:
    """Tell whether what no signature covers says what it must say."""
    infos = signed["signer_infos"]
    if len(infos) != 1:
        return False
    info = infos[0]
    is_data = signed["encap_content_info"]["content_type"].native == "data"
    by_number = info["sid"].name == "issuer_and_serial_number"
    versions = ("v1" if is_data and by_number else "v3", "v1" if by_number else "v3")
    digests = [one.dump() for one in signed["digest_algorithms"]]
    return (
        (signed["version"].native, info["version"].native) == versions
        and info["digest_algorithm"].dump() in digests
        and all(_is_plain(one) for one in (info["digest_algorithm"], *signed["digest_algorithms"]))
        and _is_plain(info["signature_algorithm"])
        and all(one.name == "certificate" for one in signed["certificates"])
    )


def _is_plain(algorithm: core.Sequence) -> bool:
    """This function will tell whether an algorithm has no parameters that mean nothing."""
    told = algorithm["parameters"]
    if algorithm["algorithm"].native == "rsassa_pss":
        return True
    return told is core.VOID or (told.native is None and told.dump() in (b"", b"\x05\x00"))


def has_safe_digest(signed: cms.SignedData) -> bool:
    """Tell whether the digest is one that cannot be forged today."""
    name = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    return name in _SAFE_DIGESTS


def is_tampered(held: Sequence[x509.Certificate], known: Sequence[x509.Certificate]) -> bool:
    """Tell whether a certificate held in a CMS is a changed copy: its issuer never signed it so."""
    return any(_is_changed(one, [*known, *held]) for one in held)


def _is_changed(one: x509.Certificate, known: Sequence[x509.Certificate]) -> bool:
    signature = one["signature_value"].native
    copies = [found for found in known if found["signature_value"].native == signature]
    if any(found.dump() != one.dump() for found in copies):
        return True
    issuers = [
        found for found in known if found.subject == one.issuer and _may_have_issued(found, one)
    ]
    return bool(issuers) and not any(issued(one, found) for found in issuers)


def _may_have_issued(issuer: x509.Certificate, one: x509.Certificate) -> bool:
    """This function will leave out other keys of an authority that kept its name."""
    wanted, own = one.authority_key_identifier, issuer.key_identifier
    return wanted is None or own is None or wanted == own
