# SPDX-License-Identifier: Apache-2.0
"""A good page has no fault, and each fault alone is found, on drawn and photographed pages."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from huiban.connectors.reading.faults import Looked, faults
from huiban.connectors.reading.recognise import recognise
from huiban.kernel.reading import Box, Line, PageFault
from tests.connectors.reading import paper

PHOTO = paper.photographed(paper.card(), seed=4)
WIDE, HIGH = PHOTO.size
Seen = tuple[list[Line], int]


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What the recogniser makes of the photograph; where it is spoiled its lines still stand."""
    _, _, lines, places = recognise(paper.picture(PHOTO))
    return lines, places


def found(page: Image.Image) -> tuple[PageFault, ...]:
    _, upright, lines, places = recognise(paper.picture(page))
    return faults(Looked(upright, lines, places))


def judged(page: Image.Image, lines: list[Line], places: int = 0) -> tuple[PageFault, ...]:
    return faults(Looked(paper.picture(page), lines, places or len(lines)))


def drawn(page: Image.Image, written: list[paper.Written]) -> tuple[PageFault, ...]:
    return judged(page, paper.as_lines(written, page.size))


def test_a_white_slip_on_a_photograph_is_no_glare(seen: Seen) -> None:
    values = np.asarray(PHOTO).copy()
    values[200:420, 1300:1700] = 255

    assert PageFault.GLARE not in judged(Image.fromarray(values), *seen)


@pytest.mark.parametrize(
    "page",
    [
        paper.card(),
        paper.card().rotate(90, expand=True),
        paper.photographed(paper.card(), seed=1),
    ],
    ids=["card", "sideways", "photo"],
)
def test_a_good_page_has_no_fault(page: Image.Image) -> None:
    assert found(page) == ()


def test_a_good_photograph_has_no_fault_however_dim(seen: Seen) -> None:
    assert judged(PHOTO, *seen) == ()
    assert judged(paper.darkened(PHOTO, 0.7), *seen) == ()


@pytest.mark.parametrize(
    ("page", "written"),
    [
        (paper.permit(), paper.permit_lines()),
        (paper.sealed(paper.permit(), (1300, 900)), paper.permit_lines()),
        (paper.blurred(paper.permit(), 1.2), paper.permit_lines()),
        (paper.contract(), paper.contract_lines()),
        (paper.contract(lines=1), paper.contract_lines(lines=1)),
    ],
    ids=["permit", "sealed", "soft", "contract", "two lines"],
)
def test_a_good_scan_has_no_fault(page: Image.Image, written: list[paper.Written]) -> None:
    assert drawn(page, written) == ()


@pytest.mark.parametrize("light", [(255, 255, 255), (248, 246, 238)], ids=["white", "yellowish"])
def test_a_blank_scan_is_blank_and_nothing_else(light: tuple[int, int, int]) -> None:
    assert judged(Image.new("RGB", (1654, 2339), light), []) == (PageFault.BLANK,)


@pytest.mark.parametrize("places", [0, 1])
def test_a_speck_taken_for_text_makes_no_page_of_a_blank_one(places: int) -> None:
    assert judged(Image.new("RGB", (827, 1170), "white"), [], places) == (PageFault.BLANK,)


def test_a_photograph_of_a_blank_page_is_blank_and_nothing_else() -> None:
    assert found(paper.photographed(Image.new("RGB", (827, 1170), "white"))) == (PageFault.BLANK,)


def test_a_leaf_with_one_large_word_is_read_and_not_blank() -> None:
    page = Image.new("RGB", (1654, 2339), "white")
    word = paper.font(60)
    ImageDraw.Draw(page).text((827, 1000), "附件一", font=word, fill="black", anchor="mm")

    _, _, lines, places = recognise(paper.picture(page))

    assert [line.text for line in lines] == ["附件一"]
    assert judged(page, lines, places) == ()


@pytest.mark.parametrize("share", [0.4, 0.2])
def test_a_dark_photograph_is_dark(seen: Seen, share: float) -> None:
    assert judged(paper.darkened(PHOTO, share), *seen) == (PageFault.DARK,)


def test_a_black_picture_is_dark_and_not_blank() -> None:
    page = Image.new("RGB", (800, 800), (10, 10, 10))

    assert judged(page, []) == (PageFault.DARK,)


@pytest.mark.parametrize("middle", [(0.5, 0.35), (0.3, 0.5), (0.7, 0.2)])
def test_the_reflection_of_a_lamp_is_glare(seen: Seen, middle: tuple[float, float]) -> None:
    assert judged(paper.glared(PHOTO, middle, 0.1), *seen) == (PageFault.GLARE,)


def test_a_photograph_out_of_focus_is_blurred() -> None:
    assert PageFault.BLURRED in found(paper.blurred(PHOTO, 6))


@pytest.mark.parametrize("radius", [5, 6, 8, 12])
def test_it_is_blurred_even_where_every_line_is_known(seen: Seen, radius: float) -> None:
    assert judged(paper.blurred(PHOTO, radius), *seen) == (PageFault.BLURRED,)


@pytest.mark.parametrize("left", ["lill", "月128"])
def test_what_a_blur_leaves_that_looks_like_text_does_not_make_it_sharp(left: str) -> None:
    page = paper.blurred(PHOTO, 6)
    shape = Line(left, Box(0.3, 0.1, 0.63, 0.8), 0.6)

    assert judged(page, [shape]) == (PageFault.BLURRED,)


def test_a_thumbnail_is_small() -> None:
    page = paper.permit()
    small = page.resize((420, 297))

    assert judged(small, paper.as_lines(paper.permit_lines(), page.size)) == (PageFault.SMALL,)


@pytest.mark.parametrize(
    "frame",
    [
        (0, 0, round(WIDE * 0.6), HIGH),
        (round(WIDE * 0.3), 0, WIDE, HIGH),
        (0, round(HIGH * 0.3), WIDE, HIGH),
        (0, 0, WIDE, round(HIGH * 0.6)),
    ],
    ids=["right", "left", "top", "bottom"],
)
def test_a_page_that_runs_out_of_the_photograph_is_cut_off(seen: Seen, frame: paper.Frame) -> None:
    left = paper.cropped(seen[0], PHOTO.size, frame)

    assert judged(PHOTO.crop(frame), left) == (PageFault.CUT_OFF,)


def test_a_scan_cut_through_its_lines_is_cut_off() -> None:
    page, frame = paper.contract(), (0, 0, 900, 2339)
    lines = paper.as_lines(paper.contract_lines(), page.size)

    assert judged(page.crop(frame), paper.cropped(lines, page.size, frame)) == (PageFault.CUT_OFF,)


def test_scribble_that_nobody_can_read_is_unreadable() -> None:
    chance = np.random.default_rng(3)
    values = np.asarray(paper.card()).copy()
    for one in paper.card_lines():  # every line of writing, its strokes thrown about
        band = values[one.spot[1] : one.spot[1] + 50, 60:730]
        values[one.spot[1] : one.spot[1] + 50, 60:730] = band[:, chance.permutation(670)]

    assert PageFault.UNREADABLE in found(Image.fromarray(values))
