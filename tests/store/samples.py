# SPDX-License-Identifier: Apache-2.0
"""Values for the store's tests: a whole case, and a change of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from huiban.store.fetched import FetchedRow
from huiban.store.inquiries import Entry
from huiban.store.rows import (
    CaseChange,
    DeadlineRow,
    JobRow,
    JournalRow,
    NewCase,
    NoticeRow,
    TaskRow,
)

NOW = datetime(2026, 7, 28, 1, 30, tzinfo=UTC)
_numbers = count(1)


def a_task(key: str = "t1", **changes: object) -> TaskRow:
    row = TaskRow(key, "submitted", "state", "window", "urban_management", "370202")
    return replace(row, **changes)  # type: ignore[arg-type]


def a_deadline(clock: str = "acceptance", **changes: object) -> DeadlineRow:
    row = DeadlineRow(
        clock, "running", NOW + timedelta(days=5), "warn", NOW + timedelta(days=3), False, "v1"
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def an_entry(seq: int = 1, **changes: object) -> JournalRow:
    row = JournalRow(
        seq, NOW, "p1", "张三", "applicant", "submit", "draft", "submitted", is_public=True
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def a_notice(**changes: object) -> NoticeRow:
    return replace(NoticeRow("submitted", "370202X", "已提交", "您的申请已提交。"), **changes)  # type: ignore[arg-type]


def a_new_case(**changes: object) -> NewCase:
    serial = next(_numbers)
    case = NewCase(
        id=serial,
        number=f"QD-CW-20260728-{serial:06d}",
        submission_key=f"key-{serial}",
        pack_code="construction_waste",
        pack_version="1",
        item_code="construction_waste.new",
        life="new",
        title="海尔路改造工程建筑垃圾处置核准",
        applicant="p1",
        subject_code="91370202MA3C0XXX1K",
        subject_name="青岛海风建设有限公司",
        department="urban_management",
        division="370202",
        channel="portal",
        stage="submitted",
        standing='{"configuration":["submitted"]}',
        payload='{"project":"海尔路改造工程"}',
        materials="{}",
        submitted_at=NOW,
        due_at=NOW + timedelta(days=5),
        chain_seq=1,
        chain_sha256="a" * 64,
        chain_sm3="b" * 64,
        tasks=(a_task(),),
        deadlines=(a_deadline(),),
        journal=(an_entry(),),
        jobs=(JobRow("notify", '{"case":1}', f"notify-{serial}"),),
        notices=(a_notice(),),
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def a_change(case: NewCase, **changes: object) -> CaseChange:
    change = CaseChange(
        id=case.id,
        expected_version=1,
        at=NOW + timedelta(hours=1),
        stage="examination",
        standing='{"configuration":["examination"]}',
        light="amber",
        due_at=NOW + timedelta(days=1),
        committed_due_at=NOW + timedelta(days=1),
        statutory_due_at=NOW + timedelta(days=20),
        chain_seq=2,
        chain_sha256="c" * 64,
        chain_sm3="d" * 64,
        accepted_at=NOW + timedelta(hours=1),
        tasks_opened=(a_task("t2", state="examination", role="examiner"),),
        tasks_closed=("t1",),
        deadlines=(
            a_deadline(state="met", next_event="", next_event_at=None),
            a_deadline("committed"),
        ),
        journal=(
            an_entry(2, act="accept", stage_from="submitted", stage_to="examination", actor="o1"),
        ),
        jobs=(JobRow("document", "{}", f"acceptance-{case.id}"),),
        notices=(a_notice(code="accepted"),),
    )
    return replace(change, **changes)  # type: ignore[arg-type]


def a_line(subject: str = "a" * 64, **changes: object) -> Entry:
    """A line of the request log."""
    line = Entry(
        request=f"{next(_numbers):032x}",
        event="asked",
        subject=subject,
        resource="enterprise_registry",
        looked_up_by="uscc",
        matter="d1",
        item_code="construction_waste.new",
        purpose="construction_waste",
        actor="p1",
        fields="name status",
        at=NOW,
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def a_fetched_row(**changes: object) -> FetchedRow:
    """An answer beside a draft."""
    row = FetchedRow(
        matter="d1",
        resource="enterprise_registry",
        looked_up_by="uscc",
        key_digest="a" * 64,
        fields=frozenset({"name", "status"}),
        state="pending",
        request=f"{next(_numbers):032x}",
        asked_at=NOW,
    )
    return replace(row, **changes)  # type: ignore[arg-type]
