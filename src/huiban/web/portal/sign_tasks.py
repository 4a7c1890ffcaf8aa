# SPDX-License-Identifier: Apache-2.0
"""What waits for my signature (待我签署): the list, a link, and one request signed or declined."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.kernel.actor import ActorKind
from huiban.services import attest, ceremony, signing, signing_evidence
from huiban.services.refusal import FieldFault, NotOpen, Stale
from huiban.services.sign_request_make import department_name
from huiban.services.sign_request_model import LONGEST_TEXT, last_day
from huiban.services.signing import Confirmed, Task
from huiban.store.models import SignParty
from huiban.web import ceremony as pages
from huiban.web import identity
from huiban.web.ceremony import Failed, Setting
from huiban.web.desk.frame import nav
from huiban.web.portal.papers import stranger_bytes
from huiban.web.visit import Context, Visit, see_other, signed_in

HERE = "/signing"
DESK = "/desk/signing"
STATES: dict[str, tuple[str, Callable[[], str]]] = {
    "waiting": ("", lambda: _("等前一方先签")),
    "open": ("warn", lambda: _("待签署")),
    "signed": ("ok", lambda: _("已签署")),
    "declined": ("bad", lambda: _("拒绝签署")),
    "closed": ("", lambda: _("未签即终止")),
}
KINDS: dict[str, Callable[[], str]] = {
    "report": lambda: _("检查报告"),
    "attestation": lambda: _("证明协查"),
    "document": lambda: _("文件"),
}


@require_safe
@never_cache
@signed_in
def listing(visit: Visit) -> HttpResponse:
    """List what waits for this person, then what they are done with."""
    if visit.actor.kind is ActorKind.OFFICER:
        return see_other(DESK)
    context: Context = {
        "waiting": [row_of(one, visit) for one in signing.waiting(visit.actor)],
        "done": [row_of(one, visit) for one in signing.done(visit.actor)],
        "crumbs": [(_("首页"), "/"), (_("待我签署"), "")],
    }
    return render(visit.request, "portal/sign_tasks.html", context)


@require_safe
@never_cache
@signed_in
def link(visit: Visit, token: str) -> HttpResponse:
    """Lead whoever a link was made for to the document; no further address has its secret."""
    return see_other(way_of(signing.of_link(token, visit.actor).party))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def task(visit: Visit, number: str, place: int) -> HttpResponse:
    """Show a party what it is asked to sign, or take its signature."""
    found = signing.of(number, place, visit.actor)
    if not found.is_open:
        return _over(visit, found)
    if visit.request.method == "POST":
        return _confirm(visit, found)
    if found.wants_answer:
        return _asked(visit, found)
    return _draw(visit, found)


def _confirm(visit: Visit, found: Task) -> HttpResponse:
    begun = visit.request.POST.get("ceremony", "")[:32]
    said = pages.read_said(visit, begun)
    try:
        proof = pages.checked(visit, begun, said, found.matter)
        if isinstance(proof, Failed):
            return _draw(visit, found, proof)
        sent = Confirmed(begun, said, proof, identity.device_of(visit))
        signing.sign(found, sent, visit.actor, visit.now)
    except (Stale, NotOpen) as refused:
        again = signing.of(found.request.number, found.party.place, visit.actor)
        if not again.is_open:
            messages.warning(visit.request, refused.message.speak(visit.language))
            return see_other(way_of(found.party))
        return _draw(visit, again, Failed(said, refused=refused))
    identity.spend(visit)
    messages.success(visit.request, _("已用印") if found.is_seal else _("已签署"))
    return see_other(way_of(found.party))


@require_POST
@never_cache
@signed_in
def answer(visit: Visit, number: str, place: int) -> HttpResponse:
    """Write the answer into an attestation before it is sealed."""
    found = signing.of(number, place, visit.actor)
    text = visit.request.POST.get("answer", "").replace("\x00", "")
    try:
        attest.answer(found, text, visit.actor, visit.now)
    except FieldFault as fault:
        return _asked(visit, found, text, fault)
    messages.success(visit.request, _("已写进协查函，请核对后用印"))
    return see_other(way_of(found.party))


@require_POST
@never_cache
@signed_in
def decline(visit: Visit, number: str, place: int) -> HttpResponse:
    """Take a refusal to sign, with its reason."""
    found = signing.of(number, place, visit.actor)
    reason = visit.request.POST.get("reason", "").replace("\x00", "")
    try:
        begun = signing.begin(found, visit.actor, visit.now, identity.device_of(visit))
        signing.decline(found, begun.ceremony.number, reason, visit.actor, visit.now)
    except FieldFault as fault:
        said = fault.message.speak(visit.language)
        answer = _draw(visit, found, more={"reason": reason, "reason_fault": said})
        answer.status_code = 422
        return answer
    messages.success(visit.request, _("已记录您拒绝签署，发起部门会看到理由"))
    return see_other(way_of(found.party))


@require_safe
@never_cache
@signed_in
def document(visit: Visit, number: str, place: int) -> HttpResponse:
    """Give a party the document as signed so far."""
    found = signing.of(number, place, visit.actor)
    name = f"{found.request.title}.pdf"
    return stranger_bytes(visit.request, signing.document(found), ceremony.PDF, name)


@require_safe
@never_cache
@signed_in
def evidence(visit: Visit, number: str, place: int) -> HttpResponse:
    """Give a party the evidence of the whole request."""
    found = signing.of(number, place, visit.actor)
    name, content = signing_evidence.of_task(found, visit.now)
    return stranger_bytes(visit.request, content, ceremony.PDF, name)


def row_of(one: SignParty, visit: Visit) -> Context:
    """Return what a list shows of one party's task."""
    kind, words = STATES[one.state]
    return {
        "url": way_of(one),
        "title": one.request.title,
        "what": KINDS[one.request.kind](),
        "by": department_name(one.request.department),
        "part": one.part,
        "until": last_day(one.request),
        "state": words(),
        "kind": kind,
        "is_seal": one.does == "seal",
        "at": one.ended_at,
        "key": f"{one.request_id}:{one.place}",
    }


def way_of(party: SignParty) -> str:
    """Return the address of one party's task."""
    return f"{HERE}/{party.request_id}/{party.place}"


def _draw(
    visit: Visit, found: Task, failed: Failed | None = None, more: Context | None = None
) -> HttpResponse:
    begun = signing.begin(found, visit.actor, visit.now, identity.device_of(visit))
    words = _("确认用印") if found.is_seal else _("确认签署")
    obstacle = signing.obstacle(found, visit.actor, visit.now)
    context = _around(visit, found) | {
        "obstacle": obstacle.speak(visit.language) if obstacle else "",
        "decline_url": f"{way_of(found.party)}/decline",
        **(more or {}),
    }
    setting = Setting("portal/sign_task.html", way_of(found.party), words, context)
    return pages.draw(visit, begun, setting, found.matter, failed)


def _asked(
    visit: Visit, found: Task, text: str = "", fault: FieldFault | None = None
) -> HttpResponse:
    context = _around(visit, found) | {
        "text": text,
        "fault": fault.message.speak(visit.language) if fault else "",
        "longest": LONGEST_TEXT,
    }
    return render(visit.request, "portal/sign_answer.html", context, status=422 if fault else 200)


def _over(visit: Visit, found: Task) -> HttpResponse:
    kind, words = STATES[found.party.state]
    context = _around(visit, found) | {"state": words(), "kind": kind}
    return render(visit.request, "portal/sign_over.html", context)


def _around(visit: Visit, found: Task) -> Context:
    is_officer = visit.actor.kind is ActorKind.OFFICER
    home = (_("签署与用印"), DESK) if is_officer else (_("待我签署"), HERE)
    context: Context = {
        "task": found,
        "request_": found.request,
        "party": found.party,
        "way": way_of(found.party),
        "by": department_name(found.request.department),
        "what": KINDS[found.request.kind](),
        "until": last_day(found.request),
        "parties": [
            {"one": one, "state": STATES[one.state][1](), "kind": STATES[one.state][0]}
            for one in found.request.parties.all()
        ],
        "crumbs": [home, (found.request.title, "")],
        "back_url": home[1],
        "frame": "base/desk.html" if is_officer else "base/portal.html",
    }
    return context | ({"desk_nav": nav(visit, DESK)} if is_officer else {})
