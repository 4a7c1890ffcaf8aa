# SPDX-License-Identifier: Apache-2.0
"""Signatures and seals of a PDF verified from the file alone, nobody asked (离线验签)."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from huiban.connectors.pades import covered
from huiban.connectors.pades.believed import Believed
from huiban.connectors.pades.examine import Examiner, Stamp
from huiban.connectors.pades.model import MOST_BYTES, Trust
from huiban.connectors.pades.reader import FAULTS, TIRED, Reader
from huiban.connectors.pades.revoked import Evidence
from huiban.connectors.pades.said import check
from huiban.kernel.verification import Check, Report, SignatureFound

MOST_SIGNATURES = 64
_MEDIA = "application/pdf"


def verify(pdf: bytes, trust: Trust, at: datetime) -> Report:
    """
    Say what is to be held of every signature in a PDF at a moment.

    Whatever a stranger's file contains, the answer is a report; nothing is fetched.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    if len(pdf) > MOST_BYTES:
        told = check("file", "too_large", most=str(MOST_BYTES // 1024 // 1024))
        return Report(_MEDIA, sha256, checks=(told,))
    try:
        signatures, checks = _verified(pdf, trust, at)
    except TIRED:
        signatures, checks = (), (check("file", "too_complex"),)
    except FAULTS:
        signatures, checks = (), (check("file", "damaged"),)
    return Report(_MEDIA, sha256, signatures, checks)


def _verified(
    pdf: bytes, trust: Trust, at: datetime
) -> tuple[tuple[SignatureFound, ...], tuple[Check, ...]]:
    reader = Reader(pdf)
    if "/Encrypt" in reader.trailer_view:
        return (), (check("file", "encrypted"),)
    found = sorted(_signatures(reader), key=covered.end_of)
    if not found:
        return (), (check("file", "unsigned"),)
    if len(found) > MOST_SIGNATURES or reader.xrefs.hybrid_xrefs_present:
        return (), (check("file", "damaged"),)
    checks = (covered.changes_at_end(reader, found, pdf),)
    return tuple(_each(pdf, reader, found, (trust, at))), checks


def _signatures(reader: Reader) -> Iterator[EmbeddedPdfSignature]:
    for name, _, field in enumerate_sig_fields(reader, filled_status=True):
        yield EmbeddedPdfSignature(reader, field, name)


def _each(
    pdf: bytes,
    reader: Reader,
    found: Sequence[EmbeddedPdfSignature],
    by: tuple[Trust, datetime],
) -> list[SignatureFound]:
    """This function will go from new to old: each stamp vouches for what it covers."""
    trust, at = by
    kept = _Store(reader)
    evidence = Evidence((*kept.ocsps, *trust.ocsps), (*kept.crls, *trust.crls))
    examiner = Examiner(pdf, Believed(trust, kept.certificates), evidence, at)
    results: list[SignatureFound] = []
    stamp: Stamp | None = None
    for one in reversed(found):
        result, made = examiner.examine(one, stamp)
        results.append(result)
        stamp = made or stamp
    return results[::-1]


class _Store:
    """The evidence kept in a file; every piece of it is believed only by its own signature."""

    def __init__(self, reader: Reader) -> None:
        store = _under(reader.root, "/DSS", {})
        self.ocsps = self._streams(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE)
        self.crls = self._streams(store, "/CRLs", DecodePurpose.CRL)
        self.certificates = [
            x509.Certificate.load(one)
            for one in self._streams(store, "/Certs", DecodePurpose.CERTIFICATE)
        ]

    @staticmethod
    def _streams(store: Any, key: str, purpose: DecodePurpose) -> list[bytes]:
        return [one.get_object().read_data(purpose) for one in _under(store, key, ())]


def _under(entries: Any, key: str, otherwise: Any) -> Any:
    """This function will follow a reference, which `get` of pyHanko's dictionaries does not."""
    try:
        return entries[key]
    except KeyError:
        return otherwise
