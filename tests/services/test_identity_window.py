# SPDX-License-Identifier: Apache-2.0
"""A number said at the window and a clerk who looks at the card prove who one is, for a day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from huiban.kernel.actor import Actor
from huiban.kernel.identifier_samples import make_person_id
from huiban.kernel.identity import Purpose
from huiban.kernel.words import Words
from huiban.services import identity, identity_window, ledger
from huiban.services.exchange_keys import key_digest
from huiban.services.identity_window import Checked
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store.models import Account, LedgerEntry, Portrait, WindowVisit
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE, officer

NOW = sample.at("2026-11-23 09:30")
HOUR = timedelta(hours=1)
PURPOSE = Purpose("delegation", "d1", Words("签署给王敏的委托书", "Sign the delegation"))


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people() | {"chenjing": sample.resident()}


@pytest.fixture
def person(city: dict[str, Account]) -> Actor:
    return city["chenjing"].to_actor()


@pytest.fixture
def clerk(city: dict[str, Account]) -> Actor:
    return city["zhangqian"].to_actor()


def begun(person: Actor, purpose: Purpose = PURPOSE) -> WindowVisit:
    return identity_window.begin(person, purpose, NOW, PHONE)


def confirm(code: str, clerk: Actor) -> None:
    identity_window.confirm(code, Checked(True), clerk, NOW + HOUR)


def test_a_clerk_sees_who_it_is_and_confirms(person: Actor, clerk: Actor) -> None:
    visit = begun(person)

    seen = identity_window.find(visit.code, clerk, NOW + HOUR)
    confirm(visit.code, clerk)

    assert (seen.name, seen.card[:6], seen.purpose) == ("陈静", "370202", PURPOSE.words)
    assert seen.card[6:14] == "********"
    proof = identity.evidence(visit.attempt_id, person, PURPOSE, NOW + 2 * HOUR)
    assert (proof.way, proof.at) == ("window", NOW + HOUR)


def test_the_ledger_names_the_clerk_who_looked_and_who_confirmed(
    person: Actor, clerk: Actor
) -> None:
    visit = begun(person)
    identity_window.find(visit.code, clerk, NOW)
    confirm(visit.code, clerk)

    told = [(one.act, one.actor_name) for one in ledger.history(Chain.IDENTITY, visit.attempt_id)]

    assert told == [("begun", "陈静"), ("looked_at", "张倩"), ("passed", "张倩")]


def test_it_counts_for_a_day_and_once(person: Actor, clerk: Actor) -> None:
    visit = begun(person)
    confirm(visit.code, clerk)
    proof = identity.evidence(visit.attempt_id, person, PURPOSE, NOW + 24 * HOUR)

    with pytest.raises(NotOpen, match="过期"):
        identity.evidence(visit.attempt_id, person, PURPOSE, NOW + 25 * HOUR)
    identity.spend(proof, person, PURPOSE, NOW + 24 * HOUR)

    with pytest.raises(NotOpen, match="用过"):
        identity.evidence(visit.attempt_id, person, PURPOSE, NOW + 24 * HOUR)


def test_it_counts_for_nothing_else_and_for_nobody_else(
    city: dict[str, Account], person: Actor, clerk: Actor
) -> None:
    visit = begun(person)
    confirm(visit.code, clerk)

    with pytest.raises(NotOpen, match="另一件事"):
        identity.evidence(visit.attempt_id, person, replace(PURPOSE, number="d2"), NOW + HOUR)
    with pytest.raises(NotFound):
        identity.evidence(visit.attempt_id, city["lihua"].to_actor(), PURPOSE, NOW + HOUR)


def test_a_refusal_has_a_reason_that_the_person_reads(person: Actor, clerk: Actor) -> None:
    visit = begun(person)

    with pytest.raises(FieldFault, match="理由"):
        identity_window.refuse(visit.code, " ", clerk, NOW)
    identity_window.refuse(visit.code, "身份证已过有效期", clerk, NOW)

    assert identity_window.mine(visit.attempt_id, person).reason == "身份证已过有效期"
    with pytest.raises(NotOpen, match="没有通过"):
        identity.evidence(visit.attempt_id, person, PURPOSE, NOW)


def test_the_card_must_have_been_looked_at(person: Actor, clerk: Actor) -> None:
    visit = begun(person)

    with pytest.raises(FieldFault, match="身份证原件"):
        identity_window.confirm(visit.code, Checked(False), clerk, NOW)

    assert identity_window.mine(visit.attempt_id, person).is_waiting


def test_a_number_is_answered_once(person: Actor, clerk: Actor) -> None:
    visit = begun(person)
    confirm(visit.code, clerk)

    with pytest.raises(FieldFault, match="没有人用这个号"):
        identity_window.refuse(visit.code, "再想想", clerk, NOW + HOUR)

    assert identity.load(visit.attempt_id, person).state == "passed"


@pytest.mark.parametrize("who", ["liuyang", "zhaojianguo", "wumin", "sysadmin", "wangmin"])
def test_only_window_clerks_find_and_confirm(
    city: dict[str, Account], person: Actor, who: str
) -> None:
    visit, other = begun(person), city[who].to_actor()

    for act in (
        lambda: identity_window.find(visit.code, other, NOW),
        lambda: confirm(visit.code, other),
        lambda: identity_window.refuse(visit.code, "不是", other, NOW),
        lambda: identity_window.answered(other),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not LedgerEntry.objects.filter(key=visit.attempt_id, act="looked_at").exists()


def test_a_clerk_does_not_confirm_themselves(clerk: Actor) -> None:
    visit = begun(clerk)

    for act in (
        lambda: identity_window.find(visit.code, clerk, NOW),
        lambda: confirm(visit.code, clerk),
    ):
        with pytest.raises(NotAllowed, match="不能给自己"):
            act()


def test_nor_the_account_that_they_have_as_a_resident(city: dict[str, Account]) -> None:
    resident = city["chenjing"]
    visit = begun(resident.to_actor())
    clerk = replace(officer("chenjing2", "陈静", "approval_service", "window").to_actor(),
                    subject=resident.subject)  # fmt: skip

    with pytest.raises(NotAllowed, match="不能给自己"):
        confirm(visit.code, clerk)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "１２３４５６"])
def test_what_is_no_number_is_told(person: Actor, clerk: Actor, code: str) -> None:
    begun(person)

    with pytest.raises(FieldFault, match=r"6 位数字|没有人"):
        identity_window.find(code, clerk, NOW)


def test_a_number_may_be_typed_with_a_blank(person: Actor, clerk: Actor) -> None:
    code = begun(person).code

    assert identity_window.find(f" {code[:3]} {code[3:]}", clerk, NOW).name == "陈静"


def test_a_number_is_over_after_a_day_and_given_back(person: Actor, clerk: Actor) -> None:
    visit = begun(person)

    with pytest.raises(FieldFault, match="超过了 24 小时"):
        identity_window.find(visit.code, clerk, NOW + 24 * HOUR)
    assert identity_window.sweep(NOW + 23 * HOUR) == 0
    assert identity_window.sweep(NOW + 24 * HOUR) == 1

    assert not WindowVisit.objects.filter(is_waiting=True).exists()


def test_who_comes_back_to_the_page_keeps_their_number(person: Actor) -> None:
    first, again = begun(person), begun(person)
    other = begun(person, replace(PURPOSE, number="d2"))

    assert first.code == again.code
    assert other.code != first.code


def test_an_enterprises_clerk_is_shown_with_the_enterprise(
    city: dict[str, Account], clerk: Actor
) -> None:
    visit = begun(city["wangmin"].to_actor())

    seen = identity_window.find(visit.code, clerk, NOW)

    assert (seen.name, seen.acts_for, seen.card) == ("王敏", "青岛海晟置业有限公司", "")


CARD = make_person_id("370212", date(1980, 3, 7), 1)


def test_where_no_card_is_on_file_its_number_is_typed_and_kept_as_a_digest(
    city: dict[str, Account], clerk: Actor
) -> None:
    visit = begun(city["wangmin"].to_actor())

    for typed in ("", CARD[:-1], f"{CARD[:-1]}{(int(CARD[-1].replace('X', '9')) + 1) % 10}"):
        with pytest.raises(FieldFault) as told:
            identity_window.confirm(visit.code, Checked(True, typed), clerk, NOW)
        assert told.value.path == "card"
    identity_window.confirm(visit.code, Checked(True, CARD), clerk, NOW)

    facts = ledger.history(Chain.IDENTITY, visit.attempt_id)[-1].body
    assert key_digest(CARD) in facts
    assert CARD not in facts


def test_it_must_be_the_card_that_came_with_the_photograph_on_file(
    city: dict[str, Account], clerk: Actor
) -> None:
    visit = begun(city["wangmin"].to_actor())
    Portrait.objects.create(
        number="p1", account="wangmin", account_name="王敏", card_digest=key_digest(CARD),
        source="window", object_key="", secret="", media="image/jpeg", sha256="",
        put_by="zhangqian", put_by_name="张倩", put_at=NOW,
    )  # fmt: skip
    other = make_person_id("370202", date(1962, 5, 17), 0)

    with pytest.raises(FieldFault, match="不一致"):
        identity_window.confirm(visit.code, Checked(True, other), clerk, NOW)
    identity_window.confirm(visit.code, Checked(True, CARD), clerk, NOW)

    assert identity.load(visit.attempt_id, city["wangmin"].to_actor()).state == "passed"


def test_a_clerk_sees_what_they_answered(person: Actor, clerk: Actor) -> None:
    first = begun(person)
    confirm(first.code, clerk)
    second = begun(person, replace(PURPOSE, number="d2"))
    identity_window.refuse(second.code, "没带身份证", clerk, NOW + 2 * HOUR)

    listed = identity_window.answered(clerk)

    assert [(one.is_confirmed, one.attempt.account_name) for one in listed] == [
        (False, "陈静"), (True, "陈静"),
    ]  # fmt: skip
    assert identity_window.mine(first.attempt_id, person).clerk_name == "张倩"
