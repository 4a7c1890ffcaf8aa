# SPDX-License-Identifier: Apache-2.0
"""The first screen, the search and the guides: what visitors find before they apply."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiban.services import mine
from huiban.store.models import Account
from tests.web.portal_visitor import (
    ITEM,
    NOW,
    Visitor,
    granted,
    sent_back,
    text_of,
    visitor,
)

pytestmark = pytest.mark.django_db

LIVES = ("new", "modify", "renew", "cancel")


def test_a_visitor_sees_the_items_of_a_permit_in_the_order_of_its_life(
    town: dict[str, Account],
) -> None:
    page = Client().get("/").content.decode()

    offers = page.partition('id="offers"')[2]
    places = [offers.index(f"/items/construction_waste.{life}") for life in LIVES]
    assert places == sorted(places)
    assert "登录后更省事" in page
    assert "要您填（共" in page


def test_the_first_screen_costs_few_statements(clerk: Visitor, draft: str) -> None:
    clerk.read("/")

    with CaptureQueriesContext(connection) as asked:
        page = clerk.read("/")

    assert f"/drafts/{draft}/" in page
    assert len(asked) <= 8


def test_a_correction_waits_with_its_own_clock_and_once(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = sent_back(town)

    before = clerk.read("/")
    clerk.post(f"/cases/{number}/correct")
    after = clerk.read("/")

    assert "补正：" in before
    assert "还剩 20 个工作日" in before
    assert "1 件" in text_of(after)
    assert "继续填写" not in after


def test_messages_are_listed_and_marked_as_read(town: dict[str, Account], clerk: Visitor) -> None:
    number = sent_back(town)

    page = clerk.read("/messages")
    answer = clerk.post("/messages")

    assert "请补正材料" in page
    assert f"/cases/{number}" in page
    assert answer["Location"] == "/messages"
    assert mine.waiting(town["wangmin"].to_actor(), NOW).unread == 0


def test_who_was_told_nothing_learns_how_messages_come(town: dict[str, Account]) -> None:
    assert "还没有消息" in visitor(town["lihua"]).read("/messages")


@pytest.mark.parametrize("query", ["渣土", "zhatu", "jzlj", "建筑拉圾", "ZHA TU"])
def test_a_search_finds_the_item_and_says_why(town: dict[str, Account], query: str) -> None:
    page = Client().get("/search", {"q": query}).content.decode()

    assert f"/items/{ITEM}" in page
    assert "找到" in page


def test_a_search_without_result_says_what_to_try(town: dict[str, Account]) -> None:
    page = Client().get("/search", {"q": "护照办理" * 200}).content.decode()

    assert "没有找到" in page
    assert "12345" in page


def test_typing_gets_suggestions_alone(town: dict[str, Account]) -> None:
    answer = Client().get("/search", {"q": "zhatu"}, headers={"hx-request": "true"})

    assert answer.content.lstrip().startswith(b"<ul>")
    assert b"<html" not in answer.content


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_guide_shows_all_the_standard_asks(
    town: dict[str, Account], life: str, language: str
) -> None:
    client = Client()
    client.cookies["hb_language"] = language

    answer = client.get(f"/items/construction_waste.{life}")

    page = answer.content.decode()
    assert answer.status_code == 200
    for part in ("facts", "conditions", "materials", "process", "form", "results", "basis"):
        assert f'id="g-{part}"' in page
    assert page.count("<h1") == 1
    assert 'class="hb-process' in page
    assert "0532-80000103" in page


def test_a_guide_nobody_wrote_is_not_found(town: dict[str, Account]) -> None:
    for code in ("nothing.new", "..", "%00", "x" * 500):
        assert Client().get(f"/items/{code}").status_code == 404


def test_a_guide_costs_one_statement_when_nobody_is_signed_in(town: dict[str, Account]) -> None:
    Client().get(f"/items/{ITEM}")

    with CaptureQueriesContext(connection) as asked:
        Client().get(f"/items/{ITEM}")

    assert len(asked) <= 1


def test_how_to_begin_depends_on_who_asks(town: dict[str, Account], clerk: Visitor) -> None:
    renewal = "/items/construction_waste.renew"

    assert "登录后办理" in Client().get(f"/items/{ITEM}").content.decode()
    assert f'action="/items/{ITEM}/apply"' in clerk.read(f"/items/{ITEM}")
    assert "现在没有有效的证照" in clerk.read(renewal)
    assert "工作人员账号" in visitor(town["zhangqian"]).read(f"/items/{ITEM}")


def test_a_renewal_starts_from_a_certificate_one_holds(
    town: dict[str, Account], clerk: Visitor
) -> None:
    granted(town)
    renewal = "/items/construction_waste.renew"

    offered = clerk.read(renewal)
    others = visitor(town["lihua"]).read(renewal)

    assert 'name="certificate"' in offered
    assert "崂山区深圳路地下停车场工程" in offered
    assert 'name="certificate"' not in others
