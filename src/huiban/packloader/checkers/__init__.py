# SPDX-License-Identifier: Apache-2.0
"""What `huiban check` asks of every pack: one small function a question, all problems at once."""

from collections.abc import Callable, Mapping

from huiban.packloader.build_scenario import Draft
from huiban.packloader.checkers import (
    basis,
    copies,
    documents,
    examples,
    files,
    items,
    limits,
    notices,
    quality,
    references,
    soundness,
)
from huiban.packloader.problem import Problem

Checker = Callable[[Draft], None]

CHECKERS: Mapping[str, Checker] = {
    "files": files.check,
    "references": references.check,
    "basis": basis.check,
    "items": items.check,
    "limits": limits.check,
    "soundness": soundness.check,
    "notices": notices.check,
    "documents": documents.check,
    "examples": examples.check,
    "copies": copies.check,
    "quality": quality.check,
}
"""Every checker by name; each notes what it finds in the draft's folder."""


def check_draft(draft: Draft) -> tuple[Problem, ...]:
    """Run every checker over a draft and return all problems, those of the reading included."""
    for checker in CHECKERS.values():
        checker(draft)
    return draft.folder.all_problems()
