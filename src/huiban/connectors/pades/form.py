# SPDX-License-Identifier: Apache-2.0
"""The signature fields of a PDF (签名域): which there are, which are signed, what they lock."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiban.connectors.pades.model import SigningRefused
from huiban.connectors.pades.revision import Document
from huiban.connectors.pades.syntax import (
    Dictionary,
    Name,
    Raw,
    Ref,
    Unreadable,
    Value,
    plain_text,
    whole,
)

MOST_FIELDS = 5000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form; a widget of its own is part of it."""

    name: str
    reference: Ref
    entries: Dictionary

    @property
    def is_signature(self) -> bool:
        return self.entries.get(b"FT") == Name(b"Sig")

    @property
    def is_signed(self) -> bool:
        return b"V" in self.entries


def check_open(document: Document) -> None:
    """
    Check that nothing keeps every signature out.

    :raises SigningRefused: if the document is encrypted, a dynamic form or certified.
    :raises Unreadable: if it has no pages.
    """
    if b"Encrypt" in document.trailer:
        raise SigningRefused("encrypted")
    root = document.dictionary(document.root)
    if b"Pages" not in root:
        raise Unreadable("a catalog without pages")
    if b"XFA" in document.dictionary(root.get(b"AcroForm")):
        raise SigningRefused("xfa")
    certified = document.dictionary(root.get(b"Perms")).get(b"DocMDP")
    if certified is not None and _permits(document, certified) == 1:
        raise SigningRefused("certified")


def check_not_locked(document: Document, place: str) -> None:
    """
    Check that no earlier signature closed the document, or this place of it.

    :raises SigningRefused: if one did.
    """
    for field in fields(document):
        if field.is_signature and field.is_signed:
            for transform in _transforms(document, field.entries[b"V"]):
                if _locks(document, transform, place):
                    raise SigningRefused("locked")


def fields(document: Document) -> Iterator[Field]:
    """
    Give the fields of the form, those below others with their full names.

    :raises Unreadable: if the form is in disorder.
    """
    root = document.dictionary(document.root)
    form = document.dictionary(root.get(b"AcroForm"))
    pending = [(one, "") for one in reversed(document.array(form.get(b"Fields")))]
    seen: set[Ref] = set()
    while pending:
        reference, above = pending.pop()
        if not isinstance(reference, Ref) or reference in seen or len(seen) > MOST_FIELDS:
            raise Unreadable("the fields of the form are in disorder")
        seen.add(reference)
        entries = document.dictionary(reference)
        own = plain_text(entries[b"T"]) if b"T" in entries else ""
        name = f"{above}.{own}" if above and own else above or own
        kids = document.array(entries.get(b"Kids"))
        if kids and any(b"T" in document.dictionary(one) for one in kids):
            pending += [(one, name) for one in reversed(kids)]
        else:
            yield Field(name, reference, entries)


def empty_place(document: Document, place: str) -> Field:
    """
    Find a field that can be signed now.

    :raises SigningRefused: if there is none of that name, it is signed, or it is locked.
    """
    found = [one for one in fields(document) if one.name == place]
    if not found:
        raise SigningRefused("no_place", place=place)
    field = found[0]
    if field.is_signed:
        raise SigningRefused("place_taken", place=place)
    if not field.is_signature or b"Kids" in field.entries or len(found) > 1:
        raise SigningRefused("place_unusable", place=place)
    check_not_locked(document, place)
    return field


def _transforms(document: Document, signature: Value) -> list[Dictionary]:
    entries = document.dictionary(signature)
    return [document.dictionary(one) for one in document.array(entries.get(b"Reference"))]


def _permits(document: Document, signature: Value) -> int:
    """This function will say what a certified document still permits: 1 nothing, 2 filling in."""
    for transform in _transforms(document, signature):
        if transform.get(b"TransformMethod") == Name(b"DocMDP"):
            told = document.dictionary(transform.get(b"TransformParams"))
            return whole(document.get(told.get(b"P", Raw(b"2"))))
    return 2


def _locks(document: Document, transform: Dictionary, place: str) -> bool:
    if transform.get(b"TransformMethod") != Name(b"FieldMDP"):
        return False
    told = document.dictionary(transform.get(b"TransformParams"))
    action = told.get(b"Action")
    listed = [plain_text(one) for one in document.array(told.get(b"Fields"))]
    is_listed = any(place == one or place.startswith(one + ".") for one in listed)
    if told.get(b"P") == Raw(b"1") or action == Name(b"All"):
        return True
    return is_listed if action == Name(b"Include") else not is_listed
