# SPDX-License-Identifier: Apache-2.0
"""What `huiban check` asks of every pack: one small function a question, all problems at once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from huiban.packloader.build_scenario import Draft
from huiban.packloader.checkers import (
    analysis,
    automatic,
    basis,
    copies,
    documents,
    examples,
    files,
    items,
    limits,
    notices,
    prefill,
    quality,
    references,
    review,
    soundness,
    task_codes,
    vocabularies,
    worked,
)
from huiban.packloader.common import load_common
from huiban.packloader.folder import texts_in
from huiban.packloader.load import (
    COMMON,
    pack_folders,
    read_connections,
    read_pack,
    read_resources,
    with_registers,
)
from huiban.packloader.problem import Problem
from huiban.packloader.resources import RESOURCES

Checker = Callable[[Draft], None]

CHECKERS: Mapping[str, Checker] = {
    "files": files.check,
    "references": references.check,
    "prefill": prefill.check,
    "analysis": analysis.check,
    "review": review.check,
    "basis": basis.check,
    "items": items.check,
    "limits": limits.check,
    "soundness": soundness.check,
    "automatic": automatic.check,
    "notices": notices.check,
    "documents": documents.check,
    "examples": examples.check,
    "copies": copies.check,
    "quality": quality.check,
}
"""Every checker by name; each notes what it finds in the draft's folder."""


def check_draft(draft: Draft, more: Sequence[Checker] = ()) -> tuple[Problem, ...]:
    """
    Run every checker over a draft and return all problems, those of the reading included.

    `more` are checks that need what this room does not know, such as a printer.
    """
    for checker in CHECKERS.values():
        checker(draft)
    if not draft.folder.all_problems():
        worked.check(draft)  # on a pack with faults, the examples would only repeat them
    for checker in more:
        checker(draft)
    return draft.folder.all_problems()


def check_folder(
    path: Path, root: Path, more: Sequence[Checker] = ()
) -> dict[str, tuple[Problem, ...]] | None:
    """
    Check a pack, or every pack of a folder, and return the problems by pack.

    The shared vocabularies are those beside the pack, else those of `root`. None if the path
    holds no pack.
    """
    if (path / "pack.yaml").is_file():
        packs, home = [path], path.parent
    else:
        packs, home = (pack_folders(path) if path.is_dir() else []), path
    if not packs:
        return None
    shared = home / COMMON if (home / COMMON).is_dir() else root / COMMON
    shown = f"{shared.parent.name}/{COMMON}"
    common, problems = load_common(texts_in(shared), shown)
    catalogue, of_resources = read_resources(shared.parent)
    of_resources += read_connections(shared.parent, catalogue)[1]
    of_common = tuple(sorted({*problems, *vocabularies.check(common, shown, catalogue)}))
    common = with_registers(common, catalogue)
    drafts = {pack.name: read_pack(pack, common) for pack in packs}
    task_codes.check([*drafts.values()])
    found = {name: check_draft(draft, more) for name, draft in drafts.items()}
    return {COMMON: of_common, RESOURCES: tuple(of_resources), **found}
