# SPDX-License-Identifier: Apache-2.0
"""Acting for a principal (代办): every use judged, counted and told, every refusal told as well."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.delegation import (
    COUNTED,
    Delegation,
    Operation,
    PassOn,
    Refusal,
    Scope,
    State,
    Wanted,
    may_act,
    standing,
)
from huiban.kernel.words import Words
from huiban.services import ledger
from huiban.services.ledger import Chain
from huiban.services.refusal import NotAllowed
from huiban.store import delegations
from huiban.store.delegations import DelegationNotFound
from huiban.store.models import DelegationRow
from huiban.store.rows import CaseRow

USED, REFUSED = "used", "use_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What somebody is about to do; `operation` may be one that nobody can delegate."""

    operation: str
    item: str = ""
    scenario: str = ""
    certificate: str = ""
    seal: str = ""


class DelegationRefused(NotAllowed):
    """Something is not within the delegation acted under; `reason` is the kernel's word."""

    code = "delegation_refused"

    def __init__(self, refusal: Refusal, doing: Doing) -> None:
        super().__init__(REASONS[refusal])
        self.reason = str(refusal)
        self.doing = doing


def terms_of(row: DelegationRow) -> Delegation:
    """Read a delegation as the kernel judges it, the one it was passed on from with it."""
    return Delegation(
        grantor_code=row.grantor_code,
        delegate=row.delegate,
        scope=Scope(
            items=frozenset(json.loads(row.items)),
            scenario=row.scenario,
            operations=frozenset(map(Operation, json.loads(row.operations))),
            certificates=frozenset(json.loads(row.certificates)),
            seals=frozenset(json.loads(row.seals)),
        ),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=State(row.state),
        uses=row.uses,
        uses_most=row.uses_most,
        pass_on=PassOn(row.pass_on),
        parent=terms_of(row.parent) if row.parent else None,
    )


def acting(actor: Actor, number: str) -> Actor | None:
    """
    Give somebody as they act under a delegation; None if it is not theirs or never was signed.

    Whether it still counts is not asked here: what they then do is refused, and told, by name.
    """
    try:
        row = delegations.load(number)
    except DelegationNotFound:
        return None
    if row.delegate != actor.number or row.state == DelegationRow.State.DRAFTED:
        return None
    return replace(
        actor,
        kind=ActorKind(row.grantor_kind),
        subject=row.grantor_code,
        subject_name=row.grantor_name,
        delegation=number,
    )


def demand(actor: Actor, doing: Doing, now: datetime) -> None:
    """
    Let pass what is within the delegation acted under, and whoever acts for their own party.

    Nothing is counted; a refusal is told in the ledger. Call it outside a transaction that the
    refusal would undo, or inside `using`, which tells it again.

    :raises DelegationRefused: otherwise.
    """
    if not actor.delegation:
        return
    refusal = _judged(_loaded(actor, doing), actor, doing, now)
    if refusal is not None:
        refused = DelegationRefused(refusal, doing)
        _tell(refused, actor, now)
        raise refused


def covers(actor: Actor, doing: Doing, now: datetime) -> bool:
    """Tell whether something could be done, for drawing pages: it is no attempt and not told."""
    if not actor.delegation:
        return True
    return _judged(_loaded(actor, doing), actor, doing, now) is None


def demand_open(actor: Actor, now: datetime, *, is_attempt: bool) -> None:
    """
    Let a page of somebody who acts for another pass while the delegation counts at all.

    :raises DelegationRefused: if it does not any more; told where something was attempted.
    """
    doing = Doing(operation="")
    terms = terms_of(_loaded(actor, doing))
    refusal = standing(terms, now, is_afterwards=True)
    if refusal is None and terms.parent is not None:
        refusal = standing(terms.parent, now, is_afterwards=True)
    if refusal is None:
        return
    refused = DelegationRefused(refusal, doing)
    if is_attempt:
        _tell(refused, actor, now)
    raise refused


@contextmanager
def telling(actor: Actor, now: datetime) -> Iterator[None]:
    """Tell a refusal that a transaction inside the block undoes together with its line."""
    try:
        yield
    except DelegationRefused as refused:
        _tell(refused, actor, now)
        raise


@contextmanager
def using(actor: Actor, doing: Doing, now: datetime) -> Iterator[dict[str, object]]:
    """
    Do something under a delegation: use, its line in the ledger and what is done, or none of it.

    What the block puts into the dictionary it is given stands in the line. For somebody who acts
    for their own party nothing happens. A use of what was passed on is one of both delegations.

    :raises DelegationRefused: if it is not within the delegation; told after all is undone.
    """
    told: dict[str, object] = {}
    if not actor.delegation:
        yield told
        return
    with telling(actor, now), transaction.atomic():
        row = _taken(actor, doing, now)
        yield told
        _note_use(row, doing, told, actor, now)


def certificates_of(actor: Actor) -> frozenset[str]:
    """Name the certificates that the delegation acted under lets somebody use."""
    doing = Doing(operation=Operation.USE_CERTIFICATE)
    return terms_of(_loaded(actor, doing)).scope.certificates


def reaches(actor: Actor, case: CaseRow) -> bool:
    """Tell whether a case is one's own; who acts under a delegation has those they filed."""
    if not actor.subject or case.subject_code != actor.subject:
        return False
    return not actor.delegation or case.applicant == actor.number


def recorded(actor: Actor) -> dict[str, object]:
    """Return what the journal of a case keeps of acting for another: empty for one's own party."""
    if not actor.delegation:
        return {}
    return {"delegation": {"number": actor.delegation, "by": actor.name, "for": actor.subject_name}}


def _loaded(actor: Actor, doing: Doing) -> DelegationRow:
    try:
        return delegations.load(actor.delegation)
    except DelegationNotFound:
        raise DelegationRefused(Refusal.OTHER_PERSON, doing) from None


def _judged(row: DelegationRow, actor: Actor, doing: Doing, now: datetime) -> Refusal | None:
    wanted = Wanted(
        delegate=actor.number,
        grantor_code=actor.subject,
        operation=doing.operation,
        item=doing.item,
        scenario=doing.scenario,
        certificate=doing.certificate,
        seal=doing.seal,
    )
    return may_act(terms_of(row), wanted, now)


def _taken(actor: Actor, doing: Doing, now: datetime) -> DelegationRow:
    _loaded(actor, doing)
    row = delegations.lock(actor.delegation)
    refusal = _judged(row, actor, doing, now)
    if refusal is None and doing.operation in COUNTED:
        numbers = [row.parent_id, row.number] if row.parent_id else [row.number]
        if not all(delegations.count_use(one) for one in numbers):
            refusal = Refusal.USED_UP
    if refusal is not None:
        raise DelegationRefused(refusal, doing)
    return row


def _note_use(
    row: DelegationRow, doing: Doing, told: dict[str, object], actor: Actor, now: datetime
) -> None:
    body = _facts(doing) | told | {"counted": doing.operation in COUNTED}
    ledger.note(Chain.DELEGATION, row.number, USED, actor, now, body)
    if row.parent_id:
        passed = body | {"passed_on": row.number}
        ledger.note(Chain.DELEGATION, row.parent_id, USED, actor, now, passed)


def _tell(refused: DelegationRefused, actor: Actor, now: datetime) -> None:
    """Write down a refusal; of a delegation that is not there, there is nobody to tell."""
    try:
        row = delegations.load(actor.delegation)
    except DelegationNotFound:
        return
    body = _facts(refused.doing) | {"reason": refused.reason}
    ledger.note(Chain.DELEGATION, row.number, REFUSED, actor, now, body)


def _facts(doing: Doing) -> dict[str, object]:
    found = {"item": doing.item, "certificate": doing.certificate, "seal": doing.seal}
    return {"operation": doing.operation, **{key: text for key, text in found.items() if text}}


REASONS: dict[Refusal, Words] = {
    Refusal.OTHER_PERSON: Words(
        "这份委托不是给您的，不能凭它办事；请在账号菜单切换回本人",
        "This delegation was not given to you; switch back to yourself in the account menu",
    ),
    Refusal.OTHER_PRINCIPAL: Words(
        "这份委托不是这一方给的；请在账号菜单重新选择代谁办理",
        "This delegation is another party's; choose again for whom you act",
    ),
    Refusal.NOT_SIGNED: Words(
        "委托书还没有签名，不能凭它办事", "The delegation is not signed yet; nothing can be done"
    ),
    Refusal.NOT_ACCEPTED: Words(
        "您还没有接受这份委托；请在“委托授权”里接受后再办",
        "You have not accepted this delegation; accept it under “Delegations” first",
    ),
    Refusal.DECLINED: Words(
        "您没有接受这份委托，不能凭它办事；要办请委托人重新委托",
        "You declined this delegation; ask the principal for a new one",
    ),
    Refusal.REVOKED: Words(
        "委托人已经撤销这份委托，这件事没有办成；要接着办请委托人重新委托",
        "The principal revoked this delegation and nothing was done; ask them for a new one",
    ),
    Refusal.EXPIRED: Words(
        "委托已经到期，这件事没有办成；要接着办请委托人重新委托",
        "The delegation has ended and nothing was done; ask the principal for a new one",
    ),
    Refusal.USED_UP: Words(
        "委托的次数已经用完，这件事没有办成；要接着办请委托人重新委托",
        "The delegation is used up and nothing was done; ask the principal for a new one",
    ),
    Refusal.TOO_EARLY: Words(
        "还没有到委托的起始时间，请到时再办", "The delegation has not begun; come back then"
    ),
    Refusal.OTHER_OPERATION: Words(
        "委托书里没有授权您做这一步，请委托人本人办理，或者请他重新委托",
        "This step is not delegated to you; the principal has to do it, or delegate it as well",
    ),
    Refusal.OTHER_ITEM: Words(
        "委托书里没有授权您办这个事项；请选委托范围内的事项，或者请委托人重新委托",
        "This service is not delegated to you; choose one that is, or ask for a new delegation",
    ),
    Refusal.OTHER_CERTIFICATE: Words(
        "委托书里没有授权您使用这张证照，请委托人重新委托",
        "This certificate is not delegated to you; ask the principal for a new delegation",
    ),
    Refusal.OTHER_SEAL: Words(
        "委托书里没有授权您使用这枚印章，请委托人重新委托",
        "This seal is not delegated to you; ask the principal for a new delegation",
    ),
}
