# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import from_flat


def test_names_make_values_lists_rows_and_parts() -> None:
    pairs = [
        ("uscc", "9137"),
        ("kind", "a"),
        ("kind", "b"),
        ("vehicles-10-plate", "鲁B10"),
        ("vehicles-2-plate", "鲁B2"),
        ("vehicles-2-kinds", "x"),
        ("vehicles-2-kinds", "y"),
        ("site-text", "深圳路"),
        ("site-lon", "120"),
        ("stops-0-where-text", "一号门"),
        ("photos-0-file", "f1"),
    ]

    assert from_flat(pairs) == {
        "uscc": "9137",
        "kind": ["a", "b"],
        "vehicles": [{"plate": "鲁B2", "kinds": ["x", "y"]}, {"plate": "鲁B10"}],
        "site": {"text": "深圳路", "lon": "120"},
        "stops": [{"where": {"text": "一号门"}}],
        "photos": [{"file": "f1"}],
    }


def test_a_name_that_is_both_plain_and_nested_keeps_the_nested_form() -> None:
    assert from_flat([("site", "x"), ("site-text", "y")]) == {"site": {"text": "y"}}
    assert from_flat([("v-text", "y"), ("v-0-a", "z")]) == {"v": [{"a": "z"}]}


def test_a_name_that_fits_nothing_stays_as_it_is() -> None:
    assert from_flat([("-x", "1"), ("a--b", "2"), ("A-B-", "3")]) == {
        "-x": "1",
        "a--b": "2",
        "A-B-": "3",
    }


def test_a_name_made_to_nest_without_end_is_taken_flat() -> None:
    name = "a-0-" * 100_000 + "b"

    assert from_flat([(name, "x")]) == {name: "x"}


@given(st.lists(st.tuples(st.text("ab-01_", max_size=12), st.text(max_size=3)), max_size=8))
def test_no_names_whatever_raise(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(from_flat(pairs), dict)
