# SPDX-License-Identifier: Apache-2.0
"""The safety permit asks what its paper form asked, and fills in what its README says it does."""

from pathlib import Path

import pytest

from huiban.kernel.form import Field, FieldKind, Form
from huiban.packloader import load_scenarios

ROOT = Path(__file__).resolve().parents[2] / "packs"
PACK = load_scenarios(ROOT).scenarios["safety_permit"]
ENTERPRISE = [
    "name",
    "uscc",
    "legal",
    "legal_id",
    "address",
    "office",
    "reg_capital",
    "established",
    "econ_type",
    "staff",
    "phone",
    "contact",
    "postcode",
    "industry",
]
ROWS = [
    "q_no",
    "q_type",
    "q_expiry",
    "m_name",
    "m_id",
    "m_kind",
    "m_cert",
    "m_expiry",
    "m_ins",
    "w_name",
    "w_id",
    "w_kind",
    "w_cert",
    "w_expiry",
]
CONDITIONS = [f"c{number}" for number in range(1, 14)]
SIGNING = ["statement", "legal_sign", "seal", "apply_date"]
BEFORE = ["old_no", "old_scope", "old_from", "old_to", "extension_kind"]
ALL = {*ENTERPRISE, *ROWS, *CONDITIONS, *SIGNING, *BEFORE, "accidents"}
NOT_FILLED_IN = frozenset({"history"})


def questions(form: Form) -> dict[str, Field]:
    """A table is no question of its own; its columns are."""
    return {
        one.key: one
        for field in form.fields()
        for one in (field.columns if field.kind is FieldKind.TABLE else (field,))
    }


def sources(one: Field) -> set[str]:
    return {name.partition(".")[0] for name in one.prefill} - NOT_FILLED_IN


def test_a_renewal_asks_all_fifty_one_questions() -> None:
    assert len(ALL) == 51
    assert set(questions(PACK.forms["renew"])) == ALL


def test_a_new_permit_asks_nothing_of_a_permit_before() -> None:
    assert set(questions(PACK.forms["new"])) == ALL - set(BEFORE)


def test_the_readme_counts_what_is_filled_in() -> None:
    known = [key for key, one in questions(PACK.forms["renew"]).items() if sources(one)]

    assert len(known) == 32
    assert f"前 {len(known)} 项" in PACK.readme


@pytest.mark.parametrize("key", CONDITIONS)
def test_each_condition_names_its_item_of_the_regulation(key: str) -> None:
    one = questions(PACK.forms["new"])[key]
    criteria = {criterion.code: criterion for criterion in PACK.rules}
    basis = criteria[f"condition_{key[1:]}"].basis

    assert basis.removeprefix("安全生产许可证条例第六条") in one.why.zh


def test_only_insurance_is_answered_by_a_register_for_the_applicant() -> None:
    asked = questions(PACK.forms["new"])

    assert [key for key in CONDITIONS if asked[key].prefill] == ["c7"]
