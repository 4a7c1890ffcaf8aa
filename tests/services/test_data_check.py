# SPDX-License-Identifier: Apache-2.0
"""A case is checked against registers once it is in; what nobody said never decides anything."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from huiban.connectors.registers import Outcome
from huiban.jobs.errands import registry
from huiban.kernel.analysis import Gap
from huiban.kernel.analysis_match import Agreement
from huiban.kernel.rule import Verdict
from huiban.services import data_check, handle
from huiban.services.handle import Order
from huiban.services.refusal import FieldFault, NotAllowed, NotFound
from huiban.store.models import Account, Fetched, Inquiry, Job
from tests.services import city_sample as sample
from tests.services.stand_in import StandIn, registers

NOW = sample.at("2026-11-23 10:30")
USCC = sample.USCC
ALL = (
    "enterprise_registry", "construction_permit", "dishonest_debtors", "credit_blacklist",
    "waste_transport_permit", "vehicle", "disposal_sites",
)  # fmt: skip
HAULER = str(sample.values()["haulers"][0]["trans_uscc"])  # type: ignore[index]
SITE = "城阳区样例建筑垃圾消纳场"


def truth() -> StandIn:
    """Registers that agree with the sample application."""
    cars = [("鲁B12345", "370200000001"), ("鲁BD12345", "370200000002")]
    return StandIn(
        {
            "enterprise_registry": {
                USCC: [
                    {
                        "uscc": USCC, "name": "青岛海晟置业有限公司", "legal_person": "孙海",
                        "legal_person_number": sample.values()["legal_id"], "status": "存续",
                    }
                ]
            },
            "waste_transport_permit": {
                HAULER: [
                    {
                        "uscc": HAULER, "holder": "青岛海运渣土运输有限公司",
                        "number": "青建运核2026-0017", "valid_until": "2027-06-30",
                    }
                ]
            },
            "vehicle": {
                plate: [{"plate": plate, "road_permit": permit, "valid_until": "2027-01-31"}]
                for plate, permit in cars
            },
            "disposal_sites": {
                SITE: [{"name": SITE, "capacity": "120", "left": "35.5", "status": "运行"}]
            },
        }
    )  # fmt: skip


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def asked() -> Iterator[StandIn]:
    with registers(truth(), *ALL) as found:
        yield found


@pytest.fixture
def case(people: dict[str, Account], asked: StandIn) -> str:
    """A case of an hour ago, checked by the worker."""
    number = sample.case(people["wangmin"], NOW - timedelta(hours=1))
    asked.calls.clear()
    data_check.run(number, NOW - timedelta(minutes=30))
    return number


def look(people: dict[str, Account], number: str, who: str = "zhangqian") -> data_check.DataCheck:
    return data_check.look(number, people[who].to_actor(), NOW)


def verdicts(found: data_check.DataCheck) -> dict[str, Verdict]:
    judgment = found.checked.judgment
    return {one.code: one.verdict for one in judgment.findings} if judgment else {}


def test_sending_an_application_in_leaves_one_job_that_checks_it(
    people: dict[str, Account], asked: StandIn
) -> None:
    number = sample.case(people["wangmin"], NOW)

    (job,) = Job.objects.filter(kind="data_check")
    assert job.unique_key == f"data_check:{number}:1"
    registry().handler_of("data_check")({"case": number}, NOW)
    assert verdicts(look(people, number))["registered_in_business"] is Verdict.PASS


def test_the_worker_asks_what_the_analysis_names_and_nothing_else(
    case: str, asked: StandIn
) -> None:
    fields = {one.resource: set(one.fields) for one in asked.calls}

    assert set(fields) == set(ALL)
    assert fields["dishonest_debtors"] == {"uscc"}
    assert fields["vehicle"] == {"plate", "road_permit", "valid_until"}
    assert {one.purpose for one in asked.calls} == {"construction_waste"}
    line = Inquiry.objects.filter(matter=case, resource="dishonest_debtors", event="asked").get()
    assert (line.actor_kind, line.item_code) == ("system", "construction_waste.new")


def test_what_agrees_passes_and_says_by_which_register_of_which_day(
    people: dict[str, Account], case: str
) -> None:
    found = look(people, case)

    assert set(verdicts(found).values()) == {Verdict.PASS}
    names = {one.match.path: one for one in found.checked.lines}
    assert names["applicant"].agreement is Agreement.SAME
    assert names["applicant"].answer is not None
    assert names["applicant"].answer.as_of is not None
    assert names["site_capacity"].agreement is Agreement.SAME
    assert names["builder"].agreement is Agreement.ABSENT


def test_opening_it_again_asks_nothing(
    people: dict[str, Account], case: str, asked: StandIn
) -> None:
    asked.calls.clear()

    look(people, case)
    data_check.look(case, people["zhangqian"].to_actor(), NOW + timedelta(days=2))

    assert asked.calls == []


def test_an_officer_without_the_task_asks_nothing(
    people: dict[str, Account], asked: StandIn
) -> None:
    number = sample.case(people["wangmin"], NOW)
    asked.calls.clear()

    found = look(people, number, "zhaojianguo")

    assert asked.calls == []
    assert not found.can_ask
    assert set(verdicts(found).values()) == {Verdict.UNKNOWN}
    assert found.checked.known["is_dishonest"].gap is Gap.NOT_ASKED


def test_the_clerk_who_opens_it_before_the_worker_asks_at_once(
    people: dict[str, Account], asked: StandIn
) -> None:
    number = sample.case(people["wangmin"], NOW)

    assert set(verdicts(look(people, number)).values()) == {Verdict.PASS}


def test_checking_again_asks_anew_and_needs_the_task(
    people: dict[str, Account], case: str, asked: StandIn
) -> None:
    asked.calls.clear()
    asked.records = {**asked.records, "dishonest_debtors": {USCC: [{"uscc": USCC}]}}

    data_check.check_again(case, people["zhangqian"].to_actor(), NOW)

    assert {one.resource for one in asked.calls} == set(ALL)
    assert verdicts(look(people, case))["not_dishonest"] is Verdict.FAIL
    with pytest.raises(NotAllowed):
        data_check.check_again(case, people["zhaojianguo"].to_actor(), NOW)


@pytest.mark.parametrize(
    ("outcome", "gap"),
    [
        (Outcome.TIMEOUT, Gap.TIMEOUT),
        (Outcome.REFUSED, Gap.REFUSED),
        (Outcome.BUSY, Gap.BUSY),
        (Outcome.BROKEN, Gap.BROKEN),
    ],
)
def test_a_register_that_does_not_answer_leaves_it_open_and_refuses_nobody(
    people: dict[str, Account], asked: StandIn, outcome: Outcome, gap: Gap
) -> None:
    asked.outcomes = dict.fromkeys(ALL, outcome)
    number = sample.case(people["wangmin"], NOW)

    data_check.run(number, NOW)

    found = look(people, number)
    assert set(verdicts(found).values()) == {Verdict.UNKNOWN}
    assert found.checked.known["is_dishonest"].gap is gap
    assert handle.act(number, Order("accept"), people["zhangqian"].to_actor(), NOW).event


def test_an_answer_that_comes_late_is_there_when_the_page_is_opened_again(
    people: dict[str, Account], asked: StandIn
) -> None:
    asked.slow = {"dishonest_debtors"}
    number = sample.case(people["wangmin"], NOW)
    before = look(people, number)
    assert before.checked.is_waiting
    assert before.checked.known["is_dishonest"].gap is Gap.PENDING

    row = Fetched.objects.get(matter=number, resource="dishonest_debtors")
    row.state, row.as_of, row.fetched_at = "absent", NOW.date(), NOW
    row.save()

    after = look(people, number)
    assert not after.checked.is_waiting
    assert verdicts(after)["not_dishonest"] is Verdict.PASS


def test_a_failing_check_is_not_passed_over_without_a_word(
    people: dict[str, Account], asked: StandIn
) -> None:
    asked.records = {**asked.records, "dishonest_debtors": {USCC: [{"uscc": USCC}]}}
    number = sample.case(people["wangmin"], NOW)
    clerk = people["zhangqian"].to_actor()
    data_check.run(number, NOW)

    with pytest.raises(FieldFault, match="失信被执行人"):
        handle.act(number, Order("accept"), clerk, NOW)

    done = handle.act(number, Order("accept", inputs={"reason": "已当场核实履行完毕"}), clerk, NOW)
    assert done.stage == "examination"


def test_what_is_stored_stays_what_it_was_when_the_case_was_closed(
    people: dict[str, Account], case: str
) -> None:
    handle.act(
        case,
        Order("decline", inputs={"reason": "工程不在本市"}),
        people["zhangqian"].to_actor(),
        NOW,
    )

    much_later = data_check.look(case, people["zhangqian"].to_actor(), NOW + timedelta(days=400))

    assert much_later.checked.known["is_dishonest"].value is False


def test_while_a_case_is_open_an_old_answer_goes_stale(
    people: dict[str, Account], case: str
) -> None:
    later = data_check.look(case, people["zhangqian"].to_actor(), NOW + timedelta(days=60))

    assert later.checked.known["is_dishonest"].gap is Gap.STALE


def test_one_value_is_revealed_to_who_may_and_the_look_is_on_record(
    people: dict[str, Account], case: str
) -> None:
    found = look(people, case)
    place = [one.match.path for one in found.checked.lines].index("legal_id")

    shown = data_check.reveal(case, place, people["zhangqian"].to_actor(), NOW)

    assert shown == sample.values()["legal_id"]
    line = Inquiry.objects.get(event="revealed")
    assert (line.matter, line.actor, line.resource, line.fields) == (
        case, "zhangqian", "enterprise_registry", "legal_person_number",
    )  # fmt: skip


def test_nobody_else_sees_the_check(people: dict[str, Account], case: str) -> None:
    for who in ("wangmin", "wumin", "sysadmin", "auditor"):
        with pytest.raises(NotAllowed):
            look(people, case, who)
    with pytest.raises(NotFound):
        data_check.reveal(case, 999, people["zhangqian"].to_actor(), NOW)


def test_a_city_without_connections_asks_nobody_and_writes_nothing(
    people: dict[str, Account],
) -> None:
    with registers(StandIn()):
        number = sample.case(people["wangmin"], NOW)
        data_check.run(number, NOW)
        found = look(people, number)

    assert found.checked.known["is_dishonest"].gap is Gap.BROKEN
    assert not Fetched.objects.filter(matter=number).exists()
