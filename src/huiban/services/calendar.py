# SPDX-License-Identifier: Apache-2.0
"""Taking in the State Council's holiday notice of a year, and reading open clocks again."""

from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.calendar import DayStatus
from huiban.kernel.calendar_notice import parse_notice
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import city, sweep
from huiban.services.permission import demand_platform
from huiban.services.refusal import Invalid
from huiban.store import calendar_years
from huiban.store.models import CalendarYear


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    year: int
    days: int
    recomputed: int


def import_notice(text: str, source: str, actor: Actor, now: datetime) -> Imported:
    """
    Make a year official from its notice and read the clocks that hang on it.

    :raises NotAllowed: if the actor does not keep the calendar.
    :raises Invalid: if anything in the notice is doubtful; everything doubtful is named.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    notice = parse_notice(text)
    if notice.is_blocked:
        wrong = [one.message for one in notice.problems if one.blocks]
        raise Invalid(
            Words(
                f"通知里有读不准的地方，没有导入：{'；'.join(one.zh for one in wrong)}",
                "The notice is not clear and was not imported: "
                + "; ".join(one.speak("en") for one in wrong),
            )
        )
    days = [
        {"day": row.day.isoformat(), "kind": str(row.kind), "name": row.name} for row in notice.days
    ]
    calendar_years.add(
        CalendarYear(
            year=notice.year,
            status=str(DayStatus.OFFICIAL),
            source=source[:300],
            days=city.text_of(days),
            imported_at=now,
            imported_by=actor.number,
        )
    )
    return Imported(notice.year, len(days), sweep.recompute_provisional(now))
