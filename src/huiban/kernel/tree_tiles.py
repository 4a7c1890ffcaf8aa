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
        self._known: dict[tuple[int, int], bytes] = {}

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
        if height % HEIGHT == 0:
            return self._stored(_tile_of(height, place), place % WIDTH)
        known = self._known.get((height, place))
        if known is None:
            left, right = self._node(height - 1, 2 * place), self._node(height - 1, 2 * place + 1)
            known = self._known[height, place] = self._digest(b"\x01" + left + right)
        return known

    def _stored(self, key: TileKey, place: int) -> bytes:
        node = self._tiles.get(key, b"")[place * _NODE : (place + 1) * _NODE]
        if len(node) != _NODE:
            raise TileMissing(f"{self.hash_name} tile {key.level}/{key.place} lacks node {place}")
        return node


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


def top_of(tile: bytes, hash_name: str = "sha256") -> bytes:
    """Return the node above a full tile, which is a node of the next level."""
    digest = digest_of(hash_name)
    nodes = [tile[at : at + _NODE] for at in range(0, len(tile), _NODE)]
    while len(nodes) > 1:
        nodes = [
            digest(b"\x01" + left + right)
            for left, right in zip(nodes[::2], nodes[1::2], strict=True)
        ]
    return nodes[0]
