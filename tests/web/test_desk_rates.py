# SPDX-License-Identifier: Apache-2.0
"""The page of rates on the desk: its numbers, its definitions, its file, and who may see it."""

import csv
import io
from fractions import Fraction
from random import Random

import pytest

from huiban.kernel.fill_rate import RATES
from huiban.services import fill_counting, fill_rates
from huiban.services.fill_rates import Ask
from huiban.store import cases
from huiban.store.models import Account
from huiban.store.rows import JournalRow
from huiban.web.desk.rates import percent
from tests.services.fill_history import Town
from tests.store.samples import an_entry
from tests.web.desk_visitor import NOW, case_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(city: dict[str, Account]) -> dict[str, Account]:
    """A year of applications, counted; gives the people."""
    town = Town(Random(3))
    for _ in range(120):
        town.application()
    fill_counting.sweep(NOW)
    return city


@pytest.mark.parametrize("who", ["zhangqian", "liuyang", "zhaojianguo", "wumin", "zhoulei"])
def test_whoever_has_a_desk_sees_the_rates_with_their_definitions(
    year: dict[str, Account], who: str
) -> None:
    page = visitor(year[who]).read("/desk/rates")

    for one in RATES:
        assert one.title.zh in page
        assert one.formula.zh in page


@pytest.mark.parametrize("who", ["sysadmin", "auditor"])
def test_administrators_keep_the_machine_and_see_none(year: dict[str, Account], who: str) -> None:
    assert visitor(year[who]).get("/desk/rates").status_code == 403
    assert visitor(year[who]).get("/desk/rates/download").status_code == 403


def test_residents_are_sent_to_the_portal(year: dict[str, Account]) -> None:
    assert visitor(year["wangmin"]).get("/desk/rates").status_code == 302


@pytest.mark.parametrize("by", list(fill_rates.BY))
@pytest.mark.parametrize("rate", ["filled", "wrong", "waived"])
def test_the_page_shows_the_numbers_of_the_service(
    year: dict[str, Account], by: str, rate: str
) -> None:
    board = fill_rates.board(Ask(by=by), year["wumin"].to_actor(), NOW)
    page = visitor(year["wumin"]).read("/desk/rates", by=by, rate=rate)

    for line in (board.total, *board.lines):
        spread = line.rates[rate]
        assert spread is not None
        for share in (spread.mean, spread.pooled, spread.p10):
            assert percent(share) in page


def test_the_file_has_every_rate_of_every_group(year: dict[str, Account]) -> None:
    board = fill_rates.board(Ask(by="channel"), year["wumin"].to_actor(), NOW)
    answer = visitor(year["wumin"]).get("/desk/rates/download", by="channel")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(head) == 8
    assert len(rows) == len(RATES) * (1 + len(board.lines))
    filled = board.total.rates["filled"]
    assert filled is not None
    assert rows[0][:4] == ["全部", "减填写率", str(filled.n), percent(filled.mean)]


def test_without_anything_counted_the_page_says_so_and_shows_no_zero(
    city: dict[str, Account],
) -> None:
    page = visitor(city["wumin"]).read("/desk/rates")

    assert "这段时间没有可以统计的申请" in page
    assert ">0.0%" not in page


def test_what_the_address_asks_for_and_nobody_knows_is_the_usual(year: dict[str, Account]) -> None:
    asked = {"by": "x", "rate": "x", "pack": "x", "months": "-1"}
    page = visitor(year["wumin"]).read("/desk/rates", **asked)

    assert "按场景" in page
    assert 'href="/desk/rates?by=channel"' in page


def test_the_english_page_has_the_english_definitions(year: dict[str, Account]) -> None:
    client = visitor(year["wumin"])
    client.client.cookies["hb_language"] = "en"
    page = client.read("/desk/rates")

    assert RATES[0].formula.en in page.replace("&amp;", "&")
    assert "减填写率" not in page


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "—"),
        (Fraction(0), "0.0%"),
        (Fraction(1), "100.0%"),
        (Fraction(1, 3), "33.3%"),
        (Fraction(2, 3), "66.7%"),
        (Fraction(1, 2000), "0.1%"),
        (Fraction(9995, 10000), "100.0%"),
    ],
)
def test_a_share_is_said_in_tenths_of_a_percent(share: Fraction | None, words: str) -> None:
    assert percent(share) == words


def with_record(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, list[str]], how: str = ""
) -> None:
    """Let every case's journal say how it was filled in."""
    supply = {"photo": {"how": how, "reference": "q1"}} if how else {}
    body = {"fill": {"fields": fields, "materials": supply}}
    monkeypatch.setattr("huiban.services.fill_counting.body_of", lambda _row: body)


def test_the_applicant_reads_how_little_was_left_to_fill_in(
    city: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    fields = {"A": ["name", "uscc"], "H": ["contact"], "M": ["route"], "E": ["phone"]}
    with_record(monkeypatch, fields, "resource")
    client = visitor(city["wangmin"])

    for way in (f"/cases/{number}", f"/cases/{number}?sent"):
        page = client.read(way)
        assert "5 项里，您只填了 2 项" in page
        assert "自动带出 2 项" in page
        assert "应交材料 1 份，免交 1 份" in page


def test_where_most_was_typed_nobody_says_only(
    city: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    with_record(monkeypatch, {"A": ["name"], "M": ["route", "note"]})
    page = visitor(city["wangmin"]).read(f"/cases/{number}")

    assert "3 项里，系统替您填好了 1 项" in page
    assert "只填了" not in page


def test_where_nothing_was_spared_nothing_is_said(
    city: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    with_record(monkeypatch, {"M": ["name"]})

    assert "替您" not in visitor(city["wangmin"]).read(f"/cases/{number}")


def test_one_case_is_counted_for_whoever_may_see_it(city: dict[str, Account]) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    found = fill_rates.of_case(number, city["wangmin"].to_actor())

    assert found is None or found.total > 0
    assert fill_counting.of_journal([an_entry(body='{"entered": []}')]) is None
    told: list[JournalRow] = [an_entry(body='{"fill": {"fields": {"A": ["a"], "M": ["b"]}}}')]
    counted = fill_counting.of_journal(told)
    assert counted is not None
    assert (counted.total, counted.by_hand) == (2, 1)
    assert cases.load(number).stage
