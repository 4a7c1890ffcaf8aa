# SPDX-License-Identifier: Apache-2.0
"""Whoever judges faces judges these the same: our engine, and a service behind the port."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from huiban.connectors.face import engine
from huiban.connectors.face.engine import EngineJudge
from huiban.connectors.face.model import Asked, FaceJudge, JudgeBusy
from huiban.connectors.face.provider import ProviderJudge
from huiban.kernel.identity import Fault, FrameMeasures, Judged
from huiban.kernel.identity_judge import (
    EYES_CLOSED,
    LEAST_SHARPNESS,
    LEAST_WIDTH,
    LIGHT,
    MOUTH_OPENED,
)
from tests.connectors.face.certified import KEY, Certified, serving
from tests.faces import cases
from tests.faces.cases import Case
from tests.faces.draw import CHEN, NEUTRAL, WU, Picture, jpeg, picture
from tests.faces.film import moment

JUDGED: dict[str, tuple[Case, Fault | None]] = {
    "the right sequence": (cases.right, None),
    "no blink": (lambda: cases.without(1), Fault.STEP_MISSING),
    "another order": (cases.in_another_order, Fault.OTHER_MOVEMENT),
    "everything at each step": (cases.everything_at_each_step, Fault.OTHER_MOVEMENT),
    "a still photograph in motion": (cases.still_photograph, Fault.LIKE_A_PICTURE),
    "another person": (cases.another_person, Fault.OTHER_PERSON),
    "another person halfway": (cases.another_person_halfway, Fault.PEOPLE_DIFFER),
    "two faces": (cases.two_faces, Fault.SEVERAL_FACES),
    "nobody": (cases.nobody, Fault.NO_FACE),
    "in the dark": (cases.in_the_dark, Fault.TOO_DARK),
    "too few frames": (cases.too_few, Fault.TOO_FEW),
}


@cache
def drawn(name: str) -> Asked:
    return JUDGED[name][0]()


@cache
def by_engine(asked: Asked) -> Judged:
    """Judged once; the service behind the port is the same engine."""
    return EngineJudge().judge(asked)


class Remembering:
    """Our engine, which need not judge the very same frames twice."""

    name = EngineJudge().name

    def judge(self, asked: Asked) -> Judged:
        return by_engine(asked)


@pytest.fixture(scope="module", autouse=True)
def _judged_side_by_side() -> None:
    """Have both cells of the engine judge all of it, as on a busy day."""
    with ThreadPoolExecutor(engine.CELLS) as pool:
        list(pool.map(by_engine, [drawn(name) for name in JUDGED]))


@pytest.fixture(scope="module")
def certified() -> Iterator[Certified]:
    with serving(by_engine) as found:
        yield found


@pytest.fixture(params=["engine", "provider"])
def judge(request: pytest.FixtureRequest, certified: Certified) -> FaceJudge:
    return Remembering() if request.param == "engine" else ProviderJudge(certified.url, KEY)


@pytest.mark.parametrize("name", JUDGED)
def test_whoever_judges_finds_the_same(judge: FaceJudge, name: str) -> None:
    found = judge.judge(drawn(name))

    expected = JUDGED[name][1]
    assert found.is_passed == (expected is None)
    assert found.faults == () if expected is None else expected in found.faults
    assert found.engine


def test_a_passed_attempt_says_how_near_and_how_much(judge: FaceJudge) -> None:
    found = judge.judge(drawn("the right sequence"))

    assert found.score is not None
    assert found.threshold == 0.5
    assert found.score < 0.2
    assert [one.step for one in found.steps] == list(cases.STEPS)
    assert all(one.measure > one.threshold for one in found.steps)


def test_another_person_lies_beyond_the_threshold_of_the_models() -> None:
    assert (by_engine(drawn("another person")).score or 0) > 0.6


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("L", (9000, 9000)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"\xff\xd8\xff\xe0" + b"\0" * 5000,
        lambda content: b"GIF89a" + content,
        lambda content: b"",
        lambda content: _bomb(),
    ],
    ids=["cut off", "noise", "another kind", "empty", "81 million pixels"],
)
def test_a_hostile_picture_fails_the_attempt_and_nothing_else(
    spoil: Callable[[bytes], bytes],
) -> None:
    asked = drawn("the right sequence")
    first = asked.frames[0]
    hostile = (replace(first, content=spoil(first.content)), *asked.frames[1:])

    found = EngineJudge().judge(replace(asked, frames=hostile))

    assert found.faults == (Fault.UNREADABLE,)
    assert engine.look_at(cases.PORTRAIT) is not None


def test_a_portrait_that_shows_nobody_is_told_apart_from_the_frames() -> None:
    wall = jpeg(cases.picture(CHEN, replace(NEUTRAL, light=0.0)))

    found = EngineJudge().judge(replace(drawn("the right sequence"), portrait=wall))

    assert found.faults == (Fault.PORTRAIT,)


def test_a_portrait_is_looked_at_before_it_is_kept() -> None:
    good, wall = (
        engine.look_at(cases.PORTRAIT),
        engine.look_at(jpeg(picture(WU, replace(NEUTRAL, light=0)))),
    )

    assert good is not None
    assert good.measures is not None
    assert good.measures.width > 100
    assert wall is not None
    assert wall.faces == 0
    assert engine.look_at(b"no picture") is None


def looked(drawn: Picture) -> FrameMeasures:
    found = engine.look_at(jpeg(drawn))
    assert found is not None
    assert found.measures is not None
    return found.measures


def test_what_is_too_small_too_dark_or_blurred_is_measured_so() -> None:
    plain = looked(moment(CHEN))

    assert plain.width > LEAST_WIDTH
    assert plain.sharpness > 1.5 * LEAST_SHARPNESS
    assert looked(moment(CHEN, replace(NEUTRAL, size=0.42))).width < LEAST_WIDTH
    assert looked(moment(CHEN, replace(NEUTRAL, light=0.18))).light < LIGHT[0]
    blurred = cv2.GaussianBlur(moment(CHEN), (0, 0), 3.2)
    assert looked(np.asarray(blurred, np.uint8)).sharpness < LEAST_SHARPNESS


def test_dark_and_bright_people_are_measured_alike() -> None:
    """What is seen of eyes and mouth is a share of the same person's own skin."""
    for person in (CHEN, WU):
        plain, shut, wide = (
            looked(moment(person, pose))
            for pose in (NEUTRAL, replace(NEUTRAL, open_eyes=0.0), replace(NEUTRAL, open_mouth=1.0))
        )

        assert shut.eyes <= EYES_CLOSED * plain.eyes
        assert wide.mouth - plain.mouth >= MOUTH_OPENED


def spoilt(**changed: object) -> Callable[[dict[str, object]], object]:
    return lambda told: told | changed


PASSED = Judged(is_passed=True, score=0.2, threshold=0.5, engine="certified")


@pytest.mark.parametrize(
    "spoil",
    [
        spoilt(nonce="another"),
        spoilt(is_passed="yes"),
        spoilt(is_passed=1),
        spoilt(score="near"),
        spoilt(score=True),
        spoilt(steps=[{"step": "jump", "is_passed": True, "measure": 1, "threshold": 0}]),
        spoilt(steps="all"),
        lambda told: [],
        lambda told: b"<html>",
        lambda told: b"x" * 300_000,
        lambda told: {"nonce": told["nonce"], "is_passed": True},
    ],
    ids=["another challenge", "a word", "a number", "a worded score", "a true score",
         "an unknown step", "steps of text", "a list", "a page", "far too long", "no engine"],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_no_verdict(spoil: Callable[..., object]) -> None:
    with serving(lambda _: PASSED) as service:
        service.spoil = spoil

        with pytest.raises(JudgeBusy):
            ProviderJudge(service.url, KEY).judge(drawn("too few frames"))


@pytest.mark.parametrize(
    "spoil",
    [
        spoilt(score=0.9),
        spoilt(faults=["other_person"]),
        spoilt(faults=["a fault of their own"]),
        spoilt(is_passed=False),
        spoilt(steps=[{"step": "blink", "is_passed": False, "measure": 0, "threshold": 1}]),
    ],
    ids=["too far", "a fault", "an unknown fault", "a no", "a step not done"],
)  # fmt: skip
def test_a_yes_with_anything_amiss_is_a_no(spoil: Callable[..., object]) -> None:
    with serving(lambda _: PASSED) as service:
        service.spoil = spoil

        found = ProviderJudge(service.url, KEY).judge(drawn("too few frames"))

    assert not found.is_passed
    assert found.faults


def test_a_yes_is_a_yes_and_keeps_its_reference() -> None:
    with serving(lambda _: PASSED) as service:
        found = ProviderJudge(service.url, KEY).judge(drawn("too few frames"))

    assert found.is_passed
    assert found.reference == "R-20261123-1"
    assert service.asked == [drawn("too few frames")]


def test_an_answer_signed_by_somebody_else_is_no_verdict() -> None:
    with serving(lambda _: PASSED) as service:
        service.key = "another-key-that-nobody-agreed-to-use"

        with pytest.raises(JudgeBusy, match="did not sign"):
            ProviderJudge(service.url, KEY).judge(drawn("too few frames"))


def test_the_service_refuses_whom_it_has_no_key_of() -> None:
    with serving(lambda _: PASSED) as service, pytest.raises(JudgeBusy, match="403"):
        ProviderJudge(service.url, "not-the-key").judge(drawn("too few frames"))


@pytest.mark.parametrize("status", [302, 500])
def test_a_service_that_fails_or_sends_elsewhere_gave_no_verdict(status: int) -> None:
    with serving(lambda _: PASSED) as service:
        service.status = status

        with pytest.raises(JudgeBusy, match=str(status)):
            ProviderJudge(service.url, KEY).judge(drawn("too few frames"))


def test_a_service_that_is_not_there_gave_no_verdict() -> None:
    with serving(lambda _: PASSED) as service:
        url = service.url

    with pytest.raises(JudgeBusy, match="does not answer"):
        ProviderJudge(url, KEY).judge(drawn("too few frames"))
