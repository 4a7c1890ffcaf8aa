# SPDX-License-Identifier: Apache-2.0
"""Proving who one is without a face: a passkey, then a code; or a number for the window."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from huiban.kernel.identity import Way
from huiban.kernel.words import Words
from huiban.services import identity, identity_code, identity_window, passkeys
from huiban.services.refusal import FieldFault, NotOpen, Refused
from huiban.store.models import IdentityAttempt, IdentityCode
from huiban.web import passkey_part
from huiban.web.field_model import ProblemLink
from huiban.web.identity import device_of
from huiban.web.portal.identity_purposes import Errand, errand
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_OVER = ("over", "expired", "code_tries")
"""Refusals after which nothing can be done with an attempt but to read what became of it."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def passkey(visit: Visit, kind: str, number: str) -> HttpResponse:
    """Say what is needed for a passkey and a code, or begin."""
    about, own = errand(visit, kind, number), visit.account.to_actor()
    refused: Refused | None = None
    closed = passkeys.closed() or identity_code.closed(visit.account)
    if visit.request.method == "POST" and closed is None and passkeys.listing(own):
        try:
            row = identity.begin(Way.PASSKEY_CODE, own, about.purpose, visit.now, device_of(visit))
        except NotOpen as found:
            refused = found
        else:
            return see_other(f"/identity/attempts/{row.number}/passkey")
    context = _around(about, visit, _("通行密钥加验证码")) | {
        "url": f"{about.ways_url}/passkey",
        "closed": closed.speak(visit.language) if closed else "",
        "passkeys": passkeys.listing(own),
        "addresses": identity_code.addresses(visit.account),
        "elsewhere": "" if closed else passkey_part.elsewhere(visit),
        "refused": refused.message.speak(visit.language) if refused else "",
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/passkey_begin.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def answer(visit: Visit, number: str) -> HttpResponse:
    """Have a passkey answer for an attempt, or take its answer."""
    own = visit.account.to_actor()
    row = identity.load(number, own)
    try:
        if visit.request.method == "POST":
            passkeys.answer(number, visit.request.POST.get("answer", ""), own, visit.now)
            return see_other(f"/identity/attempts/{number}/code")
        options = passkeys.question(number, own, visit.now)
    except NotOpen as refused:
        if refused.reason == "answered":
            return see_other(f"/identity/attempts/{number}/code")
        if refused.reason == "none":
            return see_other(f"{_errand_url(row)}/passkey")
        return see_other(f"/identity/attempts/{number}")
    context = _attempt(row, visit) | {
        "part": passkey_part.part("get", options),
        "elsewhere": passkey_part.elsewhere(visit),
    }
    return render(visit.request, "portal/passkey_answer.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def code(visit: Visit, number: str) -> HttpResponse:
    """Send a code for an attempt, ask for it, or check it."""
    row = identity.load(number, visit.account.to_actor())
    try:
        if visit.request.method == "POST":
            return _take_code(visit, row)
        passkeys.waiting(number, visit.account.to_actor(), visit.now)
        if passkeys.answered(number) is None:
            return see_other(f"/identity/attempts/{number}/passkey")
    except FieldFault as refused:
        return _ask_code(visit, row, refused)
    except NotOpen as refused:
        if refused.reason in _OVER:
            return see_other(f"/identity/attempts/{number}")
        if refused.reason == "passkey_first":
            return see_other(f"/identity/attempts/{number}/passkey")
        return _ask_code(visit, row, refused)
    return _ask_code(visit, row)


def _take_code(visit: Visit, row: IdentityAttempt) -> HttpResponse:
    sent = visit.request.POST
    if sent.get("do") == "send":
        identity_code.send(row.number, sent.get("channel", "")[:8], visit.account, visit.now)
        return see_other(f"/identity/attempts/{row.number}/code")
    typed = sent.get("code", "")[:20]
    identity_code.check(row.number, typed, visit.account.to_actor(), visit.now)
    return see_other(f"/identity/attempts/{row.number}")


def _ask_code(
    visit: Visit, row: IdentityAttempt, refused: FieldFault | NotOpen | None = None
) -> HttpResponse:
    words = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    sent = _counting(identity_code.sent(row.number, visit.account.to_actor()), visit)
    context = _attempt(row, visit) | {
        "sent": sent,
        "answered": passkeys.answered(row.number),
        "addresses": identity_code.addresses(visit.account),
        "fault_at": at,
        "fault": words,
        "links": [ProblemLink(f"#{at}", words)] if at else [],
        "refused": "" if at else words,
        "length": identity_code.LENGTH,
        "shown_at": settings.MESSAGE_GATEWAY_URL if settings.DEMO else "",
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/identity_code.html", context, status=status)


def _counting(sent: IdentityCode | None, visit: Visit) -> IdentityCode | None:
    is_live = sent is not None and sent.digest and visit.now < sent.expires_at
    return sent if is_live else None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def window(visit: Visit, kind: str, number: str) -> HttpResponse:
    """Say how it goes at the window, or give a number."""
    about, own = errand(visit, kind, number), visit.account.to_actor()
    refused: NotOpen | None = None
    if visit.request.method == "POST":
        try:
            made = identity_window.begin(own, about.purpose, visit.now, device_of(visit))
        except NotOpen as found:
            refused = found
        else:
            return see_other(f"/identity/attempts/{made.attempt.number}/window")
    context = _around(about, visit, _("到窗口核实")) | {
        "url": f"{about.ways_url}/window",
        "refused": refused.message.speak(visit.language) if refused else "",
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/identity_window.html", context, status=status)


@require_safe
@never_cache
@signed_in
def waiting(visit: Visit, number: str) -> HttpResponse:
    """Show the number to say at the window; once a clerk answered, what became of it."""
    own = visit.account.to_actor()
    row, made = identity.load(number, own), identity_window.mine(number, own)
    if not made.is_waiting or visit.now >= row.expires_at:
        answer = see_other(f"/identity/attempts/{number}")
        if visit.request.headers.get("HX-Request"):
            answer = HttpResponse(headers={"HX-Redirect": f"/identity/attempts/{number}"})
        return answer
    if visit.request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    half = identity_window.LENGTH // 2
    context = _attempt(row, visit) | {
        "code": f"{made.code[:half]} {made.code[half:]}",
        "here": f"/identity/attempts/{number}/window",
    }
    return render(visit.request, "portal/identity_number.html", context)


def _around(about: Errand, visit: Visit, title: str) -> Context:
    return {
        "what": about.purpose.words.speak(visit.language),
        "ways_url": about.ways_url,
        "crumbs": [(_("核实身份"), about.ways_url), (title, "")],
    }


def _attempt(row: IdentityAttempt, visit: Visit) -> Context:
    words = Words(row.purpose_zh, row.purpose_en)
    title = _("到窗口核实") if row.way == Way.WINDOW else _("通行密钥加验证码")
    return {
        "attempt": row,
        "what": words.speak(visit.language),
        "until": row.expires_at,
        "url": f"/identity/attempts/{row.number}",
        "ways_url": _errand_url(row),
        "crumbs": [(_("核实身份"), _errand_url(row)), (title, "")],
    }


def _errand_url(row: IdentityAttempt) -> str:
    return f"/identity/{row.purpose_kind}/{row.purpose_number}"
