# SPDX-License-Identifier: Apache-2.0
"""My cases (我的办件): the list, one case with its time line, correcting and retracting."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.services import casepage, certify, desk, fill_counting, form_signing, handle, mine
from huiban.services.casepage import CasePage, ClockLine
from huiban.services.facts import local_day
from huiban.store.lists import BadCursor, CaseNarrow, ListedCase
from huiban.web.portal import papers, second_look, steps
from huiban.web.portal.home import full_name, left_words
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
        "drafts": _drafts(visit) if not (ask.get("after") or show or text) else [],
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


def _drafts(visit: Visit) -> list[Context]:
    return [
        {
            "url": f"/drafts/{one.draft.number}/{one.draft.section if is_open else 'summary'}",
            "title": one.draft.title,
            "what": full_name(one.item, visit.language),
            "is_correction": bool(one.draft.case_number),
            "left": left_words(one.left) if one.left or not one.draft.case_number else "",
            "is_ready": not one.left,
            "at": one.draft.updated_at,
            "until": one.draft.expires_at,
        }
        for one in mine.my_drafts(visit.actor, visit.now)
        for is_open in [bool(one.left or one.draft.case_number)]
    ]


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


_BEGIN_AGAIN = frozenset({"refused", "declined", "retracted", "lapsed"})
_KIND_OF = {"granted": "ok", "refused": "bad", "declined": "bad", "retracted": "", "lapsed": ""}


@require_safe
@never_cache
@signed_in
def case(visit: Visit, number: str) -> HttpResponse:
    """Show one of the party's cases."""
    found = mine.my_case(number, visit.actor, visit.language, visit.now)
    page = found.page
    one = page.whole.case
    was_corrected = found.is_resubmitted
    context: Context = {
        "found": found,
        "page": page,
        "case": one,
        "now": visit.now,
        "submitted_at": found.page.timeline[-1].at if was_corrected else one.submitted_at,
        "was_sent": "sent" in visit.request.GET and not one.outcome,
        "crumbs": [(_("首页"), "/"), (_("我的办件"), "/cases"), (one.title, "")],
        "life": life_words(one.life),
        "kind": _KIND_OF.get(one.outcome, "info"),
        "clock": clock_card(page.main_clock) if page.main_clock and not one.outcome else None,
        "path": [
            {"title": step.label, "state": "" if step.mark == "ahead" else step.mark}
            for step in page.path
        ],
        "certificates": _certificates(page, visit),
        "log": sorted(page.timeline, key=lambda entry: entry.at),
        "points": steps.points_asked(page.whole.journal),
        "spared": fill_counting.of_journal(page.whole.journal),
        "ceremonies": form_signing.ceremonies_of(page.whole.journal),
        "can_begin_again": one.outcome in _BEGIN_AGAIN,
        "remedies": page.item.remedies if one.outcome in ("refused", "declined") else (),
        "reason": _reason(page),
        "automatic": second_look.view(visit, page),
    }
    return render(visit.request, "portal/case.html", context)


def clock_card(line: ClockLine) -> Context:
    """Return what `parts/clock.html` draws of a clock: how much is left, then until when."""
    left, _comma, due = line.text.partition(_("，"))
    return {
        "title": line.title,
        "light": line.light,
        "left": left,
        "whole": line.text,
        "used": line.share,
        "limit": 100,
        "facts": [one for one in (due.strip(), line.basis) if one],
    }


def _certificates(page: CasePage, visit: Visit) -> list[Context]:
    today = local_day(visit.now)
    return [
        {"url": f"/certificates/{quote(held.number)}"}
        | papers.state_view(held, certify.state_of(held, today))
        for held in page.whole.certificates
    ]


def _reason(page: CasePage) -> str:
    """Return why the case stands where it does: only of a correction, refusal or non-acceptance."""
    case = page.whole.case
    act = _REASONED.get(case.outcome) if case.outcome else _REASONED.get(case.stage)
    return next((one.reason for one in reversed(page.timeline) if one.act == act), "")


_REASONED = {"refused": "refuse", "declined": "decline", "correction": "request_correction"}


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
    if not found.can_retract:
        if found.page.whole.case.outcome != "retracted":
            messages.warning(visit.request, _("这件办件现在不能撤回了"))
        return see_other(f"/cases/{number}")
    if visit.request.method != "POST":
        one = found.page.whole.case
        crumbs = [(_("我的办件"), "/cases"), (one.title, f"/cases/{number}"), (_("撤回申请"), "")]
        return render(visit.request, "portal/retract.html", {"page": found.page, "crumbs": crumbs})
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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def told(visit: Visit) -> HttpResponse:
    """List what the party was told, or note that all of it was read."""
    if visit.request.method == "POST":
        mine.read_messages(visit.actor, visit.now)
        return see_other("/messages")
    found = mine.my_messages(visit.actor)
    context: Context = {
        "found": found,
        "unread": any(one.read_at is None for one in found),
        "crumbs": [(_("首页"), "/"), (_("我的消息"), "")],
    }
    return render(visit.request, "portal/messages.html", context)
