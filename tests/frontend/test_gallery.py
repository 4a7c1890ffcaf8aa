# SPDX-License-Identifier: Apache-2.0
"""Every component, in every mode and width, is accessible, fits, and breaks no policy."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import axe, overflow, wear

pytestmark = pytest.mark.browser

PAGES = (
    *("tokens", "controls", "fields", "given", "problems"),
    *("status", "home", "apply", "case", "todo"),
)
LOOKS: dict[str, dict[str, Any]] = {
    "standard light": {},
    "standard dark": {"theme": "dark"},
    "standard contrast": {"theme": "contrast"},
    "standard contrast on a dark system": {"theme": "contrast", "color_scheme": "dark"},
    "elder light": {"mode": "elder"},
    "elder dark": {"mode": "elder", "theme": "dark"},
    "elder contrast on a dark system": {
        "mode": "elder",
        "theme": "contrast",
        "color_scheme": "dark",
    },
    "phone": {"width": 390, "height": 844},
    "elder phone": {"width": 390, "height": 844, "mode": "elder"},
}
Opener = Callable[..., Page]


@pytest.mark.parametrize("name", PAGES)
def test_the_gallery_has_no_accessibility_violation(open_page: Opener, name: str) -> None:
    page = open_page(f"/design/{name}")

    found = []
    for look, options in LOOKS.items():
        wear(page, **options)
        found += [f"{look}: {line}" for line in axe(page)]

    assert found == []


def test_the_gallery_in_english_has_no_accessibility_violation(open_page: Opener) -> None:
    page = open_page("/design", language="en")

    found = []
    for name in PAGES:
        page.goto(f"/design/{name}")
        found += [f"{name}: {line}" for line in axe(page)]

    assert found == []


def test_a_look_is_worn_as_it_is_chosen(open_page: Opener) -> None:
    looks = """[...document.querySelectorAll('body, main, h1, .button, .card')].map((one) => {
      const style = getComputedStyle(one);
      return [style.color, style.backgroundColor, style.fontSize, one.clientWidth];
    })"""
    page = open_page("/design/home")

    for options in LOOKS.values():
        wear(page, **options)
        assert page.evaluate(looks) == open_page("/design/home", **options).evaluate(looks)


def test_the_check_finds_what_is_wrong(open_page: Opener) -> None:
    page = open_page("/design/home")

    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")

    assert [line.partition(":")[0] for line in axe(page)] == ["image-alt"]


@pytest.mark.parametrize("width", [390, 1280])
def test_what_opens_is_accessible_too(open_page: Opener, width: int) -> None:
    page = open_page("/design/todo", width=width)

    page.locator(".drop > summary:visible").first.click()
    with_menu = axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    with_dialog = axe(page)

    assert with_menu == []
    assert with_dialog == []


def test_the_automatic_theme_follows_a_dark_system(open_page: Opener) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = open_page("/design/home", theme="dark").evaluate(ground)

    followed = open_page("/design/home", color_scheme="dark").evaluate(ground)

    assert followed == dark
    assert open_page("/design/home").evaluate(ground) != dark


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window(open_page: Opener, name: str) -> None:
    page = open_page(f"/design/{name}")

    too_wide = {}
    # 640 px is 1280 at 200 % zoom, 320 px is 1280 at 400 %.
    for look in product((320, 390, 640, 1024, 1280), ("standard", "elder")):
        wear(page, width=look[0], mode=look[1])
        too_wide[look] = overflow(page)

    assert {look: by for look, by in too_wide.items() if by} == {}


@pytest.mark.parametrize("has_scripts", [True, False])
def test_no_page_breaks_the_content_policy_or_a_script(
    open_page: Opener, has_scripts: bool
) -> None:
    page = open_page("/design", java_script_enabled=has_scripts)

    for name in PAGES:
        page.goto(f"/design/{name}")

    assert page.heard == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("mode", "least"), [("standard", 24), ("elder", 44)])
def test_targets_are_large_enough(open_page: Opener, mode: str, least: int) -> None:
    page = open_page("/design/controls", mode=mode, width=390, height=844)

    small = page.evaluate(
        """(least) => [...document.querySelectorAll('button, summary, .filter, main input')]
        .filter((one) => one.checkVisibility() && !one.closest('.only-read, .link-button'))
        .map((one) => [one.textContent.trim() || one.className, one.getBoundingClientRect()])
        .filter(([, box]) => box.height && box.height < least)
        .map(([name, box]) => `${name}: ${box.height}`)""",
        least,
    )

    assert small == []


def test_the_skip_link_comes_first_and_leads_to_the_content(open_page: Opener) -> None:
    page = open_page("/design/home")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_paper_shows_the_head_and_no_furniture(open_page: Opener) -> None:
    page = open_page("/design/status", theme="dark")

    page.emulate_media(media="print")

    assert page.locator(".print-head").is_visible()
    assert not page.locator("header.top").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
