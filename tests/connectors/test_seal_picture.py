# SPDX-License-Identifier: Apache-2.0
"""Seals and signatures are drawn from what they say, as small vectors and as small pictures."""

import io
import math
from datetime import datetime

import pypdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from huiban.connectors.seal_picture import (
    MOST_POINTS,
    FaceRefused,
    SealFace,
    SignatureFace,
    Stroke,
    fitted,
    seal_pdf,
    seal_png,
    signature_pdf,
)

BUREAU = SealFace("青岛市行政审批服务局", "行政许可专用章", "3702021234567")
LONG = SealFace("青岛市市北区住房和城乡建设局建筑工程质量安全监督管理服务中心", "证照专用章")
AT = datetime(2026, 10, 12, 17, 30, 5)  # noqa: DTZ001 - shown as it is
LOOPS = tuple(
    tuple((100 * k + 60 * math.cos(t / 10), 60 + 50 * math.sin(t / 7)) for t in range(400))
    for k in range(4)
)


def page_of(pdf: bytes) -> pypdf.PageObject:
    pages = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    assert len(pages) == 1
    return pages[0]


def drawn(pdf: bytes, scale: float = 3) -> Image.Image:
    document = pdfium.PdfDocument(pdf)
    try:
        return document[0].render(scale=scale).to_pil().convert("RGB")
    finally:
        document.close()


def ink(image: Image.Image) -> set[tuple[int, int]]:
    """Give the pixels that are not white."""
    grey = image.convert("L")
    return {
        (x, y)
        for x in range(grey.width)
        for y in range(grey.height)
        if (grey.getpixel((x, y)) or 0) < 160
    }


def test_a_seal_is_42_millimetres_across_and_says_all_it_should() -> None:
    page = page_of(seal_pdf(BUREAU))

    assert float(page.mediabox.width) == pytest.approx(42 / 25.4 * 72, abs=0.01)
    said = "".join(page.extract_text().split())
    assert all(letter in said for letter in BUREAU.name + BUREAU.kind + BUREAU.code)
    assert "测试" not in said


def test_a_test_seal_says_so() -> None:
    tested = SealFace(BUREAU.name, BUREAU.kind, BUREAU.code, is_test=True)

    assert "测试" in "".join(page_of(seal_pdf(tested)).extract_text().split())


@pytest.mark.parametrize("face", [BUREAU, LONG, SealFace("税务局"), SealFace("一" * 60)])
def test_everything_stays_within_the_ring(face: SealFace) -> None:
    image = drawn(seal_pdf(face))
    middle = image.width / 2
    farthest = max(math.dist((middle, middle), point) for point in ink(image))

    assert farthest <= middle + 1


def test_the_ring_and_the_star_are_where_they_belong() -> None:
    marks = ink(drawn(seal_pdf(BUREAU)))
    size = 42 / 25.4 * 72 * 3
    middle, unit = size / 2, size / 42
    for degrees in range(0, 360, 15):
        x = middle + 20.3 * unit * math.cos(math.radians(degrees))
        y = middle + 20.3 * unit * math.sin(math.radians(degrees))
        assert (round(x), round(y)) in marks
    assert (round(middle), round(middle)) in marks
    assert (round(middle), round(middle - 7.2 * unit)) not in marks


def test_characters_of_a_name_are_spread_evenly_about_the_top() -> None:
    """As much ink left of the middle as right of it, for a name that mirrors itself."""
    marks = ink(drawn(seal_pdf(SealFace("口一口一口"))))
    middle = 42 / 25.4 * 72 * 3 / 2

    left = sum(1 for x, _ in marks if x < middle)
    right = sum(1 for x, _ in marks if x > middle)

    assert left == pytest.approx(right, rel=0.02)


def test_pictures_are_small_and_clear_around() -> None:
    for face in (BUREAU, SealFace("税务局"), SealFace("青岛市财政局", "财务专用章", is_test=True)):
        assert len(seal_pdf(face)) <= 10_000
        assert len(seal_png(face)) <= 10_000
        with Image.open(io.BytesIO(seal_png(face))) as picture:
            clear = picture.convert("RGBA")
        assert clear.size == (372, 372)
        assert clear.getpixel((2, 2)) == (200, 22, 29, 0)
        assert clear.getpixel((186, 186)) == (200, 22, 29, 255)
    assert len(seal_pdf(LONG)) <= 15_000


def test_the_same_face_gives_the_same_bytes() -> None:
    first = seal_pdf(LONG)
    seal_pdf.cache_clear()

    assert seal_pdf(LONG) == first


@pytest.mark.parametrize(
    "face",
    [
        SealFace(""),
        SealFace("  "),
        SealFace("长" * 61),
        SealFace("局", "章" * 21),
        SealFace("局", "", "1" * 21),
    ],
)
def test_faces_that_cannot_be_drawn_are_refused(face: SealFace) -> None:
    with pytest.raises(FaceRefused):
        seal_pdf(face)


def test_a_name_is_printed_literally() -> None:
    strange = SealFace('#read("/etc/passwd") $x$ *局*')

    said = "".join(page_of(seal_pdf(strange)).extract_text().split())

    assert "#" in said
    assert "*" in said
    assert "root" not in said


def test_no_seal_is_made_with_a_character_missing_but_a_persons_rare_name_signs() -> None:
    with pytest.raises(FaceRefused, match="\U0002a6a5"):
        seal_pdf(SealFace("\U0002a6a5局"))

    assert "〓" in page_of(signature_pdf(SignatureFace("\U0002a6a5三", AT))).extract_text()


@pytest.mark.parametrize("strokes", [(), LOOPS])
def test_a_signature_shows_name_and_time(
    strokes: tuple[Stroke, ...],
) -> None:
    face = SignatureFace("张三", AT, strokes)
    page = page_of(signature_pdf(face))

    said = "".join(page.extract_text().split())
    assert "张三" in said
    assert "电子签名" in said
    assert "2026-10-1217:30:05" in said
    assert float(page.mediabox.width) == pytest.approx(38 / 25.4 * 72, abs=0.01)
    assert len(signature_pdf(face)) <= 10_000


def test_a_test_signature_says_so() -> None:
    said = page_of(signature_pdf(SignatureFace("张三", AT, is_test=True))).extract_text()

    assert "测试" in "".join(said.split())


def test_strokes_are_drawn_where_the_hand_went() -> None:
    """A cross: both lines, and nothing between their ends."""
    strokes = (((0.0, 0.0), (100.0, 100.0)), ((0.0, 100.0), (100.0, 0.0)))
    image = drawn(signature_pdf(SignatureFace("张三", AT, strokes, millimetres=(40.0, 20.0))), 4)
    marks = ink(image.crop((0, 0, int(image.width * 0.58), image.height)))
    across = [x for x, _ in marks]
    middle = (min(across) + max(across)) / 2

    assert (round(middle), round(image.height / 2)) in marks
    assert (round(middle), round(image.height * 0.2)) not in marks
    assert max(across) - min(across) == pytest.approx(0.92 * image.height, rel=0.1)


@given(
    st.lists(
        st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), min_size=1, max_size=60),
        min_size=1,
        max_size=20,
    )
)
def test_fitted_strokes_stay_in_their_box(strokes: list[list[tuple[float, float]]]) -> None:
    made = fitted(strokes, 20, 10)

    points = [point for stroke in made for point in stroke]
    assert all(-0.01 <= x <= 20.01 and -0.01 <= y <= 10.01 for x, y in points)
    assert [len(stroke) >= 1 for stroke in made] == [True] * len(strokes)


def test_too_many_points_are_thinned_and_too_many_strokes_refused() -> None:
    noisy = [[(float(x), float((x * 7919) % 101)) for x in range(5000)]]

    assert sum(map(len, fitted(noisy, 20, 10))) <= MOST_POINTS
    with pytest.raises(FaceRefused):
        signature_pdf(SignatureFace("张三", AT, (((0.0, 0.0),),) * 201))
    with pytest.raises(FaceRefused):
        fitted([[(math.nan, 1.0)]], 1, 1)
