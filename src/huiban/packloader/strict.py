# SPDX-License-Identifier: Apache-2.0
"""Strict YAML: what is written is what is read, bounded, and every node knows its line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import yaml

from huiban.packloader.problem import Problem

# libyaml is ten times faster and ships in every wheel; the pure parser reads the same language.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 200_000
MAX_DEPTH = 24
MAX_NODES = 20_000  # after aliases are written out, so that a "billion laughs" file is refused
MAX_ALIASES = 200

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,9}\Z")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

Plain = dict[str, "Plain"] | list["Plain"] | str | int | Decimal | bool | None


@dataclass(slots=True)
class Node:
    """One value with the line it starts on and the number of nodes it holds, itself included."""

    line: int
    value: "dict[str, Node] | list[Node] | str | int | Decimal | bool | None"
    size: int = 1
    key_lines: dict[str, int] = field(default_factory=dict)
    is_borrowed: bool = False
    """Taken from another file: lines below it are that file's and must not be shown."""


class _Refused(Exception):
    def __init__(self, line: int, message: str, cure: str) -> None:
        super().__init__(message)
        self.line, self.message, self.cure = line, message, cure


def read(text: str, path: str) -> tuple[Node | None, list[Problem]]:
    """Read one document; a file that cannot be read at all gives no node and one problem."""
    if len(text) > MAX_BYTES:
        size = f"{len(text)} characters, the limit is {MAX_BYTES}"
        return None, [Problem(path, 1, "", f"the file is too large: {size}", "split it by topic")]
    try:
        return _Reader().document(yaml.parse(text, Loader=_LOADER)), []
    except _Refused as refused:
        return None, [Problem(path, refused.line, "", refused.message, refused.cure)]
    except yaml.YAMLError as error:
        return None, [_syntax_problem(path, error)]


def plain(node: Node) -> Plain:
    """Write the node out as plain Python values."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def line_at(node: Node | None, path: Sequence[str | int]) -> int:
    """Find the line of the deepest part of `path` that exists."""
    line = node.line if node else 1
    for part in path:
        if node and node.is_borrowed:
            break
        child: Node | None = None
        if node and isinstance(node.value, dict):
            child = node.value.get(str(part))
            line = node.key_lines.get(str(part), line)
        elif node and isinstance(node.value, list) and isinstance(part, int):
            child = node.value[part] if part < len(node.value) else None
            line = child.line if child else line
        if child is not None:
            node = child
    return line


def node_at(node: Node, path: Sequence[str | int]) -> Node | None:
    """Follow a path of keys and indexes; None where it leads nowhere."""
    found: Node | None = node
    for part in path:
        value = found.value if found else None
        if isinstance(value, dict):
            found = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            found = value[part]
        else:
            return None
    return found


def is_borrowed(node: Node, path: Sequence[str | int]) -> bool:
    """Tell whether a path leads into a part taken from another file."""
    ends = range(1, len(path) + 1)
    return any(found.is_borrowed for end in ends if (found := node_at(node, path[:end])))


def _syntax_problem(path: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    message = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark else 1
    return Problem(path, line, "", f"not YAML: {message}", "check indentation, colons and quotes")


class _Reader:
    """Turns parser events into nodes; recursion is bounded by MAX_DEPTH before it happens."""

    def __init__(self) -> None:
        self.anchors: dict[str, Node] = {}
        self.aliases = 0

    def document(self, events: Iterator[yaml.Event]) -> Node:
        node: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise _Refused(_line(event), "a second document in one file", "remove `---`")
                first = next(events)
                node = self.node(first, events, 1)
        if node is None:
            raise _Refused(1, "the file is empty", "write it or delete it")
        return node

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(str(event.anchor), line)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise _Refused(line, f"the tag {tag} is not allowed", "remove it")
        made = self.fresh(event, events, depth)
        if made.size > MAX_NODES:
            raise _Refused(
                line, f"more than {MAX_NODES} values", "split the file, use fewer aliases"
            )
        anchor = getattr(event, "anchor", None)
        if anchor:
            self.anchors[anchor] = made
        return made

    def alias(self, name: str, line: int) -> Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _Refused(line, f"more than {MAX_ALIASES} aliases", "write the values out")
        if name not in self.anchors:
            raise _Refused(line, f"the anchor &{name} is not defined above", "define it first")
        return self.anchors[name]

    def fresh(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(_line(event), events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(_line(event), events, depth)
        assert isinstance(event, yaml.ScalarEvent), "the parser starts a node with nothing else"
        return Node(_line(event), _scalar(event))

    def sequence(self, line: int, events: Iterator[yaml.Event], depth: int) -> Node:
        items: list[Node] = []
        size = 1
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self.node(event, events, depth + 1))
            size += items[-1].size
        return Node(line, items, size)

    def mapping(self, line: int, events: Iterator[yaml.Event], depth: int) -> Node:
        made: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[Node] = []
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = _key(event)
            value = self.node(next(events), events, depth + 1)
            if key == "<<":
                merged += _merge_sources(value, _line(event))
                continue
            if key in made:
                first = f"first on line {lines[key]}"
                raise _Refused(_line(event), f"the key '{key}' is repeated, {first}", "keep one")
            made[key], lines[key] = value, _line(event)
        for source in merged:
            _merge(source, made, lines)
        return Node(line, made, 1 + sum(child.size for child in made.values()), lines)


def _merge_sources(value: Node, line: int) -> list[Node]:
    sources = value.value if isinstance(value.value, list) else [value]
    if not all(isinstance(source.value, dict) for source in sources):
        raise _Refused(line, "`<<` takes a mapping or a list of mappings", "point it at an anchor")
    return sources


def _merge(source: Node, made: dict[str, Node], lines: dict[str, int]) -> None:
    if isinstance(source.value, dict):
        for key, child in source.value.items():
            made.setdefault(key, child)
            lines.setdefault(key, source.key_lines[key])


def _key(event: yaml.Event) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise _Refused(_line(event), "a key must be plain text", "name it")
    return str(event.value)


def _scalar(event: yaml.ScalarEvent) -> str | int | Decimal | bool | None:
    written = str(event.value)
    if not event.implicit[0]:  # quoted or block text is text, whatever it looks like
        return written
    if written in _WORDS:
        return _WORDS[written]
    if _INTEGER.match(written):
        return int(written)
    if _DECIMAL.match(written):
        return Decimal(written)
    return written


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1
