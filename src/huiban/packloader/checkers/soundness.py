# SPDX-License-Identifier: Apache-2.0
"""Every chart is sound: each case can end, nothing is stuck, every state can be reached."""

from huiban.kernel.process import soundness
from huiban.packloader.build_process import note_fault
from huiban.packloader.build_scenario import Draft


def check(draft: Draft) -> None:
    """Explore every chart; a fault shows the path of events that leads to it."""
    for code, chart in draft.processes.items():
        for fault in soundness(chart):
            note_fault(draft.folder, draft.process_files[code], fault)
