# SPDX-License-Identifier: Apache-2.0
"""One certificate on the desk: its ledger, and what officers may do to it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.kernel.certificate import Act, Ending
from huiban.kernel.identifier import show_verification_code
from huiban.services import certificate_acts, certificate_life, certificate_lists, in_hand
from huiban.services.certificate_acts import LONGEST_BASIS, LONGEST_REASON, Order
from huiban.services.ledger import Chain, body_of, breaks_of
from huiban.services.party import masked
from huiban.services.refusal import FieldFault, NotAllowed, NotOpen
from huiban.store.models import Certificate
from huiban.web.certificate_events import department_words, events
from huiban.web.desk.certificates import ending_words, row, way_to
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import item_words
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_HERE = "/desk/certificates"
Say = Callable[[], str]

_ACTS: dict[Act, tuple[Say, Say, str]] = {
    Act.SUSPEND: (lambda: _("暂停使用"), lambda: _("马上生效，恢复以前不能凭它办事"), "danger"),
    Act.RESUME: (lambda: _("恢复使用"), lambda: _("马上生效"), "main"),
    Act.PROPOSE: (
        lambda: _("提出撤销、撤回或吊销"),
        lambda: _("由另一位确认以后生效；两人里要有一位负责人"),
        "danger",
    ),
    Act.CONFIRM: (lambda: _("确认"), lambda: _("确认以后马上生效，不能恢复"), "danger"),
    Act.DROP: (lambda: _("撤下提议"), lambda: _("证照照常有效"), ""),
}
_WHEN: dict[Ending, Say] = {
    Ending.ANNUL: lambda: _("当初不该发：违法作出，或者以欺骗、贿赂取得（行政许可法第六十九条）"),
    Ending.WITHDRAW: lambda: _("当初没有错：法律修改或客观情况重大变化（行政许可法第八条第二款）"),
    Ending.REVOKE: lambda: _("作为处罚：持证人违法（行政处罚法第九条第三项）"),
}
_DONE: dict[Act, Say] = {
    Act.SUSPEND: lambda: _("证照已暂停，持证人会收到消息。"),
    Act.RESUME: lambda: _("证照已恢复，持证人会收到消息。"),
    Act.PROPOSE: lambda: _("已提出，等另一位确认；持证人会收到消息，可以陈述申辩。"),
    Act.CONFIRM: lambda: _("已确认，证照不再有效；持证人会收到消息。"),
    Act.DROP: lambda: _("已撤下，证照照常有效。"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show a certificate with its ledger, or do something to it."""
    if visit.request.method != "POST":
        return _draw(visit, number, {})
    sent = visit.request.POST
    names = ("act", "ending", "reason", "basis")
    typed = {name: sent.get(name, "").replace("\x00", "")[:2000] for name in names}
    try:
        act = Act(typed["act"])
        ending = Ending(typed["ending"]) if typed["ending"] else None
    except ValueError:
        return _draw(visit, number, typed)
    order = Order(act, ending, typed["reason"], typed["basis"])
    try:
        certificate_acts.act(number, order, visit.actor, visit.now)
    except (FieldFault, NotOpen, NotAllowed) as refused:
        return _draw(visit, number, typed, refused)
    messages.success(visit.request, _DONE[act]())
    return see_other(way_to(number))


def _draw(
    visit: Visit,
    number: str,
    typed: dict[str, str],
    refused: FieldFault | NotOpen | NotAllowed | None = None,
) -> HttpResponse:
    text = visit.request.GET.get("before", "")
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    before = int(text) if is_number else None
    held, entries, older = certificate_lists.one(number, visit.actor, before)
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    open_acts = certificate_acts.acts_for(held, visit.actor)
    asked = visit.request.GET.get("do", "") or typed.get("act", "")
    context: Context = {
        "held": held,
        "row": row(held, visit),
        "holder_code": masked(held.subject_code),
        "code": show_verification_code(held.verify_code),
        "issuer": department_words(held.department, visit.language),
        "item": item_words(held.item_code, visit.language),
        "case_number": held.case.number,
        "busy": in_hand.under_way([held.number]).get(held.number, ""),
        "events": events(entries, visit.language),
        "older_url": f"{way_to(number)}?before={older}#ledger" if older else "",
        "breaks": len(breaks_of(Chain.CERTIFICATE, held.number)),
        "altered": certificate_life.altered(held),
        "proposal": _proposal(held),
        "acts": [_act(one) for one in open_acts],
        "asked": asked if asked in open_acts else "",
        "asked_act": _act(Act(asked)) if asked in open_acts else None,
        "endings": [(one, ending_words(one), note()) for one, note in _WHEN.items()],
        "typed": typed,
        "longest_reason": LONGEST_REASON,
        "longest_basis": LONGEST_BASIS,
        "fault_at": at,
        "fault": fault,
        "links": [ProblemLink(f"#{at}" if at else "#acts", fault)] if fault else [],
        "here": way_to(number),
        "crumbs": [(_("证照"), _HERE), (held.title, "")],
        "desk_nav": nav(visit, _HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/certificate.html", context, status=status)


def _act(act: Act) -> Context:
    words, note, kind = _ACTS[act]
    return {
        "code": str(act),
        "words": words(),
        "note": note(),
        "kind": kind,
        "needs_basis": act in (Act.SUSPEND, Act.RESUME, Act.PROPOSE),
        "needs_reason": act is not Act.CONFIRM,
        "is_proposal": act is Act.PROPOSE,
    }


def _proposal(held: Certificate) -> Context | None:
    entry = certificate_acts.proposal_of(held)
    if entry is None:
        return None
    body = body_of(entry)
    return {
        "words": ending_words(held.proposed),
        "by": entry.actor_name,
        "at": entry.at,
        "reason": body.get("reason", ""),
        "basis": body.get("basis", ""),
    }
