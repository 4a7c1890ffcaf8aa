# SPDX-License-Identifier: Apache-2.0
"""The house as a whole: sizes, names, lock files, and that it speaks of itself alone."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import glossary, rooms

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 400


def tracked(*patterns: str) -> list[Path]:
    """List the files that git tracks or would track."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in told.stdout.splitlines() if (ROOT / line).is_file()]


def modules() -> list[Path]:
    return [path for path in tracked("src/*.py") if "migrations" not in path.parts]


def test_no_module_grows_past_comfort() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in modules()
        if (count := sum(1 for line in path.read_text("utf-8").splitlines() if line.strip()))
        > MOST_LINES
    }

    assert long == {}


def test_every_module_opens_with_its_licence_and_one_sentence() -> None:
    for path in modules():
        text = path.read_text("utf-8")
        if path.name != "__init__.py":
            assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n"), path
        assert rooms.sentence(path), path


def identifiers(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id


def test_identifiers_use_the_words_of_the_glossary() -> None:
    told = glossary.terms()
    forbidden = {word for term in told["terms"] for word in term.get("not", [])}
    forbidden |= set(told["pinyin"])

    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules()
        for name in identifiers(path)
        if forbidden & set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))
    }

    assert found == set()


def test_pages_made_from_the_source_are_current() -> None:
    assert rooms.PAGE.read_text("utf-8") == rooms.page(), "run `make docs`"
    assert glossary.PAGE.read_text("utf-8") == glossary.page(), "run `make docs`"


@pytest.mark.parametrize("name", ["run", "build", "face", "dev", "node"])
def test_lock_files_pin_with_hashes_and_carry_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")

    assert "://" not in text
    pinned = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line, re.IGNORECASE)]
    assert pinned
    assert all("==" in line for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_browser_lock_file_carries_integrity_and_no_addresses() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))

    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in one and one["integrity"] for one in packages.values())


def test_the_project_speaks_of_itself_alone() -> None:
    strange = re.compile(r"/(?:wor[k]|roo[t])/|index-ur[l]|npmjs\.or[g]|pypi\.or[g]")
    texts = [path for path in tracked() if path.suffix not in {".png", ".svg", ".lock"}]

    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in texts
        for line in path.read_text("utf-8", "replace").splitlines()
        if strange.search(line)
    ]

    assert found == []


def test_no_third_party_code_is_committed() -> None:
    assert not [path for path in tracked() if path.name.endswith((".min.js", ".min.css", ".ttf"))]


def test_every_decision_says_context_decision_and_what_was_rejected() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    assert records
    numbers = [path.name[:4] for path in records]
    assert len(numbers) == len(set(numbers)), "two decisions share a number"
