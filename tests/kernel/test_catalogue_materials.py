# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from huiban.kernel.catalogue import (
    Commitment,
    Instead,
    MaterialStanding,
    OnRecord,
    Standing,
    material_list,
)
from huiban.kernel.clock import Limit
from huiban.kernel.fill_record import How
from huiban.kernel.words import Words
from tests.kernel.catalogue_sample import clean_item

ITEM = clean_item()
DAY = date(2026, 11, 23)
PROMISE = Commitment(Words("本人承诺……"), "国办发〔2020〕42号", Limit.parse("20 work_days"))


def judged(
    facts: dict[str, object] | None = None, known: OnRecord | None = None, **changed: object
) -> dict[str, MaterialStanding]:
    """Judge the sample's materials; `changed` is what the identity card's has instead."""
    materials = tuple(
        replace(one, **changed) if one.code == "identity" and changed else one
        for one in ITEM.materials
    )
    lines = material_list(replace(ITEM, materials=materials), facts or {}, DAY, known)
    return {one.material.code: one for one in lines}


def test_a_material_is_needed_deferred_or_not_by_the_answers() -> None:
    found = judged({"uses_road": True, "site_area": Decimal(500)})

    assert {code: one.standing for code, one in found.items()} == {
        "form": Standing.NEEDED,
        "identity": Standing.NEEDED,
        "road": Standing.NEEDED,
        "plan": Standing.DEFERRED,
    }
    assert judged({"uses_road": False})["road"].standing is Standing.NOT_NEEDED


def test_a_certificate_in_hand_waives_its_material_and_is_named() -> None:
    found = judged(known=OnRecord(certificates={"identity_card": "证1号", "other": "证2号"}))

    assert found["identity"].standing is Standing.WAIVED
    assert found["identity"].instead == Instead(How.CERTIFICATE, "identity_card", "证1号")
    assert found["identity"].why.zh == "已有有效的电子证照，不用交"
    assert found["form"].standing is Standing.NEEDED


def test_a_register_that_has_answered_replaces_the_material_and_the_request_is_named() -> None:
    found = judged(known=OnRecord(answers={"population": "q17"}), replaced_by=("population",))

    assert found["identity"].standing is Standing.WAIVED
    assert found["identity"].instead == Instead(How.RESOURCE, "population", "q17")
    assert judged(replaced_by=("population",))["identity"].standing is Standing.NEEDED


def test_a_form_filled_in_on_line_is_its_own_material() -> None:
    found = judged(waived_by=("online_form",))

    assert found["identity"].instead == Instead(How.FORM, "online_form")


def test_a_promise_stands_in_only_where_the_item_offers_one() -> None:
    known = OnRecord(committed=frozenset({"identity", "form"}))

    found = judged(known=known, commitment=PROMISE)

    assert found["identity"].standing is Standing.COMMITTED
    assert found["identity"].how is How.COMMITMENT
    assert found["form"].standing is Standing.NEEDED


def test_what_is_on_record_goes_before_a_promise() -> None:
    known = OnRecord({"identity_card": "证1号"}, {"population": "q17"}, frozenset({"identity"}))

    found = judged(known=known, commitment=PROMISE, replaced_by=("population",))

    assert found["identity"].how is How.CERTIFICATE


def test_a_material_handed_in_although_waived_counts_as_handed_in() -> None:
    found = judged(known=OnRecord({"identity_card": "证1号"}, handed=frozenset({"identity"})))

    assert found["identity"].standing is Standing.WAIVED
    assert found["identity"].how is How.UPLOADED


def test_a_certificate_does_not_waive_what_is_not_asked_for() -> None:
    road = {one.material.code: one for one in _with_road({"uses_road": False})}["road"]

    assert road.standing is Standing.NOT_NEEDED
    assert road.how is None


@pytest.mark.parametrize(
    ("handed", "is_owed", "how"), [((), True, How.DEFERRED), (("plan",), False, How.UPLOADED)]
)
def test_a_deferred_material_is_owed_until_it_is_there(
    handed: tuple[str, ...], is_owed: bool, how: How
) -> None:
    plan = judged(known=OnRecord(handed=frozenset(handed)))["plan"]

    assert plan.is_owed is is_owed
    assert plan.how is how
    assert not plan.is_lacking


def test_an_unknown_condition_names_what_would_settle_it() -> None:
    road = judged({"uses_road": True})["road"]

    assert road.standing is Standing.UNKNOWN
    assert road.missing == ("site_area",)
    assert road.how is None


def test_a_certificate_settles_what_the_answers_leave_open() -> None:
    road = {one.material.code: one for one in _with_road({"uses_road": True})}["road"]

    assert road.standing is Standing.WAIVED


def _with_road(facts: dict[str, object]) -> tuple[MaterialStanding, ...]:
    materials = tuple(
        replace(one, waived_by=("road_permit",)) if one.code == "road" else one
        for one in ITEM.materials
    )
    known = OnRecord({"road_permit": "证3号"})
    return material_list(replace(ITEM, materials=materials), facts, DAY, known)
