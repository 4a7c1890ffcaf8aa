# SPDX-License-Identifier: Apache-2.0
"""From chart data, as a pack writes it, to a Chart; every fault is found in one reading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from huiban.kernel.clock import ClockRule
from huiban.kernel.process_arcs import Arcs
from huiban.kernel.process_chart import (
    APPLICANT,
    ARCHIVED,
    DECISION,
    DECLARABLE,
    END_OUTCOMES,
    EXAMINATION,
    OUTCOMES,
    STAGES,
    STATE_LABELS,
    SUBMITTED,
    SUPERVISOR,
    Chart,
    ChartRefused,
    Event,
    Regime,
    State,
    StateKind,
)
from huiban.kernel.process_clocks import ClockReader, check_due
from huiban.kernel.process_read import Data, Reader, cure_for
from huiban.kernel.process_stage import staged
from huiban.kernel.process_tree import Node, Tree
from huiban.kernel.rule import FactKind, FactType, Schema
from huiban.kernel.words import Words

TOP_KEYS = (
    "process",
    "title",
    "regime",
    "facts",
    "roles",
    "supervisor",
    "start",
    "acts",
    "clocks",
    "states",
)
_REQUIRED = (SUBMITTED, EXAMINATION, DECISION)


def compile_chart(data: Mapping[str, object], schema: Schema, where: str = "") -> Chart:
    """
    Compile chart data to a Chart; `where` is put before every fault's path.

    :raises ChartRefused: with every fault there is.
    """
    read = Reader(_with_facts(data, schema))
    chart = _Compiler(read, read.mapping(data, "process")).chart()
    if read.faults:
        prefix = f"{where}." if where else ""
        unique = dict.fromkeys(read.faults)
        raise ChartRefused(tuple(replace(fault, path=prefix + fault.path) for fault in unique))
    return chart


def _with_facts(data: Mapping[str, object], schema: Schema) -> Schema:
    """Facts the process itself brings, such as a clerk's word that the file is complete."""
    facts = data.get("facts")
    if not isinstance(facts, Mapping):
        return schema
    known = {str(kind): kind for kind in FactKind}
    more = {str(k): FactType(known[str(v)]) for k, v in facts.items() if str(v) in known}
    return {**schema, **more}


@dataclass(slots=True)
class _Compiler:
    read: Reader
    data: Data

    def chart(self) -> Chart:
        read, data = self.read, self.data
        read.known_keys(data, "", TOP_KEYS)
        regime = self._regime()
        tree = Tree(read)
        tree.grow(read.mapping(data.get("states"), "states"), "states")
        self._check_facts()
        clocks, extensions = ClockReader(read, data.get("clocks"), tree.nodes).clocks()
        arcs = self._arcs(tree, clocks, regime)
        states = dict(self._states(tree, arcs))
        start = self._start(tree)
        if regime is Regime.LICENSING:
            self._check_owned(tree, start)
        if not read.faults:
            states = staged(states, start, regime)
        check_due(read, states, clocks)
        return Chart(
            read.text(data, "process", ""),
            read.words(data, "title", ""),
            regime,
            start,
            states,
            clocks,
            extensions,
            self._roles(),
            read.text(data, "supervisor", "") or SUPERVISOR,
            {name: _reaching(state, states) for name, state in states.items()},
        )

    def _regime(self) -> Regime:
        word = self.read.text(self.data, "regime", "") or Regime.LICENSING
        known = self.read.one_of(word, tuple(Regime), "regime", "regime")
        return Regime(word) if known else Regime.LICENSING

    def _check_facts(self) -> None:
        for name, kind in self.read.mapping(self.data.get("facts"), "facts").items():
            self.read.one_of(str(kind), tuple(FactKind), f"facts.{name}", "kind of fact")

    def _roles(self) -> dict[str, Words]:
        roles = self.read.mapping(self.data.get("roles"), "roles")
        return {role: self.read.words(roles, role, "roles") for role in roles}

    def _start(self, tree: Tree) -> str:
        start = self.read.text(self.data, "start", "") or SUBMITTED
        top = [node.name for node in tree.top if node.kind is not StateKind.END]
        self.read.one_of(start, top, "start", "state")
        return start

    def _check_owned(self, tree: Tree, start: str) -> None:
        for name in _REQUIRED:
            if name not in tree.nodes:
                path, message = f"states.{name}", f"the legal stage '{name}' is missing"
                self.read.fault(path, message, "it may not be skipped or renamed; add it")
        if start != SUBMITTED:
            self.read.fault(
                "start", f"a case starts at '{SUBMITTED}'", f"write `start: {SUBMITTED}`"
            )

    # -- states

    def _states(self, tree: Tree, arcs: Arcs) -> Iterator[tuple[str, State]]:
        for order, node in enumerate(tree.nodes.values()):
            if node.kind is StateKind.DONE:
                yield node.name, _done(node, order)
            else:
                yield node.name, self._state(tree, arcs, node, order)

    def _state(self, tree: Tree, arcs: Arcs, node: Node, order: int) -> State:
        read, data, path = self.read, node.data, node.path
        role = read.text(data, "role", path)
        if node.kind is StateKind.TASK and not role:
            read.fault(path, "nobody works on this state", "add `role: <role>`")
        if "when" in data and node.region is not node:
            read.fault(f"{path}.when", "only regions and arcs have conditions", "put it on the arc")
        acts = self._acts_of(node, role)
        is_joint = node.kind in (StateKind.ALL_OF, StateKind.ANY_OF, StateKind.ROUTE)
        return State(
            node.name,
            read.words(data, "label", path) or STATE_LABELS.get(node.key) or Words(node.key),
            node.kind,
            order,
            node.parent.name if node.parent else "",
            tuple(inner.name for inner in node.line),
            frozenset(found.name for found in tree.scope(node).values()),
            node.region.name if node.region else "",
            tuple(child.name for child in node.children),
            node.start,
            role,
            read.text(data, "department", path),
            read.guard(data, path),
            arcs.then(node) if is_joint else (),
            self._events(arcs, node, role, acts),
            self._four_eyes(tree, node),
            acts,
            arcs.outcomes.get(node.name, ()),
            self._stated_stage(node),
            node.path,
            node.parent is None and node.name in STAGES,
        )

    def _events(self, arcs: Arcs, node: Node, role: str, acts: Data) -> dict[str, Event]:
        if node.kind is StateKind.END:
            return self._archiving(arcs, node)
        events = arcs.events(node, role, may_retract="retract" in acts and node.parent is None)
        if "send_back" in events and "send_back" in acts:
            cure = "keep one: the act goes to any earlier state, the event where it says"
            self.read.fault(f"{node.path}.on.send_back", "is both an event and an act", cure)
        for name in events:
            outer = [n.name for n in node.line[1:] if name in _event_names(n.data)]
            if outer:
                cure = "give one of them another name"
                self.read.fault(f"{node.path}.on.{name}", f"'{outer[0]}' has this event too", cure)
        is_idle = not events.keys() - {"retract"} and not node.data.get("on")
        if is_idle and node.kind is StateKind.TASK:
            self.read.fault(f"{node.path}.on", "nothing can happen here", "add an event")
        return events

    def _archiving(self, arcs: Arcs, node: Node) -> dict[str, Event]:
        if node.name == ARCHIVED:
            return {}
        if "on" not in node.data:
            node.data = {**node.data, "on": {"archive": ARCHIVED}}
        events = arcs.events(node, "", may_retract=False)
        for name, event in events.items():
            if name != "archive" or any(arc.target != ARCHIVED for arc in event.arcs):
                cure = f"only `archive: {ARCHIVED}` can follow an end"
                self.read.fault(f"{node.path}.on.{name}", "the case has ended here", cure)
        return events

    def _acts_of(self, node: Node, role: str) -> dict[str, str]:
        found: dict[str, str] = {}
        if node.kind is StateKind.END:
            return found
        sources = [("acts", self.data.get("acts"))]
        sources += [(f"{n.path}.acts", n.data.get("acts")) for n in reversed(node.line)]
        for path, value in sources:
            found |= self._acts(value, path)
        if role == APPLICANT:
            return {name: by for name, by in found.items() if name == "retract"}
        return found

    def _acts(self, value: object, path: str) -> dict[str, str]:
        if isinstance(value, list | tuple):
            value = {str(name): None for name in value}
        found = {}
        for name, spec in self.read.mapping(value, path).items():
            if not self.read.one_of(name, DECLARABLE, f"{path}.{name}", "act"):
                continue
            details = self.read.mapping(spec, f"{path}.{name}")
            self.read.known_keys(details, f"{path}.{name}", ("by",))
            found[name] = self.read.text(details, "by", f"{path}.{name}")
        return found

    def _four_eyes(self, tree: Tree, node: Node) -> tuple[str, ...]:
        path = f"{node.path}.four_eyes"
        names = self.read.texts(node.data, "four_eyes", node.path)
        found: list[str] = []
        for name in names:
            other = tree.scope(node).get(name) or tree.nodes.get(name)
            if other is None or other is node:
                known = [found.name for found in tree.nodes.values() if found is not node]
                self.read.fault(path, f"unknown state '{name}'", cure_for(name, known))
            else:
                found += tree.tasks_under(other)
        return tuple(found)

    def _stated_stage(self, node: Node) -> str:
        stage = self.read.text(node.data, "stage", node.path)
        if not stage:
            return ""
        known = self.read.one_of(stage, STAGES, f"{node.path}.stage", "stage")
        if known and node.parent is None and node.name in STAGES and stage != node.name:
            self.read.fault(
                f"{node.path}.stage", f"'{node.name}' is its own stage", "remove `stage`"
            )
        return stage

    def _arcs(self, tree: Tree, clocks: Mapping[str, ClockRule], regime: Regime) -> Arcs:
        ends = [node for node in tree.nodes.values() if node.kind is StateKind.END]
        due = frozenset(clock.on_due for clock in clocks.values()) - {""}
        return Arcs(self.read, tree, due, {n.name: self._outcomes(n, regime) for n in ends})

    def _outcomes(self, node: Node, regime: Regime) -> tuple[str, ...]:
        stated = self.read.texts(node.data, "end", node.path)
        if regime is Regime.LICENSING:
            allowed = END_OUTCOMES.get(node.name, tuple(OUTCOMES))
            for outcome in stated:
                self.read.one_of(outcome, allowed, f"{node.path}.end", "outcome")
        if node.name != ARCHIVED and not stated and node.name not in END_OUTCOMES:
            self.read.fault(f"{node.path}.end", "no outcome", "write `end: <outcome>`")
        return stated or END_OUTCOMES.get(node.name, ())


def _event_names(data: Data) -> set[str]:
    """The events of a state as written; the engine's `retract` is added at the top level only."""
    events = data.get("on")
    if isinstance(events, list | tuple):
        return {str(entry.get("event")) for entry in events if isinstance(entry, Mapping)}
    return {str(name) for name in events} if isinstance(events, Mapping) else set()


def _done(node: Node, order: int) -> State:
    line = tuple(inner.name for inner in node.line)
    parent = node.parent.name if node.parent else ""
    region = node.region.name if node.region else ""
    words = Words("完成", "Done")
    return State(node.name, words, StateKind.DONE, order, parent, line, region=region)


def _reaching(state: State, states: Mapping[str, State]) -> dict[str, tuple[str, Event]]:
    """Every event that reaches a state, from itself or from what it is inside, innermost first."""
    found: dict[str, tuple[str, Event]] = {}
    for name in state.line:
        for event in states[name].on.values():
            found.setdefault(event.name, (name, event))
    return found
