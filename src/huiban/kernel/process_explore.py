# SPDX-License-Identifier: Apache-2.0
"""Every way a case can go: all configurations of a chart, each guard answered both ways."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from huiban.kernel.process_chart import Arc, Chart, Event, Guard
from huiban.kernel.process_move import NeverRests, Run
from huiban.kernel.process_standing import Standing

MOST_PLACES = 20_000
_MOST_ANSWERS = 12
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A configuration with the once-only events spent and the outcome, if any."""

    configuration: tuple[str, ...]
    used: frozenset[str] = frozenset()
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One step between two places: the event and the answers its guards were given."""

    source: Place
    event: str
    target: Place
    answers: tuple[tuple[str, bool], ...] = ()
    region: str = ""

    def __str__(self) -> str:
        given = ", ".join(text if holds else f"not ({text})" for text, holds in self.answers)
        name = f"{self.region}: {self.event}" if self.region else self.event
        return f"{name} [{given}]" if given else name


@dataclass(slots=True)
class Explored:
    """What was found; `came_by` gives the first way into each place, so a shortest path."""

    start: tuple[Place, ...] = ()
    came_by: dict[Place, Way | None] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    entered: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    restless: list[tuple[Place, str]] = field(default_factory=list)
    is_whole: bool = True

    def path(self, place: Place) -> str:
        """Write the events that lead from the submission to a place."""
        steps: list[str] = []
        way = self.came_by.get(place)
        while way is not None:
            steps.append(str(way))
            way = self.came_by.get(way.source)
        return " → ".join(["submit", *reversed(steps)])


class _Tried(Run):
    """A run whose guards are answered by a script, noting what it was asked."""

    __slots__ = ("answers", "completed", "script")

    def __init__(self, chart: Chart, place: Place, script: Sequence[bool]) -> None:
        standing = Standing(place.configuration, used=place.used, outcome=place.outcome)
        super().__init__(chart, standing, {}, _ANY_DAY, self._answer)
        self.script = list(script)
        self.answers: dict[str, bool] = {}
        self.completed: set[str] = set()

    def _answer(self, guard: Guard) -> bool:
        atom, sense = atom_of(guard.text)
        if atom not in self.answers:
            place = len(self.answers)
            self.answers[atom] = self.script[place] if place < len(self.script) else True
        return self.answers[atom] is sense

    def choose(self, arcs: Sequence[Arc]) -> Arc | None:
        if arcs and self.chart.states[arcs[0].source].then == arcs:
            self.completed.add(arcs[0].source)
        return super().choose(arcs)

    def place(self) -> Place:
        return Place(self._standing().configuration, self.used, self.outcome)


def atom_of(text: str) -> tuple[str, bool]:
    """Read `not x` as the other answer of `x`."""
    bare = text.strip()
    if not bare.lower().startswith("not "):
        return bare, True
    inner = bare[4:].strip()
    if inner.startswith("(") and inner.endswith(")") and _is_one_group(inner):
        return inner[1:-1].strip(), False
    is_simple = inner.replace("_", "").replace(".", "").isalnum()
    return (inner, False) if is_simple else (bare, True)


def _is_one_group(text: str) -> bool:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(text) - 1:
            return False
    return True


def explore(chart: Chart, most: int = MOST_PLACES) -> Explored:
    """Visit every place a case can be in, breadth first, up to `most`."""
    found = Explored()
    begun = list(_every_answer(chart, Place(()), partial(_begin, chart.start)))
    found.restless = [(Place((chart.start,)), "submit") for _, moved in begun if moved is None][:1]
    found.start = tuple(dict.fromkeys(_seen(found, run) for run, moved in begun if moved))
    found.came_by = dict.fromkeys(found.start)
    queue = deque(found.start)
    while queue:
        place = queue.popleft()
        for way in _ways(chart, place, found):
            found.ways.append(way)
            if way.target in found.came_by:
                continue
            if len(found.came_by) >= most:
                found.is_whole = False
                return found
            found.came_by[way.target] = way
            queue.append(way.target)
    return found


def _seen(found: Explored, run: _Tried) -> Place:
    found.entered.update(run.entered, run.config)
    found.completed |= run.completed
    return run.place()


def events_at(chart: Chart, place: Place) -> Iterator[tuple[str, Event]]:
    """List the events open at a place, each with the state it is done in."""
    seen: set[tuple[str, str]] = set()
    for leaf in place.configuration:
        for owner, event in chart.open_events[leaf].values():
            if (owner, event.name) not in seen and not (event.once and event.name in place.used):
                seen.add((owner, event.name))
                yield leaf, event


def _ways(chart: Chart, place: Place, found: Explored) -> Iterator[Way]:
    for leaf, event in events_at(chart, place):
        for run, moved in _every_answer(chart, place, partial(_take, event)):
            if moved is None:
                found.restless.append((place, event.name))
            elif moved:
                region = leaf if len(place.configuration) > 1 else ""
                answers = tuple(run.answers.items())
                yield Way(place, event.name, _seen(found, run), answers, region)


def _begin(start: str, run: _Tried) -> bool:
    run.start(start)
    return True


def _take(event: Event, run: _Tried) -> bool:
    arc = run.choose(event.arcs)
    if arc is None:
        return False
    if event.once:
        run.used |= {event.name}
    run.take(arc)
    return True


def _every_answer(
    chart: Chart, place: Place, act: Callable[[_Tried], bool]
) -> Iterator[tuple[_Tried, bool | None]]:
    """
    Run one act under every combination of answers to the guards it comes upon.

    With each run comes whether it moved, None where it never came to rest.
    """
    script: list[bool] = []
    while True:
        run = _Tried(chart, place, script)
        try:
            yield run, act(run)
        except NeverRests:
            yield run, None
        script = list(run.answers.values())[:_MOST_ANSWERS]
        while script and not script[-1]:
            script.pop()
        if not script:
            return
        script[-1] = False
