# SPDX-License-Identifier: Apache-2.0
"""What administrators keep: the work calendar, the jobs, and the reading of journals."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiban.kernel.permission import Errand
from huiban.services import archive_keeping, credentials, evidence, keeping
from huiban.services import calendar as holidays
from huiban.services.packs_in_force import trouble
from huiban.services.permission import demand_platform
from huiban.services.refusal import Invalid, Refused
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import item_words
from huiban.web.desk.tabs import entry_role, entry_words_of
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_LONGEST_NOTICE = 20_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def calendar(visit: Visit) -> HttpResponse:
    """Show the years of the work calendar, or take in the notice of one."""
    demand_platform(visit.actor, Errand.MANAGE_CALENDAR)
    sent = visit.request.POST
    context: Context = {"notice": "", "source": "", "problem": "", "can_accept": False}
    if visit.request.method == "POST":
        context["notice"] = sent.get("notice", "").replace("\x00", "")[:_LONGEST_NOTICE]
        context["source"] = sent.get("source", "").replace("\x00", "")[:300]
        try:
            done = holidays.import_notice(
                context["notice"],
                context["source"],
                visit.actor,
                visit.now,
                accept_doubts=bool(sent.get("accept")),
            )
        except Invalid as refused:
            context["problem"] = refused.message.speak(visit.language)
            context["can_accept"] = True
        else:
            words = _("%(year)s 年的放假安排已导入（%(days)s 天），重新计算了 %(n)s 件办件的时限。")
            said = {"year": done.year, "days": done.days, "n": done.recomputed}
            messages.success(visit.request, words % said)
            return see_other("/desk/calendar")
    context["years"] = keeping.years(visit.now)
    context["desk_nav"] = nav(visit, "/desk/calendar")
    status = 422 if context["problem"] else 200
    return render(visit.request, "desk/calendar.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def system(visit: Visit) -> HttpResponse:
    """Show how the background work goes, and let a dead job be tried again."""
    demand_platform(visit.actor, Errand.MANAGE_CALENDAR)
    if visit.request.method == "POST":
        job = visit.request.POST.get("job", "")
        number = int(job) if job.isdecimal() and len(job) < 19 else 0
        if keeping.revive(number, visit.actor, visit.now):
            messages.success(visit.request, _("任务 %(n)s 会马上再试一次。") % {"n": number})
        else:
            messages.warning(visit.request, _("任务 %(n)s 已经不在停止的任务里。") % {"n": number})
        return see_other("/desk/system")
    counts = keeping.job_counts(visit.actor)
    states = (
        ("ready", _("等待执行")),
        ("running", _("正在执行")),
        ("done", _("已完成")),
        ("dead", _("已停止，等人处理")),
    )
    context: Context = {
        "counts": [(code, words, counts.get(code, 0)) for code, words in states],
        "dead": keeping.dead_jobs(visit.actor),
        "packs_trouble": trouble(),
        "packages_faulty": archive_keeping.faulty_count(visit.actor),
        "signing": credentials.standing(visit.now),
        "desk_nav": nav(visit, "/desk/system"),
    }
    return render(visit.request, "desk/system.html", context)


@never_cache
@require_safe
@at_desk
def audit(visit: Visit) -> HttpResponse:
    """Show the auditor who did what on a case, never what the case says."""
    demand_platform(visit.actor, Errand.VIEW_AUDIT)
    number = visit.request.GET.get("number", "").replace("\x00", "").strip()[:64]
    context: Context = {"number": number, "problem": "", "desk_nav": nav(visit, "/desk/audit")}
    status = 200
    if number:
        try:
            read = keeping.journal_for_audit(number, visit.actor)
        except Refused as refused:
            context["problem"], status = refused.message.speak(visit.language), status_of(refused)
        else:
            verdict = evidence.verify_case(number)
            broken = {one.row for one in verdict.breaks}
            context |= {
                "read": read,
                "item": item_words(read.case.item_code, visit.language),
                "verdict": verdict,
                "entries": [
                    {
                        "row": row,
                        "label": entry_words_of(row.act, read.chart, visit.language),
                        "role": entry_role(row, visit.language),
                        "is_broken": place in broken,
                    }
                    for place, row in enumerate(read.journal)
                ],
            }
    return render(visit.request, "desk/audit.html", context, status=status)
