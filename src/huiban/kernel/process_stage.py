# SPDX-License-Identifier: Apache-2.0
"""Which legal stage (法定阶段) each state of a chart belongs to."""

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
