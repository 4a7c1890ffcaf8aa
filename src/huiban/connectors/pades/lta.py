# SPDX-License-Identifier: Apache-2.0
"""A signed PDF made to last (B-LTA): evidence of every certificate kept in it, then all stamped."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from huiban.connectors.pades import der, form
from huiban.connectors.pades.checked import document_of, guarded
from huiban.connectors.pades.contents import Contents, contents_of, leads_to, root_of
from huiban.connectors.pades.hole import Hole, signature_entries
from huiban.connectors.pades.model import Evidence, Services
from huiban.connectors.pades.revision import Document, Update
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, Value, text
from huiban.kernel.credential import Profile

_KINDS = (b"Certs", b"OCSPs", b"CRLs")


def archive(
    pdf: bytes, profile: Profile, services: Services, believed: Sequence[bytes] = ()
) -> bytes:
    """
    Add what shows that no certificate of any signature was revoked, and stamp the whole file.

    Done again later, with newer evidence, it keeps an archived file verifiable (续期). Evidence is
    asked only of authorities that `services.roots` or those `believed` vouch for: whoever signed a
    stranger's file before us does not tell us which addresses to call.

    :raises SigningRefused: if the file cannot be read.
    """
    document = document_of(pdf)
    found = guarded(lambda: list(_signatures(document)))
    asked: dict[bytes, Evidence] = {}
    known = tuple(dict.fromkeys((*services.roots, *believed)))
    kept = [(one, _evidence(one, services, known, asked)) for one in found]
    room = services.token_room
    while True:
        hole = guarded(partial(_revision, document, kept, room))
        token = services.stamp(hole.covered(), profile)
        if len(token) <= room:
            return hole.filled(token)
        room = len(token) + 64


@dataclass(slots=True)
class _Kept:
    """What is kept of one signature, by the names the store gives it."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)

    def lists(self) -> Iterator[tuple[bytes, Iterable[bytes]]]:
        yield from zip(_KINDS, (self.certificates, self.ocsps, self.crls), strict=True)


def _signatures(document: Document) -> Iterator[Contents]:
    for one in form.fields(document):
        if one.is_signature and one.is_signed:
            entries = document.dictionary(one.entries[b"V"])
            yield contents_of(entries.get(b"Contents"))


def _evidence(
    found: Contents, services: Services, known: tuple[bytes, ...], asked: dict[bytes, Evidence]
) -> _Kept:
    kept = _Kept()
    for chain in found.chains:
        kept.certificates |= dict.fromkeys((*chain, *root_of(chain, services.roots)))
        if services.evidence is not None and leads_to(chain, known):
            told = asked.get(chain[0]) or services.evidence(chain[0], chain[1:])
            asked[chain[0]] = told
            kept.ocsps |= dict.fromkeys(told.ocsps)
            kept.crls |= dict.fromkeys(told.crls)
    return kept


def _revision(document: Document, kept: list[tuple[Contents, _Kept]], room: int) -> Hole:
    update = Update(document)
    root = dict(document.dictionary(document.root))
    at = root.get(b"DSS")
    store = _store(update, dict(document.dictionary(at)), kept)
    root[b"DSS"] = update.put(at, store) if isinstance(at, Ref) else update.add(store)
    signature = update.new()
    entries: Dictionary = {
        b"Type": Name(b"Annot"),
        b"Subtype": Name(b"Widget"),
        b"FT": Name(b"Sig"),
        b"T": text(_free_name(document)),
        b"F": Raw(b"132"),
        b"Rect": [Raw(b"0")] * 4,
        b"V": signature,
    }
    _add_field(update, root, update.add(entries))
    update.put(document.root, root)
    update.put(signature, signature_entries({}, b"DocTimeStamp", b"ETSI.RFC3161", room))
    return Hole(update, signature, room)


def _store(update: Update, store: Dictionary, kept: list[tuple[Contents, _Kept]]) -> Dictionary:
    document = update.document
    known: dict[bytes, dict[bytes, Value]] = {kind: {} for kind in _KINDS}
    for kind in _KINDS:
        for one in document.array(store.get(kind)):
            if isinstance(one, Ref):
                known[kind][hashlib.sha256(document.stream(one)).digest()] = one
    by_signature = dict(document.dictionary(store.get(b"VRI")))
    for found, evidence in kept:
        entry: Dictionary = {}
        for kind, blobs in evidence.lists():
            entry[_SINGULAR[kind]] = [_stored(update, known[kind], blob) for blob in blobs]
        # What an earlier archiving said of a signature stays: to change it would break what it
        # stamped. Newer evidence is found in the lists of the whole store.
        told: Dictionary = {key: one for key, one in entry.items() if one}
        by_signature.setdefault(found.identifier, told)
    store |= {kind: list(one.values()) for kind, one in known.items() if one}
    return store | {b"VRI": by_signature}


_SINGULAR = {b"Certs": b"Cert", b"OCSPs": b"OCSP", b"CRLs": b"CRL"}


def _stored(update: Update, known: dict[bytes, Value], blob: bytes) -> Value:
    digest = hashlib.sha256(blob).digest()
    if digest not in known:
        der.only(blob)  # nothing but DER goes into the store
        known[digest] = update.stream({}, blob)
    return known[digest]


def _add_field(update: Update, root: Dictionary, made: Ref) -> None:
    document = update.document
    at = root.get(b"AcroForm")
    entries = dict(document.dictionary(at))
    listed = entries.get(b"Fields")
    if isinstance(listed, Ref):
        update.put(listed, [*document.array(listed), made])
        return
    entries[b"Fields"] = [*document.array(listed), made]
    if isinstance(at, Ref):
        update.put(at, entries)
    else:
        root[b"AcroForm"] = entries


def _free_name(document: Document) -> str:
    taken = {one.name for one in form.fields(document)}
    number = 1
    while f"DocTimeStamp{number}" in taken:
        number += 1
    return f"DocTimeStamp{number}"
