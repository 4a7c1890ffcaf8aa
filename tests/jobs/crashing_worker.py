# SPDX-License-Identifier: Apache-2.0
"""A worker process for the crash test: its jobs say in a file that they began, and take long."""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.db import connection


def main(log: str, seconds: str) -> None:
    django.setup()
    from huiban.jobs.registry import Registry
    from huiban.jobs.worker import Policy, Surroundings, run, stop_on_signals, worker_name

    def effect(payload: dict[str, str], now: datetime) -> None:
        with Path(log).open("a") as file:
            file.write(payload["job"] + "\n")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO effect (job) VALUES (%s) ON CONFLICT (job) DO NOTHING",
                [payload["job"]],
            )
        time.sleep(float(seconds))

    registry = Registry()
    registry.handle("effect", effect)
    stop = threading.Event()
    stop_on_signals(stop)
    around = Surroundings(worker_name(), lambda: datetime.now(UTC), lambda: 0.5, stop)
    run(registry, around, Policy(lease=timedelta(seconds=3), batch=3, poll_seconds=0.2))


if __name__ == "__main__":
    main(*sys.argv[1:])
