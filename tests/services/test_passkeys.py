# SPDX-License-Identifier: Apache-2.0
"""Passkeys made, named, removed; each answers once, for its own person, attempt and purpose."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from huiban.kernel.actor import Actor
from huiban.kernel.identity import Purpose, Way
from huiban.kernel.words import Words
from huiban.services import identity, ledger, ledger_rows, passkeys
from huiban.services.ledger import Chain
from huiban.services.passkeys import Sent
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store.models import Account, IdentityAttempt, Passkey
from tests.connectors.soft_passkey import SoftPasskey
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE

NOW = sample.at("2026-11-23 09:30")
PURPOSE = Purpose("delegation", "d1", Words("签署委托书", "Sign the delegation"))


@pytest.fixture
def city(each_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Account]]:
    monkeypatch.setattr(settings, "PUBLIC_URL", "http://127.0.0.1:8000")
    return sample.people() | {"chenjing": sample.resident()}


@pytest.fixture
def wangmin(city: dict[str, Account]) -> Actor:
    return city["wangmin"].to_actor()


def made(actor: Actor, name: str = "我的手机", **device: object) -> SoftPasskey:
    held = SoftPasskey(**device)  # type: ignore[arg-type]
    begun = passkeys.begin(actor)
    passkeys.register(Sent(name, held.make(begun.options), begun.challenge), actor, NOW)
    return held


def begun(actor: Actor, purpose: Purpose = PURPOSE) -> str:
    return identity.begin(Way.PASSKEY_CODE, actor, purpose, NOW, PHONE).number


def answer(number: str, device: SoftPasskey, actor: Actor) -> None:
    passkeys.answer(number, device.answer(passkeys.question(number, actor, NOW)), actor, NOW)


def fault(number: str) -> object:
    told = ledger.history(Chain.IDENTITY, number)[-1]
    facts = ledger.body_of(told)["facts"]
    assert told.act == "failed"
    assert isinstance(facts, dict)
    return facts["fault"]


def refused(number: str, sent: str, actor: Actor) -> str:
    with pytest.raises(NotOpen) as told:
        passkeys.answer(number, sent, actor, NOW)
    return told.value.reason


def test_a_passkey_is_made_listed_renamed_and_removed(wangmin: Actor) -> None:
    device = made(wangmin)
    row = passkeys.listing(wangmin)[0]

    passkeys.rename(row.number, "办公室的钥匙", wangmin)
    assert [one.name for one in passkeys.listing(wangmin)] == ["办公室的钥匙"]
    passkeys.remove(row.number, wangmin, NOW)

    assert passkeys.listing(wangmin) == []
    assert Passkey.objects.get().credential == device.credential
    acts = [one.act for one in ledger.history(Chain.PASSKEY, row.number)]
    assert acts == ["made", "removed"]


def test_its_answer_counts_for_the_attempt_and_is_kept(wangmin: Actor) -> None:
    device, number = made(wangmin), begun(wangmin)

    answer(number, device, wangmin)

    found = passkeys.answered(number)
    assert found is not None
    assert (found.passkey.credential, found.counter) == (device.credential, 1)
    assert identity.load(number, wangmin).state == "open"  # the code is missing still
    assert passkeys.listing(wangmin)[0].used_at == NOW


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"origin": "https://zwfw-example.cn"}, "origin"),
        ({"is_verified": False}, "not_verified"),
        ({"key": SoftPasskey().key}, "signature"),
    ],
)
def test_a_wrong_answer_ends_the_attempt_and_says_why(
    wangmin: Actor, lie: dict[str, object], reason: str
) -> None:
    device, number = made(wangmin), begun(wangmin)
    options = passkeys.question(number, wangmin, NOW)

    sent = replace(device, **lie).answer(options)  # type: ignore[arg-type]

    assert refused(number, sent, wangmin) == reason
    assert (identity.load(number, wangmin).state, fault(number)) == ("failed", reason)
    assert refused(number, device.answer(options), wangmin) == "over"


def test_an_answer_given_before_is_no_answer_to_another_attempt(wangmin: Actor) -> None:
    device, first, second = made(wangmin), begun(wangmin), begun(wangmin)
    sent = device.answer(passkeys.question(first, wangmin, NOW))
    passkeys.answer(first, sent, wangmin, NOW)

    assert refused(first, sent, wangmin) == "answered"
    assert refused(second, sent, wangmin) == "challenge"


def test_an_answer_for_one_purpose_is_none_for_another(wangmin: Actor) -> None:
    device, number = made(wangmin), begun(wangmin)
    other = begun(wangmin, replace(PURPOSE, number="d2"))

    sent = device.answer(passkeys.question(other, wangmin, NOW))

    assert refused(number, sent, wangmin) == "challenge"


def test_the_challenge_is_of_the_purpose_as_well(wangmin: Actor) -> None:
    device, number = made(wangmin), begun(wangmin)
    sent = device.answer(passkeys.question(number, wangmin, NOW))
    IdentityAttempt.objects.filter(number=number).update(purpose_number="d2")

    assert refused(number, sent, wangmin) == "challenge"


def test_a_counter_that_went_back_is_refused_and_told(wangmin: Actor) -> None:
    device = made(wangmin)
    answer(begun(wangmin), device, wangmin)
    copy = replace(device, counter=0)
    number = begun(wangmin)

    sent = copy.answer(passkeys.question(number, wangmin, NOW))

    assert refused(number, sent, wangmin) == "counter"
    assert fault(number) == "counter"
    answer(begun(wangmin), device, wangmin)  # the true one counts on


def test_anothers_passkey_is_refused(city: dict[str, Account], wangmin: Actor) -> None:
    lihua = city["lihua"].to_actor()
    made(wangmin)
    theirs = made(lihua)
    number = begun(wangmin)

    sent = theirs.answer(passkeys.question(number, wangmin, NOW))

    assert refused(number, sent, wangmin) == "not_yours"
    assert fault(number) == "not_yours"


def test_a_removed_passkey_is_refused(wangmin: Actor) -> None:
    made(wangmin)
    lost = made(wangmin, "丢了的手机")
    gone = next(one for one in passkeys.listing(wangmin) if one.credential == lost.credential)
    number = begun(wangmin)
    options = passkeys.question(number, wangmin, NOW)

    passkeys.remove(gone.number, wangmin, NOW)

    assert refused(number, lost.answer(options), wangmin) == "not_yours"
    fresh = passkeys.question(begun(wangmin), wangmin, NOW)
    assert lost.credential not in [one["id"] for one in fresh["allowCredentials"]]


def test_nobody_touches_anothers_passkeys_or_attempts(
    city: dict[str, Account], wangmin: Actor
) -> None:
    lihua = city["lihua"].to_actor()
    made(wangmin)
    row, number = passkeys.listing(wangmin)[0], begun(wangmin)

    for touch in (
        lambda: passkeys.rename(row.number, "x", lihua),
        lambda: passkeys.remove(row.number, lihua, NOW),
        lambda: passkeys.question(number, lihua, NOW),
        lambda: passkeys.answer(number, "{}", lihua, NOW),
    ):
        with pytest.raises(NotFound):
            touch()


def test_an_attempt_of_another_way_has_no_passkey(wangmin: Actor) -> None:
    made(wangmin)
    number = identity.begin(Way.WINDOW, wangmin, PURPOSE, NOW, PHONE).number

    with pytest.raises(NotFound):
        passkeys.question(number, wangmin, NOW)


def test_an_expired_attempt_is_not_answered(wangmin: Actor) -> None:
    made(wangmin)
    number = begun(wangmin)

    with pytest.raises(NotOpen) as told:
        passkeys.question(number, wangmin, NOW + timedelta(minutes=10))

    assert told.value.reason == "expired"


def test_without_a_passkey_one_is_told_to_make_one(wangmin: Actor) -> None:
    with pytest.raises(NotOpen) as told:
        passkeys.question(begun(wangmin), wangmin, NOW)

    assert told.value.reason == "none"


@pytest.mark.parametrize("name", ["", "  ", "长" * 31])
def test_a_passkey_has_a_name(wangmin: Actor, name: str) -> None:
    begun_ = passkeys.begin(wangmin)
    sent = Sent(name, SoftPasskey().make(begun_.options), begun_.challenge)

    with pytest.raises(FieldFault) as told:
        passkeys.register(sent, wangmin, NOW)

    assert told.value.path == "name"


def test_a_device_key_is_kept_once_whoever_brings_it(
    city: dict[str, Account], wangmin: Actor
) -> None:
    device, lihua = made(wangmin), city["lihua"].to_actor()
    again = passkeys.begin(lihua)

    with pytest.raises(NotOpen) as told:
        passkeys.register(Sent("x", device.make(again.options), again.challenge), lihua, NOW)

    assert told.value.reason == "known"


def test_ten_passkeys_are_enough(wangmin: Actor) -> None:
    early = passkeys.begin(wangmin)
    for place in range(10):
        made(wangmin, f"第 {place} 个")

    with pytest.raises(NotOpen, match="最多保存 10 个"):
        passkeys.begin(wangmin)
    sent = Sent("x", SoftPasskey().make(early.options), early.challenge)
    with pytest.raises(NotOpen, match="最多保存 10 个"):
        passkeys.register(sent, wangmin, NOW)


def test_who_acts_for_another_makes_no_passkey(wangmin: Actor) -> None:
    with pytest.raises(NotAllowed):
        passkeys.begin(replace(wangmin, delegation="d1"))


def test_an_address_without_a_name_offers_none(
    wangmin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_URL", "http://10.1.2.3")

    assert passkeys.closed() is not None
    with pytest.raises(NotOpen, match="域名"):
        passkeys.begin(wangmin)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"public_key": "AAAA"}, "public_key_sha256"),
        ({"credential": "AAAA"}, "credential_sha256"),
        ({"account": "lihua"}, "account"),
        ({"removed_at": NOW}, "removed"),
        ({"name": "别的名字"}, None),
    ],
)
def test_a_passkey_changed_behind_the_ledger_shows(
    wangmin: Actor, changed: dict[str, object], wrong: str | None
) -> None:
    made(wangmin)
    number = Passkey.objects.get().number
    assert ledger_rows.altered("passkey", number) == []

    Passkey.objects.filter(number=number).update(**changed)

    assert ledger_rows.altered("passkey", number) == ([wrong] if wrong else [])
