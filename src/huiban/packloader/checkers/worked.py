# SPDX-License-Identifier: Apache-2.0
"""Every worked example (样例) turns out as it is written."""

from huiban.packloader.build_scenario import Draft, scenario_of
from huiban.packloader.example import gather, run


def check(draft: Draft) -> None:
    """Run every example of a pack without faults."""
    scenario = scenario_of(draft)
    if scenario is None:
        return
    samples, placed = gather(draft.examples)
    for one in placed:
        for fault in run(one.example, samples, scenario, draft.common):
            message = f"'{one.example.name}': {fault}"
            cure = "correct the example or the pack, whichever is wrong"
            draft.folder.note(one.file, ("examples", one.index), message, cure)
