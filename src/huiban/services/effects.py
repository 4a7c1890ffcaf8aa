# SPDX-License-Identifier: Apache-2.0
"""What follows from a step outside the case: documents, certificates, archive and notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.process import BEGIN, Stepped
from huiban.packloader import Scenario
from huiban.services import city
from huiban.services.clocks import Clocks
from huiban.services.journal import body_of
from huiban.store.rows import CaseRow, JobRow, JournalRow, NoticeRow

# What brings answers that registers have not been asked about yet.
_FILINGS = frozenset({BEGIN, "resubmit"})


@dataclass(frozen=True, slots=True)
class About:
    """The case a notice speaks of."""

    number: str
    item_code: str
    subject_code: str
    subject_name: str
    department: str

    @classmethod
    def of(cls, case: CaseRow) -> "About":
        return cls(
            case.number, case.item_code, case.subject_code, case.subject_name, case.department
        )


@dataclass(frozen=True, slots=True)
class Following:
    """The jobs and notices to write together with a step."""

    jobs: tuple[JobRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()


def of_step(
    scenario: Scenario, about: About, stepped: Stepped, row: JournalRow, clocks: Clocks
) -> Following:
    """List what a step sets off."""
    following: tuple[JobRow, ...] = ()
    # A form signed as it was sent in is signed with its sender's key by a job as well.
    if stepped.effects or row.body.find('"signature":{') >= 0:
        following = (carry_out_job(about.number, row.seq),)
    is_automatic = scenario.items[about.item_code].automatic is not None
    is_checked = is_automatic or scenario.analysis is not None or scenario.review is not None
    if is_checked and row.act in _FILINGS:
        following += (data_check_job(about.number, row.seq),)
    return Following(following, notice_of(scenario, about, row, clocks))


def carry_out_job(number: str, seq: int) -> JobRow:
    """Give the one job that carries out everything an entry set off, in order."""
    payload = city.text_of({"case": number, "seq": seq})
    return JobRow("carry_out", payload, f"carry_out:{number}:{seq}")


def data_check_job(number: str, seq: int) -> JobRow:
    """Give the job that checks what was filed against registers, before anybody examines it."""
    return JobRow("data_check", city.text_of({"case": number}), f"data_check:{number}:{seq}")


def notice_of(
    scenario: Scenario, about: About, row: JournalRow, clocks: Clocks
) -> tuple[NoticeRow, ...]:
    """Write what the applicant is told at an event, if the pack says anything."""
    notice = scenario.notices.get(row.act)
    if notice is None:
        return ()
    title, text = notice.tell(slots(scenario, about, row, clocks))
    return (
        NoticeRow(
            code=row.act,
            subject_code=about.subject_code,
            title=title.zh,
            text=text.zh,
            title_en=title.en,
            text_en=text.en,
            link=f"/cases/{about.number}",
        ),
    )


def slots(scenario: Scenario, about: About, row: JournalRow, clocks: Clocks) -> dict[str, str]:
    """Give the facts a notice may quote."""
    item = scenario.items[about.item_code]
    department = city.common().departments.get(about.department)
    body = body_of(row)
    numbers = body.get("numbers")
    points = _points(body)
    return {
        "case_number": about.number,
        "item": item.name.zh,
        "applicant": about.subject_name,
        "due_on": _day(_due(clocks)),
        "reason": row.reason,
        "points": "；".join(points) or row.reason,
        "certificate_number": str(numbers.get("certificate", ""))
        if isinstance(numbers, dict)
        else "",
        "department": department.name.zh if department else about.department,
        "phone": item.consult_phone,
    }


def _points(body: Mapping[str, object]) -> list[str]:
    act = body.get("act")
    inputs = act.get("inputs") if isinstance(act, dict) else None
    points = inputs.get("points") if isinstance(inputs, dict) else None
    if not isinstance(points, list):
        return []
    return [
        f"{one.get('about', '')}：{one.get('fault', '')}" for one in points if isinstance(one, dict)
    ]


def _due(clocks: Clocks) -> datetime | None:
    """The committed date is the one the city promised; before acceptance, what runs is told."""
    return clocks.committed_due_at or clocks.due_at


def _day(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
