# SPDX-License-Identifier: Apache-2.0
"""A signature put into an empty place (PAdES B-B, B-T, B-LTA), whole or not at all."""

from datetime import datetime

from huiban.connectors.pades import cms, form, lta
from huiban.connectors.pades.checked import document_of, guarded
from huiban.connectors.pades.contents import chains_of
from huiban.connectors.pades.hole import Hole, signature_entries
from huiban.connectors.pades.model import Intent, Look, Services, SigningRefused
from huiban.connectors.pades.picture import picture
from huiban.connectors.pades.revision import Document, Update
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, Value, text
from huiban.connectors.signer import Signer


def sign(  # noqa: PLR0913 - a signature is all of these, and each is a value already
    pdf: bytes,
    place: str,
    signer: Signer,
    look: Look,
    intent: Intent,
    services: Services | None = None,
) -> bytes:
    """
    Sign a PDF in one of its empty places and give the longer PDF; what was there stays as it was.

    Without services the signature is B-B, with them B-T, and B-LTA if they are archival.

    :raises SigningRefused: if the file or the place cannot be signed; nothing was signed then.
    :raises huiban.connectors.signer.KeyUnavailable: from the signer.
    """
    document = document_of(pdf)
    field = guarded(lambda: form.empty_place(document, place))
    frame = cms.frame(signer)
    room = frame.longest() + (services.token_room if services else 0)
    while True:
        hole = _revision(document, field, look, intent, room)
        made = _cms(hole, frame, signer, services)
        if len(made) <= room:
            break
        room = len(made) + 64
    signed = hole.filled(made)
    if services and services.archival:
        # The signer's issuers are ours, and so are those of the stamper that we asked.
        believed = {*signer.chain, *(one for chain in chains_of(made) for one in chain[1:])}
        return lta.archive(signed, signer.profile, services, sorted(believed))
    return signed


def _cms(hole: Hole, frame: cms.Frame, signer: Signer, services: Services | None) -> bytes:
    attributes = frame.attributes_over(hole.digest(signer.profile))
    signature = signer.sign(attributes)
    token = services.stamp(signature, signer.profile) if services else b""
    return frame.finished(attributes, signature, token)


def _revision(document: Document, field: form.Field, look: Look, intent: Intent, room: int) -> Hole:
    update = Update(document)
    entries = dict(field.entries)
    signature = update.new()
    entries[b"V"] = signature
    width, height = _size(entries)
    if look.picture_pdf and width and height:
        entries[b"AP"] = {b"N": picture(look.picture_pdf).put(update, width, height)}
    update.put(field.reference, entries)
    told = _told(intent)
    lock = document.dictionary(entries.get(b"Lock"))
    if lock:
        told[b"Reference"] = [_transform(lock, document.root)]
    form_entries = document.dictionary(document.dictionary(document.root).get(b"AcroForm"))
    if form_entries.get(b"SigFlags") != Raw(b"3"):
        _set_flags(update)
    update.put(signature, signature_entries(told, b"Sig", b"ETSI.CAdES.detached", room))
    return Hole(update, signature, room)


def _told(intent: Intent) -> Dictionary:
    told: Dictionary = {b"M": Raw(b"(%s)" % _date(intent.at))}
    said = {b"Name": intent.name, b"Reason": intent.reason, b"Location": intent.location}
    return told | {key: text(value) for key, value in said.items() if value}


def _transform(lock: Dictionary, root: Ref) -> Dictionary:
    kept: Dictionary = {key: lock[key] for key in (b"Action", b"Fields", b"P") if key in lock}
    parameters: Dictionary = {b"Type": Name(b"TransformParams"), b"V": Name(b"1.2"), **kept}
    return {
        b"Type": Name(b"SigRef"),
        b"TransformMethod": Name(b"FieldMDP"),
        b"Data": root,
        b"TransformParams": parameters,
    }


def _set_flags(update: Update) -> None:
    document = update.document
    root = dict(document.dictionary(document.root))
    at: Value | None = root.get(b"AcroForm")
    entries = dict(document.dictionary(at)) | {b"SigFlags": Raw(b"3")}
    if isinstance(at, Ref):
        update.put(at, entries)
    else:
        update.put(document.root, root | {b"AcroForm": entries})


def _size(entries: Dictionary) -> tuple[float, float]:
    corners = entries.get(b"Rect")
    if not isinstance(corners, list) or len(corners) != 4:
        raise SigningRefused("damaged")
    left, bottom, right, top = (float(one) if isinstance(one, Raw) else 0.0 for one in corners)
    return abs(right - left), abs(top - bottom)


def _date(at: datetime) -> bytes:
    zone = at.strftime("%z") or "+0000"
    return f"D:{at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'".encode()
