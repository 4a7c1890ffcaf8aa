# SPDX-License-Identifier: Apache-2.0
"""What devices answer is believed only if every part of it is as it was asked."""

import json
import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.connectors import passkey
from huiban.connectors.passkey import Holder, Kept, PasskeyRefused, Site, Wrong
from tests.connectors.soft_passkey import SoftPasskey, b64

SITE = Site("localhost", "http://localhost:8000")
HOLDER = Holder(b"an opaque handle", "wangmin", "王敏")
CHALLENGE = b"a challenge nobody could foresee"


def made(device: SoftPasskey) -> Kept:
    found = passkey.made(device.make(passkey.making(SITE, HOLDER, CHALLENGE)), SITE, CHALLENGE)
    return Kept(found.credential, found.public_key, found.counter)


def ask(challenge: bytes = CHALLENGE) -> dict[str, object]:
    return passkey.asking(SITE, challenge, [])


def refused(sent: str, kept: Kept) -> Wrong:
    with pytest.raises(PasskeyRefused) as told:
        passkey.answered(sent, SITE, CHALLENGE, kept)
    return told.value.wrong


def test_a_device_makes_a_passkey_and_answers_with_it() -> None:
    device = SoftPasskey()
    kept = made(device)

    counter = passkey.answered(device.answer(ask()), SITE, CHALLENGE, kept)

    assert (kept.credential, counter) == (device.credential, 1)


def test_only_ways_of_transport_that_exist_are_kept() -> None:
    sent = SoftPasskey().make(passkey.making(SITE, HOLDER, CHALLENGE))

    assert passkey.made(sent, SITE, CHALLENGE).transports == ("hybrid", "internal")


def test_a_new_passkey_must_stay_in_the_device_and_ask_who_holds_it() -> None:
    options = passkey.making(SITE, HOLDER, CHALLENGE, [b64(b"known")])

    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert [one["id"] for one in options["excludeCredentials"]] == [b64(b"known")]
    assert options["user"]["id"] == b64(HOLDER.handle)


@pytest.mark.parametrize(
    ("lie", "wrong"),
    [
        ({"origin": "https://zwfw-example.cn"}, Wrong.ORIGIN),
        ({"is_framed": True}, Wrong.ORIGIN),
        ({"is_verified": False}, Wrong.NOT_VERIFIED),
        ({"host": "example.cn"}, Wrong.ORIGIN),
        ({"key": SoftPasskey().key}, Wrong.SIGNATURE),
    ],
)
def test_an_answer_with_one_wrong_part_proves_nothing(lie: dict[str, object], wrong: Wrong) -> None:
    device = SoftPasskey()
    kept = made(device)

    assert refused(replace(device, **lie).answer(ask()), kept) is wrong  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lie", "wrong"),
    [
        ({"origin": "https://zwfw-example.cn"}, Wrong.ORIGIN),
        ({"is_framed": True}, Wrong.ORIGIN),
        ({"is_verified": False}, Wrong.NOT_VERIFIED),
    ],
)
def test_a_passkey_made_wrongly_is_not_kept(lie: dict[str, object], wrong: Wrong) -> None:
    sent = SoftPasskey(**lie).make(  # type: ignore[arg-type]
        passkey.making(SITE, HOLDER, CHALLENGE)
    )

    with pytest.raises(PasskeyRefused) as told:
        passkey.made(sent, SITE, CHALLENGE)

    assert told.value.wrong is wrong


def test_an_answer_to_another_question_proves_nothing() -> None:
    device = SoftPasskey()
    kept = made(device)

    assert refused(device.answer(ask(b"another")), kept) is Wrong.CHALLENGE


def test_a_device_that_has_counted_further_before_may_be_a_copy() -> None:
    device = SoftPasskey()
    kept = replace(made(device), counter=7)
    device.counter = 6

    assert refused(device.answer(ask()), kept) is Wrong.COUNTER


def test_a_device_that_does_not_count_is_believed() -> None:
    device = SoftPasskey(counts=False)
    kept = made(device)

    assert passkey.answered(device.answer(ask()), SITE, CHALLENGE, kept) == 0


@pytest.mark.parametrize(
    "sent",
    ["", "nonsense", "[]", "{}", '{"id": 7, "response": {}}', '{"id": "a", "response": 7}',
     "[" * 5000, '{"id": "' + "a" * 30_000 + '"}'],
)  # fmt: skip
def test_what_is_no_answer_is_refused_as_such(sent: str) -> None:
    for read in (
        lambda: passkey.credential_of(sent),
        lambda: passkey.made(sent, SITE, CHALLENGE),
        lambda: passkey.answered(sent, SITE, CHALLENGE, Kept("a", b"b", 0)),
    ):
        with pytest.raises(PasskeyRefused, match="unreadable"):
            read()


DEVICE = SoftPasskey()
KEPT = made(DEVICE)
HONEST = json.loads(DEVICE.answer(passkey.asking(SITE, CHALLENGE, [])))
BORN = json.loads(DEVICE.make(passkey.making(SITE, HOLDER, CHALLENGE)))
PARTS = st.one_of(
    st.none(), st.integers(), st.text(max_size=50), st.binary(max_size=200).map(b64),
    st.lists(st.integers(), max_size=3),
)  # fmt: skip


@given(part=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]), value=PARTS)
def test_a_garbled_answer_is_refused_and_breaks_nothing(part: str, value: object) -> None:
    sent = HONEST | {"response": HONEST["response"] | {part: value}}

    with pytest.raises(PasskeyRefused):
        passkey.answered(json.dumps(sent), SITE, CHALLENGE, KEPT)


@given(part=st.sampled_from(["clientDataJSON", "attestationObject"]), value=PARTS)
def test_a_garbled_passkey_is_refused_and_breaks_nothing(part: str, value: object) -> None:
    sent = BORN | {"response": BORN["response"] | {part: value}}

    with pytest.raises(PasskeyRefused):
        passkey.made(json.dumps(sent), SITE, CHALLENGE)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_what_is_signed_can_be_changed(place: int, bit: int) -> None:
    name = ("authenticatorData", "signature")[place % 2]
    whole = bytearray(passkey.bytes_of(HONEST["response"][name]))
    whole[place % len(whole)] ^= 1 << bit
    sent = HONEST | {"response": HONEST["response"] | {name: b64(bytes(whole))}}

    with pytest.raises(PasskeyRefused):
        passkey.answered(json.dumps(sent), SITE, CHALLENGE, KEPT)


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("https://zwfw.example.gov.cn", "zwfw.example.gov.cn", "https://zwfw.example.gov.cn"),
        ("https://zwfw.example.gov.cn:8443/", "zwfw.example.gov.cn",
         "https://zwfw.example.gov.cn:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)  # fmt: skip
def test_passkeys_live_under_the_name_of_the_house(url: str, host: str, origin: str) -> None:
    assert passkey.site_of(url) == Site(host, origin)


@pytest.mark.parametrize("url", ["http://10.1.2.3", "https://10.1.2.3", "http://a.gov.cn", "x"])
def test_where_browsers_make_no_passkeys_none_are_offered(url: str) -> None:
    assert passkey.site_of(url) is None


def test_bytes_are_written_as_browsers_write_them() -> None:
    value = secrets.token_bytes(33)

    assert passkey.bytes_of(passkey.text_of(value)) == value
    with pytest.raises(PasskeyRefused):
        passkey.bytes_of("a")
