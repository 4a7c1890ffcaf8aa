# SPDX-License-Identifier: Apache-2.0
"""Signing an application and sending it in (签署并提交), and what every ceremony's page fetches."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.services import ceremony, drafts, form_signing, signing_evidence, submit
from huiban.services.drafts import Writing
from huiban.services.facts import local_day
from huiban.services.form_signing import Confirmed
from huiban.services.refusal import AlreadyDone, Invalid, NotOpen, Stale
from huiban.web import ceremony as pages
from huiban.web import identity
from huiban.web.ceremony import Failed, Setting
from huiban.web.portal import steps
from huiban.web.portal.papers import stranger_bytes
from huiban.web.visit import Context, Visit, see_other, signed_in


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def sign_draft(visit: Visit, number: str) -> HttpResponse:
    """Show the form as it will be filed, or sign it and send it in."""
    if visit.request.method == "POST":
        return _confirm(visit, number)
    writing = drafts.open_step(number, visit.actor, visit.now)
    if not form_signing.is_wanted(writing) or submit.problems_of(writing, visit.now):
        return see_other(f"/drafts/{number}/summary")
    return _draw(visit, writing)


def _confirm(visit: Visit, number: str) -> HttpResponse:
    begun = visit.request.POST.get("ceremony", "")[:32]
    try:
        form_signing.demand_unsent(number, visit.actor, visit.now)
        said = pages.read_said(visit, begun)
        proof = pages.checked(visit, begun, said, _purpose(number))
        if isinstance(proof, Failed):
            return _again(visit, number, proof)
        sent = Confirmed(begun, said, proof, identity.device_of(visit))
        case = form_signing.confirm(number, sent, visit.actor, visit.now)
    except AlreadyDone as done:
        return see_other(f"/cases/{done.number}?sent=1")
    except Stale as stale:
        return _again(visit, number, Failed(said, refused=stale))
    except Invalid:
        messages.warning(visit.request, _("有内容要改好再签，还没有提交"))
        return see_other(f"/drafts/{number}/summary")
    identity.spend(visit)
    return see_other(f"/cases/{case}?sent=1")


def _again(visit: Visit, number: str, failed: Failed) -> HttpResponse:
    writing = drafts.open_step(number, visit.actor, visit.now)
    if submit.problems_of(writing, visit.now):
        messages.warning(visit.request, _("有内容要改好再签，还没有提交"))
        return see_other(f"/drafts/{number}/summary")
    return _draw(visit, writing, failed)


def _draw(visit: Visit, writing: Writing, failed: Failed | None = None) -> HttpResponse:
    begun = form_signing.begin(writing, visit.actor, visit.now, identity.device_of(visit))
    number, today = writing.number, local_day(visit.now)
    context: Context = {
        "writing": writing,
        "errand": steps.errand_words(writing, visit.language),
        "steps": [
            *steps.steps(writing, "", visit.language, today),
            {"key": "sign", "title": _("签署并提交"), "note": "", "state": "now"},
        ],
        "back_url": f"/drafts/{number}/summary",
    }
    words = _("签名并提交补正") if writing.is_correction else _("签名并提交")
    setting = Setting("portal/sign_draft.html", f"/drafts/{number}/sign", words, context)
    return pages.draw(visit, begun, setting, _purpose(number), failed)


def _purpose(number: str) -> str:
    return f"draft:{number}"


@require_safe
@signed_in
def page(visit: Visit, number: str, page: int) -> HttpResponse:
    """Show one page of what is being signed as a picture."""
    return pages.picture(ceremony.page(number, page, pages.width_of(visit), visit.actor))


@require_safe
@never_cache
@signed_in
def document(visit: Visit, number: str) -> HttpResponse:
    """Give what is being signed, byte for byte as it was shown."""
    one, content = ceremony.shown_content(number, visit.actor)
    return stranger_bytes(visit.request, content, ceremony.PDF, f"{one.title}.pdf")


@require_POST
@never_cache
@signed_in
def seen(visit: Visit, number: str) -> HttpResponse:
    """Note which pages came into view just now."""
    sent = visit.request.POST.get("pages", "")[:4000]
    found = [int(one) for one in sent.split(",") if one.isdecimal() and len(one) < 5]
    try:
        ceremony.see(number, found, visit.actor, visit.now)
    except NotOpen:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@require_safe
@never_cache
@signed_in
def evidence(visit: Visit, number: str) -> HttpResponse:
    """Give a person what is kept of their own signature."""
    name, content = signing_evidence.of_ceremony(number, visit.actor, visit.now)
    return stranger_bytes(visit.request, content, ceremony.PDF, name)
