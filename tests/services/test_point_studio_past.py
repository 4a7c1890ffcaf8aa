# SPDX-License-Identifier: Apache-2.0
"""A changed point is tried over decided cases beside the one in force; what files said is shown."""

from dataclasses import replace
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.point_score import Share
from huiban.services import point_studio
from huiban.services.point_studio import Studio, Trial
from huiban.services.point_studio_text import Written
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.services.point_sample import (
    BUILDER,
    ITEM,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    reading,
    said,
)

pytestmark = pytest.mark.usefixtures("each_database")
CONTRACTOR = "青岛海纳建设工程有限公司"


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def studio(people: dict[str, Account]) -> Studio:
    return point_studio.opened(PACK, ITEM, OURS, people["liuyang"].to_actor())


def typed(studio: Studio, **texts: str) -> Written:
    return replace(studio.written, texts={**studio.written.texts, **texts})


def try_out(studio: Studio, written: Written, people: dict[str, Account], most: int = 50) -> Trial:
    return point_studio.try_out(studio, written, people["liuyang"].to_actor(), most)


def test_a_stricter_rule_shows_its_precision_before_and_after_and_the_cases_that_change(
    studio: Studio, people: dict[str, Account]
) -> None:
    for day in range(10):
        said(closed_case(contract(STRANGER), days=day), "fail", "fail" if day else "pass")
    owners = [closed_case(contract(BUILDER), days=20 + day) for day in range(5)]
    for number in owners:
        said(number, "pass", "pass")
    closed_case(contract(CONTRACTOR), days=40)

    trial = try_out(studio, typed(studio, holds="party_a_is_contractor"), people)

    tried = trial.tried
    assert tried is not None
    assert (tried.n("fail", then=False), tried.n("fail", then=True)) == (10, 15)
    assert {one.case.number for one in tried.changed} == set(owners)
    assert tried.before.precision.fraction == Fraction(9, 10)
    assert tried.after.precision == Share(9, 15)
    assert tried.before.overruled.part == 1
    assert tried.after.overruled.part == 6


def test_only_decided_cases_of_the_own_department_are_tried_newest_first(
    studio: Studio, people: dict[str, Account]
) -> None:
    oldest, newest = closed_case(contract(), days=9), closed_case(contract(), days=1)
    closed_case(contract(), department="urban_management")
    sample.case(people["wangmin"], sample.at("2026-11-23 09:30"))

    all_of_them = try_out(studio, studio.written, people).tried
    one = try_out(studio, studio.written, people, most=1).tried

    assert all_of_them is not None
    assert [case.case.number for case in all_of_them.cases] == [newest, oldest]
    assert one is not None
    assert [case.case.number for case in one.cases] == [newest]


def test_forty_cases_cost_as_many_queries_as_two(
    studio: Studio, people: dict[str, Account]
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            tried = try_out(studio, studio.written, people, most=200).tried
        assert tried is not None
        assert len(tried.cases) == tried.asked
        return len(queries)

    for day in range(2):
        said(closed_case(contract(), days=day), "pass", "pass")
    few = asked()
    for day in range(38):
        said(closed_case(contract(STRANGER), days=day), "fail", "fail")

    assert asked() == few == 5


def test_names_and_numbers_of_people_are_not_shown_in_full(people: dict[str, Account]) -> None:
    actor = people["liuyang"].to_actor()
    card = reading(
        "中华人民共和国居民身份证", "姓名 孙海", "性别 女 民族 汉", "出生 1980年3月7日",
        "住址 山东省青岛市崂山区样例路18号", "公民身份号码 370212198003079970",
    )  # fmt: skip
    number = closed_case(card, material="legal_identity")
    studio = point_studio.opened(PACK, ITEM, "identity_of_legal", actor)

    looked = point_studio.look(studio, number, None, actor)

    (file,) = looked.materials["legal_identity"]
    assert {one.label.zh for one in file.values} >= {"姓名", "公民身份号码"}
    shown = repr(looked.materials) + repr(looked.facts)
    for secret in ("孙海", "370212198003079970", "样例路18号"):
        assert secret not in shown


def test_a_case_that_is_open_or_of_others_is_not_looked_at(
    studio: Studio, people: dict[str, Account]
) -> None:
    actor = people["liuyang"].to_actor()
    waiting = sample.case(people["wangmin"], sample.at("2026-11-23 09:30"))
    theirs = closed_case(contract(), department="urban_management")

    with pytest.raises(NotOpen):
        point_studio.look(studio, waiting, None, actor)
    with pytest.raises(NotAllowed):
        point_studio.look(studio, theirs, None, actor)
    with pytest.raises(NotFound):
        point_studio.look(studio, "none", None, actor)
