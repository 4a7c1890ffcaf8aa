# SPDX-License-Identifier: Apache-2.0
"""Cases through the API: listed, read, acted on, by those who may and as they saw them."""

import pytest

from huiban.services import issue
from huiban.store import cases, journal
from huiban.store.models import Account, Certificate
from huiban.web.clock import now
from tests.services import city_sample
from tests.web.api_client import Program, application

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def people() -> dict[str, Account]:
    return city_sample.people()


@pytest.fixture
def number(people: dict[str, Account]) -> str:
    answer = Program(people["wangmin"]).apply(application(people["wangmin"]))
    return str(answer.data["number"])


def _do(account: Account, number: str, act: str, version: int, **inputs: object):  # type: ignore[no-untyped-def]
    body = {"act": act, "version": version, "inputs": inputs}
    return Program(account).post(f"/cases/{number}/acts", body)


def test_a_permit_is_granted_certified_and_verified_through_the_api(
    people: dict[str, Account], number: str
) -> None:
    steps = (("accept", "zhangqian"), ("pass", "liuyang"), ("grant", "zhaojianguo"))
    for version, (act, who) in enumerate(steps, 1):
        done = _do(people[who], number, act, version)
        assert (done.status_code, done.data["version"]) == (200, version + 1), done.content
    case = cases.load(number)
    for row in journal.of_case(case.id):
        if '"effects":[]' not in row.body:
            issue.carry_out(number, row.seq, now())
    holder = Program(people["wangmin"])

    own = holder.get(f"/cases/{number}").data
    [certificate] = holder.get("/certificates").data["certificates"]
    code = Certificate.objects.get(number=certificate["number"]).verify_code
    verified = Program().get(f"/verify/{code}")

    assert own["outcome"] == "granted"
    assert own["certificates"] == [certificate["number"]]
    assert {"accept", "pass", "grant"} >= {one["act"] for one in own["timeline"]} & {"pass"}
    assert verified.status_code == 200
    assert verified.data["number"] == certificate["number"]
    paper = holder.get(f"/documents/{own['documents'][0]['number']}")
    assert paper.content.startswith(b"%PDF")
    assert holder.get(f"/certificates/{certificate['number']}").data == certificate
    other = Program(people["lihua"])
    assert other.get(f"/documents/{own['documents'][0]['number']}").status_code == 404
    assert other.get(f"/certificates/{certificate['number']}").status_code == 404


def test_an_act_on_an_old_version_is_stale_and_changes_nothing(
    people: dict[str, Account], number: str
) -> None:
    _do(people["zhangqian"], number, "accept", 1)

    late = _do(people["zhangqian"], number, "decline", 1, reason="不属于本机关")

    assert (late.status_code, late.data["code"], late.data["version"]) == (409, "stale", 2)
    assert cases.load(number).stage == "examination"


def test_an_act_of_another_role_or_stage_is_refused_in_words(
    people: dict[str, Account], number: str
) -> None:
    applicant = _do(people["wangmin"], number, "accept", 1)
    too_early = _do(people["zhangqian"], number, "grant", 1)
    unknown = _do(people["zhangqian"], number, "teleport", 1)
    nobody = _do(people["zhangqian"], "QD-0", "accept", 1)

    assert applicant.status_code in (403, 409)
    assert (too_early.status_code, too_early.data["code"]) == (409, "not_open")
    assert unknown.status_code == 409
    assert nobody.status_code == 404
    assert cases.load(number).version == 1


@pytest.mark.parametrize(
    "inputs",
    [{"days": 1.5}, {"days": 10**30}, {"points": [{"a": 0.1}]}, {"reason": ["x"] * 3}],
)
def test_inputs_that_a_journal_cannot_keep_are_refused(
    people: dict[str, Account], number: str, inputs: dict[str, object]
) -> None:
    answer = _do(people["zhangqian"], number, "request_correction", 1, **inputs)

    assert answer.status_code in (409, 422)
    assert cases.load(number).version == 1


def test_a_stranger_does_not_learn_that_a_case_exists(
    people: dict[str, Account], number: str
) -> None:
    theirs = Program(people["lihua"]).get(f"/cases/{number}")
    none = Program(people["lihua"]).get("/cases/QD-0")

    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.data["detail"] == none.data["detail"]


def test_an_officer_reads_personal_numbers_masked(people: dict[str, Account], number: str) -> None:
    own = Program(people["wangmin"]).get(f"/cases/{number}").content.decode()
    seen = Program(people["zhangqian"]).get(f"/cases/{number}").content.decode()
    person = str(city_sample.values()["legal_id"])

    assert person in own
    assert person not in seen


def test_lists_go_on_with_their_cursor(people: dict[str, Account], number: str) -> None:
    program = Program(people["wangmin"])
    for _ in range(2):
        assert program.apply(application(people["wangmin"])).status_code == 201
    window = Program(people["zhangqian"])

    for reader, path, key in (
        (program, "/cases", "cases"),
        (window, "/desk", "work"),
        (window, "/desk/cases", "cases"),
    ):
        first = reader.get(f"{path}?limit=2").data
        second = reader.get(f"{path}?limit=2&cursor={first['cursor'].replace('+', '%2B')}").data
        seen = [one["number"] for one in first[key] + second[key]]
        assert len(set(seen)) == len(seen) == 3
        assert second["cursor"] == ""


def test_the_desk_is_filtered_and_counted(people: dict[str, Account], number: str) -> None:
    window = Program(people["zhangqian"])

    found = window.get("/desk?light=green&stage=submitted&item=construction_waste.new").data
    none = window.get("/desk?stage=decision").data
    searched = window.get(f"/desk/cases?q={number[-20:]}&open=true")

    assert [one["number"] for one in found["work"]] == [number]
    assert found["counts"]["by_stage"] == {"submitted": 1}
    assert none["work"] == []
    assert searched.status_code == 200
    assert Program(people["wangmin"]).get("/desk").status_code == 403


def test_a_list_takes_two_statements_and_the_desk_three(  # type: ignore[no-untyped-def]
    people: dict[str, Account], number: str, django_assert_num_queries
) -> None:
    program, window = Program(people["wangmin"]), Program(people["zhangqian"])

    with django_assert_num_queries(2):
        program.get("/cases?limit=100")
    with django_assert_num_queries(3):
        window.get("/desk?limit=100")


def test_a_correction_is_written_and_sent_through_the_api(
    people: dict[str, Account], number: str
) -> None:
    points = [{"about": "运输合同", "fault": "缺少签章页", "cure": "补传第 3 页"}]
    asked = _do(
        people["zhangqian"], number, "request_correction", 1, reason="缺少签章页", points=points
    )
    program = Program(people["wangmin"])

    draft = program.post(f"/cases/{number}/correction")
    sent = program.post(f"/drafts/{draft.data['number']}/submit")

    assert asked.status_code == 200, asked.content
    assert (draft.status_code, draft.data["case"]) == (201, number)
    assert (sent.status_code, sent.data["number"]) == (201, number)
    assert program.post(f"/cases/{number}/correction").status_code == 409
