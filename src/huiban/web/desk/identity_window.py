# SPDX-License-Identifier: Apache-2.0
"""At the window (窗口核实): a clerk takes a number, looks at the card, confirms or refuses."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.services import ceremony, identity, identity_window
from huiban.services.identity_window import Answered, Checked, Visitor
from huiban.services.refusal import FieldFault, NotAllowed, NotOpen
from huiban.web.desk.frame import nav
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_HERE = "/desk/identity"
_Refused = FieldFault | NotOpen | NotAllowed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def window(visit: Visit) -> HttpResponse:
    """Ask for a number; show who said it; confirm or refuse."""
    if visit.request.method != "POST":
        return _draw(visit)
    sent = visit.request.POST
    typed, do = sent.get("code", "")[:20], sent.get("do", "")
    try:
        if do == "confirm":
            checked = Checked(sent.get("looked") == "on", sent.get("card", "")[:40])
            identity_window.confirm(typed, checked, visit.actor, visit.now)
            messages.success(visit.request, _("已确认。请办事人在自己的页面上接着办。"))
            return see_other(_HERE)
        if do == "refuse":
            reason = sent.get("reason", "").replace("\x00", "")
            identity_window.refuse(typed, reason, visit.actor, visit.now)
            messages.success(visit.request, _("已记为没有通过，办事人会看到您写的理由。"))
            return see_other(_HERE)
        found = identity_window.find(typed, visit.actor, visit.now)
    except (FieldFault, NotOpen) as refused:
        return _again(visit, typed, refused)
    except NotAllowed as refused:
        return _draw(visit, typed, refused=refused)
    return _draw(visit, typed, found)


def _again(visit: Visit, typed: str, refused: FieldFault | NotOpen) -> HttpResponse:
    """Show the person again where only the clerk's answer was wanting."""
    is_about_number = not isinstance(refused, FieldFault) or refused.path == "code"
    found = None if is_about_number else identity_window.find(typed, visit.actor, visit.now)
    return _draw(visit, typed, found, refused)


def _draw(
    visit: Visit, typed: str = "", found: Visitor | None = None, refused: _Refused | None = None
) -> HttpResponse:
    answered = identity_window.answered(visit.actor)
    words = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    context: Context = {
        "typed": typed,
        "found": found,
        "what": found.purpose.speak(visit.language) if found else "",
        "said": {name: visit.request.POST.get(name, "")[:600] for name in ("reason", "card")},
        "longest": ceremony.LONGEST_REASON,
        "fault_at": at,
        "fault": words,
        "refused": "" if at else words,
        "links": [ProblemLink(f"#{at}", words)] if at else [],
        "answered": [_row(one, visit.language) for one in answered],
        "desk_nav": nav(visit, _HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/identity_window.html", context, status=status)


def _row(one: Answered, language: str) -> Context:
    return {
        "name": one.attempt.account_name,
        "what": identity.purpose_of(one.attempt).words.speak(language),
        "at": one.visit.answered_at,
        "is_confirmed": one.is_confirmed,
        "reason": one.visit.reason,
    }
