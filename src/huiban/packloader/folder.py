# SPDX-License-Identifier: Apache-2.0
"""A pack's texts in memory: parsed once, with every problem noted at its file and line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from huiban.packloader import inherit, strict
from huiban.packloader.problem import Problem, dotted
from huiban.packloader.salvage import salvaged
from huiban.packloader.schema.part import Part
from huiban.packloader.strict import Node
from huiban.packloader.translate import translated

Shape = TypeVar("Shape", bound=Part)

READ_SUFFIXES = (".yaml", ".typ", ".svg", ".md")


def files_in(root: Path) -> list[str]:
    """List every file of a folder by its relative path; what editors and systems hide stays out."""
    paths = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir())
    return sorted(p.as_posix() for p in paths if not any(part[0] == "." for part in p.parts))


def texts_in(root: Path) -> dict[str, str]:
    """Read a pack folder as relative path → text; other files are left to the checkers."""
    return {
        file: (root / file).read_text("utf-8", "replace")
        for file in files_in(root)
        if file.endswith(READ_SUFFIXES) and not (root / file).is_symlink()
    }


def digest_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 over all texts with their paths: the identity of a version."""
    whole = sha256()
    for path, text in sorted(texts.items()):
        for part in (path, text):
            data = part.encode()
            whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


@dataclass(slots=True)
class Folder:
    """One pack as read; `shown` is put before a relative path where problems are printed."""

    code: str
    texts: Mapping[str, str]
    shown: str
    others: tuple[str, ...] = ()
    """Files that are no text of a pack."""
    problems: list[Problem] = field(default_factory=list)
    borrowed: list[Problem] = field(default_factory=list)
    """Problems of parts taken from another file, which usually tells the same of its own."""
    doubtful: set[str] = field(default_factory=set)
    """Names of parts with a fault: what refers to them cannot be judged yet."""
    _read: dict[str, Node | None] = field(default_factory=dict)
    _nodes: dict[str, Node | None] = field(default_factory=dict)

    def path(self, relative: str) -> str:
        return f"{self.shown}/{relative}" if self.shown else relative

    def note(self, file: str, path: Sequence[str | int], message: str, cure: str = "") -> None:
        """Note a problem at a place of one file."""
        node = self.node(file) if file.endswith(".yaml") and file in self.texts else None
        line = strict.line_at(node, path)
        told = self.borrowed if node and strict.is_borrowed(node, path) else self.problems
        told.append(Problem(self.path(file), line, dotted(path), message, cure))

    def all_problems(self) -> tuple[Problem, ...]:
        """Return every problem once, in the order of files and lines."""
        own = {problem.message for problem in self.problems}
        more = [problem for problem in self.borrowed if problem.message not in own]
        return tuple(sorted({*self.problems, *more}))

    def node(self, file: str) -> Node | None:
        """Return the parsed file with `like` and `use` resolved; None if it cannot be read."""
        if file not in self._nodes:
            own = self._nodes[file] = self._own(file)
            if own and isinstance(own.value, dict) and "like" in own.value:
                self._nodes[file] = None  # a file that is like itself finds nothing
                self._nodes[file] = self._resolved(file, own)
        return self._nodes[file]

    def _own(self, file: str) -> Node | None:
        if file not in self._read:
            self._read[file], problems = strict.read(self.texts[file], self.path(file))
            self.problems += problems
        return self._read[file]

    def _resolved(self, file: str, own: Node) -> Node:
        siblings = self.files(file.rpartition("/")[0] or ".")
        result = inherit.resolve(own, self._parents(file, siblings))
        # While a sibling cannot be read at all, nobody knows what it would have brought.
        if all(self._own(other) for other in siblings):
            for path, message, cure in result.faults:
                line = strict.line_at(own, path)
                self.problems.append(Problem(self.path(file), line, dotted(path), message, cure))
        return result.node

    def _parents(self, file: str, siblings: Sequence[str]) -> dict[str, Node]:
        found = {}
        for other in siblings:
            node = self.node(other) if other != file else None
            code = node.value.get("code") if node and isinstance(node.value, dict) else None
            if node and code and isinstance(code.value, str):
                found[code.value] = node
        return found

    def written(self, file: str, key: str) -> str:
        """Return a top-level text of a file even if the rest of it is faulty; "" without one."""
        node = self.node(file)
        found = node.value.get(key) if node and isinstance(node.value, dict) else None
        return found.value if found and isinstance(found.value, str) else ""

    def files(self, folder: str) -> list[str]:
        """List the YAML files directly in one subfolder."""
        return [
            file
            for file in sorted(self.texts)
            if file.endswith(".yaml") and (file.rpartition("/")[0] or ".") == folder
        ]

    def shaped(self, file: str, shape: type[Shape]) -> Shape | None:
        """Validate one file against its schema; with faults, noted, as much as can be saved."""
        node = self.node(file)
        if node is None:
            return None
        data = strict.plain(node)
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            for path, message, cure in translated(error, shape):
                self.note(file, path, message, cure)
                self.doubtful |= {str(part) for part in _names_along(node, path)}
            saved = salvaged(data, error, shape)
            return saved if isinstance(saved, shape) else None

    def has(self, file: str, path: Sequence[str | int]) -> bool:
        """Tell whether something is written at a place of one file."""
        node = self.node(file)
        return node is not None and strict.node_at(node, path) is not None

    def takes(self, file: str, path: Sequence[str | int], key: str) -> bool:
        """Tell whether a key was taken from another file, not written here."""
        node = self.node(file)
        return node is not None and strict.is_borrowed(node, (*path, key))

    def missing(self, file: str, what: str) -> None:
        self.problems.append(
            Problem(self.path(file), 1, "", f"the file is missing: {what}", "write it")
        )


def _names_along(node: Node, path: Sequence[str | int]) -> Iterator[str]:
    """Yield the key or code of every part on the way to a fault, and the key at its end."""
    for end in range(len(path)):
        part = strict.node_at(node, path[: end + 1])
        if part and isinstance(part.value, dict):
            names = (part.value.get(name) for name in ("key", "code", "use"))
            yield from (str(name.value) for name in names if name)
    yield from (part for part in path[-1:] if isinstance(part, str))
