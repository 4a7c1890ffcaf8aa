# SPDX-License-Identifier: Apache-2.0
"""Supplying what was deferred (补交容缺材料): which materials, until when, and their files."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.kernel.form import speak_kinds, speak_size
from huiban.services import mine
from huiban.services import supply as supplying
from huiban.services.files import Upload
from huiban.services.materials_filed import Owed
from huiban.services.mine import MyCase
from huiban.services.refusal import FieldFault
from huiban.web.field_model import ProblemLink
from huiban.web.visit import Context, Visit, see_other, signed_in

_MOST_READ = 60 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def supply(visit: Visit, number: str) -> HttpResponse:
    """List the deferred materials of a case, or take the files of one."""
    found = mine.my_case(number, visit.actor, visit.language, visit.now)
    if not found.owed:
        if visit.request.method == "POST":
            messages.warning(visit.request, _("这件办件没有要补交的材料"))
        return see_other(f"/cases/{number}")
    if visit.request.method != "POST":
        return _draw(visit, found, {})
    code = visit.request.POST.get("material", "")
    sent = [
        Upload(one.read(_MOST_READ), one.name or "") for one in visit.request.FILES.getlist("file")
    ]
    try:
        supplying.supply(number, code, sent, visit.actor, visit.now)
    except FieldFault as fault:
        return _draw(visit, found, {code: fault.message.speak(visit.language)}, 422)
    messages.success(visit.request, _("已经补交，窗口和审查人员都能看到"))
    return see_other(f"/cases/{number}/supply" if len(found.owed) > 1 else f"/cases/{number}")


def _draw(visit: Visit, found: MyCase, faults: dict[str, str], status: int = 200) -> HttpResponse:
    one = found.page.whole.case
    context: Context = {
        "case": one,
        "owed": [_line(owed, faults, visit.language) for owed in found.owed],
        "links": [ProblemLink(f"#f-{code}", words) for code, words in faults.items()],
        "crumbs": [
            (_("我的办件"), "/cases"),
            (one.title, f"/cases/{one.number}"),
            (_("补交材料"), ""),
        ],
    }
    return render(visit.request, "portal/supply.html", context, status=status)


def _line(owed: Owed, faults: dict[str, str], language: str) -> Context:
    one = owed.material
    return {
        "code": one.code,
        "name": one.name.speak(language),
        "hint": one.hint.speak(language),
        "standard": one.accept_standard.speak(language),
        "due_on": owed.due_on,
        "is_late": owed.is_late,
        "accept": ",".join(one.accept),
        "limits": _("%(kinds)s，最多 %(n)s 个，每个不超过 %(size)s")
        % {
            "kinds": speak_kinds(one.accept).speak(language),
            "n": one.max_files,
            "size": speak_size(one.max_bytes),
        },
        "is_several": one.max_files > 1,
        "problem": faults.get(one.code, ""),
    }
