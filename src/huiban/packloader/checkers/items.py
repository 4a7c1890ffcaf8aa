# SPDX-License-Identifier: Apache-2.0
"""The quality rules for service items (事项质量), and that each item is complete in its pack."""

from huiban.kernel import catalogue
from huiban.kernel.catalogue import Item
from huiban.packloader.build_scenario import Draft
from huiban.packloader.problem import did_you_mean


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
        _replacing(draft, file, item)


def _replacing(draft: Draft, file: str, item: Item) -> None:
    """A register replaces a material only where the form asks it."""
    asked = [one.source for one in draft.forms[item.form].lookups]
    for index, material in enumerate(item.materials):
        for at, resource in enumerate(material.replaced_by):
            if resource not in asked and resource not in draft.folder.doubtful:
                path = ("materials", index, "replaced_by", at)
                message = f"form '{item.form}' does not ask '{resource}'"
                cure = did_you_mean(resource, asked) or "add a lookup to the form"
                draft.folder.note(file, path, message, cure)
