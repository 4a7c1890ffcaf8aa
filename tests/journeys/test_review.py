# SPDX-License-Identifier: Apache-2.0
"""Faults in materials are told before filing, with place and cure; the examiner sees the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from huiban.store.models import Account
from tests import papers
from tests.journeys.conftest import Opened
from tests.journeys.looking import Look
from tests.services import city_sample

pytestmark = pytest.mark.browser
CONTRACT, CARD = "haulage_contract", "legal_identity"
FOUND = ("合同甲方是施工单位或者建设单位", "身份证在有效期内")
# Recognising a page takes seconds of a processor that tests share.
PATIENCE = 120_000


@pytest.fixture
def reading(town: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    return town


@pytest.fixture
def draft(reading: str) -> str:
    """An application with everything but the contract and the identity card."""
    clerk = Account.objects.get(number="wangmin")
    return city_sample.draft(clerk, datetime.now(tz=UTC), without=(CONTRACT, CARD))


def upload(page: Page, material: str, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in files]
    page.locator(f"#m-{material} hb-upload[data-on] input[type=file]").set_input_files(sent)
    kept = page.locator(f"#m-{material} .files input[type=hidden]")
    expect(kept).to_have_count(len(files))


def empty(page: Page, material: str) -> None:
    rows = page.locator(f"#m-{material} .file")
    for left in range(rows.count(), 0, -1):
        with page.expect_response("**/upload"):
            rows.first.locator("[data-remove]").click()
        expect(rows).to_have_count(left - 1)


def read_through(page: Page) -> Locator:
    """Wait until every file is read; return what is told then."""
    told = page.locator("#review")
    expect(told.locator("[role=status]")).not_to_contain_text("在识别", timeout=PATIENCE)
    return told


def box_of(page: Page) -> list[str | None]:
    box = page.locator(".sheet-box-on").first
    return [box.get_attribute(name) for name in ("x", "y", "width", "height")]


def test_an_expired_card_and_a_strangers_contract_are_told_before_filing_and_seen_at_the_desk(
    enter: Opened, draft: str, shots: Path | None
) -> None:
    look = Look(shots, "review")
    clerk = enter("wangmin", f"/drafts/{draft}/materials")
    look(clerk, "before")
    upload(clerk, CONTRACT, ("运输合同.jpg", papers.contract(**papers.OTHER_COMPANY)))
    expect(clerk.locator(f"#m-{CONTRACT} .file-read")).to_contain_text("正在识别")
    upload(
        clerk, CARD, ("人像面.jpg", papers.card_front()),
        ("国徽面.jpg", papers.card_back("phone", **papers.EXPIRED)),
    )  # fmt: skip
    told = read_through(clerk)
    failing = told.locator("> .points > .point-fail")
    expect(failing).to_have_count(len(FOUND))
    for title in FOUND:
        expect(told).to_contain_text(title)
    contract = told.locator("#finding-contract_is_ours")
    expect(contract).to_contain_text("青岛远帆商贸有限公司")  # where
    expect(contract).to_contain_text("请上传本工程的合同")  # the cure
    expect(clerk.locator(f"#m-{CARD} .file-read-ok")).to_have_count(2)
    look.in_every_look(clerk, "found")

    clerk.goto(f"/drafts/{draft}/summary")
    expect(clerk.locator("#review .point-fail")).to_have_count(len(FOUND))
    look(clerk, "summary")
    clerk.locator("#finding-contract_is_ours .places a").first.click()
    expect(clerk.locator(".sheet img")).to_be_visible()
    look(clerk, "place")
    told_to_the_applicant = box_of(clerk)

    # What is told decides nothing: it can be sent as it is, and the examiner sees the same.
    clerk.goto(f"/drafts/{draft}/summary")
    clerk.get_by_role("button", name="提交申请").click()
    expect(clerk.get_by_text("已经提交，我们收到了")).to_be_visible()
    number = clerk.url.rpartition("/")[2].partition("?")[0]
    window = enter("zhangqian", f"/desk/cases/{number}?tab=points")
    for code in ("contract_is_ours", "identity_in_force"):
        expect(window.locator(f"#content #finding-{code}.point-fail")).to_have_count(1)
    look(window, "desk")
    window.locator("#content #finding-contract_is_ours .places a").first.click()
    expect(window.locator(".sheet img")).to_be_visible()
    assert box_of(window) == told_to_the_applicant
    look.in_every_look(window, "desk-place")

    window.goto(f"/desk/cases/{number}?tab=points")
    settled = window.locator("#content #finding-identity_in_force")
    settled.get_by_role("button", name="改判为符合").click()
    expect(settled).to_contain_text("认定为符合")
    window.goto(f"/desk/cases/{number}?tab=journal")
    expect(window.locator("#content")).to_contain_text("认定了一条审查要点")


def test_what_was_mended_is_told_no_more(enter: Opened, draft: str) -> None:
    clerk = enter("wangmin", f"/drafts/{draft}/materials")
    upload(clerk, CARD, ("国徽面.jpg", papers.card_back("phone", **papers.EXPIRED)))
    told = read_through(clerk)
    expect(told.locator("#finding-identity_in_force.point-fail")).to_have_count(1)

    empty(clerk, CARD)
    upload(clerk, CARD, ("人像面.jpg", papers.card_front()), ("国徽面.jpg", papers.card_back()))
    upload(clerk, CONTRACT, ("运输合同.jpg", papers.contract()))

    told = read_through(clerk)
    expect(told.locator("[role=status]")).to_contain_text("没有发现不符")
    expect(told.locator(".point-fail")).to_have_count(0)
