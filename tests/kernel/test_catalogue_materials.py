# SPDX-License-Identifier: Apache-2.0
from datetime import date
from decimal import Decimal

from huiban.kernel.catalogue import Standing, material_list
from tests.kernel.catalogue_sample import clean_item

ITEM = clean_item()
DAY = date(2026, 11, 23)


def standings(facts: dict[str, object], held: frozenset[str] = frozenset()) -> dict[str, Standing]:
    return {one.material.code: one.standing for one in material_list(ITEM, facts, DAY, held)}


def test_a_material_is_needed_deferred_waived_or_not_by_the_answers() -> None:
    facts = {"uses_road": True, "site_area": Decimal(500)}

    assert standings(facts) == {
        "form": Standing.NEEDED,
        "identity": Standing.NEEDED,
        "road": Standing.NEEDED,
        "plan": Standing.DEFERRED,
    }
    assert standings({"uses_road": False})["road"] is Standing.NOT_NEEDED


def test_a_certificate_in_hand_waives_its_material_and_is_named() -> None:
    [_, identity, *_] = material_list(ITEM, {}, DAY, frozenset({"identity_card"}))

    assert identity.standing is Standing.WAIVED
    assert identity.waived_by == "identity_card"
    assert identity.why.zh == "已有电子证照或部门数据，免交"


def test_an_unknown_condition_names_what_would_settle_it() -> None:
    road = material_list(ITEM, {"uses_road": True}, DAY)[2]

    assert road.standing is Standing.UNKNOWN
    assert road.missing == ("site_area",)
