# SPDX-License-Identifier: Apache-2.0
"""What a drawing of a chart shows, in one language: states, ways on, what is done and now."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from huiban.kernel.process_chart import ARCHIVED, Arc, Chart, Event, State, StateKind
from huiban.kernel.words import Words

_ALL = Words("全部完成后继续", "when all are done")
_ANY = Words("任一完成后继续", "when one is done")
_ONLY = Words("仅当", "only if")
_NOW = Words("当前", "now")
_DONE = Words("已办", "done")
_WHO = Words("办理", "by")
_RETRACT = Words(
    "申请人在决定作出前可以撤回申请。", "The applicant may retract until a decision is made."
)
_STEPS = Words("办理流程", "Process")


@dataclass(frozen=True, slots=True)
class Shown:
    """One state as drawn; `inside` are the regions of a parallel state or the steps of a region."""

    name: str
    label: str
    role: str = ""
    kind: StateKind = StateKind.TASK
    is_current: bool = False
    is_done: bool = False
    notes: tuple[str, ...] = ()
    inside: "tuple[Shown, ...]" = ()


@dataclass(slots=True)
class Way:
    """One line as drawn, with all the events that take it."""

    source: str
    target: str
    labels: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    description: str
    now: str
    states: tuple[Shown, ...]
    ways: tuple[Way, ...]
    note: str = ""

    def shown(self, name: str) -> Shown | None:
        return next((state for state in self.states if state.name == name), None)


def picture(
    chart: Chart, language: str, current: tuple[str, ...] = (), done: tuple[str, ...] = ()
) -> Picture:
    """Choose what to draw: not the archive, unless the case has got there."""
    return _Maker(chart, language, frozenset(current), frozenset(done)).picture()


@dataclass(frozen=True, slots=True)
class _Maker:
    chart: Chart
    language: str
    current: frozenset[str]
    done: frozenset[str]

    def say(self, words: Words) -> str:
        return words.speak(self.language)

    def picture(self) -> Picture:
        targets = {way.target for way in self.ways()} | {self.chart.start}
        top = [state for state in self.chart.states.values() if not state.parent]
        states = tuple(self.shown(state) for state in top if self.is_drawn(state, targets))
        can_retract = any("retract" in state.on for state in top)
        return Picture(
            self.say(self.chart.title) or self.say(_STEPS),
            self.description(states),
            self.say(_NOW),
            states,
            tuple(self.ways()),
            self.say(_RETRACT) if can_retract else "",
        )

    def is_drawn(self, state: State, targets: set[str]) -> bool:
        return state.name in targets or state.name in self.current

    def shown(self, state: State) -> Shown:
        inside = tuple(self.shown(self.chart.states[child]) for child in state.children)
        return Shown(
            state.name,
            self.say(state.label),
            self.say(self.chart.role_label(state.role)) if state.role else "",
            state.kind,
            state.name in self.current or any(part.is_current for part in inside),
            self.is_done(state),
            tuple(self.notes(state)),
            inside,
        )

    def is_done(self, state: State) -> bool:
        if state.name in self.done or f"{state.name}.done" in self.current:
            return True
        inside = [self.chart.states[child] for child in state.children]
        return bool(inside) and all(self.is_done(child) for child in inside)

    def notes(self, state: State) -> Iterator[str]:
        if state.kind is StateKind.ALL_OF and len(state.children) > 1:
            yield self.say(_ALL)
        if state.kind is StateKind.ANY_OF:
            yield self.say(_ANY)
        if state.when and state.when.label:
            yield f"{self.say(_ONLY)}{self.say(state.when.label)}"
        for event in state.on.values():
            if any(arc.target == state.name for arc in event.arcs):
                yield f"↻ {self.say(event.label)}"

    def ways(self) -> list[Way]:
        """Every line between top-level states; what happens inside a parallel state stays there."""
        found: dict[tuple[str, str], Way] = {}
        for state in self.chart.states.values():
            for arc, event in _arcs(state):
                source, target = state.line[-1], arc.target
                if target not in self.chart.states or self.chart.states[target].parent:
                    continue
                if source == target or not self.is_told(arc, event):
                    continue
                way = found.setdefault((source, target), Way(source, target))
                self.add(way, arc, event)
        return list(found.values())

    def is_told(self, arc: Arc, event: Event | None) -> bool:
        if arc.target == ARCHIVED:
            return ARCHIVED in self.current and self.chart.states[arc.source].name in self.done
        return event is None or event.name != "retract"

    def add(self, way: Way, arc: Arc, event: Event | None) -> None:
        condition = self.say(arc.guard.label) if arc.guard and arc.guard.label else ""
        label = self.say(event.label) if event else ""
        text = f"{label}（{condition}）" if label and condition else label or condition
        if text and text not in way.labels:
            way.labels.append(text)
        if event:
            way.hints.append(f"{label}：{self.say(self.chart.role_label(event.by))}")

    def description(self, states: tuple[Shown, ...]) -> str:
        """The drawing in words, for those who hear it."""
        parts = []
        for state in states:
            text = state.label + (f"（{state.role}）" if state.role else "")
            if state.inside:
                text += "：" + "、".join(part.label for part in state.inside)
            marks = [self.say(_NOW)] * state.is_current + [self.say(_DONE)] * state.is_done
            parts.append(text + (f"，{'，'.join(marks)}" if marks else ""))
        return "；".join(parts) + "。"


def _arcs(state: State) -> Iterator[tuple[Arc, Event | None]]:
    for event in state.on.values():
        for arc in event.arcs:
            yield arc, event
    for arc in state.then:
        yield arc, None
