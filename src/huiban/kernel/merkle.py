# SPDX-License-Identifier: Apache-2.0
"""Whether a row was in the log at a checkpoint, and the log only grew: RFC 6962 Merkle trees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huiban.kernel.evidence import digest_of


class ProofRefused(ValueError):
    """A proof was asked for that the tree cannot give: a place or size outside it."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What is signed and published at a checkpoint: the size of the log and its root."""

    size: int
    root: bytes
    hash_name: str = "sha256"


class MerkleTree:
    """
    An append-only tree over byte strings (默克尔树); the hash is chosen by name.

    Appending costs one digest on average, any root or proof about log2(n) lookups.
    """

    __slots__ = ("_digest", "_levels", "hash_name")

    def __init__(self, leaves: Iterable[bytes] = (), hash_name: str = "sha256") -> None:
        self.hash_name = hash_name
        self._digest = digest_of(hash_name)
        # _levels[k][i] is the digest of the full subtree over leaves [i * 2^k, (i + 1) * 2^k).
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, data: bytes) -> int:
        """Add a leaf and return its place, counted from 0."""
        return self.append_digest(self._digest(b"\x00" + data))

    def append_digest(self, leaf: bytes) -> int:
        """Add a leaf by its leaf digest, as when a tree is read back from storage."""
        place = len(self)
        node, level = leaf, 0
        self._levels[0].append(node)
        while len(self._levels[level]) % 2 == 0:
            node = self._digest(b"\x01" + self._levels[level][-2] + node)
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)
        return place

    def leaf(self, place: int) -> bytes:
        return self._levels[0][place]

    def root(self, size: int | None = None) -> bytes:
        """
        Return the root of the first `size` leaves, all by default.

        :raises ProofRefused: if the tree never had that size.
        """
        size = self._sized(size)
        return self._digest(b"") if size == 0 else self._range(0, size)

    def head(self, size: int | None = None) -> TreeHead:
        """:raises ProofRefused: if the tree never had that size."""
        size = self._sized(size)
        return TreeHead(size, self.root(size), self.hash_name)

    def inclusion(self, place: int, size: int | None = None) -> list[bytes]:
        """
        Return the audit path of a leaf in the tree of that size, from the leaf upward.

        :raises ProofRefused: if the leaf is not among them.
        """
        return [self._range(*one) for one in inclusion_ranges(place, self._sized(size))]

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """
        Return the proof that the tree of `old` leaves is a beginning of the tree of `new`.

        :raises ProofRefused: if old is 0, or greater than new.
        """
        return [self._range(*one) for one in consistency_ranges(old, self._sized(new))]

    def _sized(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise ProofRefused(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _range(self, first: int, last: int) -> bytes:
        """The digest over leaves [first, last); first starts a full subtree."""
        count = last - first
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][first >> level]
        middle = first + _split(count)
        return self._digest(b"\x01" + self._range(first, middle) + self._range(middle, last))


def inclusion_ranges(place: int, size: int) -> list[tuple[int, int]]:
    """
    Return the ranges of leaves whose digests are the audit path of a leaf, from it upward.

    :raises ProofRefused: if the leaf is not among them.
    """
    if not 0 <= place < size:
        raise ProofRefused(f"leaf {place} is not in a tree of {size}")
    ranges: list[tuple[int, int]] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if place < middle:
            ranges.append((middle, last))
            last = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """
    Return the ranges whose digests prove that `old` leaves are a beginning of `new` ones.

    :raises ProofRefused: if old is 0, or greater than new.
    """
    if not 0 < old <= new:
        raise ProofRefused(f"no consistency proof from {old} to {new} leaves")
    ranges: list[tuple[int, int]] = []
    first, last, is_whole = 0, new, True
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            ranges.append((middle, last))
            last = middle
        else:
            ranges.append((first, middle))
            first, is_whole = middle, False
    if not is_whole:
        ranges.append((first, last))
    return ranges[::-1]


def full_subtrees(first: int, last: int) -> list[tuple[int, int]]:
    """
    Return the full subtrees a range of leaves is made of, left to right, as (height, place).

    The range starts a full subtree, as every range of a proof does.
    """
    found: list[tuple[int, int]] = []
    while last > first:
        height = (last - first).bit_length() - 1
        found.append((height, first >> height))
        first += 1 << height
    return found


def _split(count: int) -> int:
    """The largest power of two smaller than count."""
    return 1 << ((count - 1).bit_length() - 1)


def leaf_digest(data: bytes, hash_name: str = "sha256") -> bytes:
    return digest_of(hash_name)(b"\x00" + data)


def verify_inclusion(leaf: bytes, place: int, proof: Sequence[bytes], head: TreeHead) -> bool:
    """Tell whether a leaf digest is at that place under the tree head (RFC 9162, 2.1.3.2)."""
    if not 0 <= place < head.size:
        return False
    digest = digest_of(head.hash_name)
    last, node = head.size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            node = digest(b"\x01" + other + node)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            node = digest(b"\x01" + node + other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == head.root


def verify_consistency(old: TreeHead, new: TreeHead, proof: Sequence[bytes]) -> bool:
    """Tell whether the old head's log is a beginning of the new head's (RFC 9162, 2.1.4.2)."""
    if old.hash_name != new.hash_name or not 0 < old.size <= new.size:
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    nodes = list(proof)
    if old.size & (old.size - 1) == 0:
        nodes.insert(0, old.root)
    if not nodes:
        return False
    return _leads_to(nodes, old, new)


def _leads_to(nodes: Sequence[bytes], old: TreeHead, new: TreeHead) -> bool:
    digest = digest_of(new.hash_name)
    place, last = old.size - 1, new.size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old_node = new_node = nodes[0]
    for other in nodes[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old_node = digest(b"\x01" + other + old_node)
            new_node = digest(b"\x01" + other + new_node)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            new_node = digest(b"\x01" + new_node + other)
        place, last = place >> 1, last >> 1
    return last == 0 and old_node == old.root and new_node == new.root
