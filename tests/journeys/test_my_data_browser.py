# SPDX-License-Identifier: Apache-2.0
"""Who asked what about me, and what a department answers to a dispute, in a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.kernel.actor import ActorKind
from huiban.services import accounts, city, disputes, exchange
from huiban.services.accounts import Person
from huiban.services.disputes import Claim
from huiban.services.exchange import Asked, Matter, key_digest
from huiban.store.models import Account, Consent, Dispute
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample as sample
from tests.services.stand_in import StandIn, registers

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]
REGISTRY = "enterprise_registry"


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def lived(town: str) -> None:
    """An enterprise that was asked about, agreed to something, and disputes an address."""
    clerk = Account.objects.get(number="wangmin")
    at, fields = now() - timedelta(hours=1), frozenset({"name", "legal_person", "address"})
    found = {REGISTRY: {sample.USCC: [{"name": "青岛海晟置业有限公司", "legal_person": "孙海"}]}}
    matter = Matter("d1", "construction_waste.new", "construction_waste", sample.USCC,
                    clerk.to_actor())  # fmt: skip
    with registers(StandIn(found)):
        asked = [Asked(REGISTRY, "uscc", sample.USCC, fields)]
        exchange.ask(matter, asked, {REGISTRY: fields}, at, 1.0)
    Consent.objects.create(
        number="c" * 32, account=clerk, subject=key_digest(clerk.subject), resource=REGISTRY,
        purpose="construction_waste", text_sha256="0" * 64, given_at=at,
    )  # fmt: skip
    known = city.loaded().catalogue.resources[REGISTRY]
    claim = Claim(
        matter="d1", resource=REGISTRY, provider=known.provider, item="address", path="address",
        subject_code=sample.USCC, subject_name="青岛海晟置业有限公司", registered="深圳路189号",
        claimed="深圳路189号海晟大厦12层", reason="八月已办理住所变更登记",
    )  # fmt: skip
    disputes.open_dispute(claim, clerk.to_actor(), at)
    owner = Person(
        number="gaoyuan", name="高原", kind=ActorKind.OFFICER, roles=("examiner",),
        department=known.provider, division="370200",
    )  # fmt: skip
    accounts.make(owner, sample.PASSWORD)


@pytest.mark.usefixtures("lived")
def test_a_dispute_is_answered_and_its_party_reads_it_without_scripts(enter: Entered) -> None:
    desk = enter("gaoyuan", "/desk/disputes", java_script_enabled=False)
    desk.get_by_role("link", name="住所").click()
    desk.get_by_role("button", name="答复申请人").click()
    expect(desk.locator("#errors")).to_contain_text("请选择核实的结果")
    desk.get_by_label("登记有误，已更正").check()
    desk.get_by_label("答复", exact=True).fill("已更正，今日生效")
    desk.get_by_role("button", name="答复申请人").click()
    expect(desk.locator(".flashes")).to_contain_text("已答复")

    mine = enter("wangmin", "/my-data", java_script_enabled=False)
    mine.get_by_role("link", name="数据异议").click()

    expect(mine.get_by_text("已更正，今日生效")).to_be_visible()
    assert Dispute.objects.get().state == "corrected"


@pytest.mark.usefixtures("lived")
def test_my_data_is_found_in_the_account_menu_and_a_consent_is_withdrawn(enter: Entered) -> None:
    page = enter("wangmin", "/")
    page.locator("details.drop > summary.tool-user").click()
    page.get_by_role("link", name="我的数据").click()
    expect(page.get_by_text("记录都核对过")).to_be_visible()

    page.get_by_role("link", name="我的同意").click()
    page.get_by_role("button", name="撤回同意").click()

    expect(page.get_by_text("同意已撤回")).to_be_visible()
    assert Consent.objects.get().withdrawn_at is not None


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_accessible_and_fit_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    see = Look(shots, "my-data", language).in_every_look
    page = enter("wangmin", "/my-data", language=language)
    heard = watch(page)
    see(page, "requests")
    for show in ("consents", "disputes"):
        page.goto(f"/my-data?show={show}")
        see(page, show)
    desk = enter("gaoyuan", "/desk/disputes", language=language)
    see(desk, "desk")
    desk.locator("tbody th a").click()
    desk.locator(".button-main").last.click()
    see(desk, "answer")
    for way in ("/desk/resources", f"/desk/resources/{REGISTRY}"):
        desk.goto(way)
        see(desk, way.rpartition("/")[2])

    # The answer that is refused for what is missing is told by the browser as a failed load.
    assert [one for one in heard if "422" not in one] == []
