# SPDX-License-Identifier: Apache-2.0
"""Signing in a real browser: an application by finger, a report by link, seals in one go."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.services import sign_requests
from huiban.store.models import Account, Case, Ceremony, SignRequest
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample as sample
from tests.services.signing_sample import give_seal, officer
from tests.services.trusted import Trusted, trusted

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def house(town: str, tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path) as found:
        yield found


@pytest.fixture
def full(house: Trusted) -> str:
    """An application with everything in it, from this very day."""
    clerk, at = Account.objects.get(number="wangmin"), now()
    day = at.astimezone(sample.SHANGHAI).date()
    return sample.draft(
        clerk, at, apply_date=day.isoformat(), sign_date=day.isoformat(),
        period_start=day.isoformat(), period_end=f"{day.year}-12-31",
    )  # fmt: skip


@pytest.fixture
def other(house: Trusted) -> None:
    """An officer of another department, who may use its seal."""
    officer("gao", "高原", "human_resources")
    give_seal("human_resources", "gao", now())


def read_all(page: Page) -> None:
    for sheet in page.locator("[data-page]").all():
        sheet.scroll_into_view_if_needed()
        expect(sheet.locator("img")).to_have_js_property("complete", True)
        page.mouse.wheel(0, 400)
    expect(page.locator("[data-progress]")).to_contain_text("都看过了")


def draw_name(page: Page) -> None:
    canvas = page.locator("hb-sign canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for x, y in ((80, 60), (130, 40), (160, 110), (210, 70)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=6)
    page.mouse.up()
    expect(page.locator("hb-sign [data-state]")).to_have_text("已签名")


def test_an_application_is_read_signed_by_hand_and_sent(
    enter: Entered, full: str, shots: Path | None
) -> None:
    see = Look(shots, "sign-draft")
    page = enter("wangmin", f"/drafts/{full}/summary", width=390, height=844)
    heard = watch(page)
    page.get_by_role("button", name="下一步：签署并提交").click()
    expect(page.locator("[data-progress]")).to_contain_text("第 1 页，共 2 页")
    see(page, "1-opened")

    page.get_by_role("button", name="签名并提交").click()
    expect(page.locator("#errors")).to_contain_text("请勾选")
    see(page, "2-faults")
    page.locator("#errors a[href='#agree']").click()
    expect(page.locator("#agree")).to_be_focused()
    page.locator("#agree").check()
    draw_name(page)
    page.get_by_role("button", name="清除重写").click()
    draw_name(page)
    page.get_by_role("button", name="签名并提交").click()
    expect(page.locator("#errors")).to_contain_text("请输入登录密码")
    # What was drawn is drawn again.
    expect(page.locator("hb-sign [data-state]")).to_have_text("已签名")
    read_all(page)
    page.locator("#password").fill(sample.PASSWORD)
    see(page, "3-ready")
    page.get_by_role("button", name="签名并提交").click()

    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    one = Ceremony.objects.get(outcome="signed")
    assert Case.objects.get().number in page.url
    assert one.strokes_key
    assert "Chrome" in one.device
    assert sorted(int(part.split(",")[0].strip("[ ")) for part in one.seen.split("], ")) == [1, 2]
    assert [line for line in heard if "422" not in line] == []


def test_with_the_keyboard_alone_and_no_scripts_a_name_is_typed(enter: Entered, full: str) -> None:
    page = enter("wangmin", f"/drafts/{full}/sign", java_script_enabled=False)
    assert page.locator("[data-page] img").count() == 2
    page.locator("#agree").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("王敏")
    page.keyboard.press("Tab")
    page.keyboard.type(sample.PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    assert Ceremony.objects.get().seen == "[]"


def test_a_report_is_asked_for_by_link_and_signed_by_its_party(
    enter: Entered, house: Trusted, pdf: Path
) -> None:
    desk = enter("zhangqian", "/desk/signing/new")
    desk.get_by_label("检查、检测报告").check()
    desk.get_by_label("标题").fill("起重机械安装检测报告")
    desk.locator("#code-0").fill(sample.USCC)
    desk.locator("#name-0").fill("青岛海晟置业有限公司")
    desk.locator("#file").set_input_files(pdf)
    desk.get_by_role("button", name="发起签署").click()
    link = desk.locator(".party-link a").get_attribute("href") or ""
    stranger = enter("lihua", link.partition("/sign/")[2] and link[link.index("/sign/") :])
    expect(stranger.get_by_text("不是发给您现在登录的账号")).to_be_visible()

    party = enter("wangmin", link[link.index("/sign/") :])
    expect(party.get_by_role("heading", name="起重机械安装检测报告", exact=True)).to_be_visible()
    read_all(party)
    party.locator("#agree").check()
    draw_name(party)
    party.locator("#password").fill(sample.PASSWORD)
    party.get_by_role("button", name="确认签署").click()

    expect(party.get_by_text("您这一方已经签好")).to_be_visible()
    assert SignRequest.objects.get().state == "completed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_fits_in_every_look(
    enter: Entered, full: str, other: None, pdf: Path, language: str, shots: Path | None
) -> None:
    see = Look(shots, "signing", language).in_every_look
    page = enter("wangmin", f"/drafts/{full}/sign", language=language)
    see(page, "draft")
    page.locator(".bar .button-main").click()
    see(page, "draft-faults")
    desk = enter("zhangqian", "/desk/signing/new", language=language)
    see(desk, "new")
    desk.locator(".button-main").last.click()
    see(desk, "new-faults")
    for title, kind in (("检测报告", "report"), ("参保协查", "attestation")):
        desk.goto("/desk/signing/new")
        desk.locator(f"input[name=kind][value={kind}]").check()
        desk.locator("#title").fill(title)
        desk.locator("#purpose").fill("请核实 2026 年 10 月参保人数。")
        desk.locator("#who-0").select_option("department_seal")
        desk.locator("#department-0").select_option("human_resources")
        if kind == "report":
            desk.locator("#who-1").select_option("subject")
            desk.locator("#code-1").fill(sample.USCC)
            desk.locator("#name-1").fill("青岛海晟置业有限公司")
            desk.locator("input[name=order][value=parallel]").check()
            desk.locator("#file").set_input_files(pdf)
        desk.locator(".button-main").last.click()
        desk.locator(".party-link").first.wait_for()
        see(desk, f"made-{kind}")
    desk.goto("/desk/signing?show=made")
    see(desk, "made-list")
    gao = enter("gao", "/desk/signing", language=language)
    see(gao, "waiting")
    gao.goto("/desk")
    see(gao, "todo")
    gao.goto("/desk/signing")
    gao.locator("tbody a", has_text="参保协查").click()
    see(gao, "answer")
    gao.locator("#answer").fill("经查，参保 35 人。")
    gao.locator(".button-main").last.click()
    gao.locator("#ceremony").wait_for()
    see(gao, "seal")
    gao.goto("/desk/signing")
    for box in gao.locator("input[name=task]").all():
        box.check()
    gao.locator(".button-main").last.click()
    see(gao, "batch")
    gao.locator("#agree").check()
    gao.locator("#password").fill(sample.PASSWORD)
    gao.locator(".button-main").last.click()
    gao.locator("main h1").wait_for()
    see(gao, "batch-done")
    gao.goto("/desk/signing")
    see(gao, "nothing")
    mine = enter("wangmin", "/", language=language)
    expect(mine.get_by_role("link", name="检测报告")).to_be_visible()
    mine.goto("/signing")
    see(mine, "mine")
    mine.locator("main .card li a").first.click()
    see(mine, "task")
    number = SignRequest.objects.get(kind="report").number
    sign_requests.withdraw(
        number, "换新版本", Account.objects.get(number="zhangqian").to_actor(), now()
    )
    mine.reload()
    see(mine, "over")
