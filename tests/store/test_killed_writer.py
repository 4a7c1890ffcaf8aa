# SPDX-License-Identifier: Apache-2.0
"""A process killed while it writes leaves every acknowledged case whole and no case in parts."""

import os
import subprocess
import sys
import time

from huiban.store.models import Case, Deadline, JournalEntry, Task


def killed_after(address: str, first: int, seconds: float) -> list[list[str]]:
    surroundings = os.environ | {
        "HUIBAN_DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "huiban.settings",
        "PYTHONPATH": os.pathsep.join(["src", "."]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.killed_writer", str(first)],
        env=surroundings,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    began = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    rest = process.communicate()[0]
    return [
        line.split() for line in (began + rest).splitlines() if line.endswith(tuple("0123456789"))
    ]


def parts(case: Case) -> tuple[int, int, int]:
    return (
        Task.objects.filter(case=case).count(),
        Deadline.objects.filter(case=case).count(),
        JournalEntry.objects.filter(case=case).count(),
    )


def test_a_killed_writer_loses_nothing_acknowledged(each_fresh_database: str) -> None:
    told: list[list[str]] = []
    for round_number in range(3):
        told += killed_after(each_fresh_database, round_number * 100_000, 0.1 + 0.07 * round_number)

    stored = {case.number: case for case in Case.objects.all()}

    assert len(told) > 20
    for act, number in told:
        assert stored[number].version >= (1 if act == "opened" else 2)
    for case in stored.values():
        assert parts(case) == ((1, 1, 1) if case.version == 1 else (2, 2, 2))
