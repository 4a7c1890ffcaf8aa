# SPDX-License-Identifier: Apache-2.0
"""Two lanes of one worker: what takes seconds of a processor must not let a notice wait."""

import threading
from dataclasses import replace

from huiban.jobs import worker
from huiban.jobs.errands import READING, registry
from huiban.jobs.worker import Policy, Surroundings

_SLOW = frozenset({READING})


def run(around: Surroundings) -> None:
    """Work until told to stop: reading materials in one lane, all else in the other."""
    aside = replace(around, name=f"{around.name}:reading")
    policy = Policy(only=_SLOW, batch=1)
    lane = threading.Thread(
        target=worker.run, args=(registry().without_sweeps(), aside, policy), name="reading"
    )
    lane.start()
    try:
        worker.run(registry(), around, Policy(never=_SLOW))
    finally:
        around.stop.set()
        lane.join()
