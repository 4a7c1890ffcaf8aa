# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data resources on the desk: found, narrowed, read, and by whom."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.connection import HttpConnection, SqlConnection
from huiban.services import city as city_service
from huiban.store import inquiries, quotas
from huiban.store.inquiries import Entry
from huiban.store.models import Account
from tests.services.stand_in import StandIn, registers
from tests.web.desk_visitor import NOW, visitor
from tests.web.portal_visitor import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["zhangqian", "zhaojianguo", "sysadmin", "auditor"])
def test_whoever_has_a_desk_reads_the_catalogue(city: dict[str, Account], who: str) -> None:
    page = visitor(city[who]).read("/desk/resources")

    assert "数据资源目录" in page
    assert "共 290 项" in page


def test_residents_are_sent_to_the_portal(city: dict[str, Account]) -> None:
    assert visitor(city["wangmin"]).get("/desk/resources").status_code == 302


def test_the_levels_and_categories_count_what_is_found(city: dict[str, Account]) -> None:
    page = visitor(city["zhangqian"]).read("/desk/resources")
    counts = dict(re.findall(r">(国家|省级|市级) <span>(\d+)</span>", page))

    assert counts == {"国家": "38", "省级": "77", "市级": "175"}


@pytest.mark.parametrize("text", ["企业登记", "qiyedengji", "enterprise_registry"])
def test_a_resource_is_found_by_name_pinyin_or_key(city: dict[str, Account], text: str) -> None:
    page = visitor(city["zhangqian"]).read("/desk/resources", q=text)

    assert 'href="/desk/resources/enterprise_registry"' in page


def test_narrowing_by_level_and_department_keeps_the_others_away(city: dict[str, Account]) -> None:
    page = visitor(city["zhangqian"]).read(
        "/desk/resources", level="municipal", provider="human_resources"
    )

    assert "/desk/resources/social_insurance" in page
    assert "/desk/resources/enterprise_registry" not in page


def test_nothing_found_says_what_to_do(city: dict[str, Account]) -> None:
    page = visitor(city["zhangqian"]).read("/desk/resources", q="没有这种数据zzz")

    assert "没有符合条件的数据资源" in page


def test_an_entry_shows_its_terms_its_items_and_who_uses_it(city: dict[str, Account]) -> None:
    page = visitor(city["zhangqian"]).read("/desk/resources/enterprise_registry")

    assert "每天最多查询" in page
    assert "统一社会信用代码" in page
    assert "/items/construction_waste.new" in page
    assert "还没有表单用到它" not in page


def test_an_entry_that_no_form_uses_says_so(city: dict[str, Account]) -> None:
    page = visitor(city["zhangqian"]).read("/desk/resources/marriage_registration")

    assert "还没有表单用到它" in page
    assert "明示同意" in page


def test_an_unknown_entry_is_not_found(city: dict[str, Account]) -> None:
    assert visitor(city["zhangqian"]).get("/desk/resources/nothing").status_code == 404


def test_the_english_page_has_no_chinese_of_ours(city: dict[str, Account]) -> None:
    client = visitor(city["zhangqian"])
    client.client.cookies["hb_language"] = "en"

    page = client.read("/desk/resources/social_insurance")

    assert "Catalogue entry" in page
    assert "目录信息" not in page


def test_the_list_costs_few_queries(
    city: dict[str, Account], django_assert_max_num_queries: object
) -> None:
    client = visitor(city["zhangqian"])
    client.read("/desk/resources")

    with django_assert_max_num_queries(4):  # type: ignore[operator]
        client.read("/desk/resources", q="社会保险")


# How they run


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The registry is connected; the planning permits would be, were their variable set."""
    real = city_service.loaded()
    found = replace(
        real,
        connections={
            "enterprise_registry": HttpConnection(
                resource="enterprise_registry", address="https://example.test/x"
            ),
            "planning_permit": SqlConnection(
                resource="planning_permit", address="${HUIBAN_NOT_SET_HERE}", table="t"
            ),
        },
    )
    monkeypatch.setattr(city_service, "loaded", lambda: found)
    with registers(StandIn(), "enterprise_registry") as stand_in:
        yield stand_in


def asked(count: int, outcome: str, latency: int) -> None:
    lines = [
        Entry(
            request=f"{outcome}{n}", event="answered", subject="1" * 64, outcome=outcome,
            resource="enterprise_registry", looked_up_by="uscc", matter="d1", item_code="x",
            purpose="p", actor="a", at=NOW, latency=latency,
        )
        for n in range(count)
    ]  # fmt: skip
    inquiries.append(lines)


def test_a_resource_says_how_it_is_connected_and_how_it_did(
    city: dict[str, Account], connected: StandIn
) -> None:
    asked(19, "found", 120)
    asked(1, "timeout", 6000)
    quotas.take({"enterprise_registry": (20, 10_000)}, NOW.date())

    said = text_of(visitor(city["zhangqian"]).read("/desk/resources/enterprise_registry"))

    for words in ("正常", "查询 20 次，有答复 95%", "95% 在 120 毫秒内", "今天 20 /", "10:30"):
        assert words in said


def test_a_register_that_often_fails_is_said_to(
    city: dict[str, Account], connected: StandIn
) -> None:
    asked(4, "found", 120)
    asked(6, "broken", 10)

    assert "不稳定" in visitor(city["zhangqian"]).read("/desk/resources/enterprise_registry")


def test_what_is_not_connected_says_so(city: dict[str, Account], connected: StandIn) -> None:
    desk = visitor(city["zhangqian"])

    assert "未接入" in text_of(desk.read("/desk/resources/population"))
    said = text_of(desk.read("/desk/resources/planning_permit"))
    assert "没有设置环境变量：HUIBAN_NOT_SET_HERE" in said


def test_the_list_tells_it_in_two_statements_however_many_there_are(
    city: dict[str, Account], connected: StandIn
) -> None:
    desk = visitor(city["zhangqian"])
    asked(3, "found", 10)
    desk.read("/desk/resources")
    counts = []
    for narrow in ({"q": "企业登记"}, {"level": "municipal"}):
        with CaptureQueriesContext(connection) as seen:
            page = desk.read("/desk/resources", **narrow)
        counts.append(len(seen))

    assert "未接入" in page
    assert counts[0] == counts[1]
