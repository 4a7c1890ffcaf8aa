# SPDX-License-Identifier: Apache-2.0
"""Sealing what was ticked on the list (批量用印): confirmed once, told one by one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huiban.services import batch_seal, ceremony
from huiban.services.batch_seal import Result
from huiban.services.ceremony import Said
from huiban.services.signing import Task
from huiban.web import identity
from huiban.web.desk.frame import nav
from huiban.web.field_model import ProblemLink
from huiban.web.portal import sign_tasks
from huiban.web.portal.sign_tasks import DESK
from huiban.web.visit import Context, Visit, at_desk, see_other

_PURPOSE = "batch_seal"


@sensitive_post_parameters("password")
@never_cache
@require_POST
@at_desk
def batch(visit: Visit) -> HttpResponse:
    """Ask once for all that was ticked, or seal it."""
    tasks = batch_seal.chosen(visit.request.POST.getlist("task"), visit.actor)
    if not tasks:
        messages.warning(visit.request, _("请先勾选要用印的文书"))
        return see_other(DESK)
    if "confirm" not in visit.request.POST:
        return _ask(visit, tasks, {})
    faults: dict[str, str] = {}
    words = batch_seal.statement(visit.actor)
    shown = visit.request.POST.get("statement", "")
    is_shown = shown in {ceremony.digest_of(one) for one in (words.zh, words.en)}
    if visit.request.POST.get("agree") != "on" or not is_shown:
        faults["agree"] = _("请勾选，表示逐份核对过、同意用印")
    try:
        proof = identity.prove(visit, _PURPOSE)
    except identity.NotProved as fault:
        return _ask(visit, tasks, faults | {"password": str(fault)})
    if faults:
        return _ask(visit, tasks, faults)
    said = Said(is_agreed=True, statement=shown)
    device = identity.device_of(visit)
    found = batch_seal.seal_all(tasks, said, proof, device, visit.actor, visit.now)
    identity.spend(visit)
    return _told(visit, found)


def _ask(visit: Visit, tasks: list[Task], faults: dict[str, str]) -> HttpResponse:
    words = batch_seal.statement(visit.actor).speak(visit.language)
    context: Context = {
        "rows": [_row(visit, task) for task in tasks],
        "statement": words,
        "statement_digest": ceremony.digest_of(words),
        "is_agreed": visit.request.POST.get("agree") == "on" and "agree" not in faults,
        "faults": faults,
        "links": [ProblemLink(f"#{path}", words) for path, words in faults.items()],
        "needs_password": identity.proved(visit, _PURPOSE) is None,
        **_around(visit),
    }
    return render(visit.request, "desk/sign_batch.html", context, status=422 if faults else 200)


def _told(visit: Visit, found: list[Result]) -> HttpResponse:
    rows = [
        _row(visit, one.task)
        | {"refusal": one.refusal.speak(visit.language) if one.refusal else ""}
        for one in found
    ]
    done = sum(1 for one in found if one.refusal is None)
    context: Context = {
        "rows": rows,
        "done": done,
        "left": len(found) - done,
        **_around(visit),
    }
    return render(visit.request, "desk/sign_batch_done.html", context)


def _row(visit: Visit, task: Task) -> Context:
    row = sign_tasks.row_of(task.party, visit)
    return row | {"title": task.request.title, "pages": task.request.pages}


def _around(visit: Visit) -> Context:
    return {
        "crumbs": [(_("签署与用印"), DESK), (_("批量用印"), "")],
        "desk_nav": nav(visit, DESK),
    }
