# SPDX-License-Identifier: Apache-2.0
"""The tree of a chart's states as written: who is inside whom, and who may go where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from huiban.kernel.process_chart import ARCHIVED, END_OUTCOMES, END_STAGES, StateKind
from huiban.kernel.process_read import Data, Reader, cure_for

DONE = "done"
_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
_DEEPEST = 6

_COMMON = ("label", "when", "when_label", "on", "acts", "stage")
STATE_KEYS: Mapping[StateKind, tuple[str, ...]] = {
    StateKind.TASK: (*_COMMON, "role", "department", "four_eyes"),
    StateKind.ALL_OF: (*_COMMON, "all_of", "then"),
    StateKind.ANY_OF: (*_COMMON, "any_of", "then"),
    StateKind.STEPS: (*_COMMON, "start", "states"),
    StateKind.ROUTE: ("label", "then", "stage"),
    StateKind.END: ("label", "end", "on", "stage"),
}


@dataclass(slots=True)
class Node:
    """One state as written; `path` is where it stands in the data, `name` its dotted state path."""

    name: str
    path: str
    kind: StateKind
    data: Data
    parent: "Node | None" = None
    region: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    start: str = ""

    @property
    def line(self) -> "tuple[Node, ...]":
        return (self, *self.parent.line) if self.parent else (self,)

    @property
    def key(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class Tree:
    """Every state of a chart in document order."""

    read: Reader
    nodes: dict[str, Node] = field(default_factory=dict)

    def grow(self, states: Data, path: str) -> None:
        """Plant the top-level states and the ends the engine supplies."""
        for key, data in states.items():
            self._plant(key, data, f"{path}.{key}", None, is_region=False)
        for key in END_STAGES:
            if key not in self.nodes:
                self._plant(key, {"end": None}, f"{path}.{key}", None, is_region=False)

    def _plant(
        self, key: str, value: object, path: str, parent: Node | None, *, is_region: bool
    ) -> None:
        if not _KEY.match(key) or key == DONE:
            self.read.fault(
                path, f"'{key}' cannot be the name of a state", "use lower_case letters"
            )
        data = self.read.mapping(value, path)
        name = f"{parent.name}.{key}" if parent else key
        node = Node(name, path, _kind_of(key if parent is None else "", data), data, parent)
        node.region = node if is_region else (parent.region if parent else None)
        self.nodes[name] = node
        if parent:
            parent.children.append(node)
        self.read.known_keys(data, path, STATE_KEYS[node.kind])
        self._plant_children(node)
        if is_region:
            self._plant_done(node)

    def _plant_children(self, node: Node) -> None:
        if node.kind in (StateKind.ALL_OF, StateKind.ANY_OF):
            self._inside(node, str(node.kind), is_region=True)
        elif node.kind is StateKind.STEPS:
            if node.region is not node:
                self.read.fault(node.path, "`states` belongs inside a region of all_of or any_of")
            self._inside(node, "states", is_region=False)
            node.start = self._start_of(node)
        if node.kind is StateKind.END and node.parent:
            self.read.fault(node.path, "an end stands at the top level", "go to it with `to`")

    def _inside(self, node: Node, key: str, *, is_region: bool) -> None:
        path = f"{node.path}.{key}"
        children = self.read.mapping(node.data.get(key), path)
        if not children:
            self.read.fault(path, "is empty", "name at least one state")
        if node.name.count(".") >= _DEEPEST:
            self.read.fault(path, f"nested deeper than {_DEEPEST}", "flatten the process")
            return
        for child, data in children.items():
            self._plant(child, data, f"{path}.{child}", node, is_region=is_region)

    def _start_of(self, node: Node) -> str:
        start = self.read.text(node.data, "start", node.path)
        keys = [child.key for child in node.children]
        if start in keys:
            return f"{node.name}.{start}"
        if start:
            self.read.fault(f"{node.path}.start", f"unknown state '{start}'", cure_for(start, keys))
        return node.children[0].name if node.children else ""

    def _plant_done(self, region: Node) -> None:
        name = f"{region.name}.{DONE}"
        node = Node(name, region.path, StateKind.DONE, {}, region.parent, region)
        self.nodes[name] = node

    def scope(self, node: Node) -> dict[str, Node]:
        """Return where a state may go: its siblings and those of its parents."""
        found: dict[str, Node] = {}
        for inner in node.line:
            if inner.region is inner:
                continue
            siblings = inner.parent.children if inner.parent else self.top
            for sibling in siblings:
                found.setdefault(sibling.key, sibling)
                found.setdefault(sibling.name, sibling)
        return found

    @property
    def top(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.parent is None]

    def target(self, node: Node, word: str, path: str) -> Node | None:
        """Find where `to` points from this state, or note why it cannot."""
        if word == DONE:
            if node.region:
                return self.nodes.get(f"{node.region.name}.{DONE}")
            self.read.fault(
                path, "`done` ends a parallel region; this state is in none", "name a state"
            )
            return None
        scope = self.scope(node)
        if word in scope:
            return scope[word]
        hidden = [found for found in self.nodes.values() if word in (found.name, found.key)]
        if hidden and hidden[0].parent:
            whole = hidden[0].line[-1].name
            cure = f"go to '{whole}', which is entered as a whole"
            self.read.fault(path, f"'{word}' is inside '{hidden[0].parent.name}'", cure)
        else:
            names = [*scope, DONE] if node.region else list(scope)
            self.read.fault(path, f"unknown state '{word}'", cure_for(word, names))
        return None

    def exits(self, node: Node, target: Node) -> str:
        """Name the state whose whole subtree a move to `target` leaves."""
        if target.kind is StateKind.DONE:
            return target.region.name if target.region else ""
        return next(inner.name for inner in node.line if inner.parent is target.parent)

    def tasks_under(self, node: Node) -> tuple[str, ...]:
        inside = [found for found in self.nodes.values() if node in found.line]
        return tuple(found.name for found in inside if found.kind is StateKind.TASK)


def _kind_of(top_key: str, data: Data) -> StateKind:
    for kind in (StateKind.ALL_OF, StateKind.ANY_OF):
        if kind in data:
            return kind
    if "states" in data:
        return StateKind.STEPS
    if "end" in data or top_key in END_OUTCOMES or top_key == ARCHIVED:
        return StateKind.END
    return StateKind.ROUTE if "then" in data else StateKind.TASK
