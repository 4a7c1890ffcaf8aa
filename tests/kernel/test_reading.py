# SPDX-License-Identifier: Apache-2.0
"""A reading is written as JSON and read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.reading import (
    Box,
    How,
    Line,
    Outcome,
    PageFault,
    Reading,
    ReadPage,
    SealMark,
    SealShape,
    from_json,
    to_json,
)

SHARES = st.floats(0, 1, allow_nan=False)
BOXES = st.builds(Box, SHARES, SHARES, SHARES, SHARES)
PAGES = st.builds(
    ReadPage,
    st.integers(1, 500),
    st.integers(1, 10_000),
    st.integers(1, 10_000),
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from(How),
    st.lists(st.builds(Line, st.text(), BOXES, SHARES), max_size=3).map(tuple),
    st.lists(st.builds(SealMark, BOXES, st.sampled_from(SealShape)), max_size=2).map(tuple),
    st.lists(st.sampled_from(PageFault), max_size=2).map(tuple),
    st.integers(0, 2**64 - 1),
)


@given(st.builds(Reading, st.sampled_from(Outcome), st.text(), st.lists(PAGES).map(tuple)))
def test_what_is_written_is_read_back_as_it_was(reading: Reading) -> None:
    assert from_json(to_json(reading)) == reading


@pytest.mark.parametrize("text", ["{}", "[]", "no", '{"outcome": "x", "engine": "", "pages": []}'])
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)


def test_the_text_is_every_line_in_order() -> None:
    box = Box(0, 0, 1, 0.1)
    pages = [
        ReadPage(number, 10, 10, 0, How.TEXT, (Line(text, box, 1.0),))
        for number, text in ((1, "营业执照"), (2, "副本"))
    ]

    assert Reading(Outcome.READ, "e", tuple(pages)).text == "营业执照\n副本"
