# SPDX-License-Identifier: Apache-2.0
"""Opening and changing a case writes everything at once, or nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huiban.store import cases
from huiban.store.accounts import issue_token, token_digest
from huiban.store.models import (
    Account,
    Blob,
    Case,
    Deadline,
    Draft,
    Job,
    JournalEntry,
    Notice,
    Task,
)
from huiban.store.rows import WantedFile
from tests.store.samples import NOW, a_change, a_new_case, a_notice, a_task, an_entry

pytestmark = pytest.mark.usefixtures("each_database")
TABLES = (Case, Task, Deadline, JournalEntry, Job, Notice)


def counts() -> list[int]:
    return [table._default_manager.count() for table in TABLES]


def test_opening_a_case_writes_every_part_of_it() -> None:
    new = a_new_case()

    cases.open_case(new)

    stored = cases.load(new.number)
    assert (stored.version, stored.title, stored.due_at) == (1, new.title, new.due_at)
    task = Task.objects.get(case_id=new.id)
    assert (task.key, task.role, task.light, task.sort_at) == ("t1", "window", "green", new.due_at)
    assert (task.opened_at, task.closed_at) == (NOW, None)
    deadline = Deadline.objects.get(case_id=new.id)
    assert (deadline.clock, deadline.next_event_at) == ("acceptance", NOW + timedelta(days=3))
    entry = JournalEntry.objects.get(case_id=new.id)
    assert (entry.seq, entry.actor_name, entry.at, entry.is_public) == (1, "张三", NOW, True)
    job = Job.objects.get(unique_key=f"notify-{new.id}")
    assert (job.state, job.run_after, job.payload) == ("ready", NOW, '{"case":1}')
    assert Notice.objects.get(case_id=new.id).text == "您的申请已提交。"


def test_opening_a_case_is_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        cases.open_case(a_new_case())

    assert len(seen) == 1


def test_recording_a_change_is_one_statement() -> None:
    new = a_new_case()
    cases.open_case(new)

    with CaptureQueriesContext(connection) as seen:
        cases.record(a_change(new))

    assert len(seen) == 1


def test_a_failure_anywhere_in_opening_leaves_nothing() -> None:
    before = counts()

    with pytest.raises(IntegrityError), transaction.atomic():
        cases.open_case(a_new_case(notices=(replace(a_notice(), title=None),)))

    assert counts() == before


def test_a_failure_anywhere_in_recording_leaves_nothing() -> None:
    new = a_new_case()
    cases.open_case(new)
    before = counts()

    with pytest.raises(IntegrityError), transaction.atomic():
        cases.record(a_change(new, notices=(replace(a_notice(), title=None),)))

    assert counts() == before
    assert cases.load(new.number).version == 1


def test_the_same_submission_opens_one_case_only() -> None:
    first = a_new_case()
    cases.open_case(first)
    before = counts()

    with pytest.raises(cases.AlreadySubmitted) as refused:
        cases.open_case(a_new_case(submission_key=first.submission_key))

    assert refused.value.number == first.number
    assert counts() == before


def test_opening_a_case_spends_its_draft_and_keeps_its_files() -> None:
    account = Account.objects.make("p1", None, name="张三", kind="person")
    draft = Draft.objects.create(
        number="d1", account=account, created_at=NOW, updated_at=NOW, expires_at=NOW
    )
    Blob.objects.create(number="b1", size=1, draft=draft.number, created_at=NOW)
    Blob.objects.create(number="b2", size=1, draft="another", created_at=NOW)
    new = a_new_case(draft=draft.number)

    cases.open_case(new)

    assert not Draft.objects.exists()
    assert list(Blob.objects.filter(case_id=new.id).values_list("number", "draft")) == [("b1", "")]


def a_file(number: str, **changes: object) -> Blob:
    values = {"size": 10, "media": "image/png", "owner": "p1", "state": "clean"} | changes
    return Blob.objects.create(number=number, created_at=NOW, **values)


def test_opening_a_case_takes_loose_files_of_the_kinds_and_sizes_wanted() -> None:
    for number in ("b1", "b2", "b3"):
        a_file(number)
    wanted = (
        WantedFile("b1"),
        WantedFile("b2", ("application/pdf", "image/*"), 10),
        WantedFile("b3", ("image/png",), 10),
    )
    new = a_new_case(files=wanted)

    cases.open_case(new)

    taken = Blob.objects.filter(case_id=new.id).values_list("number", flat=True)
    assert sorted(taken) == ["b1", "b2", "b3"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"owner": "p2"}, WantedFile("b2")),
        ({"state": "received"}, WantedFile("b2")),
        ({"draft": "d1"}, WantedFile("b2")),
        ({}, WantedFile("b3")),
        ({}, WantedFile("b2", ("application/pdf", "video/*"))),
        ({}, WantedFile("b2", most_bytes=9)),
    ],
)
def test_one_file_that_is_not_as_wanted_leaves_everything_unwritten(
    changes: dict[str, object], wanted: WantedFile
) -> None:
    a_file("b1")
    a_file("b2", **changes)
    before = counts()

    with pytest.raises(cases.FilesTaken):
        cases.open_case(a_new_case(files=(WantedFile("b1"), wanted)))

    assert counts() == before
    assert not Blob.objects.filter(case__isnull=False).exists()


@pytest.mark.parametrize(
    "changed",
    [{"token": "0" * 64}, {"applicant": "p2"}, {"subject_code": "91370202MA3C0XXX2J"}],
)
def test_a_token_of_nobody_or_of_another_writes_nothing(changed: dict[str, object]) -> None:
    account = Account.objects.make("p1", None, name="张三", kind="enterprise_clerk")
    Account.objects.update(subject="91370202MA3C0XXX1K")
    token = token_digest(issue_token(account, "test", NOW))
    cases.open_case(a_new_case(token=token))
    before = counts()

    with pytest.raises(cases.TokenEnded):
        cases.open_case(a_new_case(**({"token": token} | changed)))

    assert counts() == before


def test_one_open_case_at_a_time_replaces_a_certificate() -> None:
    first = a_new_case(source_certificate="C1", life="renew")
    cases.open_case(first)
    cases.open_case(a_new_case(source_certificate="C2", life="renew"))
    cases.open_case(a_new_case(source_certificate="C1", life="new"))

    with pytest.raises(cases.CertificateInUse) as refused:
        cases.open_case(a_new_case(source_certificate="C1", life="cancel"))
    with pytest.raises(cases.AlreadySubmitted):
        cases.open_case(a_new_case(source_certificate="C1", submission_key=first.submission_key))
    cases.record(a_change(first, closed_at=NOW, outcome="refused"))
    cases.open_case(a_new_case(source_certificate="C1", life="cancel"))

    assert refused.value.number == first.number


def test_recording_writes_every_part_of_a_change() -> None:
    new = a_new_case()
    cases.open_case(new)
    change = a_change(new)

    cases.record(change)

    stored = cases.load(new.number)
    assert (stored.version, stored.stage, stored.light) == (2, "examination", "amber")
    assert (stored.accepted_at, stored.due_at) == (change.at, change.due_at)
    assert (stored.title, stored.payload) == (new.title, new.payload)
    tasks = {task.key: task for task in Task.objects.filter(case_id=new.id)}
    assert (tasks["t1"].closed_at, tasks["t2"].closed_at) == (change.at, None)
    assert (tasks["t2"].light, tasks["t2"].sort_at) == ("amber", change.due_at)
    deadlines = dict(Deadline.objects.filter(case_id=new.id).values_list("clock", "state"))
    assert deadlines == {"acceptance": "met", "committed": "running"}
    assert JournalEntry.objects.filter(case_id=new.id).count() == 2
    assert Job.objects.filter(unique_key=f"acceptance-{new.id}").exists()
    assert Notice.objects.filter(case_id=new.id, code="accepted").exists()


def test_a_stale_version_changes_nothing() -> None:
    new = a_new_case()
    cases.open_case(new)
    cases.record(a_change(new))
    before = counts()

    with pytest.raises(cases.StaleVersion):
        cases.record(a_change(new, stage="decision", journal=(an_entry(3),)))

    assert counts() == before
    assert cases.load(new.number).stage == "examination"


def test_a_fact_recorded_by_the_house_keeps_the_version_people_see() -> None:
    new = a_new_case()
    cases.open_case(new)

    cases.record(a_change(new, version_step=0, expected_seq=1))

    stored = cases.load(new.number)
    assert (stored.version, stored.chain_seq) == (1, 2)


def test_a_journal_that_grew_in_the_meantime_makes_a_change_stale() -> None:
    new = a_new_case()
    cases.open_case(new)
    cases.record(a_change(new, version_step=0, expected_seq=1))
    before = counts()

    with pytest.raises(cases.StaleVersion):
        cases.record(a_change(new, expected_seq=1))

    assert counts() == before


def test_a_task_opened_again_takes_its_new_holder_and_stays_open() -> None:
    new = a_new_case()
    cases.open_case(new)

    cases.record(a_change(new, tasks_opened=(a_task("t1", holder="o7"),), tasks_closed=("t1",)))

    task = Task.objects.get(case_id=new.id)
    assert (task.holder, task.closed_at, task.light) == ("o7", None, "amber")


def test_an_untouched_open_task_follows_the_light_and_due_date() -> None:
    new = a_new_case(tasks=(a_task("t1"), a_task("t9", role="fire")))
    cases.open_case(new)
    change = a_change(new)

    cases.record(change)

    other = Task.objects.get(case_id=new.id, key="t9")
    assert (other.light, other.sort_at, other.closed_at) == ("amber", change.due_at, None)
    assert (other.stage, other.item_code) == ("examination", new.item_code)


def test_a_job_already_enqueued_is_not_repeated() -> None:
    new = a_new_case()
    cases.open_case(new)

    cases.record(a_change(new, jobs=new.jobs))

    assert Job.objects.filter(unique_key=f"notify-{new.id}").count() == 1


def test_a_new_title_needs_the_name_searched_with_it() -> None:
    new = a_new_case()
    cases.open_case(new)

    with pytest.raises(ValueError, match="title and subject_name together"):
        cases.record(a_change(new, title="新标题"))


def test_sub_cases_are_found_by_the_case_they_belong_to() -> None:
    parent = a_new_case()
    children = [a_new_case(parent_case=parent.number) for _ in range(2)]
    for case in (parent, *children):
        cases.open_case(case)

    assert [case.number for case in cases.children(parent.number)] == [
        case.number for case in children
    ]
    assert cases.children("") == []


def test_a_case_is_found_by_id_and_by_submission() -> None:
    new = a_new_case()
    cases.open_case(new)

    assert cases.load_by_id(new.id) == cases.load(new.number)
    assert cases.of_submission(new.submission_key) == cases.load(new.number)
    assert cases.of_submission("never sent") is None
    with pytest.raises(cases.CaseNotFound):
        cases.load_by_id(0)


def test_an_unknown_number_says_so() -> None:
    with pytest.raises(cases.CaseNotFound, match="没有编号为 QD-0 的办件"):
        cases.load("QD-0")
