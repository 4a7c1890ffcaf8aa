# SPDX-License-Identifier: Apache-2.0
"""A BPMN graph written as XML, with its diagram: every shape and every line placed."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from huiban.kernel.process_bpmn import Graph, Node, bpmn_graph, every_node
from huiban.kernel.process_bpmn_plan import Plan, plan_of
from huiban.kernel.process_chart import Chart
from huiban.kernel.process_layout import Spot

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_SPACES = {
    "xmlns": BPMN,
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def to_bpmn(chart: Chart) -> str:
    """
    Write a chart as a BPMN 2.0 document with its diagram.

    It is for reading and discussion: what only the engine knows (working days, four eyes, the acts
    that may come at any time) is in the documentation elements.
    """
    graph = bpmn_graph(chart)
    root = Element("definitions", {**_SPACES, "id": "definitions", "targetNamespace": "urn:huiban"})
    lanes = _lanes(graph)
    pool = SubElement(root, "collaboration", {"id": "collaboration"})
    known = {"id": "pool", "name": str(chart.title) or chart.code, "processRef": "process"}
    SubElement(pool, "participant", known)
    process = SubElement(root, "process", {"id": "process", "isExecutable": "false"})
    _lane_set(process, chart, lanes)
    _flow_elements(process, graph)
    for code in sorted({n.detail for n in every_node(graph) if n.definition == "escalation"}):
        SubElement(root, "escalation", {"id": f"esc_{code}", "escalationCode": code})
    _diagram(root, graph, plan_of(graph, lanes))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


# -- elements


def _lanes(graph: Graph) -> dict[str, list[str]]:
    """Which nodes stand in the lane of which role; a node of no role goes with what leads to it."""
    before = {flow.target: flow.source for flow in reversed(graph.flows)}
    lanes: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        lanes.setdefault(_role(graph, node.key, before), []).append(node.key)
    return lanes


def _role(graph: Graph, name: str, before: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        node = graph.nodes[name]
        if node.role:
            return node.role
        name = node.host or before.get(name, "")
    return "applicant"


def _lane_set(process: Element, chart: Chart, lanes: Mapping[str, Sequence[str]]) -> None:
    found = SubElement(process, "laneSet", {"id": "lanes"})
    for role, names in lanes.items():
        known = {"id": f"lane_{role}", "name": str(chart.role_label(role))}
        lane = SubElement(found, "lane", known)
        for name in names:
            SubElement(lane, "flowNodeRef").text = name


def _flow_elements(parent: Element, graph: Graph) -> None:
    for node in graph.nodes.values():
        _node(parent, graph, node)
    for flow in graph.flows:
        known = {"id": flow.key, "sourceRef": flow.source, "targetRef": flow.target}
        known |= {"name": flow.name} if flow.name else {}
        element = SubElement(parent, "sequenceFlow", known)
        if flow.notes:
            SubElement(element, "documentation").text = flow.notes
        if flow.condition:
            kind = {"xsi:type": "tFormalExpression"}
            SubElement(element, "conditionExpression", kind).text = flow.condition


def _node(parent: Element, graph: Graph, node: Node) -> None:
    element = SubElement(parent, node.tag, _attributes(graph, node))
    if node.notes:
        SubElement(element, "documentation").text = node.notes
    for end, word in (("target", "incoming"), ("source", "outgoing")):
        for flow in graph.flows:
            if getattr(flow, end) == node.key:
                SubElement(element, word).text = flow.key
    if node.tag == "userTask":
        _performer(element, node)
    if node.graph:
        _flow_elements(element, node.graph)
    if node.definition:
        _definition(element, node)


def _attributes(graph: Graph, node: Node) -> dict[str, str]:
    default = [flow.key for flow in graph.flows if flow.source == node.key and flow.is_default]
    known = {
        "id": node.key,
        "name": node.name,
        "attachedToRef": node.host,
        "default": default[0] if default else "",
    }
    return {name: value for name, value in known.items() if value}


def _performer(element: Element, node: Node) -> None:
    owner = SubElement(element, "potentialOwner", {"name": node.detail})
    expression = SubElement(owner, "resourceAssignmentExpression")
    SubElement(expression, "formalExpression").text = node.role


def _definition(element: Element, node: Node) -> None:
    known = {"id": f"{node.key}__definition"}
    if node.definition == "escalation":
        known["escalationRef"] = f"esc_{node.detail}"
    found = SubElement(element, f"{node.definition}EventDefinition", known)
    if node.definition == "timer":
        kind = {"xsi:type": "tFormalExpression"}
        SubElement(found, "timeDuration", kind).text = node.detail


# -- diagram


def _diagram(root: Element, graph: Graph, plan: Plan) -> None:
    diagram = SubElement(root, "bpmndi:BPMNDiagram", {"id": "diagram"})
    known = {"id": "plane", "bpmnElement": "collaboration"}
    plane = SubElement(diagram, "bpmndi:BPMNPlane", known)
    expanded = {node.key for node in every_node(graph) if node.graph}
    for name, spot in plan.spots.items():
        more = {"isExpanded": "true"} if name in expanded else {}
        more |= {"isHorizontal": "true"} if name == "pool" or name in plan.lanes else {}
        _shape(plane, name, spot, more)
    for name, points in plan.routes.items():
        edge = SubElement(plane, "bpmndi:BPMNEdge", {"id": f"{name}_di", "bpmnElement": name})
        for x, y in points:
            SubElement(edge, "di:waypoint", {"x": f"{x:.0f}", "y": f"{y:.0f}"})


def _shape(plane: Element, name: str, spot: Spot, more: Mapping[str, str]) -> None:
    known = {"id": f"{name}_di", "bpmnElement": name, **more}
    shape = SubElement(plane, "bpmndi:BPMNShape", known)
    sides = {"x": spot.x, "y": spot.y, "width": spot.width, "height": spot.height}
    SubElement(shape, "dc:Bounds", {side: f"{value:.0f}" for side, value in sides.items()})
