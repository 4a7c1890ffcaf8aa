# SPDX-License-Identifier: Apache-2.0
"""`like` and `use`: a file that starts from another of its folder and says only what differs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from huiban.packloader.problem import did_you_mean, nearest
from huiban.packloader.strict import Node

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str]
# The list a part stands in tells its kind: a section and a field may share a key.
Pool = dict[str, dict[str, Node]]
# That a machine may decide is declared of each item by itself, never by likeness.
_NEVER_TAKEN = "automatic"


@dataclass(slots=True)
class Resolved:
    """The whole node, and what could not be resolved."""

    node: Node
    faults: list[Fault] = field(default_factory=list)


def resolve(own: Node, parents: Mapping[str, Node]) -> Resolved:
    """
    Write out `like: code` and every `use: key` below it.

    Keys written here win over those of the parent; a list is taken whole or written whole.
    """
    if not isinstance(own.value, dict) or "like" not in own.value:
        return Resolved(own)
    like = own.value["like"]
    parent = parents.get(str(like.value))
    if parent is None or not isinstance(parent.value, dict):
        cure = did_you_mean(str(like.value), parents)
        return Resolved(
            _without(own, "like"), [(("like",), f"nothing has the code '{like.value}'", cure)]
        )
    found = Resolved(_without(own, "like"))
    pool: Pool = {}
    for name, part in _parts(parent):
        pool.setdefault(name, {}).setdefault(_key_of(part), part)
    whole = _used(found.node, pool, (), "", found)
    found.node = _over(whole, _without(parent, _NEVER_TAKEN), like.line)
    return found


def _parts(node: Node, name: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every mapping of a list that has a key or code, with the name of the list."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _parts(child, key)
    elif isinstance(node.value, list):
        for child in node.value:
            if _key_of(child):
                yield name, child
            yield from _parts(child, name)


def _key_of(node: Node) -> str:
    if not isinstance(node.value, dict):
        return ""
    key = node.value.get("key") or node.value.get("code")
    return str(key.value) if key else ""


def _used(node: Node, pool: Pool, path: Path, name: str, found: Resolved) -> Node:
    if isinstance(node.value, list):
        parts = [_used(one, pool, (*path, i), name, found) for i, one in enumerate(node.value)]
        return replace(node, value=parts)
    if not isinstance(node.value, dict):
        return node
    made = {key: _used(one, pool, (*path, key), key, found) for key, one in node.value.items()}
    whole = replace(node, value=made)
    return _taken(whole, pool.get(name, {}), path, found) if "use" in made else whole


def _taken(node: Node, known: Mapping[str, Node], path: Path, found: Resolved) -> Node:
    assert isinstance(node.value, dict)
    use = node.value["use"]
    source = known.get(str(use.value))
    if source is None:
        cure = did_you_mean(str(use.value), known)
        found.faults.append(((*path, "use"), f"there is no '{use.value}' to use", cure))
        source = known.get(nearest(str(use.value), known))
        if source is None:
            return _without(node, "use")
        # Reading on as if the nearest were meant keeps what follows from the slip untold.
    return _over(_without(node, "use"), source, use.line)


def _over(own: Node, parent: Node, line: int) -> Node:
    """Lay own keys over the parent's, whose lines become that of the line that takes them."""
    assert isinstance(own.value, dict)
    assert isinstance(parent.value, dict)
    value = {key: replace(one, line=line, is_borrowed=True) for key, one in parent.value.items()}
    lines = dict.fromkeys(parent.value, line)
    whole = value | own.value
    size = 1 + sum(child.size for child in whole.values())
    return replace(own, value=whole, key_lines=lines | own.key_lines, size=size)


def _without(node: Node, key: str) -> Node:
    assert isinstance(node.value, dict)
    return replace(node, value={name: one for name, one in node.value.items() if name != key})
