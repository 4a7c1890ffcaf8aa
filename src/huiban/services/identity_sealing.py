# SPDX-License-Identifier: Apache-2.0
"""Pictures of people in the object store (影像密封): each sealed with a key of its own."""

# The key lies in the picture's row and nowhere else: with the row's key gone, every copy of the
# object, in backups too, is noise. Who holds both the database and the objects can read them.

import base64
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiban.connectors.objects import ObjectCorrupted
from huiban.services import vault

_KEY_BYTES, _NONCE_BYTES = 32, 12


@dataclass(frozen=True, slots=True)
class SealedPicture:
    """Where sealed bytes lie, and the secret that opens them."""

    object_key: str
    secret: str


def seal(content: bytes, about: str) -> SealedPicture:
    """Keep bytes sealed; `about` is the number of what they belong to, and opens nothing else."""
    key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, content, about.encode())
    return SealedPicture(vault.keep(sealed), base64.b64encode(key).decode())


def unseal(kept: SealedPicture, about: str) -> bytes:
    """
    Open kept bytes.

    :raises ObjectCorrupted: if they are not the ones kept.
    """
    sealed = vault.content(kept.object_key)
    key = base64.b64decode(kept.secret)
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except InvalidTag:
        raise ObjectCorrupted(kept.object_key) from None


def destroy(object_key: str) -> None:
    """Remove sealed bytes whose secret is gone from its row already."""
    vault.objects().remove(object_key)
