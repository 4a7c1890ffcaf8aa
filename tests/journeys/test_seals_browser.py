# SPDX-License-Identifier: Apache-2.0
"""Seals in a real browser: asked for, approved, granted and stopped; every look of every page."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.kernel.actor import ActorKind
from huiban.kernel.seal import HolderKind
from huiban.services import accounts, seal_use, seals, seals_grant
from huiban.services.accounts import Person
from huiban.services.seal_use import SealRefused, Wanted
from huiban.services.seals import Change, Proposal
from huiban.services.seals_grant import NewGrant
from huiban.store import seals as kept
from huiban.store.models import Account, Seal
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services import trusted
from tests.services.city_sample import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("signing")]

Entered = Callable[..., Page]
HOME = "approval_service"


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def signing(town: str, tmp_path: Path) -> Iterator[None]:
    """The town has a keeper of seals and a security administrator, and signs."""
    more = (("linxia", "林霞", "seal_keeper", HOME), ("secadmin", "何琳", "admin_security", ""))
    for number, name, role, department in more:
        person = Person(
            number=number, name=name, kind=ActorKind.OFFICER, roles=(role,), department=department
        )
        accounts.make(person, PASSWORD)
    with trusted.trusted(tmp_path):
        yield


def actor(number: str):  # type: ignore[no-untyped-def]
    return Account.objects.get(number=number).to_actor()


def asked(kind: str = "authority") -> str:
    today = now().date()
    proposal = Proposal(
        department=HOME,
        kind=kind,
        valid_from=today,
        valid_until=today.replace(year=today.year + 3, day=1),
    )
    return seals.propose(proposal, actor("linxia"), now()).number


def active(kind: str = "authority") -> str:
    number = asked(kind)
    for who in ("zhaojianguo", "secadmin"):
        seals.approve(number, actor(who), now())
    return number


def granted() -> str:
    """A seal with two grants, some uses and a refusal."""
    number = active()
    for holder, documents, most in (
        ("leader", ("construction_waste.*", "safety_permit.*"), None),
        ("window", ("construction_waste.acceptance_notice",), 20),
    ):
        grant = NewGrant(
            holder_kind=HolderKind.ROLE,
            holder=holder,
            documents=documents,
            valid_from=now() - timedelta(days=1),
            valid_until=now() + timedelta(days=300),
            uses_most=most,
        )
        seals_grant.give(number, grant, actor("linxia"), now())
    use("zhaojianguo", "grant_decision", "准予行政许可决定书")
    use("zhangqian", "acceptance_notice", "受理通知书")
    with pytest.raises(SealRefused):
        use("zhangqian", "grant_decision", "准予行政许可决定书")
    return number


def use(who: str, document: str, title: str) -> None:
    about = {"case": "370200-2026-1123-000012", "title": title, "sha256": "3f" * 32}
    wanted = Wanted(HOME, "authority", f"construction_waste.{document}", about)
    officer = actor(who)
    seal_use.use(wanted, officer, officer.roles, now())


def test_a_seal_comes_to_life_by_three_people(enter: Entered) -> None:
    keeper = enter("linxia", "/desk/seals")
    heard = watch(keeper)
    keeper.locator(".page-head").get_by_role("link", name="申请印章").click()
    keeper.get_by_label("行政许可专用章").check()
    keeper.get_by_role("button", name="提出申请").click()
    expect(keeper.locator(".flashes")).to_contain_text("等待本部门负责人审批")
    address = keeper.url

    for who in ("zhaojianguo", "secadmin"):
        page = enter(who, "/desk/seals")
        page.get_by_role("link", name="行政许可专用章").click()
        page.get_by_role("button", name="批准").click()
        expect(page.locator(".flashes")).to_contain_text("已批准")

    keeper.goto(address)
    expect(keeper.locator(".chip").first).to_contain_text("使用中")
    keeper.get_by_text("新增授权").click()
    keeper.get_by_label("由谁使用").select_option("role:leader")
    keeper.get_by_label("协查证明").check()
    keeper.get_by_label("最多几次").fill("10")
    keeper.get_by_role("button", name="授权", exact=True).click()

    row = keeper.locator("table tbody tr")
    expect(row).to_contain_text("负责人")
    expect(row).to_contain_text("0 / 10")
    assert heard == []


def test_a_leader_stops_a_seal_at_once(enter: Entered) -> None:
    number = granted()
    page = enter("zhaojianguo", f"/desk/seals/{number}")

    page.get_by_text("暂停使用", exact=True).first.click()
    reason = page.locator("#suspend-reason")
    page.locator("form[action$=suspend] button").click()
    expect(page.locator("#errors")).to_contain_text("请写明理由")
    expect(reason).to_be_visible()
    reason.fill("印章管理员离岗")
    page.locator("form[action$=suspend] button").click()

    expect(page.locator(".flashes")).to_contain_text("已暂停使用")
    assert kept.load(number).state == Seal.State.SUSPENDED


def test_all_of_it_works_without_scripts(enter: Entered) -> None:
    number = asked()
    page = enter("zhaojianguo", f"/desk/seals/{number}", java_script_enabled=False)

    page.get_by_text("退回申请").first.click()
    page.locator("#refuse-reason").fill("名称不对")
    page.locator("form[action$=refuse] button").click()

    assert kept.load(number).state == Seal.State.REFUSED


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_fits_in_every_look(
    enter: Entered, language: str, shots: Path | None
) -> None:
    number = granted()
    waiting = asked("licensing")
    suspended = active("licensing")
    seals.change(suspended, Change.SUSPEND, "清点印章", actor("zhaojianguo"), now())
    keeper = enter("linxia", "/desk/seals", language=language)
    heard = watch(keeper)
    seen = Look(shots, "seals", language).in_every_look

    seen(keeper, "list")
    keeper.goto("/desk/seals/new")
    seen(keeper, "new")
    keeper.goto(f"/desk/seals/{number}")
    seen(keeper, "one")
    keeper.locator("#new-grant > summary").click()
    seen(keeper, "grant")
    leader = enter("zhaojianguo", f"/desk/seals/{waiting}", language=language)
    seen(leader, "approve")
    leader.locator("details > summary").filter(has_text="").last.click()
    seen(leader, "refusing")
    leader.goto("/desk/seals")
    seen(leader, "leader")
    assert heard == []
