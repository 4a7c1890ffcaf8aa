# SPDX-License-Identifier: Apache-2.0
"""Points over materials at the desk (材料审查): the applicant's hints with boxes, settled here."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiban.kernel.review import Finding
from huiban.kernel.rule import Verdict
from huiban.services import desk, explain, reviewing
from huiban.services.desk import DeskCase
from huiban.services.reviewing import DeskReview, Said
from huiban.store.models import Blob
from huiban.web import review_view
from huiban.web.desk import narrow as narrows
from huiban.web.desk.narrow import Narrow, case_way
from huiban.web.review_view import Told
from huiban.web.visit import Context, Visit, at_desk, see_other

TAB = "points"


def told(visit: Visit, found: DeskCase, narrow: Narrow) -> Told | None:
    """Return what findings of a case are told in; None where there are none to tell."""
    review, own = found.page.scenario.review, found.review
    if review is None or own is None:
        return None
    number = found.page.number

    def way(blob: Blob, page: int, point: str) -> str:
        where = case_way(number, narrow, tab="materials", file=blob.number, page=str(page))
        return f"{where}&point={point}#viewer"

    item = found.page.item
    return Told(own.reviewed, item, review, visit.language, is_officer=True, way=way)


def views(visit: Visit, found: DeskCase, narrow: Narrow) -> Context:
    """Return the findings, the worst first, each with what was said of it, and their counts."""
    told_in, own = told(visit, found, narrow), found.review
    if told_in is None or own is None:
        return {"shown": [], "total": 0}
    findings = [one for one in own.reviewed.findings if not one.is_idle]
    return {
        "shown": settled(told_in, own, findings),
        "total": len(findings),
        "pending": own.reviewed.pending,
        "n_fail": sum(one.verdict is Verdict.FAIL for one in findings),
        "n_unknown": sum(one.verdict is Verdict.UNKNOWN for one in findings),
        "n_pass": sum(one.verdict is Verdict.PASS for one in findings),
        "n_idle": len(own.reviewed.findings) - len(findings),
        "number": found.page.number,
        "can_explain": explain.is_on(),
        "settle_url": f"/desk/cases/{found.page.number}/points",
    }


def settled(told_in: Told, own: DeskReview, findings: Sequence[Finding]) -> list[Context]:
    """Return findings with what was said of each, and what this officer may say."""
    return [
        review_view.finding(told_in, one)
        | {
            "said": _said(own.said.get(one.point.code)),
            "answers": _answers(one) if one.point.code in own.settles else [],
        }
        for one in findings
    ]


def _said(said: Said | None) -> Context | None:
    if said is None:
        return None
    words = _("认定为符合") if said.said == Verdict.PASS else _("认定为不符合")
    return {"words": words, "is_pass": said.said == Verdict.PASS, "at": said.at}


def _answers(one: Finding) -> list[tuple[str, str]]:
    """Return what may be said of a finding by one click: confirmed first, then overruled."""
    if one.verdict is Verdict.FAIL:
        return [("fail", _("属实，不符合")), ("pass", _("改判为符合"))]
    if one.verdict is Verdict.PASS:
        return [("pass", _("属实，符合")), ("fail", _("改判为不符合"))]
    return [("pass", _("看过，符合")), ("fail", _("看过，不符合"))]


@never_cache
@require_POST
@at_desk
def settle(visit: Visit, number: str, code: str) -> HttpResponse:
    """Confirm or overrule one point; the case's journal keeps it."""
    sent = visit.request.POST
    reviewing.settle(number, code, sent.get("said", ""), visit.actor, visit.now)
    narrow = narrows.read(sent)
    if visit.request.headers.get("HX-Request"):
        found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
        context = _one(visit, found, narrow, code)
        return render(visit.request, "desk/review_one.html", context)
    messages.success(visit.request, _("已记下您的认定"))
    return see_other(case_way(number, narrow, tab=TAB) + f"#finding-{code}")


def _one(visit: Visit, found: DeskCase, narrow: Narrow, code: str) -> Context:
    shown = views(visit, found, narrow)
    return {
        "review": shown,
        "one": next(one for one in shown["shown"] if one["code"] == code),
        "hidden": narrow.hidden(),
        "is_answered": True,
    }
