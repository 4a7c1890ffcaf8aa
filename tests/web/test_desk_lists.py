# SPDX-License-Identifier: Apache-2.0
"""The lists of the desk: what is in them, how they are narrowed, who may read them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.store.models import Account
from tests.web.desk_visitor import case_of, visitor

pytestmark = pytest.mark.django_db

AWAITED = 12


def numbers(page: str) -> list[str]:
    return re.findall(r'data-case="([^"]+)"', page)


def test_the_to_do_list_shows_the_work_of_the_role_most_urgent_first(
    city: dict[str, Account],
) -> None:
    later = case_of(city["wangmin"], "2026-11-23 09:30")
    sooner = case_of(city["wangmin"], "2026-11-16 09:30")

    page = visitor(city["zhangqian"]).read("/desk")

    assert numbers(page) == [sooner, later]
    assert numbers(visitor(city["liuyang"]).read("/desk")) == []


def test_every_case_says_its_light_in_words_and_when_it_is_due(city: dict[str, Account]) -> None:
    case_of(city["wangmin"], "2026-11-23 10:00")

    page = visitor(city["zhangqian"]).read("/desk")

    assert "绿灯" in page
    assert re.search(r"还剩 \d+ 个工作日|还剩 \d+ 小时", page)


def test_the_list_is_narrowed_by_light_stage_item_and_text(city: dict[str, Account]) -> None:
    number = case_of(city["wangmin"], "2026-11-23 10:00")
    clerk = visitor(city["zhangqian"])

    assert numbers(clerk.read("/desk", light="green", stage="submitted")) == [number]
    assert numbers(clerk.read("/desk", light="overdue")) == []
    assert numbers(clerk.read("/desk", item="construction_waste.cancel")) == []
    assert numbers(clerk.read("/desk", q="深圳路")) == [number]
    assert numbers(clerk.read("/desk", q=number)) == [number]
    assert "没有符合条件的待办" in clerk.read("/desk", q="没有这样的工程")


def test_paging_keeps_the_filters(
    city: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.web.desk.todo.PAGE", 1)
    first = case_of(city["wangmin"], "2026-11-20 09:30")
    second = case_of(city["wangmin"], "2026-11-23 10:00")
    clerk = visitor(city["zhangqian"])

    page = clerk.read("/desk", q="深圳路", stage="submitted")
    onward = re.search(r'href="([^"]+)" rel="next"', page)

    assert numbers(page) == [first]
    assert onward
    way = onward[1].replace("&amp;", "&")
    assert "stage=submitted" in way
    assert numbers(clerk.client.get(way).content.decode()) == [second]


def test_a_place_in_the_list_that_was_made_up_is_refused(city: dict[str, Account]) -> None:
    answer = visitor(city["zhangqian"]).get("/desk", after="2026-13-45~x")

    assert answer.status_code == 422
    assert "翻页位置无效" in answer.content.decode()


def test_an_empty_desk_says_how_work_gets_there(city: dict[str, Account]) -> None:
    page = visitor(city["zhaojianguo"]).read("/desk")

    assert "现在没有待办" in page
    assert 'href="/desk/cases"' in page


def test_the_departments_cases_are_listed_whoever_has_them(city: dict[str, Account]) -> None:
    number = case_of(city["wangmin"], "2026-11-23 10:00")

    examiner = visitor(city["liuyang"])

    assert numbers(examiner.read("/desk/cases")) == [number]
    assert numbers(examiner.read("/desk/cases", show="closed")) == []
    assert numbers(examiner.read("/desk/cases", q="没有")) == []


def test_a_list_of_many_costs_no_more_statements_than_a_list_of_one(
    city: dict[str, Account],
) -> None:
    clerk = visitor(city["zhangqian"])
    case_of(city["wangmin"], "2026-11-23 10:00")
    clerk.read("/desk")
    with CaptureQueriesContext(connection) as one:
        clerk.read("/desk")
    for _ in range(3):
        case_of(city["wangmin"], "2026-11-23 10:00")
    clerk.read("/desk")

    with CaptureQueriesContext(connection) as many:
        clerk.read("/desk")

    assert len(many) == len(one) <= AWAITED


def test_residents_and_administrators_are_sent_to_their_own_pages(city: dict[str, Account]) -> None:
    assert visitor(city["wangmin"]).get("/desk").headers["Location"] == "/"
    assert visitor(city["sysadmin"]).get("/desk").headers["Location"] == "/desk/calendar"
    assert visitor(city["auditor"]).get("/desk").headers["Location"] == "/desk/audit"
    assert visitor(city["sysadmin"]).get("/desk/cases").status_code == 403
