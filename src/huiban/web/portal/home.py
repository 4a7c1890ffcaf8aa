# SPDX-License-Identifier: Apache-2.0
"""The first screen and the search: what waits for you, and what you might want to do."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.catalogue import Item
from huiban.kernel.clock import Limit, Unit
from huiban.services import city, desk, guide, mine, signing
from huiban.services.guide import Effort
from huiban.services.sign_request_model import last_day
from huiban.web.clock import now
from huiban.web.portal import sign_tasks
from huiban.web.portal.steps import life_words
from huiban.web.visit import Context, actor_of, language_of

_OFTEN = 4
_MOST_SUGGESTED = 6
_DAY_HOURS = 24
_MOST_TO_SIGN = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for this visitor and what the city offers."""
    actor, moment, language = actor_of(request), now(), language_of(request)
    items = guide.all_items()
    waiting = mine.waiting(actor, moment) if actor else None
    context: Context = {
        "waiting": _waiting(waiting, _to_sign(actor), language, moment)
        if actor and waiting
        else None,
        "often": [
            {"url": f"/items/{one.code}", "words": full_name(one, language)}
            for one in items[:_OFTEN]
        ],
        "groups": _groups(items, language, moment),
    }
    return render(request, "portal/home.html", context)


def _groups(items: list[Item], language: str, moment: datetime) -> list[Context]:
    """Put the items of one permit together, in the order of its life."""
    groups: dict[str, Context] = {}
    for item in items:
        scenario = city.item(item.code).scenario
        group = groups.setdefault(
            scenario.code, {"name": scenario.name.speak(language), "items": [], "lives": []}
        )
        group["items"].append(card(item, language, moment))
        group["lives"].append(life_words(str(item.life)))
    return [group | {"lives": _("、").join(group["lives"])} for group in groups.values()]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer a search; a script that is typed into gets only the suggestions."""
    query = request.GET.get("q", "").strip()[:100]
    language = language_of(request)
    if request.headers.get("HX-Request"):
        found = guide.find(query, _MOST_SUGGESTED)
        hits = [
            {"url": f"/items/{item.code}", "name": full_name(item, language),
             "why": why.speak(language)}
            for item, why in found.items
        ]  # fmt: skip
        return render(request, "parts/suggestions.html", {"hits": hits, "query": query})
    found = guide.find(query)
    moment = now()
    context: Context = {
        "query": query,
        "results": [
            {"item": card(item, language, moment), "why": why.speak(language)}
            for item, why in found.items
        ],
        "suggestions": [
            card(one, language, moment)
            for one in (found.suggestions if query else guide.all_items()[:_OFTEN])
        ],
    }
    return render(request, "portal/search.html", context)


def left_words(left: int) -> str:
    """Say how much of a draft is left to do."""
    if not left:
        return _("都填好了，可以提交")
    return ngettext("还差 %(n)s 项", "还差 %(n)s 项", left) % {"n": left}


def full_name(item: Item, language: str) -> str:
    """Return an item with its life, as people tell the four apart."""
    name = item.name.speak(language)
    life = life_words(str(item.life))
    return name if life.lower() in name.lower() else f"{name} · {life}"


def card(item: Item, language: str, moment: datetime) -> Context:
    """Return an item's card with what it will cost the applicant."""
    placed = city.item(item.code)
    owner = city.common().departments.get(placed.scenario.owner)
    return {
        "url": f"/items/{item.code}",
        "name": item.name.speak(language),
        "department": owner.name.speak(language) if owner else "",
        "chip": life_words(str(item.life)),
        "chip_kind": "info",
        "effort": effort_figures(guide.effort(placed, moment), item),
    }


def effort_figures(effort: Effort, item: Item) -> list[tuple[str, str]]:
    """Return the three figures that say what an item costs."""
    figures = [
        (
            ngettext("%(n)s 项", "%(n)s 项", effort.to_type) % {"n": effort.to_type},
            _("要您填（共 %(total)s）") % {"total": effort.fields},
        ),
        (
            ngettext("%(n)s 份", "%(n)s 份", effort.to_bring) % {"n": effort.to_bring},
            _("要交的材料"),
        ),
    ]
    if effort.median_hours is not None:
        days = effort.median_hours / _DAY_HOURS
        figures.append(
            (
                _hours(effort.median_hours) if days < 1 else _("%(days).1f 天") % {"days": days},
                _("近 90 天中位办结（%(n)s 件）") % {"n": effort.decided},
            )
        )
    elif item.committed:
        figures.append((limit_words(item.committed), _("承诺办结")))
    return figures


def _hours(hours: float) -> str:
    return _("%(hours).1f 小时") % {"hours": hours}


def limit_words(limit: Limit) -> str:
    """Return a time limit in the page's language."""
    n = limit.amount
    return {
        Unit.WORK_DAY: ngettext("%(n)s 个工作日", "%(n)s 个工作日", n),
        Unit.CALENDAR_DAY: ngettext("%(n)s 天", "%(n)s 天", n),
        Unit.WORK_HOUR: ngettext("%(n)s 个工作小时", "%(n)s 个工作小时", n),
        Unit.CONTINUOUS_HOUR: ngettext("%(n)s 小时", "%(n)s 小时", n),
    }[limit.unit] % {"n": n}


def _to_sign(actor: Actor) -> list[Context]:
    """Return what waits for this person's signature; officers have a list of their own."""
    found = [] if actor.kind is ActorKind.OFFICER else signing.waiting(actor)
    return [
        {
            "url": sign_tasks.way_of(one),
            "words": _("签署：%(title)s") % {"title": one.request.title},
            "note": _("%(day)s 前签完") % {"day": last_day(one.request).isoformat()},
            "kind": "warn",
        }
        for one in found[:_MOST_TO_SIGN]
    ]


def _waiting(
    waiting: mine.Waiting, to_sign: list[Context], language: str, moment: datetime
) -> Context:
    lines: list[Context] = [
        {
            "url": f"/cases/{one.number}",
            "words": _("补正：%(title)s") % {"title": one.title},
            "note": desk.due_words(one.due_at, one.light, language, moment),
            "kind": "warn",
        }
        for one in waiting.corrections
    ]
    lines += to_sign
    lines += [
        {
            "url": f"/drafts/{one.draft.number}/{one.draft.section}",
            "words": _("继续填写：%(title)s") % {"title": one.draft.title},
            "note": left_words(one.left),
            "at": one.draft.updated_at,
            "kind": "",
        }
        for one in waiting.drafts
    ]
    lines += [
        {
            "url": f"/items/{item.code}?certificate={held.number}",
            "words": _("快到期：%(title)s") % {"title": held.title},
            "note": ngettext("还有 %(n)s 天，可以申请延续", "还有 %(n)s 天，可以申请延续", left)
            % {"n": left},
            "kind": "warn",
        }
        for held, item, left in waiting.renewals
    ]
    return {"lines": lines, "unread": waiting.unread, "count": len(lines)}
