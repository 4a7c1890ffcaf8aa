# SPDX-License-Identifier: Apache-2.0
"""The system decides only what everything passes for; whatever else there is, people decide."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.connectors.registers import Outcome
from huiban.jobs.errands import registry
from huiban.kernel.actor import SYSTEM
from huiban.services import automatic, disputes, evidence, handle, issue
from huiban.services.disputes import Claim
from huiban.services.handle import Order
from huiban.services.journal import body_of
from huiban.services.refusal import NotOpen
from huiban.store import automatic as stored
from huiban.store import blobs, cases, documents, journal, notices
from huiban.store.models import Account, AutomaticDecision, Certificate, Job
from huiban.store.rows import JournalRow
from tests.services import city_sample as sample
from tests.services.automatic_sample import (
    ASKED,
    ITEM,
    NOW,
    TERMS,
    automatic_city,
    decided,
    filed,
    scenario,
    work,
)
from tests.services.automatic_sample import registers as records
from tests.services.point_sample import read_as, reading
from tests.services.stand_in import StandIn, registers

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def asked() -> Iterator[StandIn]:
    with registers(records(), *ASKED) as found:
        yield found


@pytest.fixture
def people(asked: StandIn, each_database: str) -> Iterator[dict[str, Account]]:
    with automatic_city():
        yield sample.people()


def facts(number: str, act: str) -> list[JournalRow]:
    return [row for row in journal.of_case(cases.load(number).id) if row.act == act]


def why(number: str) -> list[str]:
    """Why a case was left to people, by the newest fact."""
    [*_, last] = facts(number, automatic.LEFT)
    reasons = body_of(last)["reasons"]
    assert isinstance(reasons, list)
    return [str(one["why"]) for one in reasons]


def acts(number: str) -> list[str]:
    return [row.act for row in journal.of_case(cases.load(number).id)]


def test_what_passes_is_decided_within_one_run_and_the_record_holds(
    people: dict[str, Account],
) -> None:
    number = filed(people)

    work()

    case = cases.load(number)
    assert (case.stage, case.outcome) == ("archived", "granted")
    assert (case.accepted_at, case.decided_at) == (NOW, NOW)
    told = acts(number)
    assert told[:5] == ["submit", "accept", "pass", "grant", automatic.DECIDED]
    assert {row.actor for row in journal.of_case(case.id)[1:]} == {SYSTEM.number}
    assert Certificate.objects.get().state == "cancelled"
    assert evidence.verify_case(number).is_sound


def test_the_fact_says_on_what_it_rests_and_no_values(people: dict[str, Account]) -> None:
    number = filed(people)

    work()

    [fact] = facts(number, automatic.DECIDED)
    body = body_of(fact)
    assert fact.is_public
    assert fact.basis == TERMS.basis
    assert (body["approved_by"], body["sampled"]) == (TERMS.approved_by, False)
    assert str(body["pack"]).endswith(scenario().digest)
    assert {one["code"]: one["verdict"] for one in body["criteria"]} == {  # type: ignore[attr-defined]
        "materials_complete": "pass", "no_open_incident": "pass", "registered_in_business": "pass",
    }  # fmt: skip
    assert {one["source"] for one in body["registers"]} >= {"enterprise_registry"}  # type: ignore[attr-defined]
    assert all(one["request"] for one in body["registers"])  # type: ignore[attr-defined]
    assert body["application"] == body_of(facts(number, "submit")[0])["filed"]
    assert body["steps"] == ["accept", "pass", "grant"]
    assert "孙海" not in fact.body


def test_the_letter_says_that_no_officer_decided_and_how_to_have_one_look(
    people: dict[str, Account],
) -> None:
    number = filed(people)
    work()

    [letter] = [
        one
        for one in documents.of_case(cases.load(number).id)
        if one.code == "cancellation_decision"
    ]
    text = text_of(issue.stored_content(letter))
    assert "由系统按照公开的条件自动作出，没有工作人员参与" in text
    assert "依据青岛市优化营商环境条例第二十四条（青岛市人民政府2026年11月1日批准）" in text
    assert "2027年1月22日以前" in text
    assert "请工作人员复核" in text
    titles = [one.title for one in notices.of_subject(sample.USCC)]
    assert "这件办件由系统自动作出决定" in titles


def test_a_letter_that_an_officer_decided_says_nothing_of_it(people: dict[str, Account]) -> None:
    number = filed(people, by_people=True)
    for who, act in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        handle.act(number, Order(act), people[who].to_actor(), NOW)

    work()

    texts = [text_of(issue.stored_content(one)) for one in documents.of_case(cases.load(number).id)]
    assert texts
    assert not any("自动作出" in text for text in texts)


def text_of(content: bytes) -> str:
    """Read a document with another program, as its reader would."""
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return re.sub(r"—\d+—", "", re.sub(r"\s+", "", told.stdout.decode()))


def left(number: str) -> None:
    """The case waits for the window as any other, untouched."""
    case = cases.load(number)
    assert (case.stage, case.outcome) == ("submitted", "")
    assert not AutomaticDecision.objects.exists()
    assert Certificate.objects.get().state == "valid"


@pytest.mark.parametrize(
    ("by_people", "reason"), [(True, "by_people"), (None, "not_asked")], ids=("chose", "not asked")
)
def test_who_wants_a_person_or_was_not_asked_gets_one(
    people: dict[str, Account], by_people: bool | None, reason: str
) -> None:
    number = filed(people, by_people=by_people)

    decided(number)

    left(number)
    assert why(number) == [reason]


def test_a_failing_criterion_goes_to_people(people: dict[str, Account]) -> None:
    number = filed(people, has_open_incident=True)

    decided(number)

    left(number)
    assert why(number) == ["criterion_fails"]


@pytest.mark.parametrize(
    ("resource", "reasons"),
    [
        ("dishonest_debtors", ["register_silent"]),
        (
            "enterprise_registry",
            ["criterion_unknown", "register_silent", "register_differs", "register_differs"],
        ),
    ],
    ids=("beside the criteria", "behind a criterion"),
)
def test_a_register_that_does_not_answer_goes_to_people(
    people: dict[str, Account], asked: StandIn, resource: str, reasons: list[str]
) -> None:
    asked.outcomes[resource] = Outcome.TIMEOUT
    number = filed(people)

    decided(number)

    left(number)
    assert why(number) == reasons


def test_what_a_register_has_otherwise_goes_to_people(
    people: dict[str, Account], asked: StandIn
) -> None:
    number = filed(people, legal_person="孙小海")

    decided(number)

    left(number)
    assert why(number) == ["register_differs"]


def test_a_dispute_that_nobody_has_answered_goes_to_people(people: dict[str, Account]) -> None:
    number = filed(people)
    claim = Claim(
        matter=number, resource="enterprise_registry", provider="market_regulation",
        item="legal_person", path="legal_person", subject_code=sample.USCC,
        subject_name="青岛海晟置业有限公司", registered="孙海", claimed="孙小海",
    )  # fmt: skip
    disputes.open_dispute(claim, people["wangmin"].to_actor(), NOW)

    decided(number)

    left(number)
    assert why(number) == ["disputed"]


def test_what_an_officer_has_taken_up_stays_with_people(people: dict[str, Account]) -> None:
    number = filed(people)
    handle.act(number, Order("claim", "t1"), people["zhangqian"].to_actor(), NOW)

    decided(number)

    assert why(number) == ["in_hand"]
    assert cases.load(number).stage == "submitted"


def test_left_to_people_is_written_down_once(people: dict[str, Account]) -> None:
    number = filed(people, by_people=True)
    decided(number)

    automatic.look(number, NOW + timedelta(minutes=5))

    assert len(facts(number, automatic.LEFT)) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_case_is_decided_once_however_often_the_job_runs(
    people: dict[str, Account], times: int
) -> None:
    number = filed(people)
    work()

    for _ in range(times):
        automatic.want(number, NOW)
        automatic.look(number, NOW)
    work()

    assert acts(number).count("grant") == acts(number).count(automatic.DECIDED) == 1
    assert AutomaticDecision.objects.count() == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", [2, 4, 5])
def test_killed_in_between_nothing_is_there_and_the_next_run_decides(
    people: dict[str, Account], at: int
) -> None:
    number = filed(people)
    registry().handler_of("data_check")({"case": number}, NOW)
    before = acts(number)
    writes = iter(range(1, 100))

    def kill(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        """End the process after so many of its five writes: three steps, the fact, the row."""
        if WRITES.search(sql) and next(writes) == at:
            raise Killed
        return execute(sql, values, many, context)

    with pytest.raises(Killed), connection.execute_wrapper(kill):
        automatic.look(number, NOW)
    assert acts(number) == before
    assert not AutomaticDecision.objects.exists()

    work()
    assert cases.load(number).outcome == "granted"
    assert evidence.verify_case(number).is_sound


WRITES = re.compile(r"^(INSERT INTO|SELECT) hb_record|INSERT INTO .store_automatic")


def test_a_sample_goes_to_people_first_and_their_agreement_is_counted(
    asked: StandIn, each_database: str
) -> None:
    with automatic_city(sampled=Decimal(1)):
        people = sample.people()
        number = filed(people)

        work()

        assert cases.load(number).stage == "submitted"
        assert [one.kind for one in AutomaticDecision.objects.all()] == ["sampled"]
        [fact] = facts(number, automatic.SAMPLED)
        assert not fact.is_public
        for who, act in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
            handle.act(number, Order(act), people[who].to_actor(), NOW)
        work()
        assert cases.load(number).outcome == "granted"
        assert evidence.verify_case(number).is_sound


def test_who_draws_again_draws_the_same(people: dict[str, Account]) -> None:
    digests = {automatic.sample_digest("QD-1") for _ in range(3)}

    assert len(digests) == 1
    assert automatic.sample_digest("QD-2") not in digests


@pytest.mark.parametrize(
    "changed",
    [{"approved_on": None}, {"approved_on": NOW.date() + timedelta(days=1)}],
    ids=("not approved", "not yet"),
)
def test_without_approval_nothing_is_looked_at(
    asked: StandIn, each_database: str, changed: dict[str, object]
) -> None:
    with automatic_city(**changed):
        number = filed(sample.people())

        decided(number)

        left(number)
        assert acts(number) == ["submit"]
        assert not Job.objects.filter(kind=automatic.JOB).exists()


def test_a_city_that_takes_its_approval_back_stops_at_once(people: dict[str, Account]) -> None:
    number = filed(people)

    with automatic_city(approved_on=None):
        decided(number)

    left(number)


def test_other_items_of_the_scenario_keep_their_charts(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)

    with pytest.raises(NotOpen, match="窗口受理人员"):
        handle.act(number, Order("accept"), SYSTEM, NOW)


def test_the_system_takes_no_step_that_a_person_holds(people: dict[str, Account]) -> None:
    number = filed(people)
    handle.act(number, Order("claim", "t1"), people["zhangqian"].to_actor(), NOW)

    with pytest.raises(NotOpen):
        handle.act(number, Order("accept"), SYSTEM, NOW)


def test_while_a_register_may_still_answer_it_is_waited_for_then_people_decide(
    people: dict[str, Account], asked: StandIn
) -> None:
    asked.slow.add("dishonest_debtors")
    number = filed(people)

    work()

    waits = Job.objects.filter(kind=automatic.JOB, state="ready")
    assert [job.run_after for job in waits] == [NOW + timedelta(seconds=20)]
    assert not facts(number, automatic.LEFT)
    for minutes in (1, 5, 20):
        work(NOW + timedelta(minutes=minutes))
    assert why(number) == ["register_silent"]
    assert not waits.all().exists()


def test_while_a_file_is_read_it_is_waited_for_and_looked_at_once_it_is(
    asked: StandIn, each_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    with automatic_city("construction_waste.new"):
        number = sample.case(sample.people()["wangmin"], NOW)
        registry().handler_of("data_check")({"case": number}, NOW)
        automatic.look(number, NOW)
        assert acts(number) == ["submit"]

        read_as(number, reading("空白的一页"))
        file = blobs.of_case(cases.load(number).id)[0]
        automatic.after_reading(file.object_key, file.sha256, NOW)

        [job] = Job.objects.filter(unique_key__startswith=f"{automatic.JOB}:{number}:read:")
        registry().handler_of(job.kind)(json.loads(job.payload), NOW)
    assert {"point_unknown", "not_asked"} <= set(why(number))
    assert cases.load(number).stage == "submitted"


def test_in_a_city_that_approved_nothing_a_reading_asks_the_store_for_nothing(
    asked: StandIn, each_database: str
) -> None:
    scenario()

    with CaptureQueriesContext(connection) as queries:
        automatic.after_reading("k", "0" * 64, NOW)

    assert len(queries) == 0


def test_what_is_closed_is_not_looked_at_for_a_file_of_its(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    key = blobs.of_case(cases.load(number).id)[0].object_key
    before = stored.open_cases_with(key)

    handle.act(number, Order("retract"), people["wangmin"].to_actor(), NOW)

    assert (before, stored.open_cases_with(key)) == ([number], [])


def test_what_the_system_may_not_seal_it_does_not_decide(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The city signs, and has given its system no right to a seal."""
    number = filed(people)
    registry().handler_of("data_check")({"case": number}, NOW)
    monkeypatch.setattr(settings, "CA_URL", "http://127.0.0.1:9")

    automatic.look(number, NOW)

    left(number)
    assert why(number) == ["not_sealed", "not_sealed"]


def test_the_board_is_of_the_department_alone(people: dict[str, Account]) -> None:
    number = filed(people)
    work()

    here = stored.tallies(stored.Place("approval_service"), NOW - timedelta(days=1))

    assert [(one.item_code, one.kind, one.count) for one in here] == [(ITEM, "decided", 1)]
    assert stored.tallies(stored.Place("traffic_police"), NOW - timedelta(days=1)) == []
    assert stored.of_case(cases.load(number).id) is not None
