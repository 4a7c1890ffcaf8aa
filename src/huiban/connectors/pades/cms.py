# SPDX-License-Identifier: Apache-2.0
"""The CMS of a signature (CAdES, RFC 5652 and 5035) in DER, built once per certificate."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from huiban.connectors.pades import der
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile

_SHA256 = der.wrap(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"))
_SM3 = der.wrap(der.SEQUENCE, der.oid("1.2.156.10197.1.401"))
_DIGESTS = {Profile.P256: _SHA256, Profile.SM2: _SM3}
_SIGNATURES = {
    Profile.P256: der.wrap(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2")),
    Profile.SM2: der.wrap(der.SEQUENCE, der.oid("1.2.156.10197.1.501")),
}
_DATA = der.oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_CONTENT_TYPE = der.wrap(der.SEQUENCE, der.oid("1.2.840.113549.1.9.3"), der.wrap(der.SET, _DATA))
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")
_PROTECTION = der.oid("1.2.840.113549.1.9.52")
_TIME_STAMP = der.oid("1.2.840.113549.1.9.16.2.14")
_VERSION_1 = der.wrap(der.INTEGER, b"\1")
_LONGEST_SIGNATURE = 72


class Digest(Protocol):
    """A digest being computed."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """All of a signer's CMS that is the same in every signature."""

    profile: Profile
    certificates: bytes
    signer: bytes
    attributes: tuple[bytes, ...]

    def attributes_over(self, digest: bytes) -> bytes:
        """This method will give the signed attributes, tagged as they are signed."""
        told = der.wrap(
            der.SEQUENCE, _MESSAGE_DIGEST, der.wrap(der.SET, der.wrap(der.OCTETS, digest))
        )
        return der.set_of((*self.attributes, told))

    def finished(self, attributes: bytes, signature: bytes, token: bytes = b"") -> bytes:
        """This method will give the whole CMS, with a time stamp where there is one."""
        kept = der.wrap(0xA1, der.wrap(der.SEQUENCE, _TIME_STAMP, der.wrap(der.SET, token)))
        info = der.wrap(
            der.SEQUENCE,
            _VERSION_1,
            self.signer,
            _DIGESTS[self.profile],
            b"\xa0" + attributes[1:],
            _SIGNATURES[self.profile],
            der.wrap(der.OCTETS, signature),
            kept if token else b"",
        )
        signed = der.wrap(
            der.SEQUENCE,
            _VERSION_1,
            der.wrap(der.SET, _DIGESTS[self.profile]),
            der.wrap(der.SEQUENCE, _DATA),
            self.certificates,
            der.wrap(der.SET, info),
        )
        return der.wrap(der.SEQUENCE, _SIGNED_DATA, der.wrap(0xA0, signed))

    def longest(self) -> int:
        """This method will say how long the CMS can become, a time stamp left out."""
        attributes = self.attributes_over(bytes(32))
        return len(self.finished(attributes, bytes(_LONGEST_SIGNATURE))) + 16


def frame(signer: Signer) -> Frame:
    """Give the frame of a signer's signatures."""
    return _frame(signer.profile, signer.certificate, signer.chain)


@lru_cache(maxsize=1024)
def _frame(profile: Profile, certificate: bytes, chain: tuple[bytes, ...]) -> Frame:
    serial, issuer = _issued(certificate)
    hashed = digest_of(profile, certificate)
    # SHA-256 is the default here and DER leaves a default out.
    algorithm = b"" if profile is Profile.P256 else _DIGESTS[profile]
    identified = der.wrap(der.SEQUENCE, algorithm, der.wrap(der.OCTETS, hashed))
    signing = der.wrap(der.SEQUENCE, der.wrap(der.SEQUENCE, identified))
    # Binds the algorithms, which CMS leaves unsigned (RFC 6211).
    protection = der.wrap(der.SEQUENCE, _DIGESTS[profile], b"\xa1" + _SIGNATURES[profile][1:])
    attributes = (
        _CONTENT_TYPE,
        der.wrap(der.SEQUENCE, _SIGNING_CERTIFICATE, der.wrap(der.SET, signing)),
        der.wrap(der.SEQUENCE, _PROTECTION, der.wrap(der.SET, protection)),
    )
    certificates = der.set_of({certificate, *chain}, 0xA0)
    return Frame(profile, certificates, der.wrap(der.SEQUENCE, issuer, serial), attributes)


def _issued(certificate: bytes) -> tuple[bytes, bytes]:
    """This function will give the serial number and the issuer of a certificate."""
    (_, body, _), *_ = der.parts(der.only(certificate)[1])
    found = [(tag, whole) for tag, _, whole in der.parts(body)]
    if found[0][0] == 0xA0:  # the version
        del found[0]
    return found[0][1], found[2][1]


def hasher(profile: Profile, data: bytes = b"") -> Digest:
    """Start the digest of a suite."""
    return hashlib.sha256(data) if profile is Profile.P256 else hashlib.new("sm3", data)


def digest_of(profile: Profile, data: bytes) -> bytes:
    """Compute the digest of a suite."""
    return hasher(profile, data).digest()


def named_digest(name: str, data: bytes) -> bytes:
    """
    Compute a digest by the name asn1crypto gives it.

    :raises ValueError: if there is none of that name here.
    """
    return hashlib.new(name, data, usedforsecurity=False).digest()
