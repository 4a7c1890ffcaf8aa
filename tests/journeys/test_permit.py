# SPDX-License-Identifier: Apache-2.0
"""One permit with nothing on paper, in a real browser: corrected, decided by two, certified."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huiban.services import evidence
from tests.journeys.conftest import Opened
from tests.journeys.filling import FILLED, archived, fill_step, hand_in, next_step
from tests.journeys.looking import Look

pytestmark = pytest.mark.browser
WIDTHS = [1280, 390]


def submitted(page: Page, pdf: Path, look: Look) -> str:
    """Apply as a clerk does; return the case number."""
    page.goto("/items/construction_waste.new")
    page.get_by_role("button", name="开始办理").click()
    for section in FILLED:
        fill_step(page, section)
        next_step(page)
    hand_in(page, pdf)
    page.get_by_role("button", name="下一步：核对并提交").click()
    look(page, "summary")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    look(page, "sent")
    return page.url.rpartition("/")[2].partition("?")[0]


def act(page: Page, number: str, label: str, opinion: str = "") -> None:
    """Do one act on the case page, in its dialog where it has one."""
    page.goto(f"/desk/cases/{number}")
    link = page.get_by_role("link", name=label, exact=True)
    if link.count():
        link.first.click()
        dialog = page.locator("dialog[open]")
        if opinion:
            dialog.locator("textarea").first.fill(opinion)
        dialog.get_by_role("button", name=label).last.click()
    else:
        if opinion:
            page.fill("[data-opinion]", opinion)
        page.get_by_role("button", name=label, exact=True).first.click()
    expect(page.locator(".flashes")).to_be_visible()


def text_of(page: Page, way: str, folder: Path) -> str:
    """Download a document as its reader would and open it with another program."""
    answer = page.request.get(way)
    assert answer.ok
    path = folder / "document.pdf"
    path.write_bytes(answer.body())
    told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", told.stdout.decode())


@pytest.mark.parametrize("width", WIDTHS)
def test_a_permit_is_corrected_accepted_examined_decided_certified_and_archived(
    enter: Opened, pdf: Path, tmp_path: Path, shots: Path | None, width: int
) -> None:
    look = Look(shots, f"permit-{width}")
    clerk = enter("wangmin", width=width)
    number = submitted(clerk, pdf, look)

    window = enter("zhangqian", f"/desk/cases/{number}", width=width)
    look(window, "window")
    window.get_by_role("link", name="一次性告知补正").first.click()
    dialog = window.locator("dialog[open]")
    dialog.locator("[name=points-0-about]").fill("运输路线")
    dialog.locator("[name=points-0-fault]").fill("没有写明经过的道路")
    look(window, "correction-dialog")
    dialog.get_by_role("button", name="一次性告知补正").last.click()
    expect(window.locator(".flashes")).to_be_visible()

    clerk.goto(f"/cases/{number}")
    look(clerk, "to-correct")
    clerk.get_by_role("button", name="去补正").click()
    clerk.goto(clerk.url.rsplit("/", 1)[0] + "/disposal")
    clerk.fill("#f-route", "深圳路—辽阳东路—青银高速—春阳路—棘洪滩消纳场")
    next_step(clerk)
    clerk.goto(clerk.url.rsplit("/", 1)[0] + "/summary")
    look(clerk, "corrected")
    clerk.get_by_role("button", name="提交补正").click()
    expect(clerk.get_by_text("已经提交，我们收到了")).to_be_visible()

    act(window, number, "受理")
    examiner = enter("liuyang", f"/desk/cases/{number}", width=width)
    look(examiner, "examiner")
    act(examiner, number, "审查通过", "材料齐全，符合核准条件。")
    leader = enter("zhaojianguo", f"/desk/cases/{number}", width=width)
    act(leader, number, "准予许可", "同意。")
    archived(number)

    clerk.goto(f"/cases/{number}")
    look(clerk, "granted")
    expect(clerk.get_by_text("准予许可").first).to_be_visible()
    clerk.goto("/certificates")
    clerk.locator(".certificate a").first.click()
    look(clerk, "certificate")
    way = clerk.get_by_role("link", name="下载", exact=False).first.get_attribute("href")
    assert way is not None
    said = text_of(clerk, way, tmp_path)
    assert "建筑垃圾处置核准证" in said
    assert "青岛海晟置业有限公司" in said
    assert "棘洪滩消纳场" in said

    anybody = enter("lihua", "/verify", width=width)
    code = clerk.locator(".code").last.inner_text().strip()
    anybody.fill("#code", code)
    anybody.get_by_role("button", name="核验", exact=True).click()
    expect(
        anybody.get_by_text("真实有效").or_(anybody.get_by_text("尚未生效")).first
    ).to_be_visible()
    look(anybody, "verified")
    verdict = evidence.verify_case(number)
    assert verdict.is_sound, verdict


def test_a_refusal_says_why_on_what_basis_and_what_to_do_next(
    enter: Opened, pdf: Path, tmp_path: Path, shots: Path | None
) -> None:
    look = Look(shots, "refusal")
    clerk = enter("wangmin")
    number = submitted(clerk, pdf, look)
    act(enter("zhangqian", "/desk"), number, "受理")
    act(enter("liuyang", "/desk"), number, "审查通过", "拟不予许可。")
    leader = enter("zhaojianguo", f"/desk/cases/{number}")
    leader.get_by_role("link", name="不予许可", exact=True).first.click()
    dialog = leader.locator("dialog[open]")
    dialog.locator("textarea").first.fill("受纳余量不足，不符合核准条件第二项。")
    look(leader, "refuse-dialog")
    dialog.get_by_role("button", name="不予许可").last.click()
    expect(leader.locator(".flashes")).to_be_visible()
    archived(number)

    clerk.goto(f"/cases/{number}")
    look(clerk, "refused")

    expect(clerk.get_by_text("受纳余量不足").first).to_be_visible()
    expect(clerk.get_by_text("行政复议").first).to_be_visible()
    link = clerk.get_by_role("link", name="不予行政许可决定书").first
    said = text_of(clerk, str(link.get_attribute("href")), tmp_path)
    assert "受纳余量不足" in said
    assert "六十日" in said


def test_a_renewal_starts_from_the_certificate_in_hand(
    enter: Opened, pdf: Path, shots: Path | None
) -> None:
    look = Look(shots, "renewal")
    clerk = enter("wangmin")
    number = submitted(clerk, pdf, look)
    act(enter("zhangqian", "/desk"), number, "受理")
    act(enter("liuyang", "/desk"), number, "审查通过", "符合条件。")
    act(enter("zhaojianguo", "/desk"), number, "准予许可", "同意。")
    archived(number)

    clerk.goto("/items/construction_waste.renew")
    look(clerk, "choose")
    clerk.get_by_role("button", name="开始办理").click()
    look(clerk, "start")
    clerk.fill("#f-renew_reason", "雨季停工，外运推迟")
    for _ in range(4):
        next_step(clerk)
    clerk.fill("#f-waste_amount", "0.6")
    clerk.fill("#f-period_start", "2027-06-01")
    clerk.fill("#f-period_end", "2027-10-31")
    look(clerk, "disposal")
    next_step(clerk)
    fill_step(clerk, "commitment")
    next_step(clerk)
    hand_in(clerk, pdf)
    clerk.get_by_role("button", name="下一步：核对并提交").click()
    look(clerk, "summary-renew")
    clerk.get_by_role("button", name="提交申请").click()
    expect(clerk.get_by_text("已经提交，我们收到了")).to_be_visible()
    renewal = clerk.url.rpartition("/")[2].partition("?")[0]
    clerk.goto("/items/construction_waste.modify")
    look(clerk, "in-use")
    expect(clerk.get_by_text("正在办理中，办结以前不能再次办理")).to_be_visible()
    expect(clerk.get_by_role("button", name="开始办理")).to_have_count(0)
    clerk.goto("/certificates")
    clerk.locator(".certificate h2 a").first.click()
    look(clerk, "certificate-in-use")
    clerk.set_viewport_size({"width": 390, "height": 844})
    look(clerk, "certificate-in-use-phone")
    clerk.goto("/items/construction_waste.modify")
    look(clerk, "in-use-phone")
    clerk.go_back()
    clerk.set_viewport_size({"width": 1280, "height": 900})
    clerk.get_by_role("link", name="查看办件").click()
    expect(clerk).to_have_url(re.compile(f"/cases/{renewal}$"))
    act(enter("zhangqian", "/desk"), renewal, "受理")
    act(enter("liuyang", "/desk"), renewal, "审查通过", "符合条件。")
    act(enter("zhaojianguo", "/desk"), renewal, "准予许可", "同意。")
    archived(renewal)

    clerk.goto("/certificates")
    look(clerk, "both")
    expect(clerk.get_by_text("已换新证").first).to_be_visible()
