# SPDX-License-Identifier: Apache-2.0
"""Faces of nobody before a camera: frames as a browser sends them, and films for Chromium."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from huiban.kernel.identity import Step
from tests.faces.draw import HEIGHT, NEUTRAL, WIDTH, Person, Picture, Pose, held, picture

FPS = 8
_MOVES: dict[Step, tuple[Pose, Pose]] = {
    Step.BLINK: (NEUTRAL, Pose(open_eyes=0.0)),
    Step.TURN_LEFT: (Pose(yaw=12), Pose(yaw=26)),
    Step.TURN_RIGHT: (Pose(yaw=-12), Pose(yaw=-26)),
    Step.OPEN_MOUTH: (Pose(open_mouth=0.5), Pose(open_mouth=1.0)),
}
_MOMENTS = count(1)


def moment(person: Person, pose: Pose = NEUTRAL) -> Picture:
    """Take one frame; no two frames are ever the same."""
    return picture(person, pose, next(_MOMENTS))


def performed(steps: Sequence[Step]) -> list[tuple[int, Pose]]:
    """Say which step each frame belongs to and what is done in it: the fewest that will do."""
    shown = [(0, NEUTRAL)] * 4
    for number, step in enumerate(steps, 1):
        whole = _MOVES[step][1]
        shown += [(number, one) for one in (NEUTRAL, whole, whole)]
    return shown


def filmed(
    path: Path, person: Person, steps: Sequence[Step], *, ahead: int = 3, each: int = 4
) -> Path:
    """
    Film somebody who does steps in order, for Chromium's `--use-file-for-fake-video-capture`.

    They look straight ahead for some seconds, then each step takes `each` seconds: a second of
    nothing, two of the movement, one of nothing. The film starts anew at its end.
    """
    scenes = [NEUTRAL] * (ahead * FPS)
    for step in steps:
        half, whole = _MOVES[step]
        hold = [whole] * (max(1, each - 2) * FPS - 2)
        scenes += [NEUTRAL] * FPS + [half] + hold + [half] + [NEUTRAL] * FPS
    return _written(
        path,
        (_swaying(picture(person, one, next(_MOMENTS)), place) for place, one in enumerate(scenes)),
    )


def still_filmed(path: Path, person: Person, seconds: int = 15) -> Path:
    """Film a still photograph held to the camera: shaken, brought nearer, tilted every way."""
    photograph = picture(person, NEUTRAL, 1)
    turns = (
        Pose(),
        Pose(yaw=25),
        Pose(pitch=20),
        Pose(roll=8, size=1.1),
        Pose(yaw=-25, right=12),
        Pose(yaw=20, pitch=-15, size=0.95),
    )
    frames = (
        _swaying(held(photograph, turns[(place // (2 * FPS)) % len(turns)], next(_MOMENTS)), place)
        for place in range(seconds * FPS)
    )
    return _written(path, frames)


def held_still(person: Person, steps: Sequence[Step]) -> Iterator[tuple[int, Picture]]:
    """Give the frames of a photograph that is moved as if it did the steps."""
    photograph = picture(person, NEUTRAL, next(_MOMENTS))
    moves = {
        Step.BLINK: Pose(pitch=28),
        Step.TURN_LEFT: Pose(yaw=35),
        Step.TURN_RIGHT: Pose(yaw=-35),
        Step.OPEN_MOUTH: Pose(pitch=-25, size=1.15),
    }
    for number, pose in performed(steps):
        is_moved = number and pose != NEUTRAL
        yield (
            number,
            held(
                photograph,
                moves[steps[number - 1]] if is_moved else replace(NEUTRAL, right=2.0 * number),
                next(_MOMENTS),
            ),
        )


def _swaying(frame: Picture, place: int) -> Picture:
    """Nobody holds a telephone quite still."""
    across, down = 3 * np.sin(place / 3), 2 * np.cos(place / 4)
    moved = np.array([[1, 0, across], [0, 1, down]])
    return np.asarray(
        cv2.warpAffine(frame, moved, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _written(path: Path, frames: Iterator[Picture]) -> Path:
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            out.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path
