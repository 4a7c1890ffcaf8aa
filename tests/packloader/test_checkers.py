# SPDX-License-Identifier: Apache-2.0
"""Each fault a pack can have is found at its line, with a cure, and nothing else is said."""

import pytest

from huiban.packloader.checkers import CHECKERS, check_folder
from tests.packloader.pack_edit import ROOT, Edit, drafted, line_of, listed, problems

FAULTS = listed("faults.yaml")
IDS = [f"{edit.file}: {says}" for edit, says in FAULTS]


@pytest.mark.parametrize(("edit", "says"), FAULTS, ids=IDS)
def test_a_fault_is_found_with_its_file_and_a_cure(edit: Edit, says: str) -> None:
    found = problems(edit)

    telling = [one for one in found if says in str(one)]
    assert telling, "\n".join(map(str, found))
    assert telling[0].path.startswith("packs/construction_waste/")
    assert telling[0].cure or "write" in telling[0].message or "must" in telling[0].message


# Some faults concern a whole part or file and are told at its head.
POINTED = [
    (edit, says)
    for edit, says in FAULTS
    if edit.new and "runs in" not in says and "no example" not in says
]


@pytest.mark.parametrize(("edit", "says"), POINTED, ids=[edit.new[:24] for edit, _ in POINTED])
def test_a_fault_is_told_at_the_line_it_is_written_on(edit: Edit, says: str) -> None:
    found = [one for one in problems(edit) if says in str(one)]

    assert any(abs(one.line - line_of(edit)) <= _spread(edit) for one in found), found


def _spread(edit: Edit) -> int:
    """What concerns a whole part is told at its first line; the fault stands a little below."""
    return 12 if edit.new.count("\n") or "serial" in edit.old or "form" in edit.old else 3


def test_the_pack_as_it_is_has_no_fault() -> None:
    assert problems() == ()


def test_every_shared_vocabulary_fits() -> None:
    found = check_folder(ROOT, ROOT)

    assert found is not None
    assert found["common"] == ()


def test_a_program_in_a_pack_is_refused() -> None:
    found = problems(others=("hooks.py",))

    assert [str(one) for one in found] == [
        "packs/construction_waste/hooks.py:1: a pack holds no program "
        "(say it in YAML, or add a named function to the engine)"
    ]


def test_a_file_that_nobody_reads_is_refused() -> None:
    found = problems(Edit("form/new.yaml", "", "code: x\n"))

    assert "a pack has no such file (did you mean 'forms/new.yaml'?)" in str(found[0])


def test_a_file_longer_than_people_read_is_refused() -> None:
    found = problems(Edit("seed.yaml", "# 演示", "#\n" * 601 + "# 演示"))

    assert "the file has more than 600 lines" in str(found[0])


@pytest.mark.parametrize("file", ["pack.yaml", "rules.yaml", "notices.zh.yaml", "quality.yaml"])
def test_a_missing_file_is_told(file: str) -> None:
    found = problems(without=(file,))

    assert any(one.path.endswith(file) and "the file is missing" in one.message for one in found)


def test_an_example_that_turns_out_otherwise_is_told_at_its_line() -> None:
    edit = Edit("examples/granted.yaml", "{committed: 2026-09-15,", "{committed: 2026-09-16,")

    (found,) = problems(edit)

    assert "due.committed: 2026-09-15, expected 2026-09-16" in found.message
    assert "step 2" in found.message


def test_a_fault_in_a_part_that_others_take_is_told_once() -> None:
    found = problems(
        Edit("forms/new.yaml", "prefill: [waste_transport_permit.number]", "prefil: [x.y]")
    )

    assert [one.path for one in found] == ["packs/construction_waste/forms/new.yaml"]


def test_every_checker_is_asked_of_every_pack() -> None:
    draft = drafted()
    for name, checker in CHECKERS.items():
        checker(draft)
        assert draft.folder.all_problems() == (), name
