# SPDX-License-Identifier: Apache-2.0
"""How a person fills in the application, step by step, with what stands on each page."""

import time
from pathlib import Path

from playwright.sync_api import Page, expect

from huiban.store import cases
from tests.services import city_sample

FILLED = ("applicant", "project", "haulage", "disposal", "commitment")
_TEXTS = {
    "applicant": ("legal_person", "legal_id"),
    "project": ("project_name", "method", "builder", "contractor", "site_area"),
    "disposal": (
        "waste_amount", "period_start", "period_end", "site_name", "site_capacity", "site_left",
        "time_window", "route",
    ),
}  # fmt: skip


def fill_step(page: Page, section: str) -> None:
    """Type what the step asks."""
    values = city_sample.values()
    for key in _TEXTS.get(section, ()):
        page.fill(f"#f-{key}", str(values[key]))
    _MORE.get(section, lambda _: None)(page)


def next_step(page: Page) -> None:
    page.get_by_role("button", name="下一步", exact=False).last.click()
    page.wait_for_load_state()


def _project(page: Page) -> None:
    page.fill("#f-project_address", "崂山区深圳路189号")
    page.locator("[data-field=district] select").first.select_option(label="崂山区")
    page.get_by_label("否", exact=True).check()


def _haulage(page: Page) -> None:
    values = city_sample.values()
    for table in ("haulers", "vehicles"):
        rows = values[table]
        assert isinstance(rows, list)
        for key, value in rows[0].items():
            cell = page.locator(f"#f-{table}-0-{key}")
            if isinstance(value, bool):
                cell.select_option("true" if value else "false")
            else:
                cell.fill(value)


def _disposal(page: Page) -> None:
    page.get_by_label("工程渣土").check()
    page.get_by_label("工程垃圾").check()
    page.get_by_label("国有").check()


def _commitment(page: Page) -> None:
    page.locator("[data-field=commitment] input[type=checkbox]").check()
    page.fill("#f-signer", "孙海")


_MORE = {
    "project": _project,
    "haulage": _haulage,
    "disposal": _disposal,
    "commitment": _commitment,
}


def hand_in(page: Page, pdf: Path) -> None:
    """Upload one file for every material that is asked for, and wait until each is kept."""
    page.wait_for_load_state()
    zones = page.locator("hb-upload[data-on] input[type=file]")
    expect(zones).to_have_count(page.locator("hb-upload input[type=file]").count())
    for place in range(zones.count()):
        zones.nth(place).set_input_files(pdf)
    expect(page.locator(".file-row, .files .file")).to_have_count(zones.count())
    expect(page.locator(".files input[type=hidden]")).to_have_count(zones.count())


def archived(number: str) -> None:
    """Wait until the worker has issued the papers and put the case away."""
    until = time.monotonic() + 40
    while cases.load(number).stage != "archived":
        assert time.monotonic() < until, cases.load(number).stage
        time.sleep(0.2)
