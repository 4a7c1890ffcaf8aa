# SPDX-License-Identifier: Apache-2.0
"""A real Chromium for the tests, a served site for it, and the accessibility check."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from huiban.web.preferences import Preferences, Theme

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# The synchronous driver runs an event loop in this thread; Django would refuse the database here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: a browser asks for many files."""


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port and yield its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright; one for all tests of a process."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("no chromium on PATH; `make setup-test` installs it (tools/system_packages.sh)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The product on a free port of this process, for pages that need no database."""
    from huiban.web.wsgi import application

    with served(application) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a path of the site in a fresh, clean browser window."""
    windows: list[BrowserContext] = []

    def opened(path: str, **options: Any) -> Page:
        window = window_of(chromium, site, **options)
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(10_000)
        watch(page)
        page.goto(path)
        if options.get("java_script_enabled", True):
            ready(page)
        return page

    yield opened
    for window in windows:
        window.close()


def window_of(
    browser: Browser,
    address: str,
    *,
    width: int = 1280,
    height: int = 900,
    mode: str = "standard",
    theme: str = "auto",
    language: str = "zh-hans",
    **more: Any,
) -> BrowserContext:
    """Return a browser window with the visitor's display choices already made."""
    window = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        **more,
    )
    chosen = {"hb_mode": mode, "hb_theme": theme, "hb_language": language}
    window.add_cookies([{"name": n, "value": v, "url": address} for n, v in chosen.items()])
    return window


def ready(page: Page) -> None:
    """Wait until the scripts of the page have started."""
    page.locator("html[data-ready]").wait_for(state="attached")


def watch(page: Page) -> list[str]:
    """Collect what the page complains of: script errors, broken files, policy violations."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    page.on(
        "response",
        lambda answer: (
            heard.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.heard = heard  # type: ignore[attr-defined]
    return heard


def axe(page: Page) -> list[str]:
    """Return every WCAG 2.2 AA violation on a page as `rule: selector: what to do`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']}))"
        ".violations.flatMap((one) => one.nodes.map((node) => "
        "`${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`))",
        TAGS,
    )
    return [str(line) for line in found]


_WEAR = """async ({mode, theme, media}) => {
  Object.assign(document.documentElement.dataset, {mode, theme});
  const sheets = [...document.querySelectorAll('link[data-sheet]')];
  for (const sheet of sheets) sheet.media = media[sheet.dataset.sheet];
  const drawn = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  do await drawn(); while (sheets.some((one) => !one.sheet));
}"""


def wear(
    page: Page,
    *,
    width: int = 1280,
    height: int = 900,
    mode: str = "standard",
    theme: str = "auto",
    color_scheme: Literal["dark", "light"] = "light",
) -> None:
    """Show the open page as one sees it who made these display choices; wait until it is drawn."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")
    media = {one.name: one.media for one in Preferences(theme=Theme(theme)).sheets}
    page.evaluate(_WEAR, {"mode": mode, "theme": theme, "media": media})


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, int(width))
