# SPDX-License-Identifier: Apache-2.0
"""A pack with many faults tells all of them at once, and an unsound chart the way into it."""

import io
import shutil
from pathlib import Path

from huiban.cli.check import check
from tests.packloader.pack_edit import PACK, ROOT, Edit, edited, line_of, listed, problems

PLANTED = listed("planted.yaml")


def test_all_planted_faults_are_told_at_once() -> None:
    found = problems(*(edit for edit, _ in PLANTED))

    for edit, says in PLANTED:
        told = [
            one
            for one in found
            if one.path.endswith(edit.file) and says in one.message and one.line == line_of(edit)
        ]
        assert told, f"{edit} is not told\n" + "\n".join(map(str, found))


def test_few_problems_are_told_that_only_follow_from_others() -> None:
    found = problems(*(edit for edit, _ in PLANTED))

    assert len(found) <= len(PLANTED) + 2, "\n".join(map(str, found))


def test_the_command_prints_them_and_fails(tmp_path: Path) -> None:
    shutil.copytree(ROOT / PACK, tmp_path / PACK)
    for file, text in edited(*(edit for edit, _ in PLANTED)).items():
        (tmp_path / PACK / file).write_text(text, "utf-8")
    out = io.StringIO()

    code = check([tmp_path / PACK], out)

    lines = out.getvalue().splitlines()
    assert code == 1
    assert lines[-1].startswith("1 pack checked, ")
    assert all(f"{PACK}/{edit.file}:" in out.getvalue() for edit, _ in PLANTED)


def test_a_chart_in_which_a_case_can_be_stuck_is_refused_with_the_way_into_it() -> None:
    trap = """\
      pass: {to: decision}
  waiting_room:
    label: 候办
    role: examiner
    on:
      again: {to: waiting_room}
"""
    into = Edit("processes/cancel.yaml", "      pass: {to: decision}\n", trap)
    send = Edit(
        "processes/cancel.yaml", "to: declined, do: [non_acceptance, archive]}", "to: waiting_room}"
    )

    found = [one for one in problems(into, send) if "waiting_room" in one.message + one.field]

    assert any("path: submit → decline" in str(one) for one in found), found


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    island = Edit(
        "processes/cancel.yaml",
        "  decision:\n",
        "  island:\n    role: examiner\n    on: {leave: {to: decision}}\n  decision:\n",
    )

    found = [str(one) for one in problems(island)]

    assert any("island" in one and "processes/cancel.yaml" in one for one in found), found


def test_a_chart_that_lets_one_person_decide_alone_is_refused() -> None:
    alone = Edit("processes/cancel.yaml", "    four_eyes: examination\n", "")

    found = [str(one) for one in problems(alone)]

    assert any("who examined" in one or "four_eyes" in one for one in found), found
