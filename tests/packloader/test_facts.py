# SPDX-License-Identifier: Apache-2.0
"""What rules may know of a case: life and materials, unknown where the answers say too little."""

from datetime import date

from huiban.packloader import case_facts, case_schema, is_needed, load_texts, waived
from tests.packloader.pack_edit import common, texts

SCENARIO = load_texts(texts(), common())
NEW = SCENARIO.items["construction_waste.new"]
MODIFY = SCENARIO.items["construction_waste.modify"]
TODAY = date(2026, 9, 14)


def complete(values: dict[str, object], *attached: str) -> object:
    form = SCENARIO.forms["modify"]
    return case_facts(MODIFY, form, values, attached, TODAY).get("materials_complete")


def test_everything_required_makes_the_materials_complete() -> None:
    every = [one.code for one in NEW.materials]
    form = SCENARIO.forms["new"]

    assert case_facts(NEW, form, {}, every, TODAY)["materials_complete"] is True
    assert case_facts(NEW, form, {}, every[1:], TODAY)["materials_complete"] is False


def test_a_conditional_material_is_asked_for_only_when_its_condition_holds() -> None:
    assert complete({"changes": ["vehicles"]}, "application_form") is True
    assert complete({"changes": ["haulers"]}, "application_form") is False
    assert complete({"changes": ["haulers"]}, "application_form", "haulage_contract") is True


def test_an_unknown_condition_leaves_completeness_unknown() -> None:
    assert complete({}, "application_form") is None


def test_a_missing_required_material_is_certain_whatever_is_unknown() -> None:
    assert complete({}) is False


def test_an_unknown_condition_is_told_as_unknown() -> None:
    contract = next(one for one in MODIFY.materials if one.code == "haulage_contract")

    assert is_needed(contract, {}, TODAY) is None


def test_every_fact_is_declared_with_its_kind() -> None:
    form = SCENARIO.forms["new"]
    known = case_facts(NEW, form, {}, (), TODAY)

    assert set(known) <= set(case_schema(NEW, form))
    assert known["life"] == "new"


def test_a_held_certificate_waives_its_material() -> None:
    assert waived(NEW, {"identity_card"}) == {"legal_identity"}
    assert waived(NEW, ()) == frozenset()
