# SPDX-License-Identifier: Apache-2.0
"""The engine's own acts (会签, 加签, 转办, 退回, 中止 …), which compose in any order."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from huiban.kernel.process_arcs import RESERVED
from huiban.kernel.process_ask import (
    add_signer,
    agree,
    answered,
    countersign,
    disagree,
    open_sub_case,
    recall,
    reply,
    sub_case_closed,
)
from huiban.kernel.process_chart import (
    APPLICANT,
    CAUSES,
    NOTES,
    SYSTEM_ROLE,
    Chart,
    State,
    StateKind,
)
from huiban.kernel.process_standing import Standing, Suspension, TaskKind
from huiban.kernel.process_task import (
    WORKED,
    act_label,
    check_allowed,
    check_fit,
    find_task,
    need,
    state_of,
)
from huiban.kernel.process_work import Doing, check_worker, not_open, suspended, wants

# A sub-case closing is news from outside that moves nothing; refusing it would only lose it.
_WHILE_SUSPENDED = NOTES | {"resume", "sub_case_closed"}


def is_engine_act(doing: Doing) -> bool:
    """Tell an engine act from a chart event of the same name."""
    name, task = doing.act.name, doing.standing.task(doing.act.task)
    if name in RESERVED:
        return True
    if name not in ("reply", "send_back"):
        return False
    if name == "reply" and task:
        return task.kind is TaskKind.COUNTERSIGN
    places = [task.state] if task else doing.run.config
    return not any(name in doing.run.chart.open_events[place] for place in places)


def engine_act(doing: Doing) -> None:
    """
    Do one engine act.

    :raises ActionRefused: if it is not open to this actor now.
    """
    name = doing.act.name
    if doing.standing.suspension and name not in _WHILE_SUSPENDED:
        raise suspended(doing)
    act = _ACTS.get(name)
    if act is None or doing.standing.outcome:
        raise not_open(doing)
    act(doing)


def back_targets(chart: Chart, standing: Standing, state: State) -> tuple[str, ...]:
    """
    List the earlier states a task can be sent back to.

    Back to the applicant is a correction, and what is accepted stays accepted.
    """
    return tuple(name for name in standing.trail if _may_go_back(chart, state, chart.states[name]))


def _may_go_back(chart: Chart, state: State, target: State) -> bool:
    if target.name not in state.scope or target.role == APPLICANT:
        return False
    if target.name in state.line or target.kind is StateKind.ROUTE:
        return False
    return (target.stage == "submitted") == (state.stage == "submitted")


# -- holding


def _claim(doing: Doing) -> None:
    task = find_task(doing, *WORKED)
    if task.role == APPLICANT:
        raise not_open(doing)
    check_worker(doing, task)
    if task.holder:
        raise doing.refuse("not_open", "这项待办已经由您签收。")
    check_fit(doing, task, doing.actor.number)
    doing.run.change_task(task, replace(task, holder=doing.actor.number))


def _transfer(doing: Doing) -> None:
    task = find_task(doing, *WORKED)
    check_allowed(doing, task)
    need(doing, "to_holder")
    holder = doing.act.text("to_holder")
    if holder == task.holder:
        raise doing.refuse("input", "这项待办已经在此人名下，请选择另一人。", ("to_holder",))
    check_fit(doing, task, holder)
    doing.run.change_task(task, replace(task, holder=holder))


# -- going back, time, sub-cases, notes


def _send_back(doing: Doing) -> None:
    task = find_task(doing, TaskKind.STATE)
    check_allowed(doing, task)
    state = state_of(doing, task)
    targets = back_targets(doing.run.chart, doing.standing, state)
    if not targets:
        raise doing.refuse("not_open", f"「{state.label}」之前没有可以退回的环节。")
    need(doing, "reason")
    target = doing.act.text("to_state") or (targets[0] if len(targets) == 1 else "")
    if target not in targets:
        raise wants(doing, ("to_state",), act_label(doing))
    parent = doing.run.chart.states[target].parent
    exits = next(n for n in state.line if doing.run.chart.states[n].parent == parent)
    doing.run.go_back(exits, target)


def _suspend(doing: Doing) -> None:
    task = find_task(doing, TaskKind.STATE)
    check_allowed(doing, task)
    cause = doing.act.text("cause")
    if cause not in CAUSES:
        raise wants(doing, ("cause",), act_label(doing))
    need(doing, "document")
    run = doing.run
    run.suspension = Suspension(cause, doing.act.text("document"), doing.actor.number, run.as_of)


def _resume(doing: Doing) -> None:
    if doing.standing.suspension is None:
        raise doing.refuse("not_open", "本件没有中止计时。")
    states = [doing.run.chart.states[name] for name in doing.run.config]
    roles = {role for s in states if "suspend" in s.acts for role in (s.role, s.acts["suspend"])}
    if not roles & doing.actor.roles:
        who = "、".join(sorted(doing.role(role) for role in roles if role))
        raise doing.refuse("role", f"「{act_label(doing)}」由{who}办理。")
    doing.run.suspension = None
    for task in doing.standing.tasks:
        answered(doing, task.key)


def extendable(chart: Chart, standing: Standing) -> tuple[str, ...]:
    """List the clocks that run now and can be extended at all."""
    inside = {name for leaf in standing.configuration for name in chart.states[leaf].line}
    return tuple(name for name in chart.extensions if chart.clocks[name].runs_in & inside)


def _extend(doing: Doing) -> None:
    own = _own_clocks(doing)
    left = [name for name in own if name not in doing.standing.extended]
    clock = doing.act.text("clock") or (left or own)[0]
    if clock not in own or (len(left) > 1 and not doing.act.text("clock")):
        raise wants(doing, ("clock",), act_label(doing))
    if clock not in left:
        raise doing.refuse("once", "办理期限只能延长一次，已经延长过。")
    need(doing, "reason")
    doing.run.extended |= {clock}
    doing.run.effects += doing.run.chart.extensions[clock].effects


def _own_clocks(doing: Doing) -> list[str]:
    """The running clocks that this actor may extend."""
    chart = doing.run.chart
    running = extendable(chart, doing.standing)
    if not running:
        raise doing.refuse("not_open", "现在没有可以延长的办理期限。")
    approvers = {name: chart.extensions[name].approver for name in running}
    own = [name for name in running if approvers[name] in doing.actor.roles]
    if not own:
        who = "、".join(sorted({doing.role(role) for role in approvers.values()}))
        raise doing.refuse("role", f"「{act_label(doing)}」由{who}批准。")
    return own


def _supervise(doing: Doing) -> None:
    role = doing.run.chart.supervisor
    if role not in doing.actor.roles:
        raise doing.refuse("role", f"「{act_label(doing)}」由{doing.role(role)}办理。")
    need(doing, "reason")


def _note(doing: Doing) -> None:
    if SYSTEM_ROLE not in doing.actor.roles:
        raise doing.refuse("role", f"「{act_label(doing)}」由系统发出。")


_ACTS: Mapping[str, Callable[[Doing], None]] = {
    "claim": _claim,
    "transfer": _transfer,
    "countersign": countersign,
    "reply": reply,
    "add_signer": add_signer,
    "recall": recall,
    "agree": agree,
    "disagree": disagree,
    "send_back": _send_back,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "supervise": _supervise,
    "warn": _note,
    "overdue": _note,
    "open_sub_case": open_sub_case,
    "sub_case_closed": sub_case_closed,
}
