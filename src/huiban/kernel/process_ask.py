# SPDX-License-Identifier: Apache-2.0
"""Asking others (会签, 加签, 关联办件): the asking task waits until they have answered."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from huiban.kernel.process_chart import APPLICANT, SYSTEM_ROLE
from huiban.kernel.process_standing import ActionRefused, Pending, Task, TaskKind
from huiban.kernel.process_task import (
    WORKED,
    act_label,
    check_allowed,
    check_room,
    children,
    find_task,
    is_worker,
    need,
    own_signature,
    signed_for,
)
from huiban.kernel.process_work import (
    Doing,
    Open,
    check_event,
    check_once,
    check_waiting,
    check_worker,
    take_event,
    wants,
)

MOST_ASKED = 20
LONGEST_NAME = 100


def countersign(doing: Doing) -> None:
    task = find_task(doing, *WORKED)
    check_allowed(doing, task)
    asked = list(_consultees(doing))
    check_room(doing, len(asked))
    how_many = doing.act.text("need") or "all"
    if how_many not in ("all", "any"):
        raise wants(doing, ("need",), act_label(doing))
    batch = f"t{doing.run.serial + 1}"
    for one in asked:
        doing.run.ask_task(
            replace(
                one,
                state=task.state,
                kind=TaskKind.COUNTERSIGN,
                parent=task.key,
                batch=batch,
                any_will_do=how_many == "any",
                asked_by=doing.actor.number,
            )
        )


def _consultees(doing: Doing) -> Iterator[Task]:
    """Read whom to ask: a list under `to`, or one person, role or department."""
    listed = doing.act.inputs.get("to")
    entries = listed if isinstance(listed, list | tuple) else [_one_asked(doing)]
    if not 1 <= len(entries) <= MOST_ASKED:
        raise wants(doing, ("to",), act_label(doing))
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
        raise wants(doing, ("to",), act_label(doing))
    texts = {key: entry.get(key) or "" for key in ("holder", "role", "department")}
    if not any(texts.values()) or not all(_is_name(value) for value in texts.values()):
        raise wants(doing, ("to",), act_label(doing))
    holder, role, department = (str(texts[key]).strip() for key in texts)
    if role in (APPLICANT, SYSTEM_ROLE):
        raise doing.refuse("input", "只能请工作人员办理，不能请申请人或者系统。", ("role",))
    return Task("", "", role=role, holder=holder or None, department=department or None)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and "\x00" not in value


def reply(doing: Doing) -> None:
    task = find_task(doing, TaskKind.COUNTERSIGN)
    check_worker(doing, task)
    check_waiting(doing, task)
    need(doing, "reason")
    doing.run.close_task(task)
    if task.any_will_do:
        for other in [t for t in doing.run.tasks if t.batch == task.batch]:
            _close_family(doing, other)
    answered(doing, task.parent)


def _close_family(doing: Doing, task: Task) -> None:
    for child in children(doing, task.key):
        _close_family(doing, child)
    doing.run.close_task(task)


def answered(doing: Doing, key: str | None) -> None:
    """Once nobody is asked any more, a decision that was kept back takes effect."""
    task = next((task for task in doing.run.tasks if task.key == key), None)
    if task is None or task.pending is None or children(doing, task.key):
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


def add_signer(doing: Doing) -> None:
    task = find_task(doing, *WORKED)
    check_allowed(doing, task)
    signer = _asked(doing, _one_asked(doing))
    if signer.holder and signer.holder in (doing.actor.number, task.holder):
        raise own_signature(doing)
    check_room(doing, 1)
    mode = doing.act.text("mode") or "before"
    if mode not in ("before", "after"):
        raise wants(doing, ("mode",), act_label(doing))
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
        raise wants(doing, ("event",), act_label(doing))
    check_event(doing, Open(task.state, *found), needs_signature=False)
    if doing.run.choose(found[1].arcs) is None:
        raise doing.refuse("guard", f"「{found[1].label}」的条件没有满足。")
    act = doing.act
    kept = Pending(name, doing.actor.number, act.text("reason"), act.text("document"))
    doing.run.change_task(task, replace(task, pending=kept))


def agree(doing: Doing) -> None:
    task = _signature(doing)
    doing.run.close_task(task)
    parent = doing.standing.task(task.parent)
    others = [t for t in children(doing, task.parent or "") if t.kind is TaskKind.SIGNER]
    if parent and parent.is_unsigned and not others:
        doing.run.change_task(parent, replace(parent, is_unsigned=False))
    answered(doing, task.parent)


def disagree(doing: Doing) -> None:
    task = _signature(doing)
    need(doing, "reason")
    for other in children(doing, task.parent or ""):
        if other.kind is TaskKind.SIGNER:
            _close_family(doing, other)
    parent = doing.standing.task(task.parent)
    if parent:
        doing.run.change_task(parent, replace(parent, is_unsigned=True, pending=None))


def recall(doing: Doing) -> None:
    """The asker takes back what nobody has answered yet; a decision left unsigned is void."""
    task = find_task(doing, TaskKind.COUNTERSIGN, TaskKind.SIGNER)
    parent = doing.standing.task(task.parent)
    if parent is None or not is_worker(doing, parent):
        raise doing.refuse("role", f"「{act_label(doing)}」由发起人办理。")
    need(doing, "reason")
    _close_family(doing, task)
    signers = [t for t in children(doing, parent.key) if t.kind is TaskKind.SIGNER]
    if task.kind is TaskKind.SIGNER and parent.pending and not signers:
        doing.run.change_task(parent, replace(parent, pending=None))
    answered(doing, parent.key)


def _signature(doing: Doing) -> Task:
    task = find_task(doing, TaskKind.SIGNER)
    check_worker(doing, task)
    if doing.actor.number in signed_for(doing, task):
        raise own_signature(doing)
    check_waiting(doing, task)
    return task


# -- sub-cases


def open_sub_case(doing: Doing) -> None:
    task = find_task(doing, TaskKind.STATE, TaskKind.COUNTERSIGN)
    check_allowed(doing, task)
    need(doing, "item")
    check_room(doing, 1)
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


def sub_case_closed(doing: Doing) -> None:
    task = find_task(doing, TaskKind.SUB_CASE)
    check_worker(doing, task)
    doing.run.close_task(task)
    if doing.standing.suspension is None:
        answered(doing, task.parent)
