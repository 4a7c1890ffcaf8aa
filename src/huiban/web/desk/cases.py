# SPDX-License-Identifier: Apache-2.0
"""The department's cases (在办与已办): every case whoever has it, newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.process import STAGES
from huiban.services import city, desk
from huiban.services.casepage import stage_words
from huiban.store.lists import BadCursor, ListedCase
from huiban.web.desk import narrow as narrows
from huiban.web.desk.frame import nav
from huiban.web.desk.narrow import Narrow
from huiban.web.desk.speech import item_words, short_number
from huiban.web.desk.todo import PAGE, bad_cursor
from huiban.web.templatetags.huiban import light, when
from huiban.web.visit import Context, Visit, at_desk

_SHOWN: tuple[tuple[str, bool | None, Callable[[], str]], ...] = (
    ("open", True, lambda: _("在办")),
    ("closed", False, lambda: _("已办结")),
    ("", None, lambda: _("全部")),
)


@dataclass(slots=True)
class Row:
    url: str
    number: str
    short: str
    title: str
    item: str
    party: str
    stage: str
    light: SafeString
    due: str
    since: str
    is_late: bool


@never_cache
@require_safe
@at_desk
def cases(visit: Visit) -> HttpResponse:
    """List the cases of the officer's department."""
    sent = visit.request.GET
    narrow, show = narrows.read(sent), sent.get("show", "open")
    is_open = next((flag for code, flag, _words in _SHOWN if code == show), True)
    try:
        page = desk.department_cases(
            visit.actor, narrow.cases(is_open), sent.get("after", ""), PAGE
        )
    except BadCursor as fault:
        raise bad_cursor(fault) from fault
    context: Context = {
        "rows": [_row(visit, row) for row in page.rows],
        "narrow": narrow,
        "show": show,
        "search_hidden": [*narrow.hidden("q", "mine", "light"), ("show", show)],
        "tabs": [
            {"url": _way(narrow, code), "words": words(), "current": code == show}
            for code, _flag, words in _SHOWN
        ],
        "stages": _stages(narrow, show, visit.language),
        "items": _items(narrow, show, visit.language),
        "next_url": _way(narrow, show, page.cursor) if page.cursor else "",
        "first_url": _way(narrow, show) if sent.get("after") else "",
        "desk_nav": nav(visit, "/desk/cases"),
    }
    return render(visit.request, "desk/cases.html", context)


def _row(visit: Visit, row: ListedCase) -> Row:
    is_over = bool(row.closed_at)
    return Row(
        url=f"/desk/cases/{row.number}",
        number=row.number,
        short=short_number(row.number),
        title=row.title,
        item=item_words(row.item_code, visit.language),
        party=row.subject_name,
        stage=stage_words(row.stage, row.outcome).speak(visit.language),
        light=light("done" if is_over and row.light != "overdue" else row.light),
        due=when(row.closed_at, visit.now)
        if is_over
        else desk.due_words(row.due_at, row.light, visit.language, visit.now),
        since=when(row.submitted_at, visit.now),
        is_late=row.light in ("red", "overdue") and not is_over,
    )


def _way(narrow: Narrow, show: str, after: str = "", **changed: str) -> str:
    kept = {"show": show, "stage": narrow.stage, "item": narrow.item, "q": narrow.q, **changed}
    said = {name: value for name, value in kept.items() if value or name == "show"}
    if after:
        said["after"] = after
    return f"/desk/cases?{urlencode(said)}"


def _stages(narrow: Narrow, show: str, language: str) -> list[Context]:
    links = [("", _("全部"))] + [(code, words.speak(language)) for code, words in STAGES.items()]
    return [
        {"url": _way(narrow, show, stage=code), "words": words, "current": narrow.stage == code}
        for code, words in links
    ]


def _items(narrow: Narrow, show: str, language: str) -> list[Context]:
    links = [("", _("全部"))] + [(code, item_words(code, language)) for code in city.items()]
    return [
        {"url": _way(narrow, show, item=code), "words": words, "current": narrow.item == code}
        for code, words in links
    ]
