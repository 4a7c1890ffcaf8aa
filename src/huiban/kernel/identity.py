# SPDX-License-Identifier: Apache-2.0
"""Proving who one is before something that binds (身份核实): ways, challenges, measures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from huiban.kernel.words import Words

CHALLENGE_STEPS = 3
CHALLENGE_FOR = timedelta(minutes=3)
"""From the moment the challenge is drawn until the frames must have come; slow people too."""


class Way(StrEnum):
    """How somebody proves who they are; stored, so these words never change."""

    FACE = "face"
    PASSKEY_CODE = "passkey_code"
    WINDOW = "window"
    PASSWORD = "password"


class Step(StrEnum):
    """What a person is asked to do before the camera; left and right are the person's own."""

    BLINK = "blink"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    OPEN_MOUTH = "open_mouth"


STEP_WORDS: dict[Step, Words] = {
    Step.BLINK: Words(
        "请闭上眼睛，约一秒后睁开", "Close your eyes for about a second, then open them"
    ),
    Step.TURN_LEFT: Words("请把头慢慢转向您的左边", "Turn your head slowly to your left"),
    Step.TURN_RIGHT: Words("请把头慢慢转向您的右边", "Turn your head slowly to your right"),
    Step.OPEN_MOUTH: Words("请张开嘴", "Open your mouth"),
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a proof is for, and for that alone: a kind of matter, its number, how it reads."""

    kind: str
    number: str
    words: Words


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one attempt asks for, in this order, and until when."""

    steps: tuple[Step, ...]
    nonce: str
    expires_at: datetime


def draw_challenge(below: Callable[[int], int], expires_at: datetime) -> Challenge:
    """
    Draw distinct steps in random order.

    `below(n)` gives a number from 0 (incl.) to n (excl.) that nobody can foresee.
    """
    left, steps = list(Step), []
    for _ in range(CHALLENGE_STEPS):
        steps.append(left.pop(below(len(left))))
    return Challenge(tuple(steps), f"{below(1 << 128):032x}", expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameMeasures:
    """
    What was measured of one frame; of no face, or of several, only how many there are.

    Distances of descriptors are Euclidean, 0 for the same picture; the descriptor never leaves
    the process that measured it.
    """

    step: int
    """0 while looking straight ahead before the first step, then 1, 2, 3 for the steps in order."""
    at_ms: int
    faces: int
    width: float = 0.0
    """Of the face, in pixels."""
    light: float = 0.0
    """Of the face, 0 black to 255 white."""
    sharpness: float = 0.0
    yaw: float = 0.0
    """How far the nose lies from between the eyes, in widths of the eyes; above 0: own left."""
    eyes: float = 0.0
    """How much of the eyes is open; only its change within an attempt says anything."""
    mouth: float = 0.0
    """How much of what lies below the nose is dark; only its change says anything."""
    changed: float = 0.0
    """How much of the face differs from looking straight ahead, laid flat upon it (0 to 1)."""
    changed_eyes: float = 0.0
    changed_mouth: float = 0.0
    to_portrait: float = 9.0
    to_others: float = 9.0
    """From the other frames of this attempt that look straight ahead, the farthest."""


class Fault(StrEnum):
    """Why an attempt fails; stored, so these words never change."""

    EXPIRED = "expired"
    REPLAYED = "replayed"
    REPEATED = "repeated"
    TOO_FEW = "too_few"
    DISORDERED = "disordered"
    UNREADABLE = "unreadable"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    NOT_STRAIGHT = "not_straight"
    STEP_MISSING = "step_missing"
    OTHER_MOVEMENT = "other_movement"
    LIKE_A_PICTURE = "like_a_picture"
    PEOPLE_DIFFER = "people_differ"
    OTHER_PERSON = "other_person"
    PORTRAIT = "portrait"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class StepJudged:
    """How one step went: the decisive measure of it, and what it had to reach."""

    step: Step
    is_passed: bool
    measure: float
    threshold: float
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of a challenge; `score` is the distance from the portrait, less is nearer."""

    is_passed: bool
    steps: tuple[StepJudged, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Each once, the first the most telling; empty when passed."""
    score: float | None = None
    threshold: float | None = None
    engine: str = ""
    reference: str = ""
    """The number a certified provider answers with; empty when this house judged."""
