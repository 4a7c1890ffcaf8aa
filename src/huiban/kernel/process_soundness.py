# SPDX-License-Identifier: Apache-2.0
"""Proof that a chart is sound: every state is reached, every case ends, every role is staffed."""

from collections.abc import Collection, Iterator
from itertools import product

from huiban.kernel.process_chart import (
    APPLICANT,
    SYSTEM_ROLE,
    Chart,
    ChartFault,
    Regime,
    State,
    StateKind,
)
from huiban.kernel.process_explore import (
    MOST_PLACES,
    Explored,
    Place,
    atom_of,
    events_at,
    explore,
)
from huiban.kernel.process_law import law
from huiban.kernel.process_read import cure_for

_MOST_ATOMS = 10
_MOST_SHOWN = 5
# The applicant may always walk away; that is no way for the authority to finish its work.
_NO_PROGRESS = frozenset({"retract"})


def soundness(
    chart: Chart, roles: Collection[str] | None = None, most: int = MOST_PLACES
) -> list[ChartFault]:
    """
    List what is unsound in a chart, with the events that show it.

    `roles` are the roles somebody works in; None leaves staffing unchecked. A chart with more
    than `most` configurations is not proven, and that is a fault.
    """
    found = explore(chart, most)
    faults = [*_staffing(chart, roles)] if roles is not None else []
    if not found.is_whole:
        message = f"more than {most} configurations: the chart cannot be proven sound"
        cure = "use fewer parallel regions, or let one follow the other"
        return [*faults, ChartFault("states", message, cure)]
    faults += _resting(chart, found)
    faults += _reaching(chart, found)
    faults += _ending(chart, found)
    faults += _joins(chart, found)
    if chart.regime is Regime.LICENSING:
        faults += law(chart, found)
    return faults


# -- reached, ending, joined


def _resting(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    told: set[tuple[str, str]] = set()
    for place, event in found.restless:
        leaf = chart.states[place.configuration[0]]
        if (leaf.name, event) in told:
            continue
        told.add((leaf.name, event))
        message = f"after '{event}' the case goes round for ever without anybody acting"
        cure = f"put a task into the ring; path: {found.path(place)} → {event}"
        yield ChartFault(leaf.path, message, cure)


def _reaching(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    for state in chart.states.values():
        is_supplied = state.kind is StateKind.DONE or state.is_engine_owned
        if state.name in found.entered or (is_supplied and state.kind is not StateKind.TASK):
            continue
        if state.parent and state.parent not in found.entered:
            continue  # the parent is the news
        message = f"'{state.name}' is never reached from '{chart.start}'"
        yield ChartFault(state.path, message, "let an event lead `to` it, or remove it")


def _ending(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    stuck = [place for place in found.came_by if not place.outcome and _can_stick(chart, place)]
    told: set[str] = set()
    for place in stuck:
        leaf = _working(chart, place)[0]
        if leaf.name in told:
            continue
        told.add(leaf.name)
        message = f"dead end: nothing can be done in '{leaf.name}'"
        if any(event.name not in _NO_PROGRESS for _, event in events_at(chart, place)):
            message = (
                f"dead end: in '{leaf.name}' every way on has a condition, and all can be false"
            )
        cure = f"add a way on without `when`; path: {found.path(place)}"
        yield ChartFault(f"{leaf.path}.on", message, cure)
    lost = _endless(found) - set(stuck)
    yield from _lost(chart, found, [place for place in found.came_by if place in lost], told)


def _lost(chart: Chart, found: Explored, lost: list[Place], told: set[str]) -> Iterator[ChartFault]:
    for place in lost[: _MOST_SHOWN if not told else 0]:
        leaf = _working(chart, place)[0]
        if leaf.name not in told:
            told.add(leaf.name)
            message = f"no end can be reached from '{leaf.name}'"
            yield ChartFault(leaf.path, message, f"lead on to an end; path: {found.path(place)}")


def _working(chart: Chart, place: Place) -> list[State]:
    states = [chart.states[name] for name in place.configuration]
    return [state for state in states if state.kind is StateKind.TASK] or states


def _can_stick(chart: Chart, place: Place) -> bool:
    """Is there an answer to all guards at a place under which no event moves the case?"""
    events = [event for _, event in events_at(chart, place) if event.name not in _NO_PROGRESS]
    if any(arc.guard is None for event in events for arc in event.arcs):
        return False
    guards = [atom_of(arc.guard.text) for event in events for arc in event.arcs if arc.guard]
    atoms = list(dict.fromkeys(atom for atom, _ in guards))[:_MOST_ATOMS]
    for answers in product((True, False), repeat=len(atoms)):
        known = dict(zip(atoms, answers, strict=True))
        if not any(known.get(atom, not sense) is sense for atom, sense in guards):
            return True
    return False


def _endless(found: Explored) -> set[Place]:
    """The places from which no end is reached, the applicant's walking away left aside."""
    before: dict[Place, list[Place]] = {}
    for way in found.ways:
        if way.event not in _NO_PROGRESS:
            before.setdefault(way.target, []).append(way.source)
    queue = [place for place in found.came_by if place.outcome]
    good = set(queue)
    while queue:
        for place in before.get(queue.pop(), ()):
            if place not in good:
                good.add(place)
                queue.append(place)
    return set(found.came_by) - good


def _joins(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    for state in chart.states.values():
        if state.kind not in (StateKind.ALL_OF, StateKind.ANY_OF):
            continue
        if state.name not in found.entered or state.name in found.completed:
            continue
        never = [child for child in state.children if f"{child}.done" not in found.entered]
        who = ", ".join(f"'{child}'" for child in never) or "together, its regions"
        place = next(p for p in found.came_by if _is_inside(state, p))
        message = f"'{state.name}' is never complete: {who} never reach `done`"
        cure = f"let an event lead `to: done`; path: {found.path(place)}"
        yield ChartFault(f"{state.path}.then", message, cure)


def _is_inside(state: State, place: Place) -> bool:
    return any(name.startswith(f"{state.name}.") for name in place.configuration)


# -- staffed


def _staffing(chart: Chart, roles: Collection[str]) -> Iterator[ChartFault]:
    known = {*roles, SYSTEM_ROLE, APPLICANT}
    for path, role in _named_roles(chart):
        if role and role not in known:
            yield ChartFault(path, f"nobody works in the role '{role}'", cure_for(role, known))


def _named_roles(chart: Chart) -> Iterator[tuple[str, str]]:
    for state in chart.states.values():
        yield f"{state.path}.role", state.role
        for name, role in state.acts.items():
            yield f"{state.path}.acts.{name}.by", role
        for event in state.on.values():
            if not event.completes:
                yield f"{state.path}.on.{event.name}.by", event.by
    for name, extension in chart.extensions.items():
        yield f"clocks.{name}.extend.approver", extension.approver
