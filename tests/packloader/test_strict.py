# SPDX-License-Identifier: Apache-2.0
"""Strict YAML: what is written is what is read, bounded, with its line."""

import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from huiban.packloader import strict
from huiban.packloader.strict import line_at, plain, read


def value(text: str) -> object:
    node, problems = read(text, "x.yaml")
    assert problems == []
    assert node is not None
    return plain(node)


def refusal(text: str) -> str:
    node, problems = read(text, "x.yaml")
    assert node is None
    assert len(problems) == 1
    return str(problems[0])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("010203", "010203"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-03-05", "2026-03-05"),
        ("1e5", "1e5"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("3.80", Decimal("3.80")),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
    ],
)
def test_what_is_written_is_what_is_read(written: str, expected: object) -> None:
    found = value(f"a: {written}")

    assert found == {"a": expected}
    assert type(found["a"]) is type(expected)  # type: ignore[index]


def test_a_decimal_keeps_its_zeros() -> None:
    assert str(value("a: 3.80")["a"]) == "3.80"  # type: ignore[index]


def test_keys_are_always_text() -> None:
    assert value("370200: a\nyes: b\n") == {"370200": "a", "yes": "b"}


def test_anchors_and_merges_are_written_out_and_own_keys_win() -> None:
    assert value("a: &x {g: 1, h: 2}\nb: {<<: *x, g: 5}\n") == {
        "a": {"g": 1, "h": 2},
        "b": {"g": 5, "h": 2},
    }


def test_every_node_knows_its_line() -> None:
    node, _ = read("a: 1\nb:\n  - c: 2\n    d: 3\n  - e: 4\n", "x.yaml")

    assert line_at(node, ("b", 0, "d")) == 4
    assert line_at(node, ("b", 1)) == 5
    assert line_at(node, ("b", 7, "gone")) == 2


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is repeated, first on line 1"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "is not allowed"),
        ("a: !secret x\n", 1, "is not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("", 1, "the file is empty"),
        ("? [a]\n: 1\n", 1, "a key must be plain text"),
        ("a: *b\n", 1, "the anchor &b is not defined"),
        ("a: &a [*a]\n", 1, "the anchor &a is not defined"),
        ("a: {<<: 3}\n", 1, "`<<` takes a mapping"),
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a: \x07\n", 1, "not YAML"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_line(
    text: str, line: int, what: str
) -> None:
    assert refusal(text).startswith(f"x.yaml:{line}: ")
    assert what in refusal(text)


def test_a_billion_laughs_are_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{this}: &{this} [{','.join(['*' + last] * 10)}]\n"
        for last, this in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert "more than 20000 values" in refusal(bomb)


def test_many_aliases_are_refused() -> None:
    assert "more than 200 aliases" in refusal("a: &a 1\nb: [" + "*a, " * 201 + "*a]\n")


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{a: " * 40_000, "- " * 30_000 + "1"])
def test_deep_nesting_is_refused_before_it_can_recurse(text: str) -> None:
    assert "nested deeper than" in refusal(text)


def test_a_huge_file_is_refused_unread() -> None:
    assert "the file is too large" in refusal("a: " + "x" * 300_000)


def test_libyaml_reads_for_us_where_it_is_installed() -> None:
    assert strict._LOADER in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", None))


letters = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc")), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | letters
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(letters.filter(lambda key: key != "<<"), trees))
def test_json_is_read_as_json(tree: dict[str, object]) -> None:
    text = json.dumps(tree)
    if "<<" not in text:
        assert value(text) == tree


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    node, problems = read(text, "x.yaml")

    assert (node is None) == bool(problems)


@given(st.text(alphabet="[]{}:,-&*!?|>'\"ab \n#%@", max_size=60))
def test_no_marks_make_the_reader_fail(text: str) -> None:
    node, problems = read(text, "x.yaml")

    assert (node is None) == bool(problems)
