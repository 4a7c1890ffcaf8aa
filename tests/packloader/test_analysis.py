# SPDX-License-Identifier: Apache-2.0
"""analysis.yaml: every wrong name and every rule that hides an unknown is told at its line."""

from dataclasses import replace

import pytest

from huiban.kernel.analysis import How
from huiban.kernel.catalogue import Life
from huiban.kernel.resource import Catalogue
from huiban.kernel.rule import FactKind
from huiban.kernel.rule.tree import walk
from huiban.packloader import load_texts
from huiban.packloader.build_analysis import ANALYSIS
from huiban.packloader.load import PackRefused
from tests.packloader.pack_edit import Edit, common, drafted, edited, line_of, problems, texts

_DEBTORS = "  - {source: dishonest_debtors, by: uscc, from: uscc}"
_NAME = "  - {field: applicant, with: enterprise_registry.name}"
_HAULER = "  - {field: haulers.trans_name, with: waste_transport_permit.holder}"
_STATUS = "  registry_status: {item: enterprise_registry.status}"
_HOLDS = "holds: not is_dishonest"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (_DEBTORS, _DEBTORS.replace("debtors", "debtor"), "unknown data resource"),
        (_DEBTORS, _DEBTORS.replace("by: uscc", "by: name"), "unknown lookup key of dishonest"),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: usc"), "unknown field of any form 'usc'"),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: identity.phone"), "unknown identity"),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: haulers.uscc"), "unknown column"),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: nowhere.uscc"), "neither a table nor"),
        (
            _DEBTORS,
            _DEBTORS.replace("from: uscc", "from: construction_permit.usc"),
            "unknown item of construction_permit",
        ),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: vehicle.uscc"), "asked for each row"),
        (_DEBTORS, _DEBTORS.replace("from: uscc", "from: uscc, rows: x"), "rows"),
        (_DEBTORS, f"{_DEBTORS}\n{_DEBTORS}", "asked twice"),
        (
            _DEBTORS,
            f"{_DEBTORS}\n  - {{source: credit_penalties, by: uscc, from: uscc}}",
            "nothing of 'credit_penalties'",
        ),
        (_NAME, _NAME.replace("applicant", "aplicant"), "unknown field of any form 'aplicant'"),
        (_NAME, _NAME.replace("registry.name", "registry.nam"), "unknown item of enterprise"),
        (_NAME, _NAME.replace("enterprise_registry", "planning_permit"), "unknown lookup"),
        (_NAME, _NAME.replace("applicant", "haulers"), "cannot be compared"),
        (_NAME, _NAME.replace("enterprise_registry.name", "vehicle.uscc"), "is asked for each row"),
        (
            _NAME,
            _NAME.replace("name}", "name, key: {nam: applicant}}"),
            "unknown item of enterprise_registry 'nam'",
        ),
        (
            _NAME,
            _NAME.replace("name}", "name, key: {name: haulers.trans_name}}"),
            "column of another row",
        ),
        (_STATUS, _STATUS.replace("{item", "{count: vehicle, item"), "not exactly one thing"),
        (_STATUS, "  registry_status: {label: 状态}", "not exactly one thing"),
        (_STATUS, f"{_STATUS}\n  route: {{found: vehicle}}", "is a fact of the form already"),
        (_STATUS, f"{_STATUS}\n  plates: {{least: vehicle.plate}}", "is a text"),
        (_STATUS, f"{_STATUS}\n  has_car: {{found: vehicle}}", "asked for each row of 'vehicles'"),
        (_STATUS, _STATUS.replace("{item", "{itm"), "itm"),
        (_HOLDS, "holds: not is_dishonst", "is_dishonst"),
        (_HOLDS, "holds: is_dishonest is null", "would make it known"),
        (_HOLDS, "holds: coalesce(is_dishonest, false)", "would make it known"),
        (
            "holds: haulers_approved and haulers_approved_until >= as_of\n    lives: [new, modify",
            "holds: haulers_approved and haulers_approved_until >= as_of\n    lives: [cancel",
            "cannot be known for 'cancel'",
        ),
        ("code: not_dishonest", "code: site_has_room", "there twice"),
        ("asks: site_keeper", "asks: site_kepper", "unknown role"),
    ],
)
def test_a_fault_is_told_at_its_line_with_a_cure(old: str, new: str, says: str) -> None:
    edit = Edit(ANALYSIS, old, new)

    found = problems(edit)

    told = [one for one in found if says in f"{one.field} {one.message}"]
    assert told, "\n".join(map(str, found))
    first = line_of(edit)
    assert first <= told[0].line <= first + new.count("\n") + 1
    assert told[0].path.endswith(ANALYSIS)
    assert told[0].cure


def test_one_misspelt_register_is_one_problem() -> None:
    wrong = Edit(ANALYSIS, "source: enterprise_registry", "source: enterprise_registri")

    assert len(problems(wrong)) == 1


def test_lookups_that_wait_for_one_another_are_refused() -> None:
    circle = Edit(
        ANALYSIS, _DEBTORS, _DEBTORS.replace("from: uscc", "from: dishonest_debtors.uscc")
    )

    assert "wait for one another" in str(problems(circle)[0])


def test_an_analysis_is_typed_by_the_registers() -> None:
    analysis = drafted().analysis

    assert analysis is not None
    assert analysis.facts["haulers_approved_until"].how is How.LEAST
    (until,) = [one for one in analysis.criteria[Life.NEW] if one.code == "vehicles_are_licensed"]
    kinds = {node.value: node.kind for node in walk(until.rule.tree) if node.op == "field"}
    assert kinds["vehicles_licensed_until"] is FactKind.DATE
    assert {one.code for one in analysis.criteria[Life.CANCEL]} == {"registered_in_business"}


def test_a_pack_needs_no_analysis() -> None:
    found = drafted(without=(ANALYSIS,))

    assert found.analysis is None
    assert not found.folder.all_problems()


def test_a_pack_in_use_asks_only_who_agreed_and_a_draft_may_still_agree() -> None:
    added = Edit(
        ANALYSIS, _DEBTORS, f"{_DEBTORS}\n  - {{source: mr_business_licence, by: uscc, from: uscc}}"
    )
    used = Edit(ANALYSIS, _STATUS, f"{_STATUS}\n  is_safe: {{found: mr_business_licence}}")
    level = next(line for line in texts()["quality.yaml"].splitlines() if line.startswith("level:"))

    told = [str(one) for one in problems(added, used)]
    as_draft = [
        str(one) for one in problems(added, used, Edit("quality.yaml", level, "level: draft"))
    ]

    assert any("may not be asked for 'construction_waste'" in one for one in told), told
    assert not any("may not be asked" in one for one in as_draft), as_draft


def test_a_published_version_outlives_the_registers_it_asked() -> None:
    fewer = replace(common(), catalogue=Catalogue({}, {}, {}, {}))

    found = load_texts(texts(), fewer)

    assert found.analysis is None
    assert found.texts == texts()
    assert found.digest == load_texts(texts(), common()).digest


def test_other_faults_of_a_published_version_are_still_told() -> None:
    fewer = replace(common(), catalogue=Catalogue({}, {}, {}, {}))
    broken = edited(Edit("rules.yaml", "site_left", "site_lft"))

    with pytest.raises(PackRefused, match="site_lft"):
        load_texts(broken, fewer)
