# SPDX-License-Identifier: Apache-2.0
"""A slow language model in a real browser: nobody waits, the words come by themselves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from huiban.services import explain
from huiban.services.explain import Audience, Reader
from huiban.store.models import Account
from tests.browser import watch
from tests.connectors.model_peer import ModelPeer, completion, saying
from tests.journeys.looking import LANGUAGES, Look
from tests.services import city_sample as sample
from tests.services.model_sample import OTHER_FIRM, connected, finding

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


@pytest.fixture
def peer(settings: Settings) -> Iterator[ModelPeer]:
    with connected(settings) as found:
        yield found


@pytest.fixture
def asked(peer: ModelPeer) -> str:
    """Where an explanation is awaited; the model writes until its gate is opened."""
    now = datetime.now(tz=UTC)
    day = now.astimezone(sample.SHANGHAI).date().isoformat()
    clerk = Account.objects.get(number="wangmin")
    number = sample.case(clerk, now, apply_date=day, sign_date=day)
    peer.does = peer.gated(
        saying(completion("合同甲方是〔单位9〕，\n\n请核对第一页。" + "长" * 300))
    )
    reader = Reader(Audience.EXAMINER, patience_s=0)
    actor = Account.objects.get(number="zhangqian").to_actor()
    found = explain.explain(number, finding("contract_is_ours", OTHER_FIRM), reader, actor, now)
    return f"/desk/cases/{number}/explanations/{found.number}"


def test_the_words_come_by_themselves_and_their_record_is_readable(
    enter: Entered, peer: ModelPeer, asked: str, shots: Path | None
) -> None:
    page = enter("zhangqian", asked)
    heard = watch(page)
    look = Look(shots, "explain", only=("wide", "phone", "dark", "elder-phone"))
    expect(page.get_by_text("您可以接着办")).to_be_visible()
    look(page, "awaited")

    peer.open_gate.set()

    expect(page.get_by_text("请核对第一页")).to_be_visible()
    expect(page.get_by_text("由语言模型生成，仅供参考，不作决定")).to_be_visible()
    expect(page.locator("[hx-get]")).to_have_count(0)
    look.in_every_look(page, "answered")
    page.get_by_role("link", name="使用记录").click()
    page.get_by_text("看发出和收到的原文").click()
    expect(page.locator(".explanation-raw").first).to_contain_text("〔")
    look.in_every_look(page, "record")
    assert heard == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "zh-hans"])
def test_english_pages_hold_too(enter: Entered, peer: ModelPeer, asked: str, language: str) -> None:
    peer.open_gate.set()
    page = enter("zhangqian", asked, language=language)

    expect(page.get_by_text("it decides nothing")).to_be_visible()
    Look(None, "explain", language).in_every_look(page, "answered")
