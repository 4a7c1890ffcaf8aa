# SPDX-License-Identifier: Apache-2.0
"""Saying at the desk what the check of a promise found (事后核查)."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiban.services import commitments
from huiban.services.refusal import FieldFault, NotOpen
from huiban.web.visit import Visit, at_desk, see_other


@never_cache
@require_POST
@at_desk
def check(visit: Visit, number: str, code: str) -> HttpResponse:
    """Record what was found; `found` is kept or broken."""
    sent = visit.request.POST
    reason = sent.get("reason", "").replace("\x00", "").strip()[:500]
    is_kept = sent.get("found") == "kept"
    try:
        commitments.check(number, code, commitments.Found(is_kept, reason), visit.actor, visit.now)
    except (FieldFault, NotOpen) as fault:
        messages.warning(visit.request, fault.message.speak(visit.language))
    else:
        messages.success(visit.request, _("核查结果已经记入日志"))
    return see_other(f"/desk/cases/{number}?tab=materials#promise-{code}")
