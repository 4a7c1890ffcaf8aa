# SPDX-License-Identifier: Apache-2.0
"""One page read: its own text or what is recognised, its seals, and its faults."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiban.connectors.cell_jobs import Refused
from huiban.connectors.reading import faults
from huiban.connectors.reading.pictures import PDF, Picture, image_page, opened_pdf, pdf_page
from huiban.connectors.reading.recognise import is_like, recognise
from huiban.connectors.reading.seals import seals
from huiban.connectors.reading.text_layer import TextLayer, text_layer
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
    if not is_like(picture, layer.lines):
        return None
    if not layer.has_images:
        return _Read(picture, layer.lines, How.TEXT)
    turned, _, seen, _ = recognise(picture)
    more = [] if turned else [line for line in seen if not _is_covered(line.box, layer.lines)]
    return _Read(picture, [*layer.lines, *more], How.TEXT)


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
    return faults.faults(faults.Looked(found.picture, found.lines, found.places))
