# SPDX-License-Identifier: Apache-2.0
"""Tiles give the roots and proofs of the whole tree, from a handful of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.merkle import (
    MerkleTree,
    ProofRefused,
    TreeHead,
    leaf_digest,
    verify_consistency,
    verify_inclusion,
)
from huiban.kernel.tree_tiles import (
    WIDTH,
    TiledTree,
    TileKey,
    TileMissing,
    consistency_keys,
    edge_keys,
    extended,
    inclusion_keys,
)

MOST = 140_000
SIZES = st.one_of(st.integers(1, 1200), st.integers(65_400, 65_700), st.integers(1, MOST))
EDGES = (1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, 131_072, MOST)


def leaf(place: int, hash_name: str = "sha256") -> bytes:
    return leaf_digest(b"%d" % place, hash_name)


def a_tree(size: int, hash_name: str = "sha256") -> MerkleTree:
    tree = MerkleTree(hash_name=hash_name)
    for place in range(size):
        tree.append_digest(leaf(place, hash_name))
    return tree


def laid(sizes: list[int], hash_name: str = "sha256") -> dict[TileKey, bytes]:
    """Tiles of a tree that grew through these sizes, each step given only the edge before it."""
    tiles: dict[TileKey, bytes] = {}
    for old, new in zip([0, *sizes], sizes, strict=False):
        edge = {key: tiles[key] for key in edge_keys(old)}
        tiles |= extended(old, [leaf(one, hash_name) for one in range(old, new)], edge, hash_name)
    return tiles


WHOLE = a_tree(MOST)
TILES = laid([MOST])


@pytest.mark.parametrize("size", EDGES)
def test_the_root_is_that_of_the_whole_tree(size: int) -> None:
    held = {key: TILES[key] for key in edge_keys(size)}

    assert TiledTree(size, held).root() == WHOLE.root(size)


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert TiledTree(0, {}).root() == MerkleTree().root()
    assert edge_keys(0) == frozenset()


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
@given(sizes=st.lists(st.integers(1, 1500), min_size=1, max_size=6, unique=True).map(sorted))
def test_it_does_not_matter_in_how_many_steps_a_tree_grew(hash_name: str, sizes: list[int]) -> None:
    assert laid(sizes, hash_name) == laid(sizes[-1:], hash_name)
    assert (
        TiledTree(sizes[-1], laid(sizes, hash_name), hash_name).root()
        == a_tree(sizes[-1], hash_name).root()
    )


@given(SIZES, st.data())
def test_a_leaf_is_proved_from_the_tiles_asked_for_alone(size: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, size - 1))
    held = {key: TILES[key] for key in inclusion_keys(place, size)}

    path = TiledTree(size, held).inclusion(place)

    assert path == WHOLE.inclusion(place, size)
    assert verify_inclusion(leaf(place), place, path, TreeHead(size, WHOLE.root(size)))


@given(SIZES, st.data())
def test_growth_is_proved_from_the_tiles_asked_for_alone(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    held = {key: TILES[key] for key in consistency_keys(old, size)}

    path = TiledTree(size, held).consistency(old)

    assert path == WHOLE.consistency(old, size)
    heads = TreeHead(old, WHOLE.root(old)), TreeHead(size, WHOLE.root(size))
    assert verify_consistency(*heads, path)


@given(st.integers(1, 1 << 40), st.data())
def test_a_proof_never_reads_more_than_two_tiles_a_level(size: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, size - 1))

    levels = [key.level for key in inclusion_keys(place, size)]

    assert all(levels.count(level) <= 2 for level in levels)
    assert len(levels) <= 2 * (1 + max(size - 1, 1).bit_length() // 8)


def test_a_tile_that_is_not_there_or_too_short_is_named() -> None:
    held = {key: TILES[key] for key in edge_keys(300)}
    short = held | {TileKey(0, 1): held[TileKey(0, 1)][: 32 * 20]}

    with pytest.raises(TileMissing, match="tile 1/0 lacks node 0"):
        TiledTree(300, {TileKey(0, 1): held[TileKey(0, 1)]}).root()
    with pytest.raises(TileMissing, match="tile 0/1"):
        TiledTree(300, {key: short[key] for key in short if key.level == 0}).inclusion(280)
    with pytest.raises(TileMissing, match="tile 0/1 lacks some of its 44 nodes"):
        extended(300, [leaf(300)], short)


def test_a_leaf_beyond_the_tree_has_no_proof() -> None:
    with pytest.raises(ProofRefused, match="leaf 300 is not in a tree of 300"):
        inclusion_keys(300, 300)
    with pytest.raises(ProofRefused, match="from 0 to 5"):
        consistency_keys(0, 5)


def test_a_changed_node_changes_the_root() -> None:
    key = TileKey(0, 1)
    held = {one: TILES[one] for one in edge_keys(300)}
    spoilt = held | {key: bytes(32) + held[key][32:]}

    assert TiledTree(300, spoilt).root() != TiledTree(300, held).root()
    assert len(held[key]) >= 32 * (300 - WIDTH)
