# SPDX-License-Identifier: Apache-2.0
"""YAML changed in place: one value or one item of a list; everything else stays as written."""

import copy
import json
from collections.abc import Sequence
from decimal import Decimal

import yaml

from huiban.packloader import strict
from huiban.packloader.problem import dotted
from huiban.packloader.strict import Plain

Path = Sequence[str | int]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK_TEXT = ("|", ">")
_WIDTH = 100
_STEP = 2


class RewriteRefused(ValueError):
    """The text cannot be changed at that place alone; the message says why and what to do."""


def rewritten(text: str, path: Path, value: Plain) -> str:
    """
    Return the text with `value` at a path of keys and indexes.

    Comments, quotes, order and the writing of every other value are kept to the letter.

    >>> rewritten("a: {b: 1, c: 2}  # why\\n", ("a", "b"), 3)
    'a: {b: 3, c: 2}  # why\\n'

    :raises RewriteRefused: if the change would change something else, such as behind an anchor.
    """
    nodes = _nodes(text, path)
    depth = len(nodes) - 1
    if depth == len(path):
        made = _replaced(text, nodes, path, value)
    else:
        wanted: Plain = value
        for key in reversed(path[depth + 1 :]):
            wanted = {str(key): wanted}
        made = _with_key(text, nodes[-1], str(path[depth]), wanted)
    return _proven(text, made, path, value)


def appended(text: str, path: Path, value: Plain) -> str:
    """
    Return the text with an item more at the end of the list at a path.

    :raises RewriteRefused: as `rewritten`.
    """
    nodes = _nodes(text, path)
    listed = nodes[-1]
    if len(nodes) - 1 < len(path) or not isinstance(listed, yaml.SequenceNode) or not listed.value:
        raise RewriteRefused(f"{dotted(path)} is no list with items; write its first item by hand")
    last = listed.value[-1]
    if listed.flow_style:
        made = _inserted(text, last.end_mark.index, f", {flow(value)}")
    else:
        column = listed.start_mark.column
        gap = "\n" if _are_apart(text, listed.value) else ""
        made = _with_line(text, _end(last), f"{gap}{' ' * column}- {_block(value, column + _STEP)}")
    size = len(_list_at(text, path))
    return _proven(text, made, (*path, size), value)


def new_list(key: str, items: Sequence[Plain]) -> str:
    """Write a file that holds nothing but a list under one key."""
    return f"{key}:\n" + "".join(f"  - {_block(one, 2 * _STEP)}\n" for one in items)


def flow(value: Plain) -> str:
    """
    Write a value on one line, quoted only where it must be.

    >>> flow({"zh": "合同甲方", "en": "a, b"}), flow(["no", Decimal("0.80")])
    ('{zh: 合同甲方, en: "a, b"}', '[no, 0.80]')
    """
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)}: {flow(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return _scalar(value)


def _scalar(value: str | int | Decimal | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    return value if _holds_plain(value) else json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _holds_plain(key) else json.dumps(key, ensure_ascii=False)


def _holds_plain(text: str) -> bool:
    """Tell whether a text written without quotes is read back as itself, wherever it stands."""
    if not text or "\n" in text or text[0] in "-?:" or text in ("<<", "---", "..."):
        return False
    node, _ = strict.read(f"a: {{b: {text}}}", "")
    held = strict.plain(node) if node else None
    return held == {"a": {"b": text}}


def _block(value: Plain, column: int) -> str:
    """Write a value over several lines where one would be too long; the first has no indent."""
    line = flow(value)
    is_short = column + len(line) <= _WIDTH
    if isinstance(value, dict) and value and not (is_short and _is_flat(value)):
        rows = (f"{_key(key)}:{_under(one, column)}" for key, one in value.items())
        return f"\n{' ' * column}".join(rows)
    return line


def _under(value: Plain, column: int) -> str:
    """Write what stands behind a key: on its line, or below it."""
    line = flow(value)
    if not isinstance(value, dict | list) or not value or _is_flat(value):
        return f" {line}"
    indent = " " * (column + _STEP)
    if isinstance(value, dict):
        return f"\n{indent}{_block(value, column + _STEP)}"
    items = (f"- {_block(one, column + 2 * _STEP)}" for one in value)
    return f"\n{indent}" + f"\n{indent}".join(items)


def _is_flat(value: Plain) -> bool:
    """Tell whether a collection holds nothing but single values: it stays on one line."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not any(isinstance(one, dict | list) for one in inner)


def _nodes(text: str, path: Path) -> list[yaml.Node]:
    """Return the nodes along a path as far as it goes, the root first."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as fault:
        raise RewriteRefused(f"not YAML: {fault}") from None
    if root is None:
        raise RewriteRefused("the file is empty")
    found = [root]
    for depth, key in enumerate(path):
        child = _child(found[-1], key)
        if child is None:
            return found
        if not _lies_in(found[-1], child):
            where = dotted(path[: depth + 1])
            raise RewriteRefused(f"{where} is written with an alias (*); write it out first")
        found.append(child)
    return found


def _child(node: yaml.Node, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: yaml.Node = node.value[key]
        return found
    return None


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _lies_in(outer: yaml.Node, inner: yaml.Node) -> bool:
    begin, end = outer.start_mark.index, outer.end_mark.index
    return begin <= inner.start_mark.index and inner.end_mark.index <= end


def _replaced(text: str, nodes: Sequence[yaml.Node], path: Path, value: Plain) -> str:
    node = nodes[-1]
    begin, end = node.start_mark.index, _end(node)
    if isinstance(node, yaml.ScalarNode) or _is_flow(node):
        written = flow(value)
        if begin == end and text[begin - 1 : begin] != " ":
            written = f" {written}"  # a key without a value
        return text[:begin] + written + text[end:]
    if len(nodes) > 1 and isinstance(nodes[-2], yaml.MappingNode):
        # A block begins on the line below its key; what takes its place stands behind the key.
        key = next(name for name, one in nodes[-2].value if one is node)
        return f"{text[: key.end_mark.index]}: {flow(value)}{text[end:]}"
    return text[:begin] + flow(value) + text[end:]


def _with_key(text: str, node: yaml.Node, key: str, value: Plain) -> str:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise RewriteRefused(f"there is no mapping to write '{key}' into; write it by hand")
    last = node.value[-1][1]
    if node.flow_style:
        return _inserted(text, last.end_mark.index, f", {_key(key)}: {flow(value)}")
    column = node.value[0][0].start_mark.column
    return _with_line(text, _end(last), f"{' ' * column}{_key(key)}:{_under(value, column)}")


def _end(node: yaml.Node) -> int:
    """Return where a node's own text ends; a block's mark lies behind the comments after it."""
    if isinstance(node, yaml.ScalarNode):
        return node.end_mark.index - (1 if node.style in _BLOCK_TEXT else 0)
    if _is_flow(node) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _inserted(text: str, at: int, more: str) -> str:
    return text[:at] + more + text[at:]


def _with_line(text: str, at: int, line: str) -> str:
    """Put lines below the one on which `at` is, whose comment stays with it."""
    end = text.find("\n", at)
    return f"{text}\n{line}\n" if end < 0 else f"{text[:end]}\n{line}{text[end:]}"


def _are_apart(text: str, items: Sequence[yaml.Node]) -> bool:
    """Tell whether the items of a list are set apart by blank lines."""
    if len(items) < 2:
        return False
    return "\n\n" in text[_end(items[-2]) : items[-1].start_mark.index]


def _list_at(text: str, path: Path) -> list[Plain]:
    found = _data(text)
    for key in path:
        found = found[key]  # type: ignore[index]  # the nodes led here
    return found if isinstance(found, list) else []


def _data(text: str) -> Plain:
    node, problems = strict.read(text, "")
    if node is None:
        raise RewriteRefused("; ".join(map(str, problems)))
    return strict.plain(node)


def _proven(text: str, made: str, path: Path, value: Plain) -> str:
    """Make sure that the new text says what the old one said, but for the change."""
    wanted = copy.deepcopy(_data(text))
    _set(wanted, path, value)
    if _data(made) != wanted:
        where = dotted(path)
        raise RewriteRefused(
            f"{where} cannot be changed alone; write out what stands behind & and *"
        )
    return made


def _set(data: Plain, path: Path, value: Plain) -> None:
    *way, last = path
    for key in way:
        if isinstance(data, dict):
            data = data.setdefault(str(key), {})
        elif isinstance(data, list):
            data = data[int(key)]
    if isinstance(data, dict):
        data[str(last)] = value
    elif isinstance(data, list) and last == len(data):
        data.append(value)
    elif isinstance(data, list):
        data[int(last)] = value
