# SPDX-License-Identifier: Apache-2.0
"""A passkey and a code together prove who one is; a code alone, late, wrong, another's never."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from huiban.kernel.identity import Purpose, Way
from huiban.kernel.words import Words
from huiban.services import identity, identity_code, ledger, passkeys
from huiban.services.ledger import Chain
from huiban.services.passkeys import Sent
from huiban.services.refusal import FieldFault, NotFound, NotOpen
from huiban.store.models import Account, IdentityCode, LedgerEntry
from tests.connectors.soft_passkey import SoftPasskey
from tests.services import city_sample as sample
from tests.services.gateway import Served, sending
from tests.services.signing_sample import PHONE

NOW = sample.at("2026-11-23 09:30")
MINUTE = timedelta(minutes=1)
PURPOSE = Purpose("delegation", "d1", Words("签署给陈静的委托书", "Sign the delegation"))
TO = "13800000001"


@pytest.fixture
def served() -> Iterator[Served]:
    with sending() as found:
        yield found


@pytest.fixture
def wangmin(
    each_database: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> tuple[Account, SoftPasskey]:
    """An account with a telephone on file, and the device it has a passkey in."""
    monkeypatch.setattr(settings, "PUBLIC_URL", "http://127.0.0.1:8000")
    account, device = sample.people()["wangmin"], SoftPasskey()
    begun = passkeys.begin(account.to_actor())
    sent = Sent("我的手机", device.make(begun.options), begun.challenge)
    passkeys.register(sent, account.to_actor(), NOW)
    return account, device


Person = tuple[Account, SoftPasskey]


def begun(person: Person, purpose: Purpose = PURPOSE) -> str:
    """An attempt whose passkey has answered."""
    account, device = person
    actor = account.to_actor()
    number = identity.begin(Way.PASSKEY_CODE, actor, purpose, NOW, PHONE).number
    passkeys.answer(number, device.answer(passkeys.question(number, actor, NOW)), actor, NOW)
    return number


def send(person: Person, number: str, at: timedelta = timedelta(), channel: str = "sms") -> None:
    identity_code.send(number, channel, person[0], NOW + at)


def check(person: Person, number: str, code: str, at: timedelta = timedelta()) -> str:
    return str(identity_code.check(number, code, person[0].to_actor(), NOW + at).state)


def reason(person: Person, number: str, code: str, at: timedelta = timedelta()) -> str:
    with pytest.raises(NotOpen) as told:
        check(person, number, code, at)
    return told.value.reason


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_passkey_and_code_prove_it_once_for_the_purpose(wangmin: Person, served: Served) -> None:
    number, actor = begun(wangmin), wangmin[0].to_actor()
    send(wangmin, number)

    assert check(wangmin, number, served.code(TO), MINUTE) == "passed"

    proof = identity.evidence(number, actor, PURPOSE, NOW + MINUTE)
    assert (proof.way, proof.attempt) == ("passkey_code", number)
    with pytest.raises(NotOpen, match="另一件事"):
        identity.evidence(number, actor, replace(PURPOSE, number="d2"), NOW + MINUTE)
    identity.spend(proof, actor, PURPOSE, NOW + MINUTE)
    with pytest.raises(NotOpen, match="用过"):
        identity.spend(proof, actor, PURPOSE, NOW + MINUTE)


def test_what_was_used_is_on_the_ledger_and_the_telephone_is_masked(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    check(wangmin, number, served.code(TO))

    told = ledger.history(Chain.IDENTITY, number)[-1]
    facts = ledger.body_of(told)["facts"]

    assert isinstance(facts, dict)
    assert (told.act, facts["to"], facts["passkey_name"]) == ("passed", "138****0001", "我的手机")
    assert facts["passkey_counter"] == 1


def test_the_message_says_what_it_is_for(wangmin: Person, served: Served) -> None:
    send(wangmin, begun(wangmin))

    assert "用于签署给陈静的委托书" in served.messages(TO)[0]["text"]


def test_full_width_digits_with_blanks_are_the_same_code(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    typed = served.code(TO).translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert check(wangmin, number, f" {typed[:3]} {typed[3:]} ") == "passed"


def test_no_code_is_sent_before_the_passkey_answered(wangmin: Person, served: Served) -> None:
    before = len(served.messages())
    actor = wangmin[0].to_actor()
    number = identity.begin(Way.PASSKEY_CODE, actor, PURPOSE, NOW, PHONE).number

    for step in (lambda: send(wangmin, number), lambda: check(wangmin, number, "123456")):
        with pytest.raises(NotOpen) as told:
            step()
        assert told.value.reason == "passkey_first"
    assert len(served.messages()) == before


def test_a_wrong_code_is_told_with_the_tries_left(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    code = served.code(TO)

    with pytest.raises(FieldFault, match="还可以试 4 次"):
        check(wangmin, number, wrong(code))

    assert check(wangmin, number, code) == "passed"


def test_the_fifth_wrong_code_ends_it_and_the_sixth_try_finds_nothing(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    code = served.code(TO)
    for left in (4, 3, 2, 1):
        with pytest.raises(FieldFault, match=f"还可以试 {left} 次"):
            check(wangmin, number, wrong(code))

    assert reason(wangmin, number, wrong(code)) == "code_tries"
    assert reason(wangmin, number, code) == "over"

    last = ledger.history(Chain.IDENTITY, number)[-1]
    assert last.act == "failed"
    assert "code_tries" in last.body


def test_another_code_gives_no_more_tries(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    for _ in range(4):
        with pytest.raises(FieldFault):
            check(wangmin, number, wrong(served.code(TO)))
    send(wangmin, number, MINUTE)

    assert reason(wangmin, number, wrong(served.code(TO)), MINUTE) == "code_tries"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "-12345", "١٢٣٤٥٦"])
def test_what_is_no_code_costs_no_try(wangmin: Person, served: Served, typed: str) -> None:
    number = begun(wangmin)
    send(wangmin, number)

    with pytest.raises(FieldFault, match="6 位数字"):
        check(wangmin, number, typed)

    assert IdentityCode.objects.get().tries == 0


def test_a_code_of_five_minutes_ago_is_too_old_and_another_can_be_sent(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    old = served.code(TO)

    assert reason(wangmin, number, old, 5 * MINUTE) == "code_expired"

    send(wangmin, number, 5 * MINUTE)
    assert check(wangmin, number, served.code(TO), 6 * MINUTE) == "passed"


def test_an_earlier_code_counts_no_more_when_another_was_sent(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    first = served.code(TO)
    send(wangmin, number, MINUTE)
    if served.code(TO) == first:  # one in a million
        return

    with pytest.raises(FieldFault, match="不对"):
        check(wangmin, number, first, MINUTE)


def test_a_code_of_another_attempt_is_no_code(wangmin: Person, served: Served) -> None:
    one, other = begun(wangmin), begun(wangmin, replace(PURPOSE, number="d2"))
    send(wangmin, other)
    code = served.code(TO)
    assert reason(wangmin, one, code) == "not_sent"
    send(wangmin, one, MINUTE)
    if served.code(TO) == code:  # one in a million
        return

    with pytest.raises(FieldFault, match="不对"):
        check(wangmin, one, code, MINUTE)


def test_a_code_is_used_once(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    code = served.code(TO)
    check(wangmin, number, code)

    assert reason(wangmin, number, code) == "over"


def test_the_attempt_ends_with_its_own_time(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number, 8 * MINUTE)

    assert IdentityCode.objects.get().expires_at == NOW + 10 * MINUTE
    assert reason(wangmin, number, served.code(TO), 10 * MINUTE) == "expired"


def test_another_code_is_not_sent_within_a_minute(wangmin: Person) -> None:
    number = begun(wangmin)
    send(wangmin, number)

    with pytest.raises(NotOpen, match="21 秒后") as told:
        send(wangmin, number, timedelta(seconds=39))

    assert told.value.reason == "too_soon"


def test_ten_codes_a_day_are_enough_for_one_telephone_whoever_asks(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    row = IdentityCode.objects.get()
    for place in range(9):
        row.pk, row.account = f"{place:032d}", "somebody-else"
        row.save(force_insert=True)

    with pytest.raises(NotOpen, match="一天最多发 10 条"):
        send(wangmin, number, 2 * MINUTE)


def test_a_gateway_that_is_away_is_told_and_the_code_does_not_count(
    wangmin: Person, served: Served
) -> None:
    number = begun(wangmin)
    served.order(error_share=1)

    with pytest.raises(NotOpen, match="短信网关") as told:
        send(wangmin, number)

    assert told.value.reason == "away"
    assert IdentityCode.objects.get().digest == ""
    assert reason(wangmin, number, "123456") == "not_sent"


def test_without_a_gateway_the_way_says_so(wangmin: Person) -> None:
    number = begun(wangmin)
    settings.MESSAGE_GATEWAY_URL = ""  # `sending` puts it back

    told = identity_code.closed(wangmin[0])

    assert told is not None
    assert "没有接通短信网关" in told.zh
    with pytest.raises(NotOpen, match="没有接通短信网关"):
        send(wangmin, number)


def test_without_a_telephone_or_mailbox_the_way_says_so(wangmin: Person) -> None:
    account = wangmin[0]
    account.phone = "0532-85911234"

    told = identity_code.closed(account)

    assert told is not None
    assert "没有登记手机号" in told.zh


def test_the_mailbox_is_another_way_out(wangmin: Person, served: Served) -> None:
    account = wangmin[0]
    account.email = "wangmin@example.com"
    number = begun(wangmin)
    assert [one.shown for one in identity_code.addresses(account)] == [
        "138****0001", "w******@example.com",
    ]  # fmt: skip

    send(wangmin, number, channel="email")

    assert check(wangmin, number, served.code("wangmin@example.com")) == "passed"


def test_a_channel_that_is_not_on_file_is_refused(wangmin: Person) -> None:
    with pytest.raises(FieldFault, match="发到哪里"):
        send(wangmin, begun(wangmin), channel="email")


def test_what_is_kept_of_codes_is_forgotten_after_a_month(wangmin: Person) -> None:
    number = begun(wangmin)
    send(wangmin, number)

    assert identity_code.sweep(NOW + timedelta(days=30)) == 0
    assert identity_code.sweep(NOW + timedelta(days=30, seconds=1)) == 1

    assert identity.load(number, wangmin[0].to_actor()).number == number


def test_nobody_checks_anothers_code(wangmin: Person, served: Served) -> None:
    number = begun(wangmin)
    send(wangmin, number)
    lihua = Account.objects.get(number="lihua")

    with pytest.raises(NotFound):
        identity_code.check(number, served.code(TO), lihua.to_actor(), NOW)
    with pytest.raises(NotFound):
        identity_code.send(number, "sms", lihua, NOW)


def test_the_code_and_the_telephone_are_nowhere_but_in_the_message(
    wangmin: Person, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    number = begun(wangmin)
    with caplog.at_level(logging.DEBUG):
        send(wangmin, number)
        code = served.code(TO)
        with pytest.raises(FieldFault):
            check(wangmin, number, wrong(code))
        check(wangmin, number, code)

    rows = [str(one) for one in IdentityCode.objects.values()]
    told = [one.body for one in LedgerEntry.objects.filter(chain="identity", key=number)]
    logged = "\n".join(one.getMessage() for one in caplog.records if "urllib3" not in one.name)
    for text in (*rows, *told, logged):
        assert f"'{code}'" not in text
        assert f'"{code}"' not in text
        assert TO not in text
    assert code not in logged
