# SPDX-License-Identifier: Apache-2.0
"""No two packs of a city have one task code (实施编码): case numbers are made from it."""

from collections.abc import Sequence

from huiban.packloader.build_scenario import Draft


def check(drafts: Sequence[Draft]) -> None:
    """Check all packs of a city together; the lives of one matter share their code."""
    owners: dict[str, str] = {}
    for draft in drafts:
        for code, item in draft.items.items():
            first = owners.setdefault(item.task_code, draft.folder.code)
            if item.task_code and first != draft.folder.code:
                message = f"{item.task_code} is the task code of pack '{first}' already"
                cure = "take your own: two would give their cases the same numbers"
                draft.folder.note(draft.item_files[code], ("task_code",), message, cure)
