# SPDX-License-Identifier: Apache-2.0
"""What a language model says at the desk: asked by a button, shown as text, marked, on record."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from huiban.services import explain
from huiban.store import ids
from huiban.store.models import Account, Explanation
from tests.connectors.model_peer import ModelPeer, saying
from tests.services.model_sample import EXAMINER, OTHER_FIRM, connected, finding
from tests.web.desk_visitor import NOW, visitor

pytestmark = pytest.mark.django_db
MARK = "由语言模型生成，仅供参考，不作决定"


@pytest.fixture
def peer(settings: Settings) -> Iterator[ModelPeer]:
    with connected(settings) as found:
        yield found


def way(number: str, rest: str = "points/contract_is_sealed/explain") -> str:
    return f"/desk/cases/{number}/{rest}"


def test_without_scripts_the_button_leads_to_a_page_with_the_words_and_the_mark(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says("合同上没有看到印章。\n\n请核对第二页。")
    clerk = visitor(city["zhangqian"])

    sent = clerk.post(way(number), **{"for": "examiner"})
    page = clerk.read(sent.headers["Location"])

    assert sent.status_code == 303
    assert "<p>合同上没有看到印章。</p>" in page
    assert MARK in page
    assert "给审查人员的说明" in page
    assert f"/desk/cases/{number}?tab=points" in page


def test_with_htmx_only_the_piece_comes_back(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    client = visitor(city["zhangqian"]).client

    found = client.post(way(number), {"for": "applicant"}, headers={"HX-Request": "true"})

    text = found.content.decode()
    assert found.status_code == 200
    assert text.startswith('<section class="explanation"')
    assert "给申请人的说明" in text
    assert "hx-get" not in text
    assert "<html" not in text


def test_whatever_the_model_writes_is_shown_as_text(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says('<script>alert(1)</script><a href="javascript:x">点这里</a> https://evil.example')
    clerk = visitor(city["zhangqian"])

    page = clerk.read(clerk.post(way(number)).headers["Location"])

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript' not in page
    assert 'href="https://evil' not in page


def test_an_opinion_is_drafted_beside_the_form_and_written_into_nothing(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says("初稿正文")
    clerk = visitor(city["zhangqian"])

    page = clerk.read(clerk.post(way(number, "opinion")).headers["Location"])
    case = clerk.read(f"/desk/cases/{number}")

    assert "初稿正文" in page
    assert "审查意见初稿" in page
    assert MARK in page
    assert "初稿正文" not in case


def test_while_it_is_awaited_the_piece_asks_again_and_the_page_has_a_link(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    clerk = visitor(city["zhangqian"])
    place = clerk.post(way(number)).headers["Location"]
    Explanation.objects.update(state="asked", received="", answered_at=None)

    piece = clerk.client.get(place, headers={"HX-Request": "true"}).content.decode()
    page = clerk.read(place)

    assert f'hx-get="{place}" hx-trigger="every 2s"' in piece
    assert f'href="{place}"' in page
    assert "您可以接着办" in page
    assert MARK not in page


def test_a_model_that_is_away_is_told_plainly_in_both_languages(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.does = saying({}, 500)
    clerk = visitor(city["zhangqian"])
    place = clerk.post(way(number)).headers["Location"]

    assert "不影响办理" in clerk.read(place)
    clerk.client.cookies["hb_language"] = "en"
    assert "Nothing else waits for it" in clerk.read(place)


def test_without_a_model_nothing_is_asked_and_it_says_so(
    city: dict[str, Account], number: str
) -> None:
    clerk = visitor(city["zhangqian"])

    page = clerk.post(way(number))
    piece = clerk.client.post(way(number), headers={"HX-Request": "true"})

    assert page.status_code == 409
    assert "没有接入语言模型" in page.content.decode()
    assert piece.status_code == 200
    assert "没有接入语言模型" in piece.content.decode()
    assert not Explanation.objects.exists()


def test_a_point_that_is_none_and_a_get_find_nothing(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    clerk = visitor(city["zhangqian"])

    assert clerk.post(way(number, "points/no_such/explain")).status_code == 404
    assert clerk.get(way(number)).status_code == 405
    assert clerk.get(way(number, f"explanations/{'0' * 32}")).status_code == 404
    assert peer.seen == []


def test_residents_and_those_who_may_not_see_the_case_are_turned_away(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    for who, status in (("wangmin", 302), ("zhoulei", 403), ("sysadmin", 403), ("wumin", 403)):
        assert visitor(city[who]).post(way(number)).status_code == status
        assert visitor(city[who]).post(way(number, "opinion")).status_code == status
    assert Client().post(way(number)).status_code == 302
    assert peer.seen == []


def test_a_supervisor_reads_every_question_as_it_was_sent(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says("请〔单位1〕核对")
    one = finding("contract_is_ours", OTHER_FIRM)
    explain.explain(number, one, EXAMINER, city["zhangqian"].to_actor(), NOW)

    page = visitor(city["wumin"]).read(way(number, "explanations"))

    assert "张倩" in page
    assert "city-model" in page
    assert one.point.title.zh in page
    assert "请〔单位1〕核对" in page
    assert "&quot;model&quot;: &quot;city-model&quot;" in page
    assert "青岛海纳" not in page


def test_an_auditor_sees_that_it_was_asked_and_no_words(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    explain.explain(number, finding("contract_is_sealed"), EXAMINER,
                    city["zhangqian"].to_actor(), NOW)  # fmt: skip

    page = visitor(city["auditor"]).read(way(number, "explanations"))

    assert "张倩" in page
    assert re.search(r"[0-9a-f]{64}", page)
    assert "发出和收到的原文" not in page


def test_a_long_record_costs_as_many_questions_to_the_database_as_a_short_one(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    explain.explain(number, finding("contract_is_sealed"), EXAMINER,
                    city["zhangqian"].to_actor(), NOW)  # fmt: skip
    supervisor = visitor(city["wumin"])
    supervisor.read(way(number, "explanations"))

    with CaptureQueriesContext(connection) as one:
        supervisor.read(way(number, "explanations"))
    row = Explanation.objects.get()
    for _ in range(20):
        row.number = ids.new_key()
        row.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        supervisor.read(way(number, "explanations"))

    assert len(many) == len(one)


def test_a_case_about_which_nothing_was_asked_says_so(
    city: dict[str, Account], number: str
) -> None:
    assert "没有请语言模型说明过" in visitor(city["wumin"]).read(way(number, "explanations"))
