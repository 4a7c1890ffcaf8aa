# SPDX-License-Identifier: Apache-2.0
"""What stands in for a material: certificates, registers, promises; on both databases."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import MaterialStanding, Standing
from huiban.kernel.fill_record import How
from huiban.services import commitments, desk, drafts, evidence, files, handle, materials, submit
from huiban.services.commitments import Found
from huiban.services.exchange_keys import key_digest
from huiban.services.facts import case_facts, read_instead
from huiban.services.handle import Order
from huiban.services.refusal import FieldFault, Invalid, NotAllowed, NotFound, NotOpen
from huiban.store import cases, certificates, fetched, journal, notices
from huiban.store.fetched import FetchedRow
from huiban.store.models import Account, Certificate
from tests.services import city_sample as sample
from tests.services.lenient import PROMISE, lenient_city, permit

NOW = sample.at("2026-11-23 09:30")
TODAY = date(2026, 11, 23)
SITE = "城阳区样例建筑垃圾消纳场"
DIGEST = commitments.digest(PROMISE)

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town(each_database: object) -> Iterator[dict[str, Account]]:
    with lenient_city():
        yield sample.people()


def lines(town: dict[str, Account], draft: str) -> dict[str, MaterialStanding]:
    writing = drafts.load(draft, town["wangmin"].to_actor(), NOW)
    return {one.material.code: one for one in materials.of_writing(writing, TODAY)}


def send(town: dict[str, Account], draft: str) -> str:
    return submit.submit(draft, town["wangmin"].to_actor(), NOW)


def act(town: dict[str, Account], number: str, who: str, name: str, **inputs: object) -> None:
    handle.act(number, Order(name, inputs=inputs), town[who].to_actor(), NOW)


def granted(town: dict[str, Account], number: str) -> None:
    for who, name in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        act(town, number, who, name)


def filled(number: str) -> dict[str, dict[str, str]]:
    """What the journal says of how each material came in."""
    [first, *_] = journal.of_case(cases.load(number).id)
    return json.loads(first.body)["fill"]["materials"]  # type: ignore[no-any-return]


# ── On record: certificates ──


def test_a_valid_certificate_of_the_applicant_waives_its_material_and_is_filed(
    town: dict[str, Account],
) -> None:
    earlier = sample.case(town["wangmin"], NOW)
    held = permit(earlier, sample.USCC, NOW)
    draft = sample.draft(town["wangmin"], NOW, without=("receiving_opinion",))

    judged = lines(town, draft)["receiving_opinion"]
    number = send(town, draft)

    assert judged.standing is Standing.WAIVED
    assert judged.instead is not None
    assert judged.instead.reference == held.number
    assert filled(number)["receiving_opinion"] == {"how": "certificate", "reference": held.number}
    assert read_instead(cases.load(number).materials)["receiving_opinion"]["reference"] == (
        held.number
    )
    assert evidence.verify_case(number).is_sound


@pytest.mark.parametrize(
    "changed",
    [
        {"subject_code": "91370202MA00000000"},
        {"valid_until": date(2026, 11, 22)},
        {"valid_from": date(2026, 11, 24)},
        {"state": Certificate.State.REVOKED},
        {"kind": "safety_permit"},
    ],
)
def test_a_certificate_that_is_not_theirs_or_not_in_force_waives_nothing(
    town: dict[str, Account], changed: dict[str, object]
) -> None:
    earlier = sample.case(town["wangmin"], NOW)
    permit(earlier, **({"subject": sample.USCC, "now": NOW} | changed))  # type: ignore[arg-type]
    draft = sample.draft(town["wangmin"], NOW, without=("receiving_opinion",))

    assert lines(town, draft)["receiving_opinion"].is_lacking
    with pytest.raises(Invalid):
        send(town, draft)


def test_what_was_waived_when_it_was_filed_stays_waived_though_the_certificate_ends(
    town: dict[str, Account],
) -> None:
    earlier = sample.case(town["wangmin"], NOW)
    held = permit(earlier, sample.USCC, NOW)
    number = send(town, sample.draft(town["wangmin"], NOW, without=("receiving_opinion",)))

    certificates.end(held.number, Certificate.State.REVOKED, NOW)
    opened = handle.load(number)

    assert case_facts(opened.scenario, opened.case)["has_receiving_opinion"] is True
    act(town, number, "zhangqian", "accept")
    assert evidence.verify_case(number).is_sound


def test_a_material_may_be_handed_in_although_it_is_waived(town: dict[str, Account]) -> None:
    earlier = sample.case(town["wangmin"], NOW)
    permit(earlier, sample.USCC, NOW)

    number = send(town, sample.draft(town["wangmin"], NOW))

    assert filled(number)["receiving_opinion"] == {"how": "uploaded", "reference": ""}
    assert read_instead(cases.load(number).materials) == {}


# ── On record: registers ──


def told(draft: str, **changed: object) -> None:
    """Write down what the register of receiving sites answered."""
    values: dict[str, object] = {
        "matter": draft,
        "resource": "disposal_sites",
        "looked_up_by": "name",
        "key_digest": key_digest(SITE),
        "state": "found",
        "records": ({"name": SITE, "left": "35.5"},),
        "as_of": TODAY,
        "request": "q0017",
        "asked_at": NOW,
        "fetched_at": NOW,
    }
    fetched.put([FetchedRow(**(values | changed))])  # type: ignore[arg-type]


def test_a_fresh_answer_of_a_register_replaces_the_material_and_names_the_request(
    town: dict[str, Account],
) -> None:
    draft = sample.draft(town["wangmin"], NOW, without=("site_inventory",))
    told(draft)

    judged = lines(town, draft)["site_inventory"]
    number = send(town, draft)

    assert judged.how is How.RESOURCE
    assert filled(number)["site_inventory"] == {"how": "resource", "reference": "q0017"}
    granted_facts = handle.load(number).facts
    assert granted_facts["has_site_inventory"] is True
    assert granted_facts["materials_complete"] is True


@pytest.mark.parametrize(
    "changed",
    [
        {"as_of": date(2026, 11, 19)},
        {"state": "absent", "records": ()},
        {"state": "timeout", "records": ()},
        {"state": "pending", "records": (), "as_of": None},
        {"key_digest": key_digest("别的消纳场")},
        {"matter": "another"},
    ],
)
def test_a_stale_missing_or_foreign_answer_replaces_nothing(
    town: dict[str, Account], changed: dict[str, object]
) -> None:
    draft = sample.draft(town["wangmin"], NOW, without=("site_inventory",))
    told(draft, **changed)

    assert lines(town, draft)["site_inventory"].is_lacking


# ── Promises ──


def promised(town: dict[str, Account], agreed: str = DIGEST) -> str:
    draft = sample.draft(town["wangmin"], NOW, without=("sorting_plan",))
    commitments.make(draft, "sorting_plan", agreed, town["wangmin"].to_actor(), NOW)
    return draft


def test_a_promise_stands_in_for_a_material_and_is_filed_with_its_text(
    town: dict[str, Account],
) -> None:
    number = send(town, promised(town))

    filed = read_instead(cases.load(number).materials)["sorting_plan"]
    [promise] = desk.case(number, town["liuyang"].to_actor(), "zh-hans", NOW).promises
    assert filed["sha256"] == DIGEST
    assert (filed["by"], filed["how"]) == ("wangmin", "commitment")
    assert filled(number)["sorting_plan"] == {"how": "commitment", "reference": ""}
    assert promise.text == PROMISE.text
    assert promise.due_on is None
    assert evidence.verify_case(number).is_sound


def test_a_promise_needs_the_text_that_was_shown_and_an_item_that_takes_it(
    town: dict[str, Account],
) -> None:
    draft = sample.draft(town["wangmin"], NOW, without=("sorting_plan", "haulage_contract"))
    actor = town["wangmin"].to_actor()

    with pytest.raises(FieldFault, match="阅读"):
        commitments.make(draft, "sorting_plan", "", actor, NOW)
    with pytest.raises(NotFound, match="不适用"):
        commitments.make(draft, "haulage_contract", DIGEST, actor, NOW)
    with pytest.raises(NotFound):
        commitments.make(draft, "sorting_plan", DIGEST, town["lihua"].to_actor(), NOW)
    assert lines(town, draft)["sorting_plan"].is_lacking


def test_a_promise_is_taken_back_until_the_application_is_sent(town: dict[str, Account]) -> None:
    draft = promised(town)
    before = lines(town, draft)["sorting_plan"].standing

    commitments.take_back(draft, "sorting_plan", town["wangmin"].to_actor(), NOW)

    assert before is Standing.COMMITTED
    assert lines(town, draft)["sorting_plan"].is_lacking


def test_files_come_and_go_beside_a_promise_and_handing_it_in_drops_it(
    town: dict[str, Account],
) -> None:
    draft, actor = promised(town), town["wangmin"].to_actor()
    upload = files.Upload(sample.PDF, "合同二.pdf")
    files.add_material(draft, "haulage_contract", upload, actor, NOW)
    still = lines(town, draft)["sorting_plan"].standing

    files.add_material(draft, "sorting_plan", files.Upload(sample.PDF, "方案.pdf"), actor, NOW)

    assert still is Standing.COMMITTED
    assert lines(town, draft)["sorting_plan"].how is How.UPLOADED
    assert materials.commitments(drafts.load(draft, actor, NOW)) == {}


def test_a_promise_is_checked_once_after_the_grant_and_a_broken_one_bars_from_others(
    town: dict[str, Account],
) -> None:
    earlier = promised(town)
    number = send(town, promised(town))
    leader, clerk = town["zhaojianguo"].to_actor(), town["wangmin"].to_actor()
    with pytest.raises(NotAllowed):
        commitments.check(number, "sorting_plan", Found(True), leader, NOW)
    granted(town, number)
    [promise] = desk.case(number, leader, "zh-hans", NOW).promises

    with pytest.raises(NotAllowed):
        commitments.check(number, "sorting_plan", Found(True), town["wumin"].to_actor(), NOW)
    with pytest.raises(FieldFault, match="事实"):
        commitments.check(number, "sorting_plan", Found(False), leader, NOW)
    commitments.check(number, "sorting_plan", Found(False, "没有方案"), leader, NOW)

    assert promise.due_on == date(2026, 12, 21)
    [checked] = desk.case(number, leader, "zh-hans", NOW).promises
    assert (checked.found, checked.reason) == ("commitment_broken", "没有方案")
    assert "没有方案" in notices.of_subject(sample.USCC)[0].text
    with pytest.raises(NotOpen, match="一次"):
        commitments.check(number, "sorting_plan", Found(True), leader, NOW)
    assert lines(town, earlier)["sorting_plan"].is_lacking
    with pytest.raises(NotOpen, match="未履行承诺"):
        commitments.make(earlier, "sorting_plan", DIGEST, clerk, NOW)
    assert evidence.verify_case(number).is_sound


def test_the_check_of_a_promise_is_overdue_after_its_day(town: dict[str, Account]) -> None:
    number = send(town, promised(town))
    granted(town, number)
    later = NOW + timedelta(days=60)

    [promise] = desk.case(number, town["liuyang"].to_actor(), "zh-hans", later).promises

    assert promise.is_late


def test_a_correction_keeps_the_promise_and_what_registers_said(town: dict[str, Account]) -> None:
    draft = promised(town)
    files.remove_material(
        draft, "site_inventory", _file(draft, town, "site_inventory"), _clerk(town), NOW
    )
    told(draft)
    number = send(town, draft)
    points = [{"about": "合同", "fault": "缺页", "cure": "补"}]
    act(town, number, "zhangqian", "request_correction", reason="缺页", points=points)

    writing = drafts.correct(cases.load(number), town["wangmin"], NOW)
    again = {one.material.code: one for one in materials.of_writing(writing, TODAY)}
    submit.submit(writing.number, _clerk(town), NOW)

    assert again["sorting_plan"].standing is Standing.COMMITTED
    assert again["site_inventory"].how is How.RESOURCE
    kept = read_instead(cases.load(number).materials)
    assert {code: one["how"] for code, one in kept.items()} == {
        "sorting_plan": "commitment",
        "site_inventory": "resource",
    }
    assert evidence.verify_case(number).is_sound


def _file(draft: str, town: dict[str, Account], code: str) -> str:
    return drafts.load(draft, _clerk(town), NOW).materials[code][0]


def _clerk(town: dict[str, Account]) -> Actor:
    return town["wangmin"].to_actor()
