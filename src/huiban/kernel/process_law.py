# SPDX-License-Identifier: Apache-2.0
"""What the licensing law (行政许可法) asks of a chart: stages, outcomes, correction, limits."""

from collections.abc import Callable, Iterator
from functools import partial

from huiban.kernel.clock import Unit
from huiban.kernel.process_chart import (
    APPLICANT,
    CLOSED,
    CORRECTION,
    DECISION,
    DECLINED,
    EXAMINATION,
    SUBMITTED,
    Chart,
    ChartFault,
    Event,
    State,
    StateKind,
)
from huiban.kernel.process_explore import Explored, Place
from huiban.kernel.process_stage import ACCEPTED


def law(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    """List where a chart falls short of the licensing law."""
    yield from _unskipped(chart, found)
    yield from _outcomes(chart, found)
    yield from _corrections(chart, found)
    yield from _accepted_stays(chart)
    yield from _deemed(chart)
    yield from _limits(chart)


def _unskipped(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    """Nobody gets a decision without examination and decision."""
    for stage in (EXAMINATION, DECISION):
        reached = _avoiding(found, partial(_is_at, chart, stage))
        for place, path in reached.items():
            if _stage(chart, place) == CLOSED:
                message = f"a case can be closed without '{stage}'"
                yield ChartFault(f"states.{stage}", message, f"path: {path}")
                break


def _is_at(chart: Chart, state: str, place: Place) -> bool:
    return any(state in chart.states[name].line for name in place.configuration)


def _stage(chart: Chart, place: Place) -> str:
    return chart.states[place.configuration[0]].stage


def _avoiding(found: Explored, is_barred: Callable[[Place], bool]) -> dict[Place, str]:
    """Every place reached without passing a barred one, with its path."""
    after: dict[Place, list[tuple[Place, str]]] = {}
    for way in found.ways:
        after.setdefault(way.source, []).append((way.target, str(way)))
    reached = {place: "submit" for place in found.start if not is_barred(place)}
    queue = list(reached)
    for place in queue:
        for target, event in after.get(place, ()):
            if target not in reached and not is_barred(target):
                reached[target] = f"{reached[place]} → {event}"
                queue.append(target)
    return reached


def _outcomes(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    reached = {place.outcome for place in found.came_by}
    cures = {
        "declined": (SUBMITTED, "add `decline: declined` (Licensing Law art. 32)"),
        "refused": (DECISION, "add `refuse: closed` (Licensing Law art. 38)"),
        "granted": (DECISION, "add `grant: closed`"),
    }
    for outcome, (state, cure) in cures.items():
        if outcome not in reached:
            yield ChartFault(f"states.{state}.on", f"no case can end as '{outcome}'", cure)


def _corrections(chart: Chart, found: Explored) -> Iterator[ChartFault]:
    """Everything missing is told at once and once (art. 32, first paragraph, item 4)."""
    for owner, event in _all_events(chart):
        leads = {chart.states[arc.target].stage for arc in event.arcs}
        if CORRECTION in leads and not event.once:
            path = f"{owner.path}.on.{event.name}"
            message = f"correction can be asked for again and again by '{event.name}'"
            twice = next((p for p in found.came_by if owner.name in p.configuration), None)
            shown = (
                f"; path: {found.path(twice)} → {event.name} → … → {event.name}" if twice else ""
            )
            yield ChartFault(path, message, f"add `once: true` (Licensing Law art. 32){shown}")


def _accepted_stays(chart: Chart) -> Iterator[ChartFault]:
    """What was accepted can be granted, refused or retracted, but not made unaccepted again."""
    for owner, event in _all_events(chart):
        leads = {chart.states[arc.target].stage for arc in event.arcs}
        if owner.stage in ACCEPTED and leads & {SUBMITTED, CORRECTION, DECLINED}:
            message = f"'{event.name}' leads from '{owner.name}' back before acceptance"
            cure = "ask for corrections before accepting (Licensing Law art. 32)"
            yield ChartFault(f"{owner.path}.on.{event.name}", message, cure)


def _all_events(chart: Chart) -> Iterator[tuple[State, Event]]:
    for state in chart.states.values():
        for event in state.on.values():
            yield state, event


def _deemed(chart: Chart) -> Iterator[ChartFault]:
    """An application not answered within five working days is accepted (art. 32)."""
    for state in _tasks(chart):
        if state.stage != SUBMITTED or state.role == APPLICANT:
            continue
        if not any(_deems(chart, state, clock) for clock in chart.clocks):
            message = f"silence in '{state.name}' is never taken as acceptance"
            cure = "add a clock of at most 5 work_days with `on_due: deem_accept` that runs here"
            yield ChartFault(state.path, message, f"{cure} (Licensing Law art. 32)")


def _deems(chart: Chart, state: State, clock: str) -> bool:
    rule = chart.clocks[clock]
    found = chart.open_events[state.name].get(rule.on_due)
    if found is None or not rule.runs_in.intersection(state.line):
        return False
    leads = {chart.states[arc.target].stage for arc in found[1].arcs}
    is_short = rule.limit.unit is Unit.WORK_DAY and rule.limit.amount <= 5
    return leads <= ACCEPTED and is_short and all(arc.guard is None for arc in found[1].arcs)


def _tasks(chart: Chart) -> list[State]:
    return [state for state in chart.states.values() if state.kind is StateKind.TASK]


def _limits(chart: Chart) -> Iterator[ChartFault]:
    for name, rule in chart.clocks.items():
        if not rule.basis:
            message, cure = f"the clock '{name}' has no basis", "name the law and article"
            yield ChartFault(f"clocks.{name}.basis", message, cure)
        if not rule.on_due:
            message, cure = f"nothing happens when '{name}' is due", "add `on_due: overdue`"
            yield ChartFault(f"clocks.{name}.on_due", message, cure)
    accepted = {state.name for state in _tasks(chart) if state.stage in ACCEPTED}
    covered = [_covered(chart, name) for name in chart.clocks]
    best = max(covered, key=lambda names: len(names & accepted), default=frozenset())
    for state in _tasks(chart):
        path = state.path
        if state.name in accepted - best:
            message = f"the time limit does not run in '{state.name}'"
            cure = "add it to `runs_in` of the clock of the statutory limit"
            yield ChartFault(path, message, f"{cure} (Licensing Law art. 42)")
        elif state.role == APPLICANT and state.name not in frozenset().union(*covered):
            message = f"the applicant can leave '{state.name}' waiting for ever"
            yield ChartFault(path, message, "add a clock that runs here with `on_due`")


def _covered(chart: Chart, clock: str) -> frozenset[str]:
    runs_in = chart.clocks[clock].runs_in
    return frozenset(s.name for s in _tasks(chart) if runs_in.intersection(s.line))
