# SPDX-License-Identifier: Apache-2.0
"""What is measured of frames of a face (人脸测量): run in the child process, see program.py."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import dlib
import face_recognition_models
import numpy as np
from numpy.typing import NDArray

# Of the models in that package the one for 68 points is never loaded: it was trained on pictures
# that may not be used commercially.

Picture = NDArray[Any]
CHIP = 160
"""Side of the picture a face is laid into, its eyes on the same two places each time."""
_EYES = np.array([[108.0, 56.0], [52.0, 56.0]])
"""Where the person's own left and right eye go."""
_BETWEEN = 56.0
_EYE_CHIP = (48, 24)
_EYE_CORNERS = np.array([[8.0, 12.0], [40.0, 12.0]])
_DARK_EYE = 0.62
_DARK_MOUTH = 0.45
"""Darker than this share of the cheeks: an iris, a lash; the inside of a mouth."""
_STRETCHES = (1.0, 1.3, 0.8, 1.6)
"""Of the height: from where laying flat is tried; a tilted picture is narrower or lower."""
_LIES_FLAT = 0.02
"""Less than this is flat beyond doubt."""
_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-4)


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one frame: its width, its five points, itself laid out, the frame in gray."""

    width: float
    points: Picture
    chip: Picture
    gray: Picture


@dataclass(frozen=True, slots=True)
class _Models:
    find: Any
    points: Any
    describe: Any


@lru_cache(maxsize=1)
def load() -> _Models:
    """Have the models ready."""
    folder = Path(face_recognition_models.__file__).parent / "models"
    cv2.setNumThreads(1)
    return _Models(
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat")),
        dlib.face_recognition_model_v1(str(folder / "dlib_face_recognition_resnet_model_v1.dat")),
    )


def boxes(picture: Picture) -> list[Any]:
    """Find every face of a frame (red, green, blue)."""
    return list(load().find(picture, 0))


def face(picture: Picture, box: Any) -> Face:
    """Lay one face out, to be measured."""
    shape = load().points(picture, box)
    points = np.array([(shape.part(n).x, shape.part(n).y) for n in range(5)], np.float64)
    gray = _gray(picture)
    chip = _aligned(gray, _eye_middles(points), _EYES, (CHIP, CHIP))
    return Face(float(box.width()), points, chip, gray)


def described(picture: Picture, box: Any) -> Picture:
    """Give the descriptor of a face; it stays in this process."""
    models = load()
    return np.array(models.describe.compute_face_descriptor(picture, models.points(picture, box)))


def light(picture: Picture) -> float:
    """Say how bright a frame is in its middle, where a face would be."""
    rows, columns = picture.shape[0] // 4, picture.shape[1] // 4
    return float(np.median(_gray(picture)[rows:-rows, columns:-columns]))


def alone(face: Face) -> dict[str, float]:
    """Measure what one frame says by itself."""
    skin = _skin(face)
    bright = float(np.median(_chip_region(face.chip, 30, 130, 40, 130)))
    return {
        "width": face.width,
        "light": bright,
        "sharpness": _sharpness(face.chip, max(8.0, bright)),
        "yaw": _yaw(face.points),
        "eyes": _openness(face, skin),
        "mouth": _mouth(face, skin),
    }


def beside(face: Face, ahead: Face) -> dict[str, float]:
    """
    Measure how a face differs from itself looking straight ahead, once laid flat upon it.

    A picture of a face that is moved, tilted or scaled can be laid upon itself; a head that turns,
    an eye that closes, a mouth that opens cannot. What cannot be laid at all says nothing: 0.
    """
    there = _even(ahead.chip)
    nose = round(_nose(ahead))
    best: dict[str, float] = {"changed": 0.0, "changed_eyes": 0.0, "changed_mouth": 0.0}
    for place, stretch in enumerate(_STRETCHES):
        laid = _laid(face.chip, there, stretch)
        if laid is None:
            continue
        here = _even(laid)
        changed = _unlike(here, there, (36, 130, 34, 126))
        if place and "found" in best and changed >= best["changed"]:
            continue
        eyes = [_unlike(here, there, (44, 68, left, left + 40)) for left in (32, 88)]
        best = {
            "found": 1.0,
            "changed": changed,
            "changed_eyes": min(eyes),
            "changed_mouth": _unlike(here, there, (nose + 6, min(CHIP - 8, nose + 42), 50, 110)),
        }
        if changed < _LIES_FLAT:
            break
    best.pop("found", None)
    return best


def apart(one: Picture, other: Picture) -> float:
    """Give the distance of two descriptors."""
    return float(np.linalg.norm(one - other))


def _gray(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _eye_middles(points: Picture) -> Picture:
    """The person's own left eye, then the right; dlib gives outer and inner corner of each."""
    return np.array([points[0:2].mean(0), points[2:4].mean(0)])


def _similar(source: Picture, target: Picture) -> Picture:
    """The move, turn and scaling that takes two points onto two others."""
    one, other = source[1] - source[0], target[1] - target[0]
    ratio = complex(*other) / (complex(*one) or 1)
    linear = np.array([[ratio.real, -ratio.imag], [ratio.imag, ratio.real]])
    return np.asarray(np.c_[linear, target[0] - linear @ source[0]])


def _aligned(gray: Picture, source: Picture, target: Picture, size: tuple[int, int]) -> Picture:
    matrix = _similar(source, target)
    return cv2.warpAffine(gray, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def _yaw(points: Picture) -> float:
    """How far the nose lies from between the eyes, along the line of the eyes, in its lengths."""
    outer, other, nose = points[0], points[2], points[4]
    line = outer - other
    length = float(np.linalg.norm(line)) or 1.0
    return float((nose - (outer + other) / 2) @ line) / length**2


def _nose(face: Face) -> float:
    matrix = _similar(_eye_middles(face.points), _EYES)
    return float(np.clip((matrix @ np.array([*face.points[4], 1.0]))[1], 80, 110))


def _skin(face: Face) -> float:
    """How bright the cheeks are."""
    cheeks = (_chip_region(face.chip, 76, 92, left, left + 16) for left in (42, 102))
    return max(8.0, float(np.median(np.concatenate([one.ravel() for one in cheeks]))))


def _chip_region(chip: Picture, top: int, bottom: int, left: int, right: int) -> Picture:
    return chip[top:bottom, left:right]


def _openness(face: Face, skin: float) -> float:
    """How much of the middle of the eyes is as dark as an iris; of the more open eye."""
    shares = []
    for corners in (face.points[[1, 0]], face.points[[2, 3]]):
        chip = _aligned(face.gray, corners, _EYE_CORNERS, _EYE_CHIP)
        shares.append(float((chip[3:21, 12:36] < _DARK_EYE * skin).mean()))
    return max(shares)


def _mouth(face: Face, skin: float) -> float:
    """How much of what lies below the nose is as dark as the inside of a mouth."""
    nose = round(_nose(face))
    below = _chip_region(face.chip, nose + 6, min(CHIP - 8, nose + 42), 56, 104)
    return float((below < _DARK_MOUTH * skin).mean())


def _sharpness(chip: Picture, bright: float) -> float:
    """How steep the steps between pixels are, as a share of the light, in percent."""
    inner = cv2.GaussianBlur(chip[36:130, 34:126], (0, 0), 1.0)
    return 100 * float(cv2.Laplacian(inner, cv2.CV_64F).std()) / bright


def _laid(chip: Picture, there: Picture, stretch: float) -> Picture | None:
    """Lay a face flat upon another one as well as a plane can be laid; None if it cannot be."""
    matrix = np.array([[1, 0, 0], [0, stretch, 56 * (1 - stretch)], [0, 0, 1]], np.float32)
    here = _even(chip)
    mask = np.zeros((CHIP, CHIP), np.uint8)
    mask[26:136, 26:134] = 255
    try:
        for kind in (cv2.MOTION_AFFINE, cv2.MOTION_HOMOGRAPHY):
            given = matrix if kind == cv2.MOTION_HOMOGRAPHY else matrix[:2].copy()
            found = cv2.findTransformECC(there, here, given, kind, _STEPS, mask, 5)[1]
            matrix = np.asarray(
                found if kind == cv2.MOTION_HOMOGRAPHY else np.r_[found, [[0, 0, 1]]], np.float32
            )
    except cv2.error:
        return None
    return cv2.warpPerspective(
        chip,
        matrix,
        (CHIP, CHIP),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _even(chip: Picture) -> Picture:
    """Take the light away, and what is finer than any feature."""
    smooth = cv2.GaussianBlur(chip.astype(np.float32), (0, 0), 1.6)
    around = cv2.GaussianBlur(chip.astype(np.float32), (0, 0), 18)
    return np.asarray(np.clip(smooth / (around + 8) * 128, 0, 255), np.float32)


def _unlike(one: Picture, other: Picture, box: tuple[int, int, int, int]) -> float:
    """1 minus the correlation of two pictures in a box; next to nothing for the same picture."""
    top, bottom, left, right = box
    first = one[top:bottom, left:right] - one[top:bottom, left:right].mean()
    second = other[top:bottom, left:right] - other[top:bottom, left:right].mean()
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    if norm < 1e-6:
        return 0.0
    return float(np.clip(1 - (first * second).sum() / norm, 0, 1))
