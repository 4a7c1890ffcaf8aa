# SPDX-License-Identifier: Apache-2.0
"""A case that the system decided, as its applicant sees it, and asking for a person (请人复核)."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiban.services import second_look
from huiban.services.casepage import CasePage
from huiban.services.refusal import FieldFault, NotOpen
from huiban.store.automatic import State
from huiban.web.visit import Context, Visit, see_other, signed_in


def view(visit: Visit, page: CasePage) -> Context | None:
    """Tell the applicant that no officer decided, on what basis, and until when to ask for one."""
    if page.item.automatic is None:
        return None
    whole = page.whole
    found = second_look.standing_of(whole.case, whole.journal, visit.actor, visit.now)
    if found is None or not found.is_decided:
        return None
    return {
        "basis": found.basis,
        "until": found.until,
        "can_ask": found.can_ask,
        "is_asked": found.row.state == State.ASKED,
        "is_upheld": found.row.state == State.UPHELD,
        "is_corrected": found.row.state == State.CORRECTED,
        "asked": found.asked,
        "answer": found.answer,
        "longest": second_look.LONGEST,
    }


@require_POST
@never_cache
@signed_in
def ask(visit: Visit, number: str) -> HttpResponse:
    """Have a person look at the decision."""
    reason = visit.request.POST.get("reason", "").replace("\x00", "")
    try:
        second_look.ask(number, reason, visit.actor, visit.now)
    except (FieldFault, NotOpen) as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
        return see_other(f"/cases/{number}#second-look")
    messages.success(visit.request, _("已经请工作人员复核，有结果会发消息给您。"))
    return see_other(f"/cases/{number}#second-look")
