# SPDX-License-Identifier: Apache-2.0
"""Whatever binds the public says by which law: items, materials, clocks."""

from huiban.packloader.build_scenario import Draft


def check(draft: Draft) -> None:
    """Check that every item, material and clock names its basis."""
    _items(draft)
    for code, chart in draft.processes.items():
        for name, clock in chart.clocks.items():
            if not clock.basis:
                path = ("clocks", name)
                draft.folder.note(
                    draft.process_files[code], path, "the clock names no basis", "add it"
                )


def _items(draft: Draft) -> None:
    folder = draft.folder
    for code, item in draft.items.items():
        file = draft.item_files[code]
        if not item.basis:
            folder.note(file, ("basis",), "the item names no law", "add law and article")
        for index, basis in enumerate(item.basis):
            if not basis.article:
                cure = "add `article`, or the part of the text that says so"
                folder.note(file, ("basis", index), f"{basis.law}: no article", cure)
        for index, material in enumerate(item.materials):
            if not material.basis:
                cure = "add `basis`; what no law asks for must not be asked for"
                folder.note(file, ("materials", index), f"'{material.code}' has no basis", cure)
