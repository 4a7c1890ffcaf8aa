# SPDX-License-Identifier: Apache-2.0
"""The certificates in a signature and its time stamps, of which evidence is to be kept."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import x509

from huiban.connectors.pades import der
from huiban.connectors.pades.issued import issued
from huiban.connectors.pades.syntax import Value, string

_TIME_STAMP = der.oid("1.2.840.113549.1.9.16.2.14")


@dataclass(frozen=True, slots=True)
class Contents:
    """One signature as the security store sees it."""

    identifier: bytes
    """What the store calls it: the SHA-1 of its contents, padding included (ISO 32000-2)."""
    chains: tuple[tuple[bytes, ...], ...]
    """The signer's certificate and its issuers, DER, then the same of every time stamp."""


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What tells certificates apart and links them, all DER."""

    whole: bytes
    serial: bytes
    issuer: bytes
    subject: bytes


def contents_of(contents: Value | None) -> Contents:
    """
    Read a signature's /Contents; of one not in DER, a stranger's, no certificate is kept.

    :raises ValueError: if it is no string.
    """
    raw = string(contents or [])
    identifier = hashlib.sha1(raw, usedforsecurity=False).hexdigest().upper().encode()
    return Contents(identifier, chains_of(raw))


def chains_of(cms: bytes) -> tuple[tuple[bytes, ...], ...]:
    """Give the chain of a CMS and those of its time stamps; none if it is not in DER."""
    try:
        return tuple(_chains(cms[: der.size_of(cms)]))
    except (ValueError, IndexError):
        return ()


def _chains(cms: bytes) -> Iterator[tuple[bytes, ...]]:
    _, (_, tagged, _) = der.parts(der.only(cms)[1])
    signed = list(der.parts(der.only(tagged)[1]))
    held = [_read(one) for tag, body, _ in signed if tag == 0xA0 for _, _, one in der.parts(body)]
    signer = list(der.parts(der.only(signed[-1][1])[1]))
    yield tuple(one.whole for one in _chain(signer[1][2], held))
    for tag, attributes, _ in signer:
        if tag == 0xA1:
            yield from _of_time_stamps(attributes)


def _of_time_stamps(attributes: bytes) -> Iterator[tuple[bytes, ...]]:
    for _, attribute, _ in der.parts(attributes):
        (_, _, kind), (_, values, _) = der.parts(attribute)
        if kind == _TIME_STAMP:
            for _, _, token in der.parts(values):
                yield from _chains(token)


def _read(certificate: bytes) -> _Certificate:
    (_, body, _), *_ = der.parts(der.only(certificate)[1])
    parts = [whole for tag, _, whole in der.parts(body) if tag != 0xA0]  # without the version
    return _Certificate(certificate, parts[0], parts[2], parts[4])


def _chain(signer: bytes, held: Sequence[_Certificate]) -> list[_Certificate]:
    """This function will order certificates from the signer's up, as far as they are held."""
    chain = [one for one in held if signer == der.wrap(der.SEQUENCE, one.issuer, one.serial)][:1]
    while chain:
        above = [one for one in held if one.subject == chain[-1].issuer and one not in chain]
        if not above:
            break
        chain.append(above[0])
    return chain


@lru_cache(maxsize=1024)
def leads_to(chain: tuple[bytes, ...], believed: tuple[bytes, ...]) -> bool:
    """Tell whether a chain, by its signatures, leads to an authority that is believed."""
    try:
        known = [x509.Certificate.load(one) for one in believed]
        path = [x509.Certificate.load(one) for one in chain]
        for number, one in enumerate(path):
            if any(found.subject == one.issuer and issued(one, found) for found in known):
                return True
            if not issued(one, path[number + 1]):
                return False
    except (ValueError, IndexError, TypeError):
        return False
    return False


def root_of(chain: Sequence[bytes], roots: Sequence[bytes]) -> list[bytes]:
    """Give the roots that may have issued the last certificate of a chain."""
    issuer = _read(chain[-1]).issuer if chain else b""
    return [one for one in roots if _read(one).subject == issuer]
