# SPDX-License-Identifier: Apache-2.0
"""The way of an automatic decision through a chart: its own steps, opened to the system."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from huiban.kernel.process_chart import (
    APPLICANT,
    CLOSED,
    SYSTEM_ROLE,
    Chart,
    ChartFault,
    Event,
    State,
    StateKind,
)

STEPS = ("accept", "pass", "grant")
"""The events that the system may take for an item decided automatically, and no others."""
_GRANTED = "granted"


def opened_to_system(chart: Chart) -> Chart:
    """Return the chart in which the system may also take the steps towards a grant."""
    states = {name: replace(one, on=_opened(one.on)) for name, one in chart.states.items()}
    events = {
        name: {event: (owner, states[owner].on[event]) for event, (owner, _) in reaching.items()}
        for name, reaching in chart.open_events.items()
    }
    return replace(chart, states=states, open_events=events)


def _opened(events: Mapping[str, Event]) -> dict[str, Event]:
    return {
        name: replace(one, is_automatic=name in STEPS and one.completes)
        for name, one in events.items()
    }


def next_step(chart: Chart, place: str) -> str:
    """Say which step the system may take in a state; empty where only people may act."""
    known = chart.open_events.get(place, {})
    return next((name for name in STEPS if name in known and known[name][1].is_automatic), "")


def way_faults(chart: Chart) -> Iterator[ChartFault]:
    """
    List where an automatic decision would need somebody: consultation, inspection or hearing.

    Every way that the steps can take, whatever the conditions on it, must lead to the grant.
    """
    opened = opened_to_system(chart)
    queue, seen = [opened.start], {opened.start}
    stops: list[ChartFault] = []
    while queue:
        state = opened.states[queue.pop(0)]
        stops += _stop_at(state)
        event = _step_at(opened, state)
        if event is None:
            yield _people_at(state)
            continue
        yield from _wants(state, event)
        for arc in event.arcs:
            target = opened.states[arc.target]
            if target.kind is StateKind.END:
                if (target.stage, arc.outcome) != (CLOSED, _GRANTED):
                    yield _no_grant(state, event)
            elif target.name not in seen:
                seen.add(target.name)
                queue.append(target.name)
    yield from stops[:1]  # an act is mostly open in the whole chart: once is enough


def _step_at(chart: Chart, state: State) -> Event | None:
    if state.kind is not StateKind.TASK or state.role in (APPLICANT, SYSTEM_ROLE):
        return None
    name = next_step(chart, state.name)
    return chart.open_events[state.name][name][1] if name else None


_CURE = "decide this item by people: take `automatic` out of it"


def _people_at(state: State) -> ChartFault:
    if state.kind is not StateKind.TASK:
        return ChartFault(state.path, f"'{state.name}' asks several desks", _CURE)
    message = f"in '{state.name}' somebody is consulted, inspects or hears the applicant"
    return ChartFault(f"{state.path}.on", message, _CURE)


def _stop_at(state: State) -> list[ChartFault]:
    if "suspend" not in state.acts:
        return []
    message = f"in '{state.name}' time can stop for a hearing, an inspection or experts"
    return [ChartFault(state.path, message, _CURE)]


def _wants(state: State, event: Event) -> Iterator[ChartFault]:
    if event.needs_reason or event.needs_document:
        message = f"'{event.name}' needs a reason or document that only people write"
        yield ChartFault(f"{state.path}.on.{event.name}", message, _CURE)


def _no_grant(state: State, event: Event) -> ChartFault:
    message = f"'{event.name}' in '{state.name}' ends without a grant"
    return ChartFault(f"{state.path}.on.{event.name}", message, "let it lead to `closed`, granted")
