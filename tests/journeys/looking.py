# SPDX-License-Identifier: Apache-2.0
"""Looking at each station of a journey: nothing inaccessible, nothing too wide, a picture kept."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import axe, overflow, ready, wear

PHONE = {"width": 390, "height": 844}
# What a reader has chosen and holds in their hand; English is another page, so it is walked anew.
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"width": 1440, "height": 900},
    "zoomed": {"width": 640, "height": 450},  # what 200 % leaves of a common screen
    "phone": PHONE,
    "narrow": {"width": 320, "height": 640},
    "dark": {"theme": "dark"},
    "contrast": {"theme": "contrast"},
    "elder": {"mode": "elder"},
    "elder-phone": {**PHONE, "mode": "elder"},
}
LANGUAGES: dict[str, Iterable[str]] = {"zh-hans": LOOKS, "en": ("wide", "phone")}


class Look:
    """Checks a page, and keeps a picture of it where a folder is given."""

    def __init__(
        self, folder: Path | None, name: str, language: str = "zh-hans", only: Iterable[str] = ()
    ) -> None:
        self.folder, self.name = folder, name if language == "zh-hans" else f"{name}-{language}"
        self.looks = tuple(only or LANGUAGES[language])

    def __call__(self, page: Page, station: str) -> None:
        """Check the page as it is."""
        self._arrive(page)
        self._check(page, station)

    def in_every_look(self, page: Page, station: str) -> None:
        """Check the open page in each look: every width, theme and size of letters."""
        self._arrive(page)
        ready(page)
        size = page.viewport_size
        assert size is not None
        for name in self.looks:
            wear(page, **LOOKS[name])
            self._check(page, f"{station}-{name}")
        wear(page, **size)

    def _arrive(self, page: Page) -> None:
        # Pictures show what comes later too; half a second without traffic is too dear for tests.
        page.wait_for_load_state("load" if self.folder is None else "networkidle")

    def _check(self, page: Page, station: str) -> None:
        if self.folder is not None:
            page.screenshot(path=self.folder / f"{self.name}-{station}.png", full_page=True)
        found = axe(page)
        assert found == [], (station, found)
        assert overflow(page) == 0, station
