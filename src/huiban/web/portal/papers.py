# SPDX-License-Identifier: Apache-2.0
"""Certificates, documents and files: seen by those who may."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.connectors import preview, qr
from huiban.kernel.catalogue import Life
from huiban.kernel.identifier import show_verification_code
from huiban.services import certificate_life, certify, files, guide, in_hand, issue, mine
from huiban.services.facts import local_day
from huiban.store.models import Certificate
from huiban.web.certificate_events import events
from huiban.web.portal.steps import life_words
from huiban.web.visit import Context, Visit, signed_in

_WIDTH = 900
_LIVES = tuple(Life)
_UNKNOWN = "application/octet-stream"
_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "image/gif"})
STATES: dict[str, tuple[str, Callable[[], str]]] = {
    "valid": ("ok", lambda: _("有效")),
    "not_yet": ("info", lambda: _("尚未生效")),
    "expired": ("warn", lambda: _("已过期")),
    "replaced": ("", lambda: _("已换新证")),
    "cancelled": ("", lambda: _("已注销")),
    "suspended": ("warn", lambda: _("已暂停")),
    "annulled": ("bad", lambda: _("已撤销")),
    "withdrawn": ("bad", lambda: _("已撤回")),
    "revoked": ("bad", lambda: _("已吊销")),
}


def state_view(held: Certificate, state: str) -> Context:
    """Return a certificate with what it is worth today, for a card."""
    kind, words = STATES[state]
    return {
        "held": held,
        "state": state,
        "kind": kind,
        "words": words(),
        "about": certify.about(held),
    }


@require_safe
@never_cache
@signed_in
def certificates(visit: Visit) -> HttpResponse:
    """List the party's certificates."""
    today = local_day(visit.now)
    found = [state_view(one, certify.state_of(one, today)) for one in certify.mine(visit.actor)]
    return render(visit.request, "portal/certificates.html", {"found": found})


@require_safe
@never_cache
@signed_in
def certificate(visit: Visit, number: str) -> HttpResponse:
    """Show one certificate to its holder."""
    held = certify.one_of_mine(number, visit.actor)
    state = certify.state_of(held, local_day(visit.now))
    busy = in_hand.under_way([held.number]).get(held.number, "")
    context: Context = {
        "busy": busy,
        "ofd": mine.ofd_of(held),
        "card": state_view(held, state),
        "held": held,
        "code": show_verification_code(held.verify_code),
        "events": events(certificate_life.told(held), visit.language),
        "grants_url": f"/certificates/{quote(held.number, safe='')}/grants",
        "is_lendable": state == "valid",
        "verify_url": certify.verify_url(held),
        "qr": qr.svg(certify.verify_url(held), label=_("扫码核验")),
        "crumbs": [(_("首页"), "/"), (_("我的证照"), "/certificates"), (held.title, "")],
        "follow_ups": [
            {
                "url": f"/items/{item.code}?certificate={quote(held.number)}",
                "words": life_words(str(item.life)),
            }
            for item in sorted(guide.follow_ups(held), key=lambda one: _LIVES.index(one.life))
        ]
        if state in ("valid", "not_yet") and not busy
        else [],
    }
    return render(visit.request, "portal/certificate.html", context)


@require_safe
@signed_in
def file(visit: Visit, number: str) -> HttpResponse:
    """Give a file to somebody who may see it."""
    blob, content = files.content(number, visit.actor)
    return stranger_bytes(visit.request, content, blob.media, blob.name)


@require_safe
@signed_in
def file_page(visit: Visit, number: str, page: int) -> HttpResponse:
    """Show one page of a file as a picture."""
    return page_picture(files.page(number, page, _width(visit.request), visit.actor))


@require_safe
@signed_in
def document(visit: Visit, number: str) -> HttpResponse:
    """Give an issued document to somebody who may read it."""
    found = mine.document(number, visit.actor, visit.now)
    name = f"{found.title}{found.reference}.{'pdf' if found.is_shown else 'ofd'}"
    return stranger_bytes(visit.request, issue.stored_content(found), found.media, name)


@require_safe
@signed_in
def document_page(visit: Visit, number: str, page: int) -> HttpResponse:
    """Show one page of an issued document as a picture."""
    found = mine.document(number, visit.actor, visit.now)
    content = issue.stored_content(found)
    return page_picture(preview.page(content, found.media, page, _width(visit.request)))


def _width(request: HttpRequest) -> int:
    text = request.GET.get("w", "")
    return preview.fit_width(int(text)) if text.isdecimal() and len(text) < 6 else _WIDTH


def stranger_bytes(request: HttpRequest, content: bytes, media: str, name: str) -> HttpResponse:
    """Answer with a stranger's bytes: never run, only shown where that is safe, else downloaded."""
    is_shown = media in _INLINE and "download" not in request.GET
    answer = HttpResponse(content, content_type=media if media in _INLINE else _UNKNOWN)
    way = "inline" if is_shown else "attachment"
    answer["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["Cache-Control"] = "private, max-age=0, no-store"
    return answer


def page_picture(page: preview.Page, *, keep: bool = True) -> HttpResponse:
    """Answer with a page drawn as a picture, which a browser may `keep` for ten minutes."""
    answer = HttpResponse(page.content, content_type=page.media)
    answer["Cache-Control"] = "private, max-age=600" if keep else "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
