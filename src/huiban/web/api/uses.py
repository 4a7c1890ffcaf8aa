# SPDX-License-Identifier: Apache-2.0
"""Using another's certificate under a grant (用证), for programs of the grantee."""

from datetime import date, datetime
from urllib.parse import quote

from django.http import HttpResponse
from pydantic import BaseModel, Field

from huiban.services import certificate_uses
from huiban.services.certificate_grants import party_name
from huiban.services.certificate_uses import Use
from huiban.services.party import masked
from huiban.web.api.door import PREFIX, Ask, Reply, Route
from huiban.web.api.parts import Body


class NewUse(Body):
    """What the grantee wants to do with the certificate."""

    code: str = Field(min_length=1, max_length=40, description="As the holder gave it.")
    purpose: str = Field(
        min_length=1, max_length=64, description="Has to be the one it was granted for."
    )


class UseModel(BaseModel):
    """A certificate as shown for one use; the use was counted and its holder told."""

    use: str
    purpose: str
    purpose_text: str
    used_at: datetime
    shown_until: datetime = Field(description="Until then the document can be read.")
    document: str = Field(description="Where it is read; empty until it is set.")
    number: str
    identifier: str = Field(description="电子证照标识; empty where the kind has none.")
    kind: str
    title: str
    state: str
    holder: str = Field(description="A person's name and number are masked.")
    holder_number: str
    department: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None


def use_certificate(ask: Ask) -> Reply:
    """
    Use a certificate once under a grant.

    A refusal is told to the holder as a use is; `reason` says why: revoked, too_early, too_late,
    used_up, not_in_force, other_purpose or too_many.
    """
    assert isinstance(ask.body, NewUse)
    used = certificate_uses.use(ask.body.code, ask.body.purpose, ask.actor, ask.now)
    return Reply(_told(used), 201)


def read_use(ask: Ask) -> UseModel:
    """Read what a use showed, for a quarter of an hour after it."""
    return _told(certificate_uses.shown(ask.at["use"], ask.actor, ask.now))


def read_use_document(ask: Ask) -> HttpResponse:
    """Take the file of the certificate being used along."""
    paper, content = certificate_uses.document(ask.at["use"], ask.actor, ask.now)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(paper.title)}.pdf",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=paper.media, headers=headers)


def _told(used: Use) -> UseModel:
    held, made = used.certificate, used.grant
    way = f"{PREFIX}/certificate-uses/{used.number}/document"
    return UseModel(
        use=used.number,
        purpose=made.purpose,
        purpose_text=made.purpose_text,
        used_at=used.used_at,
        shown_until=used.until,
        document=way if held.document_id else "",
        number=held.number,
        identifier=held.identifier,
        kind=held.kind,
        title=held.title,
        state=used.worth,
        holder=party_name(held.subject_code, held.subject_name),
        holder_number=masked(held.subject_code),
        department=held.department,
        issued_at=held.issued_at,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
    )


_TAG = "papers"
ROUTES = (
    Route(method="POST", path="/certificate-uses", act=use_certificate, tag=_TAG, body=NewUse,
          answer=UseModel, status=201, refusals=(403, 404, 409, 422)),
    Route(method="GET", path="/certificate-uses/{use}", act=read_use, tag=_TAG, answer=UseModel,
          refusals=(404, 410)),
    Route(method="GET", path="/certificate-uses/{use}/document", act=read_use_document, tag=_TAG,
          media="application/pdf", refusals=(404, 410)),
)  # fmt: skip
