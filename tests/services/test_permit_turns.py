# SPDX-License-Identifier: Apache-2.0
"""The turns a permit can take: corrected, refused, lapsed, deemed accepted, renewed, cancelled."""

import io
import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pypdf
import pytest

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.services import certify, drafts, evidence, files, handle, issue, mine, submit, sweep
from huiban.services.apply import Whole, apply
from huiban.services.drafts import Saving
from huiban.services.facts import local_day
from huiban.services.handle import Order
from huiban.services.refusal import (
    AlreadyDone,
    Expired,
    FieldFault,
    Invalid,
    NotAllowed,
    NotFound,
    NotOpen,
    Stale,
)
from huiban.store import cases, deadlines, documents, filings, journal
from huiban.store.models import Account, Case, Certificate, Document, Draft, Job
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 09:30")

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def people() -> dict[str, Account]:
    return sample.people()


def act(people: dict[str, Account], number: str, who: str, name: str, /, **inputs: object) -> None:
    at = inputs.pop("at", NOW)
    assert isinstance(at, datetime)
    handle.act(number, Order(name, inputs=inputs), people[who].to_actor(), at)


def work(now: datetime = NOW) -> None:
    """Carry out every job that is ready, as the worker does; none may fail."""
    run_until_empty(registry(), Surroundings("test", lambda: now, lambda: 0.5, threading.Event()))
    assert [job.last_error for job in Job.objects.exclude(last_error="")] == []


def stage(number: str) -> str:
    return cases.load(number).stage


def granted(people: dict[str, Account], **changed: object) -> str:
    number = sample.case(people["wangmin"], NOW, **changed)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    act(people, number, "zhaojianguo", "grant")
    work()
    return number


def test_a_correction_is_asked_once_filed_and_keeps_what_was_filed_before(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    points = [{"about": "运输路线", "fault": "没有写明终点", "cure": "写到消纳场"}]
    act(people, number, "zhangqian", "request_correction", reason="路线不全", points=points)
    before = cases.load(number).payload

    writing = mine.correct(number, people["wangmin"].to_actor(), people["wangmin"], NOW)
    section = next(one for one in writing.form.sections if one.key == "disposal")
    answers = {one.key: writing.values.get(one.key) for one in section.fields}
    changed = answers | {"route": "深圳路—辽阳东路—青银高速—春阳路—即墨消纳场"}
    drafts.save(writing.number, Saving("disposal", changed), people["wangmin"].to_actor(), NOW)
    assert submit.submit(writing.number, people["wangmin"].to_actor(), NOW) == number

    case = cases.load(number)
    assert "即墨消纳场" in case.payload
    assert [past.payload for past in filings.of_case(case.id)] == [before]
    assert not Draft.objects.filter(case_number=number).exists()
    with pytest.raises(NotOpen):
        act(people, number, "zhangqian", "request_correction", reason="再补", points=points)
    assert evidence.verify_case(number).is_sound


def test_a_correction_notice_names_every_point_and_its_document_is_issued(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    points = [{"about": "运输合同", "fault": "缺少签章页", "cure": "补传第 3 页"}]

    act(people, number, "zhangqian", "request_correction", reason="合同不全", points=points)
    work()

    found = mine.my_case(number, people["wangmin"].to_actor(), "zh-hans", NOW)
    assert "运输合同：缺少签章页" in found.notices[0].text
    assert found.can_correct
    assert [one.code for one in documents.of_case(cases.load(number).id)] == ["correction_notice"]


def test_a_correction_is_not_spent_on_nothing(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "request_correction", reason="缺页", points=[])

    with pytest.raises(NotOpen):
        act(people, number, "wangmin", "resubmit")

    assert cases.load(number).stage == "correction"


def test_a_correction_not_made_in_time_counts_as_retracted(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "request_correction", reason="缺页", points=[])
    later = sample.at("2026-12-31 09:00")

    sweep.deadlines_due(later)

    case = cases.load(number)
    assert (case.stage, case.outcome) in {("retracted", "lapsed"), ("archived", "lapsed")}


def test_without_an_answer_in_five_working_days_the_case_counts_as_accepted_from_receipt(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)

    sweep.deadlines_due(sample.at("2026-11-30 17:29"))
    assert stage(number) == "submitted"
    sweep.deadlines_due(sample.at("2026-11-30 17:31"))

    case = cases.load(number)
    assert case.stage == "examination"
    assert case.accepted_at == NOW
    # Twenty working days from receipt, not from the day it was deemed accepted.
    assert case.statutory_due_at == sample.at("2026-12-21 17:30")


def test_an_overdue_case_is_marked_once(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    late = sample.at("2026-11-25 09:00")

    for _ in range(5):
        sweep.deadlines_due(late)

    case = cases.load(number)
    assert case.light == "overdue"
    marks = [row for row in journal.of_case(case.id) if row.act == "overdue"]
    assert len(marks) == 1


def test_a_refusal_needs_reasons_and_tells_the_remedies(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    with pytest.raises(NotOpen):
        act(people, number, "zhaojianguo", "refuse")

    act(people, number, "zhaojianguo", "refuse", reason="受纳余量不足，不符合核准条件第二项")
    work()

    case = cases.load(number)
    assert (case.stage, case.outcome) == ("archived", "refused")
    assert certify.mine(people["wangmin"].to_actor()) == []
    found = mine.my_case(number, people["wangmin"].to_actor(), "zh-hans", NOW)
    assert "六十日" in found.notices[0].text
    assert "refusal_decision" in {one.code for one in documents.of_case(case.id)}


def test_nobody_decides_what_they_examined_themselves(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    act(people, number, "sunmei", "pass")

    with pytest.raises(NotOpen) as refused:
        act(people, number, "sunmei", "grant")

    assert refused.value.reason == "four_eyes"
    assert stage(number) == "decision"


def test_a_road_in_use_is_asked_of_the_traffic_police_first(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW, uses_road=True)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    with pytest.raises((NotOpen, NotAllowed)):
        act(people, number, "zhaojianguo", "grant")

    act(people, number, "zhoulei", "reply", reason="高峰时段不装运，同意")

    assert stage(number) == "decision"
    assert evidence.verify_case(number).is_sound


def test_excluded_time_stops_the_clock_and_only_for_the_causes_of_the_law(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    with pytest.raises(NotOpen):
        act(people, number, "zhaojianguo", "suspend", cause="holiday", document="休假", reason="无")
    opened = handle.load(number)
    key = opened.standing.tasks[0].key

    handle.act(
        number,
        Order(
            "suspend",
            key,
            {"cause": "expert_review", "document": "专家评审告知书", "reason": "评审"},
        ),
        people["zhaojianguo"].to_actor(),
        NOW,
    )

    assert cases.load(number).light == "paused"
    running = [row for row in deadlines.of_case(opened.case.id) if row.state == "running"]
    assert running == []
    with pytest.raises(NotOpen):
        act(people, number, "liuyang", "pass")
    act(people, number, "zhaojianguo", "resume", at=NOW + timedelta(days=7))
    assert cases.load(number).statutory_due_at == sample.at("2026-12-28 17:30")


def test_the_notice_of_an_extension_says_by_how_much_and_until_when(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    act(people, number, "zhaojianguo", "extend", clock="statutory", reason="需要核查外市消纳场")
    work()

    (notice,) = Document.objects.filter(case__number=number, code="extension_notice")
    page = pypdf.PdfReader(io.BytesIO(issue.stored_content(notice))).pages[0]
    said = "".join(page.extract_text().split())
    clocks = {one.clock: one for one in deadlines.of_case(cases.load(number).id)}
    due = clocks["statutory"].due_at
    assert due
    day = local_day(due)

    assert "延长办理期限10个工作日。" in said
    assert f"至{day.year}年{day.month}月{day.day}日届满" in said


def test_the_applicant_may_retract_before_the_decision_and_not_after(
    people: dict[str, Account],
) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "wangmin", "retract")
    assert cases.load(number).outcome == "retracted"

    other = granted(people)
    with pytest.raises((NotOpen, NotAllowed)):
        act(people, other, "wangmin", "retract")


def renewal(people: dict[str, Account], held: Certificate) -> str:
    """Write a whole application for renewal and return its draft."""
    actor = people["wangmin"].to_actor()
    writing = drafts.begin("construction_waste.renew", actor, people["wangmin"], NOW, held.number)
    assert writing.values["project_name"] == "崂山区深圳路地下停车场工程"
    fill = sample.values(
        renew_reason="外运推迟", period_start="2027-03-01", period_end="2027-08-31",
        waste_amount="0.6",
    )  # fmt: skip
    for part in writing.form.sections:
        own = {
            one.key: fill.get(one.key, writing.values.get(one.key))
            for one in part.fields
            if one.key in fill or one.key in writing.values
        }
        own |= {key: writing.values[key] for key in own if key.startswith("certificate_")}
        drafts.save(writing.number, Saving(part.key, own), actor, NOW)
    for material in writing.item.materials:
        if material.code != "application_form":
            upload = files.Upload(sample.PDF, "材料.pdf")
            files.add_material(writing.number, material.code, upload, actor, NOW)
    return writing.number


def test_a_renewal_starts_from_the_certificate_and_replaces_it(people: dict[str, Account]) -> None:
    granted(people, period_end="2027-02-28")
    actor = people["wangmin"].to_actor()
    [held] = certify.mine(actor)
    with pytest.raises(Invalid):
        drafts.begin("construction_waste.renew", actor, people["wangmin"], NOW)

    draft = renewal(people, held)
    certificates = Certificate.objects.filter(number=held.number)
    certificates.update(state=Certificate.State.REVOKED)
    with pytest.raises(Invalid, match="不是有效状态"):  # ended after the draft was begun
        submit.submit(draft, actor, NOW)
    certificates.update(state=Certificate.State.VALID)
    number = submit.submit(draft, actor, NOW)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    act(people, number, "zhaojianguo", "grant")
    work()

    states = {one.number: one.state for one in certify.mine(actor)}
    assert states.pop(held.number) == Certificate.State.REPLACED
    assert list(states.values()) == [Certificate.State.VALID]


def test_one_certificate_is_renewed_once_until_that_case_is_over(
    people: dict[str, Account],
) -> None:
    granted(people, period_end="2027-02-28")
    actor = people["wangmin"].to_actor()
    [held] = certify.mine(actor)
    first, second = renewal(people, held), renewal(people, held)
    number = submit.submit(first, actor, NOW)

    with pytest.raises(NotOpen, match=number):
        submit.submit(second, actor, NOW)
    for life in ("renew", "modify", "cancel"):
        with pytest.raises(NotOpen, match=number):
            drafts.begin(f"construction_waste.{life}", actor, people["wangmin"], NOW, held.number)
    act(people, number, "wangmin", "retract")

    assert submit.submit(second, actor, NOW) != number


def test_a_certificate_just_renewed_is_not_renewed_again_before_the_worker_comes(
    people: dict[str, Account],
) -> None:
    granted(people, period_end="2027-02-28")
    actor = people["wangmin"].to_actor()
    [held] = certify.mine(actor)
    first, second = renewal(people, held), renewal(people, held)
    number = submit.submit(first, actor, NOW)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    act(people, number, "zhaojianguo", "grant")

    with pytest.raises(NotOpen, match=number):
        submit.submit(second, actor, NOW)


def test_a_renewal_that_a_program_sends_again_is_not_in_its_own_way(
    people: dict[str, Account],
) -> None:
    granted(people, period_end="2027-02-28")
    actor = people["wangmin"].to_actor()
    [held] = certify.mine(actor)
    writing = drafts.load(renewal(people, held), actor, NOW)
    materials = {
        code: [files.add_loose(files.Upload(sample.PDF, "材料.pdf"), actor, NOW).blob.number]
        for code in writing.materials
    }
    whole = Whole(writing.item.code, writing.values, materials, "renewal-1", held.number)

    first, again = apply(whole, actor, NOW), apply(whole, actor, NOW)

    assert (again.number, again.is_repeat) == (first.number, True)
    with pytest.raises(NotOpen, match=first.number):
        apply(replace(whole, key="renewal-2"), actor, NOW)


def test_somebody_elses_certificate_opens_nothing(people: dict[str, Account]) -> None:
    granted(people)
    [held] = certify.mine(people["wangmin"].to_actor())

    with pytest.raises(Invalid):
        drafts.begin(
            "construction_waste.cancel", people["lihua"].to_actor(), people["lihua"], NOW,
            held.number,
        )  # fmt: skip


def test_sending_the_same_application_twice_opens_one_case(people: dict[str, Account]) -> None:
    draft = sample.draft(people["wangmin"], NOW)
    first = submit.submit(draft, people["wangmin"].to_actor(), NOW)

    with pytest.raises(AlreadyDone) as again:
        submit.submit(draft, people["wangmin"].to_actor(), NOW)

    assert again.value.number == first
    assert Case.objects.count() == 1


def test_an_incomplete_application_is_told_everything_at_once_and_loses_nothing(
    people: dict[str, Account],
) -> None:
    draft = sample.draft(
        people["wangmin"], NOW, without=("sorting_plan",), trans=1, route="", contact_phone="138"
    )

    with pytest.raises(Invalid) as told:
        submit.submit(draft, people["wangmin"].to_actor(), NOW)

    paths = {one.path for one in told.value.problems}
    assert {"route", "contact_phone", "materials.sorting_plan"} <= paths
    writing = drafts.load(draft, people["wangmin"].to_actor(), NOW)
    assert writing.typed["contact_phone"] == "138"
    assert writing.values["project_name"] == "崂山区深圳路地下停车场工程"


def test_a_wrong_check_digit_is_named_with_its_field(people: dict[str, Account]) -> None:
    draft = sample.draft(people["wangmin"], NOW, uscc=sample.USCC[:-1] + "Z")

    with pytest.raises(Invalid) as told:
        submit.submit(draft, people["wangmin"].to_actor(), NOW)

    assert [one.path for one in told.value.problems] == ["uscc"]


def test_nobody_applies_under_another_partys_code(people: dict[str, Account]) -> None:
    draft = sample.draft(people["wangmin"], NOW, uscc=people["lihua"].subject)

    with pytest.raises(Invalid) as told:
        submit.submit(draft, people["wangmin"].to_actor(), NOW)

    assert [(one.path, one.code) for one in told.value.problems] == [("uscc", "not_yours")]


def test_a_draft_is_its_writers_alone_expires_and_refuses_an_older_page(
    people: dict[str, Account],
) -> None:
    actor = people["wangmin"].to_actor()
    number = sample.draft(people["wangmin"], NOW)
    version = drafts.load(number, actor, NOW).draft.version

    with pytest.raises(NotFound):
        drafts.load(number, people["lihua"].to_actor(), NOW)
    with pytest.raises(Expired):
        drafts.load(number, actor, NOW + timedelta(days=91))
    with pytest.raises(Stale):
        drafts.save(number, Saving("disposal", {}, version - 1), actor, NOW)
    assert drafts.load(number, actor, NOW).values["route"]


def test_drafts_are_begun_up_to_a_number_and_again_once_one_is_deleted(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    actor = people["wangmin"].to_actor()
    kept = [
        drafts.begin("construction_waste.new", actor, people["wangmin"], NOW).number
        for _ in range(2)
    ]

    with pytest.raises(NotOpen, match="2 份草稿"):
        drafts.begin("construction_waste.new", actor, people["wangmin"], NOW)
    drafts.discard(kept[0], actor)
    drafts.begin("construction_waste.new", actor, people["wangmin"], NOW)

    assert Draft.objects.count() == 2


def test_a_file_that_is_no_document_is_refused_with_the_cure(people: dict[str, Account]) -> None:
    actor = people["wangmin"].to_actor()
    number = drafts.begin("construction_waste.new", actor, people["wangmin"], NOW).number

    with pytest.raises(FieldFault) as refused:
        files.add_material(
            number, "sorting_plan", files.Upload(b"MZ\x90\x00", "方案.pdf"), actor, NOW
        )

    assert refused.value.path == "materials.sorting_plan"
    assert drafts.load(number, actor, NOW).materials == {}


def test_an_act_on_an_older_page_changes_nothing(people: dict[str, Account]) -> None:
    number = sample.case(people["wangmin"], NOW)
    seen = cases.load(number).version
    act(people, number, "zhangqian", "accept")

    with pytest.raises(Stale):
        handle.act(number, Order("decline", inputs={"reason": "x"}, version=seen),
                   people["zhangqian"].to_actor(), NOW)  # fmt: skip

    assert stage(number) == "examination"


@pytest.mark.parametrize("who", ["wangmin", "lihua", "liuyang", "zhoulei", "wumin", "sysadmin"])
def test_only_the_window_accepts(people: dict[str, Account], who: str) -> None:
    number = sample.case(people["wangmin"], NOW)

    with pytest.raises((NotAllowed, NotOpen)):
        act(people, number, who, "accept")

    assert stage(number) == "submitted"
    assert len(journal.of_case(cases.load(number).id)) == 1


def test_carrying_out_an_entry_twice_issues_nothing_twice(people: dict[str, Account]) -> None:
    number = granted(people)
    case = cases.load(number)
    before = len(documents.of_case(case.id)), case.chain_seq

    from huiban.services import issue

    for row in journal.of_case(case.id):
        if json.loads(row.body).get("effects"):
            issue.carry_out(number, row.seq, NOW + timedelta(hours=1))

    after = cases.load(number)
    assert (len(documents.of_case(case.id)), after.chain_seq) == before


def test_files_that_arrive_side_by_side_are_all_kept_and_leave_the_answers_fresh(
    people: dict[str, Account],
) -> None:
    actor = people["wangmin"].to_actor()
    writing = drafts.begin("construction_waste.new", actor, people["wangmin"], NOW)
    older = drafts.load(writing.number, actor, NOW)
    files.add_material(
        writing.number, "sorting_plan", files.Upload(sample.PDF, "a.pdf"), actor, NOW
    )

    # The second upload read the draft before the first was kept.
    from huiban.store import drafts as stored

    assert not stored.exchange_materials(writing.number, older.draft.materials, "{}", NOW)
    files.add_material(
        writing.number, "emergency_plan", files.Upload(sample.PDF, "b.pdf"), actor, NOW
    )

    now = drafts.load(writing.number, actor, NOW)
    assert {code for code, kept in now.materials.items() if kept} == {
        "sorting_plan",
        "emergency_plan",
    }
    assert now.draft.version == older.draft.version


@pytest.mark.parametrize("to", ["nobody", "wangmin", "zhangqian", "zhoulei"])
def test_work_is_moved_only_to_somebody_who_holds_the_post(
    people: dict[str, Account], to: str
) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")
    task = handle.load(number).standing.tasks[0].key

    with pytest.raises(FieldFault):
        handle.act(number, Order("transfer", task, {"to_holder": to}),
                   people["liuyang"].to_actor(), NOW)  # fmt: skip
    handle.act(number, Order("transfer", task, {"to_holder": "sunmei"}),
               people["liuyang"].to_actor(), NOW)  # fmt: skip

    assert handle.load(number).standing.tasks[0].holder == "sunmei"


@pytest.mark.parametrize(
    "asked",
    [
        {"holder": "sysadmin"},
        {"holder": "auditor"},
        {"role": "nobodys_post"},
        {"role": "traffic", "department": "<script>"},
        {"role": "traffic\u200b"},
    ],
)
def test_an_opinion_is_asked_only_of_posts_there_are_and_never_of_administrators(
    people: dict[str, Account], asked: dict[str, str]
) -> None:
    number = sample.case(people["wangmin"], NOW)
    act(people, number, "zhangqian", "accept")

    for inputs in ({"to": [asked]}, {"to_holder": asked.get("holder", "")} | asked):
        with pytest.raises(FieldFault):
            act(people, number, "liuyang", "countersign", **inputs)
    act(people, number, "liuyang", "countersign",
        to=[{"role": "traffic", "department": "traffic_police"}])  # fmt: skip

    assert len(handle.load(number).standing.tasks) == 2


def test_an_archived_case_has_no_clock_left(people: dict[str, Account]) -> None:
    number = granted(people)

    assert cases.load(number).light == "done"


def test_a_failing_criterion_is_not_passed_over_without_a_word(people: dict[str, Account]) -> None:
    rows = [{"plate": "鲁B12345", "sealed": False, "gps": True}]
    number = sample.case(people["wangmin"], NOW, vehicles=rows)
    act(people, number, "zhangqian", "accept")

    with pytest.raises(FieldFault, match="车辆全部具备密闭装置"):
        act(people, number, "liuyang", "pass")
    act(people, number, "liuyang", "pass", reason="车辆正在加装，已约定开工前查验")

    assert stage(number) == "decision"


def test_an_item_for_enterprises_is_not_open_to_a_person(people: dict[str, Account]) -> None:
    resident = sample.resident()

    with pytest.raises(NotAllowed, match="单位"):
        drafts.begin("construction_waste.new", resident.to_actor(), resident, NOW)
