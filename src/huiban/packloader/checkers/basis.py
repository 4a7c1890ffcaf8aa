# SPDX-License-Identifier: Apache-2.0
"""Whatever binds the public says by which law: every clock of every process."""

from huiban.packloader.build_scenario import Draft


def check(draft: Draft) -> None:
    """
    Check that every clock names its basis.

    Items and materials are asked for theirs by the catalogue's lint; criteria and documents
    cannot be written without.
    """
    for code, chart in draft.processes.items():
        for name, clock in chart.clocks.items():
            if not clock.basis:
                file = draft.process_files[code]
                cure = "add `basis`: the law, or the promise made in public"
                draft.folder.note(file, ("clocks", name), "the clock names no basis", cure)
