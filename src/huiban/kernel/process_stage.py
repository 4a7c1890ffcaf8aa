# SPDX-License-Identifier: Apache-2.0
"""Which legal stage (法定阶段) each state belongs to, and that no ring of states runs by itself."""

from collections.abc import Mapping
from dataclasses import replace

from huiban.kernel.process_chart import (
    CLOSED,
    DECISION,
    DECLINED,
    EXAMINATION,
    RETRACTED,
    SUBMITTED,
    Arc,
    Regime,
    State,
    StateKind,
)
from huiban.kernel.process_read import Reader

ACCEPTED = frozenset({EXAMINATION, DECISION})


def _ways(state: State, states: Mapping[str, State]) -> list[Arc]:
    arcs = list(state.then)
    for event in state.on.values():
        arcs += event.arcs
    for child in state.children:
        arcs += _ways(states[child], states)
    return arcs


def staged(states: Mapping[str, State], start: str, regime: Regime) -> dict[str, State]:
    """Give every state its legal stage: its own, the one stated, or that of the state before it."""
    stages: dict[str, str] = {start: SUBMITTED}
    queue = [start]
    for name in queue:
        for arc in _ways(states[name], states):
            target = arc.target
            if target not in stages and states[target].kind is not StateKind.DONE:
                stages[target] = _stage_of(states[target], stages[name])
                queue.append(target)
    found = {}
    for name, state in states.items():
        top = states[state.line[-1]]
        stage = state.stage or _stage_of(top, stages.get(top.name, SUBMITTED))
        found[name] = replace(state, stage=stage, acts=_lawful(state, stage, regime))
    return found


def _stage_of(state: State, before: str) -> str:
    if state.is_engine_owned:
        return state.name
    if state.stage:
        return state.stage
    if state.kind is StateKind.END:
        ways = {"declined": DECLINED, "retracted": RETRACTED, "lapsed": RETRACTED}
        return ways.get(state.outcomes[0] if state.outcomes else "", CLOSED)
    return SUBMITTED if before not in ACCEPTED else before


def _lawful(state: State, stage: str, regime: Regime) -> dict[str, str]:
    """Time can be excluded only once the application is accepted (art. 42, 45)."""
    if regime is Regime.SERVICE or stage in ACCEPTED:
        return dict(state.acts)
    return {name: by for name, by in state.acts.items() if name != "suspend"}


def check_routes(states: Mapping[str, State], read: Reader) -> None:
    """A ring of states that can each be passed without anybody acting would never come to rest."""
    for state in states.values():
        if state.kind in (StateKind.ROUTE, StateKind.ALL_OF, StateKind.ANY_OF):
            seen: set[str] = set()
            queue = [state.name]
            while queue:
                for target in _passed_through(states[queue.pop()], states):
                    if target == state.name:
                        read.fault(f"states.{target}.then", "goes round for ever", "add a task")
                        return
                    if target not in seen:
                        seen.add(target)
                        queue.append(target)


def _passed_through(state: State, states: Mapping[str, State]) -> list[str]:
    """Where a case may go on to without anybody acting."""
    if state.kind in (StateKind.ALL_OF, StateKind.ANY_OF):
        inner = [states[child] for child in state.children]
        may_skip = all(_is_skippable(region, states) for region in inner)
        if not may_skip:
            return []
    elif state.kind is not StateKind.ROUTE:
        return []
    return [arc.target for arc in state.then]


def _is_skippable(state: State, states: Mapping[str, State]) -> bool:
    if state.when or state.kind is StateKind.ROUTE:
        return True
    if state.kind in (StateKind.ALL_OF, StateKind.ANY_OF):
        return all(_is_skippable(states[child], states) for child in state.children)
    return bool(state.start) and _is_skippable(states[state.start], states)
