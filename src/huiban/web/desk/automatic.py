# SPDX-License-Identifier: Apache-2.0
"""Automatic decisions on the desk (自动审批): what waits for a second look, how samples agree."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiban.kernel.point_score import FEWEST
from huiban.services import automatic_board, certificate_acts, desk, second_look
from huiban.services.automatic_board import ItemLine
from huiban.services.casepage import CasePage
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen, Refused
from huiban.services.second_look import Found
from huiban.store.automatic import State
from huiban.store.models import AutomaticDecision
from huiban.web.desk.frame import nav
from huiban.web.desk.point_scores import share_words
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

HERE = "/desk/automatic"
_LARGEST_PAGE = 1000


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List the decisions that wait for a person, and how samples agreed, item by item."""
    page = _page(visit)
    found = automatic_board.board(visit.actor, visit.now, page)
    pages = Paginator(range(found.total), automatic_board.PAGE)
    context: Context = {
        "rows": [_row(one) for one in found.waiting],
        "lines": [_line(one, visit.language) for one in found.lines],
        "total": found.total,
        "page": pages.get_page(page),
        "fewest": FEWEST,
        "desk_nav": nav(visit, HERE),
    }
    return render(visit.request, "desk/automatic.html", context)


def _row(one: AutomaticDecision) -> Context:
    return {
        "url": f"{HERE}/{one.case.number}",
        "title": one.case.title or one.case.number,
        "number": one.case.number,
        "subject": one.case.subject_name,
        "decided_at": one.at,
        "asked_at": one.asked_at,
    }


def _line(one: ItemLine, language: str) -> Context:
    return {
        "name": one.name.speak(language),
        "decided": one.decided,
        "agreement": share_words(one.agreement),
        "agreed": one.agreed,
        "differed": one.differed,
        "open": one.sampled_open,
        "asked": one.asked,
        "upheld": one.upheld,
        "corrected": one.corrected,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show a decision that waits for a person, or take what that person found."""
    if visit.request.method != "POST":
        return _answering(visit, number)
    sent = visit.request.POST
    said = Found(
        state=sent.get("state", "")[:16],
        reason=sent.get("reason", "").replace("\x00", ""),
        basis=sent.get("basis", "").replace("\x00", ""),
    )
    try:
        second_look.answer(number, said, visit.actor, visit.now)
    except (FieldFault, NotOpen, NotAllowed) as refused:
        return _answering(visit, number, said, refused)
    messages.success(visit.request, _("已经答复，申请人会收到消息。"))
    return see_other(HERE)


def _answering(
    visit: Visit, number: str, said: Found | None = None, refused: Refused | None = None
) -> HttpResponse:
    desk.demand_view(number, visit.actor)
    found = second_look.of_number(number, visit.actor, visit.now)
    if found is None:
        raise NotFound(second_look.NOT_AUTOMATIC)
    case, standing = found
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    context: Context = {
        "case": case,
        "standing": standing,
        "can_answer": standing.can_answer,
        "is_waiting": standing.row.state == State.ASKED,
        "said": said or Found("", ""),
        "choices": [
            (str(State.UPHELD), _("决定维持"), _("核实后，当初的决定是对的")),
            (
                str(State.CORRECTED),
                _("决定更正"),
                _("当初的决定有误：误注销的证照马上恢复；误发的证照提出撤销，由另一人确认"),
            ),
        ],
        "longest": second_look.LONGEST,
        "longest_basis": certificate_acts.LONGEST_BASIS,
        "fault_at": at,
        "fault": fault,
        "links": [ProblemLink(f"#{at}", fault)] if at else [],
        "crumbs": [(_("自动审批"), HERE), (case.title or case.number, "")],
        "desk_nav": nav(visit, HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/second_look.html", context, status=status)


def banner(visit: Visit, page: CasePage) -> Context | None:
    """Say on top of a case that the system decided it, or that people drew it as a sample."""
    if page.item.automatic is None:
        return None
    whole = page.whole
    found = second_look.standing_of(whole.case, whole.journal, visit.actor, visit.now)
    if found is None:
        return None
    return {
        "is_decided": found.is_decided,
        "is_open": not page.standing.outcome,
        "is_waiting": found.row.state == State.ASKED,
        "basis": found.basis,
        "url": f"{HERE}/{page.number}",
    }


def _page(visit: Visit) -> int:
    text = visit.request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, _LARGEST_PAGE))
