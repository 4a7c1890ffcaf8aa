# SPDX-License-Identifier: Apache-2.0
"""Electronic seals (电子印章) on the desk: the list, one with its approvals, grants and ledger."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.kernel.credential import Profile
from huiban.kernel.permission import Errand, may_with_seals
from huiban.kernel.seal import KINDS, MOST_YEARS
from huiban.kernel.words import Words
from huiban.services import seal_making, seals
from huiban.services.facts import local_day
from huiban.services.refusal import FieldFault
from huiban.services.seals import Change, Proposal
from huiban.store.models import Seal
from huiban.web.desk.frame import nav
from huiban.web.desk.seal import HERE, STATES, draw, kind_words, picture_of, profile_words
from huiban.web.desk.speech import department_words
from huiban.web.field_model import ProblemLink
from huiban.web.visit import Context, Visit, at_desk, see_other

_LARGEST_PAGE = 1000
_USUAL_YEARS = 3


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List the seals of a department, or of all for administrators."""
    found = seals.listing(visit.actor, _page(visit))
    pages = Paginator(range(found.total), seals.PAGE)
    context: Context = {
        "rows": [_row(one, visit) for one in found.rows],
        "page": pages.get_page(_page(visit)),
        "waiting": found.waiting,
        "waiting_total": found.waiting.first + found.waiting.second,
        "may_propose": _may_propose(visit),
        "desk_nav": nav(visit, HERE),
    }
    return render(visit.request, "desk/seals.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def new(visit: Visit) -> HttpResponse:
    """Ask for a seal."""
    seals.demand(visit.actor, Errand.PROPOSE_SEAL)
    if visit.request.method != "POST":
        return _asking(visit, _usual(visit))
    said = {name: visit.request.POST.get(name, "").strip()[:32] for name in _FIELDS}
    try:
        made = seals.propose(_proposal(visit, said), visit.actor, visit.now)
    except FieldFault as refused:
        return _asking(visit, said, refused)
    messages.success(visit.request, _("已提出申请，等待本部门负责人审批。"))
    return see_other(f"{HERE}/{made.number}")


@never_cache
@require_safe
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show one seal: its picture, approvals, grants and what it was used for."""
    return draw(visit, seals.one(number, visit.actor))


@require_safe
@at_desk
def picture(visit: Visit, number: str) -> HttpResponse:
    """Give the picture of a seal; its address changes with the seal."""
    found = seals.one(number, visit.actor)
    answer = HttpResponse(seal_making.preview(found), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@never_cache
@require_POST
@at_desk
def approve(visit: Visit, number: str) -> HttpResponse:
    """Approve a proposal; the second approval makes the seal."""
    found = seals.approve(number, visit.actor, visit.now)
    if found.state == Seal.State.ACTIVE:
        said = _("已批准，印章制作完成。接下来由印章管理员授权谁可以用。")
    else:
        said = _("已批准，等待安全管理员审批。")
    messages.success(visit.request, said)
    return see_other(f"{HERE}/{number}")


@never_cache
@require_POST
@at_desk
def refuse(visit: Visit, number: str) -> HttpResponse:
    """Refuse a proposal."""
    reason = _text(visit, "reason")
    try:
        seals.refuse(number, reason, visit.actor, visit.now)
    except FieldFault as refused:
        return draw(visit, seals.one(number, visit.actor), at="refuse", fault=refused)
    messages.success(visit.request, _("已退回申请，理由会显示在印章页上。"))
    return see_other(f"{HERE}/{number}")


@never_cache
@require_POST
@at_desk
def change(visit: Visit, number: str, what: str) -> HttpResponse:
    """Suspend, resume or revoke a seal."""
    reason = _text(visit, "reason")
    known = {str(one): one for one in Change}
    if what not in known:
        return see_other(f"{HERE}/{number}")
    try:
        found = seals.change(number, known[what], reason, visit.actor, visit.now)
    except FieldFault as refused:
        return draw(visit, seals.one(number, visit.actor), at=what, fault=refused)
    messages.success(visit.request, _DONE[found.state]())
    return see_other(f"{HERE}/{number}")


_FIELDS = ("kind", "profile", "valid_from", "valid_until")
_DONE: Mapping[str, Callable[[], str]] = {
    Seal.State.SUSPENDED: lambda: _("印章已暂停使用，从现在起不能再盖。"),
    Seal.State.ACTIVE: lambda: _("印章已恢复使用。"),
    Seal.State.REVOKED: lambda: _("印章已吊销，不能再用；已经盖过的文书不受影响。"),
}


def _proposal(visit: Visit, said: dict[str, str]) -> Proposal:
    profiles = {str(one): one for one in Profile}
    return Proposal(
        department=visit.actor.department,
        kind=said["kind"],
        profile=profiles.get(said["profile"], Profile.SM2),
        valid_from=day(said["valid_from"], "valid_from"),
        valid_until=day(said["valid_until"], "valid_until"),
    )


def day(text: str, path: str) -> date:
    """
    Read a day as a browser sends it.

    :raises FieldFault: naming the field.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = Words("请填写日期，例如 2026-11-23", "Give a date, such as 2026-11-23")
        raise FieldFault(path, words) from None


def _usual(visit: Visit) -> dict[str, str]:
    today = local_day(visit.now)
    last = today.replace(year=today.year + _USUAL_YEARS, day=min(today.day, 28))
    return {
        "kind": "",
        "profile": str(Profile.SM2),
        "valid_from": today.isoformat(),
        "valid_until": (last - timedelta(days=1)).isoformat(),
    }


def _asking(visit: Visit, said: dict[str, str], refused: FieldFault | None = None) -> HttpResponse:
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if refused else ""
    department = visit.actor.department
    context: Context = {
        "said": said,
        "fault_at": at,
        "fault": fault,
        "links": [ProblemLink(f"#{at}", fault)] if at else [],
        "department": department_words(department, visit.language),
        "kinds": [
            (code, words.speak(visit.language), seals.name_of(department, code))
            for code, words in KINDS.items()
        ],
        "profiles": [
            (str(Profile.SM2), profile_words(Profile.SM2), _("OFD 文件和国密办公系统用，推荐")),
            (str(Profile.P256), profile_words(Profile.P256), _("只在不能用国密算法时选")),
        ],
        "most_years": MOST_YEARS,
        "crumbs": [(_("电子印章"), HERE), (_("申请印章"), "")],
        "desk_nav": nav(visit, HERE),
    }
    return render(visit.request, "desk/seal_new.html", context, status=422 if at else 200)


def _row(one: Seal, visit: Visit) -> Context:
    words, kind = STATES[one.state]
    this_month = local_day(visit.now).replace(day=1)
    return {
        "url": f"{HERE}/{one.number}",
        "picture": picture_of(one),
        "seal": one,
        "kind": kind_words(one.kind, visit.language),
        "department": department_words(one.department, visit.language),
        "profile": profile_words(Profile(one.profile)),
        "state": words(),
        "state_kind": kind,
        "step": seals.waits_for(one) or "",
        "is_mine": seals.why_not(one, visit.actor) is None,
        "uses": one.month_uses if one.month == this_month else 0,
        "ends_soon": one.state == Seal.State.ACTIVE
        and one.valid_until - local_day(visit.now) < timedelta(days=30),
    }


def _may_propose(visit: Visit) -> bool:
    return bool(may_with_seals(visit.actor, Errand.PROPOSE_SEAL))


def _text(visit: Visit, name: str) -> str:
    return visit.request.POST.get(name, "").replace("\x00", "")[: 2 * seals.LONGEST_REASON]


def _page(visit: Visit) -> int:
    text = visit.request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, _LARGEST_PAGE))
