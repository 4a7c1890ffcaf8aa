# SPDX-License-Identifier: Apache-2.0
"""A new clerk applies for a safety permit in a browser: nearly everything is filled in already."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.kernel.clock_time import SHANGHAI
from huiban.services import accounts, fill_counting
from huiban.services.sample import builders
from huiban.store.models import Account, Case, Inquiry
from tests.journeys.conftest import Opened, now
from tests.journeys.filling import next_step
from tests.journeys.looking import Look
from tests.services import city_sample
from tests.services.neighbourhood import Neighbours, connected, running

pytestmark = pytest.mark.browser
ITEM = "/items/safety_permit.new"
GOAL = 84


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
def clerk(town: str, registers: Neighbours) -> Account:
    return accounts.make(builders()[0], city_sample.PASSWORD)


def begin(page: Page) -> None:
    page.goto(ITEM)
    page.get_by_role("button", name="开始办理").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-asked]:not([data-waiting])")).to_be_visible(timeout=20_000)


def fill_in(page: Page, look: Look) -> None:
    """Answer what no register knows: the conditions, the statement, the signature."""
    look(page, "enterprise")
    for station in ("qualification", "record", "managers", "operators"):
        next_step(page)
        look(page, station)
    next_step(page)
    for yes in page.get_by_label("是", exact=True).all():
        yes.check()
    look(page, "conditions")
    next_step(page)
    for agreed in page.locator("input[type=checkbox]").all():
        agreed.check()
    page.fill("#f-legal_sign", "周建军")
    next_step(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_nearly_everything_is_filled_in_and_the_rate_page_says_so(
    enter: Opened, clerk: Account, pdf: Path, shots: Path | None, width: int
) -> None:
    page = enter(clerk.number, width=width)
    look = Look(shots, f"safety-{width}")
    begin(page)
    fill_in(page, look)
    hand_in_needed(page, pdf)
    look(page, "materials")
    page.get_by_role("button", name="下一步：核对并提交").click()
    expect(page.get_by_text("系统替您填了什么").first).to_be_visible()
    look(page, "summary")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    look(page, "sent")
    case = Case.objects.get()
    fill_counting.sweep(now())
    page.goto("/my-data")
    look(page, "my-data")
    desk = enter("wumin", "/desk/rates?months=0&pack=safety_permit", width=width)
    look(desk, "rates")

    assert case.subject_code == clerk.subject
    assert Inquiry.objects.filter(event="asked").count() > 8
    assert rate(desk) >= GOAL
    assert rate(desk, "免材料率") > 40


def hand_in_needed(page: Page, pdf: Path) -> None:
    """Upload one file for every document that nothing replaces."""
    page.wait_for_load_state("networkidle")
    zones = page.locator("hb-upload[data-on]:not(details *) input[type=file]")
    for place in range(zones.count()):
        zones.nth(place).set_input_files(pdf)
    expect(page.locator(".files input[type=hidden]")).to_have_count(zones.count())


def rate(page: Page, name: str = "减填写率") -> float:
    """Read a share off the page, as anybody would: the number above its name."""
    text = page.locator("main").inner_text()
    found = re.search(rf"(\d+(?:\.\d+)?)%\s+{name}", text)
    assert found, text[:2000]
    return float(found[1])


def test_a_late_register_answers_into_the_open_page(
    enter: Opened, clerk: Account, registers: Neighbours
) -> None:
    registers.order("social_insurance", stall_s=3)
    page = enter(clerk.number)
    page.goto(ITEM)
    page.get_by_role("button", name="开始办理").click()
    page.wait_for_load_state("load")
    expect(page.locator("form[data-waiting]")).to_be_visible()
    page.fill("#f-postcode", "266000")
    expect(page.locator("[data-field=staff][data-given]")).to_be_visible(timeout=20_000)

    assert page.input_value("#f-postcode") == "266000"
    next_step(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("资质")


def test_a_dead_register_is_named_and_nothing_typed_is_lost(
    enter: Opened, clerk: Account, registers: Neighbours, shots: Path | None
) -> None:
    registers.order("enterprise_registry", dead=True)
    page = enter(clerk.number)
    begin(page)
    page.fill("#f-postcode", "266000")
    Look(shots, "safety-dead")(page, "enterprise")
    expect(page.get_by_text("企业登记信息暂时查询不了").first).to_be_visible()
    registers.order("enterprise_registry", reset=True)
    page.get_by_role("button", name="下一步", exact=False).last.click()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_load_state()

    assert page.input_value("#f-postcode") == "266000"


def test_what_registers_disagree_on_is_chosen_or_disputed(
    enter: Opened, town: str, registers: Neighbours, shots: Path | None
) -> None:
    builder = builders()[1]
    account = accounts.make(builder, city_sample.PASSWORD)
    change = {"by": "uscc", "key": builder.subject, "values": {"address": "青岛市市南区山东路9号"}}
    registers.order("enterprise_register_province", change=change)
    page = enter(account.number)
    begin(page)
    look = Look(shots, "safety-conflict")
    look(page, "enterprise")
    page.get_by_role("link", name="都不对，或者要附证明").click()
    look(page, "doubt")
    page.get_by_label("青岛市市南区山东路9号", exact=False).check()
    page.fill("#reason", "八月已办理住所变更")
    page.get_by_role("button", name="记下").click()

    expect(page.get_by_text("已记下")).to_be_visible()
    expect(page.locator("[data-field=address][data-given]")).to_contain_text("山东路9号")
