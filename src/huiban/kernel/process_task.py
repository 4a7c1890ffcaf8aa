# SPDX-License-Identifier: Apache-2.0
"""Which task an engine act means, whether the chart allows it there, and whom it may go to."""

from huiban.kernel.process_chart import ENGINE_ACTS, State
from huiban.kernel.process_standing import ActionRefused, Task, TaskKind
from huiban.kernel.process_work import (
    Doing,
    check_eyes,
    check_worker,
    not_open,
    open_task,
    wants,
)

MOST_TASKS = 100
WORKED = (TaskKind.STATE, TaskKind.COUNTERSIGN, TaskKind.SIGNER)


def find_task(doing: Doing, *kinds: TaskKind) -> Task:
    """Find the task meant; without a key, the only one there is or the only one of the actor."""
    if doing.act.task is not None:
        task = open_task(doing, doing.act.task)
        if task.kind in kinds:
            return task
        raise not_open(doing)
    found = [task for task in doing.standing.tasks if task.kind in kinds]
    if not found:
        raise not_open(doing)
    own = [task for task in found if is_worker(doing, task)]
    for choice in (found, own):
        if len(choice) == 1:
            return choice[0]
    raise doing.refuse("not_open", f"「{act_label(doing)}」有多项待办，请指明是哪一项。")


def is_worker(doing: Doing, task: Task) -> bool:
    try:
        check_worker(doing, task)
    except ActionRefused:
        return False
    return True


def act_label(doing: Doing) -> str:
    return str(ENGINE_ACTS[doing.act.name])


def state_of(doing: Doing, task: Task) -> State:
    return doing.run.chart.states[task.state]


def check_allowed(doing: Doing, task: Task) -> None:
    """The chart allows the act here, to the one who works on the task or the role it also names."""
    state, name = state_of(doing, task), doing.act.name
    if name not in state.acts:
        raise doing.refuse("not_open", f"「{state.label}」环节没有开放「{act_label(doing)}」。")
    if not (state.acts[name] and state.acts[name] in doing.actor.roles):
        check_worker(doing, task)


def need(doing: Doing, *names: str) -> None:
    missing = tuple(name for name in names if not doing.act.text(name))
    if missing:
        raise wants(doing, missing, act_label(doing))


def check_room(doing: Doing, more: int) -> None:
    if len(doing.run.tasks) + more > MOST_TASKS:
        raise doing.refuse("input", f"一件最多同时有 {MOST_TASKS} 项待办。", ("to",))


def check_fit(doing: Doing, task: Task, number: str) -> None:
    """Refuse a holder who would check their own work, as decider or as signer."""
    if task.kind is TaskKind.STATE:
        check_eyes(doing, state_of(doing, task), number)
    signers = [t for t in children(doing, task.key) if t.kind is TaskKind.SIGNER]
    if any(signer.holder == number for signer in signers):
        raise own_signature(doing)
    if task.kind is TaskKind.SIGNER and number in signed_for(doing, task):
        raise own_signature(doing)


def signed_for(doing: Doing, task: Task) -> set[str | None]:
    parent = doing.standing.task(task.parent)
    return {task.asked_by, parent.holder if parent else None}


def own_signature(doing: Doing) -> Exception:
    return doing.refuse("four_eyes", "加签必须由另一人办理，不能给自己加签。")


def children(doing: Doing, key: str) -> list[Task]:
    return [task for task in doing.run.tasks if task.parent == key]
