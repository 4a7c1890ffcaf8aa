# SPDX-License-Identifier: Apache-2.0
"""Everything that happens to an application has its sentence for the applicant (告知)."""

import re

from huiban.kernel.process import StateKind
from huiban.kernel.words import Words
from huiban.packloader.build_scenario import Draft
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.paper import NoticesIn
from huiban.packloader.strict import Node
from huiban.packloader.values import NOTICE_SLOTS

FILE = "notices.zh.yaml"
# What the engine itself does and must tell (许可法第四十二条、第四十五条).
_ALWAYS = ("submit",)
_BY_ACT = {"suspend": ("suspend", "resume"), "retract": ("retract",)}
_SLOT = re.compile(r"\{([^{}]*)\}")


def check(draft: Draft) -> None:
    """Check that every event is told or said to be silent, and every state explained."""
    written = draft.notices
    if written is None:
        return
    events, states = _events(draft), _states(draft)
    _check_events(draft, written, events)
    for state in sorted(states - set(written.states)):
        draft.folder.note(
            FILE, ("states",), f"state '{state}' has no sentence", "say what it means"
        )
    for state in written.states:
        if states and state not in states:
            cure = did_you_mean(state, states)
            draft.folder.note(FILE, ("states", state), f"no process has the state '{state}'", cure)
    for code, notice in written.notices.items():
        for part in ("title", "body"):
            _check_slots(draft, (code, part), getattr(notice, part))


def _check_events(draft: Draft, written: NoticesIn, events: set[str]) -> None:
    for event in sorted(events - set(written.notices) - set(written.silent)):
        cure = "write its notice, or name it under `silent` with the reason"
        draft.folder.note(FILE, ("notices",), f"nobody is told of '{event}'", cure)
    for part in ("notices", "silent"):
        for event in getattr(written, part):
            if events and event not in events:
                message = f"nothing in a process is called '{event}'"
                draft.folder.note(FILE, (part, event), message, did_you_mean(event, events))


def _check_slots(draft: Draft, where: tuple[str, str], words: Words) -> None:
    for slot in {*_SLOT.findall(words.zh), *_SLOT.findall(words.en)}:
        if slot not in NOTICE_SLOTS:
            path = ("notices", *where)
            cure = did_you_mean(slot, NOTICE_SLOTS)
            draft.folder.note(FILE, path, f"'{{{slot}}}' cannot be filled in", cure)


def _events(draft: Draft) -> set[str]:
    """Collect every event of every process as written, so that a faulty chart is read too."""
    found = set(_ALWAYS)
    for file in draft.process_files.values():
        node = draft.folder.node(file)
        for key, child in _mappings(node) if node else ():
            if key == "on":
                found |= _event_names(child)
            elif key == "acts":
                found |= {event for act in _names(child) for event in _BY_ACT.get(act, ())}
            elif key == "extend":
                found.add("extend")
    return found | {"archive"}


def _states(draft: Draft) -> set[str]:
    """Collect every state; none while a chart is faulty, because nobody knows its states."""
    if len(draft.processes) < len(draft.process_files):
        return set()
    return {
        name
        for chart in draft.processes.values()
        for name, state in chart.states.items()
        if state.kind not in (StateKind.DONE, StateKind.ROUTE)
    }


def _mappings(node: Node, key: str = "") -> list[tuple[str, Node]]:
    children: list[tuple[str, Node]] = []
    if isinstance(node.value, dict):
        children = list(node.value.items())
    elif isinstance(node.value, list):
        children = [(key, child) for child in node.value]
    found = [pair for pair in children if isinstance(node.value, dict)]
    for name, child in children:
        found += _mappings(child, name)
    return found


def _event_names(node: Node) -> set[str]:
    if isinstance(node.value, list):
        parts = [child.value.get("event") for child in node.value if isinstance(child.value, dict)]
        return {str(part.value) for part in parts if part}
    return _names(node)


def _names(node: Node) -> set[str]:
    if isinstance(node.value, dict):
        return set(node.value)
    return {str(child.value) for child in node.value} if isinstance(node.value, list) else set()
