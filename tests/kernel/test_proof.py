# SPDX-License-Identifier: Apache-2.0
"""A proof carries all it needs; whatever is changed in it, it does not hold any more."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.evidence import Digests, link
from huiban.kernel.merkle import MerkleTree
from huiban.kernel.proof import (
    HASHES,
    Entry,
    Growth,
    Head,
    HeadSignature,
    Inclusion,
    Leaf,
    ProofDocument,
    SignedHead,
)
from huiban.kernel.proof_check import check_proof
from huiban.kernel.proof_read import ProofUnreadable, read_head, read_proof
from huiban.kernel.verification import Verdict

LOG = "https://zwfw.example.gov.cn"


def some_entries(count: int = 3) -> tuple[Entry, ...]:
    before: Digests | None = None
    found = []
    for seq in range(1, count + 1):
        content = {"case": "QD-1", "seq": seq, "act": f"第{seq}步"}
        before = link(before, content)
        found.append(Entry(content, before))
    return tuple(found)


ENTRIES = some_entries()
END = Leaf("case", "QD-1", 3, ENTRIES[-1].digests.sha256, ENTRIES[-1].digests.sm3)
OTHERS = [Leaf("seal", f"S{n}", 1, f"{n:064x}", f"{n:064x}") for n in range(40)]
LEAVES = [*OTHERS[:7], END, *OTHERS[7:]]


def tree(name: str) -> MerkleTree:
    return MerkleTree([one.data for one in LEAVES], name)


def head(number: int, size: int, previous: SignedHead | None = None) -> SignedHead:
    roots = {name: tree(name).root(size).hex() for name in HASHES}
    at = f"2026-11-23T01:3{number}:00+00:00"
    before = previous.digests if previous else None
    made = Head(LOG, number, at, size, roots["sha256"], roots["sm3"], before)
    return SignedHead(made.text, (HeadSignature("p256", "AAAA", "AAAA", ("AAAA",)),), "AAAA")


def a_proof() -> ProofDocument:
    first = head(1, 13)
    growth = Growth(
        head(2, 41, first),
        {name: tuple(one.hex() for one in tree(name).consistency(13, 41)) for name in HASHES},
    )
    paths = {name: tuple(one.hex() for one in tree(name).inclusion(7, 13)) for name in HASHES}
    inclusion = Inclusion(END, 7, paths, first, growth)
    return ProofDocument(LOG, "2026-11-23T01:40:00+00:00", END, inclusion, ENTRIES)


def a_value() -> Any:
    return json.loads(json.dumps(a_proof().to_json(), ensure_ascii=False))


def verdicts(value: Any) -> set[Verdict]:
    return {one.verdict for one in check_proof(read_proof(value))}


def test_a_proof_is_read_as_it_was_written() -> None:
    assert read_proof(a_value()) == a_proof()


def test_a_true_proof_passes_in_all_its_parts() -> None:
    assert [(one.code, one.verdict) for one in check_proof(a_proof())] == [
        ("content", Verdict.PASSED),
        ("inclusion", Verdict.PASSED),
        ("growth", Verdict.PASSED),
    ]


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*way, key))
    elif isinstance(value, list):
        for key, one in enumerate(value):
            yield from places(one, (*way, key))
    else:
        yield way


UNSIGNED = ("signatures", "token")  # the caller's to verify
SAID_ONLY = {("format",), ("log",), ("made_at",)}
CHANGEABLE = [
    way
    for way in places(a_value())
    if way not in SAID_ONLY and not any(part in UNSIGNED for part in way)
]


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    last = "0" if value[-1:] != "0" else "1"
    return value[:-1] + last


@pytest.mark.parametrize("way", CHANGEABLE, ids=lambda way: ".".join(map(str, way)))
def test_whatever_is_changed_the_proof_does_not_hold(way: tuple[Any, ...]) -> None:
    value = a_value()
    place = value
    for part in way[:-1]:
        place = place[part]
    place[way[-1]] = changed(place[way[-1]])

    with contextlib.suppress(ProofUnreadable):
        assert Verdict.FAILED in verdicts(value)


@pytest.mark.parametrize(
    "cut",
    [
        ("entries", 0), ("entries", 1), ("entries", 2),
        ("inclusion", "paths", "sha256", 0), ("inclusion", "paths", "sm3", -1),
        ("inclusion", "newest", "consistency", "sm3", 0),
    ],
)  # fmt: skip
def test_whatever_is_left_out_the_proof_does_not_hold(cut: tuple[Any, ...]) -> None:
    value = a_value()
    place = value
    for part in cut[:-1]:
        place = place[part]
    del place[cut[-1]]

    assert Verdict.FAILED in verdicts(value)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["format", "end", "inclusion", "entries", "log"]), inner),
    max_leaves=20,
))  # fmt: skip
def test_what_is_no_proof_is_refused_and_never_breaks(value: Any) -> None:
    with pytest.raises(ProofUnreadable):
        read_proof(value)


@given(st.data())
def test_a_proof_with_a_strange_part_is_refused_or_does_not_hold(data: st.DataObject) -> None:
    value = a_value()
    way = data.draw(st.sampled_from(list(places(value))))
    place = value
    for part in way[:-1]:
        place = place[part]
    before = place[way[-1]]
    place[way[-1]] = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([])
    )
    if place[way[-1]] == before or way in SAID_ONLY or any(one in UNSIGNED for one in way):
        return

    with contextlib.suppress(ProofUnreadable):
        assert Verdict.FAILED in verdicts(value)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "case\x00"])
def test_text_that_no_database_keeps_is_refused(text: str) -> None:
    value = a_value()
    value["end"]["key"] = text

    with pytest.raises(ProofUnreadable, match=r"end\.key must be text"):
        read_proof(value)


def test_a_proof_without_a_checkpoint_waits() -> None:
    waiting = ProofDocument(LOG, "", END, None, ENTRIES)

    assert [(one.code, one.verdict) for one in check_proof(waiting)] == [
        ("content", Verdict.PASSED),
        ("inclusion", Verdict.UNKNOWN),
    ]
    assert waiting.is_pending


def test_an_end_beyond_the_leaf_waits_for_the_next_checkpoint() -> None:
    entries = some_entries(4)
    last = entries[-1].digests
    further = ProofDocument(
        LOG, "", Leaf("case", "QD-1", 4, last.sha256, last.sm3), a_proof().inclusion, entries
    )

    assert [(one.code, one.verdict) for one in check_proof(further)][1] == (
        "inclusion",
        Verdict.UNKNOWN,
    )


def test_a_leaf_of_another_history_of_the_same_chain_is_told() -> None:
    other = some_entries(4)
    forged = tuple(Entry(one.content, Digests("0" * 64, "0" * 64)) for one in other[:3])
    last = other[-1].digests
    document = ProofDocument(
        LOG, "", Leaf("case", "QD-1", 4, last.sha256, last.sm3),
        a_proof().inclusion, (*forged, other[-1]),
    )  # fmt: skip

    found = {one.code: one for one in check_proof(document)}

    assert found["content"].verdict is Verdict.FAILED
    assert found["inclusion"].verdict is Verdict.FAILED
    assert "other digests of entry 3" in found["inclusion"].detail.en


def test_entries_of_another_chain_prove_nothing_about_this_one() -> None:
    document = a_proof()
    moved = Leaf("case", "QD-2", END.seq, END.sha256, END.sm3)

    [content, inclusion, _] = check_proof(
        ProofDocument(LOG, "", moved, document.inclusion, document.entries)
    )

    assert content.verdict is Verdict.FAILED
    assert inclusion.verdict is Verdict.FAILED


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", "null", '{"format":"huiban-head/1"}'])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ProofUnreadable):
        read_head(text)


def test_a_head_written_in_another_way_is_refused() -> None:
    text = head(1, 13).text

    assert read_head(text).size == 13
    with pytest.raises(ProofUnreadable, match="canonical"):
        read_head(json.dumps(json.loads(text)))
