# SPDX-License-Identifier: Apache-2.0
"""SM2 signatures through OpenSSL 3, and SM4-GCM (国密算法)."""

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_ulong, c_void_p
from functools import cache, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

IDENTITY = b"1234567812345678"
"""The signer's identity where none was agreed (GM/T 0009, section 10)."""
NONCE_BYTES, TAG_BYTES = 12, 16

_OPENSSL_3 = 0x30000000
_SIGNATURE_MOST = 80  # two integers of 33 bytes, and what DER puts around them
_POINTER_OF = POINTER(c_void_p)
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EVP_sm3": (c_void_p, ()),
    "ERR_clear_error": (None, ()),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_is_a": (c_int, (c_void_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, (c_void_p, c_void_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_int)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_generate": (c_int, (c_void_p, _POINTER_OF)),
    "EVP_PKEY2PKCS8": (c_void_p, (c_void_p,)),
    "PKCS8_PRIV_KEY_INFO_free": (None, (c_void_p,)),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, (c_void_p, _POINTER_OF)),
    "i2d_PUBKEY": (c_int, (c_void_p, _POINTER_OF)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (c_void_p, c_void_p)),
    "EVP_DigestSignInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_DigestVerifyInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
}


class GmUnavailable(RuntimeError):
    """This machine's OpenSSL cannot do SM2; the text says what to install."""


class NotSm2(ValueError):
    """The bytes given as a key are no SM2 key."""


class NotDecrypted(ValueError):
    """The bytes were not encrypted for this key, or were changed since."""


class _Key:
    """An OpenSSL key handle, freed with the last reference; threads may share it."""

    __slots__ = ("_free", "pointer")

    def __init__(self, pointer: int, library: ctypes.CDLL) -> None:
        self.pointer = pointer
        self._free = library.EVP_PKEY_free

    def __del__(self) -> None:
        self._free(self.pointer)


@cache
def _openssl() -> ctypes.CDLL:
    """
    Load libcrypto once.

    :raises GmUnavailable: if there is none of OpenSSL 3 with SM2 and SM3.
    """
    name = ctypes.util.find_library("crypto") or "libcrypto.so.3"
    try:
        library = ctypes.CDLL(name)
        version = library.OpenSSL_version_num
        version.restype = c_ulong
        if version() < _OPENSSL_3:
            raise GmUnavailable(f"{name} is older than OpenSSL 3: install libssl3 for SM2")
        for function, (result, arguments) in _SIGNATURES.items():
            found = getattr(library, function)
            found.restype, found.argtypes = result, arguments
    except OSError:
        raise GmUnavailable("no libcrypto found: install OpenSSL 3 (libssl3) for SM2") from None
    except AttributeError as missing:
        raise GmUnavailable(f"{name} lacks a function SM2 needs: {missing}") from None
    return library


def sm2_make() -> bytes:
    """Make a private key: PKCS#8 in DER."""
    library = _openssl()
    context = _some(library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None))
    pointer = c_void_p()
    try:
        _done(library.EVP_PKEY_keygen_init(context))
        _done(library.EVP_PKEY_generate(context, byref(pointer)))
    finally:
        library.EVP_PKEY_CTX_free(context)
    key = _Key(_some(pointer.value), library)
    info = _some(library.EVP_PKEY2PKCS8(key.pointer))
    try:
        return _der(library.i2d_PKCS8_PRIV_KEY_INFO, info)
    finally:
        library.PKCS8_PRIV_KEY_INFO_free(info)


def sm2_public(private: bytes) -> bytes:
    """
    Return the public key of a private one: SubjectPublicKeyInfo in DER.

    :raises NotSm2: if `private` is no SM2 key in PKCS#8.
    """
    return _der(_openssl().i2d_PUBKEY, _private(private).pointer)


def sm2_sign(private: bytes, data: bytes, identity: bytes = IDENTITY) -> bytes:
    """
    Sign SM3(Z ‖ data) and return r and s in DER (GM/T 0003.2, 0009).

    :raises NotSm2: if `private` is no SM2 key in PKCS#8.
    """
    library, key = _openssl(), _private(private)
    size = c_size_t(_SIGNATURE_MOST)
    signature = ctypes.create_string_buffer(_SIGNATURE_MOST)
    with _digesting(library, key, identity) as context:
        _done(library.EVP_DigestSignInit(context, None, library.EVP_sm3(), None, key.pointer))
        _done(library.EVP_DigestSign(context, signature, byref(size), data, len(data)))
    return signature.raw[: size.value]


def sm2_verify(
    public_spki: bytes, data: bytes, signature: bytes, identity: bytes = IDENTITY
) -> bool:
    """
    Tell whether `signature` (DER) is that of `data` by the holder of the key.

    :raises NotSm2: if `public_spki` is no SM2 key in SubjectPublicKeyInfo.
    """
    library, key = _openssl(), _public(public_spki)
    with _digesting(library, key, identity) as context:
        _done(library.EVP_DigestVerifyInit(context, None, library.EVP_sm3(), None, key.pointer))
        found = library.EVP_DigestVerify(context, signature, len(signature), data, len(data))
    if found != 1:
        library.ERR_clear_error()
    return bool(found == 1)


def sm4_seal(key: bytes, nonce: bytes, data: bytes, about: bytes = b"") -> bytes:
    """Encrypt with SM4-GCM; `about` is bound to it, the tag stands at the end."""
    seal = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    seal.authenticate_additional_data(about)
    return seal.update(data) + seal.finalize() + seal.tag


def sm4_open(key: bytes, nonce: bytes, sealed: bytes, about: bytes = b"") -> bytes:
    """
    Read what was sealed with SM4-GCM.

    :raises NotDecrypted: if key or `about` are others, or a byte was changed.
    """
    if len(sealed) < TAG_BYTES:
        raise NotDecrypted("too short for SM4-GCM")
    body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    opened = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    opened.authenticate_additional_data(about)
    try:
        return opened.update(body) + opened.finalize()
    except InvalidTag:
        raise NotDecrypted("sealed with another key, or changed since") from None


@lru_cache(maxsize=1024)
def _private(der: bytes) -> _Key:
    return _read(_openssl().d2i_AutoPrivateKey, der, "a private key in PKCS#8")


@lru_cache(maxsize=1024)
def _public(der: bytes) -> _Key:
    return _read(_openssl().d2i_PUBKEY, der, "a public key in SubjectPublicKeyInfo")


def _read(function: Any, der: bytes, what: str) -> _Key:
    library = _openssl()
    start = c_char_p(der)
    before = ctypes.cast(start, c_void_p).value or 0
    pointer = function(None, byref(start), len(der))
    if not pointer:
        library.ERR_clear_error()
        raise NotSm2(f"these bytes are not {what}")
    key = _Key(pointer, library)
    taken = (ctypes.cast(start, c_void_p).value or 0) - before
    if taken != len(der) or not library.EVP_PKEY_is_a(key.pointer, b"SM2"):
        raise NotSm2(f"these bytes are not {what} on the curve SM2")
    return key


def _der(function: Any, pointer: int) -> bytes:
    """Call an i2d function twice: for the size, then for the bytes."""
    size = _done(function(pointer, None))
    buffer = ctypes.create_string_buffer(size)
    place = c_void_p(ctypes.addressof(buffer))
    _done(function(pointer, byref(place)))
    return buffer.raw


@contextmanager
def _digesting(library: ctypes.CDLL, key: _Key, identity: bytes) -> Iterator[int]:
    """Give a digest context that knows whose identity goes into Z."""
    context = _some(library.EVP_MD_CTX_new())
    of_key = library.EVP_PKEY_CTX_new_from_pkey(None, key.pointer, None)
    try:
        _done(library.EVP_PKEY_CTX_set1_id(_some(of_key), identity, len(identity)))
        library.EVP_MD_CTX_set_pkey_ctx(context, of_key)
        yield context
    finally:
        library.EVP_MD_CTX_free(context)  # leaves the key's context to us
        library.EVP_PKEY_CTX_free(of_key)


def _done(result: int) -> int:
    if result <= 0:
        # Python's own ssl reads the same queue: an old fault left there would become its fault.
        _openssl().ERR_clear_error()
        raise RuntimeError("OpenSSL refused an SM2 operation")
    return result


def _some(pointer: int | None) -> int:
    if not pointer:
        _openssl().ERR_clear_error()
        raise RuntimeError("OpenSSL gave no SM2 object")
    return pointer
