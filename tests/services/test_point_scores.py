# SPDX-License-Identifier: Apache-2.0
"""The published precision of points follows what officers say, by point and by writing."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.point_score import Score, Share
from huiban.services import city, point_scores, reviewing
from huiban.services.point_scores import PointLine, can_write, lines_of
from huiban.services.refusal import NotAllowed, NotFound
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.services.point_sample import (
    AMOUNT,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    read_as,
    said,
)

pytestmark = pytest.mark.usefixtures("each_database")
NOW = sample.at("2026-11-23 10:30")


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


def line(code: str = OURS) -> PointLine:
    lines = lines_of(city.loaded().scenarios[PACK])
    return next(one for one in lines if one.code == code)


def settled(times: int, found: str = "fail", answer: str = "fail", **more: str) -> None:
    for _ in range(times):
        said(closed_case(), found, answer, **more)


def test_overruling_a_point_at_the_desk_lowers_its_precision(people: dict[str, Account]) -> None:
    """The chain of the whole product: file, reading, point, officer, published number."""
    settled(11)
    number = sample.case(people["wangmin"], sample.at("2026-11-23 09:30"))
    read_as(number, contract(party_a=STRANGER))
    before = line().now.score

    finding = reviewing.settle(number, OURS, "pass", people["liuyang"].to_actor(), NOW)

    assert finding.verdict == "fail"
    after = line().now.score
    assert before.precision.fraction == 1
    assert after.precision.fraction == Fraction(11, 12)
    assert after.overruled == Share(1, 12)
    reviewing.settle(number, OURS, "fail", people["liuyang"].to_actor(), NOW)
    assert line().now.score.precision.fraction == 1


def test_each_writing_is_counted_alone(people: dict[str, Account]) -> None:
    settled(3)
    settled(2, answer="pass", rule="a" * 64)
    settled(4, found="unknown", answer="pass", rule="b" * 64)

    found = line()

    assert found.now.score == Score.of([("fail", "fail")] * 3)
    assert [(one.rule, one.score.total) for one in found.before] == [("b" * 64, 4), ("a" * 64, 2)]
    assert found.before[1].score.precision == Share(0, 2)


def test_a_point_that_is_gone_keeps_what_was_said_of_it(people: dict[str, Account]) -> None:
    settled(1, code=AMOUNT)
    number = closed_case()
    said(number, "fail", "pass", rule="c" * 64)
    row = "UPDATE store_settlement SET point = 'no_longer' WHERE rule = %s"
    with connection.cursor() as cursor:
        cursor.execute(row, ["c" * 64])

    gone = lines_of(city.loaded().scenarios[PACK])[-1]

    assert (gone.code, gone.point, gone.items) == ("no_longer", None, ())
    assert gone.before[0].score.overruled == Share(1, 1)


def test_the_whole_page_costs_one_query(people: dict[str, Account]) -> None:
    settled(5)
    settled(3, code=AMOUNT)
    city.loaded()

    with CaptureQueriesContext(connection) as asked:
        point_scores.board(PACK, people["wumin"].to_actor())

    assert len(asked) == 1


def test_who_sees_and_who_writes(people: dict[str, Account]) -> None:
    scenario = city.loaded().scenarios[PACK]

    assert {name for name, one in people.items() if can_write(one.to_actor(), scenario)} == {
        "liuyang", "sunmei", "zhaojianguo",
    }  # fmt: skip
    for name in ("wangmin", "auditor"):
        with pytest.raises(NotAllowed):
            point_scores.board(PACK, people[name].to_actor())
    assert not point_scores.board(PACK, people["zhoulei"].to_actor()).can_write


def test_a_scenario_without_points_has_no_board(people: dict[str, Account]) -> None:
    with pytest.raises(NotFound):
        point_scores.board("no_such", people["wumin"].to_actor())
