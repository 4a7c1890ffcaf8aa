# SPDX-License-Identifier: Apache-2.0
"""Our machine against an independent SCXML machine, on random charts and random events."""

import random
import re
from typing import Any

import pytest
from statemachine.exceptions import TransitionNotAllowed
from statemachine.io import load

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.process import (
    Act,
    ActionRefused,
    Chart,
    Standing,
    begin,
    compile_chart,
    step,
)
from huiban.kernel.process_chart import Event, State
from huiban.kernel.process_export import scxml_data, scxml_event, scxml_id, to_scxml
from huiban.kernel.process_move import NeverRests
from huiban.kernel.rule import FactKind, FactType
from tests.kernel.process_samples import AS_OF, SCHEMA, waste_data

Data = dict[str, Any]
Facts = dict[str, object]
GUARDS = ("g1", "g2", "g3")
TEXTS = (*GUARDS, "not g1", "g1 or g2", "g2 and not g3")
FLAGS = {name: FactType(FactKind.BOOLEAN) for name in GUARDS}
ROLE = "clerk"
ANYBODY = Actor("x", "x", ActorKind.OFFICER, frozenset({ROLE, "system", "applicant"}))
STEPS = 150


# -- random charts


class Maker:
    """Makes charts of nested parallel regions, steps and routes, with guards everywhere."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.events = 0

    def chart(self) -> Data:
        names = [f"s{number}" for number in range(self.random.randint(3, 6))]
        states = {name: self.state(names, 0, "top") for name in names}
        states["closed"] = {"end": ["granted"]}
        states[names[0]] = self.task([*names, "closed"])  # a task first, so that it comes to rest
        return {"process": "random", "regime": "service", "start": names[0], "states": states}

    def state(self, targets: list[str], depth: int, place: str) -> Data:
        """A state at the `top`, as a `region`, or as one of the `steps` in a region."""
        kind = self.random.random()
        ways = [*targets, "closed" if place == "top" else "done"]
        if depth < 3 and kind < 0.35:
            return self.parallel(ways, depth)
        if place == "top" and kind < 0.45:
            return {"then": self.then(ways)}
        if place == "region" and kind < 0.5:
            return self.steps(ways, depth)
        return self.task([*ways, *([] if place == "top" else ["done"] * 2)])

    def task(self, targets: list[str]) -> Data:
        events = {self.name(): self.ways(targets) for _ in range(self.random.randint(1, 3))}
        return {"role": ROLE, "on": events}

    def parallel(self, targets: list[str], depth: int) -> Data:
        regions = {}
        for number in range(self.random.randint(1, 3)):
            region = self.state(targets[:-1], depth + 1, "region")
            if self.random.random() < 0.4:
                region["when"] = self.random.choice(TEXTS)
            regions[f"r{number}"] = region
        found: Data = {
            self.random.choice(["all_of", "any_of"]): regions,
            "then": self.then(targets),
        }
        if self.random.random() < 0.4:
            found["on"] = {self.name(): {"to": self.random.choice(targets), "by": ROLE}}
        return found

    def steps(self, targets: list[str], depth: int) -> Data:
        names = [f"p{number}" for number in range(self.random.randint(1, 3))]
        inner = [*targets, *names]
        states = {name: self.state(inner, depth + 2, "steps") for name in names}
        return {"start": names[0], "states": states}

    def ways(self, targets: list[str]) -> Any:
        ways = [self.way(targets) for _ in range(self.random.randint(1, 3))]
        for way in ways[:-1]:
            way["when"] = self.random.choice(TEXTS)
        if self.random.random() < 0.2:
            ways[-1]["when"] = self.random.choice(TEXTS)
        if self.random.random() < 0.1:
            ways[0]["once"] = True
        return ways

    def then(self, targets: list[str]) -> list[Data]:
        return [
            {"to": self.random.choice(targets), "when": self.random.choice(TEXTS)},
            {"to": self.random.choice(targets)},
        ]

    def way(self, targets: list[str]) -> Data:
        return {"to": self.random.choice(targets)}

    def name(self) -> str:
        self.events += 1
        return f"e{self.events}"


# -- two machines


class Theirs:
    """The chart's SCXML in python-statemachine, told to refuse rather than to swallow."""

    def __init__(self, chart: Chart) -> None:
        self.data = scxml_data(chart)
        document = to_scxml(chart)
        self.declared = re.findall(r'<data id="(\w+)"', document)
        self.made = load(document, format="scxml", name="Random")
        self.made.catch_errors_as_events = False
        self.made.allow_event_without_transition = False
        self.names = {scxml_id(state.name): state.name for state in chart.states.values()}

    def begin(self) -> None:
        """Start afresh; the library fills in the data model for the first machine only."""
        self.machine = self.made()
        for name in self.declared:
            setattr(self.machine.model, name, 0)

    def send(self, event: str, facts: Facts, chart: Chart) -> bool:
        for text, name in self.data.items():
            setattr(self.machine.model, name, ask(chart, text, facts))
        try:
            self.machine.send(event)
        except TransitionNotAllowed:
            return False
        return True

    def configuration(self) -> set[str]:
        """The innermost states, by our names; regions that were not wanted left out."""
        values = {str(value) for value in self.machine.configuration_values}
        return {name for value, name in self.names.items() if value in values}


def ask(chart: Chart, text: str, facts: Facts) -> bool:
    for state in chart.states.values():
        arcs = [*state.then, *(arc for event in state.on.values() for arc in event.arcs)]
        for guard in [state.when, *(arc.guard for arc in arcs)]:
            if guard and guard.text == text:
                return bool(guard.ask(facts, AS_OF))
    raise AssertionError(text)


def all_events(chart: Chart) -> list[tuple[State, Event]]:
    return [(state, event) for state in chart.states.values() for event in state.on.values()]


def ours(
    chart: Chart, standing: Standing, state: State, event: str, facts: Facts
) -> Standing | None:
    """Our step, on a task of this very region; None where it is refused."""
    inside = [t.key for t in standing.tasks if state.name in chart.states[t.state].line]
    if state.region and not inside:
        return None
    act = Act(event, inside[0] if state.region else None)
    try:
        return step(chart, standing, act, facts, ANYBODY, AS_OF).standing
    except ActionRefused:
        return None


def is_endless(chart: Chart, standing: Standing, state: State, event: str, facts: Facts) -> bool:
    """A random chart may go round for ever; neither machine is asked to do that."""
    try:
        ours(chart, standing, state, event, facts)
    except NeverRests:
        return True
    return False


def innermost(chart: Chart, names: set[str]) -> set[str]:
    """Their configuration names every state that is active; ours only the innermost ones."""
    return {
        name for name in names if not any(name in chart.states[other].line[1:] for other in names)
    }


@pytest.mark.parametrize("seed", range(32))
def test_random_charts_move_as_an_scxml_machine_moves_them(seed: int) -> None:
    chart = compile_chart(Maker(seed).chart(), FLAGS)
    theirs = Theirs(chart)
    rng = random.Random(seed)
    events = all_events(chart)
    facts: Facts = dict.fromkeys(GUARDS, False)
    standing = begin(chart, facts, AS_OF).standing
    theirs.begin()
    moved = idle = 0
    for _ in range(STEPS):
        facts = {name: rng.random() < 0.5 for name in GUARDS}
        state, event = pick(rng, chart, standing, events)
        if is_endless(chart, standing, state, event.name, facts):
            continue
        after = ours(chart, standing, state, event.name, facts)
        is_taken = theirs.send(scxml_event(state, event.name), facts, chart)

        assert is_taken is (after is not None), (state.name, event.name, facts)
        standing = after or standing
        moved += is_taken
        idle = 0 if is_taken else idle + 1
        active = innermost(chart, theirs.configuration())
        assert active == set(standing.configuration)
        if idle > 8 or standing.configuration == ("archived",):
            standing = begin(chart, facts, AS_OF).standing
            theirs.begin()
    assert moved > STEPS // 6


def pick(
    rng: random.Random, chart: Chart, standing: Standing, events: list[tuple[State, Event]]
) -> tuple[State, Event]:
    """Mostly an event that is open, sometimes any event at all."""
    open_now = [
        (chart.states[owner], event)
        for name in standing.configuration
        for owner, event in chart.open_events[name].values()
    ]
    return rng.choice(open_now if open_now and rng.random() < 0.8 else events)


def test_the_permit_chart_moves_as_its_scxml_moves() -> None:
    chart = compile_chart(waste_data(), SCHEMA)
    theirs = Theirs(chart)
    facts: Facts = {"complete": True, "uses_road": True}
    theirs.begin()

    for event in ("request_correction", "resubmit", "accept", "pass"):
        assert theirs.send(event, facts, chart)
    assert not theirs.send("request_correction", facts, chart)
    assert theirs.send("reply.consultation__traffic", facts, chart)
    assert theirs.send("refuse", facts, chart)

    assert theirs.machine.model.outcome == "refused"
    assert theirs.configuration() == {"closed"}
