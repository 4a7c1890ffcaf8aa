# SPDX-License-Identifier: Apache-2.0
"""Certificates on the desk (证照目录): the kinds this city issues, and the list, searched."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.certificate import Ending
from huiban.services import certificate_lists, certify
from huiban.services.certificate_grants import party_name
from huiban.services.certificate_lists import STATES, KindShown, Narrow
from huiban.services.facts import local_day
from huiban.store.models import Certificate
from huiban.web.certificate_events import department_words
from huiban.web.desk.frame import nav
from huiban.web.portal.papers import STATES as WORTHS
from huiban.web.visit import Context, Visit, at_desk

_HERE = "/desk/certificates"
_KINDS = "/desk/certificate-kinds"
_LARGEST_PAGE = 1000
_TEXT = 100
Say = Callable[[], str]
ENDINGS: dict[Ending, Say] = {
    Ending.ANNUL: lambda: _("撤销"),
    Ending.WITHDRAW: lambda: _("撤回"),
    Ending.REVOKE: lambda: _("吊销"),
}


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List the certificates of an officer's department, searched and narrowed."""
    narrow, number = _narrow(visit), _page(visit)
    found = certificate_lists.listing(narrow, visit.actor, visit.now, number)
    page = Paginator(range(found.total), certificate_lists.PAGE).get_page(number)
    if page.number != number:
        found = certificate_lists.listing(narrow, visit.actor, visit.now, page.number)
    context: Context = {
        "narrow": {"q": narrow.text},
        "search_hidden": [(name, value) for name, value in _kept(narrow) if name != "q"],
        "rows": [row(one, visit) for one in found.rows],
        "page": page,
        "total": found.total,
        "tabs": _tabs(narrow, found.waiting),
        "kinds": _kind_links(narrow, visit),
        "states": _state_links(narrow),
        "is_narrow": bool(_kept(narrow)),
        "kinds_url": _KINDS,
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/certificates.html", context)


@never_cache
@require_safe
@at_desk
def kinds(visit: Visit) -> HttpResponse:
    """Show the kinds this city issues: numbering, validity, renewal, basis, and how many."""
    found = certificate_lists.kinds(visit.actor, visit.now)
    context: Context = {
        "rows": [_kind(one, visit.language) for one in found],
        "crumbs": [(_("证照"), _HERE), (_("证照种类"), "")],
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/certificate_kinds.html", context)


def row(held: Certificate, visit: Visit) -> Context:
    """Say of a certificate what a list shows."""
    kind, words = WORTHS[certify.state_of(held, local_day(visit.now))]
    return {
        "url": way_to(held.number),
        "number": held.number,
        "title": held.title,
        "holder": party_name(held.subject_code, held.subject_name),
        "issued_at": held.issued_at,
        "valid_until": held.valid_until,
        "state": words(),
        "kind": kind,
        "proposed": ending_words(held.proposed),
    }


def _kind(one: KindShown, language: str) -> Context:
    kind = one.kind
    valid = kind.valid.at_most if kind.valid else ""
    return {
        "name": kind.name.speak(language),
        "url": f"{_HERE}?{urlencode({'kind': kind.code})}",
        "type_code": kind.type_code,
        "issuer": department_words(kind.department, language) if kind.department else "",
        "pattern": kind.number.pattern if kind.number else "",
        "valid": _span_words(valid),
        "is_asked": bool(kind.valid and kind.valid.ends),
        "renewal": kind.renewal_days_before,
        "basis": kind.basis,
        "total": one.total,
        "ending": one.ending,
        "ending_url": f"{_HERE}?{urlencode({'kind': kind.code, 'show': 'ending'})}",
        "states": [
            (WORTHS[state][1](), WORTHS[state][0], count)
            for state in STATES
            if (count := one.states.get(state, 0))
        ],
    }


def _span_words(text: str) -> str:
    count, _space, unit = text.partition(" ")
    if not text:
        return ""
    n = int(count)
    if unit.startswith("year"):
        return ngettext("%(n)s 年", "%(n)s 年", n) % {"n": n}
    if unit.startswith("month"):
        return ngettext("%(n)s 个月", "%(n)s 个月", n) % {"n": n}
    return ngettext("%(n)s 天", "%(n)s 天", n) % {"n": n}


def _narrow(visit: Visit) -> Narrow:
    sent = visit.request.GET
    text, kind, state = (
        sent.get(name, "").replace("\x00", "")[:_TEXT] for name in ("q", "kind", "state")
    )
    shown = sent.get("show", "")
    state = state if state in STATES else ""
    return Narrow(text, kind, state, shown == "ending", shown == "proposed")


def _kept(narrow: Narrow) -> list[tuple[str, str]]:
    shown = "ending" if narrow.is_ending else "proposed" if narrow.is_proposed else ""
    every = (("q", narrow.text), ("kind", narrow.kind), ("state", narrow.state), ("show", shown))
    return [(name, value) for name, value in every if value]


def _way(narrow: Narrow, **changed: str) -> str:
    said = {name: value for name, value in {**dict(_kept(narrow)), **changed}.items() if value}
    return f"{_HERE}?{urlencode(said)}" if said else _HERE


def _tabs(narrow: Narrow, waiting: int) -> list[Context]:
    every = (
        ("", _("全部"), None, not (narrow.is_ending or narrow.is_proposed)),
        ("ending", _("90 天内到期"), None, narrow.is_ending),
        ("proposed", _("等待确认"), waiting, narrow.is_proposed),
    )
    return [
        {
            "url": _way(narrow, show=code, state=""),
            "words": words,
            "count": count,
            "current": current,
        }
        for code, words, count, current in every
    ]


def _kind_links(narrow: Narrow, visit: Visit) -> list[Context]:
    known = certificate_lists.kinds(visit.actor, visit.now)
    every = [("", _("全部"), sum(one.total for one in known))]
    every += [(one.kind.code, one.kind.name.speak(visit.language), one.total) for one in known]
    return [
        {
            "url": _way(narrow, kind=code),
            "words": words,
            "count": count,
            "current": narrow.kind == code,
        }
        for code, words, count in every
    ]


def _state_links(narrow: Narrow) -> list[Context]:
    every = [("", _("全部")), *((state, WORTHS[state][1]()) for state in STATES)]
    return [
        {"url": _way(narrow, state=code), "words": words, "current": narrow.state == code}
        for code, words in every
    ]


def ending_words(ending: str) -> str:
    """Name an ending that was proposed; nothing where none is."""
    return ENDINGS[Ending(ending)]() if ending else ""


def way_to(number: str) -> str:
    """Return where the desk shows a certificate."""
    return f"{_HERE}/{quote(number, safe='')}"


def _page(visit: Visit) -> int:
    text = visit.request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, _LARGEST_PAGE))
