# SPDX-License-Identifier: Apache-2.0
"""The action bar: which acts are open to this officer, which go at once and which ask first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiban.kernel.process import Chart, OpenAct, StateKind
from huiban.services.casepage import CasePage
from huiban.web.desk.narrow import Narrow
from huiban.web.desk.speech import department_words, person_name

ONWARD = ("accept", "pass", "reply", "grant", "agree", "resume")
TURNING = frozenset({"request_correction", "decline", "refuse", "disagree", "send_back"})
# What one press may do, with the opinion beside it; everything else is asked and confirmed first.
_AT_ONCE = frozenset({"accept", "pass", "claim", "agree", "resume"})
_ICONS = {
    "transfer": "send", "countersign": "people", "add_signer": "sign", "send_back": "undo",
    "suspend": "pause", "extend": "calendar", "supervise": "bell", "claim": "inbox",
    "open_sub_case": "link",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActView:
    """One button: where it goes, how it looks, and why it cannot be pressed if it cannot."""

    name: str
    task: str
    words: str
    url: str
    kind: str
    icon: str
    blocked: str
    is_at_once: bool

    @property
    def value(self) -> str:
        return f"{self.name}:{self.task}"


@dataclass(frozen=True, slots=True)
class Bar:
    main: ActView | None
    beside: tuple[ActView, ...]
    more: tuple[ActView, ...]
    blocked: tuple[ActView, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.main or self.beside or self.more or self.blocked)


def bar(page: CasePage, acts: Iterable[OpenAct], narrow: Narrow, language: str) -> Bar:
    """Sort the open acts: what carries the case on, what turns it aside, the rest, the blocked."""
    several = len({act.task for act in acts if act.task}) > 1
    views = [_view(page, act, narrow, language, several=several) for act in acts]
    free = [one for one in views if not one.blocked]
    main = next((one for name in ONWARD for one in free if one.name == name), None)
    beside = [one for one in free if one is not main and one.kind in ("event", "danger")]
    more = [one for one in free if one is not main and one not in beside]
    blocked = [one for one in views if one.blocked]
    beside.sort(key=lambda one: one.kind != "danger")
    return Bar(main, tuple(beside), tuple(more), tuple(blocked))


def _view(page: CasePage, act: OpenAct, narrow: Narrow, language: str, *, several: bool) -> ActView:
    words = act.label.speak(language)
    task = page.standing.task(act.task)
    if several and task is not None:
        words = f"{words}（{page.chart.label(task.state).speak(language)}）"
    return ActView(
        name=act.name,
        task=act.task or "",
        words=words,
        url=act_way(page.number, act.name, act.task or "", narrow),
        kind="danger" if act.name in TURNING and act.name != "send_back" else _kind(act),
        icon=_ICONS.get(act.name, ""),
        blocked=act.blocked or "",
        is_at_once=act.name in _AT_ONCE and not needs_form(act) and not ends(page.chart, act),
    )


def _kind(act: OpenAct) -> str:
    return "event" if act.is_chart_event or act.name in ("reply", "agree", "resume") else "other"


def needs_form(act: OpenAct) -> bool:
    return act.needs_reason or act.needs_document or any(one.is_required for one in act.inputs)


def ends(chart: Chart, act: OpenAct) -> bool:
    """Tell whether an act may end the case: such an act is always confirmed."""
    return any(
        chart.states[name].kind is StateKind.END for name in act.to_states if name in chart.states
    )


def act_way(number: str, name: str, task: str, narrow: Narrow) -> str:
    query = narrow.query()
    return f"/desk/cases/{number}/act/{name}{query}{'&' if query else '?'}task={task}"


def hands(page: CasePage, language: str) -> list[str]:
    """Say in whose hands the case is: person, role and department of every open task."""
    return [
        _hand(page, task.role, task.holder, task.department, language)
        for task in page.standing.tasks
    ]


def _hand(
    page: CasePage, role: str, holder: str | None, department: str | None, language: str
) -> str:
    place = department_words(department, language) if department else ""
    who = page.chart.role_label(role).speak(language) if role else place
    if role == "applicant":
        return _("申请人")
    if holder:
        return f"{person_name(holder)}（{who}）" if who else person_name(holder)
    return f"{who} · {place}" if place and role else who
