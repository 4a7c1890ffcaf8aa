# SPDX-License-Identifier: Apache-2.0
"""A case on the desk: clock and path left, the thing itself in the middle, points right."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.kernel.process import CAUSES
from huiban.services import desk
from huiban.services.desk import DeskCase
from huiban.web.desk import acts, automatic, data_check, points, review, tabs
from huiban.web.desk import narrow as narrows
from huiban.web.desk.frame import nav
from huiban.web.desk.narrow import Narrow, case_way
from huiban.web.desk.path import path_events
from huiban.web.desk.phrases import phrases_of
from huiban.web.desk.speech import channel_words, limit_words
from huiban.web.visit import Context, Visit, at_desk

AFTER_COOKIE = "hb_desk_after"


@never_cache
@require_safe
@at_desk
def case(visit: Visit, number: str) -> HttpResponse:
    """Show an officer a case."""
    narrow = narrows.read(visit.request.GET)
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
    return render(visit.request, "desk/case.html", page_context(visit, found, narrow))


@never_cache
@require_POST
@at_desk
def reveal(visit: Visit, number: str) -> HttpResponse:
    """Show one masked answer once; who asked is on record from now on."""
    key = visit.request.POST.get("key", "")
    text = desk.reveal(number, key, visit.actor, visit.now)
    if visit.request.headers.get("HX-Request"):
        return render(visit.request, "desk/revealed.html", {"text": text})
    narrow = narrows.read(visit.request.POST)
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
    context = page_context(visit, found, narrow, revealed={key: text})
    return render(visit.request, "desk/case.html", context)


def page_context(
    visit: Visit,
    found: DeskCase,
    narrow: Narrow,
    revealed: Mapping[str, str] | None = None,
    tab: str = "",
) -> Context:
    """Gather what the page of a case shows; what was just revealed is on the form's tab."""
    page = found.page
    bar = acts.bar(page, found.acts, narrow, visit.language)
    correct = next((one for one in found.acts if one.name == "request_correction"), None)
    correct_url = (
        acts.act_way(page.number, correct.name, correct.task or "", narrow)
        if correct and not correct.blocked
        else ""
    )
    told = review.views(visit, found, narrow)
    judged = points.views(found.points, page, visit.language, correct_url)
    if not tab:
        tab = "form" if revealed else tabs.chosen(visit.request.GET.get("tab", ""), found)
    context: Context = {
        "found": found,
        "page": page,
        "case": page.whole.case,
        "narrow": narrow,
        "hidden": narrow.hidden(),
        "light": _light(found),
        "item_name": page.item.name.speak(visit.language),
        "channel": channel_words(page.whole.case.channel),
        "main_limit": limit_words(page.main_clock.limit) if page.main_clock else "",
        "clocks": [
            (line, limit_words(line.limit)) for line in page.clocks if line is not page.main_clock
        ],
        "events": path_events(page, visit.language, visit.now),
        "points": judged,
        "points_url": case_way(page.number, narrow, tab="points"),
        "check": data_check.views(found.checked, page.form, visit.language),
        "check_url": case_way(page.number, narrow, tab="check"),
        "bar": bar,
        "hands": acts.hands(page, visit.language),
        "phrases": phrases_of(bar.main.name) if bar.main else (),
        "goes_on": visit.request.COOKIES.get(AFTER_COOKIE) == "next",
        "before_url": case_way(found.before, narrow) if found.before else "",
        "after_url": case_way(found.after, narrow) if found.after else "",
        "list_url": f"/desk{narrow.query()}",
        "suspended": _suspended(found, visit.language),
        "automatic": automatic.banner(visit, page),
        "review": told,
        "tabs": tabs.links(found, narrow, tab, judged["total"] + told["total"]),
        "tab": tab,
        "tab_template": f"desk/tab_{tab}.html",
        "revealed": revealed or {},
        "desk_nav": nav(visit, "/desk"),
    }
    return context | tabs.context(tab, visit, found, narrow)


def _light(found: DeskCase) -> str:
    """An ended case waits for nobody: its light is done, or overdue for ever."""
    light = found.page.whole.case.light
    return "done" if found.page.standing.outcome and light != "overdue" else light


def _suspended(found: DeskCase, language: str) -> Context | None:
    """Say on top that time does not run, for what legal cause and by which document."""
    suspension = found.page.standing.suspension
    if suspension is None:
        return None
    cause = CAUSES.get(suspension.cause)
    words = {
        "cause": cause.speak(language) if cause else suspension.cause,
        "document": suspension.document,
        "since": suspension.since.isoformat(),
    }
    return {
        "title": _("本件已中止计时：%(cause)s") % words,
        "words": _(
            "自 %(since)s 起所需时间不计入办理期限（行政许可法第四十五条），"
            "文书：%(document)s。恢复办理后时限接着算。"
        )
        % words,
    }
