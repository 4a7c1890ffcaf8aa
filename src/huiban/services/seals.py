# SPDX-License-Identifier: Apache-2.0
"""The life of an electronic seal (电子印章): proposed, approved by two others, stopped, ended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.credential import Profile
from huiban.kernel.permission import ADMIN_ROLES, Denied, Errand, may_with_seals
from huiban.kernel.seal import KINDS, fault_of_days
from huiban.kernel.words import Words
from huiban.services import city, ledger, seal_making
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import ledger as entries
from huiban.store import seals, serials
from huiban.store.models import LedgerEntry, Seal
from huiban.store.seals import SealNotFound, SealTaken, Waiting

PAGE = 30
LEDGER_PAGE = 20
LONGEST_REASON = 500
_SERIES, _SINCE = "seal", date(2020, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What seal a department asks for; its name follows from department and kind."""

    department: str
    kind: str
    valid_from: date
    valid_until: date
    profile: Profile = Profile.SM2


class Step(StrEnum):
    """Whose approval a proposal waits for."""

    FIRST = "first"  # the head of the department
    SECOND = "second"  # the security administrator


class Change(StrEnum):
    """What is done to a seal in force."""

    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of seals, how many there are, and what waits."""

    rows: tuple[Seal, ...]
    total: int
    waiting: Waiting


def name_of(department: str, kind: str) -> str:
    """Return what a seal is called: nobody makes one in another's name."""
    found = city.common().departments.get(department)
    return f"{found.name.zh if found else department}{KINDS[kind].zh}"


def propose(proposal: Proposal, actor: Actor, now: datetime) -> Seal:
    """
    Ask for a seal; it can be used when two others have approved it.

    :raises NotAllowed: if the actor keeps no seals of this department.
    :raises FieldFault: if kind or days will not do.
    """
    demand(actor, Errand.PROPOSE_SEAL, proposal.department)
    department = city.common().departments.get(proposal.department)
    if department is None:
        raise FieldFault("department", Words("没有这个部门", "There is no such department"))
    if proposal.kind not in KINDS:
        raise FieldFault("kind", Words("请选择印章种类", "Choose the kind of seal"))
    fault = fault_of_days(proposal.valid_from, proposal.valid_until, local_day(now))
    if fault:
        raise FieldFault("valid_until", fault)
    made = Seal(
        number=f"{department.division[:6]:0<6}{serials.take(_SERIES, _SINCE, now):07d}",
        name=name_of(proposal.department, proposal.kind),
        department=proposal.department,
        kind=proposal.kind,
        profile=str(proposal.profile),
        state_at=now,
        valid_from=proposal.valid_from,
        valid_until=proposal.valid_until,
        proposed_by=actor.number,
        proposed_by_name=actor.name,
        proposed_at=now,
    )
    with transaction.atomic():
        seals.propose(made)
        _note(made, "seal_proposed", actor, now, _said(made))
    return made


def waits_for(seal: Seal) -> Step | None:
    """Say whose approval a seal waits for, None if it waits for none."""
    if seal.state != Seal.State.PROPOSED:
        return None
    return Step.SECOND if seal.first_by else Step.FIRST


def replaces(seal: Seal) -> Seal | None:
    """Return the seal that ends when this proposal is approved, if there is one."""
    if seal.state != Seal.State.PROPOSED:
        return None
    return seals.in_force(seal.department, seal.kind, seal.profile)


def why_not(seal: Seal, actor: Actor) -> Words | None:
    """Say why somebody may not approve or refuse a proposal now, None if they may."""
    step = waits_for(seal)
    if step is None:
        return Words("这枚印章不在审批中", "This seal is not waiting for approval")
    answer = may_with_seals(actor, Errand.APPROVE_SEAL, seal.department)
    if isinstance(answer, Denied):
        return answer.reason
    if actor.number in (seal.proposed_by, seal.first_by):
        return Words(
            "申请人和两位审批人必须是三个不同的人",
            "Who proposes and the two who approve must be three persons",
        )
    is_admin = answer.role in ADMIN_ROLES
    if step is Step.FIRST and is_admin:
        return Words("先由本部门负责人审批", "The head of the department approves first")
    if step is Step.SECOND and not is_admin:
        return Words("第二步由安全管理员审批", "The security administrator approves next")
    return None


def approve(number: str, actor: Actor, now: datetime) -> Seal:
    """
    Approve a proposal; the second approval makes the seal, and ends the one it replaces.

    :raises NotFound: if there is no such seal, or it is out of reach.
    :raises NotAllowed: if it is not this person's to approve.
    :raises NotOpen: if it does not wait for approval, or another was quicker.
    :raises huiban.connectors.signer.KeyUnavailable: if nothing can be signed now.
    """
    found = one(number, actor)
    _check_approver(found, actor)
    is_second = waits_for(found) is Step.SECOND
    # Keys and certificates may have to be made first, which asks others: no row is locked yet.
    made = seal_making.make(found, now) if is_second else None
    with transaction.atomic():
        held = seals.lock(number)
        if waits_for(held) is not waits_for(found):
            raise NotOpen(_MOVED)
        if made is None:
            held.first_by, held.first_by_name, held.first_at = actor.number, actor.name, now
            seals.save(held)
            _note(held, "seal_approved", actor, now, {"step": str(Step.FIRST)})
            return held
        _note(held, "seal_approved", actor, now, {"step": str(Step.SECOND)})
        held.second_by, held.second_by_name, held.second_at = actor.number, actor.name, now
        _put_in_force(held, made, actor, now)
    return held


def refuse(number: str, reason: str, actor: Actor, now: datetime) -> Seal:
    """
    Refuse a proposal, with the reason.

    :raises FieldFault: without a reason.
    :raises NotFound: as `approve`; also NotAllowed and NotOpen.
    """
    found = one(number, actor)
    _check_approver(found, actor)
    said = _reason(reason)
    with transaction.atomic():
        held = seals.lock(number)
        if waits_for(held) is not waits_for(found):
            raise NotOpen(_MOVED)
        _set(held, Seal.State.REFUSED, said, now)
        seals.save(held)
        _note(held, "seal_refused", actor, now, {"reason": said})
    return held


def may_change(seal: Seal, actor: Actor) -> tuple[Change, ...]:
    """List what somebody may do to a seal now."""
    if isinstance(may_with_seals(actor, Errand.CHANGE_SEAL, seal.department), Denied):
        return ()
    return tuple(one for one, (states, _, _) in _CHANGES.items() if seal.state in states)


def change(number: str, what: Change, reason: str, actor: Actor, now: datetime) -> Seal:
    """
    Suspend, resume or revoke a seal, with the reason.

    :raises NotFound: if there is no such seal, or it is out of reach.
    :raises NotAllowed: if it is not this person's to decide.
    :raises FieldFault: without a reason.
    :raises NotOpen: if the seal is in no state for it.
    """
    found = one(number, actor)
    demand(actor, Errand.CHANGE_SEAL, found.department)
    said = _reason(reason)
    states, target, fact = _CHANGES[what]
    with transaction.atomic():
        held = seals.lock(number)
        if held.state not in states:
            raise NotOpen(_MOVED)
        _set(held, target, said, now)
        seals.save(held)
        _note(held, fact, actor, now, {"reason": said})
    return held


def expire(now: datetime) -> int:
    """End the seals whose last day is over; returns how many."""
    today, ended = local_day(now), 0
    for number in seals.ended_before(today):
        with transaction.atomic():
            held = seals.lock(number)
            if held.state in _IN_FORCE and held.valid_until < today:
                _set(held, Seal.State.RETIRED, "有效期届满", now)
                seals.save(held)
                _note(held, "seal_retired", SYSTEM, now, {"because": "expired"})
                ended += 1
    return ended


def one(number: str, actor: Actor) -> Seal:
    """
    Open a seal for somebody who may see it.

    :raises NotFound: if there is none, or it is another department's: from outside the same.
    """
    try:
        found = seals.load(number)
    except SealNotFound:
        raise NotFound(_NO_SEAL) from None
    if isinstance(may_with_seals(actor, Errand.VIEW_SEALS, found.department), Denied):
        raise NotFound(_NO_SEAL)
    return found


def listing(actor: Actor, page: int = 1) -> Listing:
    """
    List the seals somebody may see, those waiting for approval first.

    :raises NotAllowed: for whoever may see none.
    """
    role = demand(actor, Errand.VIEW_SEALS)
    department = None if role in ADMIN_ROLES else actor.department
    rows, total = seals.listing(department, (page - 1) * PAGE, PAGE)
    return Listing(tuple(rows), total, seals.waiting(department))


def history(number: str, actor: Actor, before: int | None = None) -> list[LedgerEntry]:
    """
    Give the newest facts of a seal's ledger; `before` goes on from a serial.

    :raises NotFound: as `one`.
    """
    one(number, actor)
    return entries.newest(Chain.SEAL, number, LEDGER_PAGE, before)


def demand(actor: Actor, errand: Errand, department: str = "") -> str:
    """
    Let somebody through to an errand with a department's seals; returns the role that counts.

    :raises NotAllowed: if they may not.
    """
    answer = may_with_seals(actor, errand, department)
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason)
    return answer.role


def _check_approver(found: Seal, actor: Actor) -> None:
    words = why_not(found, actor)
    if words is not None and waits_for(found) is None:
        raise NotOpen(words)
    if words is not None:
        raise NotAllowed(words)


def _put_in_force(held: Seal, made: seal_making.Made, actor: Actor, now: datetime) -> None:
    before = seals.in_force(held.department, held.kind, held.profile)
    if before is not None:
        replaced = seals.lock(before.number)
        _set(replaced, Seal.State.RETIRED, f"由 {held.number} 替换", now)
        seals.save(replaced)
        _note(replaced, "seal_retired", actor, now, {"because": "replaced", "by": held.number})
    seal_making.put(held, made)
    _set(held, Seal.State.ACTIVE, "", now)
    try:
        seals.save(held)
    except SealTaken:
        raise NotOpen(_MOVED) from None
    _note(held, "seal_made", SYSTEM, now, seal_making.said(made))


def _set(held: Seal, state: Seal.State, reason: str, now: datetime) -> None:
    held.state, held.reason, held.state_at = state, reason, now


def _note(
    seal: Seal, act: str, actor: Actor, now: datetime, body: dict[str, object]
) -> LedgerEntry:
    return ledger.note(Chain.SEAL, seal.number, act, actor, now, body)


def _said(seal: Seal) -> dict[str, object]:
    return {
        "name": seal.name,
        "department": seal.department,
        "kind": seal.kind,
        "profile": seal.profile,
        "valid_from": seal.valid_from.isoformat(),
        "valid_until": seal.valid_until.isoformat(),
    }


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise FieldFault("reason", Words("请写明理由", "Say why"))
    if len(said) > LONGEST_REASON:
        raise FieldFault(
            "reason",
            Words(f"理由最多 {LONGEST_REASON} 字", f"At most {LONGEST_REASON} characters"),
        )
    return said


_IN_FORCE = (Seal.State.ACTIVE, Seal.State.SUSPENDED)
_CHANGES: dict[Change, tuple[tuple[str, ...], Seal.State, str]] = {
    Change.SUSPEND: ((Seal.State.ACTIVE,), Seal.State.SUSPENDED, "seal_suspended"),
    Change.RESUME: ((Seal.State.SUSPENDED,), Seal.State.ACTIVE, "seal_resumed"),
    Change.REVOKE: (_IN_FORCE, Seal.State.REVOKED, "seal_revoked"),
}
_NO_SEAL = Words(
    "没有这枚印章，或者它属于别的部门",
    "There is no such seal, or it is another department's",
)
_MOVED = Words(
    "这枚印章的状态刚刚变了，请刷新后再看", "The seal has changed meanwhile: look at it again"
)
