# SPDX-License-Identifier: Apache-2.0
"""What a delegation (委托授权) empowers to, and whether one act is within it, with every reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Operation(StrEnum):
    """What may be done for the principal (委托人); stored, so these words never change."""

    FILL = "fill"
    SIGN = "sign"
    SUBMIT = "submit"
    SUPPLY = "supply"
    COLLECT = "collect"
    USE_CERTIFICATE = "use_certificate"
    USE_SEAL = "use_seal"


COUNTED: frozenset[str] = frozenset(
    {Operation.SUBMIT, Operation.SUPPLY, Operation.USE_CERTIFICATE, Operation.USE_SEAL}
)
"""What takes one of the uses; filling and signing are parts of what is then sent in."""
_AFTERWARDS = Operation.COLLECT
"""What the last use brought may still be collected until the time is over."""
ABOUT_ITEMS: frozenset[str] = frozenset(
    {
        Operation.FILL, Operation.SIGN, Operation.SUBMIT, Operation.SUPPLY, Operation.COLLECT,
    }
)  # fmt: skip


class PassOn(StrEnum):
    """Whether the delegate (受托人) may hand the power on (转委托)."""

    NEVER = "never"
    ONCE = "once"


class State(StrEnum):
    """What is kept of a delegation; stored, so these words never change."""

    DRAFTED = "drafted"  # written down, its grantor has not signed
    PROPOSED = "proposed"  # signed, its delegate has not answered
    ACTIVE = "active"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"


ALIVE = frozenset({State.PROPOSED, State.ACTIVE, State.USED_UP})
"""What its grantor may still revoke, and what time ends."""


class Refusal(StrEnum):
    """Why something may not be done under a delegation; stored, so these words never change."""

    OTHER_PERSON = "other_person"
    OTHER_PRINCIPAL = "other_principal"
    NOT_SIGNED = "not_signed"
    NOT_ACCEPTED = "not_accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"
    TOO_EARLY = "too_early"
    OTHER_OPERATION = "other_operation"
    OTHER_ITEM = "other_item"
    OTHER_CERTIFICATE = "other_certificate"
    OTHER_SEAL = "other_seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a delegation is about: items by code or all of one scenario, and what may be done."""

    items: frozenset[str] = frozenset()
    scenario: str = ""
    operations: frozenset[Operation]
    certificates: frozenset[str] = frozenset()
    """Certificates by number; none named, none may be used."""
    seals: frozenset[str] = frozenset()

    def has_item(self, item: str, scenario: str) -> bool:
        return item in self.items or (bool(self.scenario) and scenario == self.scenario)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A bounded power that one party gave to one account; times are from (incl.) until (excl.)."""

    grantor_code: str
    delegate: str
    """The number of the account that may act."""
    scope: Scope
    valid_from: datetime
    valid_until: datetime
    state: State
    uses: int = 0
    uses_most: int | None = None
    pass_on: PassOn = PassOn.NEVER
    parent: "Delegation | None" = None
    """The delegation it was passed on from: it never reaches further, nor lasts longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to do for a principal; `operation` may be one nobody can delegate."""

    delegate: str
    grantor_code: str
    operation: str
    item: str = ""
    scenario: str = ""
    certificate: str = ""
    seal: str = ""


def may_act(delegation: Delegation, wanted: Wanted, now: datetime) -> Refusal | None:
    """
    Decide whether an act is within a delegation now; None means it may be done.

    Whose delegation it is comes first: a stranger learns of nothing else. What was passed on is
    judged by the delegation it came from as well, which ends it when that one ends.
    """
    if wanted.delegate != delegation.delegate:
        return Refusal.OTHER_PERSON
    return _may(delegation, wanted, now)


def _may(delegation: Delegation, wanted: Wanted, now: datetime) -> Refusal | None:
    if wanted.grantor_code != delegation.grantor_code:
        return Refusal.OTHER_PRINCIPAL
    refused = standing(delegation, now, is_afterwards=wanted.operation == _AFTERWARDS)
    refused = refused or _beyond(delegation.scope, wanted)
    if refused is None and delegation.parent is not None:
        return _may(delegation.parent, wanted, now)
    return refused


def standing(
    delegation: Delegation, now: datetime, *, is_afterwards: bool = False
) -> Refusal | None:
    """
    Say why nothing can be done under a delegation at all, None while something can.

    Its being used up does not count against what is done `is_afterwards`.
    """
    is_used_up = delegation.uses_most is not None and delegation.uses >= delegation.uses_most
    state = State.ACTIVE if delegation.state is State.USED_UP else delegation.state
    if state is not State.ACTIVE:
        return _IN_STATE[state]
    if now >= delegation.valid_until:
        return Refusal.EXPIRED
    if now < delegation.valid_from:
        return Refusal.TOO_EARLY
    return Refusal.USED_UP if is_used_up and not is_afterwards else None


_IN_STATE: dict[State, Refusal] = {
    State.DRAFTED: Refusal.NOT_SIGNED,
    State.PROPOSED: Refusal.NOT_ACCEPTED,
    State.DECLINED: Refusal.DECLINED,
    State.REVOKED: Refusal.REVOKED,
    State.EXPIRED: Refusal.EXPIRED,
}


def _beyond(scope: Scope, wanted: Wanted) -> Refusal | None:
    if wanted.operation not in scope.operations:
        return Refusal.OTHER_OPERATION
    if wanted.operation in ABOUT_ITEMS and not scope.has_item(wanted.item, wanted.scenario):
        return Refusal.OTHER_ITEM
    if wanted.operation == Operation.USE_CERTIFICATE:
        return None if wanted.certificate in scope.certificates else Refusal.OTHER_CERTIFICATE
    if wanted.operation == Operation.USE_SEAL:
        return None if wanted.seal in scope.seals else Refusal.OTHER_SEAL
    return None


class Wider(StrEnum):
    """In what a delegation that is passed on would reach further than the one it comes from."""

    NOT_ALLOWED = "not_allowed"
    PRINCIPAL = "principal"
    ITEMS = "items"
    OPERATIONS = "operations"
    CERTIFICATES = "certificates"
    SEALS = "seals"
    TIME = "time"
    USES = "uses"
    PASS_ON = "pass_on"


def wider(
    parent: Delegation, child: Delegation, scenario_of: Callable[[str], str]
) -> tuple[Wider, ...]:
    """
    List in what a delegation would be wider than the one it is passed on from; empty if in none.

    `scenario_of` names the scenario of an item, empty where there is no such item.
    """
    theirs, mine = parent.scope, child.scope
    faults = {
        Wider.NOT_ALLOWED: parent.pass_on is not PassOn.ONCE or parent.parent is not None,
        Wider.PRINCIPAL: child.grantor_code != parent.grantor_code,
        Wider.ITEMS: not _items_within(theirs, mine, scenario_of),
        Wider.OPERATIONS: not mine.operations <= theirs.operations,
        Wider.CERTIFICATES: not mine.certificates <= theirs.certificates,
        Wider.SEALS: not mine.seals <= theirs.seals,
        Wider.TIME: child.valid_from < parent.valid_from or child.valid_until > parent.valid_until,
        Wider.USES: not _uses_within(parent, child),
        Wider.PASS_ON: child.pass_on is not PassOn.NEVER,
    }
    return tuple(name for name, is_wider in faults.items() if is_wider)


def _items_within(theirs: Scope, mine: Scope, scenario_of: Callable[[str], str]) -> bool:
    if mine.scenario and mine.scenario != theirs.scenario:
        return False
    return all(theirs.has_item(one, scenario_of(one)) for one in mine.items)


def _uses_within(parent: Delegation, child: Delegation) -> bool:
    if parent.uses_most is None:
        return True
    left = parent.uses_most - parent.uses
    return child.uses_most is not None and child.uses_most <= left
