# SPDX-License-Identifier: Apache-2.0
"""Whether bytes were signed by the holder of a key (Ed25519)."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class KeyUnusable(ValueError):
    """What is set as a public key is none; a fault of the set-up, not of the sender."""


def is_signed(body: bytes, signature: str, public_key: str) -> bool:
    """
    Tell whether `signature` is that of `body` by the holder of `public_key`, both in base64.

    :raises KeyUnusable: if the public key is no Ed25519 key.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except (ValueError, binascii.Error):
        raise KeyUnusable("not an Ed25519 public key of 32 bytes in base64") from None
    try:
        key.verify(base64.b64decode(signature, validate=True), body)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
