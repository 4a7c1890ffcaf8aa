# SPDX-License-Identifier: Apache-2.0
"""The officer's desk (工作台): what is to be done, and the case at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel import process
from huiban.kernel.actor import Actor
from huiban.kernel.clock import ClockReading, Light, Unit
from huiban.kernel.clock_words import remaining_words
from huiban.kernel.permission import Errand
from huiban.kernel.process import OpenAct
from huiban.kernel.rule import Judgment
from huiban.kernel.words import Words
from huiban.services import casepage, checked, city, reviewing
from huiban.services import points as weighing
from huiban.services.casepage import CasePage
from huiban.services.checked import Checked
from huiban.services.commitments import Promise, promises
from huiban.services.facts import case_facts, local_day
from huiban.services.handle import load, note
from huiban.services.journal import Fact
from huiban.services.materials_filed import Owed, owed_of, with_blocks
from huiban.services.permission import allows, demand, demand_platform, errand_of_document
from huiban.services.refusal import NotFound
from huiban.services.reviewing import DeskReview
from huiban.store import cases, lists, pages
from huiban.store.lists import CaseNarrow, DeskCounts, DeskNarrow, DeskRow
from huiban.store.models import Account


@dataclass(frozen=True, slots=True)
class ToDo:
    """A page of the to-do list with its counts."""

    rows: tuple[DeskRow, ...]
    cursor: str
    counts: DeskCounts


@dataclass(frozen=True)
class DeskCase:
    """A case on the desk: its page, what this officer may do, the points, the neighbours."""

    page: CasePage
    acts: tuple[OpenAct, ...]
    points: Judgment | None
    before: str
    after: str
    can_reveal: bool
    can_see_materials: bool
    can_see_journal: bool
    checked: Checked | None = None
    """What registers said, where the scenario asks them and this officer may see it."""
    readable: frozenset[str] = frozenset()
    """The numbers of the issued documents this officer may open."""
    review: DeskReview | None = None
    """What points found in the materials, where the scenario has any and this officer may see."""
    owed: tuple[Owed, ...] = ()
    promises: tuple[Promise, ...] = ()
    can_check: bool = False
    """Whether this officer may say what the check of a promise (事后核查) found."""


def todo(actor: Actor, narrow: DeskNarrow, cursor: str = "", limit: int = 50) -> ToDo:
    """
    List an officer's open work, most urgent first.

    :raises NotAllowed: if the actor has no desk.
    """
    demand_platform(actor, Errand.LIST_DESK)
    scope = lists.scope_of(actor)
    page = lists.desk_list(scope, narrow, cursor, limit)
    counts = lists.desk_counts(scope, DeskNarrow(text=narrow.text, mine=narrow.mine))
    return ToDo(page.rows, page.cursor, counts)


def department_cases(
    actor: Actor, narrow: CaseNarrow, cursor: str = "", limit: int = 50
) -> lists.CasePage:
    """
    List the cases of the officer's department, newest first.

    :raises NotAllowed: if the actor has no desk.
    """
    demand_platform(actor, Errand.LIST_DESK)
    return lists.department_list(lists.scope_of(actor), narrow, cursor, limit)


def case(
    number: str, actor: Actor, language: str, now: datetime, narrow: DeskNarrow | None = None
) -> DeskCase:
    """
    Show an officer a case.

    Personal numbers are masked until they are revealed, which is recorded.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the officer may not see it.
    """
    whole = _whole(number)
    demand(actor, Errand.VIEW_CASE, whole.case)
    page = casepage.build(whole, language, now, is_masked=True)
    facts = case_facts(page.scenario, whole.case)
    day = local_day(whole.case.submitted_at)
    acts = process.open_acts(page.chart, page.standing, facts, actor, day)
    owed = owed_of(page.scenario, whole.case, whole.journal, now)
    acts = with_blocks(acts, [one.material for one in owed])
    if not allows(actor, Errand.ACT_CASE, whole.case):
        acts = ()
    before, after = lists.desk_neighbours(lists.scope_of(actor), narrow or DeskNarrow(), number)
    return DeskCase(
        page=page,
        acts=tuple(acts),
        owed=owed,
        promises=promises(page.scenario, whole.case, whole.journal, now),
        can_check=allows(actor, Errand.CHECK_COMMITMENT, whole.case),
        points=points(page),
        checked=checked.of_case(page.scenario, whole.case, now)
        if page.scenario.analysis and allows(actor, Errand.VIEW_CHECK, whole.case)
        else None,
        review=reviewing.at_desk(page.scenario, whole, actor)
        if allows(actor, Errand.VIEW_MATERIAL, whole.case)
        else None,
        before=before,
        after=after,
        can_reveal=allows(actor, Errand.REVEAL_FIELD, whole.case),
        can_see_materials=allows(actor, Errand.VIEW_MATERIAL, whole.case),
        can_see_journal=allows(actor, Errand.VIEW_JOURNAL, whole.case),
        readable=frozenset(
            one.number
            for one in whole.documents
            if allows(actor, errand_of_document(one.code), whole.case)
        ),
    )


def demand_view(number: str, actor: Actor) -> None:
    """
    Let an officer through to a case.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the officer may not see it.
    """
    opened = load(number)
    demand(actor, Errand.VIEW_CASE, opened.case, opened.standing)


def points(page: CasePage) -> Judgment | None:
    """Judge the criteria that count at the case's stage; unknown is not no."""
    whole, scenario = page.whole, page.scenario
    criteria = weighing.criteria_at(scenario, page.item, whole.case.stage)
    facts = case_facts(scenario, whole.case)
    return weighing.judged(criteria, facts, local_day(whole.case.submitted_at))


def reveal(number: str, key: str, actor: Actor, now: datetime) -> str:
    """
    Show one masked answer in full and record who asked for it.

    :raises NotFound: if there is no such case or field.
    :raises NotAllowed: if the officer may not.
    """
    whole = _whole(number)
    demand(actor, Errand.REVEAL_FIELD, whole.case)
    page = casepage.build(whole, "zh-hans", now, is_masked=False)
    for section in page.sections:
        for answer in section.answers:
            if answer.key == key:
                fact = Fact(
                    act="revealed",
                    stage_from=whole.case.stage,
                    stage_to=whole.case.stage,
                    role=",".join(sorted(actor.roles)),
                    body={"field": key, "at": now.isoformat()},
                )
                note(number, fact, now, actor)
                return answer.text
    raise NotFound(Words("申请表没有这一项", "The form has no such field"))


def _whole(number: str) -> pages.WholeCase:
    try:
        return pages.whole_case(number)
    except cases.CaseNotFound as fault:
        raise NotFound(
            Words(f"没有编号为 {number} 的办件，请核对编号", f"There is no case {number}")
        ) from fault


def colleagues(actor: Actor, roles: Sequence[str]) -> list[Account]:
    """List the officers of the same department who hold one of the roles."""
    same = Account.objects.filter(
        kind="officer", department=actor.department, is_active=True
    ).order_by("name")
    wanted = set(roles)
    return [one for one in same if wanted & set(one.roles) and one.number != actor.number]


def due_words(due_at: datetime | None, light: str, language: str, now: datetime) -> str:
    """Say in people's language when a listed case is due."""
    if due_at is None:
        return ""
    days = city.calendar(now).workdays_between(
        local_day(now).toordinal(), local_day(due_at).toordinal()
    )
    reading = ClockReading(
        name="",
        unit=Unit.WORK_DAY,
        used=0,
        remaining=days,
        due_at=due_at,
        warns=(),
        light=Light(light),
        # A case with a due date has a running clock, were it the applicant's own (补正).
        is_running=light != Light.DONE,
        is_provisional=False,
        is_late=now >= due_at,
    )
    return remaining_words(reading, now, language)
