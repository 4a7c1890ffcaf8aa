# SPDX-License-Identifier: Apache-2.0
"""Files of a pack are replaced together or not at all; the patch does the same by hand."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from huiban.packloader.replace_files import (
    can_replace,
    changed_files,
    patch_of,
    put_back,
    replace_files,
)

OLD = {"pack.yaml": "version: 1.0.0\n", "review.yaml": "a: 一\nb: 2", "README.md": "x\n"}
NEW = {**OLD, "pack.yaml": "version: 1.0.1\n", "review.yaml": "a: 二\nb: 2",
       "examples/review.yaml": "examples:\n  - name: 新\n"}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "packs" / "demo"
    home.mkdir(parents=True)
    for name, text in OLD.items():
        (home / name).write_text(text, "utf-8")
    return home


def texts(folder: Path) -> dict[str, str]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_text("utf-8") for one in files}


def test_the_version_rises_last() -> None:
    assert list(changed_files(OLD, NEW)) == ["examples/review.yaml", "review.yaml", "pack.yaml"]


def test_everything_is_replaced_and_can_be_put_back(folder: Path) -> None:
    (folder / "review.yaml").chmod(0o640)
    before = replace_files(folder, changed_files(OLD, NEW))

    assert texts(folder) == NEW
    assert (folder / "review.yaml").stat().st_mode & 0o777 == 0o640
    put_back(folder, before)
    assert texts(folder) == OLD


@pytest.mark.parametrize("name", ["pack.yaml", "review.yaml"])
def test_a_file_that_cannot_be_written_leaves_all_as_they_were(folder: Path, name: str) -> None:
    # Something else stands where the new file would wait: as good as a full or read-only disk.
    (folder / f".{name}.new").mkdir()

    with pytest.raises(OSError, match=name):
        replace_files(folder, changed_files(OLD, NEW))

    assert texts(folder) == OLD


def test_a_folder_that_is_not_ours_cannot_be_replaced() -> None:
    is_root = os.geteuid() == 0
    with TemporaryDirectory(prefix="hbtest_packs_") as name:
        folder = Path(name)
        (folder / "pack.yaml").write_text("version: 1.0.0\n", "utf-8")
        assert can_replace(folder, ["pack.yaml", "new/a.yaml"])

        folder.chmod(0o555)
        if is_root:  # who may write everywhere
            os.seteuid(65534)
        try:
            answers = [can_replace(folder, ["pack.yaml"]), can_replace(folder, ["new/a.yaml"])]
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)

        assert answers == [False, False]


def test_the_patch_makes_of_the_old_files_the_new(folder: Path) -> None:
    patch = patch_of("demo", OLD, NEW)

    done = subprocess.run(
        ["git", "apply", "-p1", "-"], input=patch, cwd=folder.parent, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert texts(folder) == NEW
