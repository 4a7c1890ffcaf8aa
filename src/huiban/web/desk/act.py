# SPDX-License-Identifier: Apache-2.0
"""One act on a case: its form, doing it once, and saying what happened; nothing typed is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.kernel.process import ENGINE_ACTS, OpenAct
from huiban.services import desk, handle
from huiban.services.desk import DeskCase
from huiban.services.handle import Done, Order
from huiban.services.refusal import Invalid, NotOpen, Refused, Stale
from huiban.web.desk import acts, fields, inputs
from huiban.web.desk import narrow as narrows
from huiban.web.desk.case import AFTER_COOKIE
from huiban.web.desk.fields import Typed
from huiban.web.desk.flash import told
from huiban.web.desk.frame import nav
from huiban.web.desk.narrow import Narrow, case_way
from huiban.web.desk.phrases import phrases_of
from huiban.web.desk.speech import state_words
from huiban.web.refused import status_of
from huiban.web.visit import Visit, at_desk, see_other

_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of an act as it is shown: for which case, with what typed, refused how."""

    found: DeskCase
    name: str
    offer: OpenAct | None
    typed: Typed
    narrow: Narrow
    refusal: str = ""
    missing: Sequence[str] = ()
    status: int = 200
    is_stale: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def act(visit: Visit, number: str, name: str) -> HttpResponse:
    """Ask what an act needs, or do it."""
    sent = visit.request.POST if visit.request.method == "POST" else visit.request.GET
    narrow = narrows.read(sent)
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
    offer = find_offer(found.acts, name, sent.get("task", ""))
    if visit.request.method != "POST":
        typed = inputs.start(found, name, sent, visit.language)
        return show(visit, Sheet(found, name, offer, typed, narrow))
    typed = inputs.read(visit.request.POST)
    if "row" in sent:
        typed = inputs.change_rows(typed, sent["row"])
        return show(visit, Sheet(found, name, offer, typed, narrow))
    return _do(visit, Sheet(found, name, offer, typed, narrow))


@never_cache
@require_http_methods(["POST"])
@at_desk
def act_at_once(visit: Visit, number: str) -> HttpResponse:
    """Do the act whose button was pressed on the bar: `do` is `accept:t1`."""
    name, _sep, task = visit.request.POST.get("do", "").partition(":")
    narrow = narrows.read(visit.request.POST)
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow.desk)
    offer = find_offer(found.acts, name, task)
    typed = inputs.read(visit.request.POST)
    return _do(visit, Sheet(found, name, offer, typed, narrow))


def find_offer(offers: Sequence[OpenAct], name: str, task: str) -> OpenAct | None:
    """Return the open act of this name and task; without a task, the first of the name."""
    named = [one for one in offers if one.name == name]
    return next((one for one in named if (one.task or "") == task), named[0] if named else None)


def _do(visit: Visit, sheet: Sheet) -> HttpResponse:
    """Do an act once; a refusal shows the form again with everything that was typed."""
    given = inputs.inputs(sheet.name, sheet.offer, sheet.typed)
    lacking = inputs.lacking(sheet.name, given) if sheet.offer else []
    if lacking:
        words = _("还有必须填写的内容")
        return _again(visit, replace(sheet, refusal=words, status=422, missing=lacking))
    version = visit.request.POST.get("version", "")
    order = Order(
        name=sheet.name,
        task=sheet.offer.task if sheet.offer else None,
        inputs=given,
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
    )
    number = sheet.found.page.number
    try:
        done = handle.act(number, order, visit.actor, visit.now)
    except Stale as refused:
        words = refused.message.speak(visit.language)
        return _again(visit, replace(sheet, refusal=words, status=409, is_stale=True))
    except NotOpen as refused:
        status = 422 if refused.reason == "input" else status_of(refused)
        words = refused.message.speak(visit.language)
        again = replace(sheet, refusal=words, status=status, missing=refused.missing)
        return _again(visit, again)
    except Invalid as refused:
        words = refused.message.speak(visit.language)
        missing = [one.path for one in refused.problems]
        return _again(visit, replace(sheet, refusal=words, status=422, missing=missing))
    return _done(visit, sheet, done)


def _again(visit: Visit, sheet: Sheet) -> HttpResponse:
    """Show a refused form again, over the case as it stands now."""
    if not sheet.is_stale:
        return show(visit, sheet)
    number, narrow = sheet.found.page.number, sheet.narrow.desk
    found = desk.case(number, visit.actor, visit.language, visit.now, narrow)
    task = (sheet.offer.task if sheet.offer else "") or ""
    return show(visit, replace(sheet, found=found, offer=find_offer(found.acts, sheet.name, task)))


def show(visit: Visit, sheet: Sheet) -> HttpResponse:
    """Draw the form of an act as a page; scripts take it into a dialog."""
    page, offer = sheet.found.page, sheet.offer
    blocked = offer.blocked if offer else ""
    context = {
        "page": page,
        "act": sheet.name,
        "title": act_label(sheet.found, sheet.name, offer, visit.language),
        "offer": offer,
        "task": (offer.task if offer else "") or "",
        "is_open": offer is not None and not blocked,
        "blocked": blocked,
        "asks": fields.asks(visit, sheet.found, offer, sheet.typed, sheet.missing) if offer else [],
        "abouts": [line.name for line in page.materials],
        "kept": sheet.typed.texts.get("reason", "") if offer is None else "",
        "phrases": phrases_of(sheet.name),
        "follows": _follows(sheet.found, offer, visit.language),
        "is_turning": sheet.name in acts.TURNING,
        "refusal": sheet.refusal,
        "is_stale": sheet.is_stale,
        "hands": acts.hands(page, visit.language),
        "hidden": sheet.narrow.hidden(),
        "goes_on": visit.request.COOKIES.get(AFTER_COOKIE) == "next",
        "back_url": case_way(page.number, sheet.narrow),
        "desk_nav": nav(visit, "/desk"),
    }
    return render(visit.request, "desk/act.html", context, status=sheet.status)


def act_label(found: DeskCase, name: str, offer: OpenAct | None, language: str) -> str:
    if offer is not None:
        return offer.label.speak(language)
    for state in found.page.chart.states.values():
        if name in state.on:
            return state.on[name].label.speak(language)
    words = ENGINE_ACTS.get(name)
    return words.speak(language) if words else _("这项操作")


def _follows(found: DeskCase, offer: OpenAct | None, language: str) -> list[str]:
    """Say beforehand what an act leads to: the next state, documents, a notice to the applicant."""
    if offer is None or not offer.is_chart_event:
        return []
    page = found.page
    said = []
    states = [state_words(page.item.code, name, language) for name in offer.to_states]
    if states:
        said.append(_("办理后进入：%(states)s") % {"states": _(" 或 ").join(states)})
    effects = {
        effect
        for state in page.chart.states.values()
        if offer.name in state.on and state.name in page.standing.configuration
        for arc in state.on[offer.name].arcs
        for effect in arc.effects
    }
    titles = [
        page.scenario.documents[one].title.speak(language)
        for one in sorted(effects)
        if one in page.scenario.documents
    ]
    if titles:
        said.append(_("将出具：%(titles)s") % {"titles": "、".join(f"《{one}》" for one in titles)})
    if offer.name in page.scenario.notices:
        party = page.whole.case.subject_name
        said.append(_("将通知申请人：%(party)s") % {"party": party})
    return said


def _done(visit: Visit, sheet: Sheet, done: Done) -> HttpResponse:
    """Say what happened and go on: to the next case, or back to this one while it may be seen."""
    opened = handle.load(done.number)
    messages.success(visit.request, told(visit, opened, done))
    goes_on = visit.request.POST.get("next") == "1"
    answer = see_other(_onward(visit, sheet, done, goes_on=goes_on))
    if "has-next" in visit.request.POST:
        answer.set_cookie(
            AFTER_COOKIE, "next" if goes_on else "stay", max_age=_YEAR, httponly=True,
            samesite="Lax", secure=visit.request.is_secure(),
        )  # fmt: skip
    return answer


def _onward(visit: Visit, sheet: Sheet, done: Done, *, goes_on: bool) -> str:
    if goes_on:
        after = sheet.found.after or sheet.found.before
        return case_way(after, sheet.narrow) if after else f"/desk{sheet.narrow.query()}"
    try:
        desk.demand_view(done.number, visit.actor)
    except Refused:
        return f"/desk{sheet.narrow.query()}"
    return case_way(done.number, sheet.narrow)
