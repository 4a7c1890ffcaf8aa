# SPDX-License-Identifier: Apache-2.0
"""Files sent to do harm: each ends with an outcome, and the next good file is read as ever."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from huiban.connectors.reading import ENGINE, ReadLimits, read
from huiban.kernel.reading import How, Outcome, PageFault, Reading
from tests.connectors import pdf_files
from tests.connectors.reading import hostile, paper

PDF, PNG, JPEG, TIFF = "application/pdf", "image/png", "image/jpeg", "image/tiff"
GOOD = hostile.good()
SHORT = ReadLimits(page_seconds=1)


def must_read_on() -> None:
    found = read(GOOD, PDF)

    assert (found.outcome, found.text) == (Outcome.READ, hostile.SAID)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("make", "media", "outcome"),
    [
        (hostile.locked, PDF, Outcome.ENCRYPTED),
        (lambda: b"", PDF, Outcome.BROKEN),
        (lambda: b"", PNG, Outcome.BROKEN),
        (lambda: b"%PDF-1.7 nothing follows", PDF, Outcome.BROKEN),
        (lambda: half(GOOD), PDF, Outcome.BROKEN),
        (lambda: half(paper.encoded(paper.card())), JPEG, Outcome.BROKEN),
        (lambda: GOOD, PNG, Outcome.BROKEN),
        (lambda: paper.encoded(paper.card()), PDF, Outcome.BROKEN),
        (lambda: b"<svg><script>alert(1)</script></svg>", PNG, Outcome.BROKEN),
        (hostile.gif_of_javascript, PNG, Outcome.BROKEN),
        (hostile.zip_bomb, PDF, Outcome.BROKEN),
        (hostile.pages_of_themselves, PDF, Outcome.BROKEN),
        (lambda: hostile.broken_tiff(8), TIFF, Outcome.BROKEN),
        (lambda: pdf_files.pages(500), PDF, Outcome.TOO_MANY_PAGES),
        (lambda: pdf_files.pages(201), PDF, Outcome.TOO_MANY_PAGES),
        (lambda: hostile.huge_png(30_000), PNG, Outcome.TOO_HEAVY),
    ],
    ids=["locked", "empty pdf", "empty image", "bare head", "half a pdf", "half a photo",
         "pdf as image", "image as pdf", "svg", "gif", "zip bomb", "tree of itself", "tiff",
         "500 pages", "201 pages", "900 megapixels"],
)  # fmt: skip
def test_a_bad_file_is_told_at_once(
    make: Callable[[], bytes], media: str, outcome: Outcome
) -> None:
    content, began = make(), time.monotonic()

    found = read(content, media)

    assert (found.outcome, found.engine, found.text) == (outcome, ENGINE, "")
    assert time.monotonic() - began < 10
    must_read_on()


@pytest.mark.parametrize(
    "make",
    [
        pdf_files.billion_squares,
        hostile.drawing_itself,
        lambda: hostile.inflating_content(300),
    ],
    ids=["a billion squares", "a form that draws itself", "300 MB of drawing"],
)
def test_a_file_that_would_take_hours_is_given_up(make: Callable[[], bytes]) -> None:
    content, began = make(), time.monotonic()

    found = read(content, PDF, SHORT)

    assert found.outcome is Outcome.TOO_HEAVY
    assert time.monotonic() - began < 10
    must_read_on()


@pytest.mark.parametrize(
    "make",
    [hostile.pdf_in_zip, hostile.html_before_pdf, hostile.active, lambda: hostile.locked("")],
    ids=["also a zip", "also html", "scripts", "locked against changes only"],
)
def test_what_else_is_in_a_pdf_changes_nothing(make: Callable[[], bytes]) -> None:
    found = read(make(), PDF)

    assert (found.outcome, found.text) == (Outcome.READ, hostile.SAID)
    assert [page.how for page in found.pages] == [How.TEXT]


def test_an_image_that_unpacks_to_half_a_gigabyte_stays_within_bounds() -> None:
    found = read(hostile.inflating_image(13_000), PDF)

    assert [page.faults for page in found.pages] == [(PageFault.DARK,)]
    assert max(peak_megabytes(one) for one in readers()) < 1_500
    must_read_on()


def test_a_strip_of_paper_costs_no_more_than_a_page() -> None:
    strip = Image.new("RGB", (1500, 30), "white")
    began = time.monotonic()

    found = read(paper.encoded(strip), JPEG)

    assert [(page.width, page.height) for page in found.pages] == [(1500, 30)]
    assert time.monotonic() - began < 6


def test_one_page_too_heavy_costs_no_other() -> None:
    content = paper.joined(GOOD, pdf_files.billion_squares(), GOOD)
    must_read_on()

    found = read(content, PDF, ReadLimits(page_seconds=3))

    assert found.outcome is Outcome.READ
    assert [[line.text for line in page.lines] for page in found.pages] == [
        [hostile.SAID], [], [hostile.SAID],
    ]  # fmt: skip
    assert PageFault.UNREADABLE in found.pages[1].faults
    assert found.pages[2].faults == (PageFault.DUPLICATE,)


def test_when_the_file_takes_too_long_what_was_read_is_kept() -> None:
    told: list[int] = []
    must_read_on()

    def wait(page: object, total: int) -> None:
        told.append(total)
        time.sleep(2.5)

    found = read(paper.joined(GOOD, GOOD, GOOD), PDF, ReadLimits(file_seconds=2.5), wait)

    assert (found.outcome, told) == (Outcome.TOO_HEAVY, [3])
    assert found.text == hostile.SAID


def test_after_three_heavy_pages_the_rest_is_not_tried() -> None:
    content = paper.joined(*[pdf_files.billion_squares()] * 5)

    found = read(content, PDF, SHORT)

    assert found.outcome is Outcome.TOO_HEAVY
    assert len(found.pages) <= 3


def test_damaged_pages_are_told_and_do_not_hide_the_good_one_behind_them() -> None:
    found = read(hostile.broken_tiff(4, has_good=True), TIFF)

    assert found.outcome is Outcome.READ
    assert [page.faults for page in found.pages] == [
        *[(PageFault.UNREADABLE,)] * 4, (PageFault.BLANK,),
    ]  # fmt: skip


def test_a_reader_that_is_killed_is_replaced() -> None:
    must_read_on()
    began = time.monotonic()
    killing = Timer(0.7, lambda: [os.kill(one, signal.SIGKILL) for one in readers()])
    killing.start()

    found = read(pdf_files.billion_squares(), PDF)

    killing.join()
    assert found.outcome is Outcome.TOO_HEAVY
    assert time.monotonic() - began < 20
    must_read_on()


@settings(max_examples=7)
@given(data=st.data())
def test_no_change_of_bytes_escapes_as_anything_but_an_outcome(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    patch = data.draw(st.binary(min_size=1, max_size=8))

    found = read(GOOD[:at] + patch + GOOD[at + len(patch) :], PDF, SHORT)

    assert isinstance(found, Reading)


def readers() -> list[int]:
    """The reading processes that this test process has started."""
    found = []
    for one in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            parent = int(one.read_text().rsplit(")", 1)[1].split()[1])
            command = (one.parent / "cmdline").read_bytes()
            if parent == os.getpid() and b"huiban.connectors.reading.program" in command:
                found.append(int(one.parent.name))
    return found


def peak_megabytes(number: int) -> int:
    status = Path(f"/proc/{number}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
