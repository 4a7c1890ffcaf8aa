# SPDX-License-Identifier: Apache-2.0
"""Saying that a register is wrong (数据异议): what each source has, what is right, and a proof."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.kernel.form import speak
from huiban.services import city, doubts
from huiban.services.doubts import Doubt, Doubted
from huiban.services.files import Upload
from huiban.services.filling import OWN
from huiban.services.refusal import FieldFault
from huiban.web.fields import control_id
from huiban.web.fields_given import hidden
from huiban.web.portal import steps
from huiban.web.visit import Context, Visit, see_other, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def doubt(visit: Visit, number: str, key: str) -> HttpResponse:
    """Show what sources say of one answer, or take what its writer says to it."""
    if visit.request.method != "POST":
        return _draw(visit, doubts.view(number, key, visit.actor, visit.now), {}, {})
    post = visit.request.POST
    file = visit.request.FILES.get("evidence")
    said = Doubted(
        choice=post.get("choice", ""),
        value=post.get("value", ""),
        reason=post.get("reason", ""),
        evidence=Upload(file.read(), file.name or "") if file else None,
    )
    try:
        writing = doubts.raise_doubt(number, key, said, visit.actor, visit.now)
    except FieldFault as fault:
        typed = {"choice": said.choice, "value": said.value, "reason": said.reason}
        told = {fault.path: fault.message.speak(visit.language)}
        return _draw(visit, doubts.view(number, key, visit.actor, visit.now), typed, told)
    messages.success(visit.request, _("已记下，提交申请时一并告知数据提供部门"))
    return see_other(f"/drafts/{number}/{writing.form.section_of(key)}#{control_id(key)}")


def _draw(
    visit: Visit, found: Doubt, typed: Mapping[str, str], faults: Mapping[str, str]
) -> HttpResponse:
    writing, language = found.writing, visit.language
    names = city.common().division_names
    choice = typed.get("choice", found.choice)
    context: Context = {
        "writing": writing,
        "label": found.field.label.speak(language),
        "errand": steps.errand_words(writing, language),
        "options": [
            {
                "value": one.source,
                "text": hidden(found.field, speak(found.field, one.value, language, names)),
                "source": one.title.speak(language),
                "as_of": one.as_of,
                "is_chosen": choice == one.source,
            }
            for one in found.options
        ],
        "own": OWN,
        "is_own": choice == OWN or len(found.options) == 1,
        "value": typed.get("value", ""),
        "reason": typed.get("reason", found.reason),
        "has_evidence": bool(found.evidence),
        "faults": faults,
        "links": [{"href": f"#{path}", "message": words} for path, words in faults.items()],
        "back": f"/drafts/{writing.number}/{writing.form.section_of(found.field.key)}",
        "at": writing.draft.updated_at,
    }
    return render(visit.request, "portal/doubt.html", context, status=422 if faults else 200)
