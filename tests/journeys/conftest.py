# SPDX-License-Identifier: Apache-2.0
"""A served city with real people for the journeys: web server, worker and browser."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from huiban.jobs import lanes
from huiban.jobs.worker import Surroundings
from huiban.services import city
from huiban.web.wsgi import application
from tests.browser import ready, served, window_of
from tests.services import city_sample

Opened = Callable[..., Page]


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def town(fresh_database: str, tmp_path, monkeypatch) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """The address of a city with its officers and clerks, a worker at its side."""
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    city_sample.people()
    city.publish(now(), "test")
    stop = threading.Event()
    around = Surroundings("journey", now, lambda: 0.5, stop)
    worker = threading.Thread(target=lanes.run, args=(around,), daemon=True)
    worker.start()
    with served(application) as address:
        monkeypatch.setattr(settings, "PUBLIC_URL", address)
        yield address
    stop.set()
    worker.join(20)


@pytest.fixture
def enter(chromium: Browser, town: str) -> Iterator[Opened]:
    """Give a function that signs somebody in and returns their page."""
    windows: list[BrowserContext] = []

    def entered(number: str, path: str = "/", **options: object) -> Page:
        window = window_of(chromium, town, **options)  # type: ignore[arg-type]
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"/sign-in?next={path}")
        page.fill("#number", number)
        page.fill("#password", city_sample.PASSWORD)
        page.click("main form.signin button.button-main")
        page.wait_for_load_state()
        if options.get("java_script_enabled", True):
            ready(page)
        return page

    yield entered
    for window in windows:
        window.close()


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """A material to hand in."""
    path = tmp_path / "材料.pdf"
    path.write_bytes(city_sample.PDF)
    return path


@pytest.fixture
def shots() -> Path | None:
    """Where to keep pictures of the screens, if HUIBAN_SHOTS names a folder."""
    told = os.environ.get("HUIBAN_SHOTS")
    if told is None:
        return None
    folder = Path(told)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
