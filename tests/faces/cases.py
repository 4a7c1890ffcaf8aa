# SPDX-License-Identifier: Apache-2.0
"""Attempts before a camera as whoever judges faces must judge them, good and bad."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import cv2
import numpy as np

from huiban.connectors.face.model import Asked, Frame
from huiban.kernel.identity import Challenge, Step
from tests.faces.draw import CHEN, HEIGHT, NEUTRAL, WIDTH, WU, Picture, Pose, jpeg, picture
from tests.faces.film import held_still, moment, performed

STEPS = (Step.BLINK, Step.TURN_LEFT, Step.OPEN_MOUTH)
ALL_STEPS = tuple(Step)
PORTRAIT = jpeg(picture(CHEN, NEUTRAL, 90_001), 92)
EXPIRES = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def asked(shown: Iterable[tuple[int, Picture]], steps: Sequence[Step] = STEPS) -> Asked:
    """Put pictures as the frames of an attempt."""
    frames = tuple(Frame(step, 250 * place, jpeg(one)) for place, (step, one) in enumerate(shown))
    return Asked(Challenge(tuple(steps), "0" * 32, EXPIRES), frames, PORTRAIT)


def done(steps: Sequence[Step] = STEPS) -> list[tuple[int, Pose]]:
    return performed(steps)


def right(steps: Sequence[Step] = STEPS) -> Asked:
    """The person of the portrait does what is asked."""
    return asked([(step, moment(CHEN, pose)) for step, pose in done(steps)], steps)


def without(missing: int) -> Asked:
    """One step is not done: they keep looking ahead."""
    return asked(
        [(step, moment(CHEN, NEUTRAL if step == missing else pose)) for step, pose in done()]
    )


def in_another_order() -> Asked:
    other = (Step.OPEN_MOUTH, Step.BLINK, Step.TURN_LEFT)
    return asked([(step, moment(CHEN, pose)) for step, pose in done(other)])


def everything_at_each_step() -> Asked:
    """A film of all movements runs in a loop."""
    every = [pose for _, pose in done(ALL_STEPS)][5::3]
    loop = [(number, one) for number in (1, 2, 3) for one in every]
    return asked([(step, moment(CHEN, pose)) for step, pose in [*done()[:4], *loop]])


def still_photograph() -> Asked:
    return asked(held_still(CHEN, STEPS))


def another_person() -> Asked:
    return asked([(step, moment(WU, pose)) for step, pose in done()])


def another_person_halfway() -> Asked:
    return asked([(step, moment(WU if step > 1 else CHEN, pose)) for step, pose in done()])


def two_faces() -> Asked:
    return asked([(step, _beside(moment(CHEN, pose))) for step, pose in done()])


def nobody() -> Asked:
    wall = np.full((HEIGHT, WIDTH, 3), 180, np.uint8)
    return asked([(step, wall + place) for place, (step, _) in enumerate(done())])


def in_the_dark() -> Asked:
    return asked([(step, _lit(moment(CHEN, pose), 0.1)) for step, pose in done()])


def too_few() -> Asked:
    return asked([(step, moment(CHEN, pose)) for step, pose in done()[1:]])


def _lit(one: Picture, light: float) -> Picture:
    return (one * light).astype(np.uint8)


def _beside(one: Picture) -> Picture:
    """Put somebody else beside, both smaller."""
    half = cv2.resize(one, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    other = cv2.resize(moment(WU), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    row = np.hstack([half, other])
    canvas = np.full((HEIGHT, WIDTH, 3), 180, np.uint8)
    canvas[90 : 90 + HEIGHT // 2] = row
    return canvas


Case = Callable[[], Asked]
