# SPDX-License-Identifier: Apache-2.0
"""A worker killed in the middle of a job loses nothing; one asked to stop leaves at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from huiban.store import jobs
from huiban.store.models import Job
from huiban.store.rows import JobRow

SCRIPT = Path(__file__).with_name("crashing_worker.py")


@contextmanager
def a_worker(address: str, log: Path, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    surroundings = os.environ | {
        "HUIBAN_DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "huiban.settings",
        "HUIBAN_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen([sys.executable, SCRIPT, log, str(seconds)], env=surroundings)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def begun(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def prepare(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effect (job varchar(20) PRIMARY KEY)")
    rows = [JobRow("effect", json.dumps({"job": f"j{number}"})) for number in range(count)]
    jobs.enqueue(rows, datetime.now(UTC))


def effects() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT job FROM effect ORDER BY job")
        return [row[0] for row in cursor.fetchall()]


def test_jobs_of_a_killed_worker_are_run_by_the_next_one(
    each_fresh_database: str, tmp_path: Path
) -> None:
    log = tmp_path / "begun"
    prepare(4)

    with a_worker(each_fresh_database, log, seconds=60) as first:
        wait_until(lambda: bool(begun(log)))
        first.kill()
        first.wait()
    with a_worker(each_fresh_database, log, seconds=0):
        wait_until(lambda: jobs.counts() == {"done": 4})

    assert effects() == ["j0", "j1", "j2", "j3"]
    assert sorted(begun(log)) == ["j0", "j0", "j1", "j2", "j3"]
    assert set(Job.objects.values_list("last_error", flat=True)) == {""}


def test_a_worker_asked_to_stop_ends_its_job_and_gives_the_others_back(
    each_fresh_database: str, tmp_path: Path
) -> None:
    log = tmp_path / "begun"
    prepare(3)

    with a_worker(each_fresh_database, log, seconds=1) as worker:
        wait_until(lambda: bool(begun(log)))
        worker.send_signal(signal.SIGTERM)
        status = worker.wait(timeout=30)

    assert status == 0
    assert jobs.counts() == {"done": 1, "ready": 2}
    assert list(Job.objects.filter(state="ready").values_list("attempts", flat=True)) == [0, 0]


def test_an_idle_worker_is_woken_by_a_new_job(each_fresh_database: str, tmp_path: Path) -> None:
    log = tmp_path / "begun"
    prepare(1)

    with a_worker(each_fresh_database, log, seconds=0):
        wait_until(lambda: jobs.counts() == {"done": 1})
        jobs.enqueue([JobRow("effect", '{"job": "late"}')], datetime.now(UTC))
        wait_until(lambda: jobs.counts() == {"done": 2})

    assert begun(log) == ["j0", "late"]
