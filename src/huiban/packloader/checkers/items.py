# SPDX-License-Identifier: Apache-2.0
"""The quality rules for service items (事项质量), and that each item is complete in its pack."""

from huiban.kernel import catalogue
from huiban.packloader.build_scenario import Draft


def check(draft: Draft) -> None:
    """Check every item by the catalogue's lint, its code, and one item a life."""
    folder = draft.folder
    lives: dict[str, str] = {}
    for code, item in draft.items.items():
        file = draft.item_files[code]
        for fault in catalogue.lint(item):
            path = [int(part) if part.isdigit() else part for part in fault.field.split(".")]
            # A condition that could not be parsed has had its problem told; so has a stray one.
            if fault.code != "material_when" or not folder.has(file, path):
                folder.note(file, path, fault.message, fault.cure)
        pack = draft.pack.code if draft.pack else folder.code
        if not code.startswith(f"{pack}."):
            folder.note(
                file, ("code",), f"'{code}' is not of this pack", f"begin it with '{pack}.'"
            )
        if item.life in lives:
            message = f"{lives[item.life]} is also for '{item.life}'"
            folder.note(file, ("life",), message, "a pack has one item for each life")
        lives.setdefault(item.life, file)
