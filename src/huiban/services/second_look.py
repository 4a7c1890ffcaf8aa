# SPDX-License-Identifier: Apache-2.0
"""A person looks again at an automatic decision (请工作人员复核), and upholds or corrects it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.certificate import Act, Ending
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import automatic_seen, certificate_acts, certificate_life, city, handle
from huiban.services.automatic import DECIDED, last_day
from huiban.services.certificate_acts import Order
from huiban.services.facts import local_day
from huiban.services.handle import Opened
from huiban.services.journal import Fact
from huiban.services.permission import allows, demand
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import automatic as stored
from huiban.store import certificates, jobs
from huiban.store.automatic import Kind, State
from huiban.store.models import AutomaticDecision, Certificate
from huiban.store.rows import CaseRow, JournalRow, NoticeRow

ASKED, UPHELD, CORRECTED = "second_look_asked", "decision_upheld", "decision_corrected"
LONGEST = 1000
_STILL_MADE = Words(
    "这个决定的文书和证照还在办，办好才能更正，请过一会儿再答复",
    "What the decision sets off is still being done; it can be corrected afterwards",
)
NOT_AUTOMATIC = Words("这件办件不是系统自动决定的", "It was not decided automatically")
_CANCELS = "cancel_certificate"
_FACT_OF = {str(State.UPHELD): UPHELD, str(State.CORRECTED): CORRECTED}
_ALIVE = frozenset({Certificate.State.VALID, Certificate.State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands that the system decided or people drew: on what basis, until when."""

    row: AutomaticDecision
    basis: str
    until: date
    asked: str = ""
    """What the applicant said when asking for a person."""
    answer: str = ""
    can_ask: bool = False
    can_answer: bool = False

    @property
    def is_decided(self) -> bool:
        return self.row.kind == Kind.DECIDED


def standing_of(
    case: CaseRow, journal: Sequence[JournalRow], actor: Actor, now: datetime
) -> Standing | None:
    """Say how a case stands that the system decided or people drew; None for every other."""
    row = stored.of_case(case.id)
    if row is None:
        return None
    told = {one.act: one for one in journal}
    answered = told.get(UPHELD) or told.get(CORRECTED)
    decided = told.get(DECIDED)
    is_open = row.kind == Kind.DECIDED and row.state == State.NONE
    is_in_time = local_day(now) <= last_day(row.at)
    may_ask = not actor.delegation and allows(actor, Errand.ASK_SECOND_LOOK, case)
    return Standing(
        row=row,
        basis=decided.basis if decided else "",
        until=last_day(row.at),
        asked=told[ASKED].reason if ASKED in told else "",
        answer=answered.reason if answered else "",
        can_ask=is_open and is_in_time and may_ask,
        can_answer=row.state == State.ASKED
        and row.role in actor.roles
        and allows(actor, Errand.SECOND_LOOK, case),
    )


def of_number(number: str, actor: Actor, now: datetime) -> tuple[CaseRow, Standing] | None:
    """
    Return a case with how it stands; None where neither the system decided nor people drew it.

    :raises NotFound: if there is no such case.
    """
    opened = handle.load(number)
    standing = standing_of(opened.case, opened.journal, actor, now)
    return (opened.case, standing) if standing else None


def ask(number: str, reason: str, actor: Actor, now: datetime) -> None:
    """
    Have a person look at an automatic decision, once and within its time; a reason is welcome.

    :raises NotFound: if there is no such case of theirs.
    :raises NotOpen: if it was not decided automatically, it is too late, or somebody asked before.
    :raises FieldFault: if the reason is too long.
    """
    opened = _theirs(number, actor)
    text = reason.strip()
    _demand_short("reason", text)
    standing = standing_of(opened.case, opened.journal, actor, now)
    if standing is None or not standing.can_ask:
        raise _not_open(standing)
    fact = _fact(opened, ASKED, text, standing.basis, "applicant")
    with transaction.atomic():
        if not stored.ask(opened.case.id, now):
            raise _not_open(standing)
        handle.note(number, fact, now, actor)


def _theirs(number: str, actor: Actor) -> Opened:
    opened = handle.load(number)
    try:
        demand(actor, Errand.ASK_SECOND_LOOK, opened.case, opened.standing)
    except NotAllowed as fault:
        if opened.standing.outcome:
            raise _no_case() from fault
        raise _not_open(None) from fault
    return opened


@dataclass(frozen=True, slots=True)
class Found:
    """What a person found: whether the decision stands, why, and on which basis it is corrected."""

    state: str
    reason: str
    basis: str = ""


def answer(number: str, found: Found, actor: Actor, now: datetime) -> None:
    """
    Uphold an automatic decision, or correct it with what follows; the applicant is told why.

    A case that has ended is not opened again. Corrected means: a certificate that it cancelled is
    in force again; of one that it issued the annulment is proposed, which a second person confirms.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if another role or department looks at it.
    :raises NotOpen: if nobody asked, or it was answered before.
    :raises FieldFault: naming what is missing or too long.
    """
    opened = handle.load(number)
    demand(actor, Errand.SECOND_LOOK, opened.case, opened.standing)
    standing = standing_of(opened.case, opened.journal, actor, now)
    if standing is None or standing.row.state != State.ASKED:
        raise NotOpen(Words("没有等待复核的决定，请刷新查看", "Nothing waits for a second look"))
    if not standing.can_answer:
        raise _others(standing.row.role)
    act = _checked(found)
    if act == CORRECTED and jobs.is_pending(f"carry_out:{number}:"):
        # Put right now, what the decision sets off would come after it all the same.
        raise NotOpen(_STILL_MADE)
    basis = found.basis.strip() or standing.basis
    fact = _fact(opened, act, found.reason.strip(), basis, standing.row.role)
    told = (_notice(opened.case, act, found),)
    with transaction.atomic():
        if not stored.answer(opened.case.id, found.state, now):
            raise NotOpen(
                Words("这件已经有人复核了，请刷新查看", "Somebody has looked at it already")
            )
        if act == CORRECTED:
            _put_right(opened, found, actor, now)
        handle.note(number, fact, now, actor, told)


def _checked(found: Found) -> str:
    act = _FACT_OF.get(found.state)
    if act is None:
        raise FieldFault("state", Words("请选择复核的结果", "Choose what you found"))
    if not found.reason.strip():
        raise FieldFault("reason", Words("请写明核实的情况和理由", "Say what you found, and why"))
    _demand_short("reason", found.reason)
    if act == CORRECTED and not found.basis.strip():
        words = Words("更正决定要写明法律依据，到条款项", "Name the article a correction rests on")
        raise FieldFault("basis", words)
    if len(found.basis) > certificate_acts.LONGEST_BASIS:
        most = certificate_acts.LONGEST_BASIS
        words = Words(f"最多写 {most} 个字，请缩短", f"At most {most} characters: shorten it")
        raise FieldFault("basis", words)
    return act


def _demand_short(name: str, text: str) -> None:
    if len(text) > LONGEST or "\x00" in text:
        words = Words(f"最多写 {LONGEST} 个字，请缩短", f"At most {LONGEST} characters: shorten it")
        raise FieldFault(name, words)


def _put_right(opened: Opened, found: Found, actor: Actor, now: datetime) -> None:
    case = opened.case
    if _CANCELS in automatic_seen.effects_of(opened.chart) and case.source_certificate:
        certificate_life.reinstated(case.source_certificate, case.number, actor, now)
    reason = found.reason.strip()[: certificate_acts.LONGEST_REASON]
    order = Order(Act.PROPOSE, Ending.ANNUL, reason, found.basis.strip())
    for held in certificates.of_case(case.id):
        if held.state in _ALIVE and not held.proposed:
            certificate_acts.act(held.number, order, actor, now)


def _fact(opened: Opened, act: str, reason: str, basis: str, role: str) -> Fact:
    stage = opened.case.stage
    return Fact(
        act=act,
        stage_from=stage,
        stage_to=stage,
        reason=reason,
        basis=basis,
        role=role,
        is_public=True,
    )


def _notice(case: CaseRow, act: str, found: Found) -> NoticeRow:
    is_upheld = act == UPHELD
    zh, en = ("决定维持", "The decision stands") if is_upheld else ("决定更正", "Corrected")
    basis = f"依据：{found.basis.strip()}。" if found.basis.strip() else ""
    then = "不服的，可以依法申请行政复议或者提起行政诉讼。" if is_upheld else ""
    return NoticeRow(
        code=act,
        subject_code=case.subject_code,
        title=f"工作人员复核了自动作出的决定：{zh}",
        text=f"办件 {case.number}：{found.reason.strip()} {basis}{then}",
        title_en=f"A person has looked at the automatic decision: {en}",
        text_en=f"Case {case.number}: {found.reason.strip()} {basis}"
        + ("You may appeal or go to court." if is_upheld else ""),
        link=f"/cases/{case.number}",
    )


def _others(role: str) -> NotAllowed:
    known = city.common().roles.get(role)
    name = known.title if known else Words(role)
    return NotAllowed(
        Words(
            f"这件由{name.zh}复核；请转告他们",
            f"A {name.speak('en')} looks at this; please tell them",
        )
    )


def _no_case() -> NotFound:
    return NotFound(Words("没有找到这件办件，请核对编号", "No such case of yours"))


def _not_open(standing: Standing | None) -> NotOpen:
    if standing is None or not standing.is_decided:
        words = NOT_AUTOMATIC
    elif standing.row.state != State.NONE:
        words = Words("已经请工作人员复核过了，每件一次", "A person was asked already, once a case")
    else:
        words = Words(
            f"请工作人员复核的期限到 {standing.until} 为止，可以依法申请行政复议或者提起行政诉讼",
            f"A person could be asked until {standing.until}; an appeal may still be open",
        )
    return NotOpen(words)
