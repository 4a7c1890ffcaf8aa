# SPDX-License-Identifier: Apache-2.0
"""Disputes about the department's data (数据异议): the list, and one with its answer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.services import disputes
from huiban.services.disputes import Answered, Shown
from huiban.services.party import is_person_number
from huiban.services.refusal import FieldFault, NotOpen
from huiban.services.resources import provider_of
from huiban.store.models import Dispute
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import person_name
from huiban.web.field_model import ProblemLink
from huiban.web.portal.my_data import DISPUTE_STATES
from huiban.web.portal.papers import stranger_bytes
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_HERE = "/desk/disputes"
_SHOWS = {"": True, "answered": False, "all": None}
_LARGEST_PAGE = 1000


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List the disputes about the data of an officer's department."""
    shown = visit.request.GET.get("show", "")
    shown = shown if shown in _SHOWS else ""
    found = disputes.listing(visit.actor, is_open=_SHOWS[shown], page=_page(visit))
    pages = Paginator(range(found.total), disputes.PAGE)
    context: Context = {
        "rows": [_row(one, visit.language) for one in found.rows],
        "page": pages.get_page(_page(visit)),
        "tabs": _tabs(shown, found.waiting),
        "show": shown,
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/disputes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show one dispute, or take the answer to it."""
    found = disputes.one(number, visit.actor)
    if visit.request.method != "POST":
        return _answering(visit, found)
    sent = visit.request.POST
    said = Answered(sent.get("state", "")[:16], sent.get("answer", "").replace("\x00", ""))
    try:
        disputes.close(number, said, visit.actor, visit.now)
    except (FieldFault, NotOpen) as refused:
        return _answering(visit, disputes.one(number, visit.actor), said, refused)
    messages.success(visit.request, _("已答复，申请人在“我的数据”里会看到。"))
    return see_other(_HERE)


@never_cache
@require_POST
@at_desk
def reveal(visit: Visit, number: str) -> HttpResponse:
    """Show the values in full; the look is logged."""
    return _answering(visit, disputes.reveal(number, visit.actor, visit.now), is_revealed=True)


@never_cache
@require_safe
@at_desk
def evidence(visit: Visit, number: str) -> HttpResponse:
    """Give what the party handed in as a proof."""
    blob, content = disputes.evidence(number, visit.actor)
    return stranger_bytes(visit.request, content, blob.media, blob.name)


def _answering(
    visit: Visit,
    found: Shown,
    said: Answered | None = None,
    refused: FieldFault | NotOpen | None = None,
    *,
    is_revealed: bool = False,
) -> HttpResponse:
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    one = found.dispute
    what = disputes.item_words(one).speak(visit.language)
    context: Context = {
        "row": _row(found, visit.language),
        "one": one,
        "found": found,
        "is_open": one.state == Dispute.State.OPEN,
        "is_revealed": is_revealed,
        "resource": found.resource,
        "asker": _party(one),
        "closed_by": person_name(one.closed_by) if one.closed_by else "",
        "said": said or Answered("", ""),
        "choices": [
            (Dispute.State.CORRECTED, _("登记有误，已更正"), _("申请人说得对，登记已经改好")),
            (Dispute.State.UPHELD, _("登记无误"), _("核实后登记是对的，请写明依据")),
        ],
        "longest": disputes.LONGEST,
        "fault_at": at,
        "fault": fault,
        "links": [ProblemLink(f"#{at}", fault)] if at else [],
        "crumbs": [(_("数据异议"), _HERE), (what, "")],
        "desk_nav": nav(visit, _HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/dispute.html", context, status=status)


def _row(found: Shown, language: str) -> Context:
    one = found.dispute
    words, kind = DISPUTE_STATES[one.state]
    return {
        "url": f"{_HERE}/{one.number}",
        "resource": found.resource.name.speak(language) if found.resource else one.resource,
        "item": found.item.label.speak(language) if found.item else one.content,
        "registered": found.registered,
        "claimed": found.claimed,
        "is_masked": found.is_masked,
        "party": _party(one),
        "provider": _provider(found, language),
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "state": words(),
        "kind": "warn" if one.state == Dispute.State.OPEN else kind,
    }


def _provider(found: Shown, language: str) -> str:
    provider = provider_of(found.resource) if found.resource else None
    return provider.name.speak(language) if provider else found.dispute.provider


def _party(one: Dispute) -> str:
    if is_person_number(one.subject_code):
        return one.subject_name[:1] + "*" * max(len(one.subject_name) - 1, 1)
    return one.subject_name


def _tabs(shown: str, waiting: int) -> list[Context]:
    every = (
        ("", _("等待答复"), waiting),
        ("answered", _("已答复"), None),
        ("all", _("全部"), None),
    )
    return [
        {
            "url": f"{_HERE}?show={code}" if code else _HERE,
            "words": words,
            "count": count,
            "current": shown == code,
        }
        for code, words, count in every
    ]


def _page(visit: Visit) -> int:
    text = visit.request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, _LARGEST_PAGE))
