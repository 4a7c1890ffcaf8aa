# SPDX-License-Identifier: Apache-2.0
"""A chart as a BPMN 2.0 graph: tasks, gateways, boundary events, parallel sub-processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from huiban.kernel.clock import ClockRule
from huiban.kernel.process_chart import (
    APPLICANT,
    SYSTEM_ROLE,
    Arc,
    Chart,
    Event,
    State,
    StateKind,
)
from huiban.kernel.process_scxml import scxml_id

START = "startEvent"


@dataclass(slots=True)
class Node:
    """One flow node; `host` is the activity a boundary event sits on, `graph` what is inside."""

    key: str
    tag: str
    name: str = ""
    role: str = ""
    host: str = ""
    definition: str = ""
    detail: str = ""
    notes: str = ""
    graph: "Graph | None" = None


@dataclass(slots=True)
class Flow:
    source: str
    target: str
    name: str = ""
    condition: str = ""
    notes: str = ""
    is_default: bool = False
    key: str = ""


@dataclass(slots=True)
class Graph:
    """The nodes and flows of a process or of one sub-process."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def add(self, node: Node) -> str:
        self.nodes[node.key] = node
        return node.key


def bpmn_graph(chart: Chart) -> Graph:
    """Translate a chart; archiving, which follows every end, is left out."""
    graph = Graph()
    start = graph.add(Node("start", START, "提交申请", APPLICANT))
    builder = _Builder(chart)
    for state in chart.states.values():
        if not state.parent:
            builder.state(graph, state)
    graph.flows.append(Flow(start, scxml_id(chart.start)))
    _prune(graph)
    _number(graph)
    return graph


def _number(graph: Graph) -> None:
    for place, flow in enumerate(graph.flows):
        flow.key = f"flow_{place}_{flow.source}"
    for node in graph.nodes.values():
        if node.graph:
            _number(node.graph)


def _prune(graph: Graph) -> None:
    """Leave out the ends nothing leads to."""
    targets = {flow.target for flow in graph.flows}
    for name in [n.key for n in graph.nodes.values() if n.tag == "endEvent"]:
        if name not in targets:
            del graph.nodes[name]


class _Builder:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.due = {clock.on_due: clock for clock in chart.clocks.values() if clock.on_due}
        self.graphs: dict[str, Graph] = {}

    def state(self, graph: Graph, state: State) -> None:
        self.graphs[state.name] = graph
        if state.kind is StateKind.TASK:
            self._task(graph, state)
        elif state.kind is StateKind.END:
            notes = "、".join(state.outcomes)
            graph.add(Node(scxml_id(state.name), "endEvent", str(state.label), notes=notes))
        elif state.kind is StateKind.ROUTE:
            gateway = graph.add(Node(scxml_id(state.name), "exclusiveGateway", str(state.label)))
            self._flows(graph, state, gateway, [(arc, None) for arc in state.then])
        elif state.kind is StateKind.STEPS:
            for child in state.children:
                self.state(graph, self.chart.states[child])
        else:
            self._joint(graph, state)

    def _task(self, graph: Graph, state: State) -> None:
        name = scxml_id(state.name)
        label = str(self.chart.role_label(state.role))
        graph.add(Node(name, "userTask", str(state.label), state.role, detail=label))
        own = [(arc, event) for event in state.on.values() if event.completes for arc in event.arcs]
        self._out(graph, state, name, own)
        self._boundaries(graph, state)

    def _boundaries(self, graph: Graph, state: State) -> None:
        """What others do to a state: messages, and timers where a clock says so."""
        for event in state.on.values():
            if event.completes:
                continue
            clock = self.due.get(event.name) if event.by == SYSTEM_ROLE else None
            name = f"{scxml_id(state.name)}__on_{event.name}"
            node = Node(name, "boundaryEvent", str(event.label), host=scxml_id(state.name))
            node.definition, node.detail = _trigger(clock)
            graph.add(node)
            self._out(graph, state, name, [(arc, event) for arc in event.arcs])

    def _out(
        self, graph: Graph, state: State, source: str, ways: Sequence[tuple[Arc, Event | None]]
    ) -> None:
        """Lead on directly where there is one way, through a gateway where there are several."""
        if len(ways) == 1 and ways[0][0].guard is None:
            arc, event = ways[0]
            name = str(event.label) if event and event.completes else ""
            notes = _effects(arc)
            graph.flows.append(Flow(source, self._goal(graph, state, arc), name, notes=notes))
        elif ways:
            role = graph.nodes[source].role
            gateway = graph.add(Node(f"{source}__choice", "exclusiveGateway", role=role))
            graph.flows.append(Flow(source, gateway))
            self._flows(graph, state, gateway, ways)

    def _flows(
        self, graph: Graph, state: State, source: str, ways: Sequence[tuple[Arc, Event | None]]
    ) -> None:
        for arc, event in ways:
            parts = [f"event = '{event.name}'"] if event else []
            parts += [f"({arc.guard.text})"] if arc.guard else []
            names = [str(event.label)] if event else []
            names += [str(arc.guard.label)] if arc.guard and arc.guard.label else []
            flow = Flow(source, self._goal(graph, state, arc), "，".join(names))
            flow.condition, flow.notes = " and ".join(parts), _effects(arc)
            flow.is_default = not parts
            graph.flows.append(flow)

    def _goal(self, graph: Graph, state: State, arc: Arc) -> str:
        """The node an arc leads to, by way of an escalation where it leaves a sub-process."""
        target = self.chart.states[arc.target]
        if target.kind is StateKind.DONE:
            return self._completion(graph, target)
        if self.graphs.get(arc.exits, graph) is graph:
            return scxml_id(self._entry(target).name)
        return self._escalation(graph, state, arc)

    def _completion(self, graph: Graph, done: State) -> str:
        """In any_of the first answer ends the sub-process, whatever else is still open."""
        joint = self.chart.states[done.parent]
        if joint.kind is StateKind.ALL_OF:
            return f"{scxml_id(joint.name)}__join"
        node = Node(f"{scxml_id(joint.name)}__won", "endEvent", definition="terminate")
        return graph.add(node)

    def _entry(self, state: State) -> State:
        while state.kind is StateKind.STEPS:
            state = self.chart.states[state.start]
        return state

    def _escalation(self, graph: Graph, state: State, arc: Arc) -> str:
        code = f"{scxml_id(arc.exits)}__to_{scxml_id(arc.target)}"
        end = Node(f"{scxml_id(state.name)}__leave__{scxml_id(arc.target)}", "endEvent")
        end.definition, end.detail = "escalation", code
        graph.add(end)
        outer = self.graphs[arc.exits]
        if code not in outer.nodes:
            node = Node(code, "boundaryEvent", host=scxml_id(arc.exits), definition="escalation")
            node.detail = code
            outer.add(node)
            entry = self._entry(self.chart.states[arc.target])
            outer.flows.append(Flow(code, scxml_id(entry.name)))
        return end.key

    def _joint(self, graph: Graph, state: State) -> None:
        name = scxml_id(state.name)
        inner = Graph()
        first = self.chart.states[state.children[0]]
        node = Node(name, "subProcess", str(state.label), first.role, graph=inner)
        graph.add(node)
        start = inner.add(Node(f"{name}__start", START))
        regions = [self.chart.states[child] for child in state.children]
        is_asked = any(region.when for region in regions)
        kind = "inclusiveGateway" if is_asked else "parallelGateway"
        fork = inner.add(Node(f"{name}__fork", kind))
        inner.flows.append(Flow(start, fork))
        if state.kind is StateKind.ALL_OF:
            join = inner.add(Node(f"{name}__join", kind))
            end = inner.add(Node(f"{name}__end", "endEvent"))
            inner.flows.append(Flow(join, end))
        self._regions(inner, state, regions, fork)
        self._out(graph, state, name, [(arc, None) for arc in state.then])
        self._boundaries(graph, state)

    def _regions(self, inner: Graph, state: State, regions: list[State], fork: str) -> None:
        for region in regions:
            self.state(inner, region)
            self.graphs[region.name] = inner
            flow = Flow(fork, scxml_id(self._entry(region).name))
            if region.when:
                flow.name = str(region.when.label)
                flow.condition = region.when.text
            inner.flows.append(flow)
        if all(region.when for region in regions):
            joint = scxml_id(state.name)
            goal = f"{joint}__join"
            if state.kind is StateKind.ANY_OF:
                goal = inner.add(Node(f"{joint}__nobody", "endEvent"))
            inner.flows.append(Flow(fork, goal, is_default=True))


def _trigger(clock: ClockRule | None) -> tuple[str, str]:
    if clock is None:
        return "message", ""
    unit = "D" if clock.limit.unit.is_day else "H"
    return "timer", f"P{'T' if unit == 'H' else ''}{clock.limit.amount}{unit}"


def _effects(arc: Arc) -> str:
    found = [f"do: {', '.join(arc.effects)}"] if arc.effects else []
    found += [f"outcome: {arc.outcome}"] if arc.outcome else []
    return "; ".join(found)


def every_node(graph: Graph) -> Iterator[Node]:
    """List the nodes of a graph and of everything inside it."""
    for node in graph.nodes.values():
        yield node
        if node.graph:
            yield from every_node(node.graph)
