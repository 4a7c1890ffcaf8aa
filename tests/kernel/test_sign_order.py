# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is to sign, and what a signature, a decline or an end does to the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.sign_order import (
    PartyState,
    RequestState,
    SignOrder,
    TurnRefused,
    begin,
    declined,
    demand_turn,
    ended,
    signed,
)

SEQUENCE, PARALLEL = SignOrder.SEQUENCE, SignOrder.PARALLEL


def states(standing: object) -> list[str]:
    return [str(one.state) for one in standing.turns]  # type: ignore[attr-defined]


def test_in_sequence_only_the_first_may_sign() -> None:
    assert begin(3, SEQUENCE).opened == (1,)


def test_in_parallel_everybody_may_sign_at_once() -> None:
    assert begin(3, PARALLEL).opened == (1, 2, 3)


def test_a_request_without_parties_is_none() -> None:
    with pytest.raises(ValueError, match="at least one party"):
        begin(0, PARALLEL)


def test_a_signature_opens_the_turn_of_the_next() -> None:
    after = signed(begin(3, SEQUENCE), 1)

    assert states(after) == ["signed", "open", "waiting"]
    assert after.state is RequestState.OPEN


def test_whoever_is_not_yet_asked_is_told_to_wait() -> None:
    with pytest.raises(TurnRefused, match="还没有轮到您") as refused:
        signed(begin(2, SEQUENCE), 2)

    assert refused.value.code == "waiting"


def test_nobody_signs_twice() -> None:
    once = signed(begin(2, PARALLEL), 1)

    with pytest.raises(TurnRefused, match="已经签署过") as refused:
        signed(once, 1)

    assert refused.value.code == "done"


def test_the_last_signature_completes_the_request() -> None:
    standing = signed(signed(begin(2, PARALLEL), 2), 1)

    assert standing.state is RequestState.COMPLETED
    assert standing.opened == ()


def test_a_decline_ends_it_for_all_and_keeps_what_was_signed() -> None:
    standing = declined(signed(begin(4, SEQUENCE), 1), 2)

    assert standing.state is RequestState.DECLINED
    assert states(standing) == ["signed", "declined", "closed", "closed"]


@pytest.mark.parametrize("how", [RequestState.WITHDRAWN, RequestState.EXPIRED])
def test_an_end_from_outside_closes_whoever_has_not_signed(how: RequestState) -> None:
    standing = ended(signed(begin(3, PARALLEL), 2), how)

    assert standing.state is how
    assert states(standing) == ["closed", "signed", "closed"]


@pytest.mark.parametrize("how", [RequestState.COMPLETED, RequestState.DECLINED, RequestState.OPEN])
def test_nobody_outside_completes_or_declines_a_request(how: RequestState) -> None:
    with pytest.raises(ValueError, match="from outside"):
        ended(begin(1, PARALLEL), how)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda one: signed(one, 1), "completed"),
        (lambda one: declined(one, 1), "declined"),
        (lambda one: ended(one, RequestState.WITHDRAWN), "withdrawn"),
        (lambda one: ended(one, RequestState.EXPIRED), "expired"),
    ],
)
def test_after_the_end_nothing_is_signed_declined_or_ended_and_each_says_why(
    end: object, code: str
) -> None:
    over = end(begin(1, SEQUENCE))  # type: ignore[operator]

    for act in (signed, declined):
        with pytest.raises(TurnRefused) as refused:
            act(over, 1)
        assert refused.value.code == code
    with pytest.raises(TurnRefused):
        ended(over, RequestState.EXPIRED)


def test_a_place_nobody_has_is_a_fault_of_the_caller() -> None:
    with pytest.raises(LookupError, match="place 3"):
        demand_turn(begin(2, PARALLEL), 3)


@given(st.integers(1, 8), st.sampled_from(SignOrder), st.randoms(use_true_random=False))
def test_in_every_order_that_is_open_all_sign_once_and_it_is_complete(
    count: int, order: SignOrder, chance: object
) -> None:
    standing, came = begin(count, order), []
    while standing.state is RequestState.OPEN:
        place = chance.choice(standing.opened)  # type: ignore[attr-defined]
        standing = signed(standing, place)
        came.append(place)

    assert sorted(came) == list(range(1, count + 1))
    assert {one.state for one in standing.turns} == {PartyState.SIGNED}
    if order is SEQUENCE:
        assert came == sorted(came)
