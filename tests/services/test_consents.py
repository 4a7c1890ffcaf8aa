# SPDX-License-Identifier: Apache-2.0
"""Consent to a question: shown in words, given by the subject, withdrawn at any time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from huiban.kernel.form import Form, Lookup
from huiban.kernel.identifier_samples import make_person_id
from huiban.services import city, consents, exchange
from huiban.services.consents import Needed
from huiban.services.exchange import Asked, Matter
from huiban.services.refusal import NotFound, NotOpen
from huiban.store.models import Account, Consent
from tests.services.city_sample import USCC, at
from tests.services.stand_in import StandIn, registers

NOW = at("2026-11-23 10:30")
PURPOSE, RESOURCE = "loan_matching", "tx_payment_summary"


def form() -> Form:
    """A form that asks the tax office about its applicant."""
    item = city.item("construction_waste.new")
    found = item.scenario.form_of(item.item)
    first = found.sections[0]
    items = city.loaded().catalogue.resources[RESOURCE].items
    field = replace(first.fields[0], prefill=(f"{RESOURCE}.{items[-1].key}",))
    return replace(
        found,
        sections=(replace(first, fields=(field,)),),
        lookups=(
            Lookup(RESOURCE, "uscc", "identity.number"),
            Lookup("enterprise_registry", "uscc", "identity.number"),
        ),
    )


@pytest.fixture
def account(each_database: str) -> Account:
    return Account.objects.make(
        "wangmin", None, name="王敏", kind="enterprise", subject=USCC, subject_name="海晟"
    )


def the_one() -> Needed:
    (found,) = consents.needed(form(), PURPOSE, USCC)
    return found


def give(account: Account, matter: str = "d1") -> str:
    return consents.give(the_one(), the_one().digest, account, matter, NOW)


def test_a_form_says_which_consents_it_needs_and_in_which_words(account: Account) -> None:
    found = the_one()

    assert found.resource.key == RESOURCE
    for words in (found.text.zh, found.text.en):
        assert "%" not in words
    assert found.resource.name.zh in found.text.zh
    assert found.resource.items[-1].label.zh in found.text.zh
    assert "撤回" in found.text.zh


def test_what_was_agreed_to_is_needed_no_more(account: Account) -> None:
    wanted = the_one()
    number = consents.give(wanted, wanted.digest, account, "d1", NOW)

    kept = Consent.objects.get()
    assert (kept.number, kept.matter, kept.account) == (number, "d1", account)
    assert kept.text_sha256 == wanted.digest
    assert USCC not in kept.subject
    assert consents.needed(form(), PURPOSE, USCC) == []
    assert consents.has(USCC, RESOURCE, PURPOSE)
    assert not consents.has(USCC, RESOURCE, "another")


def test_nobody_agrees_to_words_they_were_not_shown(account: Account) -> None:
    with pytest.raises(NotOpen, match="重新阅读"):
        consents.give(the_one(), "0" * 64, account, "d1", NOW)

    assert Consent.objects.count() == 0


def test_agreeing_twice_is_one_consent(account: Account) -> None:
    wanted = the_one()
    first = consents.give(wanted, wanted.digest, account, "d1", NOW)

    assert consents.give(wanted, wanted.digest, account, "d2", NOW) == first


def test_a_consent_is_withdrawn_by_who_gave_it_and_by_nobody_else(account: Account) -> None:
    number = give(account)
    stranger = replace(account.to_actor(), subject=make_person_id("370202", date(1990, 1, 1), 1))

    with pytest.raises(NotFound):
        consents.withdraw(number, stranger, NOW)
    consents.withdraw(number, account.to_actor(), NOW + timedelta(days=1))

    (line,) = consents.mine(account.to_actor())
    assert not line.is_in_force
    assert consents.mine(stranger) == []
    assert len(consents.needed(form(), PURPOSE, USCC)) == 1
    with pytest.raises(NotFound):
        consents.withdraw(number, account.to_actor(), NOW)


def test_a_question_refused_for_want_of_consent_can_be_put_once_it_is_given(
    account: Account,
) -> None:
    matter = Matter("d1", "x.new", PURPOSE, USCC, account.to_actor())
    fields = frozenset({city.loaded().catalogue.resources[RESOURCE].items[-1].key})
    asked = [Asked(RESOURCE, "uscc", USCC, fields)]

    with registers(StandIn(), RESOURCE):
        (before,) = exchange.ask(matter, asked, {RESOURCE: fields}, NOW, 1.0)
        number = give(account)
        kept = exchange.of_matter("d1")
        (after,) = exchange.ask(matter, asked, {RESOURCE: fields}, NOW, 1.0)

    assert (before.state, kept, after.state) == ("refused", [], "absent")
    assert number
