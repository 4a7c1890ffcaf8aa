# SPDX-License-Identifier: Apache-2.0
"""A drawn code shows exactly the modules of the text, with a quiet zone around them."""

import io
import re
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from huiban.connectors import qr

ADDRESS = "https://huiban.example/verify/7QXM-4KTD-92PA?from=<正本>&n=1"


def expected(text: str) -> list[list[bool]]:
    code = segno.make_qr(text, error="m", encoding="utf-8", mask=0)
    return [[bool(dark) for dark in line] for line in code.matrix]


def modules_of(svg: str) -> list[list[bool]]:
    """This function will read the dark modules back from the drawing, quiet zone included."""
    root = ET.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    dark = [[False] * size for _ in range(size)]
    drawing = root.findall("{http://www.w3.org/2000/svg}path")[-1].attrib["d"]
    for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawing):
        for at in range(int(column), int(column) + int(width)):
            dark[int(row)][at] = True
    return dark


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_the_drawing_is_the_code_inside_four_empty_modules(text: str) -> None:
    drawn = modules_of(qr.svg(text))

    inner = [line[4:-4] for line in drawn[4:-4]]
    assert inner == expected(text)
    assert sum(map(sum, drawn)) == sum(map(sum, inner))


def test_the_picture_shows_the_same_modules() -> None:
    picture = Image.open(io.BytesIO(qr.png(ADDRESS, pixels=3))).convert("L")

    code = expected(ADDRESS)
    assert picture.size == ((len(code) + 8) * 3,) * 2
    for row, line in enumerate(code):
        for column, dark in enumerate(line):
            value = picture.getpixel(((column + 4) * 3 + 1, (row + 4) * 3 + 1))
            assert (value == 0) == dark


def test_the_label_is_escaped_and_read_by_screen_readers() -> None:
    root = ET.fromstring(qr.svg(ADDRESS, label="核验 <码> & 证"))

    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "核验 <码> & 证"
    assert root.attrib["role"] == "img"


def test_the_drawing_takes_the_size_of_its_place() -> None:
    root = ET.fromstring(qr.svg(ADDRESS))

    assert "width" not in root.attrib
    assert "height" not in root.attrib


@pytest.mark.parametrize("draw", [qr.svg, qr.png])
def test_too_long_a_text_is_refused_with_its_length(draw: object) -> None:
    with pytest.raises(qr.QrRefused, match="6000 bytes are too long"):
        draw("长" * 2000)  # type: ignore[operator]


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(qr.QrRefused, match="needs a text"):
        qr.svg("")
