# SPDX-License-Identifier: Apache-2.0
"""A director proves who she is by face, delegates to a clerk; what goes beyond that is refused."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from huiban.kernel.identity import Step
from huiban.services import delegation_signing, delegation_uses, delegations
from huiban.services.delegation_signing import Confirmed
from huiban.store.models import Account, Case, IdentityAttempt
from tests.browser import FLAGS, ready, watch, window_of
from tests.faces.draw import CHEN
from tests.faces.film import filmed, still_filmed
from tests.journeys.conftest import now
from tests.journeys.looking import PHONE, Look
from tests.journeys.test_delegation import Entered, fill_in, sign
from tests.services import city_sample
from tests.services.face_sample import with_portrait
from tests.services.identity_sample import proved_to_sign
from tests.services.signing_sample import PHONE as DEVICE
from tests.services.signing_sample import said
from tests.services.test_delegations import asked

pytestmark = pytest.mark.browser
SOME_LOOKS = ("wide", "phone", "dark", "elder-phone")
JUDGED_WITHIN = 90_000
Opened = Callable[[str], Page]


@pytest.fixture
def owner(town: str) -> Account:
    """The director, whose photograph is on file; and a clerk to delegate to."""
    city_sample.resident()
    director = Account.objects.get(number="wangmin")
    with_portrait(director, Account.objects.get(number="zhangqian"), now())
    return director


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """What the pretended camera shows; it is read anew whenever a page opens the camera."""
    return still_filmed(tmp_path / "camera.y4m", CHEN, seconds=30)


@pytest.fixture
def phone(chromium: Browser, town: str, film: Path) -> Iterator[Opened]:
    """Give a function that opens a page on the director's phone, whose camera shows the film."""
    camera = [
        *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
        f"--use-file-for-fake-video-capture={film}",
    ]
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    browser = chromium.browser_type.launch(executable_path=found, args=[*FLAGS, *camera])

    def opened(path: str) -> Page:
        return _signed_in(window_of(browser, town, **PHONE), path)

    yield opened
    browser.close()


def _actor(number: str):  # type: ignore[no-untyped-def]
    return Account.objects.get(number=number).to_actor()


def _signed_in(window: BrowserContext, path: str) -> Page:
    page = window.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"/sign-in?next={path}")
    page.fill("#number", "wangmin")
    page.fill("#password", city_sample.PASSWORD)
    page.click("main form.signin button.button-main")
    page.wait_for_load_state()
    ready(page)
    return page


def begin(page: Page) -> list[Step]:
    """Agree to the face being looked at; returns what is asked for."""
    page.get_by_role("button", name="同意刷脸，开始").click()
    expect(page.get_by_role("button", name="打开摄像头")).to_be_visible()
    row = IdentityAttempt.objects.latest("begun_at")
    return [Step(one) for one in json.loads(row.challenge)]


def perform(page: Page) -> None:
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.locator("h1")).to_have_text("核实结果", timeout=JUDGED_WITHIN)


def written(owner: Account, at: datetime, **changed: object) -> str:
    return delegations.write(asked(**changed), owner.to_actor(), at).number


def granted(owner: Account, at: datetime, **changed: object) -> str:
    """A delegation that was signed and accepted at some moment."""
    number = written(owner, at, **changed)
    proved_to_sign(number, owner.to_actor(), at)
    one = delegation_signing.begin(number, owner.to_actor(), at, DEVICE).ceremony
    delegation_signing.sign(number, Confirmed(one.number, said(one), DEVICE), owner.to_actor(), at)
    delegations.accept(number, _actor("chenjing"), at)
    return number


def act(clerk: Page, number: str) -> None:
    clerk.goto(f"/delegations/{number}")
    clerk.get_by_role("button", name="代他办理").click()


def apply_for(clerk: Page, item: str) -> None:
    clerk.goto(f"/items/{item}")
    clerk.locator("main form[action$='/apply'] button").first.click()


def test_a_director_proves_herself_by_face_where_her_photograph_fails_and_delegates(
    phone: Opened, enter: Entered, owner: Account, film: Path, shots: Path | None
) -> None:
    look = Look(shots, "director")
    see, glance = look.in_every_look, Look(shots, "director", only=SOME_LOOKS).in_every_look
    page = phone("/delegations/new")
    heard = watch(page)
    fill_in(page)
    page.wait_for_url("**/identity/delegation/*")
    number = page.url.rpartition("/")[2]
    glance(page, "ways")
    page.get_by_role("link", name="刷脸", exact=True).click()
    glance(page, "plan")

    begin(page)
    see(page, "camera")
    page.get_by_role("button", name="打开摄像头").click()
    page.locator(".face-step-now").wait_for()
    look(page, "running")
    expect(page.locator("#verdict")).to_contain_text("像是照片或者屏幕", timeout=JUDGED_WITHIN)
    see(page, "photograph")

    page.get_by_role("link", name="再试一次").click()
    page.get_by_label("另外同意留一张照片").check()
    filmed(film, CHEN, begin(page) * 3, each=3)
    perform(page)
    expect(page.locator("#verdict")).to_have_text("确认是您本人。")
    expect(page.locator(".face-result-ok")).to_have_count(3)
    glance(page, "passed")
    page.get_by_role("link", name="去签署委托书").click()
    sign(page)
    expect(page.locator(".flashes")).to_contain_text("委托书已签好")

    page.goto("/identity")
    expect(page.locator(".identity-list > li")).to_have_count(2)
    expect(page.locator(".identity-picture img")).to_be_visible()
    see(page, "records")
    page.get_by_role("button", name="撤回同意，现在删除").click()
    expect(page.locator(".identity-picture")).to_contain_text("照片已在")

    clerk = enter("chenjing", f"/delegations/{number}")
    expect(clerk.locator("main")).to_contain_text("刷脸核实")
    clerk.get_by_role("button", name="接受委托", exact=True).click()
    act(clerk, number)
    under = delegation_uses.acting(_actor("chenjing"), number)
    assert under is not None
    draft = city_sample.draft_as(under, Account.objects.get(number="chenjing"), now())
    clerk.goto(f"/drafts/{draft}/summary")
    clerk.get_by_role("button", name="提交申请").click()
    expect(clerk.get_by_text("已经提交，我们收到了")).to_be_visible()

    page.goto(f"/delegations/{number}")
    log = page.locator(".certificate-events")
    expect(log).to_contain_text("身份核实：刷脸核实")
    expect(log).to_contain_text(Case.objects.get().number)
    assert heard == []


def test_what_goes_beyond_a_delegation_is_refused_and_the_director_reads_so(
    enter: Entered, owner: Account
) -> None:
    used_up, revoked = granted(owner, now()), granted(owner, now(), uses_most=None)
    before = now() - timedelta(days=3)
    expired = granted(owner, before, ends_on=before.date() + timedelta(days=1))
    clerk = enter("chenjing", "/delegations")

    act(clerk, used_up)
    apply_for(clerk, "safety_permit.new")
    expect(clerk.locator("main")).to_contain_text("没有授权您办这个事项")
    under = delegation_uses.acting(_actor("chenjing"), used_up)
    assert under is not None
    draft = city_sample.draft_as(under, Account.objects.get(number="chenjing"), now())
    clerk.goto(f"/drafts/{draft}/summary")
    clerk.get_by_role("button", name="提交申请").click()
    apply_for(clerk, "construction_waste.new")
    expect(clerk.locator("main")).to_contain_text("次数已经用完")

    clerk.goto(f"/delegations/{expired}")
    expect(clerk.locator("main")).to_contain_text("已到期")
    expect(clerk.get_by_role("button", name="代他办理")).to_have_count(0)

    act(clerk, revoked)
    delegations.revoke(revoked, "换人", owner.to_actor(), now())
    apply_for(clerk, "construction_waste.new")
    expect(clerk.locator("main")).to_contain_text("已经撤销")

    page = enter("wangmin", f"/delegations/{used_up}")
    log = page.locator(".certificate-events")
    for told in ("这个事项不在委托范围内", "次数已用完", Case.objects.get().number):
        expect(log).to_contain_text(told)
    page.goto(f"/delegations/{revoked}")
    expect(page.locator(".certificate-events")).to_contain_text("委托已撤销")


def test_without_a_model_in_the_browser_the_steps_go_by_the_clock_and_the_server_judges(
    phone: Opened, owner: Account, film: Path
) -> None:
    number = written(owner, now())
    page = phone(f"/identity/delegation/{number}/face")
    page.route("**/face_worker*.js", lambda route: route.abort())
    filmed(film, CHEN, begin(page), ahead=2, each=4)

    page.get_by_role("button", name="打开摄像头").click()
    expect(page.locator("hb-face[data-guided=false]")).to_be_visible()

    expect(page.locator("#verdict")).to_have_text("确认是您本人。", timeout=JUDGED_WITHIN)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_without_a_camera_the_page_says_what_to_do_and_offers_the_other_ways(
    enter: Entered, owner: Account, language: str, shots: Path | None
) -> None:
    look = Look(shots, "no-camera", language, only=("wide", "phone"))
    number = written(owner, now())
    page = enter("wangmin", f"/identity/delegation/{number}", **PHONE, language=language)
    look.in_every_look(page, "ways")
    page.goto(f"/identity/delegation/{number}/face")
    look.in_every_look(page, "plan")
    page.locator("#face-begin .button-main").click()
    page.locator("[data-open]").click()

    fault = page.locator("[data-fault=missing]")
    expect(fault).to_be_visible()
    expect(page.locator("[data-faults]")).to_be_focused()
    look.in_every_look(page, "missing")
    page.locator(".face-others a").last.click()
    page.wait_for_url(f"**/identity/delegation/{number}")


_CAMERA_FAULTS = {"NotAllowedError": "refused", "NotReadableError": "busy", "": "unable"}
_REFUSING = """(name) => {
  if (!name) delete MediaDevices.prototype.getUserMedia;
  else MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', name));
}"""


def test_a_camera_that_is_refused_taken_or_unknown_is_told_apart_with_its_cure(
    enter: Entered, owner: Account
) -> None:
    number = written(owner, now())
    page = enter("wangmin", f"/identity/delegation/{number}/face")
    begin(page)
    button = page.locator("[data-open]")
    for name, fault in (
        ("NotAllowedError", "refused"),
        ("NotReadableError", "busy"),
        ("", "unable"),
    ):
        page.evaluate(_REFUSING, name)
        button.click()
        expect(page.locator(f"[data-fault={fault}]")).to_be_visible()
        expect(page.locator("[data-fault]:visible")).to_have_count(1)
        expect(page.locator("[data-faults]")).to_be_focused()
        button = page.locator("[data-again]")


def test_without_scripts_the_camera_page_says_so_and_leads_to_the_other_ways(
    enter: Entered, owner: Account
) -> None:
    number = written(owner, now())
    path = f"/identity/delegation/{number}/face"
    page = enter("wangmin", path, java_script_enabled=False)
    page.get_by_role("button", name="同意刷脸，开始").click()

    expect(page.locator("main")).to_contain_text("打不开摄像头")
    expect(page.locator("hb-face")).to_be_hidden()
    page.get_by_role("link", name="换一种方式").click()
    expect(page.get_by_role("link", name="取号")).to_be_visible()
