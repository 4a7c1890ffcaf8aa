# SPDX-License-Identifier: Apache-2.0
"""What a resident or enterprise sees of its own: what waits, cases, papers, messages."""

from dataclasses import dataclass, replace
from datetime import datetime

from huiban.kernel import process
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.catalogue import Item
from huiban.kernel.delegation import Operation
from huiban.kernel.permission import Errand
from huiban.kernel.process import OpenAct
from huiban.kernel.words import Words
from huiban.services import casepage, delegation_uses, drafts, guide, handle, materials
from huiban.services.casepage import CasePage
from huiban.services.delegation_uses import Doing
from huiban.services.facts import case_facts, local_day
from huiban.services.journal import Fact
from huiban.services.materials_filed import Owed, owed_of
from huiban.services.permission import demand, errand_of_document
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store import cases, documents, jobs, lists, notices, pages
from huiban.store import drafts as stored
from huiban.store.lists import CaseNarrow, ListedCase
from huiban.store.models import Account, Certificate, Document, Draft, Notice
from huiban.store.rows import CaseRow

_MOST_WAITING = 5


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft on a list: what it is and how much is left to do."""

    draft: Draft
    item: Item
    left: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for this party: corrections first, then drafts, then what is about to expire."""

    corrections: tuple[ListedCase, ...]
    drafts: tuple[DraftLine, ...]
    renewals: tuple[tuple[Certificate, Item, int], ...]
    unread: int

    @property
    def count(self) -> int:
        return len(self.corrections) + len(self.drafts) + len(self.renewals)


@dataclass(frozen=True)
class MyCase:
    """One of the party's own cases, with what can be done now."""

    page: CasePage
    acts: tuple[OpenAct, ...]
    notices: tuple[Notice, ...]
    owed: tuple[Owed, ...] = ()
    """Deferred materials (容缺材料) that must still follow."""
    is_preparing: bool = False
    """Documents of the last step are still being made."""

    @property
    def is_resubmitted(self) -> bool:
        """Whether the last thing its applicant did was to correct it."""
        return any(entry.act == "resubmit" for entry in self.page.timeline)

    @property
    def can_correct(self) -> bool:
        return any(one.name == "resubmit" and not one.blocked for one in self.acts)

    @property
    def can_retract(self) -> bool:
        return any(one.name == "retract" and not one.blocked for one in self.acts)


def waiting(actor: Actor, now: datetime) -> Waiting:
    """Gather what waits for a party, for the first screen."""
    if not actor.subject:
        return Waiting((), (), (), 0)
    asked = my_cases(actor, CaseNarrow(stage="correction"), limit=_MOST_WAITING)
    return Waiting(
        corrections=asked.rows,
        drafts=tuple(
            # A correction being written is told once, as the case that waits for it.
            [one for one in my_drafts(actor, now) if not one.draft.case_number][:_MOST_WAITING]
        ),
        renewals=() if actor.delegation else tuple(guide.renewable(actor, now)[:_MOST_WAITING]),
        unread=0 if actor.delegation else notices.unread_count(actor.subject),
    )


def my_drafts(actor: Actor, now: datetime) -> list[DraftLine]:
    """List a person's drafts with what is left to fill in."""
    today = local_day(now)
    found = stored.mine(actor.number, now)
    writings = [drafts.writing_of(one) for one in found if one.subject_code == actor.subject]
    judged = materials.of_writings(writings, today)
    return [
        DraftLine(
            one.draft,
            one.item,
            sum(len(step.missing) for step in one.progress(today)) + len(materials.lacking(lines)),
        )
        for one, lines in zip(writings, judged, strict=True)
    ]


def my_cases(actor: Actor, narrow: CaseNarrow, cursor: str = "", limit: int = 20) -> lists.CasePage:
    """List a party's own cases, newest first; who acts under a delegation has those they filed."""
    if actor.delegation:
        narrow = replace(narrow, applicant=actor.number)
    return lists.my_cases(actor.subject, narrow, cursor, limit)


def my_case(number: str, actor: Actor, language: str, now: datetime) -> MyCase:
    """
    Show a party one of its own cases, and note that it read its messages.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    whole = _own(number, actor)
    page = casepage.build(whole, language, now, is_masked=False)
    told = tuple(notices.of_case(whole.case.id, actor.subject))
    if not actor.delegation and any(notice.read_at is None for notice in told):
        notices.mark_read(actor.subject, now, whole.case.id)
    facts = case_facts(page.scenario, whole.case)
    day = local_day(whole.case.submitted_at)
    acts = process.open_acts(page.chart, page.standing, facts, actor, day)
    if actor.delegation:  # nobody can delegate the others, such as taking an application back
        acts = tuple(one for one in acts if one.name == "resubmit")
    is_preparing = jobs.is_pending(f"carry_out:{number}:")
    owed = owed_of(page.scenario, whole.case, whole.journal, now)
    return MyCase(page, tuple(acts), told, owed, is_preparing)


def my_messages(actor: Actor) -> list[Notice]:
    """List what a party was told, newest first."""
    return notices.of_subject(actor.subject) if actor.subject else []


def read_messages(actor: Actor, now: datetime) -> None:
    """Note that a party has read everything it was told."""
    if actor.subject:
        notices.mark_read(actor.subject, now)


def correct(number: str, actor: Actor, account: Account, now: datetime) -> drafts.Writing:
    """
    Open the answers of a case for its one correction.

    :raises NotFound: if it is not theirs.
    :raises NotOpen: if the case does not wait for a correction.
    """
    whole = _own(number, actor)
    delegation_uses.demand(actor, _doing(whole.case, Operation.SUPPLY), now)
    if whole.case.stage != "correction":
        raise NotOpen(
            Words(
                "这件办件现在不需要补正",
                "This case is not waiting for a correction",
            )
        )
    return drafts.correct(whole.case, account, now)


def document(number: str, actor: Actor, now: datetime) -> Document:
    """
    Find an issued document for somebody who may read it.

    That an officer opened one with the whole application in it is recorded, once a day.

    :raises NotFound: if there is none, or it is not theirs to read.
    """
    try:
        found = documents.load(number)
    except documents.DocumentNotFound as fault:
        raise _no_document() from fault
    case = cases.load_by_id(found.case_id)
    if delegation_uses.reaches(actor, case) and found.is_public:
        with delegation_uses.using(actor, _doing(case, Operation.COLLECT), now) as used:
            used |= {"case": case.number, "document": found.number}
        return found
    errand = errand_of_document(found.code)
    try:
        role = demand(actor, errand, case)
    except NotAllowed as fault:
        raise _no_document() from fault
    if actor.kind is not ActorKind.OFFICER:
        if not found.is_public:
            raise _no_document()
    elif errand is Errand.VIEW_WHOLE:
        _record_opening(found, case, role, actor, now)
    return found


def ofd_of(held: Certificate) -> Document | None:
    """Find a certificate's file in the national layout format (OFD), if it was issued in it."""
    shown = held.document
    if shown is None:
        return None
    return documents.of_entry(shown.case_id, f"{shown.code}_ofd", shown.journal_seq)


def _record_opening(found: Document, case: CaseRow, role: str, actor: Actor, now: datetime) -> None:
    body = {"document": found.number, "by": actor.number, "on": local_day(now).isoformat()}
    fact = Fact(act="revealed", stage_from=case.stage, stage_to=case.stage, role=role, body=body)
    handle.note(case.number, fact, now, actor)


def _own(number: str, actor: Actor) -> pages.WholeCase:
    try:
        whole = pages.whole_case(number, only_public=True)
    except cases.CaseNotFound as fault:
        raise _no_case() from fault
    if not delegation_uses.reaches(actor, whole.case):
        raise _no_case()
    return whole


def _doing(case: CaseRow, operation: Operation) -> Doing:
    return Doing(operation=operation, item=case.item_code, scenario=case.pack_code)


def _no_case() -> NotFound:
    return NotFound(
        Words("没有找到这件办件，请核对编号，或用申请时的账号登录", "No such case of yours")
    )


def _no_document() -> NotFound:
    return NotFound(Words("没有找到这份文书，或者您无权查看", "No such document, or not yours"))
