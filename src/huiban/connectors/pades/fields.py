# SPDX-License-Identifier: Apache-2.0
"""Empty places to sign put into a PDF, a document's own or a stranger's (签署位置)."""

from collections.abc import Sequence
from typing import Any

from pyhanko.pdf_utils import generic

from huiban.connectors.pades import form
from huiban.connectors.pades.checked import checked, guarded, written
from huiban.connectors.pades.model import Place, SigningRefused
from huiban.connectors.pades.reader import Reader
from huiban.connectors.pades.revision import Document, Update
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, Value, number, read, text
from huiban.connectors.pades.tagged import Structure

_PRINT = Raw(b"132")  # annotation flags: printed, locked in its place
_APPEND_ONLY = Raw(b"3")  # SigFlags: there are signatures, and only appending keeps them valid


def prepare(pdf: bytes, places: Sequence[Place]) -> bytes:
    """
    Give the PDF with empty places to sign, appended as one revision.

    :raises SigningRefused: if the file cannot be signed, or a place cannot be made.
    """
    document, reader = checked(pdf)
    return guarded(lambda: _prepared(document, reader, places)) if places else document.content


def _prepared(document: Document, reader: Reader, places: Sequence[Place]) -> bytes:
    known = {one.name: one for one in form.fields(document)}
    has_signatures = any(one.is_signature and one.is_signed for one in known.values())
    update = Update(document)
    structure = Structure(document)
    is_tagged = structure.is_there and not has_signatures
    made: list[Value] = []
    on_pages: dict[Ref, list[Value]] = {}
    for place in places:
        if place.name in known or not place.name or "." in place.name:
            raise SigningRefused("place_exists", place=place.name)
        form.check_not_locked(document, place.name)
        page = _page(reader, place)
        entries, reference = _field(update, place, page), update.new()
        if is_tagged:
            title = place.title or place.name
            entries[b"StructParent"] = structure.add(update, reference, page, title)
        known[place.name] = form.Field(place.name, update.put(reference, entries), {})
        made.append(reference)
        on_pages.setdefault(page, []).append(made[-1])
    for page, widgets in on_pages.items():
        _annotate(update, reader, page, widgets)
    structure.put(update)
    _extend_form(update, made, has_signatures)
    return document.content + update.written()[0]


def _field(update: Update, place: Place, page: Ref) -> Dictionary:
    entries: Dictionary = {
        b"Type": Name(b"Annot"),
        b"Subtype": Name(b"Widget"),
        b"FT": Name(b"Sig"),
        b"T": text(place.name),
        b"TU": text(place.title or place.name),
        b"F": _PRINT,
        b"P": page,
        b"Rect": [Raw(b"0")] * 4,
    }
    if place.box:
        box = place.box
        corners = (box.left, box.bottom, box.left + box.width, box.bottom + box.height)
        entries[b"Rect"] = [number(one) for one in corners]
        # Nothing to see yet, but PDF/A asks every annotation for an appearance.
        size: list[Value] = [Raw(b"0"), Raw(b"0"), number(box.width), number(box.height)]
        kind: Dictionary = {b"Type": Name(b"XObject"), b"Subtype": Name(b"Form"), b"BBox": size}
        entries[b"AP"] = {b"N": update.stream(kind, b"")}
    if place.locks_all:
        lock: Dictionary = {
            b"Type": Name(b"SigFieldLock"),
            b"Action": Name(b"All"),
            b"P": Raw(b"1"),
        }
        entries[b"Lock"] = update.add(lock)
    return entries


def _page(reader: Reader, place: Place) -> Ref:
    count = reader.root["/Pages"]["/Count"]
    index = place.box.page if place.box else 0
    if not -count <= index < count:
        raise SigningRefused("no_page", place=place.name)
    found = reader.find_page_for_modification(index)[0]
    return Ref(found.idnum, found.generation)


def _annotate(update: Update, reader: Reader, page: Ref, widgets: list[Value]) -> None:
    entries: Any = generic.IndirectObject(page.number, page.generation, reader).get_object()
    old = entries.raw_get("/Annots") if "/Annots" in entries else None
    if isinstance(old, generic.IndirectObject):
        listed = _read(old.get_object())
        assert isinstance(listed, list), "annotations are an array"
        update.put(Ref(old.idnum, old.generation), [*listed, *widgets])
        return
    changed = _read(entries)
    assert isinstance(changed, dict), "a page is a dictionary"
    before = changed.get(b"Annots", [])
    assert isinstance(before, list), "annotations are an array"
    changed[b"Annots"] = [*before, *widgets]
    changed.setdefault(b"Tabs", Name(b"S"))
    update.put(page, changed)


def _read(value: Any) -> Value:
    return read(written(value), 0)[0]


def _extend_form(update: Update, made: list[Value], has_signatures: bool) -> None:
    document = update.document
    root = dict(document.dictionary(document.root))
    at = root.get(b"AcroForm")
    entries = dict(document.dictionary(at))
    listed = entries.get(b"Fields")
    if isinstance(listed, Ref):
        update.put(listed, [*document.array(listed), *made])
    else:
        entries[b"Fields"] = [*document.array(listed), *made]
    entries[b"SigFlags"] = _APPEND_ONLY
    if isinstance(at, Ref):
        update.put(at, entries)
    else:
        root[b"AcroForm"] = update.add(entries)
    if not has_signatures and b"Extensions" not in root:
        root[b"Extensions"] = _ETSI
    if root != document.dictionary(document.root):
        update.put(document.root, root)


# ISO 32000-1 knows neither the CAdES subfilter nor the security store; this says whence they come.
_ETSI: Dictionary = {b"ESIC": {b"BaseVersion": Name(b"1.7"), b"ExtensionLevel": Raw(b"2")}}
