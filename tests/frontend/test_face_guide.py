# SPDX-License-Identifier: Apache-2.0
"""What the camera page tells people before the server judges: where the face is, what was seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
FACE = {"left": 0.3, "right": 0.7, "top": 0.25, "bottom": 0.75}
REST = {"turned": 0.02, "open": 0.3, "mouth": 0.01}
_ASK = "async ([name, ...told]) => (await import('/static/js/face_guide.js'))[name](...told)"


@pytest.fixture
def page(open_page: Opener) -> Page:
    return open_page("/design/fields")


@pytest.mark.parametrize(
    ("faces", "is_dark", "hint"),
    [
        ([FACE], False, ""),
        ([FACE], True, "dark"),
        ([], False, "nobody"),
        ([FACE, FACE], False, "several"),
        ([FACE | {"top": 0.4, "bottom": 0.6}], False, "far"),
        ([FACE | {"top": 0.02, "bottom": 0.98}], False, "near"),
        ([FACE | {"left": 0.02, "right": 0.4}], False, "aside"),
        (None, False, ""),
    ],
)
def test_the_first_thing_to_put_right_is_named(
    page: Page, faces: list[dict[str, float]] | None, is_dark: bool, hint: str
) -> None:
    assert page.evaluate(_ASK, ["hintOf", faces, is_dark]) == hint


@pytest.mark.parametrize(
    ("step", "measure", "is_done"),
    [
        ("blink", {"open": 0.1}, True),
        ("blink", {"open": 0.28}, False),
        ("turn_left", {"turned": 0.45}, True),
        ("turn_left", {"turned": -0.45}, False),
        ("turn_right", {"turned": -0.45}, True),
        ("open_mouth", {"mouth": 0.1}, True),
        ("open_mouth", {"mouth": 0.03}, False),
        ("stand_on_your_head", {"open": 0.0}, False),
    ],
)
def test_a_step_is_seen_by_its_distance_from_the_face_at_rest(
    page: Page, step: str, measure: dict[str, float], is_done: bool
) -> None:
    assert page.evaluate(_ASK, ["isDone", step, REST | measure, REST]) is is_done


def test_the_face_at_rest_is_the_middle_of_what_was_seen(page: Page) -> None:
    faces = [{"turned": one, "open": 0.3, "mouth": 0.0} for one in (0.9, 0.0, 0.1, 0.05, -0.6)]

    assert page.evaluate(_ASK, ["restOf", faces]) == {"turned": 0.05, "open": 0.3, "mouth": 0.0}


def test_a_browser_without_the_model_goes_on_without_guidance(page: Page) -> None:
    started = page.evaluate(
        """async () => {
          const { Guide } = await import('/static/js/face_guide.js');
          const guide = new Guide('/static/js/no_such_worker.js');
          return [await guide.started, await guide.look({ width: 1, height: 1, data: null })];
        }"""
    )

    assert started == [False, None]
