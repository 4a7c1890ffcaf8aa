# SPDX-License-Identifier: Apache-2.0
"""Who may do what with which case: role × department × region × stage, decided here alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from types import MappingProxyType

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.words import Words


class Errand(StrEnum):
    VIEW_CASE = "view_case"
    ACT_CASE = "act_case"
    VIEW_MATERIAL = "view_material"
    REVEAL_FIELD = "reveal_field"  # show a masked personal field in full; every use is logged
    VIEW_WHOLE = "view_whole"  # the application with every personal number in full; use is logged
    VIEW_JOURNAL = "view_journal"
    VIEW_CHECK = "view_check"  # what registers said of a case (数据核验)
    ASK_REGISTERS = "ask_registers"  # have them asked about a case, anew as well
    CHECK_COMMITMENT = "check_commitment"  # after the grant: whether what was promised is true
    ASK_SECOND_LOOK = "ask_second_look"  # after an automatic decision: have a person look at it
    SECOND_LOOK = "second_look"  # say as that person whether it stands, or put it right
    SETTLE_POINT = "settle_point"  # confirm or overrule what a review point found in a case
    LIST_DESK = "list_desk"
    MANAGE_ACCOUNTS = "manage_accounts"
    GRANT_ROLES = "grant_roles"
    MANAGE_CALENDAR = "manage_calendar"
    PUBLISH_PACK = "publish_pack"
    VIEW_AUDIT = "view_audit"
    VIEW_CATALOGUE = "view_catalogue"  # which data resources there are; never their data
    VIEW_RATES = "view_rates"  # how much of the forms is filled in for people; sums, never a case
    VIEW_POINTS = "view_points"  # how often review points were right; counts, never a case
    WRITE_POINTS = "write_points"  # try a changed point over closed cases of one's department
    PUBLISH_POINTS = "publish_points"  # bring changed points into force as a new pack version
    TRY_REGISTER = "try_register"  # ask a register once, to see whether its connection works
    VIEW_ARCHIVE = "view_archive"  # archived packages of one's reach: lists, checks, ledgers
    KEEP_ARCHIVE = "keep_archive"  # check them again, hand over, dispose of what is due
    VIEW_SEALS = "view_seals"  # electronic seals of one's department, with their ledgers
    PROPOSE_SEAL = "propose_seal"
    APPROVE_SEAL = "approve_seal"  # or refuse: first the department's head, then security's keeper
    GRANT_SEAL = "grant_seal"  # who may use it for what
    CHANGE_SEAL = "change_seal"  # suspend, resume, revoke
    KEEP_KEYS = "keep_keys"  # see, renew and revoke what this house signs with
    ANSWER_DISPUTE = "answer_dispute"  # what parties dispute of the data of one's department
    VIEW_CERTIFICATES = "view_certificates"  # certificates of one's department, with their ledgers
    SIGN_REQUESTS = "sign_requests"  # ask others to sign, and sign or seal for one's department
    CONFIRM_IDENTITY = "confirm_identity"  # who stands at the window is who the card says
    CHANGE_CERTIFICATE = "change_certificate"  # suspend, resume, annul, withdraw, revoke one


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work waiting on a case; without a department it waits at the case's own."""

    role: str
    department: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """What of a case (办件) decides who may see it; never its content."""

    department: str
    division: str
    stage: str
    applicant: str = ""  # the account that filed it
    subject: str = ""  # USCC or person number it was filed for
    tasks: tuple[OpenTask, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, and by which role: the journal records it."""

    role: str

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """No; `code` is role, scope or stage, `reason` says what to do about it."""

    code: str
    reason: Words

    def __bool__(self) -> bool:
        return False


class _Reach(Flag):
    """Which cases a role reaches for an errand; any one that fits is enough."""

    NONE = 0
    OWN = auto()  # filed by them or for the party they act for
    TASK = auto()  # waiting for them
    DEPARTMENT = auto()  # of their department, within their division if they have one
    DIVISION = auto()  # lying in their division, whatever the department
    ALL = auto()


_NONE, _OWN, _TASK = _Reach.NONE, _Reach.OWN, _Reach.TASK
_DEPARTMENT, _DIVISION, _ALL = _Reach.DEPARTMENT, _Reach.DIVISION, _Reach.ALL
_HANDLED = _DEPARTMENT | _TASK

_ENDED = frozenset({"closed", "declined", "retracted", "archived"})
_DRAFT = "draft"

ADMIN_ROLES = frozenset({"admin_system", "admin_security", "admin_audit"})
# A role that a scenario pack brings along and this table does not name is a consultee's.
_CONSULTEE = "consultee"


@dataclass(frozen=True, slots=True)
class _Cell:
    """The reach while a case is open, and after it has ended."""

    open: _Reach
    ended: _Reach


def _cell(open_reach: _Reach, ended: _Reach | None = None) -> _Cell:
    return _Cell(open_reach, open_reach if ended is None else ended)


_Row = Mapping[str, _Cell]
_VIEW: _Row = {
    "applicant": _cell(_OWN),
    "window": _cell(_DIVISION | _TASK),
    "examiner": _cell(_HANDLED),
    "leader": _cell(_HANDLED),
    _CONSULTEE: _cell(_TASK, _NONE),
    "supervisor": _cell(_DIVISION),
    "archivist": _cell(_TASK, _DEPARTMENT),
}
# The whole policy. Administrators are in no row about cases: they keep the machine, not the files.
_CASE_POLICY: Mapping[str, _Row] = MappingProxyType(
    {
        Errand.VIEW_CASE: _VIEW,
        Errand.VIEW_MATERIAL: {**_VIEW, "supervisor": _cell(_NONE)},
        Errand.VIEW_JOURNAL: {**_VIEW, "admin_audit": _cell(_ALL)},
        Errand.ACT_CASE: {
            "applicant": _cell(_OWN, _NONE),
            "window": _cell(_DIVISION | _TASK, _NONE),
            "examiner": _cell(_TASK, _NONE),
            "leader": _cell(_HANDLED, _NONE),
            _CONSULTEE: _cell(_TASK, _NONE),
            "supervisor": _cell(_DIVISION, _NONE),
            "archivist": _cell(_TASK, _NONE),
        },
        Errand.REVEAL_FIELD: {
            "applicant": _cell(_OWN),
            "window": _cell(_DIVISION | _TASK, _NONE),
            "examiner": _cell(_HANDLED, _NONE),
            "leader": _cell(_HANDLED, _DEPARTMENT),
            _CONSULTEE: _cell(_TASK, _NONE),
            "supervisor": _cell(_NONE),
            "archivist": _cell(_NONE),
        },
        Errand.VIEW_CHECK: {
            "window": _cell(_DIVISION | _TASK),
            "examiner": _cell(_HANDLED),
            "leader": _cell(_HANDLED),
            _CONSULTEE: _cell(_TASK, _NONE),
            "archivist": _cell(_TASK, _DEPARTMENT),
        },
        Errand.ASK_REGISTERS: {
            "window": _cell(_TASK, _NONE),
            "examiner": _cell(_TASK, _NONE),
            "leader": _cell(_TASK, _NONE),
        },
        Errand.SETTLE_POINT: {
            "window": _cell(_DIVISION | _TASK, _NONE),
            "examiner": _cell(_HANDLED, _NONE),
            "leader": _cell(_HANDLED, _NONE),
        },
        Errand.CHECK_COMMITMENT: {
            "examiner": _cell(_NONE, _DEPARTMENT),
            "leader": _cell(_NONE, _DEPARTMENT),
        },
        Errand.ASK_SECOND_LOOK: {"applicant": _cell(_NONE, _OWN)},
        Errand.SECOND_LOOK: {
            "examiner": _cell(_NONE, _DEPARTMENT),
            "leader": _cell(_NONE, _DEPARTMENT),
        },
        Errand.VIEW_WHOLE: {
            "applicant": _cell(_OWN),
            "leader": _cell(_HANDLED),
            "archivist": _cell(_TASK, _DEPARTMENT),
        },
    }
)
_DESK = frozenset({"window", "examiner", "leader", _CONSULTEE, "supervisor", "archivist"})
_PLATFORM_POLICY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        Errand.LIST_DESK: _DESK,
        Errand.MANAGE_ACCOUNTS: frozenset({"admin_system"}),
        Errand.GRANT_ROLES: frozenset({"admin_security"}),
        Errand.MANAGE_CALENDAR: frozenset({"admin_system"}),
        Errand.PUBLISH_PACK: frozenset({"admin_system"}),
        Errand.VIEW_AUDIT: frozenset({"admin_audit"}),
        Errand.VIEW_CATALOGUE: _DESK | ADMIN_ROLES,
        Errand.VIEW_RATES: _DESK,
        Errand.VIEW_POINTS: _DESK | {"admin_system"},
        Errand.WRITE_POINTS: frozenset({"examiner", "leader"}),
        Errand.PUBLISH_POINTS: frozenset({"leader"}),
        Errand.TRY_REGISTER: frozenset({"admin_system"}),
        Errand.VIEW_ARCHIVE: frozenset({"archivist", "supervisor"}),
        Errand.KEEP_ARCHIVE: frozenset({"archivist"}),
        Errand.VIEW_SEALS: frozenset({"seal_keeper", "leader", "admin_security", "admin_audit"}),
        Errand.PROPOSE_SEAL: frozenset({"seal_keeper"}),
        Errand.APPROVE_SEAL: frozenset({"leader", "admin_security"}),
        Errand.GRANT_SEAL: frozenset({"seal_keeper"}),
        Errand.CHANGE_SEAL: frozenset({"leader", "admin_security"}),
        Errand.KEEP_KEYS: frozenset({"admin_security", "system"}),
        Errand.ANSWER_DISPUTE: _DESK,
        Errand.SIGN_REQUESTS: _DESK - {"supervisor", "archivist"},
        Errand.VIEW_CERTIFICATES: _DESK - {_CONSULTEE},
        Errand.CONFIRM_IDENTITY: frozenset({"window"}),
        Errand.CHANGE_CERTIFICATE: frozenset({"examiner", "leader"}),
    }
)


def may(actor: Actor, errand: str, subject: CaseView | None = None) -> Allowed | Denied:
    """
    Decide whether an actor may do an errand, with a case or, for the platform's own, without.

    :raises ValueError: if there is no such errand, or one about cases comes without a case.
    """
    if errand in _PLATFORM_POLICY:
        return _may_on_platform(actor, _PLATFORM_POLICY[errand])
    if errand not in _CASE_POLICY:
        raise ValueError(f"unknown errand {errand!r} (known: {', '.join(Errand)})")
    if subject is None:
        raise ValueError(f"{errand} needs the case it is about")
    return _may_on_case(actor, _CASE_POLICY[errand], subject)


def may_answer(actor: Actor, provider: str = "") -> Allowed | Denied:
    """
    Decide who answers disputes about a department's data: its own people, and supervisors for all.

    Without a provider it says whether there is any department they answer for.
    """
    answer = may(actor, Errand.ANSWER_DISPUTE)
    if isinstance(answer, Denied):
        return answer
    if "supervisor" in actor.roles:
        return Allowed("supervisor")
    if not actor.department:
        return _WRONG_ROLE
    return answer if provider in ("", actor.department) else _OTHERS_DATA


def may_with_seals(actor: Actor, errand: str, department: str = "") -> Allowed | Denied:
    """
    Decide an errand about a department's seals: its own people, and administrators for all.

    Without a department it says whether there is any department they do it for.
    """
    answer = may(actor, errand)
    if isinstance(answer, Denied) or answer.role in ADMIN_ROLES:
        return answer
    if not actor.department:
        return _WRONG_ROLE
    return answer if department in ("", actor.department) else _OTHERS_SEAL


def conflicting_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """
    Return the roles that one account must not hold together; empty if they are compatible.

    The three administrators are separate people and handle no cases (GB/T 22239, level 3).
    """
    held = frozenset(roles)
    admin = held & ADMIN_ROLES
    return tuple(sorted(held)) if admin and len(held) > 1 else ()


def covers(division: str, place: str) -> bool:
    """
    Tell whether an officer's division includes a place; a division of none includes nothing.

    >>> covers("370200", "370202"), covers("370202", "370202014"), covers("370202", "370200")
    (True, True, False)
    """
    prefix = division[:6]
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return bool(prefix) and place.startswith(prefix + division[6:])


def _roles_of(actor: Actor) -> dict[str, str]:
    """The roles that count for this actor, with the row of the policy each is found in."""
    if actor.kind is ActorKind.SYSTEM:
        return {"system": "system"}
    if actor.kind is not ActorKind.OFFICER:
        return {"applicant": "applicant"}
    admin = actor.roles & ADMIN_ROLES
    # An account that holds both is a fault of set-up: the narrower reading is the safe one.
    counted = admin or actor.roles - {"applicant", "system", ""}
    return {role: role if role in _NAMED else _CONSULTEE for role in sorted(counted)}


_NAMED = ADMIN_ROLES | {"window", "examiner", "leader", "supervisor", "archivist", "seal_keeper"}


def _may_on_platform(actor: Actor, allowed: frozenset[str]) -> Allowed | Denied:
    for role, row in _roles_of(actor).items():
        if row in allowed:
            return Allowed(role)
    return _WRONG_ROLE


def _may_on_case(actor: Actor, policy: _Row, case: CaseView) -> Allowed | Denied:
    denied = _WRONG_ROLE
    for role, row in _roles_of(actor).items():
        if row == "system":
            return Allowed(role)
        cell = policy.get(row)
        if cell is None or not (cell.open | cell.ended):
            continue
        if case.stage == _DRAFT and row != "applicant":
            denied = _DRAFT_IS_PRIVATE
            continue
        has_ended = case.stage in _ENDED
        if _reaches(actor, role, cell.ended if has_ended else cell.open, case):
            return Allowed(role)
        other = cell.open if has_ended else cell.ended
        denied = _WRONG_STAGE if _reaches(actor, role, other, case) else _OUT_OF_REACH
    return denied


def _reaches(actor: Actor, role: str, reach: _Reach, case: CaseView) -> bool:
    return (
        _ALL in reach
        or (_OWN in reach and _is_own(actor, case))
        or (_TASK in reach and any(_waits_for(actor, role, task, case) for task in case.tasks))
        or (_DEPARTMENT in reach and _is_of_department(actor, case))
        or (_DIVISION in reach and covers(actor.division, case.division))
    )


def _is_own(actor: Actor, case: CaseView) -> bool:
    is_filer = bool(actor.number) and actor.number == case.applicant
    if actor.delegation:
        # Who acts under a delegation sees what they filed for that principal, nothing else of it.
        return is_filer and actor.subject == case.subject
    if not case.subject:
        return is_filer
    # Having filed it for another gives nothing once one does not act for that party any more.
    return actor.subject == case.subject


def _is_of_department(actor: Actor, case: CaseView) -> bool:
    is_same = bool(actor.department) and actor.department == case.department
    return is_same and (not actor.division or covers(actor.division, case.division))


def _waits_for(actor: Actor, role: str, task: OpenTask, case: CaseView) -> bool:
    if task.holder:
        return task.holder == actor.number
    if task.role != role:
        return False
    return actor.department == (task.department or case.department) and (
        bool(task.department) or not actor.division or covers(actor.division, case.division)
    )


_WRONG_ROLE = Denied(
    "role",
    Words(
        "您的岗位没有这项权限。如果工作需要，请联系本单位的安全管理员调整岗位。",
        "Your role does not include this. If your work needs it, ask the security administrator.",
    ),
)
_OUT_OF_REACH = Denied(
    "scope",
    Words(
        "这件办件不在您的部门、区域或待办里。如果应当由您办理，请让承办人转办给您。",
        "This case is not of your department, region or desk. If it should be yours, ask its "
        "handler to transfer it.",
    ),
)
_OTHERS_DATA = Denied(
    "scope",
    Words(
        "这是别的部门的数据，由提供数据的部门答复。",
        "These are another department's data; their provider answers.",
    ),
)
_OTHERS_SEAL = Denied(
    "scope",
    Words(
        "这是别的部门的印章，由那个部门的印章管理员和负责人管理。",
        "This is another department's seal; its own keeper and head manage it.",
    ),
)
_WRONG_STAGE = Denied(
    "stage",
    Words(
        "这件办件现在的阶段不允许这样做：办结前由承办人员办理，办结后不再办理，也不再向他们显示。",
        "Its stage does not allow this: until it ends its handlers handle it, afterwards nobody.",
    ),
)
_DRAFT_IS_PRIVATE = Denied(
    "stage",
    Words(
        "这份申请还没有提交，只有申请人自己能看到。", "This draft is seen by its applicant only."
    ),
)
