# SPDX-License-Identifier: Apache-2.0
"""The tab of the data check (数据核验): what was filed beside what is registered, the criteria."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from huiban.kernel.analysis_match import Agreement, Line
from huiban.kernel.form import Form, Speech, speak_as
from huiban.kernel.resource import masked
from huiban.services import city, data_check, disputes
from huiban.services.checked import Checked
from huiban.services.desk import DeskCase
from huiban.store.models import Dispute
from huiban.web.desk import points
from huiban.web.desk.check_words import (
    AGREEMENTS,
    RegisterWords,
    gap_words,
    held_text,
    source_name,
)
from huiban.web.visit import Context, Visit

_FIRST = (Agreement.DIFFERS, Agreement.ABSENT, Agreement.STALE, Agreement.UNKNOWN, Agreement.SAME)
_FEW, _MANY = 20, 40
"""So many comparisons are shown at once; of more, those that do not agree, and so many of them."""
_DISPUTES: Mapping[str, tuple[Callable[[], str], str]] = {
    "open": (lambda: _("等数据部门答复"), "warn"),
    "upheld": (lambda: _("数据部门认为登记无误"), "info"),
    "corrected": (lambda: _("数据部门已更正"), "ok"),
}


@dataclass(slots=True)
class Filed:
    """What the applicant filed, as `desk/masked.html` shows an answer."""

    key: str
    label: str
    text: str
    is_masked: bool


@dataclass(slots=True)
class Row:
    """One comparison in words; `place` is its number in the check, by which it is revealed."""

    place: int
    label: str
    filed: Filed
    can_reveal_filed: bool
    held: str
    is_held_masked: bool
    source: str
    source_url: str
    as_of: date | None
    asked_at: datetime | None
    verdict: str
    kind: str
    sign: str
    why: str


@dataclass(slots=True)
class Disputed:
    """One thing the applicant says a register has wrong."""

    label: str
    source: str
    registered: str
    claimed: str
    reason: str
    evidence: str
    state: str
    kind: str
    answer: str


def context(visit: Visit, found: DeskCase) -> Context:
    """Gather the tab; an officer who has the task asks what nobody asked yet."""
    number, language = found.page.number, visit.language
    check = data_check.look(number, visit.actor, visit.now)
    checked, form = check.checked, found.page.form
    lines = sorted(enumerate(checked.lines), key=lambda one: _FIRST.index(one[1].agreement))
    rows = [_row(checked, place, line, language) for place, line in lines]
    count = Counter(line.agreement for line in checked.lines)
    unsettled = len(rows) - count[Agreement.SAME]
    shown = len(rows) if len(rows) <= _FEW else min(unsettled, _MANY)
    return {
        "check": views(checked, form, language),
        "rows": rows[:shown],
        "more": rows[shown:],
        "total": len(rows),
        "counts": [
            (f"{AGREEMENTS[one][0]()} {count[one]}", AGREEMENTS[one][1], AGREEMENTS[one][2])
            for one in _FIRST
            if count[one]
        ],
        "disputed": [_disputed(one, form, language) for one in disputes.of_matter(number)],
        "asked_at": checked.asked_at,
        "is_waiting": checked.is_waiting,
        "silent": _silent(checked, language),
        "unasked": 0 if check.can_ask else len(checked.unasked),
        "can_ask": check.can_ask,
        "can_reveal_held": check.can_reveal,
        "told": {},
    }


def views(checked: Checked | None, form: Form, language: str) -> Context:
    """Return the criteria over registers as points are drawn; without a check, none."""
    if checked is None:
        return points.views_of(None, points.FormWords(form, language), language)
    return points.views_of(checked.judgment, RegisterWords(checked, language), language)


def _row(checked: Checked, place: int, line: Line, language: str) -> Row:
    words, kind, sign = AGREEMENTS[line.agreement]
    held, is_masked = (
        held_text(checked, line.match, line.held, line.field)
        if line.held is not None
        else ("", False)
    )
    label = _label(checked.dossier.form, line, language)
    return Row(
        place=place,
        label=label,
        filed=_filed(line, label, language),
        # A cell of a table has no name of its own to reveal it by.
        can_reveal_filed=line.row is None,
        held=held,
        is_held_masked=is_masked,
        source=source_name(checked.dossier, line.match.source, language),
        source_url=f"/desk/resources/{line.match.source}",
        as_of=line.answer.as_of if line.answer else None,
        asked_at=line.answer.asked_at if line.answer else None,
        verdict=_("名录里没有") if line.is_none else words(),
        kind=kind,
        sign=sign,
        why=_why(checked, line),
    )


def _why(checked: Checked, line: Line) -> str:
    if line.is_none:
        return _("这份名录是完整的，而且数据新鲜，其中没有")
    return gap_words(line.gap, checked.dossier, line.match.source) if line.gap else ""


def _label(form: Form, line: Line, language: str) -> str:
    label = line.field.label.speak(language)
    table = form.field(line.match.path.partition(".")[0])
    if line.row is None or table is None:
        return label
    words = {"table": table.label.speak(language), "row": line.row + 1, "label": label}
    return _("%(table)s 第 %(row)s 行 · %(label)s") % words


def _filed(line: Line, label: str, language: str) -> Filed:
    speech = Speech(language, city.common().division_names, is_masked=True)
    text = speak_as(line.field, line.filed, speech)
    return Filed(line.match.path, label, text, line.field.sensitive and bool(text))


def _silent(checked: Checked, language: str) -> list[tuple[str, str]]:
    """Name the registers that gave no answer, each once, with the reason."""
    found: Mapping[str, str] = {
        one.fact.source: gap_words(one.gap, checked.dossier, one.fact.source)
        for one in checked.known.values()
        if one.gap in data_check.SILENT
    } | {
        one.match.source: gap_words(one.gap, checked.dossier, one.match.source)
        for one in checked.lines
        if one.gap in data_check.SILENT
    }
    return [(source_name(checked.dossier, source, language), why) for source, why in found.items()]


def _disputed(one: Dispute, form: Form, language: str) -> Disputed:
    resource = city.loaded().catalogue.resources.get(one.resource)
    item = resource.item(one.content) if resource else None
    mask = item.mask if item and item.is_masked else None
    field = form.field(one.path)
    words, kind = _DISPUTES[one.state]
    return Disputed(
        label=field.label.speak(language) if field else one.path,
        source=resource.name.speak(language) if resource else one.resource,
        registered=str(masked(one.registered, mask)),
        claimed=str(masked(one.claimed, mask)),
        reason=one.reason,
        evidence=f"/files/{one.evidence}" if one.evidence else "",
        state=words(),
        kind=kind,
        answer=one.answer,
    )
