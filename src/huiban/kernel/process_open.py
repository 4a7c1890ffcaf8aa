# SPDX-License-Identifier: Apache-2.0
"""What one actor may do now: the buttons of the desk, each tried before it is offered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from huiban.kernel.actor import Actor
from huiban.kernel.process_acts import back_targets, engine_act, extendable, is_engine_act
from huiban.kernel.process_chart import CAUSES, ENGINE_ACTS, Chart, Event
from huiban.kernel.process_move import Facts, Run
from huiban.kernel.process_standing import (
    Act,
    ActionRefused,
    OpenAct,
    Standing,
    Task,
    TaskKind,
    Wanted,
)
from huiban.kernel.process_work import INPUT_NAMES, Doing, chart_event
from huiban.kernel.words import Words

# Refusals that make an act no business of this actor here and now; the others show as blocked.
_HIDDEN = frozenset({"not_open", "role", "suspended"})
_BY_KIND: Mapping[TaskKind, tuple[str, ...]] = {
    TaskKind.STATE: (
        "claim", "transfer", "countersign", "add_signer", "send_back", "suspend", "open_sub_case",
    ),
    TaskKind.COUNTERSIGN: (
        "claim", "transfer", "reply", "recall", "countersign", "add_signer", "open_sub_case",
    ),
    TaskKind.SIGNER: (
        "claim", "transfer", "agree", "disagree", "recall", "countersign", "add_signer",
    ),
    TaskKind.SUB_CASE: ("sub_case_closed",),
}  # fmt: skip
_CASE_ACTS = ("resume", "extend", "supervise", "warn", "overdue")
_REASONED = frozenset({"reply", "disagree", "recall", "send_back", "extend", "supervise"})
_SOMEBODY = "\ue000"  # nobody is called that

_MODES = (("before", Words("前加签", "Before")), ("after", Words("后加签", "After")))
_NEEDS = (("all", Words("全部答复", "All")), ("any", Words("任一答复", "Any")))


@dataclass(frozen=True, slots=True)
class _View:
    """One case as one actor sees it."""

    chart: Chart
    standing: Standing
    facts: Facts
    actor: Actor
    as_of: date

    def attempt(self, act: Act) -> ActionRefused | None:
        """Do the act on a copy and say how it was refused."""
        doing = Doing(Run(self.chart, self.standing, self.facts, self.as_of), act, self.actor)
        try:
            engine_act(doing) if is_engine_act(doing) else chart_event(doing)
        except ActionRefused as refused:
            return refused
        return None

    def clocks(self) -> tuple[str, ...]:
        """List the clocks this actor can still extend."""
        return tuple(
            name
            for name in extendable(self.chart, self.standing)
            if name not in self.standing.extended
            and self.chart.extensions[name].approver in self.actor.roles
        )


def open_acts(
    chart: Chart, standing: Standing, facts: Facts, actor: Actor, as_of: date
) -> tuple[OpenAct, ...]:
    """
    List what this actor may do now.

    An act that is theirs but cannot be done at the moment comes with `blocked`, the reason in
    words; an act of other roles or other stages does not come at all.
    """
    view = _View(chart, standing, facts, actor, as_of)
    offers = [*_events(view), *_acts(view)]
    tried = ((offer, view.attempt(_sample(offer))) for offer in offers)
    return tuple(
        replace(offer, blocked=refused.message, code=refused.code) if refused else offer
        for offer, refused in tried
        if refused is None or refused.code not in _HIDDEN
    )


def _events(view: _View) -> Iterator[OpenAct]:
    """Every chart event, once for each task it completes or each state that owns it."""
    seen: set[tuple[str, str]] = set()
    leaves = sorted(view.standing.configuration, key=lambda leaf: _task_key(view, leaf) is None)
    for leaf in leaves:
        for owner, event in view.chart.open_events[leaf].values():
            if (owner, event.name) in seen:
                continue
            seen.add((owner, event.name))
            yield _event_offer(event, _task_key(view, leaf))


def _task_key(view: _View, leaf: str) -> str | None:
    tasks = view.standing.tasks
    found = (t.key for t in tasks if t.state == leaf and t.kind is TaskKind.STATE)
    return next(found, None)


def _event_offer(event: Event, task: str | None) -> OpenAct:
    targets = tuple(dict.fromkeys(arc.target for arc in event.arcs))
    return OpenAct(
        event.name,
        event.label,
        task,
        event.needs_reason,
        event.needs_document,
        targets,
        is_chart_event=True,
    )


def _acts(view: _View) -> Iterator[OpenAct]:
    for task in view.standing.tasks:
        for name in _BY_KIND[task.kind]:
            yield _task_offer(view, name, task)
    for name in _CASE_ACTS:
        choices = _clock_choices(view) if name == "extend" else ()
        wanted = (Wanted("clock", INPUT_NAMES["clock"], choices=choices),) if choices else ()
        yield OpenAct(name, ENGINE_ACTS[name], None, name in _REASONED, inputs=wanted)


def _clock_choices(view: _View) -> tuple[tuple[str, Words], ...]:
    return tuple((n, view.chart.clocks[n].title or Words(n)) for n in view.clocks())


def _task_offer(view: _View, name: str, task: Task) -> OpenAct:
    back: tuple[str, ...] = ()
    if name == "send_back":
        back = back_targets(view.chart, view.standing, view.chart.states[task.state])
    return OpenAct(
        name,
        ENGINE_ACTS[name],
        task.key,
        name in _REASONED,
        name == "suspend",
        back,
        _wanted(view, name, task, back),
    )


def _wanted(view: _View, name: str, task: Task, back: tuple[str, ...]) -> tuple[Wanted, ...]:
    if name == "transfer":
        return (Wanted("to_holder", INPUT_NAMES["to_holder"]),)
    if name == "countersign":
        need = Wanted("need", INPUT_NAMES["need"], is_required=False, choices=_NEEDS)
        return (Wanted("to", INPUT_NAMES["to"]), need)
    if name == "add_signer":
        return _signer_inputs(view, task)
    if name == "suspend":
        return (Wanted("cause", INPUT_NAMES["cause"], choices=tuple(CAUSES.items())),)
    if name == "open_sub_case":
        return (Wanted("item", INPUT_NAMES["item"]),)
    if name == "send_back":
        states = tuple((target, view.chart.label(target)) for target in back)
        return (Wanted("to_state", INPUT_NAMES["to_state"], choices=states),)
    return ()


def _signer_inputs(view: _View, task: Task) -> tuple[Wanted, ...]:
    signer = Wanted("to_holder", INPUT_NAMES["to_holder"])
    if task.kind is not TaskKind.STATE:
        return (signer,)
    events = view.chart.open_events[task.state].values()
    choices = tuple((event.name, event.label) for _, event in events if event.completes)
    return (
        signer,
        Wanted("mode", INPUT_NAMES["mode"], is_required=False, choices=_MODES),
        Wanted("event", INPUT_NAMES["event"], is_required=False, choices=choices),
    )


def _sample(offer: OpenAct) -> Act:
    """Fill in an act as somebody would who fills in everything asked for."""
    inputs: dict[str, object] = {"reason": "x", "document": "x"}
    for wanted in offer.inputs:
        if wanted.is_required:
            inputs[wanted.name] = wanted.choices[0][0] if wanted.choices else _SOMEBODY
    if offer.name == "countersign":
        inputs["to"] = [{"holder": _SOMEBODY}]
    return Act(offer.name, offer.task, inputs)
