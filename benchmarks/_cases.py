# SPDX-License-Identifier: Apache-2.0
"""Cases of a realistic size for benchmarks: 46 answers, three tasks' worth of rows, one journal."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
_DIGEST = "0123456789abcdef" * 4
_ANSWERS = json.dumps(
    {f"field_{number}": f"青岛市市南区香港中路{number}号" for number in range(46)},
    ensure_ascii=False,
)
_ROADS = ("香港中路", "海尔路", "山东路", "延安三路", "福州南路", "江西路", "东海东路", "辽阳西路")
_NAMES = ("海风", "长城", "青建", "华东", "新城", "远洋", "东方", "金茂", "海诺", "德泰")


def a_case(serial: int) -> NewCase:
    """A construction-waste case; road, firm and due date vary with the serial."""
    firm = f"青岛{_NAMES[serial % 10]}{serial % 997}建设有限公司"
    due_at = NOW + timedelta(minutes=serial % 10_000)
    return NewCase(
        id=serial,
        number=f"QD-CW-{serial:012d}",
        submission_key=f"{serial:032d}",
        pack_code="construction_waste",
        pack_version="1",
        item_code="construction_waste.new",
        life="new",
        title=f"{_ROADS[serial % 8]}{serial % 4999}号工地建筑垃圾处置核准",
        applicant="p1",
        subject_code=f"91370202MA{serial % 5000:08d}",
        subject_name=firm,
        department="urban_management",
        division=f"37020{serial % 4 + 2}",
        channel="portal",
        stage="submitted",
        standing='{"configuration":["submitted"],"tasks":["t1"],"serial":1}',
        payload=_ANSWERS,
        materials="{}",
        submitted_at=NOW,
        due_at=due_at,
        committed_due_at=due_at,
        statutory_due_at=due_at + timedelta(days=20),
        chain_seq=1,
        chain_sha256=_DIGEST,
        chain_sm3=_DIGEST,
        tasks=(TaskRow("t1", "submitted", "state", "window", "urban_management", "370202"),),
        deadlines=(
            DeadlineRow("acceptance", "running", due_at, "warn", due_at, False, "v1"),
            DeadlineRow("correction", "paused"),
        ),
        journal=(_entry(1, "submit"),),
        jobs=(JobRow("notify", '{"case":1}', f"notify-{serial}"),),
        notices=(NoticeRow("submitted", "91370202MA", "已提交", "您的申请已提交。" * 5),),
    )


def a_step(case: NewCase, version: int, *, is_last: bool = False) -> CaseChange:
    """The next act on a case: one task closed, another opened, one entry, one job, one notice."""
    due_at = case.due_at
    opened = TaskRow(f"t{version + 1}", "s", "state", "examiner", "urban_management", "370202")
    change = CaseChange(
        id=case.id,
        expected_version=version,
        at=NOW,
        stage=f"stage{version}",
        standing='{"configuration":["examination"],"tasks":["t2"],"serial":2}',
        light="green",
        due_at=due_at,
        committed_due_at=due_at,
        statutory_due_at=case.statutory_due_at,
        chain_seq=version + 1,
        chain_sha256=_DIGEST,
        chain_sm3=_DIGEST,
        tasks_opened=(opened,),
        tasks_closed=(f"t{version}",),
        deadlines=(DeadlineRow("acceptance", "met"), DeadlineRow("committed", "running", due_at)),
        journal=(_entry(version + 1, "step"),),
        jobs=(JobRow("document", "{}", f"step-{case.id}-{version}"),),
        notices=(NoticeRow("step", "91370202MA", "进展", "您的办件有新进展。"),),
    )
    if not is_last:
        return change
    return replace(change, tasks_opened=(), decided_at=NOW, closed_at=NOW, light="done")


def _entry(seq: int, act: str) -> JournalRow:
    return JournalRow(
        seq, NOW, "p1", "张三", "applicant", act, "a", "b", "", "依据", '{"entered":["x"]}',
        _DIGEST, _DIGEST, True,
    )  # fmt: skip
