# SPDX-License-Identifier: Apache-2.0
"""The sheets keep their rules: tokens, contrast, older browsers, no dead or missing names."""

import re
from itertools import product
from pathlib import Path

import pytest

from huiban.web.templatetags import huiban as tags

WEB = Path("src/huiban/web")
CSS = WEB / "static" / "css"
SHEETS = sorted(CSS.glob("*.css"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(")
PALETTES = {"tokens", "theme-dark", "theme-contrast", "theme-contrast-dark", "print"}
THEMES = {
    "light": ("tokens",),
    "dark": ("tokens", "theme-dark"),
    "contrast": ("tokens", "theme-contrast"),
    "contrast-dark": ("tokens", "theme-contrast", "theme-contrast-dark"),
}
TEXT_ON = [
    *product(("ink", "ink-2", "link", "ok", "warn", "bad"), ("paper", "ground")),
    *(("ink-3", "paper"), ("on-action", "action"), ("on-action", "action-strong")),
    *(("info", "info-tint"), ("ok", "ok-tint"), ("warn", "warn-tint"), ("bad", "bad-tint")),
    *(("ink", "sunken"), ("ink-2", "sunken"), ("ink-2", "chip"), ("ink", "info-tint")),
]


def source(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_colours_stand_in_the_tokens_only(path: Path) -> None:
    if path.stem not in PALETTES:
        assert COLOUR.findall(source(path)) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_no_sheet_needs_a_browser_of_this_year(path: Path) -> None:
    too_new = r":has\(|@layer|@container|light-dark\(|oklch\(|color-mix\(|^\s*&"

    assert re.findall(too_new, source(path), re.MULTILINE) == []


def test_every_token_used_is_defined_and_every_one_defined_is_used() -> None:
    text = "\n".join(source(path) for path in SHEETS)
    defined = set(re.findall(r"(--[\w-]+):", text))
    used = set(re.findall(r"var\((--[\w-]+)", text))

    assert used - defined == set()
    assert defined - used == set()


def test_every_class_in_a_template_is_known_to_a_sheet_or_a_script() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", "\n".join(source(path) for path in SHEETS)))
    known |= {"icon", "scripted"}
    strange: dict[str, str] = {}
    for path in sorted((WEB / "templates").rglob("*.html")):
        text = re.sub(r"\{[%#].*?[%#]\}", " ", path.read_text(encoding="utf-8"))
        text = re.sub(r"\{\{.*?\}\}", "\0", text)
        for value in re.findall(r'\bclass="([^"]*)"', text):
            # A name that holds a value, such as `light-{{ value }}`, is made while drawing.
            whole = (name for name in value.split() if "\0" not in name)
            strange |= {name: path.name for name in whole if name not in known}

    assert strange == {}


def test_no_template_has_inline_styles_or_handlers() -> None:
    inline = re.compile(
        r"""\s(?:style|on[a-z]+)=["']|<style|<script(?![^>]+(?:src=|type="application/json))"""
    )

    found = [
        f"{path.name}: {hit}"
        for path in sorted((WEB / "templates").rglob("*.html"))
        for hit in inline.findall(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def palette(theme: str) -> dict[str, str]:
    tokens: dict[str, str] = {}
    for name in THEMES[theme]:
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", source(CSS / f"{name}.css")))
    return tokens


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_in_every_theme(theme: str) -> None:
    tokens = palette(theme)
    least = 7 if theme.startswith("contrast") else 4.5

    weak = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in TEXT_ON
        if contrast(tokens[ink], tokens[ground]) < least
    }

    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_and_the_focus_can_be_seen(theme: str) -> None:
    tokens = palette(theme)

    assert contrast(tokens["edge"], tokens["paper"]) >= 3
    assert contrast(tokens["focus"], tokens["focus-inner"]) >= 3
    assert max(contrast(tokens[one], tokens["paper"]) for one in ("focus", "focus-inner")) >= 3


def test_an_unknown_icon_is_refused_with_the_known_ones() -> None:
    with pytest.raises(tags.UnknownPart, match="no icon is named 'rocket'; there are: archive"):
        tags.icon("rocket")


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 46, 0), (1, 1000, 1), (999, 1000, 99), (46, 46, 100), (1, 0, 0)],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, percent: int) -> None:
    assert tags.share(part, whole) == percent
