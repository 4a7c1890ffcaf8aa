# SPDX-License-Identifier: Apache-2.0
"""Taking in the State Council's holiday notice of a year, and reading open clocks again."""

from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.calendar import DayStatus
from huiban.kernel.calendar_notice import NoticeProblem, ParsedNotice, parse_notice
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


def read_notice(text: str, *, accept_doubts: bool = False) -> ParsedNotice:
    """
    Read a notice without importing it.

    `accept_doubts` is a person's word that what is unusual in the notice is really written there;
    what cannot be right is never taken.

    :raises Invalid: if anything in the notice is wrong or doubtful; all of it is named.
    """
    notice = parse_notice(text)
    wrong = [one for one in notice.problems if one.blocks or not accept_doubts]
    if wrong:
        raise Invalid(_not_clear(wrong))
    return notice


def import_notice(
    text: str, source: str, actor: Actor, now: datetime, *, accept_doubts: bool = False
) -> Imported:
    """
    Make a year official from its notice and read the clocks that hang on it.

    :raises NotAllowed: if the actor does not keep the calendar.
    :raises Invalid: as `read_notice`.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    notice = read_notice(text, accept_doubts=accept_doubts)
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


def _not_clear(problems: list[NoticeProblem]) -> Words:
    zh = [
        f"{one.where or '通知'}{f'“{one.text}”' if one.text else ''}：{one.message.zh}"
        for one in problems
    ]
    en = [f"{one.where} {one.text}: {one.message.speak('en')}".strip(" :") for one in problems]
    return Words(
        "通知里有读不准的地方，没有导入：\n" + "\n".join(zh),
        "The notice is not clear and was not imported:\n" + "\n".join(en),
    )
