# SPDX-License-Identifier: Apache-2.0
"""The life of a delegation (委托授权): written, answered, passed on, revoked, expired."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.delegation import Operation, PassOn, State, Wider, wider
from huiban.kernel.words import Words
from huiban.services import ceremony, city, delegation_paper, ledger, vault
from huiban.services.delegation_terms import Asked, Checked, check, scenario_of
from huiban.services.delegation_uses import terms_of
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import delegations
from huiban.store import ledger as ledgers
from huiban.store.delegations import DelegationMade, DelegationNotFound
from huiban.store.models import DelegationRow, LedgerEntry

PROPOSED, ACCEPTED, DECLINED = "proposed", "accepted", "declined"
REVOKED, EXPIRED, PASSED_ON = "revoked", "expired", "passed_on"
PAGE, MOST_OPEN, MOST_LISTED = 30, 200, 200
_DRAFTED_KEPT = timedelta(days=30)
_STATE = DelegationRow.State


@dataclass(frozen=True, slots=True)
class Log:
    """What happened under a delegation, newest first; `older` asks for more."""

    entries: tuple[LedgerEntry, ...]
    older: int | None


def write(asked: Asked, actor: Actor, now: datetime, parent: str = "") -> DelegationRow:
    """
    Write down what somebody wants to delegate, to be signed next; nobody can act under it yet.

    With `parent` the delegate of that delegation passes it on (转委托), for the same principal.

    :raises NotAllowed: for officers, and for who acts under a delegation at the moment.
    :raises NotFound: if there is no such delegation to pass on, or it is not theirs.
    :raises Invalid: with every fault of what is asked; for being wider than what is passed on.
    :raises NotOpen: if very many are open, or what is to be passed on is over.
    :raises AlreadyDone: if this form was sent before.
    """
    _demand_own(actor)
    above = _passing(parent, actor) if parent else None
    checked = check(asked, actor if above is None else _principal(above, actor), now)
    row = _row(checked, actor, above, now)
    if above is not None:
        demand_narrower(above, row, now)
    if delegations.open_count(actor.number) >= MOST_OPEN:
        raise NotOpen(_TOO_MANY, "too_many")
    paper = delegation_paper.lay(row)
    row.object_key, row.sha256 = paper.object_key, paper.sha256
    row.pages, row.place = paper.pages, paper.place
    try:
        delegations.make(row)
    except DelegationMade:
        words = Words("这份委托已经写好了，请继续签名", "It was written before: go on to sign it")
        raise AlreadyDone(words, row.number) from None
    return row


def discard(number: str, actor: Actor) -> None:
    """
    Throw away what was written and not signed.

    :raises NotFound: if it is not theirs.
    :raises NotOpen: if it was signed.
    """
    row = _load(number)
    if row.made_by != actor.number:
        raise _none()
    if not delegations.discard(number):
        raise NotOpen(SIGNED_BEFORE, "signed")


def accept(number: str, actor: Actor, now: datetime) -> DelegationRow:
    """
    Accept a delegation as the one who is to act under it.

    :raises NotFound: if it is not given to them.
    :raises NotOpen: if it was answered before, revoked, or its time is over.
    """
    return _answer(number, _STATE.ACTIVE, "", actor, now)


def decline(number: str, reason: str, actor: Actor, now: datetime) -> DelegationRow:
    """
    Decline a delegation; its grantor reads why.

    :raises NotFound, NotOpen: as `accept`.
    :raises FieldFault: if no reason is given.
    """
    held_by_delegate(number, actor)
    return _answer(number, _STATE.DECLINED, ceremony.said_reason(reason), actor, now)


def revoke(number: str, reason: str, actor: Actor, now: datetime) -> DelegationRow:
    """
    End a delegation at once, and whatever was passed on from it.

    Every account of the principal may, and who passed one on for that one.

    :raises NotFound: if it is not theirs.
    :raises NotOpen: if it is over already.
    """
    row = given_by(number, actor)
    text = reason.strip()[: ceremony.LONGEST_REASON]
    with transaction.atomic():
        delegations.lock(number)
        if not delegations.end(number, _STATE.REVOKED, text, now):
            raise NotOpen(_OVER, row.state)
        ledger.note(Chain.DELEGATION, number, REVOKED, actor, now, {"reason": text})
        for below in delegations.passed_on(number):
            delegations.end(below, _STATE.REVOKED, text, now)
            body = {"reason": text, "with": number}
            ledger.note(Chain.DELEGATION, below, REVOKED, actor, now, body)
    return _load(number)


def expire(now: datetime, limit: int = 200) -> int:
    """End the delegations whose time is over, forget what was never signed; returns how many."""
    ended = 0
    for number in delegations.overdue(now, limit):
        with transaction.atomic():
            delegations.lock(number)
            if delegations.end(number, _STATE.EXPIRED, "", now):
                ledger.note(Chain.DELEGATION, number, EXPIRED, SYSTEM, now)
                ended += 1
    return ended + delegations.sweep_drafted(now - _DRAFTED_KEPT)


def given(actor: Actor) -> list[DelegationRow]:
    """List what somebody's party gave, newest first, what was passed on for it among them."""
    if not actor.subject or actor.delegation:
        return []
    return delegations.given(actor.subject, MOST_LISTED)


def held(actor: Actor) -> list[DelegationRow]:
    """List under what somebody may act, might have or could, newest first."""
    return delegations.held(actor.number, MOST_LISTED)


def usable(actor: Actor, now: datetime) -> Sequence[DelegationRow]:
    """List under what somebody may act now, for choosing for whom."""
    return delegations.usable(actor.number, now)


def one_of(number: str, actor: Actor) -> DelegationRow:
    """
    Show a delegation to its principal, its signer or its delegate.

    :raises NotFound: to everybody else as if there were none.
    """
    row = _load(number)
    is_held = row.delegate == actor.number and row.state != _STATE.DRAFTED
    if not is_held and not _is_giver(row, actor):
        raise _none()
    return row


def given_by(number: str, actor: Actor) -> DelegationRow:
    """
    Show a delegation to whoever may revoke it.

    :raises NotFound: to everybody else as if there were none.
    """
    row = _load(number)
    if not _is_giver(row, actor):
        raise _none()
    return row


def held_by_delegate(number: str, actor: Actor) -> DelegationRow:
    """
    Show a delegation to its delegate.

    :raises NotFound: to everybody else as if there were none.
    """
    row = _load(number)
    if row.delegate != actor.number or row.state == _STATE.DRAFTED:
        raise _none()
    return row


def document(number: str, actor: Actor) -> bytes:
    """
    Give the paper of a delegation, signed as soon as it is.

    :raises NotFound: as `one_of`.
    """
    row = one_of(number, actor)
    return vault.content(row.signed_key or row.object_key)


def log(number: str, actor: Actor, before: int | None = None) -> Log:
    """
    Return what happened under a delegation, uses and refusals among it.

    :raises NotFound: as `one_of`.
    """
    one_of(number, actor)
    found = ledgers.newest(Chain.DELEGATION, number, PAGE + 1, before)
    older = found[PAGE - 1].seq if len(found) > PAGE else None
    return Log(tuple(found[:PAGE]), older)


def standing_words_of(row: DelegationRow, now: datetime) -> str:
    """Say where a delegation stands now; its time counts before the sweep has noted it."""
    alive = (_STATE.PROPOSED, _STATE.ACTIVE, _STATE.USED_UP)
    if row.state in alive and now >= row.valid_until:
        return str(_STATE.EXPIRED)
    if row.state == _STATE.ACTIVE and now < row.valid_from:
        return "not_yet"
    return str(row.state)


def facts_of(row: DelegationRow) -> dict[str, object]:
    """Return what the ledger states of a delegation; a party's number only as a digest."""
    parties = f"{row.grantor_code}\n{row.delegate_code}"
    return {
        "grantor_name": row.grantor_name,
        "delegate": row.delegate,
        "delegate_name": row.delegate_name,
        "parties_sha256": hashlib.sha256(parties.encode()).hexdigest(),
        "items": json.loads(row.items),
        "scenario": row.scenario,
        "operations": json.loads(row.operations),
        "certificates": json.loads(row.certificates),
        "seals": json.loads(row.seals),
        "purpose": row.purpose,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "uses_most": row.uses_most,
        "pass_on": row.pass_on,
        "parent": row.parent_id or "",
        "sha256": row.signed_sha256,
        "ceremony": row.ceremony,
        "identity": row.identity,
    }


def _row(
    checked: Checked, actor: Actor, above: DelegationRow | None, now: datetime
) -> DelegationRow:
    scope, account = checked.scope, checked.delegate
    is_clerk = account.kind == ActorKind.ENTERPRISE
    return DelegationRow(
        number=checked.number,
        grantor_code=above.grantor_code if above else actor.subject,
        grantor_name=above.grantor_name if above else actor.subject_name or actor.name,
        grantor_kind=above.grantor_kind if above else str(actor.kind),
        made_by=actor.number,
        made_by_name=actor.name,
        made_at=now,
        delegate=account.number,
        delegate_name=account.name,
        delegate_code=account.subject,
        delegate_of=account.subject_name if is_clerk else "",
        items=city.text_of(sorted(scope.items)),
        scenario=scope.scenario,
        operations=city.text_of([str(one) for one in _ordered(scope.operations)]),
        certificates=city.text_of(sorted(scope.certificates)),
        seals=city.text_of(sorted(scope.seals)),
        purpose=checked.purpose,
        valid_from=checked.valid_from,
        valid_until=checked.valid_until,
        uses_most=checked.uses_most,
        pass_on=str(checked.pass_on),
        parent=above,
    )


def _ordered(operations: frozenset[Operation]) -> list[Operation]:
    return [one for one in Operation if one in operations]


def _demand_own(actor: Actor) -> None:
    if actor.delegation or not actor.subject:
        raise NotAllowed(
            Words(
                "请用本人或本单位的身份办理委托：在账号菜单切换回本人后再来",
                "Delegations are given in one's own name: switch back to yourself first",
            )
        )


def _passing(number: str, actor: Actor) -> DelegationRow:
    row = held_by_delegate(number, actor)
    if row.pass_on != PassOn.ONCE or row.parent_id:
        raise NotOpen(
            Words("这份委托不能转委托", "This delegation may not be passed on"), "pass_on"
        )
    if row.state != State.ACTIVE:
        raise NotOpen(_OVER, row.state)
    return row


def _principal(above: DelegationRow, actor: Actor) -> Actor:
    """Whose certificates may be named: the principal's, by the account that passes it on."""
    return replace(actor, subject=above.grantor_code, subject_name=above.grantor_name)


def demand_narrower(above: DelegationRow, row: DelegationRow, now: datetime) -> None:
    """
    Refuse what is passed on wider than it was given.

    :raises NotOpen: if what it is passed on from is over.
    :raises FieldFault: naming what is wider.
    """
    if above.state != State.ACTIVE or now >= above.valid_until:
        raise NotOpen(_OVER, above.state)
    for fault in wider(terms_of(above), terms_of(row), scenario_of):
        path, words = _WIDER[fault]
        raise FieldFault(path, words)


def to_sign(number: str, actor: Actor, now: datetime) -> DelegationRow:
    """
    Return a delegation that its writer is to sign.

    :raises NotFound: if there is none, or it is not theirs to sign.
    :raises NotOpen: if it was signed before, or its time is over.
    """
    row = _load(number)
    if row.made_by != actor.number or actor.delegation:
        raise _none()
    if row.state != _STATE.DRAFTED:
        raise NotOpen(SIGNED_BEFORE, "signed")
    if now >= row.valid_until:
        raise NotOpen(_OVER, "expired")
    return row


def _answer(
    number: str, state: DelegationRow.State, reason: str, actor: Actor, now: datetime
) -> DelegationRow:
    row = held_by_delegate(number, actor)
    act = ACCEPTED if state == _STATE.ACTIVE else DECLINED
    with transaction.atomic():
        if not delegations.answer(number, state, reason, now):
            raise NotOpen(_ANSWERED if row.state != _STATE.PROPOSED else _OVER, row.state)
        body = {"reason": reason} if reason else {}
        ledger.note(Chain.DELEGATION, number, act, actor, now, body)
    return _load(number)


def _is_giver(row: DelegationRow, actor: Actor) -> bool:
    """The principal's accounts, and who signed; what is a draft is its writer's alone."""
    if row.made_by == actor.number:
        return True
    is_principal = bool(actor.subject) and actor.subject == row.grantor_code
    return is_principal and not actor.delegation and row.state != _STATE.DRAFTED


def _load(number: str) -> DelegationRow:
    try:
        return delegations.load(number)
    except DelegationNotFound:
        raise _none() from None


def _none() -> NotFound:
    return NotFound(Words("没有找到这份委托，或者与您无关", "No such delegation of yours"))


SIGNED_BEFORE = Words(
    "这份委托已经签过名了，没有重复签署", "It was signed before; nothing was signed twice"
)
_OVER = Words(
    "这份委托已经结束（撤销、到期、拒绝或者还没有接受），不能再这样办理",
    "This delegation is over, or not accepted yet; this cannot be done with it",
)
_ANSWERED = Words("这份委托已经答复过了，请刷新查看", "It was answered before; look again")
_TOO_MANY = Words(
    f"您有 {MOST_OPEN} 份没有结束的委托，请先撤销不用的",
    f"{MOST_OPEN} delegations of yours are open; revoke those no longer needed",
)
_WIDER: dict[Wider, tuple[str, Words]] = {
    Wider.NOT_ALLOWED: ("items", Words("这份委托不能转委托", "It may not be passed on")),
    Wider.PRINCIPAL: ("items", Words("只能为同一委托人转委托", "Only for the same principal")),
    Wider.ITEMS: (
        "items",
        Words(
            "办理事项超出了原委托，请只选原委托里的", "These services are not all delegated to you"
        ),
    ),
    Wider.OPERATIONS: (
        "operations",
        Words("权限超出了原委托，请只选原委托里的", "These steps are not all delegated to you"),
    ),
    Wider.CERTIFICATES: (
        "certificates",
        Words(
            "证照超出了原委托，请只选原委托里的", "These certificates are not all delegated to you"
        ),
    ),
    Wider.SEALS: (
        "seals",
        Words("印章超出了原委托，请只选原委托里的", "These seals are not all delegated to you"),
    ),
    Wider.TIME: (
        "ends_on",
        Words(
            "期限超出了原委托，请改到原委托的期限之内", "It must lie within the time given to you"
        ),
    ),
    Wider.USES: (
        "uses_most",
        Words("次数超出了原委托剩下的次数，请改少", "More uses than are left to you"),
    ),
    Wider.PASS_ON: ("may_pass_on", Words("转委托不能再转", "It may not be passed on again")),
}
