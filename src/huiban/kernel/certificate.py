# SPDX-License-Identifier: Apache-2.0
"""What may become of a certificate (电子证照) and who may use one under a grant (授权用证)."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from huiban.kernel.words import Words

LEADER = "leader"
_OFFICERS = frozenset({"examiner", LEADER})


class State(StrEnum):
    """What is kept of a certificate; whether its time has passed is told from its days."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


ALIVE = frozenset({State.VALID, State.SUSPENDED})
"""What a case or an officer may still change."""


class Act(StrEnum):
    """What officers do to a certificate in force, beside the cases that change or cancel it."""

    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    DROP = "drop"


class Ending(StrEnum):
    """How an authority ends a certificate against or without its holder's wish."""

    ANNUL = "annul"  # 撤销: wrong from the beginning (行政许可法第六十九条)
    WITHDRAW = "withdraw"  # 撤回: law or circumstances changed (行政许可法第八条第二款)
    REVOKE = "revoke"  # 吊销: a penalty (行政处罚法第九条第三项)


ENDED_AS: dict[Ending, State] = {
    Ending.ANNUL: State.ANNULLED,
    Ending.WITHDRAW: State.WITHDRAWN,
    Ending.REVOKE: State.REVOKED,
}
PROPOSED: dict[Ending, str] = {
    Ending.ANNUL: "annulment_proposed",
    Ending.WITHDRAW: "withdrawal_proposed",
    Ending.REVOKE: "revocation_proposed",
}
DROPPED = "proposal_dropped"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a certificate stands: its state, and the ending somebody proposed."""

    state: State
    proposed: Ending | None = None
    proposer: str = ""
    is_proposed_by_leader: bool = False


@dataclass(frozen=True, slots=True)
class Officer:
    """Who wants to act, and in which roles at the department that issued the certificate."""

    number: str
    roles: Collection[str]

    @property
    def is_leader(self) -> bool:
        return LEADER in self.roles


class ActRefused(Exception):
    """The act is not open now, or not for this officer; `code` is state, role or four_eyes."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message


def check_act(standing: Standing, act: Act, officer: Officer) -> None:
    """
    Let an act pass that the law allows here.

    A head suspends and resumes at once. What ends a certificate is proposed by one officer and
    confirmed by another; one of the two is a head, because a head decides for the authority.

    :raises ActRefused: otherwise, with the reason.
    """
    _check_state(standing, act)
    if not _OFFICERS & set(officer.roles):
        raise ActRefused("role", _NOT_YOURS)
    if act in (Act.SUSPEND, Act.RESUME) and not officer.is_leader:
        raise ActRefused("role", _FOR_A_HEAD)
    if act is Act.CONFIRM:
        if officer.number == standing.proposer:
            raise ActRefused("four_eyes", _FOUR_EYES)
        if not (officer.is_leader or standing.is_proposed_by_leader):
            raise ActRefused("four_eyes", _ONE_HEAD)


def _check_state(standing: Standing, act: Act) -> None:
    wanted = {Act.SUSPEND: {State.VALID}, Act.RESUME: {State.SUSPENDED}}.get(act, ALIVE)
    if standing.state not in wanted:
        raise ActRefused("state", _IN_STATE[standing.state])
    if act is Act.PROPOSE and standing.proposed:
        raise ActRefused("state", _ALREADY_PROPOSED)
    if act in (Act.CONFIRM, Act.DROP) and not standing.proposed:
        raise ActRefused("state", _NOTHING_PROPOSED)


def open_acts(standing: Standing, officer: Officer) -> tuple[Act, ...]:
    """Return the acts this officer could carry out now, in the order of the law's severity."""
    found = []
    for act in Act:
        try:
            check_act(standing, act, officer)
        except ActRefused:
            continue
        found.append(act)
    return tuple(found)


_IN_STATE: dict[State, Words] = {
    State.VALID: Words("这张证照没有被暂停，不用恢复", "It is not suspended; nothing to resume"),
    State.SUSPENDED: Words("这张证照已经暂停", "It is suspended already"),
    State.REPLACED: Words("这张证照已换新证，请办理新证", "It was replaced; turn to the new one"),
    State.CANCELLED: Words("这张证照已经注销", "It was cancelled already"),
    State.ANNULLED: Words("这张证照已经撤销", "It was annulled already"),
    State.WITHDRAWN: Words("这张证照已经撤回", "It was withdrawn already"),
    State.REVOKED: Words("这张证照已经吊销", "It was revoked already"),
}
_NOT_YOURS = Words(
    "证照的撤销、撤回、吊销由发证部门的审查人员提出、负责人决定",
    "Ending a certificate is for the examiners and heads of the department that issued it",
)
_FOR_A_HEAD = Words("暂停和恢复由负责人决定", "A head suspends and resumes certificates")
_FOUR_EYES = Words(
    "提出和确认要由两个人：这是您提出的，请另一位确认",
    "One proposes, another confirms: you proposed this, somebody else has to confirm it",
)
_ONE_HEAD = Words(
    "提出和确认的两人里要有一位负责人，请负责人确认",
    "One of the two has to be a head: a head has to confirm this",
)
_ALREADY_PROPOSED = Words(
    "已经有人提出，正等另一位确认；先确认或撤下，再提别的",
    "Something is proposed already; confirm it or drop it first",
)
_NOTHING_PROPOSED = Words("没有等待确认的提议，请刷新查看", "Nothing is proposed; look again")


def worth_on(state: str, valid_from: date, valid_until: date | None, today: date) -> str:
    """Say what a certificate is worth on a day: its state, `expired`, or `not_yet`."""
    if state != State.VALID:
        return str(state)
    if valid_until and today > valid_until:
        return "expired"
    return "valid" if today >= valid_from else "not_yet"


def identifier_serial(number: str) -> str:
    """
    Return the 20 characters of an identifier (电子证照标识) that stand for a certificate's number.

    >>> identifier_serial("青建废核〔2026〕370200-00012")
    '00000202637020000012'
    """
    kept = re.sub(r"[^0-9A-Z]", "", number.upper())
    if not kept or len(kept) > _SERIAL:
        # What does not fit would be cut short, and cut numbers may collide; digests do not.
        kept = hashlib.sha256(number.encode()).hexdigest()[:_SERIAL].upper()
    return kept.zfill(_SERIAL)


_SERIAL = 20


class GrantRefusal(StrEnum):
    """Why a certificate is not shown under a grant; stored, so these words never change."""

    OTHER_PERSON = "other_person"
    REVOKED = "revoked"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    USED_UP = "used_up"
    NOT_IN_FORCE = "not_in_force"
    OTHER_PURPOSE = "other_purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """What a holder granted: to whom, for what, from when until (exclusive), how often."""

    grantee: str
    purpose: str
    valid_from: datetime
    valid_until: datetime
    uses: int
    uses_most: int
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to use a certificate now; `purpose` is None while they only open the grant."""

    subject: str
    purpose: str | None
    at: datetime


def decide_use(terms: GrantTerms, asking: Asking, worth: str) -> GrantRefusal | None:
    """
    Decide whether a certificate that is `worth` so much today may be used under a grant.

    Whose grant it is comes first: a stranger learns of nothing else.
    """
    if asking.subject != terms.grantee:
        return GrantRefusal.OTHER_PERSON
    if terms.is_revoked:
        return GrantRefusal.REVOKED
    if asking.at < terms.valid_from:
        return GrantRefusal.TOO_EARLY
    if asking.at >= terms.valid_until:
        return GrantRefusal.TOO_LATE
    if terms.uses >= terms.uses_most:
        return GrantRefusal.USED_UP
    if worth != State.VALID:
        return GrantRefusal.NOT_IN_FORCE
    if asking.purpose not in (None, terms.purpose):
        return GrantRefusal.OTHER_PURPOSE
    return None
