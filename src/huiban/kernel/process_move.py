# SPDX-License-Identifier: Apache-2.0
"""Moving a case along one arc: leave, enter, open and close tasks, until nothing more follows."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date

from huiban.kernel.process_chart import (
    APPLICANT,
    SYSTEM_ROLE,
    Arc,
    Chart,
    Guard,
    State,
    StateKind,
)
from huiban.kernel.process_refuse import unknown_fact
from huiban.kernel.process_standing import Pending, Standing, Stepped, Suspension, Task

Facts = Mapping[str, object]
Oracle = Callable[[Guard], bool]

_TASK, _DONE, _END, _STEPS = StateKind.TASK, StateKind.DONE, StateKind.END, StateKind.STEPS
_ANY_OF = StateKind.ANY_OF
_LONGEST = 100


class NeverRests(RuntimeError):
    """A chart that moves a case round without anybody acting; `soundness` finds it beforehand."""

    def __init__(self, code: str) -> None:
        super().__init__(f"chart {code} goes round for ever without anybody acting")


class Run:
    """
    One step under way, on copies; nothing of the old standing is touched.

    `oracle` answers guards in place of facts, for the explorer that tries every answer.
    """

    __slots__ = (
        "as_of",
        "chart",
        "closed",
        "config",
        "decision",
        "done_by",
        "effects",
        "entered",
        "extended",
        "facts",
        "is_changed",
        "left",
        "opened",
        "oracle",
        "outcome",
        "queue",
        "reasons",
        "serial",
        "standing",
        "suspension",
        "tasks",
        "trail",
        "used",
    )

    def __init__(
        self,
        chart: Chart,
        standing: Standing,
        facts: Facts,
        as_of: date,
        oracle: Oracle | None = None,
    ) -> None:
        self.chart = chart
        self.standing = standing
        self.facts = facts
        self.as_of = as_of
        self.oracle = oracle
        self.config = list(standing.configuration)
        self.tasks = list(standing.tasks)
        self.serial = standing.serial
        self.done_by: Mapping[str, str] = standing.done_by
        self.trail = standing.trail
        self.used = standing.used
        self.extended = standing.extended
        self.suspension: Suspension | None = standing.suspension
        self.outcome = standing.outcome
        self.entered: list[str] = []
        self.left: list[str] = []
        self.opened: list[Task] = []
        self.closed: list[Task] = []
        self.effects: list[str] = []
        self.reasons: list[str] = []
        self.queue: list[str] = []
        self.decision: Pending | None = None
        self.is_changed = False

    def fork(self) -> "Run":
        """Return a copy to try something on."""
        other = copy(self)
        for name in ("config", "tasks", "entered", "left", "opened", "closed", "queue"):
            setattr(other, name, list(getattr(self, name)))
        other.effects, other.reasons = list(self.effects), list(self.reasons)
        return other

    # -- guards

    def holds(self, guard: Guard) -> bool:
        """Answer a guard; an unknown one stops the step."""
        if self.oracle:
            return self.oracle(guard)
        answer = guard.ask(self.facts, self.as_of)
        if answer is None:
            known = [name for name, value in self.facts.items() if value is not None]
            raise unknown_fact(self.chart, self.standing, guard, known)
        if guard.label or answer:
            self.reasons.append(f"{guard.label or guard.text}：{'是' if answer else '否'}")
        return answer

    def choose(self, arcs: Sequence[Arc]) -> Arc | None:
        """Return the first arc whose guard holds."""
        for arc in arcs:
            if arc.guard is None or self.holds(arc.guard):
                return arc
        return None

    # -- moving

    def start(self, name: str) -> None:
        self._enter(self.chart.states[name])
        self._settle()

    def take(self, arc: Arc) -> None:
        """Move along an arc and everything that follows by itself."""
        self._move(arc)
        self._settle()

    def _move(self, arc: Arc) -> None:
        self._exit(arc.exits)
        self.effects += arc.effects
        target = self.chart.states[arc.target]
        self._remember(arc.exits, target)
        if arc.outcome:
            self.outcome = arc.outcome
        self._enter(target)

    def go_back(self, exits: str, target: str) -> None:
        """Send the case back to a state on its trail."""
        self._move(Arc("", target, exits))
        self._settle()

    def _remember(self, exits: str, target: State) -> None:
        """Keep the way the case came; a state entered again takes back everything after it."""
        trail = self.trail
        if target.name in trail:
            trail = trail[: trail.index(target.name)]
        elif target.kind is not _DONE and target.name != exits:
            trail = (*trail, exits)
        inside = exits + "."
        self.trail = tuple([name for name in trail if not name.startswith(inside)])

    def _exit(self, whole: str) -> None:
        inside = whole + "."
        going = [name for name in self.config if name == whole or name.startswith(inside)]
        self.config = [name for name in self.config if name not in going]
        self.left += going if going == [whole] else self._leaving(going, whole)
        kept: list[Task] = []
        for task in self.tasks:
            is_left = task.state == whole or task.state.startswith(inside)
            (self.closed if is_left else kept).append(task)
        self.tasks = kept

    def _leaving(self, going: list[str], whole: str) -> list[str]:
        """Every state left, children before parents and the last written first, as SCXML has it."""
        states = self.chart.states
        names: set[str] = set()
        for leaf in going:
            line = states[leaf].line
            names.update(line[: line.index(whole) + 1] if whole in line else (leaf, whole))
        left = [states[name] for name in names if states[name].kind is not _DONE]
        return [state.name for state in sorted(left, key=lambda state: -state.order)]

    def _enter(self, state: State) -> None:
        kind = state.kind
        if kind is _DONE:
            self.config.append(state.name)
            self.queue.append(state.parent)
            return
        self.entered.append(state.name)
        if kind is _TASK:
            self.config.append(state.name)
            self.open_task(self._task_of(state))
        elif kind is _STEPS:
            self._enter(self.chart.states[state.start])
        elif kind is _END:
            self.config.append(state.name)
        else:
            self._enter_regions(state)

    def _enter_regions(self, state: State) -> None:
        states = self.chart.states
        regions = [states[name] for name in state.children]
        asked = [region for region in regions if region.when is None or self.holds(region.when)]
        for region in asked:
            self._enter(region)
        if not asked:  # a route, or nobody to ask: it stands for itself until its `then` is taken
            self.config.append(state.name)
            self.queue.append(state.name)

    def _settle(self) -> None:
        """Take every `then` that is due, in the order it fell due."""
        for _ in range(_LONGEST):
            if not self.queue:
                return
            state = self.chart.states[self.queue.pop(0)]
            if self._is_complete(state):
                arc = self.choose(state.then)
                if arc is not None:  # the compiler sees to it that the last one has no guard
                    self._move(arc)
        raise NeverRests(self.chart.code)

    def _is_complete(self, state: State) -> bool:
        inside = state.name + "."
        done = 0
        for name in self.config:
            if name == state.name:
                return True
            if name.startswith(inside):
                found = self.chart.states[name]
                if found.kind is _DONE and found.parent == state.name:
                    done += 1
                elif state.kind is not _ANY_OF:
                    return False
        return done > 0

    # -- tasks

    def _task_of(self, state: State) -> Task:
        return Task(
            self._next_key(),
            state.name,
            role=state.role,
            holder=self._former_holder(state),
            department=state.department or None,
        )

    def _next_key(self) -> str:
        self.serial += 1
        return f"t{self.serial}"

    def _former_holder(self, state: State) -> str | None:
        """A task that comes back goes to whoever did it, unless two pairs of eyes forbid it."""
        holder = self.done_by.get(state.name)
        if not holder or holder == SYSTEM_ROLE or state.role == APPLICANT:
            return None
        return None if holder in self.barred(state) else holder

    def barred(self, state: State) -> set[str]:
        """Return who may not act here because they did what is checked."""
        return {self.done_by[name] for name in state.four_eyes if name in self.done_by}

    def complete(self, leaf: str, number: str) -> None:
        """Note who completed a state; they let go of what they may not check."""
        self.done_by = {**self.done_by, leaf: number}
        if len(self.tasks) == 1:
            return
        for task in tuple(self.tasks):
            if task.holder == number and leaf in self.chart.states[task.state].four_eyes:
                self.change_task(task, replace(task, holder=None))

    def open_task(self, task: Task) -> Task:
        self.tasks.append(task)
        self.opened.append(task)
        return task

    def ask_task(self, task: Task) -> Task:
        """Open a task under the next key."""
        return self.open_task(replace(task, key=self._next_key()))

    def close_task(self, task: Task) -> None:
        self.tasks.remove(task)
        self.closed.append(task)

    def change_task(self, old: Task, new: Task) -> Task:
        self.tasks[self.tasks.index(old)] = new
        self.is_changed = True
        if old in self.opened:
            self.opened[self.opened.index(old)] = new
        return new

    # -- the result

    def result(self, event: str) -> Stepped:
        """Return the step; a task that came and went within it never was."""
        opened, closed = self.opened, self.closed
        passing = [task for task in opened if task not in self.tasks]
        if passing:
            opened = [task for task in opened if task not in passing]
            closed = [task for task in closed if task not in passing]
        return Stepped(
            self._standing(),
            self.decision.event if self.decision else event,
            tuple(self.entered),
            tuple(self.left),
            tuple(opened),
            tuple(closed),
            self._changed() if self.is_changed else (),
            tuple(self.effects),
            tuple(self.reasons),
            self.decision,
        )

    def _changed(self) -> tuple[Task, ...]:
        before = {task.key: task for task in self.standing.tasks}
        return tuple(t for t in self.tasks if t.key in before and before[t.key] != t)

    def _standing(self) -> Standing:
        config = self.config
        if len(config) > 1:
            states = self.chart.states
            config = sorted(config, key=lambda name: states[name].order)
        return Standing(
            tuple(config),
            tuple(self.tasks),
            self.serial,
            self.done_by,
            self.trail,
            self.used,
            self.suspension,
            self.extended,
            self.outcome,
        )
