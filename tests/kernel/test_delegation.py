# SPDX-License-Identifier: Apache-2.0
"""A delegation reaches as far as it says, as long as it says, as often as it says; never wider."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.delegation import (
    Delegation,
    Operation,
    PassOn,
    Refusal,
    Scope,
    State,
    Wanted,
    Wider,
    may_act,
    wider,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SCOPE = Scope(
    items=frozenset({"waste.new"}),
    operations=frozenset({Operation.FILL, Operation.SUBMIT, Operation.COLLECT}),
)
GIVEN = Delegation(
    grantor_code="91370200MA00000001",
    delegate="lihua",
    scope=SCOPE,
    valid_from=NOW - DAY,
    valid_until=NOW + DAY,
    state=State.ACTIVE,
)
WANTED = Wanted(
    delegate="lihua", grantor_code=GIVEN.grantor_code, operation="submit", item="waste.new",
    scenario="waste",
)  # fmt: skip
SCENARIOS = {"waste.new": "waste", "waste.renew": "waste", "permit.new": "permit"}


def test_what_is_within_it_may_be_done() -> None:
    assert may_act(GIVEN, WANTED, NOW) is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"delegate": "wangmin"}, Refusal.OTHER_PERSON),
        ({"grantor_code": "91370200MA00000002"}, Refusal.OTHER_PRINCIPAL),
        ({"operation": "sign"}, Refusal.OTHER_OPERATION),
        ({"operation": "retract"}, Refusal.OTHER_OPERATION),
        ({"item": "waste.renew"}, Refusal.OTHER_ITEM),
    ],
)
def test_what_is_beyond_it_is_refused_by_name(changed: dict[str, str], refusal: Refusal) -> None:
    assert may_act(GIVEN, replace(WANTED, **changed), NOW) is refusal


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"state": State.DRAFTED}, Refusal.NOT_SIGNED),
        ({"state": State.PROPOSED}, Refusal.NOT_ACCEPTED),
        ({"state": State.DECLINED}, Refusal.DECLINED),
        ({"state": State.REVOKED}, Refusal.REVOKED),
        ({"state": State.EXPIRED}, Refusal.EXPIRED),
        ({"valid_until": NOW}, Refusal.EXPIRED),
        ({"valid_from": NOW + timedelta(seconds=1)}, Refusal.TOO_EARLY),
        ({"uses_most": 2, "uses": 2}, Refusal.USED_UP),
        ({"uses_most": 1, "uses": 1, "state": State.USED_UP}, Refusal.USED_UP),
    ],
)
def test_where_it_stands_refuses_by_name(changed: dict[str, object], refusal: Refusal) -> None:
    one = replace(GIVEN, **changed)  # type: ignore[arg-type]

    assert may_act(one, WANTED, NOW) is refusal


def test_a_scenario_stands_for_all_its_items_and_no_others() -> None:
    one = replace(GIVEN, scope=replace(SCOPE, items=frozenset(), scenario="waste"))

    assert may_act(one, replace(WANTED, item="waste.renew"), NOW) is None
    other = replace(WANTED, item="permit.new", scenario="permit")
    assert may_act(one, other, NOW) is Refusal.OTHER_ITEM


def test_no_scenario_named_is_not_every_item_without_one() -> None:
    assert may_act(GIVEN, replace(WANTED, item="x", scenario=""), NOW) is Refusal.OTHER_ITEM


def test_only_named_certificates_and_seals_are_used() -> None:
    both = frozenset({Operation.USE_CERTIFICATE, Operation.USE_SEAL})
    scope = Scope(operations=both, certificates=frozenset({"C-1"}), seals=frozenset({"S-1"}))
    one = replace(GIVEN, scope=scope)
    lent = replace(WANTED, operation="use_certificate", certificate="C-1")
    sealed = replace(WANTED, operation="use_seal", seal="S-1")

    assert may_act(one, lent, NOW) is None
    assert may_act(one, sealed, NOW) is None
    assert may_act(one, replace(lent, certificate="C-2"), NOW) is Refusal.OTHER_CERTIFICATE
    assert may_act(one, replace(sealed, seal="S-2"), NOW) is Refusal.OTHER_SEAL
    nothing = replace(one, scope=replace(scope, certificates=frozenset(), seals=frozenset()))
    assert may_act(nothing, replace(lent, certificate=""), NOW) is Refusal.OTHER_CERTIFICATE


def test_what_the_last_use_brought_is_still_collected() -> None:
    one = replace(GIVEN, uses_most=1, uses=1, state=State.USED_UP)

    assert may_act(one, replace(WANTED, operation="collect"), NOW) is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"state": State.REVOKED}, Refusal.REVOKED),
        ({"valid_until": NOW}, Refusal.EXPIRED),
        ({"uses_most": 3, "uses": 3}, Refusal.USED_UP),
        ({"scope": replace(SCOPE, items=frozenset({"other"}))}, Refusal.OTHER_ITEM),
    ],
)
def test_what_was_passed_on_ends_with_what_it_came_from(
    changed: dict[str, object], refusal: Refusal
) -> None:
    above = replace(GIVEN, delegate="boss", pass_on=PassOn.ONCE, **changed)  # type: ignore[arg-type]
    child = replace(GIVEN, parent=above)

    assert may_act(child, WANTED, NOW) is refusal


OPERATIONS = st.frozensets(st.sampled_from(list(Operation)), min_size=1)
ITEMS = st.frozensets(st.sampled_from(sorted(SCENARIOS)))
SCOPES = st.builds(
    Scope,
    items=ITEMS,
    scenario=st.sampled_from(["", "waste", "permit"]),
    operations=OPERATIONS,
    certificates=st.frozensets(st.sampled_from(["C-1", "C-2"])),
    seals=st.frozensets(st.sampled_from(["S-1"])),
)
MOMENTS = st.integers(-5, 5).map(lambda days: NOW + days * DAY)
DELEGATIONS = st.builds(
    Delegation,
    grantor_code=st.just(GIVEN.grantor_code),
    delegate=st.sampled_from(["lihua", "boss"]),
    scope=SCOPES,
    valid_from=MOMENTS,
    valid_until=MOMENTS,
    state=st.sampled_from(list(State)),
    uses=st.integers(0, 3),
    uses_most=st.none() | st.integers(1, 3),
    pass_on=st.sampled_from(list(PassOn)),
)
WANTS = st.builds(
    lambda operation, item, certificate: replace(
        WANTED, operation=operation, item=item, scenario=SCENARIOS[item], certificate=certificate,
        seal="S-1",
    ),
    st.sampled_from([*map(str, Operation), "retract"]),
    st.sampled_from(sorted(SCENARIOS)),
    st.sampled_from(["", "C-1", "C-2"]),
)  # fmt: skip


def scenario_of(item: str) -> str:
    return SCENARIOS.get(item, "")


@given(DELEGATIONS, WANTS, MOMENTS)
def test_only_one_in_force_lets_anything_be_done(
    one: Delegation, wanted: Wanted, now: datetime
) -> None:
    if may_act(one, wanted, now) is None:
        assert one.state in (State.ACTIVE, State.USED_UP)
        assert one.delegate == wanted.delegate
        assert one.valid_from <= now < one.valid_until
        assert wanted.operation in one.scope.operations


@given(DELEGATIONS, DELEGATIONS, WANTS, MOMENTS)
def test_what_is_not_wider_lets_nothing_more_be_done(
    above: Delegation, child: Delegation, wanted: Wanted, now: datetime
) -> None:
    if wider(above, child, scenario_of):
        return
    alone = may_act(child, wanted, now)

    if alone is None and above.state is State.ACTIVE:
        theirs = replace(wanted, delegate=above.delegate)
        assert may_act(above, theirs, now) in (None, Refusal.USED_UP)


@given(DELEGATIONS, DELEGATIONS, WANTS, MOMENTS)
def test_passing_on_never_adds_to_what_may_be_done(
    above: Delegation, child: Delegation, wanted: Wanted, now: datetime
) -> None:
    passed = replace(child, parent=above)

    if may_act(passed, wanted, now) is None:
        assert may_act(child, wanted, now) is None
        assert may_act(above, replace(wanted, delegate=above.delegate), now) is None


@given(DELEGATIONS, WANTS, MOMENTS)
def test_a_revoked_one_is_good_for_nothing_at_any_time(
    one: Delegation, wanted: Wanted, now: datetime
) -> None:
    assert may_act(replace(one, state=State.REVOKED), wanted, now) is not None


ABOVE = replace(GIVEN, pass_on=PassOn.ONCE, uses_most=3, uses=1)
BELOW = replace(GIVEN, delegate="zhang", uses_most=2)


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        ({}, {}, ()),
        ({"pass_on": PassOn.NEVER}, {}, (Wider.NOT_ALLOWED,)),
        ({"parent": GIVEN}, {}, (Wider.NOT_ALLOWED,)),
        ({}, {"grantor_code": "x"}, (Wider.PRINCIPAL,)),
        ({}, {"valid_until": NOW + 2 * DAY}, (Wider.TIME,)),
        ({}, {"valid_from": NOW - 2 * DAY}, (Wider.TIME,)),
        ({}, {"uses_most": 3}, (Wider.USES,)),
        ({}, {"uses_most": None}, (Wider.USES,)),
        ({}, {"pass_on": PassOn.ONCE}, (Wider.PASS_ON,)),
        ({}, {"scope": replace(SCOPE, items=frozenset({"waste.renew"}))}, (Wider.ITEMS,)),
        ({}, {"scope": replace(SCOPE, items=frozenset(), scenario="waste")}, (Wider.ITEMS,)),
        (
            {"scope": replace(SCOPE, items=frozenset(), scenario="waste")},
            {"scope": replace(SCOPE, items=frozenset({"waste.renew"}))},
            (),
        ),
        ({}, {"scope": replace(SCOPE, operations=frozenset({Operation.SIGN}))},
         (Wider.OPERATIONS,)),
        ({}, {"scope": replace(SCOPE, certificates=frozenset({"C-1"}))}, (Wider.CERTIFICATES,)),
        ({}, {"scope": replace(SCOPE, seals=frozenset({"S-1"}))}, (Wider.SEALS,)),
    ],
)  # fmt: skip
def test_it_is_told_in_what_a_delegation_would_be_wider(
    above: dict[str, object], below: dict[str, object], found: tuple[Wider, ...]
) -> None:
    parent, child = replace(ABOVE, **above), replace(BELOW, **below)  # type: ignore[arg-type]

    assert wider(parent, child, scenario_of) == found
