# SPDX-License-Identifier: Apache-2.0
"""Whether the frames show what the challenge asked for, done by the person of the portrait."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from huiban.kernel.identity import Challenge, Fault, FrameMeasures, Judged, Step, StepJudged

# Tuned on drawn faces and on what the measures mean; see docs/guides/identity.md for what that is
# worth. Each step is passed by a change against the same person's own first frames.
PORTRAIT_DISTANCE = 0.5
"""The models' own is 0.6; nearer here, for a wrong yes binds somebody, a wrong no costs a walk."""
SAME_DISTANCE = 0.6
"""Within one attempt, where turned heads and closed eyes lie farther apart."""
LEAST_AHEAD, LEAST_STEP = 4, 3
LEAST_WIDTH = 80.0
LIGHT = (30.0, 238.0)
LEAST_SHARPNESS = 2.2
MOST_ASKEW = 0.12
TURNED = 0.07
AHEAD = 0.04
"""Nearer than this to where the nose was first, eyes and mouth can be compared."""
EYES_CLOSED = 0.6
MOUTH_OPENED = 0.12
NOT_FLAT = 0.05
"""A picture of a face, laid upon itself, differs by less."""
NOT_FLAT_PART = 0.10
MOST_FACELESS = 0.25
_TURNS = frozenset({Step.TURN_LEFT, Step.TURN_RIGHT})


@dataclass(frozen=True, slots=True)
class _Ahead:
    """How the person looks straight into the camera, in the middle of the first frames."""

    yaw: float
    eyes: float
    mouth: float


def judge_challenge(challenge: Challenge, measures: Sequence[FrameMeasures]) -> Judged:
    """
    Judge what was measured of the frames of one attempt, in the order they were taken.

    :returns: every fault found, the most telling first, with the measure of each step.
    """
    fault = _unusable(challenge, measures)
    if fault is not None:
        return Judged(is_passed=False, faults=(fault,))
    first = _at(measures, 0)
    ahead = _Ahead(
        median(one.yaw for one in first),
        median(one.eyes for one in first),
        median(one.mouth for one in first),
    )
    steps = tuple(_judge_steps(challenge, measures, ahead))
    faults = [
        *_quality(first, ahead),
        *(one.fault for one in steps if one.fault),
        *_life(measures, steps),
    ]
    score = median(one.to_portrait for one in first)
    faults += _person(measures, score)
    told = tuple(sorted(dict.fromkeys(faults), key=list(Fault).index))
    return Judged(
        is_passed=not told,
        steps=steps,
        faults=_telling(told),
        score=score,
        threshold=PORTRAIT_DISTANCE,
    )


def _telling(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Where it looks like a picture, what a picture did not do need not be said first."""
    if Fault.LIKE_A_PICTURE not in faults:
        return faults
    return (Fault.LIKE_A_PICTURE, *(one for one in faults if one is not Fault.LIKE_A_PICTURE))


def order_fault(challenge: Challenge, places: Sequence[tuple[int, int]]) -> Fault | None:
    """Say what is wrong with the frames before anybody looks at them: each its step and time."""
    numbers = range(len(challenge.steps) + 1)
    if any(one[0] > other[0] or one[1] >= other[1] for one, other in pairwise(places)):
        return Fault.DISORDERED
    if any(step not in numbers for step, _ in places):
        return Fault.DISORDERED
    counts = [sum(step == number for step, _ in places) for number in numbers]
    is_enough = counts[0] >= LEAST_AHEAD and min(counts[1:]) >= LEAST_STEP
    return None if is_enough else Fault.TOO_FEW


def _unusable(challenge: Challenge, measures: Sequence[FrameMeasures]) -> Fault | None:
    """Say what keeps the frames from being judged at all."""
    fault = order_fault(challenge, [(one.step, one.at_ms) for one in measures])
    if fault is None and any(one.faces > 1 for one in measures):
        return Fault.SEVERAL_FACES
    return fault or _faceless(challenge, measures)


def _faceless(challenge: Challenge, measures: Sequence[FrameMeasures]) -> Fault | None:
    """A head that turns may be lost for a while; one that faces the camera may not."""
    lost = [one for one in measures if not one.faces and _asked(challenge, one.step) not in _TURNS]
    seen = [sum(bool(one.faces) for one in measures if one.step == 0)]
    seen += [
        sum(bool(one.faces) for one in measures if one.step == number)
        for number in range(1, len(challenge.steps) + 1)
    ]
    if len(lost) <= MOST_FACELESS * len(measures) and seen[0] >= LEAST_AHEAD and min(seen) >= 2:
        return None
    without = [one.light for one in measures if not one.faces]
    return Fault.TOO_DARK if median(without) < LIGHT[0] else Fault.NO_FACE


def _asked(challenge: Challenge, step: int) -> Step | None:
    return challenge.steps[step - 1] if step else None


def _at(measures: Sequence[FrameMeasures], step: int) -> list[FrameMeasures]:
    return [one for one in measures if one.step == step and one.faces]


def _quality(first: Sequence[FrameMeasures], ahead: _Ahead) -> Iterator[Fault]:
    light = median(one.light for one in first)
    if median(one.width for one in first) < LEAST_WIDTH:
        yield Fault.TOO_SMALL
    if light < LIGHT[0]:
        yield Fault.TOO_DARK
    if light > LIGHT[1]:
        yield Fault.TOO_BRIGHT
    if median(one.sharpness for one in first) < LEAST_SHARPNESS:
        yield Fault.BLURRED
    if abs(ahead.yaw) > MOST_ASKEW or ahead.eyes <= 0:
        yield Fault.NOT_STRAIGHT


def _judge_steps(
    challenge: Challenge, measures: Sequence[FrameMeasures], ahead: _Ahead
) -> Iterator[StepJudged]:
    before: Step | None = None
    for number, step in enumerate(challenge.steps, 1):
        frames = _at(measures, number)
        seen = _settled([_movements(one, ahead) for one in frames], before)
        measure, threshold = _measure(step, frames, ahead)
        fault = None
        if any(seen_step not in (step, Step.BLINK) for one in seen for seen_step in one):
            fault = Fault.OTHER_MOVEMENT
        elif not any(step in one for one in seen):
            fault = Fault.STEP_MISSING
        yield StepJudged(step, fault is None, measure, threshold, fault)
        before = step


def _settled(seen: Sequence[frozenset[Step]], before: Step | None) -> Sequence[frozenset[Step]]:
    """Leave out how the step before came to its end; everybody blinks, so that is no movement."""
    start = 0
    while start < len(seen) and before is not None and before in seen[start]:
        start += 1
    return seen[start:]


def _movements(frame: FrameMeasures, ahead: _Ahead) -> frozenset[Step]:
    """Say what a frame shows: a turned head, closed eyes, an open mouth."""
    turned = frame.yaw - ahead.yaw
    if abs(turned) >= TURNED and frame.changed >= NOT_FLAT:
        return frozenset({Step.TURN_LEFT if turned > 0 else Step.TURN_RIGHT})
    if abs(turned) > AHEAD:
        return frozenset()
    shown = set()
    if frame.eyes <= EYES_CLOSED * ahead.eyes and frame.changed_eyes >= NOT_FLAT_PART:
        shown.add(Step.BLINK)
    if frame.mouth - ahead.mouth >= MOUTH_OPENED and frame.changed_mouth >= NOT_FLAT_PART:
        shown.add(Step.OPEN_MOUTH)
    return frozenset(shown)


def _measure(step: Step, frames: Sequence[FrameMeasures], ahead: _Ahead) -> tuple[float, float]:
    """Give the most of what a step asks for that its frames show, and what would do."""
    if step is Step.BLINK:
        least = min((one.eyes for one in frames), default=ahead.eyes)
        return 1 - least / ahead.eyes if ahead.eyes else 0.0, 1 - EYES_CLOSED
    if step is Step.OPEN_MOUTH:
        return max((one.mouth - ahead.mouth for one in frames), default=0.0), MOUTH_OPENED
    way = 1 if step is Step.TURN_LEFT else -1
    return max((way * (one.yaw - ahead.yaw) for one in frames), default=0.0), TURNED


def _life(measures: Sequence[FrameMeasures], steps: Sequence[StepJudged]) -> Iterator[Fault]:
    """A picture can be laid upon itself in every frame, however it is held."""
    seen = [one for one in measures if one.faces and one.step]
    whole = max((one.changed for one in seen), default=0.0)
    eyes = max((one.changed_eyes for one in seen), default=0.0)
    if whole < NOT_FLAT and eyes < NOT_FLAT_PART and not any(one.is_passed for one in steps):
        yield Fault.LIKE_A_PICTURE


def _person(measures: Sequence[FrameMeasures], score: float) -> list[Fault]:
    found = []
    if score > PORTRAIT_DISTANCE:
        found.append(Fault.OTHER_PERSON)
    seen = [one for one in measures if one.faces]
    if any(one.to_others > (SAME_DISTANCE if one.step else PORTRAIT_DISTANCE) for one in seen):
        found.append(Fault.PEOPLE_DIFFER)
    return found
