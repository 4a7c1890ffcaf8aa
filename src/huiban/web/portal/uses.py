# SPDX-License-Identifier: Apache-2.0
"""Using another's certificate with a code (用证): what is granted, the use, what it shows."""

from datetime import datetime, timedelta
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiban.connectors import preview
from huiban.kernel.clock_time import SHANGHAI
from huiban.services import certificate_grants, certificate_uses
from huiban.services.certificate_uses import Invitation, Use
from huiban.services.party import masked
from huiban.services.refusal import Invalid, NotFound, NotOpen, Refused
from huiban.web.certificate_events import department_words, purpose_words
from huiban.web.portal.papers import page_picture, state_view, stranger_bytes
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_SESSION = "certificate_uses"
_MOST_KEPT = 20


@require_safe
@never_cache
@signed_in
def enter(visit: Visit) -> HttpResponse:
    """Ask for a code that was given on paper or by phone."""
    typed = visit.request.GET.get("code", "").strip()[:40]
    if typed:
        return see_other(f"/use/{quote(typed, safe='')}")
    return render(visit.request, "portal/use_enter.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def use(visit: Visit, code: str) -> HttpResponse:
    """Show what a code grants, or use the certificate once."""
    code = code[:40]
    try:
        if visit.request.method != "POST":
            invited = certificate_uses.open_code(code, visit.actor, visit.now)
            return _invited(visit, code, invited)
        purpose = visit.request.POST.get("purpose", "")[:64]
        if not purpose:
            invited = certificate_uses.open_code(code, visit.actor, visit.now)
            return _invited(visit, code, invited, _("请选择这次用来做什么"))
        used = certificate_uses.use(code, purpose, visit.actor, visit.now)
    except Refused as refused:
        return _refused(visit, refused)
    _remember(visit, used)
    return see_other(f"/use/shown/{used.number}")


@require_safe
@never_cache
@signed_in
def shown(visit: Visit, number: str) -> HttpResponse:
    """Show a certificate for a quarter of an hour after its use."""
    found = _mine(visit, number)
    made, held = found.grant, found.certificate
    context: Context = {
        "use": found,
        "held": held,
        "card": state_view(held, found.worth),
        "holder": certificate_grants.party_name(held.subject_code, held.subject_name),
        "holder_code": masked(held.subject_code),
        "issuer": department_words(held.department, visit.language),
        "grantee": certificate_grants.party_name(made.grantee_code, made.grantee_name),
        "purpose": purpose_words(made.purpose, made.purpose_text, visit.language),
        "minutes": _minutes_left(found, visit.now),
        "left": max(0, made.uses_most - made.uses),
        "now": visit.now,
        "marks": range(12),
    }
    return render(visit.request, "portal/use_shown.html", context)


@require_safe
@never_cache
@signed_in
def document(visit: Visit, number: str) -> HttpResponse:
    """Give the file of the certificate being used."""
    _mine(visit, number)
    paper, content = certificate_uses.document(number, visit.actor, visit.now)
    return stranger_bytes(visit.request, content, paper.media, f"{paper.title}.pdf")


@require_safe
@never_cache
@signed_in
def page(visit: Visit, number: str) -> HttpResponse:
    """Show the first page of the certificate being used as a picture."""
    _mine(visit, number)
    paper, content = certificate_uses.document(number, visit.actor, visit.now)
    return page_picture(preview.page(content, paper.media, 1, preview.fit_width(1200)), keep=False)


def _invited(visit: Visit, code: str, found: Invitation, fault: str = "") -> HttpResponse:
    made = found.grant
    until = made.valid_until.astimezone(SHANGHAI) - timedelta(seconds=1)
    known = certificate_grants.purposes().values()
    context: Context = {
        "found": found,
        "code": code,
        "purpose": purpose_words(made.purpose, made.purpose_text, visit.language),
        "until": until,
        "left": made.uses_most - made.uses,
        "grantee": certificate_grants.party_name(made.grantee_code, made.grantee_name),
        "purposes": [(one.code, one.name.speak(visit.language)) for one in known],
        "fault": fault,
        "links": [{"href": "#purpose", "message": fault}] if fault else [],
    }
    return render(visit.request, "portal/use.html", context, status=422 if fault else 200)


def _refused(visit: Visit, refused: Refused) -> HttpResponse:
    is_typed = isinstance(refused, Invalid | NotFound)
    reason = refused.reason if isinstance(refused, NotOpen) else refused.code
    context: Context = {
        "words": refused.message.speak(visit.language),
        "is_typed": is_typed,
        "reason": reason,
    }
    return render(visit.request, "portal/use_refused.html", context, status=status_of(refused))


def _remember(visit: Visit, used: Use) -> None:
    """What was used is shown in the session that used it, and in no other."""
    kept = visit.request.session.get(_SESSION, [])
    visit.request.session[_SESSION] = [*kept, used.number][-_MOST_KEPT:]


def _mine(visit: Visit, number: str) -> Use:
    if number not in visit.request.session.get(_SESSION, []):
        raise certificate_uses.no_such_use()
    return certificate_uses.shown(number, visit.actor, visit.now)


def _minutes_left(found: Use, now: datetime) -> int:
    return max(1, -((now - found.until) // timedelta(minutes=1)))
