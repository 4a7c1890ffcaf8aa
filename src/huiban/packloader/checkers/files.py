# SPDX-License-Identifier: Apache-2.0
"""A pack is data: its folder is named as its code, every file has a known place and a fair size."""

import re

from huiban.packloader.build_scenario import Draft
from huiban.packloader.problem import did_you_mean

MOST_LINES = 600
_PLACES = (
    r"(pack|process|rules|analysis|review|statistics|seed|quality|notices\.zh)\.yaml",
    r"README\.md",
    r"(items|forms|processes|examples)/[a-z][a-z0-9_]*\.yaml",
    r"documents/[a-z][a-z0-9_]*\.(yaml|typ|svg)",
)
_PLACE = re.compile("|".join(f"({place})" for place in _PLACES))
_KNOWN = (
    "pack.yaml",
    "process.yaml",
    "rules.yaml",
    "analysis.yaml",
    "review.yaml",
    "statistics.yaml",
    "seed.yaml",
    "quality.yaml",
    "notices.zh.yaml",
    "README.md",
    "items/new.yaml",
    "forms/new.yaml",
    "processes/cancel.yaml",
    "documents/letter.typ",
    "examples/granted.yaml",
)


def check(draft: Draft) -> None:
    """Check the folder's name and every file in it."""
    folder = draft.folder
    if draft.pack and folder.code and draft.pack.code != folder.code:
        message = f"the code '{draft.pack.code}' is not the folder's name '{folder.code}'"
        folder.note("pack.yaml", ("code",), message, "make them the same")
    for file in (*folder.texts, *folder.others):
        if not _PLACE.fullmatch(file):
            folder.note(file, (), *_stranger(file))
        elif folder.texts.get(file, "").count("\n") > MOST_LINES:
            message = f"the file has more than {MOST_LINES} lines"
            folder.note(file, (), message, "split it by topic")


def _stranger(file: str) -> tuple[str, str]:
    if file.endswith((".py", ".js", ".sh", ".sql")):
        return "a pack holds no program", "say it in YAML, or add a named function to the engine"
    return "a pack has no such file", did_you_mean(file, _KNOWN)
