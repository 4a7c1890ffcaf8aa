# SPDX-License-Identifier: Apache-2.0
"""The commands of the documentation run as they are written, in a copy of the project."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs import scratch

ROOT = scratch.ROOT
HOW_TO = {
    "add-a-connector",
    "add-a-number",
    "add-a-rule-function",
    "add-a-scenario-pack",
    "add-a-service-item",
    "import-a-holiday-notice",
    "write-a-document-template",
}
TRIED = [page for page in scratch.pages() if any(one.is_runnable for one in scratch.blocks(page))]


def test_there_is_a_page_for_everything_people_add() -> None:
    assert {page.stem for page in (ROOT / "docs" / "how-to").glob("*.md")} >= HOW_TO


@pytest.mark.parametrize("page", TRIED, ids=lambda page: page.stem)
def test_the_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    folder = scratch.copy_to(tmp_path / "huiban")

    for block in scratch.blocks(page):
        if block.is_runnable:
            done = scratch.run(block.text, folder)

            assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"


def test_what_a_page_runs_is_more_than_a_greeting() -> None:
    assert {page.stem for page in TRIED} >= {
        "add-a-scenario-pack",
        "import-a-holiday-notice",
        "operate",
        "write-a-document-template",
    }


def test_a_new_pack_is_tested_by_its_name() -> None:
    told = subprocess.run(
        ["make", "-n", "test", "PACK=tree_felling"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert re.search(r"pytest .*tests/packs -k tree_felling", told)


def test_a_command_that_fails_is_noticed(tmp_path: Path) -> None:
    folder = scratch.copy_to(tmp_path / "huiban")

    assert scratch.run("huiban check packs/no_such_pack", folder).returncode == 2
