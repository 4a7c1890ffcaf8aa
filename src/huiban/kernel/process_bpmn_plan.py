# SPDX-License-Identifier: Apache-2.0
"""Where the shapes of a BPMN diagram stand and how its lines run: one lane for each role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huiban.kernel.process_bpmn import Graph, Node
from huiban.kernel.process_layout import Arrangement, Link, Size, Spot, arrange, ranks

_SIZES = {"userTask": Size(130, 70), "startEvent": Size(36, 36), "endEvent": Size(36, 36)}
_GATEWAY, _BOUNDARY = Size(50, 50), Size(36, 36)
_HEAD, _GAP, _PAD, _TITLE, _TURN = 30.0, 50.0, 30.0, 24.0, 18.0

Points = tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Plan:
    """Shapes by the key of what they show, lines by the key of their flow."""

    lanes: set[str] = field(default_factory=set)
    spots: dict[str, Spot] = field(default_factory=dict)
    routes: dict[str, Points] = field(default_factory=dict)


def plan_of(graph: Graph, lanes: Mapping[str, Sequence[str]]) -> Plan:
    """Place the pool, its lanes, every node and every flow."""
    boxes = _boxes(graph)
    rank = ranks(list(boxes), _links(graph))
    columns, width = _columns(boxes, rank)
    bands = _bands(boxes, rank, lanes)
    height = max((bottom for _, bottom in bands.values()), default=0.0)
    plan = Plan()
    plan.spots["pool"] = Spot(0, 0, width, height)
    for role, (top, bottom) in bands.items():
        plan.lanes.add(f"lane_{role}")
        plan.spots[f"lane_{role}"] = Spot(_HEAD, top, width - _HEAD, bottom - top)
    for role, names in lanes.items():
        filled: dict[int, float] = {}
        for name in (name for name in names if name in boxes):
            x, room = columns[rank[name]]
            y = filled.get(rank[name], bands[role][0] + _GAP / 2)
            size = boxes[name]
            spot = Spot(x + (room - size.width) / 2, y, size.width, size.height)
            _put(plan, graph, graph.nodes[name], spot)
            filled[rank[name]] = y + size.height + _GAP
    _routes(plan, graph)
    return plan


def _room(node: Node) -> Size:
    if node.graph:
        inner = _inside(node.graph)
        return Size(inner.width + 2 * _PAD, inner.height + 2 * _PAD + _TITLE)
    return _SIZES.get(node.tag, _GATEWAY)


def _boxes(graph: Graph) -> dict[str, Size]:
    return {node.key: _room(node) for node in graph.nodes.values() if not node.host}


def _links(graph: Graph) -> list[tuple[str, str]]:
    """The flows between nodes that take room; a boundary event counts as its host."""
    hosts = {node.key: node.host or node.key for node in graph.nodes.values()}
    ends = [(hosts[flow.source], hosts[flow.target]) for flow in graph.flows]
    return [(source, target) for source, target in ends if source != target]


def _inside(graph: Graph) -> Arrangement:
    return arrange(_boxes(graph), [Link(*ends) for ends in _links(graph)], Size(_GAP / 2, 44))


def _bands(
    boxes: Mapping[str, Size], rank: Mapping[str, int], lanes: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, float]]:
    """From where to where each lane reaches."""
    found: dict[str, tuple[float, float]] = {}
    top = 0.0
    for role, names in lanes.items():
        stacks: dict[int, float] = {}
        for name in (name for name in names if name in boxes):
            stacks[rank[name]] = stacks.get(rank[name], 0.0) + boxes[name].height + _GAP
        bottom = top + max(stacks.values(), default=0.0) + _GAP
        found[role] = (top, bottom)
        top = bottom
    return found


def _columns(
    boxes: Mapping[str, Size], rank: Mapping[str, int]
) -> tuple[dict[int, tuple[float, float]], float]:
    """Where each column begins and how wide it is, and the width of all."""
    x = _HEAD * 2 + _PAD
    found: dict[int, tuple[float, float]] = {}
    for column in sorted(set(rank.values())):
        room = max(boxes[name].width for name in boxes if rank[name] == column)
        found[column] = (x, room)
        x += room + _GAP
    return found, x


def _put(plan: Plan, graph: Graph, node: Node, spot: Spot) -> None:
    """Place a node, the events on its border, and everything inside it."""
    plan.spots[node.key] = spot
    hosted = [found for found in graph.nodes.values() if found.host == node.key]
    for place, event in enumerate(hosted):
        x = spot.x + 14 + place * (_BOUNDARY.width + 8)
        y = spot.y + spot.height - _BOUNDARY.height / 2
        plan.spots[event.key] = Spot(x, y, _BOUNDARY.width, _BOUNDARY.height)
    if node.graph:
        inner = node.graph
        for key, place_inside in _inside(inner).spots.items():
            x, y = spot.x + _PAD + place_inside.x, spot.y + _PAD + _TITLE + place_inside.y
            _put(plan, inner, inner.nodes[key], Spot(x, y, place_inside.width, place_inside.height))
        _routes(plan, inner)


def _routes(plan: Plan, graph: Graph) -> None:
    spots = {key: plan.spots[key] for key, node in graph.nodes.items() if not node.host}
    floor = max((spot.y + spot.height for spot in spots.values()), default=0.0)
    for place, flow in enumerate(graph.flows):
        source, target = plan.spots[flow.source], plan.spots[flow.target]
        others = [spots[key] for key in spots if key not in (flow.source, flow.target)]
        is_free = not any(_is_between(source, target, other) for other in others)
        low = floor + 6 + place % 4 * 5
        if graph.nodes[flow.source].host:
            plan.routes[flow.key] = _from_border(source, target, low)
        elif target.x - _TURN < source.right or not is_free:
            plan.routes[flow.key] = _around(source, target, low)
        else:
            plan.routes[flow.key] = _onward(source, target)


def _is_between(source: Spot, target: Spot, other: Spot) -> bool:
    """Does another shape stand in the way of a straight line?"""
    is_level = abs(source.middle - target.middle) < 1
    is_inside = source.right <= other.x and other.right <= target.x
    return is_level and is_inside and other.y < source.middle < other.y + other.height


def _from_border(source: Spot, target: Spot, floor: float) -> Points:
    x, y = source.x + source.width / 2, source.y + source.height
    turn = target.x - _TURN
    low = y + 14 if turn > x else floor
    return ((x, y), (x, low), (turn, low), (turn, target.middle), (target.x, target.middle))


def _around(source: Spot, target: Spot, floor: float) -> Points:
    """Out at the right, below everything, and in at the left."""
    start, end = (source.right, source.middle), (target.x, target.middle)
    out, turn = source.right + 12, target.x - _TURN
    return (start, (out, start[1]), (out, floor), (turn, floor), (turn, end[1]), end)


def _onward(source: Spot, target: Spot) -> Points:
    start, end = (source.right, source.middle), (target.x, target.middle)
    if abs(start[1] - end[1]) < 1:
        return (start, end)
    turn = target.x - _TURN
    return (start, (turn, start[1]), (turn, end[1]), end)
