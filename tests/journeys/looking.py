# SPDX-License-Identifier: Apache-2.0
"""Looking at each station of a journey: nothing inaccessible, nothing too wide, a picture kept."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser import axe, overflow


class Look:
    """Checks a page, and keeps a picture of it where a folder is given."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self.folder, self.name = folder, name

    def __call__(self, page: Page, station: str) -> None:
        page.wait_for_load_state("networkidle")
        if self.folder is not None:
            page.screenshot(path=self.folder / f"{self.name}-{station}.png", full_page=True)
        assert axe(page) == [], station
        assert overflow(page) == 0, station
