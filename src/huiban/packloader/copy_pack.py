# SPDX-License-Identifier: Apache-2.0
"""Starting a scenario pack from another: the same structure under a new code, a draft again."""

import re
from collections.abc import Mapping

from huiban.packloader.quality import POINTS, Level


class CopyRefused(ValueError):
    """A pack cannot be started so; the message says why and what to do."""


def copied(texts: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """Return the texts of the new pack: the code renamed everywhere, the checklist to do."""
    word = re.compile(rf"(?<![a-z0-9_]){re.escape(old)}(?![a-z0-9_])")
    found = {file: word.sub(new, text) for file, text in texts.items()}
    found["quality.yaml"] = checklist()
    found["README.md"] = f"> 本页由场景 {old} 复制而来，请改写成本场景的内容。\n\n" + found.get(
        "README.md", f"# {new}\n"
    )
    return found


def checklist() -> str:
    """Write the checklist of a pack that only loads so far."""
    lines = ["# 质量清单：draft 草稿 → trial 试用 → live 上线。exempt 要写明理由。"]
    lines += [f"level: {Level.DRAFT}", "points:"]
    for level, points in POINTS.items():
        mark = "done" if level is Level.DRAFT else "todo"
        lines += [f"  {point}: {{mark: {mark}}}" for point in points]
    return "\n".join(lines) + "\n"
