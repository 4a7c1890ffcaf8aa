# SPDX-License-Identifier: Apache-2.0
"""Keys as sealed files of a folder: one file a key, readable by its owner only."""

import base64
import contextlib
import json
import os
import secrets
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from huiban.connectors import gm
from huiban.connectors.keys.holder import KeyRefused, checked_label, no_key
from huiban.connectors.signer import KeyUnavailable
from huiban.kernel.credential import Profile
from huiban.kernel.evidence import canonical

_SALT = "salt"
_SALT_BYTES = 16
_KEY_BYTES = {Profile.P256: 32, Profile.SM2: 16}
_AT_HAND_MOST = 4096


class FolderKeys:
    """Keys in a folder, sealed under a secret that lies elsewhere."""

    def __init__(self, root: Path, secret: str) -> None:
        self._root = root
        self._secret = secret.encode()
        self._master = b""
        self._lock = threading.Lock()
        self._at_hand: dict[str, Callable[[bytes], bytes]] = {}

    def __contains__(self, label: str) -> bool:
        return self._file(label).exists()

    def make(self, label: str, profile: Profile) -> bytes:
        file = self._file(label)
        if not file.exists():
            private, public = _make(profile)
            _write_once(file, self._sealed(label, profile, private, public))
        written = self._read(label)
        if written["profile"] != profile:
            raise KeyRefused(f"{label} is a key of the suite {written['profile']}, not {profile}")
        return _bytes(written["public"])

    def public_key(self, label: str) -> bytes:
        return _bytes(self._read(label)["public"])

    def sign(self, label: str, data: bytes) -> bytes:
        if label not in self:  # destroyed by another process, perhaps
            self._at_hand.pop(label, None)
            raise no_key(label)
        sign = self._at_hand.get(label)
        return sign(data) if sign else self._open(label)(data)

    def destroy(self, label: str) -> None:
        self._at_hand.pop(label, None)
        file = self._file(label)
        if file.exists():
            file.unlink(missing_ok=True)
            _fsync(self._root)

    def _file(self, label: str) -> Path:
        return self._root / f"{checked_label(label)}.key"

    def _read(self, label: str) -> dict[str, str]:
        file = self._file(label)
        try:
            found: dict[str, str] = json.loads(file.read_bytes())
        except FileNotFoundError:
            raise no_key(label) from None
        except OSError as fault:
            raise KeyUnavailable(f"the key {label} cannot be read: {fault.strerror}") from None
        except ValueError:
            raise _spoilt(label) from None
        return found

    def _open(self, label: str) -> Callable[[bytes], bytes]:
        written = self._read(label)
        try:
            profile = Profile(written["profile"])
            about = _about(label, profile, _bytes(written["public"]))
            key = self._sealing_key(_bytes(written["salt"]), profile)
            nonce, sealed = _bytes(written["nonce"]), _bytes(written["sealed"])
            private = _unseal(profile, key, nonce, sealed, about)
        except (gm.NotDecrypted, InvalidTag, KeyError, ValueError):
            raise _spoilt(label) from None
        if len(self._at_hand) >= _AT_HAND_MOST:
            self._at_hand.clear()
        sign = _signing(profile, private)
        self._at_hand[label] = sign
        return sign

    def _sealed(self, label: str, profile: Profile, private: bytes, public: bytes) -> bytes:
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(gm.NONCE_BYTES)
        seal = gm.sm4_seal if profile is Profile.SM2 else _aes_seal
        about = _about(label, profile, public)
        sealed = seal(self._sealing_key(salt, profile), nonce, private, about)
        parts = {"salt": salt, "nonce": nonce, "sealed": sealed, "public": public}
        texts = {name: base64.b64encode(part).decode() for name, part in parts.items()}
        return canonical({"format": 1, "label": label, "profile": str(profile), **texts})

    def _sealing_key(self, salt: bytes, profile: Profile) -> bytes:
        """Derive the key of one file; the slow derivation is done once a process."""
        with self._lock:
            if not self._master:
                folder_salt = _salt(self._root)
                self._master = Scrypt(folder_salt, 32, n=2**15, r=8, p=1).derive(self._secret)
        length = _KEY_BYTES[profile]
        return HKDF(hashes.SHA256(), length, salt, b"huiban key file").derive(self._master)


def _make(profile: Profile) -> tuple[bytes, bytes]:
    """Make a key; returns PKCS#8 and SubjectPublicKeyInfo."""
    if profile is Profile.SM2:
        private = gm.sm2_make()
        return private, gm.sm2_public(private)
    key = ec.generate_private_key(ec.SECP256R1())
    return (
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def _signing(profile: Profile, private: bytes) -> Callable[[bytes], bytes]:
    if profile is Profile.SM2:
        return partial(gm.sm2_sign, private)
    key, way = load_der_private_key(private, None), ec.ECDSA(hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return lambda data: key.sign(data, way)


def _about(label: str, profile: Profile, public: bytes) -> bytes:
    """Return what a sealed key is bound to: a file renamed or a public key swapped is seen."""
    return canonical([label, str(profile), public.hex()])


def _aes_seal(key: bytes, nonce: bytes, data: bytes, about: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, data, about)


def _unseal(profile: Profile, key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    if profile is Profile.SM2:
        return gm.sm4_open(key, nonce, sealed, about)
    return AESGCM(key).decrypt(nonce, sealed, about)


def _salt(root: Path) -> bytes:
    if not (root / _SALT).exists():
        _write_once(root / _SALT, secrets.token_hex(_SALT_BYTES).encode())
    return bytes.fromhex((root / _SALT).read_text("ascii"))


def _write_once(file: Path, data: bytes) -> None:
    """Write a file that is whole or not there; where another process was first, its file stays."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    _fsync(file.parent)


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bytes(text: Any) -> bytes:
    return base64.b64decode(text, validate=True)


def _spoilt(label: str) -> KeyUnavailable:
    return KeyUnavailable(
        f"the key {label} cannot be opened: HUIBAN_KEYS_SECRET is not the one it was sealed with, "
        "or its file was changed; set the right secret, or restore the file from the backup"
    )
