# SPDX-License-Identifier: Apache-2.0
"""Red seals are found by shape, over text and in photographs; other red things are none."""

import io
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw

from huiban.connectors.reading.seals import seals
from huiban.kernel.reading import SealShape
from tests.connectors.reading import paper

PAGES = {"permit": (paper.permit(), (1300, 900)), "contract": (paper.contract(), (800, 1200))}
SIZES = {"round": 280, "oval": 300, "square": 150}


@pytest.mark.parametrize(
    ("name", "shape", "condition"),
    [
        *product(["permit"], SIZES, ["scan", "photo", "soft", "jpeg"]),
        *product(["contract"], SIZES, ["scan"]),
        ("contract", "round", "photo"),
        ("contract", "oval", "jpeg"),
    ],
)
def test_one_seal_is_found_with_its_shape_and_place(name: str, shape: str, condition: str) -> None:
    page, middle = PAGES[name]
    page = paper.sealed(page, middle, shape, SIZES[shape])
    if condition == "photo":
        page = paper.photographed(page, seed=7)
    elif condition == "soft":
        page = paper.blurred(page, 2)
    elif condition == "jpeg":
        page = Image.open(io.BytesIO(paper.encoded(page, quality=40)))

    found = seals(paper.picture(page))

    assert [one.shape for one in found] == [SealShape(shape)]
    if condition != "photo":
        across, down = found[0].box.middle
        assert abs(across * page.width - middle[0]) < 12
        assert abs(down * page.height - middle[1]) < 12


def test_two_seals_are_two() -> None:
    page = paper.sealed(paper.contract(), (400, 1900))
    page = paper.sealed(page, (1200, 1900), "square", 160)

    assert [one.shape for one in seals(paper.picture(page))] == [
        SealShape.ROUND,
        SealShape.SQUARE,
    ]


def letterhead() -> Image.Image:
    page = paper.contract()
    draw = ImageDraw.Draw(page)
    for place, letter in enumerate("青岛市国土局文件"):
        spot = (250 + 165 * place, 120)
        draw.text(spot, letter, font=paper.font(120), fill=paper.RED, anchor="mm")
    draw.rectangle((150, 220, 1500, 226), fill=paper.RED)
    return page


def red_text() -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)
    for place in range(20):
        told = paper.CONTRACT_LINE.format(place, 3, place * 11)
        draw.text((160, 300 + 60 * place), told, font=paper.font(32), fill=paper.RED)
    return page


def red_table(wide: int = 120, rows: int = 8) -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)
    for place in range(rows + 1):
        draw.line((200, 300 + 80 * place, 200 + 6 * wide, 300 + 80 * place), paper.RED, 4)
    for place in range(7):
        draw.line((200 + wide * place, 300, 200 + wide * place, 300 + 80 * rows), paper.RED, 4)
    for place in range(rows):
        draw.text((215, 312 + 80 * place), "内容", font=paper.font(36), fill="black")
    return page


def red_shapes() -> Image.Image:
    page = paper.contract(lines=3)
    draw = ImageDraw.Draw(page)
    draw.ellipse((200, 900, 480, 1180), fill=paper.RED)  # a disc
    draw.rectangle((700, 900, 950, 1150), outline=paper.RED, width=8)  # an empty frame
    draw.rectangle((1100, 900, 1350, 1150), fill=paper.RED)
    draw.text((300, 1500), "作废", font=paper.font(200), fill=paper.RED)
    draw.line((900, 1500, 1400, 1560), fill=paper.RED, width=12)
    return page


def skin() -> Image.Image:
    """A warm photograph: wood and hands are nearly red."""
    chance = np.random.default_rng(1)
    base = np.array([196, 140, 110]) + chance.normal(0, 14, (900, 1200, 3))
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "page",
    [letterhead(), red_text(), red_table(), red_table(60), red_table(80, 6), red_shapes(), skin(),
     paper.permit(), paper.photographed(letterhead()), paper.photographed(red_table())],
    ids=["letterhead", "red text", "table", "square table", "small table", "shapes", "skin",
         "permit", "letterhead photo", "table photo"],
)  # fmt: skip
def test_what_is_red_and_no_seal_is_not_taken_for_one(page: Image.Image) -> None:
    assert seals(paper.picture(page)) == ()


def test_a_seal_on_a_red_table_is_found() -> None:
    page = paper.sealed(red_table(200, 12), (800, 1100))

    assert [one.shape for one in seals(paper.picture(page))] == [SealShape.ROUND]
