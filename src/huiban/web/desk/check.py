# SPDX-License-Identifier: Apache-2.0
"""What an officer does on the data check (数据核验): have it done anew, look at a masked value."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiban.services import data_check, desk
from huiban.web.desk import narrow as narrows
from huiban.web.desk.case import page_context
from huiban.web.desk.narrow import case_way
from huiban.web.visit import Visit, at_desk, see_other

TAB = "check"


@never_cache
@require_POST
@at_desk
def check_again(visit: Visit, number: str) -> HttpResponse:
    """Ask the registers anew and show what they say."""
    data_check.check_again(number, visit.actor, visit.now)
    messages.success(visit.request, _("已重新核验；十分钟内查过的数据沿用刚才的结果"))
    return see_other(case_way(number, narrows.read(visit.request.POST), tab=TAB))


@never_cache
@require_POST
@at_desk
def reveal(visit: Visit, number: str) -> HttpResponse:
    """Show one masked value of a register once; who asked is on record from now on."""
    sent = visit.request.POST.get("place", "")
    place = int(sent) if sent.isdecimal() and len(sent) < 6 else -1
    text = data_check.reveal(number, place, visit.actor, visit.now)
    if visit.request.headers.get("HX-Request"):
        return render(visit.request, "desk/revealed.html", {"text": text})
    narrow = narrows.read(visit.request.POST)
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
    context = page_context(visit, found, narrow, tab=TAB) | {"told": {place: text}}
    return render(visit.request, "desk/case.html", context)
