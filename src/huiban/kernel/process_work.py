# SPDX-License-Identifier: Apache-2.0
"""Who may do a chart event on which task, and doing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from huiban.kernel.actor import Actor
from huiban.kernel.process_chart import (
    ENGINE_ACTS,
    EVENT_LABELS,
    SYSTEM_ROLE,
    Event,
    State,
    StateKind,
)
from huiban.kernel.process_move import Run
from huiban.kernel.process_refuse import refused, where
from huiban.kernel.process_standing import Act, ActionRefused, Standing, Task, TaskKind
from huiban.kernel.words import Words

LONGEST_TEXT = 4000
LONGEST_LABEL = 64
MOST_CHARACTERS = 200_000
"""What all inputs of one act may come to: sixty points of correction take half of it."""


@dataclass(slots=True)
class Doing:
    """One act being done by one actor in one run."""

    run: Run
    act: Act
    actor: Actor

    @property
    def standing(self) -> Standing:
        return self.run.standing

    def refuse(self, code: str, what: str, missing: tuple[str, ...] = ()) -> ActionRefused:
        """Make a refusal; the caller raises it."""
        return refused(self.run.chart, self.run.standing, code, what, missing)

    def label(self) -> str:
        """Return what people call the act."""
        name = self.act.name
        for open_events in self.run.chart.open_events.values():
            if name in open_events:
                return str(open_events[name][1].label)
        return str(ENGINE_ACTS.get(name) or EVENT_LABELS.get(name) or name)

    def role(self, role: str) -> str:
        return str(self.run.chart.role_label(role))


@dataclass(frozen=True, slots=True)
class Open:
    """An event found open: on which task state, owned by which state."""

    leaf: str
    owner: str
    event: Event


def chart_event(doing: Doing) -> None:
    """
    Take one event of the chart.

    :raises ActionRefused: if it is not open to this actor now.
    """
    found = _find(doing)
    for one in found:
        if one.leaf in doing.run.config:  # an earlier one may have left it
            check_event(doing, one)
            take_event(doing, one.event, one.leaf, doing.actor.number)


def _find(doing: Doing) -> list[Open]:
    run, act = doing.run, doing.act
    if doing.standing.suspension and act.name != "retract":
        raise suspended(doing)
    if act.task is not None:
        task = state_task(doing, act.task)
        found = run.chart.open_events[task.state].get(act.name)
        if found is None:
            raise not_open(doing)
        return [Open(task.state, *found)]
    places = _places(run, act.name)
    if not places:
        raise not_open(doing)
    return places if len(places) == 1 else _several(doing, places)


def _places(run: Run, name: str) -> list[Open]:
    """Every place the event is open, one for each owner."""
    places: dict[str, Open] = {}
    for leaf in run.config:
        found = run.chart.open_events[leaf].get(name)
        if found and found[0] not in places:
            places[found[0]] = Open(leaf, *found)
    return list(places.values())


def _several(doing: Doing, places: list[Open]) -> list[Open]:
    """The system speaks to all of them; a person must say which, unless only one is theirs."""
    if SYSTEM_ROLE in doing.actor.roles:
        return places
    own = [one for one in places if one.event.by in doing.actor.roles]
    if len(own) == 1:
        return own
    raise doing.refuse("not_open", f"「{doing.label()}」有多项待办，请指明是哪一项。")


def not_open(doing: Doing) -> ActionRefused:
    at = where(doing.run.chart, doing.standing)
    return doing.refuse("not_open", f"本件现处于{at}环节，不能办「{doing.label()}」。")


def suspended(doing: Doing) -> ActionRefused:
    return doing.refuse("suspended", f"本件已中止计时，不能办「{doing.label()}」。")


def open_task(doing: Doing, key: str) -> Task:
    """Find an open task by its key."""
    task = doing.standing.task(key)
    if task is None:
        raise doing.refuse("not_open", "这项待办已经办结或者不存在，请刷新后再看。")
    return task


def state_task(doing: Doing, key: str) -> Task:
    task = open_task(doing, key)
    if task.kind is not TaskKind.STATE:
        raise not_open(doing)
    return task


def check_event(doing: Doing, one: Open, *, needs_signature: bool = True) -> None:
    """Check everything but the guards, which come when the event is taken."""
    event, actor = one.event, doing.actor
    if event.completes:
        task = _task_at(doing, one.leaf)
        if not _is_for_system(doing, event, task):
            check_worker(doing, task)
            check_eyes(doing, doing.run.chart.states[one.leaf], actor.number)
        check_waiting(doing, task, needs_signature=needs_signature)
    elif event.by not in actor.roles:
        raise doing.refuse("role", f"「{event.label}」由{doing.role(event.by)}办理。")
    check_once(doing, event)
    check_inputs(doing, event)


def _is_for_system(doing: Doing, event: Event, task: Task) -> bool:
    """
    An item declared to be decided automatically opens its steps to the system, until a person
    holds the task. Two pairs of eyes are for people; beside the system stands a sample by people.
    """
    return event.is_automatic and SYSTEM_ROLE in doing.actor.roles and not task.holder


def check_once(doing: Doing, event: Event) -> None:
    if event.once and event.name in doing.standing.used:
        raise doing.refuse("once", f"「{event.label}」每件只能办一次，已经办过。")


def _task_at(doing: Doing, leaf: str) -> Task:
    for task in doing.standing.tasks:
        if task.state == leaf and task.kind is TaskKind.STATE:
            return task
    raise not_open(doing)


def check_worker(doing: Doing, task: Task) -> None:
    """Refuse an actor without the role or department, or not the holder."""
    actor = doing.actor
    if task.role and task.role not in actor.roles:
        raise doing.refuse("role", f"「{doing.label()}」由{doing.role(task.role)}办理。")
    if task.department and task.department != actor.department:
        raise doing.refuse("role", f"「{doing.label()}」由指定部门（{task.department}）办理。")
    if task.holder and task.holder != actor.number:
        raise doing.refuse("holder", f"这项待办已由经办人 {task.holder} 签收，由其办理。")


def check_eyes(doing: Doing, state: State, number: str) -> None:
    """Refuse whoever completed the states this one must check."""
    if state.four_eyes and number in doing.run.barred(state):
        done = "、".join(f"「{doing.run.chart.label(name)}」" for name in state.four_eyes)
        what = f"{done}是同一人办理的，「{state.label}」必须由另一人办理。"
        raise doing.refuse("four_eyes", what)


def check_waiting(doing: Doing, task: Task, *, needs_signature: bool = True) -> None:
    """Refuse while others are still asked, or an added signer disagreed."""
    asked = [other for other in doing.standing.tasks if other.parent == task.key]
    if asked:
        names = "、".join(dict.fromkeys(waiting_for(doing, other) for other in asked))
        raise doing.refuse("waiting", f"还在等待：{names}。办结后才能办「{doing.label()}」。")
    if task.is_unsigned and needs_signature:
        what = "加签人不同意。请按其意见修改后重新加签，再办这一步。"
        raise doing.refuse("waiting", what)


def waiting_for(doing: Doing, task: Task) -> str:
    kinds = {TaskKind.COUNTERSIGN: "会签", TaskKind.SIGNER: "加签", TaskKind.SUB_CASE: "关联办件"}
    who = task.holder or (doing.role(task.role) if task.role else task.department) or ""
    about = task.about if task.kind is TaskKind.SUB_CASE else who
    return f"{kinds.get(task.kind, '办理')}（{about}）"


def check_inputs(doing: Doing, event: Event) -> None:
    missing = []
    if event.needs_reason and not doing.act.text("reason"):
        missing.append("reason")
    if event.needs_document and not doing.act.text("document"):
        missing.append("document")
    if missing:
        raise wants(doing, tuple(missing), str(event.label))


INPUT_NAMES = {
    "reason": Words("理由", "Reason"),
    "document": Words("文书", "Document"),
    "to_holder": Words("接收人", "To whom"),
    "to": Words("会签对象", "Whom to ask"),
    "to_state": Words("退回到的环节", "Back to"),
    "cause": Words("中止的法定情形", "Legal cause"),
    "clock": Words("要延长的时限", "Limit"),
    "item": Words("关联事项", "Item"),
    "event": Words("加签的决定", "Decision to be signed"),
    "mode": Words("前加签或者后加签", "Before or after the decision"),
    "need": Words("全部答复或者任一答复", "All or any"),
}


def wants(doing: Doing, missing: tuple[str, ...], label: str) -> ActionRefused:
    """Make the refusal of an act whose inputs are missing or wrong."""
    names = "、".join(str(INPUT_NAMES.get(name, name)) for name in missing)
    return doing.refuse("input", f"办「{label}」需要填写：{names}。", missing)


def check_texts(doing: Doing) -> None:
    """Refuse texts no database would keep, or longer than anybody reads."""
    for name, value in doing.act.inputs.items():
        if not all(len(text) <= LONGEST_TEXT and "\x00" not in text for text in _texts(value)):
            label = INPUT_NAMES.get(name, name[:LONGEST_LABEL])
            what = f"“{label}”最多 {LONGEST_TEXT} 个字，不能有控制字符。"
            raise doing.refuse("input", what, (name[:LONGEST_LABEL],))
    size = sum(len(text) + 1 for text in _texts(doing.act.inputs))
    if size > MOST_CHARACTERS:  # a journal keeps them for ever
        what = f"填写的内容一共最多 {MOST_CHARACTERS} 个字，现在有 {size} 个。"
        raise doing.refuse("input", what)


def _texts(value: object) -> Iterator[str]:
    """Yield every text inside an input, names too; what is no text counts as an empty one."""
    pending = [value]
    while pending:
        one = pending.pop()
        yield one if isinstance(one, str) else ""
        if isinstance(one, Mapping):
            pending += [*one, *one.values()]
        elif isinstance(one, list | tuple):
            pending += one


def take_event(doing: Doing, event: Event, leaf: str, number: str) -> None:
    """Choose the arc and move; the completer is remembered for the four eyes."""
    run = doing.run
    arc = run.choose(event.arcs)
    if arc is None:
        conditions = "；".join(
            str(found.guard.label) or found.guard.text for found in event.arcs if found.guard
        )
        raise doing.refuse("guard", f"「{event.label}」的条件没有满足：{conditions}。")
    if event.once:
        run.used |= {event.name}
    if event.completes or (
        event.by == SYSTEM_ROLE and run.chart.states[arc.source].kind is StateKind.TASK
    ):
        run.complete(leaf, number)
    run.suspension = None
    run.take(arc)
