# SPDX-License-Identifier: Apache-2.0
"""What administrators may see and do (运行维护): the calendar's years, jobs, journals for audit."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.calendar import DayKind, DayStatus
from huiban.kernel.permission import Errand
from huiban.kernel.process import Chart
from huiban.services import city, handle
from huiban.services.facts import local_day
from huiban.services.permission import demand, demand_platform
from huiban.store import calendar_years, jobs
from huiban.store.models import Job
from huiban.store.rows import CaseRow, JournalRow


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the work calendar: whether its notice is in, and what it says."""

    year: int
    is_official: bool
    holidays: int
    makeup_days: int
    source: str = ""
    imported_at: datetime | None = None
    imported_by: str = ""


@dataclass(frozen=True, slots=True)
class AuditedCase:
    """What an auditor reads: who did what when; the answers and materials stay closed."""

    case: CaseRow
    chart: Chart
    journal: tuple[JournalRow, ...]


def years(now: datetime) -> list[Year]:
    """List last year, this one and the two to come, and every year that was imported."""
    calendar, imported = city.calendar(now), calendar_years.newest()
    this = local_day(now).year
    found = []
    for year in sorted({*range(this - 1, this + 3), *imported}):
        known = calendar.years.get(year)
        kinds = Counter(day.kind for day in known.days) if known else Counter()
        row = imported.get(year)
        found.append(
            Year(
                year=year,
                is_official=calendar.year_status(year) is DayStatus.OFFICIAL,
                holidays=kinds[DayKind.HOLIDAY],
                makeup_days=kinds[DayKind.MAKEUP_WORKDAY],
                source=row.source if row else "",
                imported_at=row.imported_at if row else None,
                imported_by=row.imported_by if row else "",
            )
        )
    return found


def job_counts(actor: Actor) -> dict[str, int]:
    """
    Count the jobs by state.

    :raises NotAllowed: if the actor does not keep the system.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    return jobs.counts()


def dead_jobs(actor: Actor) -> list[Job]:
    """
    List the jobs that nobody tries any more.

    :raises NotAllowed: if the actor does not keep the system.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    return jobs.dead()


def revive(job: int, actor: Actor, now: datetime) -> bool:
    """
    Let a dead job be tried again; False when it is not dead.

    :raises NotAllowed: if the actor does not keep the system.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    return jobs.revive(job, now)


def journal_for_audit(number: str, actor: Actor) -> AuditedCase:
    """
    Open a case's journal to the auditor.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the actor may not audit.
    """
    opened = handle.load(number)
    demand(actor, Errand.VIEW_JOURNAL, opened.case, opened.standing)
    return AuditedCase(opened.case, opened.chart, opened.journal)
