# SPDX-License-Identifier: Apache-2.0
"""Tiles of a Merkle tree (默克尔树): 256 nodes side by side, so that a proof reads a handful."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huiban.kernel.evidence import digest_of
from huiban.kernel.merkle import consistency_ranges, full_subtrees, inclusion_ranges

HEIGHT = 8
WIDTH = 1 << HEIGHT
_NODE = 32  # bytes of a digest; SHA-256 and SM3 alike


class TileMissing(LookupError):
    """A tile that a tree of this size must have is not there, or is too short."""


@dataclass(frozen=True, slots=True, order=True)
class TileKey:
    """Where a tile lies: level 0 holds digests of leaves, each node of level 1 covers 256."""

    level: int
    place: int


Tiles = Mapping[TileKey, bytes]
"""Tiles of one hash; the last one of a level may hold fewer than 256 nodes."""

Range = tuple[int, int]


def edge_keys(size: int) -> frozenset[TileKey]:
    """Name the tiles needed to append to a tree of this size, or to compute its root."""
    return _keys([(0, size)]) if size else frozenset()


def inclusion_keys(place: int, size: int) -> frozenset[TileKey]:
    """
    Name the tiles needed to prove that a leaf is in a tree.

    :raises huiban.kernel.merkle.ProofRefused: if it is not.
    """
    return _keys(inclusion_ranges(place, size))


def consistency_keys(old: int, new: int) -> frozenset[TileKey]:
    """
    Name the tiles needed to prove that a tree grew from another.

    :raises huiban.kernel.merkle.ProofRefused: if old is 0, or greater than new.
    """
    return _keys(consistency_ranges(old, new))


def _keys(ranges: Iterable[Range]) -> frozenset[TileKey]:
    return frozenset(
        _tile_of(height, place)
        for one in ranges
        for height, place in full_subtrees(*one)
    )  # fmt: skip


def _tile_of(height: int, place: int) -> TileKey:
    """Return the tile from which a node of any height is computed."""
    level, above = divmod(height, HEIGHT)
    return TileKey(level, (place << above) >> HEIGHT)


class TiledTree:
    """A tree of some size read from those of its tiles that a question needs."""

    def __init__(self, size: int, tiles: Tiles, hash_name: str = "sha256") -> None:
        self.size = size
        self.hash_name = hash_name
        self._tiles = tiles
        self._digest = digest_of(hash_name)

    def root(self) -> bytes:
        """:raises TileMissing: if a tile of `edge_keys` is not there."""
        return self._range(0, self.size) if self.size else self._digest(b"")

    def inclusion(self, place: int) -> list[bytes]:
        """
        Return the audit path of a leaf, from it upward.

        :raises TileMissing: if a tile of `inclusion_keys` is not there.
        """
        return [self._range(*one) for one in inclusion_ranges(place, self.size)]

    def consistency(self, old: int) -> list[bytes]:
        """
        Return the proof that the tree of `old` leaves is a beginning of this one.

        :raises TileMissing: if a tile of `consistency_keys` is not there.
        """
        return [self._range(*one) for one in consistency_ranges(old, self.size)]

    def _range(self, first: int, last: int) -> bytes:
        *left, top = full_subtrees(first, last)
        found = self._node(*top)
        for height, place in reversed(left):
            found = self._digest(b"\x01" + self._node(height, place) + found)
        return found

    def _node(self, height: int, place: int) -> bytes:
        """Compute a node of any height from the tile below it."""
        key, count = _tile_of(height, place), 1 << height % HEIGHT
        first = place * count % WIDTH
        nodes = self._tiles.get(key, b"")[first * _NODE : (first + count) * _NODE]
        if len(nodes) != count * _NODE:
            raise TileMissing(f"{self.hash_name} tile {key.level}/{key.place} lacks node {first}")
        return top_of(nodes, self.hash_name)


def extended(
    size: int, leaves: Iterable[bytes], edge: Tiles, hash_name: str = "sha256"
) -> dict[TileKey, bytes]:
    """
    Return the tiles that change when leaf digests are appended to a tree of that size.

    `edge` holds the tiles of `edge_keys(size)`.

    :raises TileMissing: if one of them is not there.
    """
    changed: dict[TileKey, bytes] = {}
    nodes, first = list(leaves), size
    level = 0
    while nodes:
        nodes, first = _lay(level, first, nodes, edge, changed, hash_name), first >> HEIGHT
        level += 1
    return changed


def _lay(  # noqa: PLR0913 - one level of the loop above
    level: int,
    first: int,
    nodes: list[bytes],
    edge: Tiles,
    changed: dict[TileKey, bytes],
    hash_name: str,
) -> list[bytes]:
    """Lay nodes on one level from place `first` on; return the nodes of full tiles above them."""
    place, held = divmod(first, WIDTH)
    begun = edge.get(TileKey(level, place), b"")[: held * _NODE]
    if len(begun) != held * _NODE:
        raise TileMissing(f"{hash_name} tile {level}/{place} lacks some of its {held} nodes")
    laid = begun + b"".join(nodes)
    above: list[bytes] = []
    for offset in range(0, len(laid), WIDTH * _NODE):
        tile = laid[offset : offset + WIDTH * _NODE]
        changed[TileKey(level, place)] = tile
        if len(tile) == WIDTH * _NODE:
            above.append(top_of(tile, hash_name))
        place += 1
    return above


def top_of(nodes: bytes, hash_name: str = "sha256") -> bytes:
    """Return the node above nodes side by side, whose count is a power of two."""
    digest = digest_of(hash_name)
    while len(nodes) > _NODE:
        pairs = (nodes[at : at + 2 * _NODE] for at in range(0, len(nodes), 2 * _NODE))
        nodes = b"".join([digest(b"\x01" + pair) for pair in pairs])
    return nodes
