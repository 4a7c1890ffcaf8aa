# SPDX-License-Identifier: Apache-2.0
"""Red seals on a page (印章) by colour and shape: round, oval or square, also over text."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from huiban.connectors.reading.pictures import Picture
from huiban.kernel.reading import Box, SealMark, SealShape

WORKED_SIDE = 1400
LEAST_SIDE = 0.045
MOST_SIDE = 0.5
"""Shares of the longer side of the picture; a seal of 42 mm takes 0.14 of an A4 page."""
ROUND_RATIO = 1.2
MOST_RATIO = 1.9
OUTLINE = 0.62
"""So much of its outline must be red: ink fails, and black text covers some."""
INK = (0.04, 0.62)
"""The share of red inside the outline: an empty frame has less, a disc or an emblem more."""
_CLOSINGS = (0.004, 0.009, 0.016)
LETTER_SIDE = 0.08
"""A red character of a letterhead is no larger; four parties may seal side by side."""
_ROW = 3

Mask = NDArray[Any]
_Rect = tuple[int, int, int, int]


def seals(picture: Picture) -> tuple[SealMark, ...]:
    """Find the seals of an upright page; what they say is not read."""
    scale = min(1.0, WORKED_SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    red = _red(small)
    side = max(small.shape[:2])
    found: list[tuple[_Rect, SealShape]] = []
    for share in _CLOSINGS:
        for box, shape in _shaped(red, max(3, round(share * side)), side):
            if not any(_overlap(box, other) for other, _ in found):
                found.append((box, shape))
    height, width = small.shape[:2]
    return tuple(SealMark(_box(box, width, height), shape) for box, shape in sorted(found))


def _rect(outline: NDArray[Any]) -> _Rect:
    left, top, wide, high = cv2.boundingRect(outline)
    return left, top, wide, high


def _red(picture: Picture) -> Mask:
    hue, strength, light = cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV))
    red = ((hue <= 10) | (hue >= 160)) & (strength >= 55) & (light >= 60)
    mask: Mask = red.astype(np.uint8) * 255
    # Rules of a red table would tie a seal on it to the whole table. Both ways are looked for on
    # the whole mask: without its rows the columns of a table fall into short pieces.
    longest = max(mask.shape) // 4
    across, down = (
        cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(size, np.uint8))
        for size in ((1, longest), (longest, 1))
    )
    return np.asarray(cv2.subtract(mask, cv2.bitwise_or(across, down)))


def _shaped(red: Mask, reach: int, side: int) -> list[tuple[_Rect, SealShape]]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, kernel)
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [_rect(one) for one in outlines]
    found = []
    for outline, box in zip(outlines, boxes, strict=True):
        if not LEAST_SIDE * side <= max(box[2:]) <= MOST_SIDE * side:
            continue
        shape = _shape(red, outline)
        may_be_letter = shape is SealShape.SQUARE or max(box[2:]) <= LETTER_SIDE * side
        if shape is not None and not (may_be_letter and _in_a_row(box, boxes)):
            found.append((box, shape))
    return found


def _shape(red: Mask, outline: NDArray[Any]) -> SealShape | None:
    hull = cv2.convexHull(outline)
    (_, _), (wide, high), _ = place = cv2.minAreaRect(hull)
    if min(wide, high) < 12 or max(wide, high) / min(wide, high) > MOST_RATIO:
        return None
    filled = cv2.contourArea(hull) / (wide * high)
    if _rim(red, hull) < OUTLINE or not INK[0] <= _ink(red, hull) <= INK[1]:
        return None
    if filled > 0.88:
        is_even = max(wide, high) / min(wide, high) <= 1.3
        return SealShape.SQUARE if is_even and not _is_ruled(red, place) else None
    if filled < 0.72 or len(hull) < 5:
        return None
    (_, _), axes, _ = cv2.fitEllipse(hull)
    return SealShape.ROUND if max(axes) / max(1e-6, min(axes)) <= ROUND_RATIO else SealShape.OVAL


def _rim(red: Mask, hull: NDArray[Any]) -> float:
    """Say which share of the outline has red on it or just within."""
    moments = cv2.moments(hull)
    if not moments["m00"]:
        return 0.0
    middle = np.array([moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]])
    rim = np.zeros_like(red)
    cv2.drawContours(rim, [hull], -1, 255, 1)
    ys, xs = np.nonzero(rim)
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    hit = np.zeros(len(points), bool)
    for share in (1.0, 0.985, 0.97, 0.955, 0.94):
        inner = np.rint(middle + (points - middle) * share).astype(int)
        hit |= red[inner[:, 1], inner[:, 0]] > 0
    return float(hit.mean())


def _ink(red: Mask, hull: NDArray[Any]) -> float:
    """Say which share is red of what lies well within the outline."""
    within = np.zeros_like(red)
    cv2.drawContours(within, [hull], -1, 255, -1)
    ring = max(3, round(0.08 * cv2.contourArea(hull) ** 0.5))
    within = cv2.erode(within, np.ones((2 * ring + 1, 2 * ring + 1), np.uint8))
    area = int((within > 0).sum())
    return float(((red > 0) & (within > 0)).sum() / area) if area else 0.0


def _is_ruled(red: Mask, place: tuple[Sequence[float], Sequence[float], float]) -> bool:
    """Tell a frame with straight rules inside, which is a table, from the strokes of a seal."""
    (x, y), (wide, high), angle = place
    turn = cv2.getRotationMatrix2D((x, y), angle, 1.0)
    even = cv2.warpAffine(red, turn, red.shape[::-1])
    inner = cv2.getRectSubPix(
        even, (max(4, round(wide * 0.86)), max(4, round(high * 0.86))), (x, y)
    )
    inner = (inner > 100).astype(np.uint8) * 255
    total = int((inner > 0).sum())
    across = cv2.morphologyEx(inner, cv2.MORPH_OPEN, np.ones((1, round(wide * 0.6)), np.uint8))
    down = cv2.morphologyEx(inner, cv2.MORPH_OPEN, np.ones((round(high * 0.6), 1), np.uint8))
    ruled = int(((across > 0) | (down > 0)).sum())
    return total == 0 or ruled / total > 0.5


def _in_a_row(box: _Rect, boxes: list[_Rect]) -> bool:
    """Tell a large red character of a letterhead, which has others like it beside it."""
    top, high = box[1], box[3]
    alike = [
        one
        for one in boxes
        if 0.6 <= one[3] / high <= 1.6 and abs(one[1] + one[3] / 2 - top - high / 2) < high / 3
    ]
    return len(alike) > _ROW


def _overlap(one: _Rect, other: _Rect) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    smaller = min(one[2] * one[3], other[2] * other[3])
    return across > 0 and down > 0 and across * down > 0.4 * smaller


def _box(box: _Rect, width: int, height: int) -> Box:
    left, top, wide, high = box
    return Box(
        round(left / width, 5),
        round(top / height, 5),
        round((left + wide) / width, 5),
        round((top + high) / height, 5),
    )
