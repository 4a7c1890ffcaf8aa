# SPDX-License-Identifier: Apache-2.0
"""Documents, files and certificates for programs; and whether a certificate is genuine."""

from datetime import date, datetime
from urllib.parse import quote

from django.http import HttpResponse
from pydantic import BaseModel, Field

from huiban.services import certify, files, issue, mine
from huiban.services.facts import local_day
from huiban.services.party import is_person_number, masked
from huiban.store.models import Certificate
from huiban.web.api import rate
from huiban.web.api.door import Ask, Route

_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "image/gif"})


class CertificateModel(BaseModel):
    """An electronic certificate (电子证照) of the caller's party."""

    number: str
    kind: str
    title: str
    state: str
    subject_name: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    predecessor: str
    successor: str
    document: str = Field(description="The document that shows it; empty until it is set.")
    verify_url: str


class CertificateList(BaseModel):
    certificates: list[CertificateModel]


class VerifiedModel(BaseModel):
    """What anybody may learn of a certificate."""

    number: str
    title: str
    state: str
    is_in_force: bool
    holder: str = Field(description="A person's name and number are masked.")
    holder_number: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None


def read_document(ask: Ask) -> HttpResponse:
    """Take an issued document along."""
    found = mine.document(ask.at["document"], ask.actor, ask.now)
    name = f"{found.title}{found.reference}.pdf"
    return _bytes(issue.stored_content(found), found.media, name)


def read_file(ask: Ask) -> HttpResponse:
    """Take a file along that was handed in."""
    blob, content = files.content(ask.at["file"], ask.actor)
    return _bytes(content, blob.media, blob.name)


def list_certificates(ask: Ask) -> CertificateList:
    """List the certificates of the caller's party, newest first."""
    today = local_day(ask.now)
    return CertificateList(certificates=[_held(one, today) for one in certify.mine(ask.actor)])


def read_certificate(ask: Ask) -> CertificateModel:
    """Read one certificate of the caller's party."""
    return _held(certify.one_of_mine(ask.at["certificate"], ask.actor), local_day(ask.now))


def verify_certificate(ask: Ask) -> VerifiedModel:
    """Learn whether a certificate is genuine and in force."""
    rate.spend_unknown(ask.request.META.get("REMOTE_ADDR", ""), ask.now)
    found = certify.verify(ask.at["code"], ask.now)
    held, holder = found.certificate, found.certificate.subject_name
    if is_person_number(held.subject_code):
        holder = f"{holder[:1]}{'*' * max(len(holder) - 1, 1)}"
    return VerifiedModel(
        number=held.number,
        title=held.title,
        state=found.state,
        is_in_force=found.is_in_force,
        holder=holder,
        holder_number=masked(held.subject_code),
        issued_at=held.issued_at,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
    )


def _held(held: Certificate, today: date) -> CertificateModel:
    return CertificateModel(
        number=held.number,
        kind=held.kind,
        title=held.title,
        state=certify.state_of(held, today),
        subject_name=held.subject_name,
        issued_at=held.issued_at,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        predecessor=held.predecessor,
        successor=held.successor,
        document=str(held.document_id or ""),
        verify_url=certify.verify_url(held),
    )


def _bytes(content: bytes, media: str, name: str) -> HttpResponse:
    """Answer with a stranger's bytes, to be stored, never run."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    kind = media if media in _SHOWN else "application/octet-stream"
    return HttpResponse(content, content_type=kind, headers=headers)


_TAG = "papers"
_ANY = ", ".join((*sorted(_SHOWN), "application/octet-stream"))
ROUTES = (
    Route(method="GET", path="/documents/{document}", act=read_document, tag=_TAG, media=_ANY,
          refusals=(404,)),
    Route(method="GET", path="/files/{file}", act=read_file, tag=_TAG, media=_ANY,
          refusals=(403, 404)),
    Route(method="GET", path="/certificates", act=list_certificates, tag=_TAG,
          answer=CertificateList),
    Route(method="GET", path="/certificates/{certificate}", act=read_certificate, tag=_TAG,
          answer=CertificateModel, refusals=(404,)),
    Route(method="GET", path="/verify/{code}", act=verify_certificate, tag=_TAG,
          answer=VerifiedModel, is_public=True, refusals=(404, 422, 429)),
)  # fmt: skip
