# SPDX-License-Identifier: Apache-2.0
"""Serial numbers and keys are unique whoever asks for them, in whatever process."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from huiban.store import ids, serials
from huiban.store.models import Serial
from tests.store.samples import NOW

DAY = date(2026, 7, 28)
TAKER = """
import sys
from datetime import UTC, date, datetime
import django
django.setup()
from huiban.store import ids, serials
taken = [
    (serials.take("race", date(2026, 7, 28), datetime.now(UTC)), ids.new_id(datetime.now(UTC)))
    for _ in range(300)
]
print("\\n".join(f"{serial} {number}" for serial, number in taken))
"""


def test_serials_begin_at_one_and_rise(each_fresh_database: str) -> None:
    taken = [serials.take("case", DAY, NOW) for _ in range(5)]

    assert taken == [1, 2, 3, 4, 5]


def test_each_day_and_series_begins_anew(each_fresh_database: str) -> None:
    serials.take("case", DAY, NOW)

    assert serials.take("case", DAY + timedelta(days=1), NOW) == 1
    assert serials.take("permit", DAY, NOW) == 1


def test_calm_takes_one_at_a_time_and_a_rush_takes_growing_blocks(each_fresh_database: str) -> None:
    calm = [serials.take("calm", DAY, NOW + timedelta(seconds=2 * step)) for step in range(5)]

    with CaptureQueriesContext(connection) as seen:
        rush = [serials.take("rush", DAY, NOW) for _ in range(500)]

    assert calm == [1, 2, 3, 4, 5]
    assert Serial.objects.get(series="calm").next == 6
    assert rush == list(range(1, 501))
    assert len(seen) < 20
    assert Serial.objects.get(series="rush").next <= 500 + 64 + 1


def test_a_roll_back_never_makes_two_callers_share_a_serial(each_fresh_database: str) -> None:
    kept = serials.take("case", DAY, NOW)
    with transaction.atomic():
        undone = serials.take("case", DAY, NOW)
        transaction.set_rollback(True)
    after = [serials.take("case", DAY, NOW) for _ in range(3)]

    assert (kept, undone, after) == (1, 2, [2, 3, 4])


def test_processes_at_once_get_different_serials_and_keys(each_fresh_database: str) -> None:
    surroundings = os.environ | {
        "HUIBAN_DATABASE_URL": each_fresh_database,
        "DJANGO_SETTINGS_MODULE": "huiban.settings",
    }
    running = [
        subprocess.Popen([sys.executable, "-c", TAKER], env=surroundings, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    lines = [line for process in running for line in process.communicate()[0].split(b"\n") if line]

    assert len(lines) == 900
    assert len({line.split()[0] for line in lines}) == 900
    assert len({line.split()[1] for line in lines}) == 900


def test_keys_of_cases_rise_and_fit_sixty_three_bits(each_database: str) -> None:
    made = [ids.new_id(NOW) for _ in range(5000)]
    later = ids.new_id(NOW + timedelta(seconds=10))

    assert made == sorted(set(made))
    assert made[-1] < later < 2**63


def test_a_clock_set_back_does_not_repeat_keys(each_database: str) -> None:
    first = ids.new_id(NOW + timedelta(days=1))

    assert ids.new_id(NOW) > first


@pytest.mark.parametrize("times", [100])
def test_keys_of_drafts_and_files_do_not_repeat(times: int) -> None:
    made = {ids.new_key() for _ in range(times)}

    assert len(made) == times
    assert all(len(key) == 32 for key in made)
