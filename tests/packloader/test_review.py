# SPDX-License-Identifier: Apache-2.0
"""review.yaml: every wrong name, unit or rule is told at its line; examples go both ways."""

import pytest

from huiban.kernel.catalogue import Life
from huiban.kernel.review import Gap
from huiban.packloader import load_texts
from huiban.packloader.build_review import REVIEW
from huiban.packloader.load import PackRefused
from tests.packloader.pack_edit import Edit, common, drafted, edited, line_of, problems, texts

_READS = "  site_inventory: [site_inventory]"
_ENDS = "  contract_ends: {read: haulage_contract.valid_until, take: most"
_AMOUNT = "  contract_amount: {sum: haulage_contract.quantity, unit: 万吨"
_OURS = "  party_a_is_builder: {agrees: haulage_contract.party_a, with: builder"
_LISTED = "  vehicles_have_contract: {covers: haulage_contract.plates, of: vehicles.plate"
_BACKS = "  identity_backs: {count: legal_identity, is: [id_card_back]"
_SEALED = "  contract_sealed: {seal: haulage_contract"
_HOLDS = "holds: identity_until >= as_of"
_ABOUT = "    about: haulage_contract"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (_READS, "  site_inventori: [site_inventory]", "unknown material 'site_inventori'"),
        (_READS, "  site_inventory: [site_inventry]", "unknown kind of material 'site_inventry'"),
        (_READS, "  site_inventory: []", "no kind is named"),
        (_ENDS, _ENDS.replace("haulage", "haul"), "unknown material in `reads` 'haul_contract'"),
        (_ENDS, _ENDS.replace("valid_until", "valid_til"), "unknown field of what"),
        (_ENDS, _ENDS.replace("most", "last"), "take"),
        (_ENDS, _ENDS.replace("valid_until", "party_b"), "'party_b' has no order"),
        (_ENDS, _ENDS.replace("take: most", "count: haulage_contract"), "not exactly one thing"),
        (_ENDS, _ENDS.replace("take: most", "with: period_end"), "says nothing with `read`"),
        (_ENDS, _ENDS.replace("take: most", "unit: 吨"), "is not told in '吨'"),
        (_ENDS, _ENDS.replace("contract_ends", "waste_amount"), "a fact of the case already"),
        (_AMOUNT, _AMOUNT.replace(", unit: 万吨", ""), "a number without a unit"),
        (_AMOUNT, _AMOUNT.replace("万吨", "万顿"), "is not told in '万顿'"),
        (_AMOUNT, _AMOUNT.replace("quantity", "party_b"), "'party_b' is no number"),
        (_OURS, _OURS.replace(", with: builder", ""), "`agrees` needs `with`"),
        (_OURS, _OURS.replace("with: builder", "with: bilder"), "did you mean 'builder'?"),
        (_OURS, _OURS.replace("with: builder", "with: vehicles"), "cannot be compared"),
        (_OURS, _OURS.replace("with: builder", "with: period_end"), "is compared with a date"),
        (
            _OURS,
            _OURS.replace("with: builder", "with: legal_identity.nam"),
            "unknown field of what 'legal_identity' may be 'nam'",
        ),
        (_LISTED, _LISTED.replace("vehicles.plate", "project_address"), "list of addresses"),
        (_BACKS, _BACKS.replace("[id_card_back]", "[id_card_rear]"), "unknown kind of"),
        (_SEALED, _SEALED + ", pages: true", "says nothing with `seal`"),
        (_HOLDS, "holds: identity_til >= as_of", "identity_til"),
        (_HOLDS, "holds: identity_until >= 5", "is compared with"),
        (_HOLDS, "holds: identity_until is null", "would make it known"),
        (_HOLDS, "holds: apply_date <= as_of", "uses no fact of this file"),
        (
            f"{_HOLDS}\n    lives: [new]",
            f"{_HOLDS}\n    lives: [new, renew]",
            "'identity_until' cannot be known for 'renew'",
        ),
        ("shows: [identity_until]", "shows: [identity_til]", "unknown fact of this file"),
        ("settles: window", "settles: windo", "unknown role 'windo'"),
        (_ABOUT, "    about: haulage_deal", "unknown material or section"),
        ("severity: must", "severity: shall", "severity"),
        ("code: contract_is_ours", "code: site_has_room", "there twice"),
        ("code: contract_is_ours", "code: not_dishonest", "there twice"),
        ("    severity: note", "    needs: 1.5\n    severity: note", "needs"),
    ],
)
def test_a_fault_is_told_at_its_line_with_a_cure(old: str, new: str, says: str) -> None:
    edit = Edit(REVIEW, old, new)

    told = [one for one in problems(edit) if one.path.endswith(REVIEW) and says in str(one)]

    assert told, [str(one) for one in problems(edit)]
    assert told[0].cure or says == "needs"  # a bound that was passed is its own cure
    first = line_of(edit)
    assert first <= told[0].line <= first + new.count("\n") + 11


_ALL_GOOD = "  - name: 材料都对，每个要点都通过"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("        site_inventory:\n", "        site_inventori:\n", "is not read by review.yaml"),
        ("{kind: contract, seal", "{kind: contrakt, seal", "did you mean 'contract'?"),
        ("{party_a: 青岛海纳", "{party: 青岛海纳", "'contract' has no field 'party'"),
        ("valid_until: 2027年4月30日", "valid_until: 明年", "cannot be read as this field"),
        ("quantity: 3.5万吨", "quantity: 1.5万吨", "contract_covers_amount: fail, expected pass"),
        ("contract_is_ours: fail,", "contract_is_mine: fail,", "contract_is_mine: no such point"),
        ("{contract_amount: unsure}", "{contract_amount: no_file}", "gaps"),
    ],
)
def test_an_example_that_reads_or_finds_something_else_is_told(
    old: str, new: str, says: str
) -> None:
    told = [str(one) for one in problems(Edit("examples/review.yaml", old, new))]

    assert any(says in one for one in told), told


def test_a_point_without_a_failing_example_is_a_problem() -> None:
    edit = Edit("examples/review.yaml", "findings: {identity_in_force: fail}", "findings: {}")

    told = [str(one) for one in problems(edit)]

    assert any("no example in which 'identity_in_force' is a fail" in one for one in told), told


def test_a_point_without_a_passing_example_is_a_problem() -> None:
    draft = drafted()
    text = texts()["examples/review.yaml"]
    kept = text[text.index("  - name: 别的工程的合同") :]
    edit = Edit("examples/review.yaml", "", f"examples:\n{kept}")

    told = [str(one) for one in problems(edit)]

    assert draft.points
    assert any("no example in which 'opinion_is_sealed' is a pass" in one for one in told), told


def test_points_are_those_of_the_items_life() -> None:
    told = load_texts(texts(), common()).review

    assert told
    codes = {life: {one.code for one in points} for life, points in told.points.items()}
    assert "identity_of_legal" in codes[Life.NEW]
    assert "identity_of_legal" not in codes[Life.MODIFY]
    assert codes[Life.CANCEL] == set()
    assert len(codes[Life.NEW]) >= 12


def test_a_pack_without_points_has_none() -> None:
    kept = {file: text for file, text in texts().items() if "review" not in file}

    assert load_texts(kept, common()).review is None


def test_an_older_version_whose_kinds_are_gone_is_handled_without_its_points() -> None:
    old = edited(Edit(REVIEW, _READS, "  site_inventory: [kind_of_last_year]"))

    scenario = load_texts(old, common())

    assert scenario.review is None
    assert scenario.texts[REVIEW] == old[REVIEW]
    with pytest.raises(PackRefused):
        load_texts({**old, "pack.yaml": "code: 1"}, common())


def test_gaps_are_words_that_never_change() -> None:
    assert [one.value for one in Gap] == [
        "no_file", "other_kind", "not_read", "unsure", "unclear", "several", "other_unit",
        "not_filled",
    ]  # fmt: skip


_OWN = """kinds:
  - code: weighbridge_slip
    name: {zh: 过磅单, en: Weighbridge slip}
    features: [{weight: 0.9, words: [过磅单], is_title: true}]
    fields:
      - {name: net, label: {zh: 净重, en: Net weight}, type: number, labels: [净重]}
reads:
"""


def test_a_pack_brings_kinds_of_its_own_beside_the_shared_ones() -> None:
    edits = [
        Edit(REVIEW, "reads:\n", _OWN),
        Edit(REVIEW, _READS, _READS[:-1] + ", weighbridge_slip]"),
    ]
    scenario = load_texts(edited(*edits), common())

    assert scenario.review is not None
    assert scenario.review.kinds["weighbridge_slip"].fields[0].name == "net"
    assert set(common().material_kinds) < set(scenario.review.kinds)
    assert "weighbridge_slip" in scenario.review.reads["site_inventory"]
    before = load_texts(texts(), common()).review
    assert before is not None
    assert before.kinds_digest != scenario.review.kinds_digest


def test_a_kind_that_is_there_already_is_told() -> None:
    found = problems(Edit(REVIEW, "reads:\n", _OWN.replace("weighbridge_slip", "contract")))

    assert any("there is a kind 'contract' already" in one.message for one in found)
