# SPDX-License-Identifier: Apache-2.0
"""One act on a case (办理): the kernel decides, one statement records state, clocks and journal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from huiban.kernel import process
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.evidence import canonical
from huiban.kernel.process import Act, ActionRefused, Chart, Standing, Stepped, Task
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import (
    checked,
    city,
    delegation_uses,
    effects,
    numbering,
    people,
    points,
    review_files,
)
from huiban.services.clocks import Clocks, later, read_clocks
from huiban.services.delegation_uses import Doing
from huiban.services.facts import Filing, case_facts, local_day
from huiban.services.history import History, history_of
from huiban.services.journal import Chain, Fact
from huiban.services.materials_filed import demand_supplied, on_accepting
from huiban.services.permission import demand
from huiban.services.refusal import NotFound, NotOpen, Stale
from huiban.store import cases, journal
from huiban.store.rows import CaseChange, CaseRow, JournalRow, NoticeRow, TaskRow

_ATTEMPTS = 5
_TOLD_TO_APPLICANT = frozenset(
    """accept deem_accept decline request_correction resubmit lapse grant refuse deem_grant retract
    archive suspend resume extend document_issued certificate_issued""".split()  # noqa: SIM905
)
# The act that comes with new answers: without them the only correction is spent on nothing.
_REFILES = "resubmit"
_NOTHING_FILED = Words(
    "补正要连同改好的申请一起提交：请先打开补正草稿，改好后提交",
    "A correction is sent with its answers: open it for correction and send that draft",
)
_STAMPS: Mapping[str, str] = {
    "accept": "accepted_at",
    "deem_accept": "accepted_at",
    "grant": "decided_at",
    "refuse": "decided_at",
    "deem_grant": "decided_at",
    "archive": "archived_at",
}


class Placed(Protocol):
    """What says whose desk a case is on."""

    @property
    def department(self) -> str: ...
    @property
    def division(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks to be done; `version` is the case's as it was shown to them."""

    name: str
    task: str | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act."""

    number: str
    version: int
    stage: str
    event: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as loaded for an act, with everything needed to decide."""

    case: CaseRow
    journal: tuple[JournalRow, ...]
    scenario: Scenario
    chart: Chart
    standing: Standing

    @property
    def history(self) -> History:
        return history_of(self.journal)

    @property
    def facts(self) -> dict[str, object]:
        return case_facts(self.scenario, self.case)


def load(number: str) -> Opened:
    """
    Load a case with its journal and the pack version it was filed under.

    :raises NotFound: if there is no such case.
    """
    try:
        case = cases.load(number)
    except cases.CaseNotFound:
        message = Words(f"没有编号为 {number} 的办件，请核对编号", f"There is no case {number}")
        raise NotFound(message) from None
    scenario = city.scenario_of(case.pack_code, case.pack_version)
    chart = scenario.chart_of(scenario.items[case.item_code])
    standing = Standing.from_json(json.loads(case.standing))
    return Opened(case, journal.of_case(case.id), scenario, chart, standing)


def act(
    number: str, order: Order, actor: Actor, now: datetime, filing: Filing | None = None
) -> Done:
    """
    Carry out one act of one person on a case.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the person may not act on this case at all.
    :raises NotOpen: if the act is not open now; the message says what is.
    :raises Stale: if the case changed since it was shown.
    """
    for _ in range(_ATTEMPTS):
        opened = load(number)
        demand(actor, "act_case", opened.case, opened.standing)
        _demand_delegable(order, opened.case, actor, now)
        if order.version is not None and order.version != opened.case.version:
            raise _stale(opened.case)
        if order.name == _REFILES and filing is None:
            raise NotOpen(_NOTHING_FILED, "input")
        request = Act(order.name, order.task, order.inputs)
        people.check_named(opened.case, opened.standing.task(order.task), request)
        change, done = _decide(opened, order, actor, now, filing)
        try:
            cases.record(change)
        except cases.StaleVersion:
            continue
        return done
    raise _stale(opened.case)


def _demand_delegable(order: Order, case: CaseRow, actor: Actor, now: datetime) -> None:
    """Who sends corrected answers in is judged and counted there; nothing else is delegated."""
    if order.name != _REFILES:
        doing = Doing(operation=order.name, item=case.item_code, scenario=case.pack_code)
        delegation_uses.demand(actor, doing, now)


def note(
    number: str,
    fact: Fact,
    now: datetime,
    actor: Actor = SYSTEM,
    notices: tuple[NoticeRow, ...] = (),
) -> None:
    """
    Record a fact that moves nothing, such as a document having been issued.

    It keeps the version people see, so nobody's open page goes stale for it; recorded again, it
    leaves everything as it is.
    """
    for _ in range(_ATTEMPTS * 4):
        opened = load(number)
        if any(row.act == fact.act and row.body == _plain(fact) for row in opened.journal):
            return
        clocks = read_clocks(opened.chart.clocks, opened.history, city.calendar(now), now)
        chain = chain_of(opened.case)
        chain.add(fact, actor, now)
        change = _change(
            opened, opened.standing, clocks, chain, now, version_step=0, notices=notices
        )
        try:
            cases.record(change)
        except cases.StaleVersion:
            continue
        return
    raise _stale(opened.case)


def file_more(opened: Opened, fact: Fact, filing: Filing, actor: Actor, now: datetime) -> None:
    """
    Record that something was handed in that moves nothing; open pages of the case go stale.

    :raises StaleVersion: of the store, if the case changed since it was loaded.
    """
    clocks, chain = clocks_at(opened, opened.history, now), chain_of(opened.case)
    chain.add(fact, actor, now)
    materials = filing.materials
    cases.record(_change(opened, opened.standing, clocks, chain, now, materials=materials))


def reread(number: str, now: datetime, postpone: timedelta | None = None) -> None:
    """
    Read the clocks again and store what they say.

    `postpone` puts off events already due, so that one that was refused is not sent every minute.
    """
    for _ in range(_ATTEMPTS):
        opened = load(number)
        clocks = clocks_at(opened, opened.history, now)
        if postpone is not None:
            clocks = later(clocks, now, now + postpone)
        chain = chain_of(opened.case)
        try:
            cases.record(_change(opened, opened.standing, clocks, chain, now, version_step=0))
        except cases.StaleVersion:
            continue
        return


def _plain(fact: Fact) -> str:
    return canonical(dict(fact.body)).decode()


def history_until(opened: Opened, seq: int) -> History:
    """Give the past of a case up to one entry, that entry included."""
    return history_of(opened.journal[:seq])


def clocks_at(opened: Opened, history: History, at: datetime) -> Clocks:
    """Read the case's clocks at a moment."""
    return read_clocks(opened.chart.clocks, history, city.calendar(at), at)


def chain_of(case: CaseRow) -> Chain:
    return Chain(case.number, case.chain_seq, case.chain_sha256, case.chain_sm3)


def _decide(
    opened: Opened, order: Order, actor: Actor, now: datetime, filing: Filing | None
) -> tuple[CaseChange, Done]:
    request = Act(order.name, order.task, order.inputs)
    item = opened.scenario.items[opened.case.item_code]
    day = local_day(opened.case.submitted_at)
    facts = case_facts(opened.scenario, opened.case, filing)
    try:
        stepped = process.step(opened.chart, opened.standing, request, facts, actor, day)
    except ActionRefused as refused:
        raise NotOpen(Words(refused.message), refused.code, refused.missing) from refused
    demand_supplied(opened.scenario, opened.case, stepped.event)
    if actor is not SYSTEM and points.goes_on_unsaid(order.name, order.inputs.get("reason")):
        criteria = points.criteria_at(opened.scenario, item, opened.case.stage)
        check = checked.of_case(opened.scenario, opened.case, now)
        against = review_files.standing_against(opened.scenario, opened.case)
        points.demand_reason(
            (points.judged(criteria, facts, day), check.judgment if check else None),
            [one.point.title for one in against],
        )
    numbers = numbering.take(opened.scenario, item, stepped.effects, opened.case.division, now)
    fact = _fact(opened, order, stepped, actor, filing, numbers)
    chain = chain_of(opened.case)
    row = chain.add(fact, actor, now)
    history = opened.history
    history.add(row.act, row.at, fact.body)
    clocks = read_clocks(opened.chart.clocks, history, city.calendar(now), now)
    about = effects.About.of(opened.case)
    following = effects.of_step(opened.scenario, about, stepped, row, clocks)
    asked = on_accepting(opened.scenario, opened.case, stepped.event, now)
    change = _change(
        opened,
        stepped.standing,
        clocks,
        chain,
        now,
        outcome=stepped.standing.outcome or None,
        tasks_opened=tuple(
            task_row(opened.case, task) for task in (*stepped.opened, *stepped.changed)
        ),
        tasks_closed=tuple(task.key for task in stepped.closed),
        jobs=(*following.jobs, *asked.jobs),
        notices=(*following.notices, *asked.notices),
        **_stamps(opened, stepped, now),
        **_filed(opened.case, filing),
    )
    return change, Done(opened.case.number, opened.case.version + 1, change.stage, stepped.event)


def _change(
    opened: Opened,
    standing: Standing,
    clocks: Clocks,
    chain: Chain,
    now: datetime,
    **columns: Any,
) -> CaseChange:
    return CaseChange(
        id=opened.case.id,
        expected_version=opened.case.version,
        expected_seq=opened.case.chain_seq,
        at=now,
        stage=process.stage(opened.chart, standing),
        standing=city.text_of(standing.to_json()),
        light=clocks.light,
        due_at=clocks.due_at,
        committed_due_at=clocks.committed_due_at,
        statutory_due_at=clocks.statutory_due_at,
        chain_seq=chain.seq,
        chain_sha256=chain.sha256,
        chain_sm3=chain.sm3,
        deadlines=clocks.rows,
        journal=tuple(chain.rows),
        **columns,
    )


def task_row(case: Placed, task: Task) -> TaskRow:
    """Put an open task on the desk it belongs to."""
    return TaskRow(
        key=task.key,
        state=task.state,
        kind=str(task.kind),
        role=task.role,
        department=task.department or case.department,
        division=case.division,
        holder=task.holder or "",
        waits_on=task.parent or "",
    )


def _fact(  # noqa: PLR0913 - what a fact is made of
    opened: Opened,
    order: Order,
    stepped: Stepped,
    actor: Actor,
    filing: Filing | None,
    numbers: Mapping[str, str],
) -> Fact:
    task = opened.standing.task(order.task)
    body: dict[str, object] = {
        "act": {"name": order.name, "task": order.task, "inputs": dict(order.inputs)},
        "actor": {
            "kind": str(actor.kind),
            "roles": sorted(actor.roles),
            "department": actor.department,
            "division": actor.division,
        },
        "entered": list(stepped.entered),
        "left": list(stepped.left),
        "effects": list(stepped.effects),
    }
    if numbers:
        body["numbers"] = dict(numbers)
    if filing is not None:
        body |= filing.told
    if order.name == "deem_accept":
        # Not told in five days: accepted from the day of receipt (行政许可法第三十二条).
        body["counts_from"] = opened.case.submitted_at.isoformat()
    if order.name == "extend":
        rule = opened.chart.clocks.get(str(order.inputs.get("clock", "")))
        if rule is not None and rule.extend is not None:
            body["extension"] = str(rule.extend)
    # A decision that had waited for a second signature speaks with its own reason.
    reason = stepped.decision.reason if stepped.decision else order.inputs.get("reason")
    return Fact(
        act=stepped.event,
        stage_from=opened.case.stage,
        stage_to=process.stage(opened.chart, stepped.standing),
        reason=reason if isinstance(reason, str) else "",
        basis=str(order.inputs.get("basis", "")),
        role=task.role if task else next(iter(sorted(actor.roles)), str(actor.kind)),
        body=body,
        is_public=stepped.event in _TOLD_TO_APPLICANT,
    )


def _stamps(opened: Opened, stepped: Stepped, now: datetime) -> dict[str, Any]:
    """Give the columns that say when the case reached its milestones."""
    found: dict[str, Any] = {}
    column = _STAMPS.get(stepped.event)
    if column:
        found[column] = opened.case.submitted_at if stepped.event == "deem_accept" else now
    if stepped.standing.outcome and not opened.case.outcome:
        found["closed_at"] = now
    return found


def _filed(case: CaseRow, filing: Filing | None) -> dict[str, Any]:
    if filing is None:
        return {}
    return {
        "payload": filing.payload,
        "materials": filing.materials,
        "title": filing.title,
        "subject_name": case.subject_name,
    }


def _stale(case: CaseRow) -> Stale:
    message = Words(
        "这件办件刚刚有了新的变化，您的操作没有执行；请看过最新情况后再操作",
        "This case has just changed and nothing was done; look at it again, then repeat",
    )
    return Stale(message, case.version)
