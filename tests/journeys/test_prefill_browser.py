# SPDX-License-Identifier: Apache-2.0
"""What registers know, in a browser: a project picked, a row typed, a consent given."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.resource import Consent
from huiban.services import accounts, city, packs_in_force
from huiban.services.sample import builders, demo_people
from huiban.store.models import Account, Draft
from tests.journeys.conftest import Opened, now
from tests.journeys.looking import Look
from tests.services import city_sample
from tests.services.neighbourhood import Neighbours, connected, running

pytestmark = pytest.mark.browser
WIDTHS = [1280, 390]


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    today = datetime.now(tz=UTC).astimezone(SHANGHAI).date()
    with running(tmp_path_factory.mktemp("neighbours") / "city", today) as found:
        yield found


@pytest.fixture
def registers(neighbourhood: Neighbours, tmp_path: Path) -> Iterator[Neighbours]:
    with connected(neighbourhood, tmp_path / "index", now):
        yield neighbourhood
    neighbourhood.order("*", reset=True)


@pytest.fixture
def owner(town: str, registers: Neighbours) -> Account:
    """The clerk of the sample city's builder of projects, beside the people of the town."""
    person = next(one.person for one in demo_people() if one.number == "wangmin")
    return accounts.make(replace(person, number="haisheng"), city_sample.PASSWORD)


def begin(page: Page, item: str) -> str:
    page.goto(f"/items/{item}")
    page.get_by_role("button", name="开始办理").click()
    page.wait_for_load_state("networkidle")
    return page.url.split("/")[4]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_project_is_picked_and_typed_rows_fill_themselves(
    enter: Opened, owner: Account, shots: Path | None, width: int
) -> None:
    page = enter(owner.number, width=width)
    look = Look(shots, f"waste-{width}")
    draft = begin(page, "construction_waste.new")
    page.goto(f"/drafts/{draft}/project")
    look(page, "several")
    page.locator("#picks select").select_option(index=1)
    page.get_by_role("button", name="用这一条").click()
    expect(page.locator("[data-field=project_name][data-given]")).to_be_visible()
    look(page, "picked")
    page.goto(f"/drafts/{draft}/haulage")
    page.fill("#f-haulers-0-trans_uscc", "91370211MA0000B23R")
    page.fill("#f-vehicles-0-plate", "鲁B12345")
    page.fill("#f-haulers-0-trans_contact", "王强")
    expect(page.locator("#f-haulers-0-trans_name")).not_to_have_value("", timeout=20_000)
    expect(page.locator("#f-vehicles-0-road_permit")).not_to_have_value("", timeout=20_000)
    look(page, "typed")
    page.fill("#f-haulers-0-trans_phone", "13805320000")
    page.wait_for_timeout(2500)  # the next save in the background sends the cells that came
    page.goto(f"/drafts/{draft}/haulage")
    look(page, "back")

    expect(page.locator("[data-field=haulers]")).to_contain_text("海运渣土")
    assert '"trans_contact": "王强"' in Draft.objects.get(number=draft).answers.replace(
        '":"', '": "'
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_consent_is_asked_for_and_given(
    enter: Opened,
    town: str,
    registers: Neighbours,
    monkeypatch: pytest.MonkeyPatch,
    shots: Path | None,
    width: int,
) -> None:
    known = city.loaded().catalogue.resources
    strict = replace(known["social_insurance"], consent=Consent.EXPLICIT)
    monkeypatch.setitem(known, "social_insurance", strict)  # type: ignore[arg-type]
    account = accounts.make(builders()[2], city_sample.PASSWORD)
    page = enter(account.number, width=width)
    begin(page, "safety_permit.new")
    Look(shots, f"consent-{width}")(page, "asked")
    page.get_by_role("button", name="同意并查询").click()

    expect(page.locator("[data-field=staff][data-given]")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="同意并查询")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_system_page_says_which_change_is_not_in_force(
    enter: Opened, monkeypatch: pytest.MonkeyPatch, shots: Path | None, width: int
) -> None:
    fault = "packs/safety_permit/forms/new.yaml:12: lookup: not a key (did you mean lookups?)"
    monkeypatch.setattr(packs_in_force._state, "trouble", fault)
    page = enter("sysadmin", "/desk/system", width=width)
    Look(shots, f"system-{width}")(page, "trouble")

    expect(page.get_by_text("did you mean lookups?")).to_be_visible()
