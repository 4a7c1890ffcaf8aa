# SPDX-License-Identifier: Apache-2.0
"""What officers may do to a certificate in each state, and when a grant lets one be used."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.certificate import (
    Act,
    ActRefused,
    Asking,
    Ending,
    GrantRefusal,
    GrantTerms,
    Officer,
    Standing,
    State,
    check_act,
    decide_use,
    identifier_serial,
    open_acts,
    worth_on,
)

EXAMINER, HEAD = Officer("e-1", {"examiner"}), Officer("l-1", {"leader"})
PROPOSED = Standing(State.VALID, Ending.ANNUL, "e-1")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TERMS = GrantTerms(
    grantee="91370200000000019X",
    purpose="tender",
    valid_from=NOW,
    valid_until=NOW + timedelta(days=7),
    uses=0,
    uses_most=1,
    is_revoked=False,
)
ASKING = Asking("91370200000000019X", "tender", NOW)


def refused(standing: Standing, act: Act, officer: Officer) -> str:
    with pytest.raises(ActRefused) as caught:
        check_act(standing, act, officer)
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value.code


@pytest.mark.parametrize(
    ("standing", "officer", "acts"),
    [
        (Standing(State.VALID), HEAD, "suspend propose"),
        (Standing(State.VALID), EXAMINER, "propose"),
        (Standing(State.SUSPENDED), HEAD, "resume propose"),
        (Standing(State.SUSPENDED), EXAMINER, "propose"),
        (PROPOSED, HEAD, "suspend confirm drop"),
        (PROPOSED, EXAMINER, "drop"),
        (Standing(State.VALID), Officer("w-1", {"window"}), ""),
        (PROPOSED, Officer("w-1", ()), ""),
        *((Standing(state), HEAD, "") for state in State if state not in ("valid", "suspended")),
    ],
)
def test_each_state_opens_the_acts_the_law_allows(
    standing: Standing, officer: Officer, acts: str
) -> None:
    assert " ".join(open_acts(standing, officer)) == acts


def test_nobody_confirms_what_they_proposed_themselves() -> None:
    by_head = Standing(State.VALID, Ending.REVOKE, "l-1", is_proposed_by_leader=True)

    assert refused(by_head, Act.CONFIRM, HEAD) == "four_eyes"


def test_one_of_the_two_is_a_head() -> None:
    other = Officer("e-2", {"examiner"})

    assert refused(PROPOSED, Act.CONFIRM, other) == "four_eyes"
    check_act(replace(PROPOSED, is_proposed_by_leader=True), Act.CONFIRM, other)
    check_act(PROPOSED, Act.CONFIRM, HEAD)


def test_only_one_ending_is_proposed_at_a_time() -> None:
    assert refused(PROPOSED, Act.PROPOSE, HEAD) == "state"


@pytest.mark.parametrize("act", [Act.CONFIRM, Act.DROP])
def test_what_nobody_proposed_is_neither_confirmed_nor_dropped(act: Act) -> None:
    assert refused(Standing(State.VALID), act, HEAD) == "state"


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.RESUME])
def test_an_examiner_does_not_suspend_or_resume(act: Act) -> None:
    state = State.VALID if act is Act.SUSPEND else State.SUSPENDED

    assert refused(Standing(state), act, EXAMINER) == "role"


@pytest.mark.parametrize("state", [state for state in State if state != "suspended"])
def test_only_what_is_suspended_is_resumed(state: State) -> None:
    assert refused(Standing(state), Act.RESUME, HEAD) == "state"


@pytest.mark.parametrize(
    ("state", "today", "worth"),
    [
        ("valid", date(2026, 1, 1), "valid"),
        ("valid", date(2026, 12, 31), "valid"),
        ("valid", date(2027, 1, 1), "expired"),
        ("valid", date(2025, 12, 31), "not_yet"),
        ("suspended", date(2027, 1, 1), "suspended"),
        ("withdrawn", date(2026, 6, 1), "withdrawn"),
    ],
)
def test_what_a_certificate_is_worth_is_its_state_or_what_time_made_of_it(
    state: str, today: date, worth: str
) -> None:
    assert worth_on(state, date(2026, 1, 1), date(2026, 12, 31), today) == worth


def test_a_certificate_without_an_end_never_expires() -> None:
    assert worth_on("valid", date(2026, 1, 1), None, date(2999, 1, 1)) == "valid"


@pytest.mark.parametrize(
    ("number", "serial"),
    [
        ("青建废核〔2026〕370200-00012", "00000202637020000012"),
        ("（鲁）JZ安许证字〔2026〕020001", "00000000JZ2026020001"),
    ],
)
def test_the_serial_of_an_identifier_is_read_off_the_number(number: str, serial: str) -> None:
    assert identifier_serial(number) == serial


@given(st.text(min_size=1, max_size=64))
def test_every_number_has_a_serial_of_twenty_letters_and_digits(number: str) -> None:
    serial = identifier_serial(number)

    assert len(serial) == 20
    assert serial.isascii()
    assert serial.isalnum()
    assert serial == serial.upper()


def test_long_numbers_that_end_alike_have_different_serials() -> None:
    tail = "0" * 20

    assert identifier_serial("1" + tail) != identifier_serial("2" + tail)


def test_a_grant_lets_its_grantee_use_the_certificate_for_its_purpose() -> None:
    assert decide_use(TERMS, ASKING, "valid") is None
    assert decide_use(TERMS, replace(ASKING, purpose=None), "valid") is None


@pytest.mark.parametrize(
    ("terms", "asking", "worth", "reason"),
    [
        ({}, {"subject": "other"}, "valid", GrantRefusal.OTHER_PERSON),
        ({}, {"subject": ""}, "valid", GrantRefusal.OTHER_PERSON),
        ({"is_revoked": True}, {}, "valid", GrantRefusal.REVOKED),
        ({}, {"at": NOW - timedelta(seconds=1)}, "valid", GrantRefusal.TOO_EARLY),
        ({}, {"at": NOW + timedelta(days=7)}, "valid", GrantRefusal.TOO_LATE),
        ({"uses": 1}, {}, "valid", GrantRefusal.USED_UP),
        ({}, {}, "suspended", GrantRefusal.NOT_IN_FORCE),
        ({}, {}, "expired", GrantRefusal.NOT_IN_FORCE),
        ({}, {"purpose": "loan"}, "valid", GrantRefusal.OTHER_PURPOSE),
        ({}, {"purpose": ""}, "valid", GrantRefusal.OTHER_PURPOSE),
    ],
)
def test_a_use_is_refused_with_its_reason(
    terms: dict[str, object], asking: dict[str, object], worth: str, reason: GrantRefusal
) -> None:
    granted = replace(TERMS, **terms)  # type: ignore[arg-type]

    assert decide_use(granted, replace(ASKING, **asking), worth) is reason  # type: ignore[arg-type]


@given(
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(["valid", "cancelled"]),
    st.integers(-9, 9),
    st.sampled_from(["tender", "loan", None]),
)
def test_a_stranger_learns_the_same_whatever_the_grant_is_like(
    is_revoked: bool, uses: int, worth: str, days: int, purpose: str | None
) -> None:
    terms = replace(TERMS, is_revoked=is_revoked, uses=uses)

    found = decide_use(terms, Asking("stranger", purpose, NOW + timedelta(days=days)), worth)

    assert found is GrantRefusal.OTHER_PERSON
