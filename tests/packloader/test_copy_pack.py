# SPDX-License-Identifier: Apache-2.0
"""A new pack starts as a whole copy under its own code, and as a draft."""

import io
import shutil
from pathlib import Path

import pytest

from huiban.cli.check import check
from huiban.cli.new_pack import new_pack
from huiban.packloader.copy_pack import CopyRefused, copied
from tests.packloader.pack_edit import PACK, ROOT, texts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT, tmp_path / "packs")
    return tmp_path / "packs"


def test_a_new_pack_is_quiet_from_the_start(root: Path) -> None:
    path = new_pack(root, "citizen_report", PACK)
    out = io.StringIO()

    assert check([path], out) == 0
    assert out.getvalue() == "1 pack checked, no problems\n"


def test_nothing_of_the_old_code_stays_but_where_it_comes_from() -> None:
    found = copied(texts(), PACK, "citizen_report")

    assert set(found) == set(texts())
    assert [file for file, text in found.items() if PACK in text] == ["README.md"]


def test_a_longer_word_that_holds_the_code_is_left_alone() -> None:
    found = copied({"a.yaml": "x_waste: waste.new, waste_kind, ../waste/b"}, "waste", "dust")

    assert found["a.yaml"] == "x_waste: dust.new, waste_kind, ../dust/b"


def test_a_new_pack_claims_nothing_but_that_it_loads() -> None:
    found = copied(texts(), PACK, "citizen_report")["quality.yaml"]

    assert "level: draft" in found
    assert found.count("done") == 1


@pytest.mark.parametrize(
    ("code", "like", "says"),
    [
        ("Citizen", PACK, "cannot be a code"),
        ("../x", PACK, "cannot be a code"),
        (PACK, PACK, "exists already"),
        ("citizen_report", "construction_wast", "did you mean 'construction_waste'?"),
    ],
)
def test_what_cannot_be_copied_is_refused(root: Path, code: str, like: str, says: str) -> None:
    before = sorted(path.name for path in root.iterdir())

    with pytest.raises(CopyRefused) as refused:
        new_pack(root, code, like)

    assert says in str(refused.value)
    assert sorted(path.name for path in root.iterdir()) == before
