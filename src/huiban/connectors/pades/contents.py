# SPDX-License-Identifier: Apache-2.0
"""The certificates in a signature and its time stamps, of which evidence is to be kept."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms as asn1_cms
from asn1crypto import x509

from huiban.connectors import gm_oids
from huiban.connectors.pades.syntax import Value, string

gm_oids.register_oids()


@dataclass(frozen=True, slots=True)
class Contents:
    """One signature as the security store sees it."""

    identifier: bytes
    """What the store calls it: the SHA-1 of its contents, padding included (ISO 32000-2)."""
    chains: tuple[tuple[bytes, ...], ...]
    """The signer's certificate and its issuers, DER, then the same of every time stamp."""


def contents_of(contents: Value | None) -> Contents:
    """
    Read a signature's /Contents.

    :raises ValueError: if there is no CMS in it.
    """
    raw = string(contents or [])
    identifier = hashlib.sha1(raw, usedforsecurity=False).hexdigest().upper().encode()
    return Contents(identifier, tuple(_chains(asn1_cms.ContentInfo.load(raw))))


def _chains(found: asn1_cms.ContentInfo) -> Iterator[tuple[bytes, ...]]:
    signed = found["content"]
    info = signed["signer_infos"][0]
    held = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
    yield tuple(one.dump() for one in _chain(info["sid"], held))
    if info["unsigned_attrs"].native:
        for attribute in info["unsigned_attrs"]:
            if attribute["type"].native == "signature_time_stamp_token":
                for token in attribute["values"]:
                    yield from _chains(token)


def _chain(
    wanted: asn1_cms.SignerIdentifier, held: list[x509.Certificate]
) -> list[x509.Certificate]:
    """This function will order certificates from the signer's up, as far as they are held."""
    chain = [one for one in held if _is(wanted, one)][:1]
    while chain:
        last = chain[-1]
        above = [one for one in held if one.subject == last.issuer and one not in chain]
        if not above:
            break
        chain.append(above[0])
    return chain


def _is(wanted: asn1_cms.SignerIdentifier, one: x509.Certificate) -> bool:
    if wanted.name == "subject_key_identifier":
        return bool(one.key_identifier == wanted.native)
    told = wanted.chosen
    return bool(one.issuer == told["issuer"] and one.serial_number == told["serial_number"].native)
