# SPDX-License-Identifier: Apache-2.0
"""Which grants let whom seal what, and how long a seal may be valid."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.seal import (
    Grant,
    HolderKind,
    Unfit,
    User,
    allows,
    choose,
    fault_of_days,
)

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DOCUMENT = "safety_permit.grant_decision"
LEADER = User("o-1", frozenset({"leader"}))
GRANT = Grant(
    "g-1", HolderKind.ROLE, "leader", ("safety_permit.*",),
    NOW - timedelta(days=1), NOW + timedelta(days=1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "is_meant"),
    [
        (["safety_permit.grant_decision"], True),
        (["safety_permit.*"], True),
        (["other.*", "safety_permit.*"], True),
        (["safety_permit.receipt"], False),
        (["safety_permit"], False),
        (["*"], False),
        (["safety.*"], False),
        ([], False),
    ],
)
def test_a_pattern_names_one_document_or_all_of_a_pack(patterns: list[str], is_meant: bool) -> None:
    assert allows(patterns, DOCUMENT) is is_meant


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"holder": "window"}, Unfit.NOT_GRANTED),
        ({"documents": ("other.*",)}, Unfit.NOT_GRANTED),
        ({"holder_kind": HolderKind.ACCOUNT, "holder": "o-2"}, Unfit.NOT_GRANTED),
        ({"holder_kind": HolderKind.ACCOUNT}, Unfit.NOT_GRANTED),
        ({"valid_from": NOW + timedelta(seconds=1)}, Unfit.NOT_YET),
        ({"valid_until": NOW - timedelta(seconds=1)}, Unfit.LAPSED),
        ({"uses_most": 3, "uses": 3}, Unfit.USED_UP),
    ],
)
def test_a_grant_that_does_not_do_says_why(changed: dict[str, object], reason: Unfit) -> None:
    assert choose([replace(GRANT, **changed)], LEADER, DOCUMENT, NOW) is reason  # type: ignore[arg-type]


def test_a_grant_holds_to_the_second_of_its_end() -> None:
    for moment in (GRANT.valid_from, GRANT.valid_until):
        assert choose([GRANT], LEADER, DOCUMENT, moment) == [GRANT]


def test_the_reason_told_is_the_one_that_came_closest() -> None:
    lapsed = replace(GRANT, number="g-2", valid_until=NOW - timedelta(hours=1))
    used_up = replace(GRANT, number="g-3", uses_most=1, uses=1)

    assert choose([lapsed], LEADER, DOCUMENT, NOW) is Unfit.LAPSED
    assert choose([lapsed, used_up], LEADER, DOCUMENT, NOW) is Unfit.USED_UP


def test_what_is_personal_or_counted_is_used_first() -> None:
    counted = replace(GRANT, number="g-2", uses_most=5)
    own = replace(GRANT, number="g-3", holder_kind=HolderKind.ACCOUNT, holder="o-1")

    found = choose([GRANT, counted, own], LEADER, DOCUMENT, NOW)

    assert found == [own, counted, GRANT]


def test_nobody_holds_the_grant_of_an_account_without_a_number() -> None:
    blank = replace(GRANT, holder_kind=HolderKind.ACCOUNT, holder="")

    assert choose([blank], User("", frozenset()), DOCUMENT, NOW) is Unfit.NOT_GRANTED


@given(st.lists(st.integers(0, 6)), st.integers(1, 6))
def test_no_grant_chosen_is_used_up(uses: list[int], most: int) -> None:
    grants = [
        replace(GRANT, number=f"g-{place}", uses_most=most, uses=one)
        for place, one in enumerate(uses)
    ]

    found = choose(grants, LEADER, DOCUMENT, NOW)

    usable = {one.number for one in grants if one.uses < most}
    assert ({one.number for one in found} if isinstance(found, list) else set()) == usable


@pytest.mark.parametrize(
    ("first", "last", "is_fine"),
    [
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-24", "2026-11-23", False),
        ("2026-01-01", "2026-11-22", False),
        ("2026-11-23", "2031-11-23", True),
        ("2026-11-23", "2031-11-24", False),
        ("2028-02-29", "2033-02-28", True),
        ("2028-02-29", "2033-03-01", False),
    ],
)
def test_a_seal_is_valid_for_five_years_at_most(first: str, last: str, is_fine: bool) -> None:
    fault = fault_of_days(date.fromisoformat(first), date.fromisoformat(last), TODAY)

    assert (fault is None) is is_fine
    if fault:
        assert fault.zh
        assert fault.en
