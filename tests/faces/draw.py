# SPDX-License-Identifier: Apache-2.0
"""Draws faces of nobody: a lit head in space that turns, blinks and opens its mouth."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float64]
Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 480, 360
_GRID = (420, 480)  # points across and down the head; denser than the pixels they cover


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A face by its geometry and colours; lengths in half widths of the head."""

    skin: tuple[int, int, int] = (214, 172, 144)
    hair: tuple[int, int, int] = (38, 30, 28)
    lips: tuple[int, int, int] = (168, 88, 84)
    iris: tuple[int, int, int] = (60, 40, 28)
    head: float = 1.3  # height to width
    eyes_apart: float = 0.40
    eye_width: float = 0.19
    eye_height: float = 0.085
    eyes_at: float = -0.02
    brow_width: float = 0.045
    brow_up: float = 0.20
    nose_length: float = 0.46
    nose_width: float = 0.16
    nose_out: float = 0.26
    mouth_at: float = 0.70
    mouth_width: float = 0.30
    lip_height: float = 0.075
    hairline: float = -0.72
    jaw: float = 0.80  # width of the chin
    beard: float = 0.0
    glasses: float = 0.0


CHEN = Person()
"""The one most tests are about."""
WU = Person(
    skin=(126, 98, 79),
    hair=(76, 76, 76),
    lips=(172, 74, 66),
    head=1.46,
    eyes_apart=0.39,
    eye_width=0.20,
    eye_height=0.10,
    brow_width=0.034,
    brow_up=0.15,
    nose_length=0.595,
    nose_width=0.27,
    nose_out=0.26,
    mouth_at=0.70,
    mouth_width=0.32,
    lip_height=0.09,
    hairline=-0.41,
    jaw=0.97,
    glasses=0.9,
)
"""Somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How the head is held: angles in degrees, eyes and mouth from 0 to 1, light and camera."""

    yaw: float = 0.0  # above 0: to the person's own left
    pitch: float = 0.0
    roll: float = 0.0
    open_eyes: float = 1.0
    open_mouth: float = 0.0
    size: float = 1.0
    right: float = 0.0  # pixels
    down: float = 0.0
    light: float = 1.0
    noise: float = 2.0


NEUTRAL = Pose()
POSES = {
    "neutral": NEUTRAL,
    "blink": Pose(open_eyes=0.0),
    "turn_left": Pose(yaw=24),
    "turn_right": Pose(yaw=-24),
    "open_mouth": Pose(open_mouth=1.0),
}


def picture(person: Person, pose: Pose = NEUTRAL, seed: int = 0) -> Picture:
    """Draw one frame, red, green, blue; another seed is another moment of the same camera."""
    return _taken(_drawn(person, replace(pose, light=1.0, noise=0.0)), pose, seed)


def _taken(clean: Field, pose: Pose, seed: int) -> Picture:
    """Add the light and the noise of a camera."""
    noise = np.random.default_rng(seed).normal(0, pose.noise, clean.shape)
    return np.clip(clean * pose.light + noise, 0, 255).astype(np.uint8)


@lru_cache(maxsize=64)
def _drawn(person: Person, pose: Pose) -> Field:
    points, normals, colours = _head(person, pose.open_eyes, pose.open_mouth)
    turned = _turn(pose)
    canvas = _background()
    _shoulders(canvas, person, pose)
    _splat(canvas, points @ turned.T, _lit(colours, normals @ turned.T), pose)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.7))


def jpeg(drawn: Picture, quality: int = 88) -> bytes:
    """Encode a frame as a browser does."""
    out = io.BytesIO()
    Image.fromarray(drawn).save(out, "JPEG", quality=quality)
    return out.getvalue()


def held(photograph: Picture, moment: Pose, seed: int = 0) -> Picture:
    """Show a photograph that somebody holds to the camera: moved, scaled, tilted in space."""
    height, width = photograph.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    flat = np.c_[corners - [width / 2, height / 2], np.zeros(4)] @ _turn(moment).T
    depth = 900.0
    seen = flat[:, :2] * (depth / (depth - flat[:, 2:]))
    seen = seen * moment.size + [width / 2 + moment.right, height / 2 + moment.down]
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
    canvas = _background().clip(0, 255).astype(np.uint8)
    shown = cv2.warpPerspective(
        photograph, warp, (width, height), dst=canvas, borderMode=cv2.BORDER_TRANSPARENT
    )
    return _taken(shown.astype(np.float64), moment, seed)


@lru_cache(maxsize=64)
def _head(person: Person, open_eyes: float, open_mouth: float) -> tuple[Field, Field, Field]:
    """Give points, normals and colours of the front of a head; z towards the camera."""
    across = np.linspace(-1.75, 1.75, _GRID[0])
    down = np.linspace(-1.0, 1.0, _GRID[1])
    angle, v = np.meshgrid(across, down)
    y = v * person.head
    # The skull narrows to the chin below the cheeks.
    ring = np.sqrt(np.clip(1 - np.abs(v) ** 2.6, 0.0, 1))
    narrowing = 1 - (1 - person.jaw) * np.clip(v - 0.1, 0, 1) / 0.9
    x = np.sin(angle) * ring * narrowing
    z = np.cos(angle) * ring * 0.95
    z += _relief(person, x, y, open_mouth) * (z > 0)
    points = np.stack([x, y, z], axis=-1)
    du, dv = np.gradient(points, axis=1), np.gradient(points, axis=0)
    normals = np.cross(du, dv)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-9
    normals *= np.sign((normals * points).sum(-1, keepdims=True) + 1e-9)
    colours = _paint(person, x, y, z, (open_eyes, open_mouth))
    return points.reshape(-1, 3), normals.reshape(-1, 3), colours.reshape(-1, 3)


def _bump(x: Field, y: Field, width: float, height: float) -> Field:
    return np.asarray(np.exp(-((x / width) ** 2) - (y / height) ** 2))


def _relief(person: Person, x: Field, y: Field, open_mouth: float) -> Field:
    """How far the features stand out of the skull."""
    nose_end = person.eyes_at + person.nose_length
    along = np.clip((y - person.eyes_at + 0.05) / (person.nose_length + 0.05), 0, 1)
    ridge = person.nose_width * (0.35 + 0.65 * along)
    falls = 1 / (1 + np.exp((y - nose_end) * 34))
    starts = 1 / (1 + np.exp(-(y - person.eyes_at + 0.02) * 14))
    out = person.nose_out * along**1.3 * np.exp(-((x / ridge) ** 2)) * falls * starts
    for side in (-1, 1):
        at = x - side * person.eyes_apart
        out -= 0.13 * _bump(at, y - person.eyes_at, 0.26, 0.16)
        out += 0.05 * _bump(at, y - person.eyes_at + person.brow_up, 0.30, 0.09)
        out += 0.06 * _bump(x - side * 0.55, y - 0.36, 0.25, 0.2)
        out += 0.03 * _bump(at, y - person.eyes_at, 0.16, 0.10)
    mouth = y - person.mouth_at
    out += 0.07 * _bump(x, mouth, person.mouth_width * 1.2, 0.16)
    out += 0.08 * _bump(x, y - 1.02 * person.head * 0.86, 0.28, 0.14)
    return out - open_mouth * 0.10 * _bump(x, mouth - 0.08, person.mouth_width * 0.7, 0.12)


def _paint(person: Person, x: Field, y: Field, z: Field, opened: tuple[float, float]) -> Field:
    """Give the colour of the skin at each point."""
    open_eyes, open_mouth = opened
    skin = np.array(person.skin, np.float64)
    colours = np.broadcast_to(skin, (*x.shape, 3)).copy()
    warm = 0.10 * (_bump(x - 0.5, y - 0.36, 0.22, 0.2) + _bump(x + 0.5, y - 0.36, 0.22, 0.2))
    colours *= 1 - warm[..., None] * np.array([0.1, 0.7, 0.7])
    front = z > -0.05
    for side in (-1, 1):
        _eye(
            colours,
            person,
            (side * (x - side * person.eyes_apart), y - person.eyes_at, front),
            open_eyes,
        )
    _mouth(colours, person, x, y - person.mouth_at, open_mouth)
    nostril = _bump(
        np.abs(x) - person.nose_width * 0.55,
        y - person.eyes_at - person.nose_length - 0.035,
        0.05,
        0.022,
    )
    _mix(colours, nostril * front * 0.85, (60, 34, 30))
    stubble = person.beard * _soft(y - person.mouth_at + 0.16 + 0.2 * np.abs(x) ** 2 * -1, 0.05)
    around = 1 - 0.9 * _bump(x, y - person.mouth_at, person.mouth_width, person.lip_height * 1.3)
    _mix(colours, np.clip(stubble * around, 0, 1) * (z > -0.2) * 0.8, person.hair)
    edge = person.hairline + 0.22 * np.abs(x) ** 2.5 + 0.03 * np.cos(9 * x)
    hair = np.maximum(_soft(edge - y, 0.03), _soft(0.16 - z, 0.05) * (y < 0.35))
    _mix(colours, np.clip(hair, 0, 1), person.hair)
    return colours


def _soft(distance: Field, width: float) -> Field:
    return np.asarray(1 / (1 + np.exp(np.clip(-distance / width * 4, -60, 60))))


def _mix(colours: Field, share: Field, colour: Sequence[float]) -> None:
    colours += share[..., None] * (np.array(colour, np.float64) - colours)


def _eye(
    colours: Field, person: Person, at: tuple[Field, Field, NDArray[np.bool_]], opened: float
) -> None:
    x, y, front = at
    wide, high = person.eye_width, person.eye_height
    arch = np.clip(1 - (x / wide) ** 2, 0, 1)
    upper = -high * 1.15 * arch**0.7 * opened + high * 0.55 * arch * (1 - opened)
    lower = high * 0.75 * arch**0.8
    inside = (np.abs(x) < wide) & front
    shade = _bump(x, y + 0.03, wide * 1.25, high * 1.9) * front
    _mix(colours, shade * 0.28, np.array(person.skin) * 0.55)
    if opened > 0:
        white = (
            np.minimum(_soft(y - upper, 0.012), _soft(lower - y, 0.012)) * inside * (lower > upper)
        )
        _mix(colours, white, (236, 230, 226))
        ring = np.hypot(x, (y + 0.1 * high)) / (high * 1.02)
        _mix(colours, _soft(1 - ring, 0.12) * white, person.iris)
        _mix(colours, _soft(0.45 - ring, 0.1) * white, (12, 10, 10))
        _mix(colours, _bump(x - 0.03, y + 0.035, 0.016, 0.016) * white, (255, 255, 255))
        _mix(
            colours, _bump(np.zeros_like(x), y - upper - 0.02, 1, 0.022) * white * 0.5, (40, 30, 30)
        )
    lash = _bump(np.zeros_like(x), y - upper, 1, 0.016) * (np.abs(x) < wide * 1.05) * front
    _mix(colours, lash * 0.9, (34, 24, 22))
    fold = (
        _bump(np.zeros_like(x), y - upper + high * 0.5, 1, 0.014) * (np.abs(x) < wide * 1.0) * front
    )
    _mix(colours, fold * 0.25 * opened, np.array(person.skin) * 0.5)
    line = y + person.brow_up - 0.03 * (1 - (x / (wide * 1.4)) ** 2) + 0.03
    brow = _bump(np.zeros_like(x), line, 1, person.brow_width) * _soft(
        wide * 1.35 - np.abs(x - 0.02), 0.05
    )
    _mix(colours, brow * front * 0.92, person.hair)
    rim = np.abs(np.hypot(x / (wide * 1.55), y / (high * 2.6)) - 1)
    _mix(colours, person.glasses * _soft(0.10 - rim, 0.05) * front, (20, 20, 24))


def _mouth(colours: Field, person: Person, x: Field, y: Field, opened: float) -> None:
    wide = person.mouth_width
    arch = np.clip(1 - (x / wide) ** 2, 0, 1)
    gap = opened * 0.17 * arch**0.6
    top = -person.lip_height * (arch - 0.35 * _bump(x, y * 0, 0.06, 1))
    low = person.lip_height * 1.25 * arch + gap * 1.0
    lips = np.minimum(_soft(y - top + gap * 0.35, 0.014), _soft(low - y, 0.014)) * (
        np.abs(x) < wide
    )
    _mix(colours, lips * 0.85, person.lips)
    hole = np.minimum(_soft(y + gap * 0.35, 0.014), _soft(gap - y, 0.014)) * (
        np.abs(x) < wide * 0.95
    )
    _mix(colours, hole * opened, (40, 16, 16))
    line = _bump(x * 0, y - 0.015 * (1 - arch), 1, 0.013) * (np.abs(x) < wide * 1.05)
    _mix(colours, line * (1 - opened) * 0.8, (84, 40, 38))


def _turn(pose: Pose) -> Field:
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    around_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    around_x = [[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]]
    around_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.array(around_z) @ np.array(around_x) @ np.array(around_y)


def _lit(colours: Field, facing: Field) -> Field:
    key = np.array([-0.35, -0.55, 0.85]) / np.linalg.norm([0.35, 0.55, 0.85])
    fill = np.array([0.7, -0.1, 0.6]) / np.linalg.norm([0.7, 0.1, 0.6])
    light = 0.36 + 0.62 * np.clip(facing @ key, 0, 1) + 0.20 * np.clip(facing @ fill, 0, 1)
    return np.asarray(colours * light[:, None])


def _background() -> Field:
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    wall = 178 + 22 * (across / WIDTH) - 26 * (down / HEIGHT)
    return np.stack([wall * 0.97, wall, wall * 1.02], axis=-1)


def _shoulders(canvas: Field, person: Person, pose: Pose) -> None:
    middle = (WIDTH / 2 + pose.right, HEIGHT * 0.5 + pose.down)
    scale = 92 * pose.size
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    x, y = (across - middle[0]) / scale, (down - middle[1]) / scale
    neck = _soft(0.52 - np.abs(x), 0.04) * _soft(y - 0.5, 0.1)
    _mix(canvas, neck, np.array(person.skin) * 0.72)
    body = _soft(y - 1.75 - 0.35 * np.abs(x) ** 1.6 + 0.25, 0.08)
    _mix(canvas, body, (52, 62, 84))


def _splat(canvas: Field, places: Field, colours: Field, pose: Pose) -> None:
    """Lay the points onto the picture, the nearest last; close ones leave no holes."""
    scale, depth = 92 * pose.size, 7.0
    near = depth / (depth - places[:, 2])
    across = np.rint(places[:, 0] * near * scale + WIDTH / 2 + pose.right).astype(int)
    down = np.rint(places[:, 1] * near * scale + HEIGHT * 0.5 + pose.down).astype(int)
    inside = (across >= 0) & (across < WIDTH) & (down >= 0) & (down < HEIGHT)
    rows, columns, depths = down[inside], across[inside], places[inside, 2]
    order = np.argsort(depths, kind="stable")
    front = np.full((HEIGHT, WIDTH), -9.0)
    front[rows[order], columns[order]] = depths[order]
    # Points within a hair of the front one are averaged, which takes the grain away.
    kept = depths > front[rows, columns] - 0.03
    cells = rows[kept] * WIDTH + columns[kept]
    sums = np.bincount(cells, minlength=HEIGHT * WIDTH)
    layer = np.stack(
        [
            np.bincount(cells, colours[inside][kept, channel], minlength=HEIGHT * WIDTH)
            for channel in range(3)
        ],
        axis=-1,
    )
    there = sums > 0
    canvas.reshape(-1, 3)[there] = layer[there] / sums[there][:, None]
