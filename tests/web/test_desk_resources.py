# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data resources on the desk: found, narrowed, read, and by whom."""

import re

import pytest

from huiban.store.models import Account
from tests.web.desk_visitor import visitor

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
