# SPDX-License-Identifier: Apache-2.0
"""A certificate lent and used, suspended and verified, in a real browser, on desk and phone."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from huiban.services import vault
from huiban.store.models import Account, Certificate, CertificateGrant
from tests.browser import watch
from tests.journeys.looking import LANGUAGES, Look
from tests.services.certificate_sample import decided

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def held(town: str) -> Certificate:
    """A certificate in force today, granted as in life."""
    people, moment = {one.number: one for one in Account.objects.all()}, now()
    today = (moment + timedelta(hours=8)).date()
    days = {"apply_date": 0, "sign_date": 0, "period_start": 0, "period_end": 150}
    dated = {key: (today + timedelta(days=ahead)).isoformat() for key, ahead in days.items()}
    decided(people, now=moment, **dated)
    for _ in range(300):  # the worker beside the city does the rest
        found = Certificate.objects.exclude(document=None).select_related("document").first()
        if found is not None:
            return found
        time.sleep(0.1)
    raise AssertionError("the worker issued no certificate")


def wallet(held: Certificate) -> str:
    return f"/certificates/{quote(held.number, safe='')}"


def lend(page: Page, held: Certificate, grantee: Account) -> str:
    """Fill in the form of a grant and return the code the page shows."""
    page.goto(f"{wallet(held)}/grants/new")
    page.fill("#grantee_code", grantee.subject)
    page.fill("#grantee_name", grantee.subject_name)
    page.get_by_label("投标", exact=True).check()
    page.get_by_role("button", name="授权并生成用证码").click()
    shown = page.locator("main .sent-number").inner_text()
    return re.sub(r"\W", "", shown)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_certificate_is_lent_used_once_and_refused_the_second_time(
    enter: Entered, held: Certificate, scripts: bool
) -> None:
    grantee = Account.objects.get(number="lihua")
    owner = enter("wangmin", wallet(held), java_script_enabled=scripts)
    owner.get_by_role("link", name="授权别人使用").click()
    expect(owner.get_by_role("heading", name="授权别人使用")).to_be_visible()
    code = lend(owner, held, grantee)

    other = enter("lihua", "/use", java_script_enabled=scripts)
    other.fill("#code", code)
    other.get_by_role("button", name="下一步").click()
    expect(other.get_by_text("授权您使用")).to_be_visible()
    other.get_by_label("投标", exact=True).check()
    other.get_by_role("button", name="使用一次").click()
    expect(other.get_by_text("已按授权使用")).to_be_visible()
    expect(other.locator("main").get_by_text(held.number).first).to_be_visible()
    other.goto(f"/use/{code}")
    expect(other.get_by_role("alert")).to_contain_text("次数已经用完")

    owner.goto(f"{wallet(held)}/grants")
    for words in ("按授权使用", "次数已用完", "已用完"):
        expect(owner.get_by_text(words).first).to_be_visible()
    assert CertificateGrant.objects.get().uses == 1


def test_a_head_suspends_it_and_the_public_reads_so_without_scripts(
    enter: Entered, held: Certificate
) -> None:
    desk = enter("zhaojianguo", "/desk/certificates", java_script_enabled=False)
    desk.get_by_role("link", name=held.number).click()
    desk.get_by_role("link", name="暂停使用").click()
    desk.get_by_role("button", name="暂停使用").click()
    expect(desk.locator("#errors")).to_contain_text("请写明理由")
    desk.fill("#reason", "现场检查发现超范围处置，限期整改")
    desk.fill("#basis", "城市建筑垃圾管理规定第二十条")
    desk.get_by_role("button", name="暂停使用").click()
    expect(desk.locator(".flashes")).to_contain_text("证照已暂停")

    anybody = enter("lihua", f"/verify/{held.verify_code}", java_script_enabled=False)

    expect(anybody.get_by_text("证照是真的，但暂停使用")).to_be_visible()
    expect(anybody.get_by_text("超范围处置")).to_have_count(0)


def test_a_file_is_verified_by_whoever_has_it(
    enter: Entered, held: Certificate, tmp_path: Path
) -> None:
    assert held.document is not None
    file = tmp_path / "证照.pdf"
    file.write_bytes(vault.content(held.document.object_key))
    page = enter("lihua", "/verify")

    page.set_input_files("#file", file)
    page.get_by_role("button", name="核验文件").click()

    expect(page.get_by_role("heading", name="真实有效")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载核验报告").click()
    assert held.number in Path(saved.value.path()).read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_accessible_and_fit_in_every_look(
    enter: Entered, held: Certificate, language: str, shots: Path | None, tmp_path: Path
) -> None:
    see = Look(shots, "certificates", language).in_every_look
    grantee = Account.objects.get(number="lihua")
    assert held.document is not None
    file = tmp_path / "证照.pdf"
    file.write_bytes(vault.content(held.document.object_key))
    owner = enter("wangmin", "/certificates", language=language)
    heard = watch(owner)
    see(owner, "wallet")
    owner.goto(wallet(held))
    see(owner, "certificate")
    owner.goto(f"{wallet(held)}/grants")
    see(owner, "grants-empty")
    owner.goto(f"{wallet(held)}/grants/new")
    owner.locator("main .button-main").click()
    see(owner, "grant-faults")
    owner.fill("#grantee_code", grantee.subject)
    owner.fill("#grantee_name", grantee.subject_name)
    owner.locator("input[name=purpose]").first.check()
    owner.locator("main .button-main").click()
    see(owner, "code")
    code = re.sub(r"\W", "", owner.locator("main .sent-number").inner_text())
    other = enter("lihua", "/use", language=language)
    see(other, "use-enter")
    other.goto(f"/use/{code}")
    see(other, "use")
    other.locator("input[name=purpose]").first.check()
    other.locator("main .button-main").click()
    see(other, "used")
    other.goto(f"/use/{code}")
    see(other, "use-refused")
    owner.goto(f"{wallet(held)}/grants")
    see(owner, "grants")
    other.goto(f"/verify/{held.verify_code}")
    see(other, "verify-code")
    other.set_input_files("#file", file)
    other.locator("form[action='/verify/file'] .button-main").click()
    see(other, "verify-file")
    desk = enter("zhaojianguo", "/desk/certificates", language=language)
    see(desk, "desk")
    desk.goto("/desk/certificate-kinds")
    see(desk, "desk-kinds")
    desk.goto(f"/desk{wallet(held)}")
    see(desk, "desk-one")
    desk.goto(f"/desk{wallet(held)}?do=propose")
    desk.locator("#acts button").click()
    see(desk, "desk-propose")

    # What is refused for a mistake is told by the browser as a failed load.
    assert [one for one in heard if "422" not in one] == []
