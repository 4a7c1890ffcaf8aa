# SPDX-License-Identifier: Apache-2.0
"""Whether the tree over all chains is what was signed (存证树核验): leaves, tiles, checkpoints."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from huiban.kernel.merkle import leaf_digest
from huiban.kernel.proof import HASHES, Head
from huiban.kernel.proof_check import head_of
from huiban.kernel.tree_tiles import WIDTH, TiledTree, TileKey, edge_keys, extended
from huiban.kernel.verification import Check, Verdict
from huiban.services import checkpoints, head_check
from huiban.store import checkpoints as store
from huiban.store.models import Checkpoint, TreeLeaf

_CHUNK = 4096
_NODE = 32
_MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class TreeVerdict:
    """What was found out about the tree; `lacking` checkpoints are not signed or stamped whole."""

    leaves: int
    checkpoints: int
    faults: tuple[str, ...]
    lacking: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify_tree() -> TreeVerdict:
    """Compute the tree again from its leaves and hold every checkpoint against it."""
    again = _Again()
    lacking = count = 0
    before: Checkpoint | None = None
    for row in store.in_order():
        count += 1
        again.take(row)
        again.compare(row, before)
        found = head_check.of_head(checkpoints.signed_head(row)).checks
        lacking += any(one.verdict is Verdict.UNKNOWN for one in found)
        for one in found:
            if one.verdict is Verdict.FAILED:
                again.fault(f"checkpoint {row.number}: {one.title.en}: {one.detail.en}")
        before = row
    left = again.left()
    if left:
        again.fault(f"{left} leaves lie beyond the newest checkpoint: checkpoints were removed")
    return TreeVerdict(again.size, count, tuple(again.faults), lacking)


@dataclass(slots=True)
class _Again:
    """The tree computed anew, with its right edge alone in memory, and what did not fit."""

    size: int = 0
    edge: dict[str, dict[TileKey, bytes]] = field(default_factory=lambda: {n: {} for n in HASHES})
    faults: list[str] = field(default_factory=list)
    rows: Iterator[TreeLeaf] = field(default_factory=store.leaves_in_order)
    ahead: list[TreeLeaf] = field(default_factory=list)
    """A leaf read already that belongs further on."""
    is_off: bool = False
    """A root did not fit: no later one can, and one fault says it."""

    def fault(self, message: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(message)

    def left(self) -> int:
        return 0 if self.is_off else sum(1 for _ in self.rows) + len(self.ahead)

    def take(self, row: Checkpoint) -> None:
        """Append the leaves of one checkpoint, some thousands at a time."""
        some: list[TreeLeaf] = []
        while not self.is_off and self.size + len(some) < row.size:
            leaf = self.ahead.pop() if self.ahead else next(self.rows, None)
            place = self.size + len(some)
            if leaf is None or leaf.place != place:
                self.is_off = True
                self.fault(f"leaf {place}: it was removed, so no root can be computed from there")
                break
            if leaf.checkpoint != row.number:
                self.fault(f"leaf {place}: it says checkpoint {leaf.checkpoint}, not {row.number}")
            some.append(leaf)
            if len(some) == _CHUNK:
                self._lay(some)
                some = []
        if some:
            self._lay(some)

    def _lay(self, rows: list[TreeLeaf]) -> None:
        data = [store.leaf_of(one).data for one in rows]
        laid: dict[str, dict[TileKey, bytes]] = {}
        for name in HASHES:
            digests = [leaf_digest(one, name) for one in data]
            laid[name] = extended(self.size, digests, self.edge[name], name)
        for message in _differing(laid):
            self.fault(message)
        self.size += len(rows)
        keys = edge_keys(self.size)
        for name in HASHES:
            known = self.edge[name] | laid[name]
            self.edge[name] = {key: known[key] for key in keys}

    def compare(self, row: Checkpoint, before: Checkpoint | None) -> None:
        """Name what of a checkpoint does not fit the tree, its own head, or the one before."""
        head = head_of(row.head)
        if isinstance(head, Check):
            self.fault(f"checkpoint {row.number}: {head.detail.en}")
            return
        if checkpoints.is_off(row):
            self.fault(f"checkpoint {row.number}: its columns are not what its head says")
        if not self.is_off and not self._gives(head):
            self.is_off = True
            self.fault(
                f"checkpoint {row.number}: the leaves do not give its roots; "
                "a leaf or this head was changed, and no later root can be trusted"
            )
        self._follow(head, row, before)

    def _gives(self, head: Head) -> bool:
        return self.size == head.size and all(
            TiledTree(self.size, self.edge[name], name).root() == head.root(name) for name in HASHES
        )

    def _follow(self, head: Head, row: Checkpoint, before: Checkpoint | None) -> None:
        if row.number != (before.number + 1 if before else 1):
            self.fault(f"checkpoint {row.number}: checkpoints before it were removed")
        elif head.previous != (checkpoints.signed_head(before).digests if before else None):
            self.fault(f"checkpoint {row.number}: the checkpoint before it was changed")


def _differing(laid: dict[str, dict[TileKey, bytes]]) -> Iterator[str]:
    """Yield which stored tiles are not what the leaves give, and at which leaf they differ."""
    held = store.tiles({key for found in laid.values() for key in found})
    for name, found in laid.items():
        for key, nodes in found.items():
            stored = held[name].get(key, b"")
            # A tile still being filled holds more by now; what it held then is its beginning.
            if stored.startswith(nodes):
                continue
            if key.level == 0 and len(stored) >= len(nodes):
                places = _places(nodes, stored, key.place * WIDTH)
                yield f"leaf {places}: it is not what its {name} tile says"
            else:
                yield f"{name} tile {key.level}/{key.place}: it is not what the leaves give"


def _places(nodes: bytes, stored: bytes, first: int) -> str:
    found = [
        str(first + at // _NODE)
        for at in range(0, len(nodes), _NODE)
        if nodes[at : at + _NODE] != stored[at : at + _NODE]
    ]
    return ", ".join(found[:10])
