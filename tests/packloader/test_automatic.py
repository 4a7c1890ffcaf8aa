# SPDX-License-Identifier: Apache-2.0
"""A pack may let the system decide only where that is lawful, knowable and watched by people."""

import pytest

from tests.packloader.pack_edit import Edit, drafted, line_of, problems

CANCEL, NEW = "items/cancel.yaml", "items/new.yaml"
APPROVED = Edit(CANCEL, "  looks: leader\n", "  looks: leader\n  approved_on: 2026-11-01\n")
DECLARED = """
automatic:
  basis: 青岛市优化营商环境条例第二十四条
  sampled: 0.1
  looks: leader
"""


def on_new() -> Edit:
    """Declare it for the item whose chart asks the traffic police."""
    return Edit(NEW, "\nform: new\n", f"\nform: new{DECLARED}")


def test_the_declaration_of_the_pack_stands_and_is_not_in_force() -> None:
    item = drafted().items["construction_waste.cancel"]

    assert problems() == ()
    assert item.automatic is not None
    assert item.automatic.approved_on is None


def test_no_other_item_takes_the_declaration_over_by_likeness() -> None:
    like_cancel = Edit(
        "items/renew.yaml", "like: construction_waste.new", "like: construction_waste.cancel"
    )
    items = drafted(like_cancel).items

    assert [code for code, one in items.items() if one.automatic] == ["construction_waste.cancel"]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (Edit(CANCEL, "  basis: 青岛市", "  basis: ''\n  approved_by: 青岛市"), "lawful"),
        (Edit(CANCEL, "sampled: 0.1", "sampled: 0"), "decided by people instead"),
        (Edit(CANCEL, "sampled: 0.1", "sampled: 0.009"), "decided by people instead"),
        (Edit(CANCEL, "sampled: 0.1", "sampled: 1.5"), "decided by people instead"),
        (Edit(CANCEL, "  looks: leader", "  looks: window"), "cannot correct"),
        (Edit(CANCEL, "  looks: leader", "  looks: leder"), "cannot correct"),
        (APPROVED, "nobody is named who approved"),
    ],
)
def test_a_declaration_with_a_gap_is_told_where_it_stands(edit: Edit, says: str) -> None:
    found = [one for one in problems(edit) if says in one.message]

    assert len(found) == 1
    assert found[0].path.endswith(CANCEL)
    assert found[0].cure


def test_without_any_basis_the_schema_says_so() -> None:
    gone = Edit(
        CANCEL,
        f"  basis: {BASIS}\n",
        "",
    )

    assert any("basis" in str(one) for one in problems(gone))


def test_an_item_whose_chart_consults_somebody_is_refused() -> None:
    edit = on_new()

    told = [str(one) for one in problems(edit) if "needs people" in one.message]

    assert any("'consultation' somebody is consulted" in one for one in told)
    assert any("hearing, an inspection" in one for one in told)
    assert all(f"{NEW}:{line_of(edit) + 2}" in one for one in told)


BASIS = "青岛市优化营商环境条例第二十四条（示例：是否适用自动审批，须由本级政府或者主管部门批准）"
ASKED = "pollution still unattended?}\n        kind: boolean\n        required: true"


def test_a_hearing_alone_is_refused_too() -> None:
    heard = Edit(
        "processes/cancel.yaml",
        "acts:\n  retract: {}\n",
        "acts:\n  retract: {}\n  suspend: {by: leader}\n",
    )

    told = [one.message for one in problems(heard)]

    assert any("time can stop for a hearing" in one for one in told)


def test_a_criterion_that_an_empty_answer_leaves_unknown_is_refused() -> None:
    optional = Edit("forms/cancel.yaml", ASKED, ASKED.replace("        required: true", ""))

    [told] = [one for one in problems(optional) if "stays unknown" in one.message]

    assert "'no_open_incident' stays unknown where 'has_open_incident'" in told.message
    assert "required" in told.cure


def test_a_field_that_is_not_always_shown_may_be_unknown_too() -> None:
    shown = ASKED + "\n        show_when: cancel_reason = 'finished'"
    hidden = Edit("forms/cancel.yaml", ASKED, shown)

    assert any("stays unknown" in one.message for one in problems(hidden))


def test_a_point_of_the_law_over_what_may_follow_later_is_refused() -> None:
    later = Edit(
        NEW,
        "  - code: site_inventory\n",
        "  - code: site_inventory\n    need: deferrable\n    supply_within: 5 work_days\n",
    )

    told = [one.message for one in problems(on_new(), later)]

    assert any("'inventory_of_site' stays unknown where 'site_inventory'" in one for one in told)
