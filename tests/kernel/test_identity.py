# SPDX-License-Identifier: Apache-2.0
"""A challenge before the camera: drawn so that nobody foresees it, judged by what was measured."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.identity import (
    CHALLENGE_STEPS,
    STEP_WORDS,
    Challenge,
    Fault,
    FrameMeasures,
    Judged,
    Step,
    Way,
    draw_challenge,
)
from huiban.kernel.identity_judge import judge_challenge
from huiban.kernel.identity_words import FAULT_WORDS, WAY_WORDS, reasons

UNTIL = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
STEPS = (Step.BLINK, Step.TURN_LEFT, Step.OPEN_MOUTH)
AHEAD = FrameMeasures(
    step=0, at_ms=0, faces=1, width=150, light=140, sharpness=4.0, yaw=0.01, eyes=0.7, mouth=0.03,
    to_portrait=0.3, to_others=0.1,
)  # fmt: skip
SHOWN: dict[Step, dict[str, float]] = {
    Step.BLINK: {"eyes": 0.2, "changed_eyes": 0.4, "changed": 0.1, "to_others": 0.4},
    Step.TURN_LEFT: {"yaw": 0.17, "changed": 0.13, "to_others": 0.3},
    Step.TURN_RIGHT: {"yaw": -0.15, "changed": 0.13, "to_others": 0.3},
    Step.OPEN_MOUTH: {"mouth": 0.34, "changed_mouth": 0.3, "changed": 0.1},
}
Change = Callable[[FrameMeasures], FrameMeasures]


def frame(step: int, shown: Step | None = None) -> FrameMeasures:
    return replace(AHEAD, step=step, **(SHOWN[shown] if shown else {}))


def timed(frames: Sequence[FrameMeasures]) -> list[FrameMeasures]:
    return [replace(one, at_ms=250 * place) for place, one in enumerate(frames)]


def frames(steps: Sequence[Step] = STEPS) -> list[FrameMeasures]:
    """What is measured of somebody who does what is asked."""
    shown = [frame(0) for _ in range(4)]
    for number, step in enumerate(steps, 1):
        shown += [frame(number), frame(number, step), frame(number, step), frame(number)]
    return timed(shown)


def judged(found: Sequence[FrameMeasures], steps: tuple[Step, ...] = STEPS) -> Judged:
    return judge_challenge(Challenge(steps, "nonce", UNTIL), found)


@pytest.mark.parametrize("steps", [*permutations(Step, CHALLENGE_STEPS)], ids=" ".join)
def test_who_does_what_is_asked_passes_whatever_is_asked(steps: tuple[Step, ...]) -> None:
    found = judged(frames(steps), steps)

    assert found.is_passed
    assert [one.step for one in found.steps] == list(steps)
    assert all(one.measure >= one.threshold for one in found.steps)
    assert found.score == 0.3
    assert reasons(found) == ()


@given(st.permutations(Step), st.permutations(Step))
def test_no_other_sequence_passes(asked: list[Step], done: list[Step]) -> None:
    steps, other = tuple(asked[:3]), tuple(done[:3])

    assert judged(frames(other), steps).is_passed == (steps == other)


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_every_step_must_be_seen(missing: int) -> None:
    by_time = timed([frame(one.step) if one.step == missing else one for one in frames()])

    found = judged(by_time)

    assert found.faults == (Fault.STEP_MISSING,)
    assert [one.is_passed for one in found.steps] == [n != missing for n in (1, 2, 3)]


def test_the_end_of_the_step_before_is_no_other_movement() -> None:
    late = frames()
    first = next(place for place, one in enumerate(late) if one.step == 3)
    late[first] = replace(frame(3, Step.TURN_LEFT), at_ms=late[first].at_ms)

    assert judged(late).is_passed


def test_a_movement_that_was_not_asked_fails() -> None:
    late = frames()
    last = max(place for place, one in enumerate(late) if one.step == 1)
    late[last] = replace(frame(1, Step.TURN_RIGHT), at_ms=late[last].at_ms)

    assert judged(late).faults == (Fault.OTHER_MOVEMENT,)


def test_everybody_may_blink_at_any_time() -> None:
    late = frames()
    last = max(place for place, one in enumerate(late) if one.step == 2)
    late[last] = replace(frame(2, Step.BLINK), at_ms=late[last].at_ms)

    assert judged(late).is_passed


def test_what_lies_flat_is_a_picture_however_its_nose_moves() -> None:
    tilted = [
        replace(one, changed=0.004, changed_eyes=0.002, changed_mouth=0.01) for one in frames()
    ]

    found = judged(tilted)

    assert found.faults[0] is Fault.LIKE_A_PICTURE
    assert not any(one.is_passed for one in found.steps)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda one: replace(one, faces=2), Fault.SEVERAL_FACES),
        (lambda one: FrameMeasures(step=one.step, at_ms=one.at_ms, faces=0, light=120),
         Fault.NO_FACE),
        (lambda one: FrameMeasures(step=one.step, at_ms=one.at_ms, faces=0, light=12),
         Fault.TOO_DARK),
        (lambda one: replace(one, width=60.0), Fault.TOO_SMALL),
        (lambda one: replace(one, light=20.0), Fault.TOO_DARK),
        (lambda one: replace(one, light=250.0), Fault.TOO_BRIGHT),
        (lambda one: replace(one, sharpness=1.0), Fault.BLURRED),
        (lambda one: replace(one, yaw=one.yaw + 0.2), Fault.NOT_STRAIGHT),
        (lambda one: replace(one, to_portrait=0.51), Fault.OTHER_PERSON),
        (lambda one: replace(one, to_others=0.7), Fault.PEOPLE_DIFFER),
        (lambda one: replace(one, step=one.step + 1), Fault.DISORDERED),
        (lambda one: replace(one, at_ms=0), Fault.DISORDERED),
        (lambda one: replace(one, step=-one.step), Fault.DISORDERED),
    ],
)  # fmt: skip
def test_what_is_wrong_with_every_frame_is_told(change: Change, fault: Fault) -> None:
    found = judged([change(one) for one in frames()])

    assert not found.is_passed
    assert fault in found.faults


def test_one_frame_of_somebody_else_is_enough_to_fail() -> None:
    late = frames()
    late[-1] = replace(late[-1], to_others=0.61)

    assert judged(late).faults == (Fault.PEOPLE_DIFFER,)


@pytest.mark.parametrize("left_out", [0, 1, 3])
def test_too_few_frames_of_a_step_show_nothing(left_out: int) -> None:
    thinned = timed(
        [one for place, one in enumerate(frames()) if one.step != left_out or place % 2]
    )

    assert judged(thinned).faults == (Fault.TOO_FEW,)


def test_nothing_sent_is_too_few() -> None:
    assert judged([]).faults == (Fault.TOO_FEW,)


def test_a_turned_head_may_be_lost_for_a_moment() -> None:
    lost = frames()
    place = next(place for place, one in enumerate(lost) if one.step == 2 and one.yaw > 0.1)
    lost[place] = FrameMeasures(step=2, at_ms=lost[place].at_ms, faces=0, light=120)

    assert judged(lost).is_passed


@given(st.integers(0, 23), st.integers(0, 2**128 - 1))
def test_steps_are_distinct_and_follow_the_draw(draw: int, nonce: int) -> None:
    numbers = iter([draw % 4, draw // 4 % 3, draw // 12 % 2, nonce])

    found = draw_challenge(lambda _: next(numbers), UNTIL)

    assert len(set(found.steps)) == len(found.steps) == CHALLENGE_STEPS
    assert found.nonce == f"{nonce:032x}"


def test_every_sequence_can_be_drawn() -> None:
    drawn = set()
    for first in range(4):
        for second in range(3):
            for third in range(2):
                numbers = iter([first, second, third, 0])
                drawn.add(draw_challenge(lambda _, n=numbers: next(n), UNTIL).steps)  # type: ignore[misc]

    assert drawn == set(permutations(Step, CHALLENGE_STEPS))


def test_every_word_is_said_in_both_languages() -> None:
    said = [*STEP_WORDS.values(), *FAULT_WORDS.values(), *WAY_WORDS.values()]

    assert set(STEP_WORDS) == set(Step)
    assert set(FAULT_WORDS) == set(Fault)
    assert set(WAY_WORDS) == set(Way)
    assert all(one.zh and one.en for one in said)
