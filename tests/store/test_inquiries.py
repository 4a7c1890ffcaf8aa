# SPDX-License-Identifier: Apache-2.0
"""The request log: a chain for every subject, whole under many writers, and checked."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.store import fetched, guards, inquiries
from huiban.store.inquiries import ChainMoved
from huiban.store.models import Inquiry
from tests.store.samples import NOW, a_fetched_row, a_line

ONE, TWO = "1" * 64, "2" * 64
WRITER = """
import django
django.setup()
from huiban.store import inquiries
from tests.store.samples import a_line
for _ in range(40):
    inquiries.in_one(lambda: inquiries.append([a_line("1" * 64), a_line("2" * 64)]))
"""


def chain(subject: str) -> list[tuple[int, str, str]]:
    rows = Inquiry.objects.filter(subject=subject).order_by("seq")
    return list(rows.values_list("seq", "previous", "sha256"))


def append(*subjects: str) -> None:
    inquiries.in_one(lambda: inquiries.append([a_line(one) for one in subjects]))


def test_every_subject_has_a_chain_of_its_own(each_database: str) -> None:
    append(ONE, TWO, ONE)
    append(ONE)

    first, second, third = chain(ONE)
    assert [first[0], second[0], third[0]] == [1, 2, 3]
    assert (first[1], second[1], third[1]) == ("", first[2], second[2])
    assert [seq for seq, _, _ in chain(TWO)] == [1]
    assert inquiries.verify(ONE) == (3, [])


def test_lines_for_several_subjects_take_two_statements(each_database: str) -> None:
    append(ONE, TWO)

    with CaptureQueriesContext(
        connection,
    ) as few:
        inquiries.append([a_line(ONE), a_line(TWO)])
    with CaptureQueriesContext(connection) as many:
        inquiries.append([a_line(str(n % 5) * 64) for n in range(40)])

    assert (len(few), len(many)) == (2, 2)


def test_a_writer_whose_end_of_the_chain_is_old_writes_nothing(each_database: str) -> None:
    ends = inquiries.in_one(lambda: inquiries.append([a_line(ONE)]))
    append(ONE)

    def stale() -> None:
        inquiries.append([a_line(ONE)], ends)

    with pytest.raises(ChainMoved):
        inquiries.in_one(stale)
    assert inquiries.verify(ONE) == (2, [])


def test_many_threads_leave_whole_chains(each_fresh_database: str) -> None:
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(10):
                append(*((ONE, TWO) if number % 2 else (TWO, ONE)))
        except BaseException as fault:
            failures.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert (inquiries.verify(ONE), inquiries.verify(TWO)) == ((80, []), (80, []))


def test_many_processes_leave_whole_chains(each_fresh_database: str) -> None:
    around = os.environ | {
        "HUIBAN_DATABASE_URL": each_fresh_database,
        "DJANGO_SETTINGS_MODULE": "huiban.settings",
    }
    running = [subprocess.Popen([sys.executable, "-c", WRITER], env=around) for _ in range(3)]

    assert [one.wait() for one in running] == [0, 0, 0]
    assert [(lines, broken) for _, lines, broken in inquiries.verify_all()] == [(120, [])] * 2


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("UPDATE store_inquiry SET outcome = 'absent' WHERE seq = 2", [(2, "changed")]),
        ("UPDATE store_inquiry SET actor_name = '王五' WHERE seq = 3", [(3, "changed")]),
        ("DELETE FROM store_inquiry WHERE seq = 2", [(3, "removed")]),
        ("DELETE FROM store_inquiry WHERE seq = 1", [(2, "removed")]),
    ],
)
def test_what_was_changed_in_the_log_is_found(
    each_database: str, spoil: str, found: list[tuple[int, str]]
) -> None:
    append(ONE, ONE, ONE)
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(spoil)

    _, broken = inquiries.verify(ONE)

    assert [(one.seq, one.message.rsplit(" ", 1)[1]) for one in broken] == found
    assert [one for _, _, breaks in inquiries.verify_all() for one in breaks] == broken


def test_the_newest_lines_can_be_checked_alone(each_database: str) -> None:
    append(ONE, ONE, ONE, ONE)

    assert inquiries.verify(ONE, newest=2) == (2, [])
    assert inquiries.verify(ONE, newest=10) == (4, [])


def test_a_kept_answer_the_log_knows_nothing_of_is_named(each_database: str) -> None:
    logged = a_line()
    inquiries.append([logged])
    fetched.put(
        [
            a_fetched_row(request=logged.request),
            a_fetched_row(matter="d2", request="f" * 32),
        ]
    )

    assert inquiries.unlogged() == ["f" * 32]


def test_a_moment_reads_back_as_it_was_linked(each_database: str) -> None:
    inquiries.append([a_line(ONE, at=NOW + timedelta(microseconds=1))])

    assert inquiries.verify(ONE) == (1, [])
