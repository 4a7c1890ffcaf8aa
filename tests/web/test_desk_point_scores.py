# SPDX-License-Identifier: Apache-2.0
"""The page of precision: its numbers are what officers said, few cases are no percentage."""

import csv
import io
import re

import pytest

from huiban.services import reviewing
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.services.point_sample import (
    ITEM,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    read_as,
    said,
)
from tests.web.desk_visitor import NOW, visitor
from tests.web.portal_visitor import text_of

_PAGE = "/desk/review-points"


SQLITE = pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)


@pytest.fixture
def people(each_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    monkeypatch.setattr("huiban.web.visit.now", lambda: NOW)
    return sample.people()


def row(account: Account, code: str = OURS) -> str:
    page = visitor(account).read(_PAGE, scenario=PACK)
    found = re.search(rf'<tr id="point-{code}">.*?</tr>', page, re.DOTALL)
    assert found is not None
    return text_of(f"<main{found[0]}")


def settled(times: int, answer: str = "fail", **more: str) -> None:
    for _ in range(times):
        said(closed_case(), "fail", answer, **more)


def test_overruling_a_point_changes_the_number_on_the_page(people: dict[str, Account]) -> None:
    settled(9)
    number = sample.case(people["wangmin"], sample.at("2026-11-23 09:30"))
    read_as(number, contract(party_a=STRANGER))
    officer = people["liuyang"].to_actor()

    reviewing.settle(number, OURS, "fail", officer, NOW)
    confirmed = row(people["wumin"])
    reviewing.settle(number, OURS, "pass", officer, NOW)
    overruled = row(people["wumin"])

    assert "100.0%" in confirmed
    assert "属实 10，改判 0" in confirmed
    assert "90.0%" in overruled
    assert "属实 9，改判 1" in overruled


@SQLITE
def test_few_cases_are_told_as_cases(people: dict[str, Account]) -> None:
    settled(2)
    settled(1, "pass")

    told = row(people["wumin"])

    assert "2 / 3" in told
    assert "件数少，不算百分比" in told
    assert "%" not in told


@SQLITE
def test_older_writings_are_folded_below_the_current_one(people: dict[str, Account]) -> None:
    settled(1)
    settled(4, "pass", rule="d" * 64)

    page = visitor(people["wumin"]).read(_PAGE, scenario=PACK)

    assert "以前的 1 种写法" in page
    assert "认定 4 次，判不符 4 次、属实 0 次，准确率 0 / 4" in page


@SQLITE
def test_without_any_word_the_page_says_so_and_shows_no_zero_percent(
    people: dict[str, Account],
) -> None:
    page = visitor(people["wumin"]).read(_PAGE)

    assert "还没有人认定过要点" in page
    assert "0.0%" not in page


@SQLITE
@pytest.mark.parametrize(
    ("who", "status"),
    [("zhangqian", 200), ("sysadmin", 200), ("auditor", 403), ("wangmin", 302)],
)
def test_who_sees_the_page(people: dict[str, Account], who: str, status: int) -> None:
    assert visitor(people[who]).get(_PAGE).status_code == status
    assert visitor(people[who]).get(f"{_PAGE}/download").status_code == status


@SQLITE
def test_only_those_who_may_change_points_are_led_to_the_studio(
    people: dict[str, Account],
) -> None:
    way = f"{_PAGE}/{PACK}/{ITEM}/{OURS}"

    assert way in visitor(people["liuyang"]).read(_PAGE)
    assert way not in visitor(people["zhangqian"]).read(_PAGE)
    assert way not in visitor(people["sysadmin"]).read(_PAGE)


@SQLITE
def test_the_file_has_the_counts_behind_every_share(people: dict[str, Account]) -> None:
    settled(12)
    settled(3, "pass")

    answer = visitor(people["wumin"]).get(f"{_PAGE}/download", scenario=PACK)

    head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = next(dict(zip(head, one, strict=True)) for one in rows if one[1] == OURS)
    assert (told["判不符，属实"], told["判不符，改判"], told["准确率"]) == ("12", "3", "80.0%")
    assert told["漏判率"] == ""


@SQLITE
def test_a_scenario_that_is_not_there_is_not_found(people: dict[str, Account]) -> None:
    assert visitor(people["wumin"]).get(_PAGE, scenario="nosuch").status_code == 404
