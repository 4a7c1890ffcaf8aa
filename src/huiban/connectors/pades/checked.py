# SPDX-License-Identifier: Apache-2.0
"""Whether a PDF may be signed at all, and its form laid open for the writer of signatures."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, TypeVar

from pyhanko.pdf_utils import generic

from huiban.connectors.pades import form
from huiban.connectors.pades.model import MOST_BYTES, SigningRefused
from huiban.connectors.pades.reader import FAULTS, TIRED, Reader
from huiban.connectors.pades.revision import Document, Hidden, Update, opened
from huiban.connectors.pades.syntax import Ref, Unreadable

_Made = TypeVar("_Made")


def checked(content: bytes) -> tuple[Document, Reader]:
    """
    Read a PDF strictly, twice: as pyHanko does, and as what writes signatures does.

    :raises SigningRefused: if it is too large, damaged, encrypted, a dynamic form, or closed.
    """
    check_size(content)
    reader = guarded(lambda: Reader(content))
    if guarded(lambda: "/Encrypt" in reader.trailer_view):
        raise SigningRefused("encrypted")
    if guarded(lambda: reader.xrefs.hybrid_xrefs_present):
        raise SigningRefused("damaged")
    document = guarded(lambda: _plain(content, reader))
    guarded(lambda: form.check_open(document))
    return document, reader


def document_of(content: bytes) -> Document:
    """
    Open a prepared PDF for signing; what only a full reader finds is laid open first.

    :raises SigningRefused: if it cannot be signed.
    """
    check_size(content)
    try:
        document = opened(content)
        form.check_open(document)
    except Hidden:
        return checked(content)[0]
    except Unreadable:
        checked(content)  # says what is wrong with it, if pyHanko knows
        raise SigningRefused("damaged") from None
    return document


def check_size(content: bytes) -> None:
    """
    Check the size.

    :raises SigningRefused: if it is above the limit.
    """
    if len(content) > MOST_BYTES:
        raise SigningRefused("too_large", most=str(MOST_BYTES // 1024 // 1024))


def guarded(work: Callable[[], _Made]) -> _Made:
    """
    Do something with a stranger's file.

    :raises SigningRefused: whatever it stumbles over.
    """
    try:
        return work()
    except TIRED:
        raise SigningRefused("too_complex") from None
    except FAULTS:
        raise SigningRefused("damaged") from None


def _plain(content: bytes, reader: Reader) -> Document:
    """This function will write the objects of the form again, where they are compressed."""
    document = opened(content)
    wanted = {found: one for found, one in _of_form(reader) if _is_hidden(document, found)}
    if not wanted:
        return document
    update = Update(document)
    for reference, one in wanted.items():
        update.put(reference, written(one))
    return opened(content + update.written()[0])


def _is_hidden(document: Document, reference: Ref) -> bool:
    try:
        document.get(reference)
    except Hidden:
        return True
    return False


def _of_form(reader: Reader) -> Iterator[tuple[Ref, generic.PdfObject]]:
    """This function will give every object that signing looks at or changes."""
    pending: list[Any] = [generic.IndirectObject(*_pair(reader.root_ref), reader)]
    seen = set()
    while pending:
        one = pending.pop()
        if isinstance(one, generic.IndirectObject):
            reference = Ref(one.idnum, one.generation)
            if reference in seen:
                continue
            seen.add(reference)
            one = one.get_object()
            yield reference, one
        pending += _below(one)


_FOLLOWED = (
    "/AcroForm", "/Fields", "/Kids", "/V", "/Lock", "/Reference", "/TransformParams", "/Perms",
    "/DocMDP", "/DSS", "/VRI", "/Certs", "/OCSPs", "/CRLs", "/Extensions",
)  # fmt: skip


def _below(one: Any) -> list[Any]:
    if isinstance(one, generic.StreamObject):
        return []
    if isinstance(one, generic.ArrayObject):
        return [each for each in map(one.raw_get, range(len(one))) if _is_part(each)]
    if isinstance(one, generic.DictionaryObject):
        return [one.raw_get(key) for key in _FOLLOWED if key in one]
    return []


def _is_part(value: Any) -> bool:
    return isinstance(value, generic.IndirectObject | generic.DictionaryObject)


def _pair(reference: Any) -> tuple[int, int]:
    return reference.idnum, reference.generation


def written(value: Any) -> bytes:
    """Write a value of pyHanko as it would."""
    out = BytesIO()
    value.write_to_stream(out)
    return out.getvalue()
