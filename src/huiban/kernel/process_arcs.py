# SPDX-License-Identifier: Apache-2.0
"""Reading the events of a state: what may happen there, who does it, and where it leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from huiban.kernel.process_chart import (
    APPLICANT,
    ENGINE_ACTS,
    EVENT_LABELS,
    EVENT_OUTCOMES,
    REASONED,
    SYSTEM_EVENTS,
    SYSTEM_ROLE,
    Arc,
    Event,
    StateKind,
)
from huiban.kernel.process_read import Data, Reader
from huiban.kernel.process_tree import Node, Tree
from huiban.kernel.words import Words

# Chart events of these names move the case; every other engine act keeps its name to itself.
_SHARED = frozenset({"reply", "send_back", "retract"})
RESERVED = frozenset(ENGINE_ACTS) - _SHARED | {"submit"}

_THEN_KEYS = ("to", "when", "when_label", "do", "outcome")
ARC_KEYS = (*_THEN_KEYS, "once", "label", "needs_reason", "needs_document", "by")
Spec = tuple[str, Data, str]  # path, data, path of the target


@dataclass(frozen=True, slots=True)
class Arcs:
    """Turns `on` and `then` into events and arcs."""

    read: Reader
    tree: Tree
    due_events: frozenset[str]
    outcomes: Mapping[str, tuple[str, ...]]

    def events(self, node: Node, role: str, *, may_retract: bool) -> dict[str, Event]:
        """Return the events of one state, by name, in the order written."""
        found: dict[str, list[Spec]] = {}
        for name, spec in self._specs(node):
            found.setdefault(name, []).append(spec)
        if may_retract and "retract" not in found:
            path = f"{node.path}.acts"
            found["retract"] = [(path, {"to": "retracted", "by": APPLICANT}, path)]
        return {name: self._event(node, name, specs, role) for name, specs in found.items()}

    def then(self, node: Node) -> tuple[Arc, ...]:
        """Return what follows when a parallel state is complete."""
        value, path = node.data.get("then"), f"{node.path}.then"
        if value is None:
            self.read.fault(path, "nothing follows when this is complete", "add `then: <state>`")
            return ()
        arcs = self._ways(node, "", self._alternatives(value, path))
        if arcs and arcs[-1].guard:
            self.read.fault(path, "every way on has a condition", "end with one without `when`")
        return arcs

    def _ways(self, node: Node, event: str, specs: list[Spec]) -> tuple[Arc, ...]:
        for (_, data, _), (path, _, _) in pairwise(specs):
            if "when" not in data:
                message = "is never taken: the way before it has no condition"
                self.read.fault(path, message, "add `when` to that one, or change the order")
        return tuple(self._arc(node, event, spec) for spec in specs)

    def _specs(self, node: Node) -> Iterator[tuple[str, Spec]]:
        value, path = node.data.get("on"), f"{node.path}.on"
        if isinstance(value, list | tuple):
            for index, entry in enumerate(value):
                where = f"{path}.{index}"
                data = dict(self.read.mapping(entry, where))
                name = str(data.pop("event", ""))
                if name:
                    yield name, self._checked(name, (where, data, f"{where}.to"))
                else:
                    self.read.fault(where, "no event", "add `event: <name>`")
            return
        for name, specs in self.read.mapping(value, path).items():
            for spec in self._alternatives(specs, f"{path}.{name}"):
                yield name, self._checked(name, spec)

    def _checked(self, name: str, spec: Spec) -> Spec:
        path, data, _ = spec
        if name in RESERVED:
            self.read.fault(path, f"'{name}' is an act of the engine", "choose another event name")
        self.read.known_keys(data, path, ARC_KEYS)
        return spec

    def _alternatives(self, value: object, path: str) -> list[Spec]:
        """Read one way on or several; a target alone is a way on without more."""
        if isinstance(value, list | tuple):
            parts = [self._alternatives(part, f"{path}.{i}") for i, part in enumerate(value)]
            return [spec for part in parts for spec in part]
        if isinstance(value, str):
            return [(path, {"to": value}, path)]
        return [(path, self.read.mapping(value, path), f"{path}.to")]

    def _event(self, node: Node, name: str, specs: list[Spec], role: str) -> Event:
        merged: dict[str, object] = {}
        for _, data, _ in reversed(specs):
            merged |= data
        path = specs[0][0]
        by = self.read.text(merged, "by", path) or self._by(name, role)
        if not by:
            self.read.fault(path, f"nobody is named to do '{name}'", "add `by: <role>`")
        return Event(
            name,
            self.read.words(merged, "label", path) or EVENT_LABELS.get(name) or Words(name),
            by,
            self._ways(node, name, specs),
            completes=bool(role) and by == role,
            once=bool(self.read.flag(merged, "once", path)),
            needs_reason=self._needs_reason(name, merged, path),
            needs_document=bool(self.read.flag(merged, "needs_document", path)),
        )

    def _by(self, name: str, role: str) -> str:
        if name in SYSTEM_EVENTS or name in self.due_events:
            return SYSTEM_ROLE
        if name == "retract":
            return APPLICANT
        return SYSTEM_ROLE if name == "archive" and not role else role

    def _needs_reason(self, name: str, data: Data, path: str) -> bool:
        stated = self.read.flag(data, "needs_reason", path)
        if name in REASONED and stated is False:
            self.read.fault(f"{path}.needs_reason", f"'{name}' always needs a reason", "remove it")
        return name in REASONED if stated is None else stated

    def _arc(self, node: Node, event: str, spec: Spec) -> Arc:
        path, data, where = spec
        if not event:
            self.read.known_keys(data, path, _THEN_KEYS)
        word = self.read.text(data, "to", path)
        if not word:
            self.read.fault(path, "leads nowhere", "add `to: <state>`")
        target = self.tree.target(node, word, where) if word else None
        return Arc(
            node.name,
            target.name if target else "",
            self.tree.exits(node, target) if target else "",
            self.read.guard(data, path),
            self.read.texts(data, "do", path),
            self._outcome(event, target, data, path),
        )

    def _outcome(self, event: str, target: Node | None, data: Data, path: str) -> str:
        stated = self.read.text(data, "outcome", path)
        if target is None or target.kind is not StateKind.END:
            if stated:
                self.read.fault(f"{path}.outcome", "only an end has an outcome", "remove it")
            return ""
        known = self.outcomes[target.name]
        if stated:
            self.read.one_of(stated, known, f"{path}.outcome", "outcome")
            return stated
        if len(known) == 1 or not known:
            return known[0] if known else ""
        if EVENT_OUTCOMES.get(event) in known:
            return EVENT_OUTCOMES[event]
        cure = f"add `outcome:` with one of {', '.join(known)}"
        self.read.fault(path, f"'{target.name}' can end in several ways", cure)
        return ""
