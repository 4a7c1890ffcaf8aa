# SPDX-License-Identifier: Apache-2.0
"""One page read: its own text or what is recognised, its seals, and its faults."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from huiban.connectors.cell_jobs import Refused
from huiban.connectors.reading import faults
from huiban.connectors.reading.pictures import PDF, Picture, image_page, opened_pdf, pdf_page
from huiban.connectors.reading.recognise import is_like, recognise
from huiban.connectors.reading.seals import seals
from huiban.connectors.reading.text_layer import TextLayer, text_layer
from huiban.connectors.reading.wording import in_reading_order
from huiban.kernel.reading import Box, How, Line, PageFault, ReadPage

COVERED = 0.3
"""A recognised line that lies on so much of the page's own text says the same once more."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands on a page, before it is judged."""

    picture: Picture
    lines: Sequence[Line]
    how: How
    turned: int = 0
    places: int = 0
    seen: Sequence[Line] | None = None
    """The lines by which the picture is judged, if not all of them."""


def read_page(content: bytes, media: str, number: int) -> ReadPage:
    """
    Read page `number`, counted from 1.

    :raises Refused: if the file or the page is damaged, or too large.
    """
    picture, layer = _opened(content, media, number)
    found = _own_text(picture, layer) if layer else None
    if found is None:
        turned, upright, lines, places = recognise(picture)
        found = _Read(upright, lines, How.OCR if lines else How.NONE, turned, places)
    height, width = found.picture.shape[:2]
    return ReadPage(
        number,
        width,
        height,
        found.turned,
        found.how,
        tuple(found.lines),
        seals(found.picture),
        _faults(found),
        faults.fingerprint(found.picture),
    )


def _opened(content: bytes, media: str, number: int) -> tuple[Picture, TextLayer | None]:
    if media != PDF:
        return image_page(content, number), None
    with opened_pdf(content) as document:
        if not 1 <= number <= len(document):
            raise Refused("no_such_page")
        page = document[number - 1]
        return pdf_page(page), text_layer(page)


def _own_text(picture: Picture, layer: TextLayer) -> _Read | None:
    """Take a page's own text and what its images add; None if it is not what is seen."""
    if not is_like(picture, layer.lines):
        return None
    if layer.is_note:
        return _scan(picture, layer.lines)
    if not layer.has_images:
        return _Read(picture, layer.lines, How.TEXT)
    turned, upright, seen, places = recognise(picture)
    if turned:
        if _length(seen) > _length(layer.lines):
            return _Read(upright, seen, How.OCR, turned, places)
        return _Read(picture, layer.lines, How.TEXT)
    more = [line for line in seen if not _is_covered(line.box, layer.lines)]
    how = How.OCR if _length(more) > _length(layer.lines) else How.TEXT
    return _Read(picture, in_reading_order([*layer.lines, *more]), how, 0, places)


def _scan(picture: Picture, notes: Sequence[Line]) -> _Read:
    """Read a scan without the notes on it, which are sharp and upright when it may not be."""
    bare = picture.copy()
    height, width = picture.shape[:2]
    for note in notes:
        across, down = (note.box.left, note.box.right), (note.box.top, note.box.bottom)
        left, right = (int(side * width) + more for side, more in zip(across, (-4, 5), strict=True))
        top, bottom = (int(side * height) + more for side, more in zip(down, (-4, 5), strict=True))
        place = bare[max(0, top) : bottom, max(0, left) : right]
        place[:] = np.median(place, axis=(0, 1)).astype(np.uint8)
    turned, upright, seen, places = recognise(bare)
    beside = [replace(note, box=_turned(note.box, turned)) for note in notes]
    every = in_reading_order([*seen, *beside])
    return _Read(upright, every, How.OCR, turned, places, seen)


def _turned(box: Box, turned: int) -> Box:
    """Give a box on the page once it is turned by so many degrees clockwise."""
    for _ in range(turned // 90):
        box = Box(1 - box.bottom, box.left, 1 - box.top, box.right)
    return box


def _length(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _is_covered(box: Box, lines: Sequence[Line]) -> bool:
    area = (box.right - box.left) * (box.bottom - box.top)
    shared = sum(_shared(box, line.box) for line in lines)
    return area <= 0 or shared / area >= COVERED


def _shared(one: Box, other: Box) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, across) * max(0.0, down)


def _faults(found: _Read) -> tuple[PageFault, ...]:
    if found.how is How.TEXT:
        return ()  # no camera was there
    lines = found.lines if found.seen is None else found.seen
    return faults.faults(faults.Looked(found.picture, lines, found.places))
