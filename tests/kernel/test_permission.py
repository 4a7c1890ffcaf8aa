# SPDX-License-Identifier: Apache-2.0
"""Every cell of the policy: role × errand × where the case lies × whether it has ended."""

from dataclasses import replace

import pytest

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.permission import (
    Allowed,
    CaseView,
    Denied,
    Errand,
    OpenTask,
    conflicting_roles,
    covers,
    may,
    may_answer,
    may_with_seals,
)

OFFICER = ActorKind.OFFICER
CASE = CaseView(
    department="approval_service",
    division="370202",
    stage="examination",
    applicant="p-1",
    subject="91370202000000019X",
)

# What an officer may have to do with a case, one thing at a time; the account is "o-1".
SITUATIONS = {
    "mine": replace(CASE, tasks=(OpenTask("anything", "elsewhere", "o-1"),)),
    "waiting": CASE,  # an open task for the role, see `situation`
    "department": CASE,
    "region": replace(CASE, department="housing_construction"),
    "far": replace(CASE, department="housing_construction", division="370283"),
}
ROLES = (
    "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
    "archivist", "seal_keeper", "admin_system", "admin_security", "admin_audit",
)  # fmt: skip

# One line a role: the situations in which it may, while the case is open | after it has ended.
# "mine" and "waiting" are cases of the officer's own department and division with an open task.
POLICY = """
view_case
  window          mine waiting department region | mine waiting department region
  examiner        mine waiting department        | mine waiting department
  leader          mine waiting department        | mine waiting department
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
  supervisor      mine waiting department region | mine waiting department region
  archivist       mine waiting                   | mine waiting department
view_material
  window          mine waiting department region | mine waiting department region
  examiner        mine waiting department        | mine waiting department
  leader          mine waiting department        | mine waiting department
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
  archivist       mine waiting                   | mine waiting department
view_journal
  window          mine waiting department region | mine waiting department region
  examiner        mine waiting department        | mine waiting department
  leader          mine waiting department        | mine waiting department
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
  supervisor      mine waiting department region | mine waiting department region
  archivist       mine waiting                   | mine waiting department
  admin_audit     mine waiting department region far | mine waiting department region far
act_case
  window          mine waiting department region |
  examiner        mine waiting                   |
  leader          mine waiting department        |
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
  supervisor      mine waiting department region |
  archivist       mine waiting                   |
reveal_field
  window          mine waiting department region |
  examiner        mine waiting department        |
  leader          mine waiting department        | mine waiting department
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
view_check
  window          mine waiting department region | mine waiting department region
  examiner        mine waiting department        | mine waiting department
  leader          mine waiting department        | mine waiting department
  traffic         mine waiting                   |
  site_keeper     mine waiting                   |
  data_owner      mine waiting                   |
  archivist       mine waiting                   | mine waiting department
settle_point
  window          mine waiting department region |
  examiner        mine waiting department        |
  leader          mine waiting department        |
ask_registers
  window          mine waiting                   |
  examiner        mine waiting                   |
  leader          mine waiting                   |
view_whole
  leader          mine waiting department        | mine waiting department
  archivist       mine waiting                   | mine waiting department
check_commitment
  examiner                                       | mine waiting department
  leader                                         | mine waiting department
second_look
  examiner                                       | mine waiting department
  leader                                         | mine waiting department
"""
PLATFORM = {
    "list_desk": {
        "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
        "archivist",
    },
    "manage_accounts": {"admin_system"},
    "grant_roles": {"admin_security"},
    "manage_calendar": {"admin_system"},
    "publish_pack": {"admin_system"},
    "view_audit": {"admin_audit"},
    "view_certificates": {"window", "examiner", "leader", "supervisor", "archivist"},
    "change_certificate": {"examiner", "leader"},
    "sign_requests": {"window", "examiner", "leader", "traffic", "site_keeper", "data_owner"},
    "view_archive": {"archivist", "supervisor"},
    "keep_archive": {"archivist"},
    "view_rates": {
        "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
        "archivist",
    },
    "view_catalogue": {
        "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
        "archivist", "admin_system", "admin_security", "admin_audit",
    },
    "try_register": {"admin_system"},
    "view_points": {
        "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
        "archivist", "admin_system",
    },
    "write_points": {"examiner", "leader"},
    "publish_points": {"leader"},
    "confirm_identity": {"window"},
    "keep_keys": {"admin_security"},
    "view_seals": {"seal_keeper", "leader", "admin_security", "admin_audit"},
    "propose_seal": {"seal_keeper"},
    "approve_seal": {"leader", "admin_security"},
    "grant_seal": {"seal_keeper"},
    "change_seal": {"leader", "admin_security"},
    "answer_dispute": {
        "window", "examiner", "leader", "traffic", "site_keeper", "data_owner", "supervisor",
        "archivist",
    },
}  # fmt: skip


def read_policy() -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    cells, errand = {}, ""
    for line in POLICY.strip().splitlines():
        if not line.startswith(" "):
            errand = line
            continue
        role, rest = line.split(maxsplit=1)
        while_open, ended = rest.split("|")
        cells[errand, role] = (set(while_open.split()), set(ended.split()))
    return cells


CELLS = read_policy()
CASE_ERRANDS = (
    "view_case", "view_material", "view_journal", "act_case", "reveal_field", "view_whole",
    "view_check", "ask_registers", "check_commitment", "settle_point", "ask_second_look",
    "second_look",
)  # fmt: skip

OFFICERS_ONLY = (
    "view_check", "ask_registers", "check_commitment", "settle_point", "second_look"
)  # fmt: skip


def officer(*roles: str, **more: str) -> Actor:
    made = Actor("o-1", "李强", OFFICER, frozenset(roles), "approval_service", "370202")
    return replace(made, **more)  # type: ignore[arg-type]


def situation(name: str, role: str, stage: str) -> CaseView:
    case = replace(SITUATIONS[name], stage=stage)
    return replace(case, tasks=(OpenTask(role),)) if name == "waiting" else case


@pytest.mark.parametrize("stage", ["examination", "closed"])
@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("errand", CASE_ERRANDS)
def test_each_cell_about_cases_is_as_the_policy_says(
    errand: str, role: str, name: str, stage: str
) -> None:
    while_open, ended = CELLS.get((errand, role), (set(), set()))
    expected = while_open if stage == "examination" else ended

    answer = may(officer(role), errand, situation(name, role, stage))

    assert bool(answer) is (name in expected)
    if answer:
        assert answer == Allowed(role)
    else:
        assert isinstance(answer, Denied)
        assert answer.reason.zh
        assert answer.reason.en


@pytest.mark.parametrize("role", [*ROLES, "applicant", "system", ""])
@pytest.mark.parametrize("errand", PLATFORM)
def test_each_cell_about_the_platform_is_as_the_policy_says(errand: str, role: str) -> None:
    assert bool(may(officer(role), errand)) is (role in PLATFORM[errand])


def test_the_tables_of_this_test_name_every_errand() -> None:
    assert {*CASE_ERRANDS, *PLATFORM} == set(Errand)


# --- applicants


PERSON = Actor("p-1", "王芳", ActorKind.PERSON, subject="370202198005179972")
CLERK = Actor("p-2", "赵敏", ActorKind.ENTERPRISE, subject=CASE.subject)
DELEGATE = replace(PERSON, subject=CASE.subject, delegation="D-1")
STRANGER = Actor("p-3", "孙丽", ActorKind.ENTERPRISE, subject="913702020000000270")


@pytest.mark.parametrize(
    ("errand", "stage", "is_allowed"),
    [
        ("view_case", "submitted", True),
        ("view_case", "archived", True),
        ("view_material", "closed", True),
        ("view_journal", "examination", True),
        ("reveal_field", "closed", True),
        ("act_case", "correction", True),
        ("act_case", "draft", True),
        ("act_case", "closed", False),
        ("act_case", "archived", False),
        ("act_case", "retracted", False),
        ("ask_second_look", "examination", False),
        ("ask_second_look", "archived", True),
    ],
)
@pytest.mark.parametrize("actor", [DELEGATE, CLERK], ids=["the account", "the same enterprise"])
def test_an_applicant_reaches_their_own_cases(
    actor: Actor, errand: str, stage: str, is_allowed: bool
) -> None:
    answer = may(actor, errand, replace(CASE, stage=stage))

    assert bool(answer) is is_allowed
    if not answer:
        assert isinstance(answer, Denied)
        assert answer.code == "stage"


@pytest.mark.parametrize("errand", CASE_ERRANDS)
def test_nobody_reaches_a_strangers_case(errand: str) -> None:
    answer = may(STRANGER, errand, CASE)

    assert isinstance(answer, Denied)
    assert answer.code == ("role" if errand in OFFICERS_ONLY else "scope")


@pytest.mark.parametrize("errand", CASE_ERRANDS)
def test_who_filed_it_for_another_reaches_it_only_while_acting_for_that_party(errand: str) -> None:
    colleague = replace(DELEGATE, number="p-4")

    assert not may(PERSON, errand, CASE)
    assert not may(colleague, errand, CASE)


def test_an_empty_subject_is_nobody() -> None:
    nobody = Actor("", "", ActorKind.PERSON)

    assert not may(nobody, "view_case", CaseView("approval_service", "370202", "submitted"))


@pytest.mark.parametrize("errand", PLATFORM)
def test_an_applicant_has_no_errand_on_the_platform(errand: str) -> None:
    assert not may(PERSON, errand)


def test_an_applicant_gains_nothing_from_a_role_on_the_account() -> None:
    disguised = replace(STRANGER, roles=frozenset({"examiner"}), department="approval_service")

    assert not may(disguised, "view_case", replace(CASE, tasks=(OpenTask("examiner"),)))


# --- the system


@pytest.mark.parametrize("errand", CASE_ERRANDS)
@pytest.mark.parametrize("stage", ["examination", "closed", "archived"])
def test_the_system_does_what_jobs_ask(errand: str, stage: str) -> None:
    assert may(SYSTEM, errand, replace(CASE, stage=stage)) == Allowed("system")


def test_an_officer_who_claims_to_be_the_system_is_not() -> None:
    assert not may(officer("system"), "view_case", CASE)


# --- departments, regions, tasks


@pytest.mark.parametrize(
    ("division", "place", "expected"),
    [
        ("370202", "370202", True),
        ("370202", "370202014", True),
        ("370202", "370203", False),
        ("370200", "370202", True),
        ("370200", "370285106", True),
        ("370000", "370202", True),
        ("370200", "370102", False),
        ("370202", "370200", False),
        ("370202014", "370202014", True),
        ("370202014", "370202", False),
        ("370202", "", False),
        ("", "370202", False),
    ],
)
def test_a_division_covers_what_lies_in_it(division: str, place: str, expected: bool) -> None:
    assert covers(division, place) is expected


@pytest.mark.parametrize(
    ("division", "is_allowed"),
    [("370202", True), ("370200", True), ("", True), ("370203", False)],
)
def test_a_department_is_cut_by_its_officers_division(division: str, is_allowed: bool) -> None:
    assert bool(may(officer("examiner", division=division), "view_case", CASE)) is is_allowed


def test_a_window_without_a_division_sees_no_region() -> None:
    assert not may(officer("window", division=""), "view_case", CASE)


def test_an_officer_without_department_belongs_to_none() -> None:
    unplaced = replace(CASE, department="")

    assert not may(officer("examiner", department=""), "view_case", unplaced)


@pytest.mark.parametrize(
    ("task", "is_allowed"),
    [
        (OpenTask("traffic", "traffic_police"), True),
        (OpenTask("traffic", "traffic_police", "o-1"), True),
        (OpenTask("traffic", "traffic_police", "o-2"), False),  # a colleague holds it
        (OpenTask("traffic", "fire_rescue"), False),
        (OpenTask("traffic"), False),  # waits at the case's own department
        (OpenTask("fire", "traffic_police"), False),
    ],
)
def test_a_consultee_sees_a_case_while_its_task_is_theirs(task: OpenTask, is_allowed: bool) -> None:
    police = officer("traffic", department="traffic_police", division="370200")

    answer = may(police, "view_case", replace(CASE, tasks=(task,)))

    assert bool(answer) is is_allowed


def test_a_task_of_ones_role_in_another_district_is_not_ones_own() -> None:
    elsewhere = replace(CASE, division="370283", tasks=(OpenTask("examiner"),))

    assert not may(officer("examiner"), "act_case", elsewhere)


def test_a_task_at_the_cases_department_needs_no_division_of_a_city_officer() -> None:
    waiting = replace(CASE, tasks=(OpenTask("examiner"),))

    assert may(officer("examiner", division=""), "act_case", waiting)
    assert may(officer("examiner", division="370200"), "act_case", waiting)


def test_two_roles_reach_what_either_reaches() -> None:
    both = officer("traffic", "leader")

    assert may(both, "view_case", CASE) == Allowed("leader")


def test_a_draft_is_seen_by_its_applicant_only() -> None:
    draft = replace(CASE, stage="draft")

    answer = may(officer("window", division="370200"), "view_case", draft)

    assert may(DELEGATE, "view_case", draft)
    assert isinstance(answer, Denied)
    assert answer.code == "stage"


# --- separation of the administrators


@pytest.mark.parametrize("admin", ["admin_system", "admin_security", "admin_audit"])
@pytest.mark.parametrize("errand", ["view_case", "view_material", "act_case", "reveal_field"])
def test_an_administrator_sees_no_case_even_with_another_role(admin: str, errand: str) -> None:
    both = officer(admin, "leader", "examiner", "window")

    assert not may(both, errand, CASE)


@pytest.mark.parametrize(
    ("roles", "conflict"),
    [
        ({"window", "examiner"}, ()),
        ({"admin_system"}, ()),
        ({"admin_system", "admin_audit"}, ("admin_audit", "admin_system")),
        ({"admin_security", "leader"}, ("admin_security", "leader")),
        (set(), ()),
    ],
)
def test_roles_that_one_account_must_not_hold_together(
    roles: set[str], conflict: tuple[str, ...]
) -> None:
    assert conflicting_roles(roles) == conflict


# --- answers


@pytest.mark.parametrize(
    ("actor", "case", "code", "says"),
    [
        (officer("examiner"), SITUATIONS["far"], "scope", "转办"),
        (officer("supervisor"), CASE, "role", "安全管理员"),
        (officer("archivist"), CASE, "stage", "阶段"),
        (officer(), CASE, "role", "安全管理员"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    actor: Actor, case: CaseView, code: str, says: str
) -> None:
    answer = may(actor, "view_material", case)

    assert isinstance(answer, Denied)
    assert answer.code == code
    assert says in answer.reason.zh


def test_an_unknown_errand_is_a_fault_and_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="unknown errand 'delete_case'"):
        may(SYSTEM, "delete_case", CASE)


def test_an_errand_about_cases_needs_a_case() -> None:
    with pytest.raises(ValueError, match="view_case needs the case"):
        may(SYSTEM, "view_case")


@pytest.mark.parametrize(
    ("roles", "department", "provider", "by"),
    [
        ({"examiner"}, "market_regulation", "market_regulation", "examiner"),
        ({"data_owner"}, "market_regulation", "", "data_owner"),
        ({"examiner"}, "market_regulation", "housing_construction", None),
        ({"examiner"}, "", "", None),
        ({"supervisor"}, "approval_service", "housing_construction", "supervisor"),
        ({"admin_system"}, "market_regulation", "market_regulation", None),
    ],
)
def test_the_owner_of_the_data_answers_a_dispute_and_supervisors_see_all(
    roles: set[str], department: str, provider: str, by: str | None
) -> None:
    actor = Actor("o-1", "王敏", OFFICER, frozenset(roles), department)

    answer = may_answer(actor, provider)

    assert (answer.role if isinstance(answer, Allowed) else None) == by


# --- seals


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [("leader", True, False), ("admin_security", True, True), ("seal_keeper", False, False)],
)
def test_heads_approve_the_seals_of_their_own_department(
    role: str, own: bool, others: bool
) -> None:
    actor = officer(role)

    assert bool(may_with_seals(actor, "approve_seal", "approval_service")) is own
    assert bool(may_with_seals(actor, "approve_seal", "housing_construction")) is others


def test_a_seal_keeper_without_a_department_keeps_no_seal() -> None:
    assert not may_with_seals(officer("seal_keeper", department=""), "propose_seal")
