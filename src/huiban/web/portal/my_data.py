# SPDX-License-Identifier: Apache-2.0
"""My data (我的数据): who asked what about me, what I agreed to, and what I say is wrong."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.kernel.words import Words
from huiban.services import consents, disputes, my_data
from huiban.services.consents import Given
from huiban.services.my_data import Asker, Line
from huiban.services.refusal import NotFound
from huiban.store.lists import BadCursor
from huiban.store.models import Dispute
from huiban.web.visit import Context, Visit, see_other, signed_in

_HERE = "/my-data"
_SHOWS = ("", "consents", "disputes")
_DRAFT_DIGITS = 32
_Say = Callable[[], str]
_OUTCOMES: dict[str, tuple[_Say, str, _Say]] = {
    "found": (lambda: _("查到了"), "ok", str),
    "absent": (lambda: _("没有记录"), "", str),
    "pending": (lambda: _("正在查"), "info", str),
    "timeout": (lambda: _("没有答复"), "warn", str),
    "broken": (lambda: _("接口故障"), "warn", str),
    "refused": (lambda: _("没有查"), "", lambda: _("不符合共享条件，没有发出")),
    "busy": (lambda: _("没有查"), "", lambda: _("当天查询次数已满，没有发出")),
    "": (lambda: _("看了全文"), "info", lambda: _("查看了平时遮盖的内容")),
}
DISPUTE_STATES: dict[str, tuple[_Say, str]] = {
    Dispute.State.OPEN: (lambda: _("等部门答复"), "info"),
    Dispute.State.UPHELD: (lambda: _("部门核实无误"), ""),
    Dispute.State.CORRECTED: (lambda: _("部门已更正"), "ok"),
}


@require_safe
@never_cache
@signed_in
def show(visit: Visit) -> HttpResponse:
    """Show the requests about a party, its consents, or its disputes."""
    ask = visit.request.GET
    shown = ask.get("show", "")
    shown = shown if shown in _SHOWS else ""
    given, disputed = consents.mine(visit.actor), disputes.of_subject(visit.actor)
    context: Context = {
        "show": shown,
        "tabs": _tabs(shown, len(given), len(disputed)),
        "crumbs": [(_("首页"), "/"), (_("我的数据"), "")],
        "consents": [_consent(one, visit.language) for one in given],
        "disputes": [_dispute(one, visit.language) for one in disputed],
    }
    if not shown:
        try:
            context |= _requests(visit, given)
        except BadCursor:
            return see_other(_HERE)
    return render(visit.request, "portal/my_data.html", context)


@require_POST
@never_cache
@signed_in
def withdraw(visit: Visit) -> HttpResponse:
    """Take a consent back."""
    number = visit.request.POST.get("consent", "")[:32]
    try:
        consents.withdraw(number, visit.actor, visit.now)
    except NotFound as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
    else:
        messages.success(visit.request, _("同意已撤回，从现在起不会再凭它查询。"))
    return see_other(f"{_HERE}?show=consents")


def _requests(visit: Visit, given: list[Given]) -> Context:
    ask = visit.request.GET
    resource, cursor = ask.get("resource", "")[:64], ask.get("after", "")
    page = my_data.page(visit.actor, visit.now, resource, cursor)
    in_force = {one.consent.number for one in given if one.is_in_force}
    known = my_data.resources(visit.actor)
    return {
        "lines": [_line(one, visit, in_force) for one in page.lines],
        "after_url": _way(resource=resource, after=page.cursor) if page.cursor else "",
        "first_url": _way(resource=resource) if cursor else "",
        "is_narrow": bool(resource or cursor),
        "resources": _resources(known, resource, visit.language) if len(known) > 1 else [],
        "whole": (whole := my_data.whole(visit.actor)),
        "checked": _checked_words(whole.checked),
    }


def _line(one: Line, visit: Visit, in_force: set[str]) -> Context:
    language = visit.language
    words, kind, more = _OUTCOMES.get(one.outcome, _OUTCOMES["broken"])
    return {
        "at": one.at,
        "who": _who(one.asker, language),
        "party": one.asker.party,
        "resource": one.resource.speak(language),
        "provider": one.provider.speak(language),
        "asked": _joined(one.asked, language),
        "returned": _joined(one.returned, language) if one.returned != one.asked else "",
        "for": (one.item or one.purpose).speak(language),
        "place": one.place if one.is_mine else None,
        "outcome": words(),
        "kind": kind,
        "more": more(),
        "is_about_me": one.is_about_me,
        "consent": one.consent if one.consent in in_force else "",
        "is_noticed": one.consent == "notice",
        "is_withdrawn": len(one.consent) == 32 and one.consent not in in_force,
        "request": one.request,
    }


def _who(asker: Asker, language: str) -> str:
    if asker.is_self:
        return _("您本人")
    if asker.department:
        return " ".join(one for one in (asker.department.speak(language), asker.name) if one)
    return asker.name or _("申请人本人")


def _joined(labels: tuple[Words, ...], language: str) -> str:
    comma = ", " if language.startswith("en") else "、"
    return comma.join(one.speak(language) for one in labels)


def _consent(one: Given, language: str) -> Context:
    return {
        "number": one.consent.number,
        "resource": one.resource.speak(language),
        "provider": one.provider.speak(language),
        "purpose": one.purpose.speak(language),
        "given_at": one.consent.given_at,
        "withdrawn_at": one.consent.withdrawn_at,
        "is_in_force": one.is_in_force,
    }


def _dispute(one: Dispute, language: str) -> Context:
    words, kind = DISPUTE_STATES[one.state]
    return {
        "number": one.number,
        "what": disputes.item_words(one).speak(language),
        "registered": one.registered,
        "claimed": one.claimed,
        "reason": one.reason,
        "answer": one.answer,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "state": words(),
        "kind": kind,
        "case": "" if len(one.matter) == _DRAFT_DIGITS else one.matter,
    }


def _tabs(shown: str, consented: int, disputed: int) -> list[Context]:
    every = (("", _("查询记录"), None), ("consents", _("我的同意"), consented),
             ("disputes", _("数据异议"), disputed))  # fmt: skip
    return [
        {"url": _way(show=code), "words": words, "count": count, "current": shown == code}
        for code, words, count in every
    ]


def _resources(known: list[tuple[str, Words]], chosen: str, language: str) -> list[Context]:
    every = [("", _("全部")), *((key, words.speak(language)) for key, words in known)]
    return [
        {"url": _way(resource=key), "words": words, "current": key == chosen}
        for key, words in every
    ]


def _checked_words(checked: int) -> str:
    """Say how many lines were found to be as they were written."""
    return ngettext(
        "关于您的最近 %(n)s 条记录都核对过，和写下时一样，没有被改动或删除。",
        "关于您的最近 %(n)s 条记录都核对过，和写下时一样，没有被改动或删除。",
        checked,
    ) % {"n": checked}


def _way(**said: str) -> str:
    kept = {name: value for name, value in said.items() if value}
    return f"{_HERE}?{urlencode(kept)}" if kept else _HERE
