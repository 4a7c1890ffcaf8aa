# SPDX-License-Identifier: Apache-2.0
"""Reviewing applications (预审与审查): before they are filed, and the same findings at the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.permission import Errand
from huiban.kernel.review import Finding, Point
from huiban.kernel.rule import Verdict
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city, files, handle, readings, review_files
from huiban.services.drafts import Writing
from huiban.services.facts import local_day, read_instead
from huiban.services.handle import Opened
from huiban.services.journal import Fact, body_of
from huiban.services.permission import allows, demand
from huiban.services.refusal import FieldFault, NotAllowed, NotFound
from huiban.services.review_files import Filed, Reviewed, filed_of
from huiban.store import settlements
from huiban.store.pages import WholeCase
from huiban.store.rows import JournalRow
from huiban.store.settlements import SettlementRow

SETTLED = "point_settled"


def of_writing(writing: Writing, now: datetime) -> Reviewed | None:
    """Look at an application being written; None where its scenario has no points."""
    instead = read_instead(writing.draft.materials)
    values, materials, day = writing.values, writing.materials, local_day(now)
    filed = Filed(writing.scenario, writing.item, values, materials, instead, day)
    return review_files.of(filed, files.of_draft(writing))


def want_case(number: str, now: datetime) -> None:
    """Have the files of a case read that nobody read yet, such as those filed by a program."""
    opened = handle.load(number)
    if opened.scenario.review is not None:
        materials = filed_of(opened.scenario, opened.case).materials
        numbers = [one for several in materials.values() for one in several]
        readings.want(files.records(numbers).values(), now)


@dataclass(frozen=True, slots=True)
class Said:
    """The latest word on a point: what an officer took it to be, pass or fail, and when."""

    said: str
    at: datetime


@dataclass(frozen=True)
class DeskReview:
    """The review of a case as an officer sees it, with what was said of its points so far."""

    reviewed: Reviewed
    said: Mapping[str, Said]
    settles: frozenset[str]
    """The points that this officer may settle."""


def at_desk(scenario: Scenario, whole: WholeCase, actor: Actor) -> DeskReview | None:
    """Show an officer who may see the case's materials what points found in them."""
    blobs = {one.number: one for one in whole.files}
    reviewed = review_files.of(filed_of(scenario, whole.case), blobs)
    if reviewed is None:
        return None
    can = allows(actor, Errand.SETTLE_POINT, whole.case)
    own = {one.point.code for one in reviewed.findings if can and _settles(one.point, actor)}
    return DeskReview(reviewed, _said(whole.journal), frozenset(own))


def _said(rows: Iterable[JournalRow]) -> dict[str, Said]:
    """Read the latest word on each point out of a case's journal."""
    settled = ((body_of(row), row.at) for row in rows if row.act == SETTLED)
    return {str(body["point"]): Said(str(body["said"]), at) for body, at in settled}


def settle(number: str, code: str, said: str, actor: Actor, now: datetime) -> Finding:
    """
    Confirm or overrule a point: `said` is what the officer takes it to be, pass or fail.

    The case's journal keeps every word said, with what the point had found; the latest counts.

    :raises NotFound: if there is no such case, or its scenario has no such point.
    :raises NotAllowed: if the officer does not have the case's task, or another role settles it.
    :raises FieldFault: if `said` is neither.
    """
    opened = handle.load(number)
    role = demand(actor, Errand.SETTLE_POINT, opened.case, opened.standing)
    reviewed = review_files.of_case(opened.scenario, opened.case)
    finding = reviewed.finding(code) if reviewed else None
    if reviewed is None or finding is None:
        raise NotFound(Words("没有这条审查要点", "There is no such review point"))
    _demand_settles(finding.point, actor)
    if said not in (Verdict.PASS, Verdict.FAIL):
        words = Words("请选“属实”或者“改判”", "Choose to confirm or to overrule")
        raise FieldFault("said", words)
    row = _row(opened, finding, said, actor, now)
    with transaction.atomic():
        handle.note(number, _fact(opened, reviewed, row, role), now, actor)
        settlements.settle(row)
    return finding


def _row(opened: Opened, finding: Finding, said: str, actor: Actor, now: datetime) -> SettlementRow:
    told, case = opened.scenario.review, opened.case
    return SettlementRow(
        case_id=case.id,
        point=finding.point.code,
        rule=review_files.rule_digest(told, finding.point) if told else "",
        pack_code=case.pack_code,
        pack_version=case.pack_version,
        item_code=case.item_code,
        found=str(finding.verdict),
        said=said,
        said_by=actor.number,
        said_at=now,
    )


def _fact(opened: Opened, reviewed: Reviewed, row: SettlementRow, role: str) -> Fact:
    """Say what was found and said, over which files: never the values themselves."""
    finding = reviewed.finding(row.point)
    places = finding.evidence if finding else ()
    looked = {one.number: one.sha256 for place in places if (one := reviewed.file(place))}
    stage = opened.case.stage
    return Fact(
        act=SETTLED,
        stage_from=stage,
        stage_to=stage,
        role=role,
        body={
            "point": row.point,
            "title": finding.point.title.zh if finding else "",
            "found": row.found,
            "said": row.said,
            "rule": row.rule,
            "files": looked,
            "at": row.said_at.isoformat(),
        },
    )


def _settles(point: Point, actor: Actor) -> bool:
    return not point.settles or point.settles in actor.roles


def _demand_settles(point: Point, actor: Actor) -> None:
    if not _settles(point, actor):
        role = city.common().roles.get(point.settles)
        name = role.title if role else Words(point.settles)
        raise NotAllowed(
            Words(
                f"这条要点由{name.zh}认定；请转给他们看",
                f"This point is settled by the {name.speak('en')}",
            )
        )
