# SPDX-License-Identifier: Apache-2.0
"""Requests to sign on the desk (签署与用印): lists, one request followed, reminders, withdrawal."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.connectors import qr
from huiban.kernel.actor import Actor
from huiban.services import ceremony, ledger, sign_requests, signing, signing_evidence
from huiban.services.refusal import FieldFault
from huiban.services.sign_request_model import last_day
from huiban.services.sign_requests import Followed
from huiban.store.models import LedgerEntry, SignRequest
from huiban.web.desk.frame import nav
from huiban.web.portal import sign_tasks
from huiban.web.portal.papers import stranger_bytes
from huiban.web.portal.sign_tasks import DESK, KINDS, STATES
from huiban.web.visit import Context, Visit, at_desk, see_other

_SHOWS = ("", "made", "ended")
_REQUEST_STATES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "open": ("warn", lambda: _("签署中")),
    "completed": ("ok", lambda: _("全部签好")),
    "declined": ("bad", lambda: _("有一方拒绝")),
    "withdrawn": ("", lambda: _("已撤回")),
    "expired": ("bad", lambda: _("到期未签完")),
}
_ACTS = {
    "made": lambda: _("发起"),
    "answered": lambda: _("填写协查结果"),
    "signed": lambda: _("签名"),
    "sealed": lambda: _("用印"),
    "declined": lambda: _("拒绝签署"),
    "reminded": lambda: _("提醒"),
    "completed": lambda: _("全部签好"),
    "withdrawn": lambda: _("撤回"),
    "expired": lambda: _("到期终止"),
}


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List what waits for this department's seal or signature, or what it asked others for."""
    sign_requests.may_sign_requests(visit.actor)
    show = visit.request.GET.get("show", "")
    show = show if show in _SHOWS else ""
    waiting = [sign_tasks.row_of(one, visit) for one in signing.waiting(visit.actor)]
    context: Context = {
        "show": show,
        "tabs": _tabs(show, len(waiting)),
        "desk_nav": nav(visit, DESK),
        **({"waiting": waiting} if not show else _made(visit, is_open=show == "made")),
    }
    return render(visit.request, "desk/sign_requests.html", context)


@never_cache
@require_safe
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show one request to the department that made it."""
    return draw(visit, sign_requests.follow(number, visit.actor))


@never_cache
@require_POST
@at_desk
def remind(visit: Visit, number: str) -> HttpResponse:
    """Remind a party, and show the new link once."""
    place = visit.request.POST.get("place", "")
    known = int(place) if place.isdecimal() and len(place) < 4 else 0
    token = sign_requests.remind(number, known, visit.actor, visit.now)
    return draw(visit, sign_requests.follow(number, visit.actor), {known: token})


@never_cache
@require_POST
@at_desk
def withdraw(visit: Visit, number: str) -> HttpResponse:
    """Take a request back, with the reason."""
    reason = visit.request.POST.get("reason", "").replace("\x00", "")
    try:
        sign_requests.withdraw(number, reason, visit.actor, visit.now)
    except FieldFault as fault:
        said = {"reason": reason, "reason_fault": fault.message.speak(visit.language)}
        return draw(visit, sign_requests.follow(number, visit.actor), status=422, more=said)
    messages.success(visit.request, _("签署任务已撤回"))
    return see_other(f"{DESK}/{number}")


@never_cache
@require_safe
@at_desk
def document(visit: Visit, number: str) -> HttpResponse:
    """Give the document as signed so far."""
    request, content = sign_requests.document(number, visit.actor)
    return stranger_bytes(visit.request, content, ceremony.PDF, f"{request.title}.pdf")


@never_cache
@require_safe
@at_desk
def evidence(visit: Visit, number: str) -> HttpResponse:
    """Give the evidence of a request."""
    name, content = signing_evidence.of_request(number, visit.actor, visit.now)
    return stranger_bytes(visit.request, content, ceremony.PDF, name)


def draw(
    visit: Visit,
    followed: Followed,
    tokens: dict[int, str] | None = None,
    status: int = 200,
    more: Context | None = None,
) -> HttpResponse:
    """Draw a request; links are shown only now, when they were just made."""
    request = followed.request
    kind, words = _REQUEST_STATES[request.state]
    links = {
        place: f"{settings.PUBLIC_URL}/sign/{token}" for place, token in (tokens or {}).items()
    }
    context: Context = {
        "request_": request,
        "what": KINDS[request.kind](),
        "state": words(),
        "kind": kind,
        "until": last_day(request),
        "is_open": followed.is_open,
        "is_new": len(links) > 1 or (tokens and status == 201),
        "has_links": bool(links),
        "parties": [
            {
                "one": one,
                "state": STATES[one.state][1](),
                "kind": STATES[one.state][0],
                "link": links.get(one.place, ""),
                "qr": qr.svg(links[one.place], label=_("签署链接二维码"))
                if one.place in links
                else "",
                "can_remind": followed.is_open and one.state == "open",
            }
            for one in followed.parties
        ],
        "log": [_line(one) for one in followed.history],
        "crumbs": [(_("签署与用印"), DESK), (request.title, "")],
        "desk_nav": nav(visit, DESK),
        "withdraw_url": f"{DESK}/{request.number}/withdraw",
        **(more or {}),
    }
    return render(visit.request, "desk/sign_request.html", context, status=status)


def of_case(case_id: int, actor: Actor) -> list[Context] | None:
    """List the requests on a case, None for whoever may ask for none."""
    found = sign_requests.on_case(case_id, actor)
    return None if found is None else [request_row(one) for one in found]


def request_row(one: SignRequest) -> Context:
    """Return what a list shows of a request."""
    kind, words = _REQUEST_STATES[one.state]
    parties = list(one.parties.all())
    return {
        "url": f"{DESK}/{one.number}",
        "title": one.title,
        "what": KINDS[one.kind](),
        "case": one.case.number if one.case else "",
        "case_title": one.case.title if one.case else "",
        "by": one.made_by_name,
        "made_at": one.made_at,
        "until": last_day(one),
        "state": words(),
        "kind": kind,
        "done": sum(1 for party in parties if party.state == "signed"),
        "total": len(parties),
        "open": [party.name for party in parties if party.state == "open"],
    }


def _made(visit: Visit, *, is_open: bool) -> Context:
    text = visit.request.GET.get("page", "")
    page = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1
    found = sign_requests.listing(visit.actor, is_open=is_open, page=max(page, 1))
    pages = Paginator(range(found.total), sign_requests.PAGE)
    return {"rows": [request_row(one) for one in found.rows], "page": pages.get_page(page)}


def _line(one: LedgerEntry) -> Context:
    body = ledger.body_of(one)
    words = _ACTS.get(one.act)
    return {
        "label": words() if words else one.act,
        "who": one.actor_name,
        "at": one.at,
        "reason": str(body.get("reason", "")),
    }


def _tabs(show: str, waiting: int) -> list[Context]:
    every = (
        ("", _("等本部门签章"), waiting),
        ("made", _("本部门发起的"), None),
        ("ended", _("已结束的"), None),
    )
    return [
        {
            "url": f"{DESK}?show={code}" if code else DESK,
            "words": words,
            "count": count,
            "current": show == code,
        }
        for code, words, count in every
    ]
