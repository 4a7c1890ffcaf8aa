# SPDX-License-Identifier: Apache-2.0
"""The administrators' pages: calendar, jobs and audit, each for its own administrator only."""

import pytest

from huiban.store.models import Account, CalendarYear, Job
from tests.web.desk_visitor import NOW, case_of, visitor

pytestmark = pytest.mark.django_db


def dead_job() -> Job:
    return Job.objects.create(
        kind="carry_out", payload="{}", state="dead", run_after=NOW, attempts=8, worker="w",
        last_error="PrinterOnFire: 打印失败", created_at=NOW, finished_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["/desk/calendar", "/desk/system", "/desk/audit"])
@pytest.mark.parametrize("who", ["zhangqian", "zhaojianguo", "wumin"])
def test_who_handles_cases_keeps_no_machine(city: dict[str, Account], who: str, way: str) -> None:
    assert visitor(city[who]).get(way).status_code == 403


def test_the_administrators_do_not_open_each_others_pages(city: dict[str, Account]) -> None:
    assert visitor(city["sysadmin"]).get("/desk/audit").status_code == 403
    assert visitor(city["auditor"]).get("/desk/system").status_code == 403


def test_the_calendar_says_which_years_are_official(city: dict[str, Account]) -> None:
    page = visitor(city["sysadmin"]).read("/desk/calendar")

    assert "正式" in page
    assert "暂定，等待公布" in page


def test_a_notice_that_cannot_be_read_is_not_imported_and_is_kept_on_the_page(
    city: dict[str, Account],
) -> None:
    answer = visitor(city["sysadmin"]).post(
        "/desk/calendar", notice="明年放假若干天", source="国办发明电"
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "明年放假若干天" in page
    assert "没有导入" in page
    assert not CalendarYear.objects.exists()


def test_a_dead_job_is_seen_and_tried_again(city: dict[str, Account]) -> None:
    job = dead_job()
    keeper = visitor(city["sysadmin"])

    page = keeper.read("/desk/system")
    answer = keeper.post("/desk/system", job=str(job.id))

    assert "PrinterOnFire" in page
    assert answer.status_code == 303
    assert Job.objects.get(id=job.id).state == "ready"


def test_a_job_that_is_not_dead_is_left_alone(city: dict[str, Account]) -> None:
    keeper = visitor(city["sysadmin"])

    keeper.post("/desk/system", job="999999")

    assert "已经不在停止的任务里" in keeper.read("/desk/system")


def test_the_auditor_reads_who_did_what_but_not_the_case(city: dict[str, Account]) -> None:
    number = case_of(city["wangmin"], "2026-11-23 10:00")
    auditor = visitor(city["auditor"])

    page = auditor.read("/desk/audit", number=number)

    assert "提交申请" in page
    assert "证据链完整" in page
    assert "深圳路" not in page
    assert auditor.get(f"/desk/cases/{number}").status_code == 403
    assert auditor.get("/desk/audit", number="QD-NOTHING").status_code == 404
