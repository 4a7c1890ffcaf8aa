# SPDX-License-Identifier: Apache-2.0
"""readings.yaml: the agreed kinds are there, and a fault is told at its line with its cure."""

import pytest

from huiban.packloader.common import load_common
from tests.packloader.pack_edit import ROOT, common

FIELDS = {
    "business_licence": "name uscc legal_person address capital established_on valid_from "
    "valid_until scope",
    "id_card_front": "name id_number sex birth address",
    "id_card_back": "issuer valid_from valid_until",
    "contract": "party_a party_b number signed_on quantity amount valid_from valid_until plates "
    "project",
    "qualification_certificate": "holder number category valid_until",
    "real_estate_certificate": "owner number address area",
    "safety_certificate": "holder person number category valid_until",
    "official_opinion": "issuer addressee quantity period_from period_until signed_on",
    "site_inventory": "site owner capacity taken left signed_on",
    "plan": "title unit signed_on",
    "photo": "",
}
FILE = (ROOT / "common" / "readings.yaml").read_text("utf-8")


def test_every_kind_has_its_fields() -> None:
    kinds = common().material_kinds

    assert {code: {one.name for one in kind.fields} for code, kind in kinds.items()} == {
        code: set(names.split()) for code, names in FIELDS.items()
    }


def test_every_kind_and_field_has_a_name_in_both_languages() -> None:
    named = [
        words
        for kind in common().material_kinds.values()
        for words in (kind.name, *(one.label for one in kind.fields))
    ]

    assert all(words.zh and words.en for words in named)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('pattern: "[男女]"', 'pattern: "[男女"', "not a pattern"),
        ('pattern: "[男女]"', 'pattern: "(?:男*)*"', "repeats without end"),
        ("type: uscc", "type: ussc", "unknown value 'ussc'"),
        ("labels: [住址]", "labls: [住址]", "unknown key 'labls'"),
        (", labels: [住址]", "", "no labels"),
        ("{weight: 0.2, words: [经营范围]}", "{weight: 0.2}", "needs words or a pattern"),
        ("name: sex", "name: birth", "'birth' stands twice"),
        ("code: photo", "code: plan", "'plan' stands twice"),
    ],
)
def test_a_fault_is_told_with_its_file(old: str, new: str, says: str) -> None:
    assert old in FILE

    _, problems = load_common({"readings.yaml": FILE.replace(old, new, 1)})

    told = [one for one in problems if one.path.endswith("readings.yaml") and says in one.message]
    assert told, "\n".join(map(str, problems))
    assert told[0].line > 1 or "stands twice" in says
