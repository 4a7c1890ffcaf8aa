# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes and the hash chain: what was written can be proved, what was changed is found."""

import hashlib
import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from huiban.kernel.evidence import (
    Break,
    BreakKind,
    Digests,
    DigestUnavailable,
    NotCanonical,
    canonical,
    check_chain,
    digest_of,
    link,
)

Entry = dict[str, Any]
EXACT = 2**53 - 1
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-EXACT, EXACT) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=0xD7FF)), inner, max_size=4)
    ),
    max_leaves=12,
)


# --- canonical bytes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"é": 1, "z": 2, "Z": 3, "€": 4, "1": 5}, '{"1":5,"Z":3,"z":2,"é":1,"€":4}'),
        ("受理", '"受理"'),
        ('"\\/\b\f\n\r\t\x0f\x7f\u2028', '"\\"\\\\/\\b\\f\\n\\r\\t\\u000f\x7f\u2028"'),
        ({}, "{}"),
        (-0, "0"),
        (EXACT, "9007199254740991"),
        (("a", 1), '["a",1]'),
    ],
)
def test_a_value_has_the_form_of_rfc_8785(value: object, expected: str) -> None:
    assert canonical(value) == expected.encode()


@given(VALUES)
def test_the_bytes_read_back_as_the_value(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(VALUES)
def test_the_order_keys_were_put_in_does_not_matter(value: object) -> None:
    def reversed_keys(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: reversed_keys(one[key]) for key in reversed(one)}
        return [reversed_keys(item) for item in one] if isinstance(one, list) else one

    assert canonical(reversed_keys(value)) == canonical(value)


@given(VALUES, VALUES)
def test_different_values_have_different_bytes(one: object, other: object) -> None:
    assume(json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))

    assert canonical(one) != canonical(other)


def test_text_is_kept_as_written_and_not_brought_to_a_normal_form() -> None:
    composed, decomposed = "\u00e9", "e\u0301"

    assert canonical(composed) != canonical(decomposed)


def test_an_enumeration_is_its_text() -> None:
    class Act(StrEnum):
        ACCEPT = "accept"

    assert canonical({Act.ACCEPT: Act.ACCEPT}) == b'{"accept":"accept"}'


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"area": 1.5}, "area: 1.5 (float)"),
        (
            {"form": {"rows": [{"amount": Decimal("3.80")}]}},
            "form: rows: 0: amount: Decimal('3.80')",
        ),
        ({"on": date(2026, 11, 23)}, "on: datetime.date(2026, 11, 23) (date)"),
        ({1: "x"}, "the key 1 is not text"),
        ({None: "x"}, "the key None is not text"),
        ({"n": EXACT + 1}, "n: 9007199254740992 is beyond"),
        ({"n": -EXACT - 1}, "n: -9007199254740992 is beyond"),
        (float("nan"), "nan (float)"),
        (b"bytes", "(bytes)"),
        ({"x": {"a", "b"}}, "(set)"),
        ({"\U0001f600": 1}, "above U+FFFF"),
        ("\ud800", "half a surrogate pair"),
    ],
)
def test_what_has_no_one_form_is_refused_with_its_place(value: object, says: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(value)

    assert says in str(refused.value)


def test_a_value_that_contains_itself_or_has_no_bottom_is_refused() -> None:
    circle: list[object] = []
    circle.append(circle)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    for value in (circle, deep):
        with pytest.raises(NotCanonical, match="nested too deep"):
            canonical(value)


# --- the chain


def an_entry(seq: int, **more: object) -> Entry:
    return {"seq": seq, "act": "accept", "actor": "a-17", "reason": "材料齐全", **more}


def chain(entries: list[Entry]) -> list[Digests]:
    links: list[Digests] = []
    for entry in entries:
        links.append(link(links[-1] if links else None, entry))
    return links


ENTRIES = [an_entry(n) for n in range(1, 7)]
LINKS = chain(ENTRIES)
UNCOUNTED = [{**entry, "seq": None, "act": f"act {entry['seq']}"} for entry in ENTRIES]
UNCOUNTED_LINKS = chain(UNCOUNTED)


def test_a_link_is_the_digest_of_the_one_before_and_the_entry() -> None:
    first, second = LINKS[:2]
    data = canonical(ENTRIES[1])

    assert second.sha256 == hashlib.sha256(bytes.fromhex(first.sha256) + data).hexdigest()
    assert second.sm3 == hashlib.new("sm3", bytes.fromhex(first.sm3) + data).hexdigest()
    assert first.sha256 == hashlib.sha256(bytes(32) + canonical(ENTRIES[0])).hexdigest()


def test_sm3_gives_the_digest_of_the_standard() -> None:
    # GB/T 32905-2016, example 1.
    assert digest_of("sm3")(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_a_digest_this_python_lacks_is_named_with_a_cure() -> None:
    with pytest.raises(DigestUnavailable, match=r"sm9.*use a Python built with an OpenSSL"):
        digest_of("sm9")


def test_an_untouched_chain_holds() -> None:
    assert check_chain(ENTRIES, LINKS) == []
    assert check_chain(ENTRIES, LINKS, head=LINKS[-1]) == []
    assert check_chain(UNCOUNTED, UNCOUNTED_LINKS) == []
    assert check_chain([], []) == []


def first_break(entries: list[Entry], links: list[Digests]) -> tuple[int, BreakKind]:
    found = check_chain(entries, links)
    assert found
    return found[0].row, found[0].kind


def edited(*rows: int, of: list[Any]) -> list[Any]:
    return [deepcopy(of[row]) for row in rows]


@pytest.mark.parametrize(
    ("entries", "links"), [(ENTRIES, LINKS), (UNCOUNTED, UNCOUNTED_LINKS)], ids=["counted", "bare"]
)
class TestTampering:
    def test_changed_content(self, entries: list[Entry], links: list[Digests]) -> None:
        changed = deepcopy(entries)
        changed[2]["reason"] = "材料不全"

        assert first_break(changed, links) == (2, BreakKind.CHANGED)
        assert len(check_chain(changed, links)) == 1

    def test_changed_content_with_its_digest_made_to_fit(
        self, entries: list[Entry], links: list[Digests]
    ) -> None:
        changed, forged = deepcopy(entries), list(links)
        changed[2]["reason"] = "材料不全"
        forged[2] = link(forged[1], changed[2])

        assert first_break(changed, forged) == (3, BreakKind.CHANGED)

    def test_two_rows_swapped(self, entries: list[Entry], links: list[Digests]) -> None:
        order = (0, 2, 1, 3, 4, 5)

        swapped = first_break(edited(*order, of=entries), edited(*order, of=links))

        assert swapped == (1, BreakKind.REORDERED)

    def test_a_row_moved_far_away(self, entries: list[Entry], links: list[Digests]) -> None:
        order = (0, 2, 3, 4, 1, 5)

        moved = first_break(edited(*order, of=entries), edited(*order, of=links))

        assert moved == (1, BreakKind.REORDERED)

    def test_a_forged_row_put_in_with_a_wrong_digest(
        self, entries: list[Entry], links: list[Digests]
    ) -> None:
        forged = {**deepcopy(entries[2]), "reason": "没有发生过"}

        found = first_break(
            [*entries[:2], forged, *entries[2:]],
            [*links[:2], Digests("0" * 64, "0" * 64), *links[2:]],
        )

        assert found == (2, BreakKind.INSERTED)

    def test_a_forged_row_put_in_with_a_digest_that_fits(
        self, entries: list[Entry], links: list[Digests]
    ) -> None:
        forged = {**deepcopy(entries[2]), "reason": "没有发生过"}
        fitting = link(links[1], forged)

        found = first_break([*entries[:2], forged, *entries[2:]], [*links[:2], fitting, *links[2:]])

        assert found == (3, BreakKind.INSERTED)

    def test_the_end_cut_off_is_seen_with_a_known_head_only(
        self, entries: list[Entry], links: list[Digests]
    ) -> None:
        assert check_chain(entries[:4], links[:4]) == []

        (found,) = check_chain(entries[:4], links[:4], head=links[-1])

        assert (found.row, found.kind) == (4, BreakKind.REMOVED)

    def test_rows_added_after_the_known_head(
        self, entries: list[Entry], links: list[Digests]
    ) -> None:
        (found,) = check_chain(entries, links, head=links[3])

        assert (found.row, found.kind) == (4, BreakKind.INSERTED)


@pytest.mark.parametrize("row", [0, 1, 3])
def test_a_missing_row_is_told_from_a_changed_one_by_the_count(row: int) -> None:
    entries, links = ENTRIES[:row] + ENTRIES[row + 1 :], LINKS[:row] + LINKS[row + 1 :]

    assert first_break(entries, links) == (row, BreakKind.REMOVED)


def test_without_a_count_a_missing_row_shows_as_a_change() -> None:
    entries, links = UNCOUNTED[:2] + UNCOUNTED[3:], UNCOUNTED_LINKS[:2] + UNCOUNTED_LINKS[3:]

    assert first_break(entries, links) == (2, BreakKind.CHANGED)


def test_a_row_spoilt_beyond_reading_is_a_change_and_not_a_crash() -> None:
    spoilt = deepcopy(ENTRIES)
    spoilt[3]["reason"] = 1.5

    assert first_break(spoilt, LINKS) == (3, BreakKind.CHANGED)
    assert check_chain(ENTRIES, [*LINKS[:2], Digests("no", "hex"), *LINKS[3:]])


def test_a_break_says_the_number_of_its_row() -> None:
    changed = deepcopy(ENTRIES)
    changed[2]["act"] = "refuse"

    assert check_chain(changed, LINKS) == [
        Break(2, BreakKind.CHANGED, "row 3: the content or its digest was changed")
    ]


def test_each_algorithm_alone_reveals_a_change() -> None:
    for broken in (
        Digests("0" * 64, LINKS[3].sm3),
        Digests(LINKS[3].sha256, "0" * 64),
    ):
        assert check_chain(ENTRIES, [*LINKS[:3], broken, *LINKS[4:]])[0].row == 3


def test_entries_and_links_must_match_in_number() -> None:
    with pytest.raises(ValueError, match="6 entries with 5 links"):
        check_chain(ENTRIES, LINKS[:5])


@given(
    st.lists(st.dictionaries(st.text("abc"), VALUES, max_size=3), min_size=1, max_size=6), st.data()
)
def test_any_change_of_any_row_is_found_at_that_row(
    contents: list[Entry], data: st.DataObject
) -> None:
    entries = [{**content, "seq": n} for n, content in enumerate(contents, 1)]
    links = chain(entries)
    row = data.draw(st.integers(0, len(entries) - 1))
    changed = deepcopy(entries)
    changed[row]["note"] = data.draw(st.text(min_size=1))

    assert first_break(changed, links) == (row, BreakKind.CHANGED)
