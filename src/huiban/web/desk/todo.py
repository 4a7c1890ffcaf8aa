# SPDX-License-Identifier: Apache-2.0
"""The to-do list (待办): open work by light, narrowed and searched, most urgent first."""

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.process import STAGES
from huiban.kernel.words import Words
from huiban.services import desk, waiting
from huiban.services.refusal import FieldFault
from huiban.store.lists import BadCursor, DeskCounts, DeskRow
from huiban.web.desk import narrow as narrows
from huiban.web.desk.frame import nav, places
from huiban.web.desk.narrow import LIGHTS, Narrow
from huiban.web.desk.speech import item_words, short_number, state_words
from huiban.web.templatetags.huiban import light, when
from huiban.web.visit import Context, Visit, at_desk, see_other

PAGE = 50
_KINDS = {
    "countersign": lambda: _("会签"),
    "signer": lambda: _("加签"),
    "sub_case": lambda: _("关联办件"),
}


@dataclass(slots=True)
class Row:
    """One line of the list, spoken already: fifty of them are drawn at a time."""

    url: str
    number: str
    short: str
    title: str
    item: str
    party: str
    step: str
    light: SafeString
    due: str
    since: str
    is_mine: bool
    is_late: bool


@never_cache
@require_safe
@at_desk
def todo(visit: Visit) -> HttpResponse:
    """Show an officer's open work; administrators, who have none, go to their own page."""
    found = places(visit.actor)
    if not found or found[0][0] != "/desk":
        return (
            see_other(found[0][0])
            if found
            else render(visit.request, "desk/nothing.html", {"desk_nav": []})
        )
    narrow = narrows.read(visit.request.GET)
    cursor = visit.request.GET.get("after", "")
    work = list_work(visit, narrow, cursor)
    context: Context = {
        "rows": _rows(visit, work.rows, narrow),
        "narrow": narrow,
        "no_search": f"/desk{narrow.query(q='')}",
        "only_mine": narrow.query(mine="1"),
        "not_mine": narrow.query(mine=""),
        "search_hidden": narrow.hidden("q"),
        "tallies": _tallies(work.counts, narrow),
        "filters": _filters(work.counts, narrow, visit.language),
        "next_url": _onward(narrow, work.cursor),
        "is_later": bool(cursor),
        "first_url": f"/desk{narrow.query()}",
        "total": work.counts.total,
        "besides": waiting.besides(visit.actor),
        "desk_nav": nav(visit, "/desk", None if narrow.q or narrow.mine else work.counts.total),
    }
    return render(visit.request, "desk/todo.html", context)


def list_work(visit: Visit, narrow: Narrow, cursor: str) -> desk.ToDo:
    """
    Return one page of work.

    :raises FieldFault: if the place to go on from was cut or made up.
    """
    try:
        return desk.todo(visit.actor, narrow.desk, cursor, PAGE)
    except BadCursor as fault:
        raise bad_cursor(fault) from fault


def bad_cursor(fault: BadCursor) -> FieldFault:
    english = "This place in the list is not valid; open the list again from its first page"
    return FieldFault("after", Words(str(fault), english))


def _rows(visit: Visit, rows: tuple[DeskRow, ...], narrow: Narrow) -> list[Row]:
    """Put the rows into words; the same words of many rows are spoken once."""
    query, language, now = narrow.query(), visit.language, visit.now
    lights = {name: light(name) for name in {row.light for row in rows}}
    items = {code: item_words(code, language) for code in {row.item_code for row in rows}}
    steps = {
        key: _step(*key, language)
        for key in {(row.item_code, row.task_state, row.task_kind) for row in rows}
    }
    return [
        Row(
            url=f"/desk/cases/{row.number}{query}",
            number=row.number,
            short=short_number(row.number),
            title=row.title,
            item=items[row.item_code],
            party=row.subject_name,
            step=steps[row.item_code, row.task_state, row.task_kind],
            light=lights[row.light],
            due=desk.due_words(row.due_at, row.light, language, now),
            since=when(row.submitted_at, now),
            is_mine=bool(row.holder),
            is_late=row.light in ("red", "overdue"),
        )
        for row in rows
    ]


def _step(item: str, state: str, kind: str, language: str) -> str:
    words = state_words(item, state, language)
    return f"{_KINDS[kind]()} · {words}" if kind in _KINDS else words


def _tallies(counts: DeskCounts, narrow: Narrow) -> list[Context]:
    """Return the lights with their counts; one that nobody has is left out unless it is chosen."""
    found: list[Context] = [
        {
            "url": f"/desk{narrow.query(light='')}",
            "count": counts.total,
            "words": _("全部待办"),
            "current": not narrow.light,
        }
    ]
    for name in LIGHTS:
        count = counts.by_light.get(name, 0)
        if count or name == narrow.light or name in ("overdue", "red", "amber", "green"):
            found.append(
                {
                    "url": f"/desk{narrow.query(light=name)}",
                    "count": count,
                    "light": light(name),
                    "current": name == narrow.light,
                }
            )
    return found


def _filters(counts: DeskCounts, narrow: Narrow, language: str) -> list[Context]:
    """Return the filters beside the list: by stage and by item."""
    stages = [
        _choice(narrow, "stage", code, STAGES[code].speak(language), counts.by_stage)
        for code in STAGES
        if code in counts.by_stage or code == narrow.stage
    ]
    codes = sorted({*counts.by_item, *filter(None, [narrow.item])})
    items = [
        _choice(narrow, "item", code, item_words(code, language), counts.by_item) for code in codes
    ]
    everything = {"words": _("全部"), "count": counts.total}
    return [
        {
            "title": _("环节"),
            "links": [
                {
                    **everything,
                    "url": f"/desk{narrow.query(stage='')}",
                    "current": not narrow.stage,
                },
                *stages,
            ],
        },
        {
            "title": _("事项"),
            "links": [
                {**everything, "url": f"/desk{narrow.query(item='')}", "current": not narrow.item},
                *items,
            ],
        },
    ]


def _choice(narrow: Narrow, name: str, code: str, words: str, counts: dict[str, int]) -> Context:
    return {
        "url": f"/desk{narrow.query(**{name: code})}",
        "words": words,
        "count": counts.get(code, 0),
        "current": getattr(narrow, name) == code,
    }


def _onward(narrow: Narrow, cursor: str) -> str:
    if not cursor:
        return ""
    after = QueryDict(mutable=True)
    after["after"] = cursor
    query = narrow.query()
    return f"/desk{query}{'&' if query else '?'}{after.urlencode()}"
