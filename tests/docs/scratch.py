# SPDX-License-Identifier: Apache-2.0
"""A copy of the project to try commands of the documentation in, and the blocks to try."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.kernel.calendar_sample import notice_of

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("packs", "src", "tools", "tests")
_BLOCK = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: its language, the words after it, and its text."""

    language: str
    words: str
    text: str

    @property
    def is_runnable(self) -> bool:
        return self.language == "console" and "runnable" in self.words.split()


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    return [Block(*found) for found in _BLOCK.findall(page.read_text("utf-8"))]


def pages() -> list[Path]:
    """Return every page of the project that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("packs/*/*.md")])


def copy_to(folder: Path) -> Path:
    """Copy what commands need, and lay down what a page tells its reader to bring along."""
    for name in _COPIED:
        # With the compiled files, which stay valid: copies keep their times.
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "build").mkdir()
    for name in ("fonts", "static"):
        (folder / "build" / name).symlink_to(ROOT / "build" / name)
    (folder / "var" / "objects").mkdir(parents=True)
    (folder / "2027.txt").write_text(notice_of(2026), "utf-8")
    return folder


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of one block as a reader of the page would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIBAN_")}
    programs = str(Path(sys.executable).parent)
    changed = {"PATH": f"{programs}:{kept['PATH']}", "PYTHONPATH": str(folder / "src")}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, env=kept | changed, capture_output=True, text=True, check=False,
    )  # fmt: skip
