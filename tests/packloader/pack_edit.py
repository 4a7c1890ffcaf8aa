# SPDX-License-Identifier: Apache-2.0
"""The real pack with something written differently, and what the checkers say of it."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from huiban.packloader.build_scenario import Draft, build
from huiban.packloader.checkers import check_draft
from huiban.packloader.common import load_common
from huiban.packloader.folder import Folder, texts_in
from huiban.packloader.load import read_resources, with_registers
from huiban.packloader.problem import Problem
from huiban.packloader.values import Common

ROOT = Path(__file__).resolve().parents[2] / "packs"
PACK = "construction_waste"


class Edit(NamedTuple):
    """Replace the first `old` in a file by `new`; an empty `old` makes the file anew."""

    file: str
    old: str
    new: str


def listed(file: str) -> list[tuple[Edit, str]]:
    """The edits a file beside the tests lists, each with what must be said of it."""
    rows = yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))
    return [(Edit(row["file"], row["old"], row["new"]), row["says"]) for row in rows]


@lru_cache(maxsize=1)
def common() -> Common:
    found, problems = load_common(texts_in(ROOT / "common"), "packs/common")
    assert problems == []
    return with_registers(found, read_resources(ROOT)[0])


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    return texts_in(ROOT / PACK)


def edited(*edits: Edit) -> dict[str, str]:
    found = dict(texts())
    for file, old, new in edits:
        if old:
            assert old in found[file], f"{file} no longer holds {old!r}"
            found[file] = found[file].replace(old, new, 1)
        else:
            found[file] = new
    return found


def drafted(*edits: Edit, others: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Draft:
    kept = {file: text for file, text in edited(*edits).items() if file not in without}
    return build(Folder(PACK, kept, f"packs/{PACK}", others), common())


def problems(
    *edits: Edit, others: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> tuple[Problem, ...]:
    return check_draft(drafted(*edits, others=others, without=without))


def line_of(edit: Edit) -> int:
    """The line of the file on which the new text begins."""
    text = edited(edit)[edit.file]
    return text.count("\n", 0, text.index(edit.new)) + 1
