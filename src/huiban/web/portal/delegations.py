# SPDX-License-Identifier: Apache-2.0
"""Delegations (委托授权): given, signed, accepted, watched, revoked; and for whom one acts."""

import json
from collections.abc import Callable
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.kernel.actor import Actor
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.form_date import read_date
from huiban.kernel.form_words import FieldRefused
from huiban.kernel.identity import Way
from huiban.kernel.identity_words import WAY_WORDS
from huiban.kernel.words import Words
from huiban.services import (
    ceremony,
    delegation_paper,
    delegation_signing,
    delegation_terms,
    delegation_uses,
    delegations,
    guide,
)
from huiban.services.delegation_signing import Confirmed
from huiban.services.delegation_terms import Asked
from huiban.services.delegation_uses import DelegationRefused
from huiban.services.facts import local_day
from huiban.services.refusal import AlreadyDone, FieldFault, Invalid, NotOpen, Stale
from huiban.store import ids
from huiban.store.models import DelegationRow
from huiban.web import acting, identity
from huiban.web import ceremony as pages
from huiban.web.ceremony import Failed, Setting
from huiban.web.delegation_events import events
from huiban.web.field_model import ProblemLink
from huiban.web.portal.papers import stranger_bytes
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_TEXTS = ("number", "delegate", "delegate_name", "purpose", "scenario", "starts_on", "ends_on",
          "uses_most")  # fmt: skip
_LISTS = ("items", "operations", "certificates")
_LONGEST, _MOST_PICKED = 500, 200
_STANDINGS: dict[str, tuple[str, Callable[[], str]]] = {
    "drafted": ("warn", lambda: _("等签名")),
    "proposed": ("info", lambda: _("等受托人接受")),
    "active": ("ok", lambda: _("生效中")),
    "not_yet": ("info", lambda: _("还没到时间")),
    "declined": ("", lambda: _("没有接受")),
    "revoked": ("", lambda: _("已撤销")),
    "expired": ("", lambda: _("已到期")),
    "used_up": ("", lambda: _("次数已用完")),
}


@require_safe
@never_cache
@signed_in
def listing(visit: Visit) -> HttpResponse:
    """Show what one's party delegated, and for whom one may act."""
    own = _own(visit)
    usable = {one.number for one in delegations.usable(own, visit.now)}
    context: Context = {
        "given": [_row(one, visit) for one in delegations.given(own)],
        "held": [
            _row(one, visit) | {"can_act": one.number in usable} for one in delegations.held(own)
        ],
        "acting_under": visit.actor.delegation,
        "may_give": bool(own.subject),
        "crumbs": [(_("首页"), "/"), (_("委托授权"), "")],
    }
    return render(visit.request, "portal/delegations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def make(visit: Visit) -> HttpResponse:
    """Ask for a new delegation, or write it down and go on to sign it."""
    return _make(visit, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def pass_on(visit: Visit, number: str) -> HttpResponse:
    """Ask for what is to be passed on of a delegation one holds."""
    return _make(visit, delegations.held_by_delegate(number, _own(visit)))


def _make(visit: Visit, above: DelegationRow | None) -> HttpResponse:
    if visit.request.method != "POST":
        return _form(visit, _usual(visit, above), above)
    sent = visit.request.POST
    typed: Context = {key: sent.get(key, "")[:_LONGEST].replace("\x00", "") for key in _TEXTS}
    typed |= {key: sent.getlist(key)[:_MOST_PICKED] for key in _LISTS}
    typed["may_pass_on"] = sent.get("may_pass_on") == "on"
    try:
        asked = _read(typed, local_day(visit.now))
        parent = above.number if above else ""
        row = delegations.write(asked, _own(visit), visit.now, parent)
    except AlreadyDone as done:
        return see_other(f"/delegations/{done.number}")
    except (Invalid, NotOpen) as refused:
        return _form(visit, typed, above, refused)
    return see_other(f"/delegations/{row.number}/sign")


@require_safe
@never_cache
@signed_in
def show(visit: Visit, number: str) -> HttpResponse:
    """Show one delegation with everything done and refused under it."""
    own = _own(visit)
    row = delegations.one_of(number, own)
    log = delegations.log(number, own, _before(visit))
    standing = delegations.standing_words_of(row, visit.now)
    is_held = row.delegate == own.number
    is_giver = not is_held or row.made_by == own.number
    here = f"/delegations/{number}"
    context: Context = {
        "row": _row(row, visit),
        "here": here,
        "facts": _facts(row, visit.language),
        "events": events(log.entries, visit.language),
        "older_url": f"{here}?before={log.older}#log" if log.older else "",
        "to_sign": standing == "drafted" and row.made_by == own.number,
        "to_answer": standing == "proposed" and is_held,
        "can_act": standing in ("active", "used_up") and is_held,
        "can_pass_on": standing == "active" and is_held and row.pass_on == "once",
        "can_revoke": standing in ("proposed", "active", "used_up", "not_yet") and is_giver,
        "is_acting": visit.actor.delegation == number,
        "crumbs": [(_("首页"), "/"), (_("委托授权"), "/delegations"), (_("委托书"), "")],
    }
    return render(visit.request, "portal/delegation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def sign(visit: Visit, number: str) -> HttpResponse:
    """Show the paper to its grantor, who proved who they are, or sign it."""
    try:
        if visit.request.method == "POST":
            return _confirm(visit, number)
        return _draw(visit, number)
    except NotOpen as refused:
        if refused.reason == delegation_signing.UNPROVED:
            return see_other(f"/identity/{delegation_signing.PURPOSE}/{number}")
        messages.warning(visit.request, refused.message.speak(visit.language))
        return see_other(f"/delegations/{number}")


def _confirm(visit: Visit, number: str) -> HttpResponse:
    delegation_signing.demand_proof(number, _own(visit), visit.now)
    begun = visit.request.POST.get("ceremony", "")[:32]
    said = pages.read_said(visit, begun)
    problems = pages.missing(visit, begun, said)
    if problems:
        return _draw(visit, number, Failed(said, tuple(problems)))
    sent = Confirmed(begun, said, identity.device_of(visit))
    try:
        delegation_signing.sign(number, sent, _own(visit), visit.now)
    except Stale as stale:
        return _draw(visit, number, Failed(said, refused=stale))
    except NotOpen as refused:
        if refused.reason != "away":
            raise
        return _draw(visit, number, Failed(said, refused=refused))
    messages.success(visit.request, _("委托书已签好。受托人登录后在“委托授权”里接受，就可以代办。"))
    return see_other(f"/delegations/{number}")


def _draw(visit: Visit, number: str, failed: Failed | None = None) -> HttpResponse:
    own, device = _own(visit), identity.device_of(visit)
    begun = delegation_signing.begin(number, own, visit.now, device)
    proof = delegation_signing.demand_proof(number, own, visit.now)
    here = f"/delegations/{number}"
    context: Context = {
        "here": here,
        "back_url": here,
        "proved_by": WAY_WORDS[Way(proof.way)].speak(visit.language),
        "crumbs": [(_("委托授权"), "/delegations"), (_("签署委托书"), "")],
    }
    template = "portal/delegation_sign.html"
    setting = Setting(template, f"{here}/sign", _("签署委托书"), context, proof)
    return pages.draw(visit, begun, setting, f"delegation:{number}", failed)


@require_POST
@never_cache
@signed_in
def answer(visit: Visit, number: str, answer: str) -> HttpResponse:
    """Accept, decline, revoke or throw away, as the button says."""
    own, sent = _own(visit), visit.request.POST.get("reason", "").replace("\x00", "")
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "accept": (
            lambda: delegations.accept(number, own, visit.now),
            _("已接受。点“代他办理”，就以委托人的名义办事。"),
        ),
        "decline": (
            lambda: delegations.decline(number, sent, own, visit.now),
            _("已回复不接受，委托人看得到您写的理由。"),
        ),
        "revoke": (
            lambda: delegations.revoke(number, sent, own, visit.now),
            _("委托已撤销，从现在起对方不能再代办。"),
        ),
        "discard": (lambda: delegations.discard(number, own), _("没有签的委托书已删除。")),
    }
    delegations.one_of(number, own)
    if answer not in steps:
        return see_other(f"/delegations/{number}")
    step, words = steps[answer]
    try:
        step()
    except (NotOpen, FieldFault) as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
        return see_other(f"/delegations/{number}")
    messages.success(visit.request, words)
    return see_other("/delegations" if answer == "discard" else f"/delegations/{number}")


@require_POST
@never_cache
@signed_in
def act(visit: Visit) -> HttpResponse:
    """Choose for whom to act from now on; nobody named is oneself."""
    number = visit.request.POST.get("delegation", "")[:32]
    if not number:
        acting.leave(visit.request)
        messages.success(visit.request, _("已切换回本人。"))
        return see_other("/")
    try:
        chosen = acting.choose(visit.request, number, _own(visit), visit.now)
    except DelegationRefused as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
        return see_other(f"/delegations/{number}")
    words = _("现在起您代 %(party)s 办理。") % {"party": chosen.subject_name}
    messages.success(visit.request, words)
    return see_other("/")


@require_safe
@never_cache
@signed_in
def document(visit: Visit, number: str) -> HttpResponse:
    """Give the paper, signed as soon as it is."""
    content = delegations.document(number, _own(visit))
    return stranger_bytes(visit.request, content, ceremony.PDF, f"{delegation_paper.TITLE}.pdf")


def _own(visit: Visit) -> Actor:
    """Delegations are given and answered as oneself, whoever one acts for meanwhile."""
    return visit.account.to_actor()


def _usual(visit: Visit, above: DelegationRow | None) -> Context:
    today = local_day(visit.now)
    ends = today + timedelta(days=delegation_terms.USUAL_DAYS - 1)
    if above is not None:
        ends = min(ends, delegation_paper.last_day(above).date())
    usual: Context = dict.fromkeys(_TEXTS, "") | {key: [] for key in _LISTS}
    usual |= {
        "number": ids.new_key(),
        "starts_on": today.isoformat(),
        "ends_on": ends.isoformat(),
        "operations": ["fill", "sign", "submit", "supply", "collect"],
        "may_pass_on": False,
    }
    if above is not None:
        usual["operations"] = json.loads(above.operations)
    return usual


def _form(
    visit: Visit,
    typed: Context,
    above: DelegationRow | None,
    refused: Invalid | NotOpen | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, Invalid) else ()
    faults = {one.path: one.message.speak(visit.language) for one in problems}
    links = [ProblemLink(f"#{path}", words) for path, words in faults.items()]
    if refused is not None and not links:
        links = [ProblemLink("#delegation", refused.message.speak(visit.language))]
    context: Context = {
        "typed": typed,
        "faults": faults,
        "items_fault": faults.get("items", ""),
        "links": links,
        "above": above,
        "url": f"/delegations/{above.number}/pass-on" if above else "/delegations/new",
        "most_days": delegation_terms.MOST_DAYS,
        "longest_purpose": delegation_terms.LONGEST_PURPOSE,
        **_choices(visit, above),
        "crumbs": [(_("委托授权"), "/delegations"), (_("新的委托"), "")],
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/delegation_form.html", context, status=status)


def _choices(visit: Visit, above: DelegationRow | None) -> Context:
    """Offer what can be delegated; of what is passed on, only what was given."""
    language, terms = visit.language, delegation_uses.terms_of(above) if above else None
    items = [
        (one.code, one.name.speak(language))
        for one in guide.all_items()
        if terms is None or terms.scope.has_item(one.code, delegation_terms.scenario_of(one.code))
    ]
    offered = [
        one for one in delegation_terms.OFFERED if terms is None or one in terms.scope.operations
    ]
    held = [] if above else delegation_terms.usable_certificates(_own(visit))
    named = [(one.number, f"{one.title} {one.number}") for one in held]
    if terms is not None:
        named = [(one, one) for one in sorted(terms.scope.certificates)]
    return {
        "all_items": items,
        "scenarios": []
        if above
        else [(one.code, one.name.speak(language)) for one in delegation_terms.scenarios()],
        "all_operations": [
            (str(one), delegation_paper.operation_words(one).speak(language)) for one in offered
        ],
        "all_certificates": named,
    }


def _read(typed: Context, today: date) -> Asked:
    count = typed["uses_most"].strip()
    is_number = count.isascii() and count.isdecimal() and len(count) < 6
    return Asked(
        number=typed["number"],
        delegate=typed["delegate"],
        delegate_name=typed["delegate_name"],
        purpose=typed["purpose"],
        items=typed["items"],
        scenario=typed["scenario"],
        operations=typed["operations"],
        certificates=typed["certificates"],
        starts_on=_day("starts_on", typed["starts_on"], today),
        ends_on=_day("ends_on", typed["ends_on"], today),
        uses_most=(int(count) if is_number else 0) if count else None,
        may_pass_on=typed["may_pass_on"],
    )


_DAYS = {"starts_on": Words("起日", "First day"), "ends_on": Words("止日", "Last day")}


def _day(name: str, typed: str, today: date) -> date | None:
    asked = Field(key=name, label=_DAYS[name], kind=FieldKind.DATE)
    try:
        text = read_date(asked, typed, today)
    except FieldRefused as refused:
        raise FieldFault(name, refused.message) from refused
    return date.fromisoformat(text) if text else None


def _row(row: DelegationRow, visit: Visit) -> Context:
    kind, words = _STANDINGS[delegations.standing_words_of(row, visit.now)]
    return {
        "number": row.number,
        "url": f"/delegations/{row.number}",
        "grantor": row.grantor_name,
        "delegate": row.delegate_name,
        "delegate_of": row.delegate_of,
        "purpose": row.purpose,
        "from": row.valid_from.astimezone(SHANGHAI).date(),
        "until": delegation_paper.last_day(row).date(),
        "uses": row.uses,
        "uses_most": row.uses_most,
        "state": words(),
        "kind": kind,
        "is_passed": bool(row.parent_id),
        "reason": row.reason,
        "is_signed": bool(row.signed_key),
    }


def _facts(row: DelegationRow, language: str) -> list[tuple[str, str]]:
    """List what the delegation says, as the paper does."""
    items = "\n".join(one.speak(language) for one in delegation_paper.item_words(row))
    operations = "\n".join(
        delegation_paper.operation_words(one).speak(language) for one in json.loads(row.operations)
    )
    certificates = "\n".join(json.loads(row.certificates))
    uses = _("不限次数") if row.uses_most is None else str(row.uses_most)
    passed = _("可以转委托一次") if row.pass_on == "once" else _("不得转委托")
    found = [
        (_("委托人"), row.grantor_name),
        (_("签署人"), row.made_by_name),
        (_("身份核实"), _proved_by(row, language)),
        (_("受托人"), f"{row.delegate_name}\n{row.delegate_of}".strip()),
        (_("办理事项"), items),
        (_("受托权限"), operations),
        (_("可用证照"), certificates),
        (_("最多次数"), uses),
        (_("转委托"), passed),
    ]
    return [(name, text) for name, text in found if text]


def _proved_by(row: DelegationRow, language: str) -> str:
    way = delegation_signing.way_of(row)
    return WAY_WORDS[Way(way)].speak(language) if way in set(Way) else ""


def _before(visit: Visit) -> int | None:
    text = visit.request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
