# SPDX-License-Identifier: Apache-2.0
"""The engine's own acts (会签, 加签, 转办, 退回, 中止 …), which compose in any order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from huiban.kernel.process_arcs import RESERVED
from huiban.kernel.process_chart import (
    APPLICANT,
    CAUSES,
    ENGINE_ACTS,
    NOTES,
    SYSTEM_ROLE,
    Chart,
    State,
    StateKind,
)
from huiban.kernel.process_standing import (
    ActionRefused,
    Pending,
    Standing,
    Suspension,
    Task,
    TaskKind,
)
from huiban.kernel.process_work import (
    Doing,
    Open,
    check_event,
    check_eyes,
    check_once,
    check_waiting,
    check_worker,
    not_open,
    open_task,
    suspended,
    take_event,
    wants,
)

MOST_TASKS = 100
MOST_ASKED = 20
_WORKED = (TaskKind.STATE, TaskKind.COUNTERSIGN, TaskKind.SIGNER)
# A sub-case closing is news from outside that moves nothing; refusing it would only lose it.
_WHILE_SUSPENDED = NOTES | {"resume", "sub_case_closed"}


def is_engine_act(doing: Doing) -> bool:
    """This function will tell an engine act from a chart event of the same name."""
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
    This function will do one engine act.

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
    This function will list the earlier states a task can be sent back to.

    Back to the applicant is a correction, and what is accepted stays accepted.
    """
    return tuple(name for name in standing.trail if _may_go_back(chart, state, chart.states[name]))


def _may_go_back(chart: Chart, state: State, target: State) -> bool:
    if target.name not in state.scope or target.role == APPLICANT:
        return False
    if target.name in state.line or target.kind is StateKind.ROUTE:
        return False
    return (target.stage == "submitted") == (state.stage == "submitted")


# -- which task, and who


def _task(doing: Doing, *kinds: TaskKind) -> Task:
    """Find the task meant; without a key, the only one there is or the only one of the actor."""
    if doing.act.task is not None:
        task = open_task(doing, doing.act.task)
        if task.kind in kinds:
            return task
        raise not_open(doing)
    found = [task for task in doing.standing.tasks if task.kind in kinds]
    if not found:
        raise not_open(doing)
    own = [task for task in found if _is_worker(doing, task)]
    for choice in (found, own):
        if len(choice) == 1:
            return choice[0]
    raise doing.refuse("not_open", f"「{_label(doing)}」有多项待办，请指明是哪一项。")


def _is_worker(doing: Doing, task: Task) -> bool:
    try:
        check_worker(doing, task)
    except ActionRefused:
        return False
    return True


def _label(doing: Doing) -> str:
    return str(ENGINE_ACTS[doing.act.name])


def _state(doing: Doing, task: Task) -> State:
    return doing.run.chart.states[task.state]


def _allowed(doing: Doing, task: Task) -> None:
    """The chart allows the act here, to the one who works on the task or the role it also names."""
    state, name = _state(doing, task), doing.act.name
    if name not in state.acts:
        raise doing.refuse("not_open", f"「{state.label}」环节没有开放「{_label(doing)}」。")
    if not (state.acts[name] and state.acts[name] in doing.actor.roles):
        check_worker(doing, task)


def _need(doing: Doing, *names: str) -> None:
    missing = tuple(name for name in names if not doing.act.text(name))
    if missing:
        raise wants(doing, missing, _label(doing))


def _room(doing: Doing, more: int) -> None:
    if len(doing.run.tasks) + more > MOST_TASKS:
        raise doing.refuse("input", f"一件最多同时有 {MOST_TASKS} 项待办。", ("to",))


# -- holding


def _claim(doing: Doing) -> None:
    task = _task(doing, *_WORKED)
    if task.role == APPLICANT:
        raise not_open(doing)
    check_worker(doing, task)
    if task.holder:
        raise doing.refuse("not_open", "这项待办已经由您签收。")
    _fit(doing, task, doing.actor.number)
    doing.run.change_task(task, replace(task, holder=doing.actor.number))


def _transfer(doing: Doing) -> None:
    task = _task(doing, *_WORKED)
    _allowed(doing, task)
    _need(doing, "to_holder")
    holder = doing.act.text("to_holder")
    if holder == task.holder:
        raise doing.refuse("input", "这项待办已经在此人名下，请选择另一人。", ("to_holder",))
    _fit(doing, task, holder)
    doing.run.change_task(task, replace(task, holder=holder))


def _fit(doing: Doing, task: Task, number: str) -> None:
    """Refuse a holder who would check their own work, as decider or as signer."""
    if task.kind is TaskKind.STATE:
        check_eyes(doing, _state(doing, task), number)
    signers = [t for t in _children(doing, task.key) if t.kind is TaskKind.SIGNER]
    if any(signer.holder == number for signer in signers):
        raise _own_signature(doing)
    if task.kind is TaskKind.SIGNER and number in _signed_for(doing, task):
        raise _own_signature(doing)


def _signed_for(doing: Doing, task: Task) -> set[str | None]:
    parent = doing.standing.task(task.parent)
    return {task.asked_by, parent.holder if parent else None}


def _own_signature(doing: Doing) -> Exception:
    return doing.refuse("four_eyes", "加签必须由另一人办理，不能给自己加签。")


def _children(doing: Doing, key: str) -> list[Task]:
    return [task for task in doing.run.tasks if task.parent == key]


# -- asking others


def _countersign(doing: Doing) -> None:
    task = _task(doing, *_WORKED)
    _allowed(doing, task)
    asked = list(_consultees(doing))
    _room(doing, len(asked))
    need = doing.act.text("need") or "all"
    if need not in ("all", "any"):
        raise wants(doing, ("need",), _label(doing))
    batch = f"t{doing.run.serial + 1}"
    for one in asked:
        doing.run.ask_task(
            replace(
                one,
                state=task.state,
                kind=TaskKind.COUNTERSIGN,
                parent=task.key,
                batch=batch,
                any_will_do=need == "any",
                asked_by=doing.actor.number,
            )
        )


def _consultees(doing: Doing) -> Iterator[Task]:
    """Read whom to ask: a list under `to`, or one person, role or department."""
    listed = doing.act.inputs.get("to")
    entries = listed if isinstance(listed, list | tuple) else [_one_asked(doing)]
    if not 1 <= len(entries) <= MOST_ASKED:
        raise wants(doing, ("to",), _label(doing))
    seen: set[tuple[object, ...]] = set()
    for entry in entries:
        task = _asked(doing, entry)
        who = (task.role, task.holder, task.department)
        if who in seen or task.holder == doing.actor.number:
            raise doing.refuse("input", "会签对象不能重复，也不能是自己。", ("to",))
        seen.add(who)
        yield task


def _one_asked(doing: Doing) -> dict[str, str]:
    return {
        "holder": doing.act.text("to_holder"),
        "role": doing.act.text("role"),
        "department": doing.act.text("department"),
    }


def _asked(doing: Doing, entry: object) -> Task:
    if not isinstance(entry, Mapping):
        raise wants(doing, ("to",), _label(doing))
    texts = {key: entry.get(key) or "" for key in ("holder", "role", "department")}
    if not any(texts.values()) or not all(isinstance(value, str) for value in texts.values()):
        raise wants(doing, ("to",), _label(doing))
    holder, role, department = (str(texts[key]).strip() for key in texts)
    return Task("", "", role=role, holder=holder or None, department=department or None)


def _reply(doing: Doing) -> None:
    task = _task(doing, TaskKind.COUNTERSIGN)
    check_worker(doing, task)
    check_waiting(doing, task)
    _need(doing, "reason")
    doing.run.close_task(task)
    if task.any_will_do:
        for other in [t for t in doing.run.tasks if t.batch == task.batch]:
            _close_family(doing, other)
    _answered(doing, task.parent)


def _close_family(doing: Doing, task: Task) -> None:
    for child in _children(doing, task.key):
        _close_family(doing, child)
    doing.run.close_task(task)


def _answered(doing: Doing, key: str | None) -> None:
    """Once nobody is asked any more, a decision that was kept back takes effect."""
    task = next((task for task in doing.run.tasks if task.key == key), None)
    if task is None or task.pending is None or _children(doing, task.key):
        return
    _, event = doing.run.chart.open_events[task.state][task.pending.event]
    trial = Doing(doing.run.fork(), doing.act, doing.actor)
    try:
        check_once(trial, event)
        take_event(trial, event, task.state, task.pending.by)
    except ActionRefused as refused:
        # The facts have changed since: the answer still counts, the decision is to be taken again.
        doing.run.change_task(task, replace(task, pending=None))
        doing.run.reasons.append(f"「{event.label}」没有生效：{refused.message}")
    else:
        doing.run = trial.run
        doing.run.decision = task.pending


# -- adding a signer


def _add_signer(doing: Doing) -> None:
    task = _task(doing, *_WORKED)
    _allowed(doing, task)
    signer = _asked(doing, _one_asked(doing))
    if signer.holder and signer.holder in (doing.actor.number, task.holder):
        raise _own_signature(doing)
    _room(doing, 1)
    mode = doing.act.text("mode") or "before"
    if mode not in ("before", "after"):
        raise wants(doing, ("mode",), _label(doing))
    if mode == "after":
        _keep_back(doing, task)
    doing.run.ask_task(
        replace(
            signer,
            state=task.state,
            kind=TaskKind.SIGNER,
            parent=task.key,
            asked_by=doing.actor.number,
        )
    )


def _keep_back(doing: Doing, task: Task) -> None:
    """Take the decision now, with all its checks, but let it take effect when the signer agrees."""
    name = doing.act.text("event")
    found = doing.run.chart.open_events[task.state].get(name)
    if task.kind is not TaskKind.STATE or found is None or not found[1].completes:
        raise wants(doing, ("event",), _label(doing))
    check_event(doing, Open(task.state, *found), needs_signature=False)
    if doing.run.choose(found[1].arcs) is None:
        raise doing.refuse("guard", f"「{found[1].label}」的条件没有满足。")
    act = doing.act
    kept = Pending(name, doing.actor.number, act.text("reason"), act.text("document"))
    doing.run.change_task(task, replace(task, pending=kept))


def _agree(doing: Doing) -> None:
    task = _signature(doing)
    doing.run.close_task(task)
    parent = doing.standing.task(task.parent)
    others = [t for t in _children(doing, task.parent or "") if t.kind is TaskKind.SIGNER]
    if parent and parent.is_unsigned and not others:
        doing.run.change_task(parent, replace(parent, is_unsigned=False))
    _answered(doing, task.parent)


def _disagree(doing: Doing) -> None:
    task = _signature(doing)
    _need(doing, "reason")
    for other in _children(doing, task.parent or ""):
        if other.kind is TaskKind.SIGNER:
            _close_family(doing, other)
    parent = doing.standing.task(task.parent)
    if parent:
        doing.run.change_task(parent, replace(parent, is_unsigned=True, pending=None))


def _signature(doing: Doing) -> Task:
    task = _task(doing, TaskKind.SIGNER)
    check_worker(doing, task)
    if doing.actor.number in _signed_for(doing, task):
        raise _own_signature(doing)
    check_waiting(doing, task)
    return task


# -- going back, time, sub-cases, notes


def _send_back(doing: Doing) -> None:
    task = _task(doing, TaskKind.STATE)
    _allowed(doing, task)
    state = _state(doing, task)
    targets = back_targets(doing.run.chart, doing.standing, state)
    if not targets:
        raise doing.refuse("not_open", f"「{state.label}」之前没有可以退回的环节。")
    _need(doing, "reason")
    target = doing.act.text("to_state") or (targets[0] if len(targets) == 1 else "")
    if target not in targets:
        raise wants(doing, ("to_state",), _label(doing))
    parent = doing.run.chart.states[target].parent
    exits = next(n for n in state.line if doing.run.chart.states[n].parent == parent)
    doing.run.go_back(exits, target)


def _suspend(doing: Doing) -> None:
    task = _task(doing, TaskKind.STATE)
    _allowed(doing, task)
    cause = doing.act.text("cause")
    if cause not in CAUSES:
        raise wants(doing, ("cause",), _label(doing))
    _need(doing, "document")
    run = doing.run
    run.suspension = Suspension(cause, doing.act.text("document"), doing.actor.number, run.as_of)


def _resume(doing: Doing) -> None:
    if doing.standing.suspension is None:
        raise doing.refuse("not_open", "本件没有中止计时。")
    states = [doing.run.chart.states[name] for name in doing.run.config]
    roles = {role for s in states if "suspend" in s.acts for role in (s.role, s.acts["suspend"])}
    if not roles & doing.actor.roles:
        who = "、".join(sorted(doing.role(role) for role in roles if role))
        raise doing.refuse("role", f"「{_label(doing)}」由{who}办理。")
    doing.run.suspension = None
    for task in doing.standing.tasks:
        _answered(doing, task.key)


def extendable(chart: Chart, standing: Standing) -> tuple[str, ...]:
    """This function will list the clocks that run now and can be extended at all."""
    inside = {name for leaf in standing.configuration for name in chart.states[leaf].line}
    return tuple(name for name in chart.extensions if chart.clocks[name].runs_in & inside)


def _extend(doing: Doing) -> None:
    own = _own_clocks(doing)
    left = [name for name in own if name not in doing.standing.extended]
    clock = doing.act.text("clock") or (left or own)[0]
    if clock not in own or (len(left) > 1 and not doing.act.text("clock")):
        raise wants(doing, ("clock",), _label(doing))
    if clock not in left:
        raise doing.refuse("once", "办理期限只能延长一次，已经延长过。")
    _need(doing, "reason")
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
        raise doing.refuse("role", f"「{_label(doing)}」由{who}批准。")
    return own


def _supervise(doing: Doing) -> None:
    role = doing.run.chart.supervisor
    if role not in doing.actor.roles:
        raise doing.refuse("role", f"「{_label(doing)}」由{doing.role(role)}办理。")
    _need(doing, "reason")


def _note(doing: Doing) -> None:
    if SYSTEM_ROLE not in doing.actor.roles:
        raise doing.refuse("role", f"「{_label(doing)}」由系统发出。")


def _open_sub_case(doing: Doing) -> None:
    task = _task(doing, TaskKind.STATE, TaskKind.COUNTERSIGN)
    _allowed(doing, task)
    _need(doing, "item")
    _room(doing, 1)
    doing.run.ask_task(
        Task(
            "",
            task.state,
            TaskKind.SUB_CASE,
            role=SYSTEM_ROLE,
            parent=task.key,
            asked_by=doing.actor.number,
            about=doing.act.text("item"),
        )
    )


def _sub_case_closed(doing: Doing) -> None:
    task = _task(doing, TaskKind.SUB_CASE)
    check_worker(doing, task)
    doing.run.close_task(task)
    if doing.standing.suspension is None:
        _answered(doing, task.parent)


_ACTS: Mapping[str, Callable[[Doing], None]] = {
    "claim": _claim,
    "transfer": _transfer,
    "countersign": _countersign,
    "reply": _reply,
    "add_signer": _add_signer,
    "agree": _agree,
    "disagree": _disagree,
    "send_back": _send_back,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "supervise": _supervise,
    "warn": _note,
    "overdue": _note,
    "open_sub_case": _open_sub_case,
    "sub_case_closed": _sub_case_closed,
}
