# SPDX-License-Identifier: Apache-2.0
"""What is set for a request to sign (签署文件): the sheet behind an upload, the attestation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from huiban.connectors import pdf, pdf_sheet
from huiban.connectors.pdf import SigningPlace
from huiban.kernel.document_words import date_words
from huiban.services import city
from huiban.services.refusal import FieldFault

_SHEET = "common/documents/signing_sheet.typ"
_ATTESTATION = "common/documents/attestation.typ"


@dataclass(frozen=True, slots=True)
class Signer:
    """A party as the sheet names it; `field` is the name of its place."""

    field: str
    name: str
    part: str
    is_seal: bool


@dataclass(frozen=True, slots=True)
class Attestation:
    """A fact one department asks another to confirm (证明协查), and what that one answered."""

    number: str
    title: str
    asking: str
    asked: str
    question: str
    asked_on: date
    until: date
    case_number: str = ""
    case_title: str = ""
    answer: str = ""
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """A document that was set: how many pages it has, and where each signature goes."""

    content: bytes
    pages: int
    places: tuple[SigningPlace, ...] = field(default=())


def with_sheet(
    content: bytes, number: str, title: str, signers: Sequence[Signer], dated: date
) -> Laid:
    """
    Put a sheet with room for every party behind an uploaded document.

    :raises FieldFault: if the document takes no sheet; says why.
    """
    data: dict[str, object] = {
        "number": number,
        "title": title,
        "parties": [
            {"field": one.field, "name": one.name, "part": one.part, "is_seal": one.is_seal}
            for one in signers
        ],
    }
    sheet = set_document(_SHEET, f"{title}签署页", data, dated, with_places=True)
    try:
        whole, pages = pdf_sheet.append(content, sheet.content)
    except pdf_sheet.SheetRefused as fault:
        raise FieldFault("file", fault.message) from fault
    before = pages - sheet.pages
    places = tuple(
        SigningPlace(
            one.name, one.page + before, one.left, one.bottom, one.width, one.height
        )
        for one in sheet.places
    )  # fmt: skip
    return Laid(whole, pages, places)


def attestation(about: Attestation) -> Laid:
    """Set an attestation, with or without its answer."""
    data: dict[str, object] = {
        "number": about.number,
        "title": about.title,
        "asking": about.asking,
        "asked": about.asked,
        "question": about.question,
        "asked_on": date_words(about.asked_on),
        "until": date_words(about.until),
        "case_number": about.case_number,
        "case_title": about.case_title,
        "answer": about.answer,
        "answered_on": date_words(about.answered_on) if about.answered_on else "",
    }
    dated = about.answered_on or about.asked_on
    made = set_document(_ATTESTATION, about.title, data, dated, with_places=True)
    return Laid(made.content, made.pages, made.places)


def set_document(
    template: str, title: str, data: dict[str, object], dated: date, *, with_places: bool = False
) -> pdf.Rendered:
    """Set one of the common templates that belong to no scenario."""
    about = pdf.About(title=title, dated=dated, is_sample=settings.DEMO)
    shared = city.common().texts.items()
    texts = {f"common/{path}": text for path, text in shared if path.endswith((".typ", ".svg"))}
    return pdf.render(texts, template, data, about, with_places=with_places)
