# SPDX-License-Identifier: Apache-2.0
"""The worker process: python -m huiban.jobs [--until-empty]."""

import os
import random  # noqa: TID251 - the jitter of retries comes in here
import sys
import threading
from datetime import UTC, datetime

import django


def now() -> datetime:
    """Return the present moment; a process is where time comes in."""
    return datetime.now(tz=UTC)  # noqa: TID251 - the entrypoint is where time comes in


def main() -> int:
    """Carry out jobs and sweeps until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiban.settings")
    django.setup()
    from huiban.jobs import lanes, worker
    from huiban.jobs.errands import registry

    stop = threading.Event()
    worker.stop_on_signals(stop)
    around = worker.Surroundings(worker.worker_name(), now, random.random, stop)
    if "--until-empty" in sys.argv[1:]:
        worker.run_until_empty(registry(), around)
    else:
        lanes.run(around)
    return 0


if __name__ == "__main__":
    sys.exit(main())
