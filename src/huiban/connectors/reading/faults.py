# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the picture of a page (页面质量): measured, against thresholds named here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from huiban.connectors.reading.pictures import Picture
from huiban.kernel.reading import Line, PageFault

BLANK_INK = 0.0006
"""A page with less of its area darker than its paper is blank."""
STRAY_PLACES = 1
"""A speck or a fold may be taken for a place of text; nothing can be read there."""
BLANK_MARGIN = 0.15
"""Where nothing looks like text, the rim does not count: a desk, the edge of the paper."""
DARK_PAPER = 95
"""The paper, which is the brightest of a page, is darker than this, from 0 to 255."""
GLARE_LIGHT = 250
GLARE_SHARE = (0.006, 0.3)
GLARE_PAPER = 238
GLARE_FALL = 6.0
"""Glare fades outward; a white sticker ends at its edge."""
BLUR_SLOPE = 0.13
"""The steepest step between two pixels, as a share of the contrast, in text 32 pixels high."""
FEW_LINES = 3
"""Fewer lines may be all that a lens out of focus left; the whole picture is asked as well."""
SQUEEZED = 0.3
"""A line narrower than so many of its heights a character is a shape taken for text."""
SMALL_TEXT = 13
"""Half of the lines are lower than this many pixels."""
SMALL_SIDE = 480
WEAK = 0.6
"""Places that look like text, of which less than half can be read this surely, are unreadable."""
EDGE = 0.004
CUT_LINES = 2
"""So many lines that run into one edge of the picture were cut."""
DESK = (0.12, 0.75)
DESK_DISTANCE = 55

Gray = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Looked:
    """A page that was looked at: its picture, its lines, and how many places look like text."""

    picture: Picture
    lines: Sequence[Line]
    places: int


def faults(looked: Looked) -> tuple[PageFault, ...]:
    """List what is wrong with a page that was read from its picture; a page by itself."""
    gray = _gray(looked.picture)
    if not looked.lines and looked.places <= STRAY_PLACES and _is_blank(gray):
        dark = PageFault.DARK if _is_dark(gray) else PageFault.BLANK
        return (dark,)
    told = {
        PageFault.UNREADABLE: _is_unreadable(looked),
        PageFault.DARK: _is_dark(gray),
        PageFault.GLARE: _has_glare(gray),
        PageFault.BLURRED: _is_blurred(gray, looked.lines),
        PageFault.SMALL: _is_small(looked),
        PageFault.CUT_OFF: _is_cut_off(gray, looked.lines),
    }
    return tuple(fault for fault, is_so in told.items() if is_so)


def _is_blank(gray: Gray) -> bool:
    """Tell whether nothing stands on the paper; dust and shadows do not count."""
    margin = round(BLANK_MARGIN * min(gray.shape))
    inner = gray[margin:-margin, margin:-margin] if margin else gray
    paper = cv2.medianBlur(cv2.resize(inner, None, fx=0.125, fy=0.125), 21)
    paper = cv2.resize(paper, inner.shape[::-1])
    contrast = max(12.0, 0.12 * float(np.median(paper)))
    ink = cv2.absdiff(paper, cv2.medianBlur(inner, 3)) > contrast
    return float(ink.mean()) < BLANK_INK


def fingerprint(picture: Picture) -> int:
    """Give 64 bits, one for each of the slow waves of the page, that are near for like pages."""
    small = cv2.resize(_gray(picture), (32, 32), interpolation=cv2.INTER_AREA)
    waves = cv2.dct(small.astype(np.float32))[:8, :8].flatten()
    bits = waves > np.median(waves[1:])
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _gray(picture: Picture) -> Gray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _is_unreadable(looked: Looked) -> bool:
    sure = sum(1 for line in looked.lines if line.confidence >= WEAK)
    return looked.places > 0 and sure < 0.5 * looked.places


def _is_dark(gray: Gray) -> bool:
    return float(np.percentile(gray, 95)) < DARK_PAPER


def _has_glare(gray: Gray) -> bool:
    scale = 600 / max(gray.shape)
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if float(np.percentile(small, 60)) >= GLARE_PAPER:
        return False  # a scan or a drawing: its paper is white all over
    bright: Gray = (small >= GLARE_LIGHT).astype(np.uint8)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, facts, _ = cv2.connectedComponentsWithStats(bright)
    return any(
        GLARE_SHARE[0] <= facts[one, cv2.CC_STAT_AREA] / small.size <= GLARE_SHARE[1]
        and _fades((labels == one).astype(np.uint8), small)
        for one in range(1, count)
    )


def _fades(spot: Gray, gray: Gray) -> bool:
    """Tell light that falls off around a spot from the edge of something white."""
    rings = [cv2.dilate(spot, np.ones((size, size), np.uint8)) for size in (5, 9, 17, 33)]
    light = [
        float(np.median(gray[(outer > 0) & (inner == 0)]))
        for inner, outer in pairwise(rings)
        if ((outer > 0) & (inner == 0)).any()
    ]
    falls = [first - second for first, second in pairwise(light)]
    return len(falls) == 2 and light[0] > 225 and sum(falls) >= GLARE_FALL and min(falls) >= 0


def _is_blurred(gray: Gray, lines: Sequence[Line]) -> bool:
    slopes = [
        slope
        for line in lines
        if len(line.text) > 1 and (slope := _slope_of_line(gray, line)) is not None
    ]
    if len(slopes) < FEW_LINES and (whole := _slope_of_page(gray)) is not None:
        slopes = [min(whole, *slopes)] if slopes else [whole]
    return bool(slopes) and float(np.median(slopes)) < BLUR_SLOPE


def _slope_of_line(gray: Gray, line: Line) -> float | None:
    height, width = gray.shape
    box = line.box
    top, bottom = int(box.top * height), int(np.ceil(box.bottom * height))
    crop = gray[top:bottom, int(box.left * width) : int(np.ceil(box.right * width))]
    if min(crop.shape) < 6 or crop.shape[1] < SQUEEZED * len(line.text) * crop.shape[0]:
        return None
    scale = 32 / crop.shape[0]
    return _slope(np.asarray(cv2.resize(crop, None, fx=scale, fy=scale), np.uint8), 99)


def _slope_of_page(gray: Gray) -> float | None:
    """Measure the few steepest steps, which are writing or the edge of the paper, not the grain."""
    margin = round(0.02 * min(gray.shape))
    inner = gray[margin:-margin, margin:-margin] if margin else gray
    return _slope(np.asarray(cv2.GaussianBlur(inner, (3, 3), 0), np.uint8), 99.97)


def _slope(crop: Gray, steepest: float) -> float | None:
    if min(crop.shape) < 6:
        return None
    low, high = np.percentile(crop, [1, 99])
    if high - low < 25:
        return None
    values = crop.astype(np.float32)
    steps = (np.abs(np.diff(values, axis=axis)) for axis in (0, 1))
    return max(float(np.percentile(one, steepest)) for one in steps) / float(high - low)


def _is_small(looked: Looked) -> bool:
    height, width = int(looked.picture.shape[0]), int(looked.picture.shape[1])
    if looked.lines:
        tall = [min(line.box.bottom - line.box.top, 1) * height for line in looked.lines]
        return float(np.median(tall)) < SMALL_TEXT
    return max(height, width) < SMALL_SIDE


def _is_cut_off(gray: Gray, lines: Sequence[Line]) -> bool:
    edges = [
        sum(1 for line in lines if line.box.left <= EDGE),
        sum(1 for line in lines if line.box.right >= 1 - EDGE),
        sum(1 for line in lines if line.box.top <= EDGE),
        sum(1 for line in lines if line.box.bottom >= 1 - EDGE),
    ]
    return max(edges[:2]) >= CUT_LINES or _leaves_the_picture(gray)


def _leaves_the_picture(gray: Gray) -> bool:
    """Tell a bright page on a dark desk that runs out of the picture on one side or more."""
    scale = 400 / max(gray.shape)
    small = cv2.GaussianBlur(
        cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (9, 9), 0
    )
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, paper = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    share = 1 - float(paper.mean())
    if not DESK[0] <= share <= DESK[1]:
        return False
    if float(small[paper > 0].mean()) - float(small[paper == 0].mean()) < DESK_DISTANCE:
        return False
    sides = [float(one.mean()) for one in (paper[:4], paper[-4:], paper[:, :4], paper[:, -4:])]
    desk_sides = sum(1 for one in sides if one < 0.1)
    return desk_sides >= 2 and max(sides) > 0.3
