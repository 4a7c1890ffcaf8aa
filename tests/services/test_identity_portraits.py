# SPDX-License-Identifier: Apache-2.0
"""The photograph on file: put by who saw the card, sealed, replaced, deleted when asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from huiban.connectors.objects import ObjectCorrupted, ObjectMissing
from huiban.jobs import housekeeping
from huiban.kernel.actor import SYSTEM
from huiban.kernel.identifier_samples import make_person_id
from huiban.services import identity_portraits, identity_sealing, ledger, ledger_rows, vault
from huiban.services.identity_portraits import Put
from huiban.services.identity_sealing import SealedPicture
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotAllowed, NotFound
from huiban.store.models import Account, Portrait
from tests.faces import cases
from tests.faces.cases import two_faces
from tests.faces.draw import CHEN, NEUTRAL, WU, Pose, jpeg, picture
from tests.services.city_sample import at
from tests.services.face_sample import CARD, RESIDENT, few, with_portrait

NOW = at("2026-11-23 10:30")
PUT = Put(account="wangmin", name="王敏", card=CARD, content=cases.PORTRAIT, is_consented=True)


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return few()


def test_a_window_clerk_puts_it_and_the_ledger_says_who(people: dict[str, Account]) -> None:
    row = identity_portraits.put_portrait(PUT, people["zhangqian"].to_actor(), NOW)

    found = identity_portraits.current("wangmin")
    assert found is not None
    assert found[1] == cases.PORTRAIT
    assert cases.PORTRAIT not in vault.content(row.object_key)
    (entry,) = ledger.history(Chain.PORTRAIT, row.number)
    assert (entry.act, entry.actor) == ("put", "zhangqian")
    body = ledger.body_of(entry)
    assert body["consent_sha256"] == identity_portraits.consent_digest()
    assert CARD not in entry.body
    assert CARD not in str(vars(row))
    assert ledger_rows.altered("portrait", row.number) == []


@pytest.mark.parametrize("number", ["liuyang", "wangmin", "lihua"])
def test_nobody_else_puts_one(people: dict[str, Account], number: str) -> None:
    with pytest.raises(NotAllowed):
        identity_portraits.put_portrait(PUT, people[number].to_actor(), NOW)

    assert not identity_portraits.has("wangmin")


def test_no_clerk_puts_their_own(people: dict[str, Account]) -> None:
    clerk = replace(people["zhangqian"].to_actor(), number="wangmin")

    with pytest.raises(NotAllowed, match="不能给自己"):
        identity_portraits.put_portrait(PUT, clerk, NOW)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"account": "nobody"}, "account"),
        ({"account": "liuyang", "name": "刘洋"}, "account"),
        ({"name": "王明"}, "name"),
        ({"is_consented": False}, "is_consented"),
        ({"card": CARD[:-1] + ("0" if CARD[-1] != "0" else "1")}, "card"),
        ({"account": "chenjing", "name": "陈静"}, "card"),
        ({"content": b"no picture"}, "content"),
        ({"content": b""}, "content"),
        ({"content": jpeg(picture(CHEN, replace(NEUTRAL, light=0.0)))}, "content"),
        ({"content": two_faces().frames[0].content}, "content"),
        ({"content": jpeg(picture(WU, Pose(size=0.42)))}, "content"),
        ({"content": jpeg(picture(CHEN, Pose(yaw=26)))}, "content"),
        ({"content": jpeg(picture(CHEN, replace(NEUTRAL, light=0.15)))}, "content"),
    ],
    ids=["nobody", "an officer", "another name", "no consent", "a wrong number",
         "another's number", "text", "nothing", "no face", "two faces", "too small",
         "from the side", "too dark"],
)  # fmt: skip
@pytest.mark.django_db
def test_what_is_wrong_names_its_field_and_the_cure(changed: dict[str, object], path: str) -> None:
    people = few()

    with pytest.raises(FieldFault) as fault:
        identity_portraits.put_portrait(
            replace(PUT, **changed), people["zhangqian"].to_actor(), NOW
        )

    assert fault.value.path == path
    assert fault.value.message.en
    assert not Portrait.objects.exists()


def test_a_resident_must_bring_the_card_of_the_account(people: dict[str, Account]) -> None:
    put = replace(PUT, account="chenjing", name="陈静", card=RESIDENT.lower())

    identity_portraits.put_portrait(put, SYSTEM, NOW)

    assert identity_portraits.has("chenjing")
    other = make_person_id("370202", date(1962, 5, 17), 1)
    with pytest.raises(FieldFault, match="不一致"):
        identity_portraits.put_portrait(replace(put, card=other), SYSTEM, NOW)


def test_a_new_one_takes_the_place_and_the_old_one_stays_in_the_history(
    people: dict[str, Account],
) -> None:
    first = with_portrait(people["wangmin"], people["zhangqian"], NOW)
    later = NOW + timedelta(days=1)

    second = with_portrait(people["wangmin"], people["zhangqian"], later)

    found = identity_portraits.current("wangmin")
    assert found is not None
    assert found[0].number == second.number
    assert [one.number for one in identity_portraits.history("wangmin")] == [
        second.number, first.number,
    ]  # fmt: skip
    assert [one.act for one in ledger.history(Chain.PORTRAIT, first.number)] == ["put", "replaced"]
    assert ledger_rows.altered("portrait", first.number) == []


@pytest.mark.parametrize("who", ["wangmin", "zhangqian"])
def test_on_request_every_one_is_deleted(people: dict[str, Account], who: str) -> None:
    rows = [with_portrait(people["wangmin"], people["zhangqian"], NOW) for _ in range(2)]

    assert identity_portraits.remove("wangmin", "本人要求", people[who].to_actor(), NOW) == 2

    assert not identity_portraits.has("wangmin")
    for one in rows:
        with pytest.raises(ObjectMissing):
            vault.content(one.object_key)
        assert ledger.history(Chain.PORTRAIT, one.number)[-1].act == "removed"
        assert ledger_rows.altered("portrait", one.number) == []
    assert all(not one.secret for one in identity_portraits.history("wangmin"))
    with pytest.raises(NotFound):
        identity_portraits.remove("wangmin", "", people[who].to_actor(), NOW)


def test_nobody_else_deletes_one(people: dict[str, Account]) -> None:
    with_portrait(people["wangmin"], people["zhangqian"], NOW)

    with pytest.raises(NotAllowed):
        identity_portraits.remove("wangmin", "", people["lihua"].to_actor(), NOW)

    assert identity_portraits.has("wangmin")


def test_a_portrait_put_past_the_service_is_noticed(people: dict[str, Account]) -> None:
    row = with_portrait(people["wangmin"], people["zhangqian"], NOW)
    Portrait.objects.filter(number=row.number).update(account="lihua", sha256="0" * 64)

    assert ledger_rows.altered("portrait", row.number) == ["account", "sha256"]
    Portrait.objects.filter(number=row.number).delete()
    assert ledger_rows.altered("portrait", row.number) == ["it was removed"]


def test_the_sweep_of_orphans_leaves_portraits_alone(people: dict[str, Account]) -> None:
    row = with_portrait(people["wangmin"], people["zhangqian"], NOW)

    housekeeping.clear_orphans(vault.objects(), at("2099-01-01 00:00"))

    assert vault.content(row.object_key)


def test_what_is_sealed_for_one_opens_for_nothing_else() -> None:
    sealed = identity_sealing.seal(b"a face", "one")
    again = identity_sealing.seal(b"a face", "one")

    assert identity_sealing.unseal(sealed, "one") == b"a face"
    assert sealed.object_key != again.object_key
    with pytest.raises(ObjectCorrupted):
        identity_sealing.unseal(sealed, "two")
    with pytest.raises(ObjectCorrupted):
        identity_sealing.unseal(SealedPicture(sealed.object_key, again.secret), "one")
