# SPDX-License-Identifier: Apache-2.0
"""What a language model says at the desk (语言模型说明): asked for, looked at again, on record."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.kernel.words import Words
from huiban.services import desk, explain, handle, review_files
from huiban.services.explain import Audience, Explanation, Reader, Record, Task
from huiban.services.handle import Opened
from huiban.services.refusal import NotFound, NotOpen
from huiban.services.review_files import Reviewed
from huiban.web.desk.frame import nav
from huiban.web.desk.narrow import Narrow, case_way
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_TAB = "points"


@never_cache
@require_POST
@at_desk
def finding(visit: Visit, number: str, code: str) -> HttpResponse:
    """Have one finding explained, for the applicant or for the officer."""
    opened = _opened(visit, number)
    found = _reviewed(opened).finding(code)
    if found is None:
        raise NotFound(Words("没有这条审查要点", "There is no such review point"))
    is_for_applicant = visit.request.POST.get("for") == Audience.APPLICANT
    reader = Reader(Audience.APPLICANT if is_for_applicant else Audience.EXAMINER, visit.language)
    try:
        one = explain.explain(number, found, reader, visit.actor, visit.now)
    except NotOpen as refused:
        return _refused(visit, number, refused)
    return _answer(visit, one)


@never_cache
@require_POST
@at_desk
def opinion(visit: Visit, number: str) -> HttpResponse:
    """Have an opinion drafted; whoever asked copies of it what they want."""
    findings = [one for one in _reviewed(_opened(visit, number)).findings if not one.is_idle]
    try:
        reader = Reader(Audience.EXAMINER, visit.language)
        one = explain.draft_opinion(number, findings, reader, visit.actor, visit.now)
    except NotOpen as refused:
        return _refused(visit, number, refused)
    return _answer(visit, one)


@never_cache
@require_safe
@at_desk
def show(visit: Visit, number: str, key: str) -> HttpResponse:
    """Look whether the answer has come."""
    return _shown(visit, explain.one(number, key, visit.actor, visit.now))


@never_cache
@require_safe
@at_desk
def records(visit: Visit, number: str) -> HttpResponse:
    """List what a language model was asked about a case, as it was sent."""
    found = explain.records(number, visit.actor, visit.now)
    titles = _titles(handle.load(number), visit.language) if found else {}
    context: Context = {
        "rows": [_row(one, titles, visit.language) for one in found],
        "number": number,
        "most": explain.MOST_LISTED,
        "crumbs": [(_("办件"), case_way(number, Narrow())), (_("语言模型使用记录"), "")],
        "desk_nav": nav(visit, "/desk"),
    }
    return render(visit.request, "desk/explanations.html", context)


def _opened(visit: Visit, number: str) -> Opened:
    desk.demand_view(number, visit.actor)
    return handle.load(number)


def _reviewed(opened: Opened) -> Reviewed:
    found = review_files.of_case(opened.scenario, opened.case)
    return found or Reviewed((), {}, {})


def _answer(visit: Visit, one: Explanation) -> HttpResponse:
    if visit.request.headers.get("HX-Request"):
        return _shown(visit, one)
    return see_other(_way(one))


def _shown(visit: Visit, one: Explanation) -> HttpResponse:
    context = _context(visit, one)
    if visit.request.headers.get("HX-Request"):
        return render(visit.request, "desk/explanation.html", context)
    return render(visit.request, "desk/explained.html", _page(visit, one.case, context))


def _refused(visit: Visit, number: str, refused: NotOpen) -> HttpResponse:
    """Say why nothing was asked; browsers put only successful answers in their place."""
    context: Context = {"fault": refused.message.speak(visit.language), "title": _("没有生成说明")}
    if visit.request.headers.get("HX-Request"):
        return render(visit.request, "desk/explanation.html", context)
    page = _page(visit, number, context)
    return render(visit.request, "desk/explained.html", page, status=status_of(refused))


def _context(visit: Visit, one: Explanation) -> Context:
    language = visit.language
    return {
        "one": one,
        "url": _way(one),
        "title": _title(one.task, one.audience),
        "mark": one.marked.speak(language),
        "fault": one.fault.speak(language) if one.fault else "",
    }


def _page(visit: Visit, number: str, context: Context) -> Context:
    back = case_way(number, Narrow(), tab=_TAB)
    crumbs = [(_("办件"), back), (context["title"], "")]
    return context | {"crumbs": crumbs, "back": back, "desk_nav": nav(visit, "/desk")}


def _row(one: Record, titles: Mapping[str, str], language: str) -> Context:
    row = one.row
    words, kind = _STATES[one.state]
    return {
        "title": _title(Task(row.task), Audience(row.reader)),
        "point": titles.get(row.point, row.point),
        "state": words(),
        "kind": kind,
        "fault": one.fault.speak(language) if one.fault else "",
        "record": one,
        "row": row,
    }


def _titles(opened: Opened, language: str) -> dict[str, str]:
    """Return what the points of a case are called."""
    review = opened.scenario.review
    several = review.points.values() if review else ()
    return {one.code: one.title.speak(language) for points in several for one in points}


def _title(task: Task, audience: Audience) -> str:
    if task is Task.OPINION:
        return _("审查意见初稿")
    return _("给申请人的说明") if audience is Audience.APPLICANT else _("给审查人员的说明")


def _way(one: Explanation) -> str:
    return f"/desk/cases/{one.case}/explanations/{one.number}"


_STATES: Mapping[str, tuple[Callable[[], str], str]] = {
    "asked": (lambda: _("等待回答"), "info"),
    "answered": (lambda: _("已回答"), "ok"),
    "failed": (lambda: _("没有回答"), "warn"),
}
