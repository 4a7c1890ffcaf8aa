# SPDX-License-Identifier: Apache-2.0
"""Text on a picture (文字识别): which way up it stands, where lines are, and what they say."""

import math
import os
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.utils.process_img import get_rotate_crop_image

from huiban.connectors.reading.pictures import Picture
from huiban.connectors.reading.wording import in_reading_order, narrowed, simplified
from huiban.kernel.reading import Box, Line

THREADS = 2
LEAST_SURE = 0.5
"""A line the recogniser is less sure of is none: specks, seals and ornaments."""
PROBES = 6
"""So many long lines say which way up a page stands."""
FEW = 3
LEAST_HALVED = 1500
"""Pixels of the longer side; on a smaller picture even lone words are seen."""
MOST_NARROW = 2.5
CHECKED_LINES = 12
LEAST_ALIKE = 0.5
"""The text of a PDF that is less like what is seen, in the lines checked, is not believed."""
_LONG = 2.0
_DET, _REC = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"

Corners = NDArray[np.float32]


def recognise(picture: Picture) -> tuple[int, Picture, list[Line], int]:
    """
    Read a picture whichever way it lies.

    Gives the degrees clockwise it was turned, the upright picture, its lines in reading order,
    and how many places look like text, read or not.
    """
    places = _places(picture)
    turned = _turn(picture, places)
    if turned:
        places = [_turned(one, turned, picture.shape[:2]) for one in places]
        picture = np.ascontiguousarray(np.rot90(picture, -turned // 90))
    lines = _lines(picture, places)
    return turned, picture, lines, len(places)


def is_like(picture: Picture, lines: Sequence[Line]) -> bool:
    """Tell whether text that a file claims to show is what is seen in the picture of the page."""
    asked = [line for line in lines if len(line.text) > 1]
    asked = asked[:: max(1, -(-len(asked) // CHECKED_LINES))]
    crops = [_cut(picture, line.box) for line in asked]
    found = _recognised([one for one in crops if one.size])
    if not asked or len(found) < len(asked):
        return False
    shares = [_alike(line.text, seen) for line, (seen, _) in zip(asked, found, strict=True)]
    return sum(shares) / len(shares) >= LEAST_ALIKE


def _alike(one: str, other: str) -> float:
    first, second = ("".join(filter(str.isalnum, narrowed(text))) for text in (one, other))
    return SequenceMatcher(None, first, "".join(simplified([second])), autojunk=False).ratio()


def _cut(picture: Picture, box: Box) -> Picture:
    height, width = picture.shape[:2]
    margin = 0.15 * (box.bottom - box.top) * height
    top, bottom = round(box.top * height - margin), round(box.bottom * height + margin)
    left, right = round(box.left * width - margin), round(box.right * width + margin)
    return picture[max(0, top) : bottom, max(0, left) : right]


def _places(picture: Picture) -> list[Corners]:
    """Find where text is; the detector sees a few lone large words only from farther away."""
    found = _detected(picture)
    if len(found) >= FEW or max(picture.shape[:2]) < LEAST_HALVED:
        return found
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    more = [2 * one for one in _detected(half)]
    return more if len(more) > len(found) else found


def _detected(picture: Picture) -> list[Corners]:
    # The detector enlarges by the shorter side: a strip would grow to many times a page.
    height, width = picture.shape[:2]
    below = max(0, math.ceil(width / MOST_NARROW) - height)
    beside = max(0, math.ceil(height / MOST_NARROW) - width)
    if below or beside:
        picture = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    found = _engine()(picture, use_det=True, use_rec=False, use_cls=False)
    return [] if found.boxes is None else list(found.boxes.astype(np.float32))


def _turn(picture: Picture, places: Sequence[Corners]) -> int:
    """Say by how many degrees clockwise the picture must be turned for its text to stand."""
    sized = [(*_sides(one), one) for one in places]
    lying = sorted((one for one in sized if one[0] >= _LONG * one[1]), key=lambda one: -one[0])
    upended = sorted((one for one in sized if one[1] >= _LONG * one[0]), key=lambda one: -one[1])
    is_sideways = sum(one[1] for one in upended) > sum(one[0] for one in lying)
    probes = [one[2] for one in (upended if is_sideways else lying)[:PROBES]]
    # The crop of an upended line comes back turned by 90 degrees against the clock.
    crops = [get_rotate_crop_image(picture, one.copy()) for one in probes]
    if not crops:
        return 0
    over = [np.ascontiguousarray(np.rot90(one, 2)) for one in crops]
    is_over = _sureness(over) > _sureness(crops)
    if is_sideways:
        return 90 if is_over else 270
    return 180 if is_over else 0


def _turned(corners: Corners, turned: int, shape: tuple[int, ...]) -> Corners:
    """Give the corners of a place once the picture is turned, the upper left one first again."""
    height, width = shape
    across, down = corners[:, 0], corners[:, 1]
    moved = {
        90: (height - down, across),
        180: (width - across, height - down),
        270: (down, width - across),
    }[turned]
    stacked = np.stack(moved, axis=1).astype(np.float32)
    return np.roll(stacked, -int(np.argmin(stacked.sum(axis=1))), axis=0)


def _sides(corners: Corners) -> tuple[float, float]:
    return (
        float(np.linalg.norm(corners[0] - corners[1])),
        float(np.linalg.norm(corners[0] - corners[3])),
    )


def _sureness(crops: Sequence[Picture]) -> float:
    return sum(sure * math.sqrt(len(text)) for text, sure in _recognised(crops))


def _lines(picture: Picture, places: Sequence[Corners]) -> list[Line]:
    found = _recognised([get_rotate_crop_image(picture, one.copy()) for one in places])
    height, width = picture.shape[:2]
    kept = [
        Line(narrowed(text), _box(corners, width, height), round(sure, 4))
        for corners, (text, sure) in zip(places, found, strict=True)
        if sure >= LEAST_SURE and text.strip()
    ]
    ordered = in_reading_order(kept)
    texts = simplified([line.text for line in ordered])
    return [
        Line(text, line.box, line.confidence) for text, line in zip(texts, ordered, strict=True)
    ]


def _box(corners: Corners, width: int, height: int) -> Box:
    across = np.clip(corners[:, 0] / width, 0, 1)
    down = np.clip(corners[:, 1] / height, 0, 1)
    sides = across.min(), down.min(), across.max(), down.max()
    return Box(*(round(float(one), 5) for one in sides))


def _recognised(crops: Sequence[Picture]) -> list[tuple[str, float]]:
    if not crops:
        return []
    found: Any = _engine().recognize_txt(list(crops))
    return [(text, float(sure)) for text, sure in zip(found.txts, found.scores, strict=True)]


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Load the models that came with the package; with paths given, none is ever fetched."""
    cv2.setNumThreads(THREADS)
    models = Path(rapidocr.__file__).parent / "models"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "EngineConfig.onnxruntime.intra_op_num_threads": min(THREADS, os.cpu_count() or 1),
            "Det.model_path": str(models / _DET),
            "Rec.model_path": str(models / _REC),
        }
    )


def load() -> None:
    """Have the models ready."""
    _engine()
