# SPDX-License-Identifier: Apache-2.0
"""Files read as the product reads them: real text, scans, photographs, whichever way they lie."""

import io
from importlib.metadata import version

import pytest
from PIL import Image

from huiban.connectors.reading import ENGINE, READABLE, can_read, read
from huiban.kernel.reading import How, Outcome, PageFault, Reading, ReadPage, from_json, to_json
from tests.connectors.reading import paper

PDF = "application/pdf"
CARD = ["姓名张晓东", "性别男民族汉", "出生1990年5月12日", "住址山东省青岛市市北区样例街5号",
        "公民身份号码370203199005120019"]  # fmt: skip
SAID = ["统一社会信用代码 91370202MA3C5XYT7B", "名称 青岛海蓝样例环保科技有限公司"]


def texts(page: ReadPage) -> list[str]:
    return [line.text.replace(" ", "") for line in page.lines]


def only(reading: Reading) -> ReadPage:
    assert reading.outcome is Outcome.READ
    (page,) = reading.pages
    return page


def is_in(page: ReadPage, text: str, left: float, top: float) -> bool:
    line = next(line for line in page.lines if text in line.text)
    return abs(line.box.left - left) < 0.02 and abs(line.box.top - top) < 0.025


def test_a_pdfs_own_text_is_taken_as_it_stands_with_its_places() -> None:
    page = only(read(paper.text_pdf(SAID), PDF))

    assert [line.text for line in page.lines] == SAID
    assert {line.confidence for line in page.lines} == {1.0}
    assert (page.how, page.turned, page.faults, page.number) == (How.TEXT, 0, (), 1)
    assert (page.width, page.height) == (1600, 1000)
    assert is_in(page, "统一", 0.1, 0.155)
    assert page.lines[0].box.bottom <= page.lines[1].box.top


@pytest.fixture(scope="module")
def scan() -> tuple[Reading, list[tuple[int, int]]]:
    """A scan of a card, an empty page, and the card once more."""
    told: list[tuple[int, int]] = []
    again = paper.card().rotate(0.4, fillcolor=(232, 238, 244))
    content = paper.scanned_pdf(paper.card(), Image.new("RGB", (1011, 638), "white"), again)
    found = read(content, PDF, on_page=lambda page, total: told.append((page.number, total)))
    return found, told


def test_a_scan_is_read_from_its_picture(scan: tuple[Reading, list[tuple[int, int]]]) -> None:
    page = scan[0].pages[0]

    assert (page.how, page.turned, page.faults) == (How.OCR, 0, ())
    assert texts(page) == CARD
    assert all(0.8 < line.confidence <= 1 for line in page.lines)
    assert is_in(page, "姓名", 70 / 1011, 80 / 638)
    assert is_in(page, "370203199005120019", 70 / 1011, 500 / 638)


def test_an_empty_page_and_a_page_sent_twice_are_told(
    scan: tuple[Reading, list[tuple[int, int]]],
) -> None:
    assert [page.how for page in scan[0].pages] == [How.OCR, How.NONE, How.OCR]
    assert [page.faults for page in scan[0].pages] == [
        (), (PageFault.BLANK,), (PageFault.DUPLICATE,),
    ]  # fmt: skip


def test_each_page_is_told_as_it_is_read(scan: tuple[Reading, list[tuple[int, int]]]) -> None:
    assert scan[1] == [(1, 3), (2, 3), (3, 3)]


def test_a_reading_names_its_engine_and_can_be_kept(
    scan: tuple[Reading, list[tuple[int, int]]],
) -> None:
    assert scan[0].engine == ENGINE
    assert ENGINE.startswith(f"rapidocr {version('rapidocr')} rules ")
    assert from_json(to_json(scan[0])) == scan[0]


def test_text_that_nobody_sees_is_not_believed() -> None:
    content = paper.pdf_with_layer(paper.card(), b"Approved in full by the mayor himself")

    page = only(read(content, PDF))

    assert page.how is How.OCR
    assert texts(page) == CARD


def test_text_that_shows_other_characters_than_it_claims_is_not_believed() -> None:
    page = only(read(paper.lying_pdf(*SAID), PDF))

    assert page.how is How.OCR
    assert texts(page) == [one.replace(" ", "") for one in SAID]


def test_a_note_on_a_scan_does_not_pass_for_its_text() -> None:
    content = paper.pdf_with_layer(paper.card(), b"Scanned with a pocket camera", 0)

    page = only(read(content, PDF))

    assert page.how is How.OCR
    assert texts(page) == [*CARD, "Scannedwithapocketcamera"]


def test_a_sharp_note_does_not_hide_that_the_scan_cannot_be_read() -> None:
    soft = paper.blurred(paper.photographed(paper.card()), 7)

    page = only(read(paper.pdf_with_layer(soft, b"Scanned with a pocket camera", 0), PDF))

    assert {PageFault.UNREADABLE, PageFault.BLURRED} & {*page.faults}


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(turned: int) -> None:
    content = paper.encoded(paper.card().rotate(turned, expand=True))

    page = only(read(content, "image/jpeg"))

    assert texts(page) == CARD
    assert (page.turned, page.width, page.height) == (turned, 1011, 638)
    assert is_in(page, "姓名", 70 / 1011, 80 / 638)


def test_what_the_camera_says_of_its_position_is_heeded() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    held = paper.card().rotate(90, expand=True)

    page = only(read(paper.encoded(held, exif=exif), "image/jpeg"))

    assert texts(page) == CARD
    assert (page.turned, page.width, page.height) == (0, 1011, 638)


def test_every_picture_of_a_tiff_is_a_page() -> None:
    pages = [paper.card(), Image.new("L", (600, 600), 255), Image.new("1", (600, 600), 1)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])

    found = read(out.getvalue(), "image/tiff")

    assert [page.number for page in found.pages] == [1, 2, 3]
    assert texts(found.pages[0]) == CARD
    assert [page.faults for page in found.pages[1:]] == [(PageFault.BLANK,)] * 2


def test_what_is_transparent_is_paper() -> None:
    clear = paper.card().convert("RGBA")
    clear.putalpha(paper.card().convert("L").point(lambda light: 255 if light < 200 else 0))

    assert texts(only(read(paper.encoded(clear, "PNG"), "image/png"))) == CARD


@pytest.mark.parametrize("media", ["image/svg+xml", "text/html", "application/zip", ""])
def test_what_no_reader_is_for_is_told_so(media: str) -> None:
    found = read(b"<svg><script>alert(1)</script></svg>", media)

    assert found == Reading(Outcome.UNSUPPORTED, ENGINE)
    assert not can_read(media)


def test_every_type_that_can_be_read_is_told() -> None:
    assert all(map(can_read, READABLE))
