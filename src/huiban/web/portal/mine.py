# SPDX-License-Identifier: Apache-2.0
"""My cases (我的办件): the list, one case with its time line, correcting and retracting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.services import casepage, certify, desk, handle, mine
from huiban.services.casepage import CasePage, ClockLine
from huiban.services.facts import local_day
from huiban.store.lists import BadCursor, CaseNarrow, ListedCase
from huiban.web.portal.steps import life_words
from huiban.web.visit import Context, Visit, see_other, signed_in

_KINDS = {"open": True, "ended": False}


@require_safe
@never_cache
@signed_in
def cases(visit: Visit) -> HttpResponse:
    """List the party's cases and drafts."""
    ask = visit.request.GET
    show, text = ask.get("show", ""), ask.get("q", "").strip()[:100]
    narrow = CaseNarrow(text=text, is_open=_KINDS.get(show))
    try:
        page = mine.my_cases(visit.actor, narrow, ask.get("after", ""))
    except BadCursor:
        return see_other("/cases")
    context: Context = {
        "cases": [_line(one, visit) for one in page.rows],
        "after": page.cursor,
        "drafts": mine.my_drafts(visit.actor, visit.now) if not ask.get("after") else [],
        "show": show,
        "query": text,
        "tabs": [
            {"url": f"/cases{way}", "words": words, "current": show == key}
            for key, way, words in (
                ("", "", _("全部")),
                ("open", "?show=open", _("在办")),
                ("ended", "?show=ended", _("已办结")),
            )
        ],
    }
    return render(visit.request, "portal/cases.html", context)


def _line(one: ListedCase, visit: Visit) -> Context:
    words = casepage.stage_words(one.stage, one.outcome)
    is_open = one.closed_at is None
    return {
        "number": one.number,
        "url": f"/cases/{one.number}",
        "title": one.title,
        "life": life_words(one.life),
        "stage": words.speak(visit.language),
        "kind": _KIND_OF.get(one.outcome, "warn" if one.stage == "correction" else "info"),
        "submitted_at": one.submitted_at,
        "due": desk.due_words(one.due_at, one.light, visit.language, visit.now) if is_open else "",
    }


_KIND_OF = {"granted": "ok", "refused": "bad", "declined": "bad", "retracted": "", "lapsed": ""}


@require_safe
@never_cache
@signed_in
def case(visit: Visit, number: str) -> HttpResponse:
    """Show one of the party's cases."""
    found = mine.my_case(number, visit.actor, visit.language, visit.now)
    page = found.page
    one = page.whole.case
    today = local_day(visit.now)
    context: Context = {
        "found": found,
        "page": page,
        "case": one,
        "was_sent": "sent" in visit.request.GET,
        "crumbs": [(_("首页"), "/"), (_("我的办件"), "/cases"), (one.title, "")],
        "life": life_words(one.life),
        "kind": _KIND_OF.get(one.outcome, "info"),
        "clock": clock_card(page.main_clock) if page.main_clock and not one.outcome else None,
        "path": [
            {"title": step.label, "state": "" if step.mark == "ahead" else step.mark}
            for step in page.path
        ],
        "certificates": [(held, certify.state_of(held, today)) for held in page.whole.certificates],
        "remedies": page.item.remedies if one.outcome in ("refused", "declined") else (),
        "decision_reason": _reason(page),
    }
    return render(visit.request, "portal/case.html", context)


def clock_card(line: ClockLine) -> Context:
    """Return what `parts/clock.html` draws of a clock."""
    return {
        "title": line.title,
        "light": line.light,
        "left": line.text,
        "used": line.share,
        "limit": 100,
        "facts": [line.basis] if line.basis else [],
    }


def _reason(page: CasePage) -> str:
    for entry in reversed(page.timeline):
        if entry.act in ("refuse", "decline", "request_correction"):
            return entry.reason
    return ""


@require_POST
@never_cache
@signed_in
def correct(visit: Visit, number: str) -> HttpResponse:
    """Open the answers of a case for its one correction."""
    writing = mine.correct(number, visit.actor, visit.account, visit.now)
    return see_other(f"/drafts/{writing.number}/{writing.form.sections[0].key}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def retract(visit: Visit, number: str) -> HttpResponse:
    """Ask whether the application is really to be retracted, and do it."""
    found = mine.my_case(number, visit.actor, visit.language, visit.now)
    if visit.request.method != "POST":
        return render(visit.request, "portal/retract.html", {"page": found.page})
    version = visit.request.POST.get("version", "")
    reason = visit.request.POST.get("reason", "").strip()[:500]
    order = handle.Order(
        "retract",
        inputs={"reason": reason} if reason else {},
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
    )
    handle.act(number, order, visit.actor, visit.now)
    messages.success(visit.request, _("申请已撤回，以后可以重新申请"))
    return see_other(f"/cases/{number}")
