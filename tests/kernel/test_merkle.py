# SPDX-License-Identifier: Apache-2.0
"""RFC 6962 trees: the reference vectors of Certificate Transparency, and the laws of proofs."""

import hashlib

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

# The leaves, roots and proofs that the Certificate Transparency code tests itself with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C, D, E, F = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
TREE = MerkleTree(LEAVES)
SIZES = st.integers(1, 130)
HASHES = st.sampled_from(["sha256", "sm3"])


def grown(size: int, hash_name: str = "sha256") -> MerkleTree:
    return MerkleTree((f"row {n}".encode() for n in range(size)), hash_name)


def plain_root(leaves: list[bytes], hash_name: str) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.new(hash_name, b"").digest()
    if len(leaves) == 1:
        return hashlib.new(hash_name, b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = plain_root(leaves[:split], hash_name), plain_root(leaves[split:], hash_name)
    return hashlib.new(hash_name, b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert TREE.root(size).hex() == ROOTS[size]
    assert MerkleTree(LEAVES[:size]).root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("place", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [A, B, C]),
        (5, 8, [D, F, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
    ],
)
def test_audit_paths_are_those_of_the_reference(place: int, size: int, path: list[str]) -> None:
    assert [node.hex() for node in TREE.inclusion(place, size)] == path


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (1, 8, [A, B, C]),
        (6, 8, [E, F, ROOTS[4]]),
        (2, 5, [B, D]),
    ],
)
def test_consistency_proofs_are_those_of_the_reference(
    old: int, new: int, proof: list[str]
) -> None:
    assert [node.hex() for node in TREE.consistency(old, new)] == proof


@given(st.lists(st.binary(max_size=8), max_size=70), HASHES)
def test_the_root_is_what_the_rfc_defines(leaves: list[bytes], hash_name: str) -> None:
    assert MerkleTree(leaves, hash_name).root() == plain_root(leaves, hash_name)


@given(SIZES, st.data(), HASHES)
def test_every_leaf_can_be_proved_under_every_later_head(
    size: int, data: st.DataObject, hash_name: str
) -> None:
    tree = grown(size, hash_name)
    then = data.draw(st.integers(1, size))
    place = data.draw(st.integers(0, then - 1))
    leaf = leaf_digest(f"row {place}".encode(), hash_name)

    assert verify_inclusion(leaf, place, tree.inclusion(place, then), tree.head(then))


@given(SIZES, st.data(), HASHES)
def test_growth_can_be_proved_between_any_two_heads(
    size: int, data: st.DataObject, hash_name: str
) -> None:
    tree = grown(size, hash_name)
    old = data.draw(st.integers(1, size))

    assert verify_consistency(tree.head(old), tree.head(), tree.consistency(old))


@given(SIZES, st.data())
def test_no_other_leaf_place_size_or_root_passes(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    place = data.draw(st.integers(0, size - 1))
    leaf, proof, head = tree.leaf(place), tree.inclusion(place), tree.head()
    other = data.draw(st.integers(-1, size + 1).filter(lambda n: n != place))

    assert not verify_inclusion(leaf_digest(b"forged"), place, proof, head)
    assert not verify_inclusion(leaf, other, proof, head)
    assert not verify_inclusion(leaf, place, proof, TreeHead(size, bytes(32)))
    assert not verify_inclusion(leaf, place, [*proof, bytes(32)], head)
    if proof:
        assert not verify_inclusion(leaf, place, proof[:-1], head)
        assert not verify_inclusion(leaf, place, [bytes(32), *proof[1:]], head)


@given(st.integers(2, 130), st.data())
def test_a_log_that_was_rewritten_has_no_proof_of_growth(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    place = data.draw(st.integers(0, old - 1))
    rows = [f"row {n}".encode() for n in range(size)]
    before = MerkleTree(rows[:old]).head()
    rows[place] = b"rewritten"
    after = MerkleTree(rows)

    assert not verify_consistency(before, after.head(), after.consistency(old))


@given(st.integers(2, 130), st.data())
def test_no_other_proof_of_growth_passes(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    old = data.draw(st.integers(1, size - 1))
    proof, before, now = tree.consistency(old), tree.head(old), tree.head()

    assert not verify_consistency(before, now, [*proof, bytes(32)])
    assert not verify_consistency(before, now, proof[:-1])
    assert not verify_consistency(before, TreeHead(size, bytes(32)), proof)
    assert not verify_consistency(TreeHead(old, bytes(32)), now, proof)
    assert not verify_consistency(now, before, proof)


def test_the_same_size_is_consistent_with_itself_only() -> None:
    head = TREE.head()

    assert verify_consistency(head, head, [])
    assert not verify_consistency(head, TreeHead(8, bytes(32)), [])
    assert not verify_consistency(head, head, [bytes(32)])


def test_heads_of_different_digests_are_never_consistent() -> None:
    assert not verify_consistency(grown(3).head(), grown(5, "sm3").head(), TREE.consistency(3, 5))


def test_a_tree_read_back_from_its_leaf_digests_is_the_same_tree() -> None:
    again = MerkleTree()
    for place in range(len(TREE)):
        assert again.append_digest(TREE.leaf(place)) == place

    assert again.head() == TREE.head()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: TREE.root(9),
        lambda: TREE.root(-1),
        lambda: TREE.inclusion(8),
        lambda: TREE.inclusion(-1),
        lambda: TREE.inclusion(3, 3),
        lambda: TREE.consistency(0),
        lambda: TREE.consistency(5, 4),
        lambda: TREE.consistency(5, 9),
    ],
)
def test_what_the_tree_never_was_cannot_be_proved(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProofRefused):
        ask()
