# SPDX-License-Identifier: Apache-2.0
"""The two suites the test authority signs with, each under one set of names."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from huiban.connectors import gm, gm_oids


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite: keys are PKCS#8 and SubjectPublicKeyInfo in DER, signatures r and s in DER."""

    name: str
    hash_name: str
    signed: str
    make: Callable[[], bytes]
    public: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verifies: Callable[[bytes, bytes, bytes], bool]

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.hash_name, data).digest()

    @property
    def algorithm(self) -> algos.SignedDigestAlgorithm:
        return algos.SignedDigestAlgorithm({"algorithm": self.signed})

    @property
    def digest_algorithm(self) -> algos.DigestAlgorithm:
        return algos.DigestAlgorithm({"algorithm": self.hash_name})


_ECDSA = ec.ECDSA(hashes.SHA256())


def _make() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@lru_cache(maxsize=16)
def _key(private: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(private, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _public(private: bytes) -> bytes:
    return _key(private).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _sign(private: bytes, data: bytes) -> bytes:
    return _key(private).sign(data, _ECDSA)


def _verifies(public: bytes, data: bytes, signature: bytes) -> bool:
    try:
        key = load_der_public_key(public)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(
            key.curve, ec.SECP256R1
        ):
            return False
        key.verify(signature, data, _ECDSA)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _sm2_verifies(public: bytes, data: bytes, signature: bytes) -> bool:
    try:
        return gm.sm2_verify(public, data, signature)
    except gm.NotSm2:
        return False


P256 = Suite("p256", "sha256", "sha256_ecdsa", _make, _public, _sign, _verifies)
SM2 = Suite("sm2", "sm3", "sm3_sm2", gm.sm2_make, gm.sm2_public, gm.sm2_sign, _sm2_verifies)
SUITES = {one.name: one for one in (P256, SM2)}


def suite_of(public: keys.PublicKeyInfo) -> Suite | None:
    """Return the suite of a public key, None if it belongs to neither."""
    gm_oids.register_oids()
    if public.algorithm != "ec" or public.curve[0] != "named":
        return None
    return {"secp256r1": P256, "sm2p256v1": SM2}.get(public.curve[1])
