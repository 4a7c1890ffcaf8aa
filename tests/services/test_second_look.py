# SPDX-License-Identifier: Apache-2.0
"""Asking for a person after an automatic decision: who, until when, and what follows from it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from huiban.kernel.actor import Actor
from huiban.services import (
    automatic_board,
    certificate_acts,
    certificate_life,
    certify,
    evidence,
    handle,
    second_look,
)
from huiban.services.certificate_acts import Order as CertificateOrder
from huiban.services.handle import Order
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.services.second_look import Found
from huiban.store import automatic as stored
from huiban.store import cases, certificates, journal, notices
from huiban.store.models import Account, Certificate
from tests.services import city_sample as sample
from tests.services.automatic_sample import (
    ASKED,
    ITEM,
    NOW,
    automatic_city,
    decided,
    filed,
    held,
    work,
)
from tests.services.automatic_sample import registers as records
from tests.services.stand_in import registers

pytestmark = pytest.mark.usefixtures("each_database")
LATER = NOW + timedelta(days=2)
STANDS = Found("upheld", "已核对处置台账，外运已经停止，注销没有错误。")
WRONG = Found("corrected", "申请人选错了证，工程还在外运。", "行政许可法第七十条")


@pytest.fixture
def people(each_database: str) -> Iterator[dict[str, Account]]:
    with automatic_city(), registers(records(), *ASKED):
        yield sample.people()


@pytest.fixture
def number(people: dict[str, Account]) -> str:
    """A cancellation that the system decided, its papers still to be made."""
    return decided(filed(people))


def who(people: dict[str, Account], name: str = "wangmin") -> Actor:
    return people[name].to_actor()


def ask(people: dict[str, Account], number: str, reason: str = "选错了证") -> None:
    second_look.ask(number, reason, who(people), LATER)


def answer(people: dict[str, Account], number: str, found: Found, by: str = "zhaojianguo") -> None:
    second_look.answer(number, found, who(people, by), LATER)


def told(number: str) -> list[str]:
    return [row.act for row in journal.of_case(cases.load(number).id) if row.is_public]


def test_a_decision_that_stands_is_upheld_and_the_applicant_told_why(
    people: dict[str, Account], number: str
) -> None:
    work()
    ask(people, number)
    answer(people, number, STANDS)

    assert told(number)[-2:] == [second_look.ASKED, second_look.UPHELD]
    [notice] = [one for one in notices.of_subject(sample.USCC) if one.code == second_look.UPHELD]
    assert STANDS.reason in notice.text
    assert "行政复议" in notice.text
    assert Certificate.objects.get().state == "cancelled"
    assert evidence.verify_case(number).is_sound


def test_a_wrong_cancellation_is_corrected_and_the_permit_in_force_again(
    people: dict[str, Account], number: str
) -> None:
    work()
    ask(people, number)
    answer(people, number, WRONG)

    permit = Certificate.objects.get()
    assert permit.state == "valid"
    assert certify.state_of(permit, LATER.date()) == "valid"
    assert [one.act for one in certificate_life.told(permit)][:2] == ["reinstated", "cancelled"]
    assert certificate_life.altered(permit) in ([], ["document"])
    last = journal.of_case(cases.load(number).id)[-1]
    assert (last.act, last.role, last.basis) == (second_look.CORRECTED, "leader", WRONG.basis)
    assert cases.load(number).outcome == "granted"
    assert evidence.verify_case(number).is_sound


def test_nothing_is_corrected_before_what_the_decision_sets_off_is_done(
    people: dict[str, Account], number: str
) -> None:
    ask(people, number)
    with pytest.raises(NotOpen, match="还在办"):
        answer(people, number, WRONG)
    assert Certificate.objects.get().state == "valid"

    work()
    answer(people, number, WRONG)
    work(LATER)

    assert Certificate.objects.get().state == "valid"


def test_a_permit_that_was_suspended_comes_back_suspended(people: dict[str, Account]) -> None:
    permit = held(people)
    number = filed(people, certificate=permit)
    order = CertificateOrder(certificate_acts.Act.SUSPEND, None, "核查遗撒", "第六十九条")
    certificate_acts.act(permit.number, order, who(people, "zhaojianguo"), NOW)
    work()
    assert certificates.load(permit.number).state == "cancelled"

    ask(people, number)
    answer(people, number, WRONG)

    assert certificates.load(permit.number).state == "suspended"
    assert certificate_life.altered(certificates.load(permit.number)) in ([], ["document"])


def test_of_a_permit_that_it_issued_the_annulment_is_proposed_for_a_second_person(
    people: dict[str, Account], number: str
) -> None:
    case = cases.load(number)
    issued = Certificate.objects.create(
        number="青建废核〔2026〕370212-00009", verify_code="V0000000000000009",
        kind="waste_disposal_permit", title="建筑垃圾处置核准证", case_id=case.id, item_code=ITEM,
        subject_code=sample.USCC, subject_name="青岛海晟置业有限公司",
        department="approval_service", division="370212", issued_at=NOW, valid_from=NOW.date(),
    )  # fmt: skip

    work()
    ask(people, number)
    answer(people, number, WRONG)

    after = certificates.load(issued.number)
    assert (after.state, after.proposed) == ("valid", "annul")
    confirm = CertificateOrder(certificate_acts.Act.CONFIRM)
    with pytest.raises(NotOpen):
        certificate_acts.act(issued.number, confirm, who(people, "zhaojianguo"), LATER)
    certificate_acts.act(issued.number, confirm, who(people, "sunmei"), LATER)
    assert certificates.load(issued.number).state == "annulled"


def test_it_is_asked_once_and_answered_once(people: dict[str, Account], number: str) -> None:
    ask(people, number)
    with pytest.raises(NotOpen, match="每件一次"):
        ask(people, number)

    answer(people, number, STANDS)
    with pytest.raises(NotOpen):
        answer(people, number, WRONG)

    assert told(number).count(second_look.ASKED) == 1
    assert second_look.CORRECTED not in told(number)


@pytest.mark.parametrize(("days", "is_open"), [(60, True), (61, False)])
def test_a_person_can_be_asked_for_sixty_days(
    people: dict[str, Account], number: str, days: int, is_open: bool
) -> None:
    at = NOW + timedelta(days=days)

    if is_open:
        second_look.ask(number, "", who(people), at)
    else:
        with pytest.raises(NotOpen, match="2027-01-22"):
            second_look.ask(number, "", who(people), at)

    assert (second_look.ASKED in told(number)) is is_open


def test_nobody_else_asks(people: dict[str, Account], number: str) -> None:
    for name in ("lihua", "zhangqian", "zhaojianguo"):
        with pytest.raises(NotFound):
            second_look.ask(number, "", who(people, name), LATER)

    assert second_look.ASKED not in told(number)


def test_under_a_delegation_nobody_asks(people: dict[str, Account], number: str) -> None:
    delegate = replace(who(people), delegation="D-1")

    with pytest.raises(NotOpen):
        second_look.ask(number, "", delegate, LATER)


def test_what_people_decided_is_for_an_appeal(people: dict[str, Account]) -> None:
    number = filed(people, by_people=True)
    for name, act in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        handle.act(number, Order(act), who(people, name), NOW)

    with pytest.raises(NotOpen, match="不是系统自动决定"):
        ask(people, number)


def test_a_case_still_open_is_not_looked_at_again(people: dict[str, Account]) -> None:
    number = filed(people, by_people=True)

    with pytest.raises(NotOpen):
        ask(people, number)


def test_only_the_declared_role_of_the_department_answers(
    people: dict[str, Account], number: str
) -> None:
    ask(people, number)

    for name in ("liuyang", "zhangqian", "wumin", "zhoulei", "wangmin"):
        with pytest.raises(NotAllowed):
            answer(people, number, STANDS, by=name)

    assert stored.of_case(cases.load(number).id).state == "asked"  # type: ignore[union-attr]


def test_an_answer_that_says_too_little_or_too_much_changes_nothing(
    people: dict[str, Account], number: str
) -> None:
    ask(people, number)

    paths = []
    for found in (
        Found("", "理由"),
        Found("granted", "理由"),
        Found("upheld", "  "),
        Found("upheld", "长" * 1001),
        Found("corrected", "理由"),
        Found("corrected", "理由", "长" * 301),
    ):
        with pytest.raises(FieldFault) as refused:
            answer(people, number, found)
        paths.append(refused.value.path)

    assert paths == ["state", "state", "reason", "reason", "basis", "basis"]
    assert stored.of_case(cases.load(number).id).state == "asked"  # type: ignore[union-attr]


def test_the_board_shows_what_waits_and_forgets_it_once_answered(
    people: dict[str, Account], number: str
) -> None:
    work()
    ask(people, number)
    head = who(people, "zhaojianguo")

    before = automatic_board.board(head, LATER)
    answer(people, number, WRONG)
    after = automatic_board.board(head, LATER)

    assert [one.case.number for one in before.waiting] == [number]
    assert (before.total, after.total) == (1, 0)
    [line] = after.lines
    assert (line.item, line.decided, line.asked, line.corrected) == (ITEM, 1, 0, 1)
    assert automatic_board.board(who(people, "zhoulei"), LATER).lines == ()


@pytest.mark.parametrize(
    ("acts", "counts"),
    [
        ((), (1, 0, 0)),
        ((("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")), (0, 1, 0)),
        ((("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "refuse")), (0, 0, 1)),
        ((("zhangqian", "decline"),), (0, 0, 1)),
        ((("wangmin", "retract"),), (0, 0, 0)),
    ],
    ids=("open", "granted", "refused", "declined", "retracted"),
)
def test_the_board_counts_how_people_decided_what_the_system_would_have_granted(
    each_database: str, acts: tuple[tuple[str, str], ...], counts: tuple[int, int, int]
) -> None:
    with automatic_city(sampled=Decimal(1)), registers(records(), *ASKED):
        people = sample.people()
        number = decided(filed(people))
        for name, act in acts:
            inputs = {"reason": "与台账不符"} if act in ("refuse", "decline") else {}
            handle.act(number, Order(act, inputs=inputs), who(people, name), NOW)

        [line] = automatic_board.board(who(people, "zhaojianguo"), NOW).lines

    assert (line.sampled_open, line.agreed, line.differed) == counts
    assert line.decided == 0
