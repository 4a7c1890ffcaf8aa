# SPDX-License-Identifier: Apache-2.0
"""Previews show the right page upright, and a bad file costs bounded time and no exception."""

import contextlib
import io
import os
import signal
import time

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from huiban.connectors import cell, cell_jobs, preview
from tests.connectors import pdf_files

PDF = "application/pdf"


def opened(page: preview.Page) -> Image.Image:
    image = Image.open(io.BytesIO(page.content))
    assert image.size == (page.width, page.height)
    return image.convert("L")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def refused(content: bytes, media: str, number: int = 1) -> str:
    with pytest.raises(preview.PreviewRefused) as fault:
        preview.page(content, media, number, 480)
    assert fault.value.message.zh
    assert fault.value.message.en
    return fault.value.code


def test_pages_of_a_pdf_are_counted() -> None:
    assert preview.pages(pdf_files.pages(7), PDF) == 7


def test_an_image_has_one_page() -> None:
    assert preview.pages(encoded(Image.new("L", (9, 9)), "PNG"), "image/png") == 1


@pytest.mark.parametrize(("picture", "media"), [("png", "image/png"), ("webp", "image/webp")])
def test_a_page_is_drawn_at_the_width_asked_with_its_content_in_place(
    picture: preview.Picture, media: str
) -> None:
    page = preview.page(pdf_files.pages(2), PDF, 2, 480, picture)

    image = opened(page)
    assert page.media == media
    assert abs(page.width - 480) <= 1
    assert abs(page.height / page.width - 842 / 595) < 0.01
    assert image.getpixel((20, page.height - 20)) < 10  # the black square, lower left
    assert image.getpixel((page.width - 20, 20)) > 245


def test_any_width_is_brought_to_one_of_a_few() -> None:
    assert [preview.fit_width(width) for width in (-5, 1, 160, 161, 1600, 99999)] == [
        160, 160, 160, 480, 1600, 1600,
    ]  # fmt: skip


def test_the_cache_key_tells_pages_widths_and_formats_apart() -> None:
    digest = "ab" * 32
    keys = {
        preview.key(digest, number, width, picture)
        for number in (1, 2)
        for width in (160, 480)
        for picture in ("png", "webp")
    }

    assert len(keys) == 8
    assert preview.key(digest, 1, 470) == preview.key(digest, 1, 480)


def test_a_photograph_held_sideways_is_shown_upright() -> None:
    photo = Image.new("RGB", (300, 200), "white")
    photo.paste("black", (0, 0, 300, 40))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was turned: show it rotated by 90° clockwise

    page = preview.page(encoded(photo, "JPEG", exif=turned), "image/jpeg", 1, 480)

    image = opened(page)
    assert page.width < page.height
    assert image.getpixel((page.width - 5, page.height // 2)) < 30
    assert image.getpixel((5, page.height // 2)) > 225


def test_what_is_transparent_is_shown_on_white() -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))

    page = preview.page(encoded(clear, "PNG"), "image/png", 1, 480)

    assert opened(page).getpixel((25, 25)) == 255


def test_a_small_picture_is_not_blown_up() -> None:
    assert preview.page(encoded(Image.new("L", (40, 30)), "PNG"), "image/png", 1, 480).width == 40


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "I;16", "CMYK", "RGB"])
def test_pictures_of_every_colour_mode_are_shown(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"

    page = preview.page(encoded(Image.new(mode, (64, 48)), kind), f"image/{kind.lower()}", 1, 480)

    assert (page.width, page.height) == (64, 48)


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_a_page_that_is_not_there_is_refused(number: int) -> None:
    assert refused(pdf_files.pages(2), PDF, number) == "no_such_page"


def test_an_image_has_no_second_page() -> None:
    assert refused(encoded(Image.new("L", (9, 9)), "PNG"), "image/png", 2) == "no_such_page"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"", PDF),
        (b"%PDF-1.7 nothing follows", PDF),
        (pdf_files.pages(2)[:300], PDF),
        (b"", "image/png"),
        (b"\x89PNG\r\n\x1a\nnothing", "image/png"),
        (encoded(Image.effect_noise((300, 300), 90), "PNG")[:9000], "image/png"),
        (b"GIF89a pretending", "image/jpeg"),
    ],
)
def test_a_damaged_file_is_refused_in_words(content: bytes, media: str) -> None:
    assert refused(content, media) == "damaged"


def test_a_pdf_with_a_password_is_refused_as_such() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_files.pages()))
    writer.encrypt("geheim", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)

    assert refused(out.getvalue(), PDF) == "encrypted"


def test_a_format_without_preview_is_refused_before_it_is_read() -> None:
    assert not preview.can_show("application/zip")
    assert refused(b"PK\x03\x04", "application/zip") == "not_shown"


def test_a_page_of_any_shape_stays_within_bounds() -> None:
    tall = pdf_files.pages().replace(b"[0 0 595 842]", b"[0 0 3 14000]")

    page = preview.page(tall, PDF, 1, 1600)

    assert page.width <= 1600
    assert page.height <= 8000


def test_a_pdf_that_would_draw_for_hours_is_given_up_and_the_next_one_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preview, "_SECONDS", 1.0)
    started = time.monotonic()

    assert refused(pdf_files.billion_squares(), PDF) == "too_heavy"

    assert time.monotonic() - started < 5
    assert preview.pages(pdf_files.pages(3), PDF) == 3


def test_a_reader_that_dies_is_replaced() -> None:
    wanted = {"number": 1, "width": 480, "max_height": 800, "format": "png"}
    with pytest.raises(cell.FileTooHeavy, match="gave no answer within"):
        cell.ask("pdf_page", pdf_files.billion_squares(), wanted, seconds=0.3)

    assert preview.pages(pdf_files.pages(), PDF) == 1


def test_a_reader_left_alone_with_a_bad_file_ends_by_itself() -> None:
    child = cell._start()
    assert child.stdin is not None
    ask = {"job": "pdf_page", "seconds": 0.2, "number": 1, "width": 480, "max_height": 800}

    cell_jobs.send(child.stdin, ask | {"format": "png"}, pdf_files.billion_squares())

    assert child.wait(timeout=5) == -signal.SIGALRM
    child.communicate()


def test_the_reader_sees_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIBAN_SECRET_KEY", "not for strangers")
    child = cell._start()
    try:
        with open(f"/proc/{child.pid}/environ", "rb") as environment:
            assert b"not for strangers" not in environment.read()
    finally:
        child.kill()
        child.communicate()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_reads_with_readers_of_its_own() -> None:
    preview.pages(pdf_files.pages(), PDF)
    child = os.fork()
    if child == 0:
        os._exit(0 if preview.pages(pdf_files.pages(2), PDF) == 2 else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert preview.pages(pdf_files.pages(4), PDF) == 4


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_change_of_bytes_escapes_as_anything_but_a_refusal(data: st.DataObject) -> None:
    source = pdf_files.pages(1)
    at = data.draw(st.integers(0, len(source) - 1))
    patch = data.draw(st.binary(min_size=1, max_size=8))
    changed = source[:at] + patch + source[at + len(patch) :]

    with contextlib.suppress(preview.PreviewRefused):
        assert preview.page(changed, PDF, 1, 160).content
