# SPDX-License-Identifier: Apache-2.0
"""A delegation is signed only by a grantor who proved who they are, for this one, just now."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from huiban.kernel.identity import Purpose, Way
from huiban.kernel.words import Words
from huiban.services import delegation_signing, delegations, identity, ledger, vault
from huiban.services.delegation_signing import Confirmed
from huiban.services.identity import Outcome
from huiban.services.ledger import Chain
from huiban.services.refusal import NotOpen, Stale
from huiban.store.models import Account, Ceremony, DelegationRow, IdentityAttempt
from tests.services import city_sample as sample
from tests.services.identity_sample import proved, proved_to_sign
from tests.services.signing_sample import PHONE, said
from tests.services.test_delegations import NOW, asked

pytestmark = pytest.mark.usefixtures("each_database")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people() | {"chenjing": sample.resident()}


@pytest.fixture
def written(city: dict[str, Account]) -> str:
    return delegations.write(asked(), city["wangmin"].to_actor(), NOW).number


def confirmed(one: Ceremony) -> Confirmed:
    return Confirmed(one.number, said(one), PHONE)


def paper_of(key: str) -> str:
    pages = PdfReader(io.BytesIO(vault.content(key))).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))


def test_nothing_is_shown_to_sign_before_the_grantor_proved_who_they_are(
    city: dict[str, Account], written: str
) -> None:
    owner = city["wangmin"].to_actor()

    with pytest.raises(NotOpen, match="核实") as caught:
        delegation_signing.begin(written, owner, NOW, PHONE)

    assert caught.value.reason == delegation_signing.UNPROVED
    assert not Ceremony.objects.exists()


def test_the_paper_the_ledger_and_the_attempt_name_each_other(
    city: dict[str, Account], written: str
) -> None:
    owner = city["wangmin"].to_actor()
    proof = proved_to_sign(written, owner, NOW)
    begun = delegation_signing.begin(written, owner, NOW, PHONE).ceremony

    row = delegation_signing.sign(written, confirmed(begun), owner, NOW)

    assert f"到窗口核实，2026年11月23日09:30，核实编号{proof.attempt}" in paper_of(row.signed_key)
    assert delegation_signing.way_of(row) == "window"
    told = ledger.body_of(ledger.history(Chain.DELEGATION, written)[0])
    assert told["identity"] == delegation_signing.evidence_of(proof) == row.identity
    spent = ledger.history(Chain.IDENTITY, proof.attempt)[-1]
    assert (spent.act, ledger.body_of(spent)["purpose_number"]) == ("used", written)
    assert IdentityAttempt.objects.get().state == "used"


@pytest.mark.parametrize("change", ["another purpose", "another person", "not passed", "too old"])
def test_a_proof_that_does_not_count_for_this_signature_opens_nothing(
    city: dict[str, Account], written: str, change: str
) -> None:
    owner, other = city["wangmin"].to_actor(), city["lihua"].to_actor()
    purpose, when = delegation_signing.purpose(written, owner, NOW), NOW
    if change == "another purpose":
        proved(owner, Purpose("delegation", "another", Words("别的事")), NOW)
    elif change == "another person":
        proved(other, purpose, NOW)
    elif change == "not passed":
        row = identity.begin(Way.WINDOW, owner, purpose, NOW, PHONE)
        identity.conclude(row.number, Outcome(is_passed=False), other, NOW)
    else:
        proved(owner, purpose, NOW)
        when = NOW + timedelta(hours=24)

    with pytest.raises(NotOpen) as caught:
        delegation_signing.begin(written, owner, when, PHONE)

    assert caught.value.reason == delegation_signing.UNPROVED


def test_a_proof_that_ran_out_while_the_paper_was_read_signs_nothing(
    city: dict[str, Account], written: str
) -> None:
    owner = city["wangmin"].to_actor()
    proved_to_sign(written, owner, NOW)
    begun = delegation_signing.begin(written, owner, NOW + 23 * 60 * MINUTE, PHONE).ceremony

    with pytest.raises(NotOpen) as caught:
        delegation_signing.sign(written, confirmed(begun), owner, NOW + 24 * 60 * MINUTE)

    assert caught.value.reason == delegation_signing.UNPROVED
    assert DelegationRow.objects.get(number=written).state == "drafted"


def test_a_newer_proof_makes_a_paper_that_is_read_anew(
    city: dict[str, Account], written: str
) -> None:
    owner = city["wangmin"].to_actor()
    proved_to_sign(written, owner, NOW)
    first = delegation_signing.begin(written, owner, NOW, PHONE).ceremony
    again = proved_to_sign(written, owner, NOW + MINUTE)

    with pytest.raises(Stale):
        delegation_signing.sign(written, confirmed(first), owner, NOW + MINUTE)

    begun = delegation_signing.begin(written, owner, NOW + MINUTE, PHONE)
    row = delegation_signing.sign(written, confirmed(begun.ceremony), owner, NOW + MINUTE)
    assert begun.has_changed
    assert again.attempt in paper_of(row.signed_key)


def test_one_proof_signs_one_delegation_once(city: dict[str, Account], written: str) -> None:
    owner = city["wangmin"].to_actor()
    proved_to_sign(written, owner, NOW)
    begun = delegation_signing.begin(written, owner, NOW, PHONE).ceremony
    delegation_signing.sign(written, confirmed(begun), owner, NOW)
    other = delegations.write(asked(), owner, NOW).number

    with pytest.raises(NotOpen) as caught:
        delegation_signing.begin(other, owner, NOW, PHONE)

    assert caught.value.reason == delegation_signing.UNPROVED
