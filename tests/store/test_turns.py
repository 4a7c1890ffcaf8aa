# SPDX-License-Identifier: Apache-2.0
"""Writers on SQLite take turns, and never wait for themselves."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from huiban.store import cases
from huiban.store.models import Case
from huiban.store.turns import a_turn
from tests.store.samples import a_new_case


@pytest.fixture
def holding(fresh_database: str) -> Iterator[threading.Event]:
    """Another thread holds the turn until the event is set."""
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with a_turn():
            held.set()
            leave.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    yield leave
    leave.set()
    thread.join()


def test_a_writer_waits_for_the_one_before(holding: threading.Event) -> None:
    done = threading.Event()

    def write() -> None:
        cases.open_case(a_new_case())
        done.set()
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    was_early = done.wait(0.2)
    holding.set()
    thread.join(10)

    assert (was_early, done.is_set()) == (False, True)


def test_inside_a_transaction_nobody_queues(holding: threading.Event) -> None:
    with transaction.atomic():
        cases.open_case(a_new_case())

    assert Case.objects.count() == 1


def test_many_threads_open_every_case_once(each_fresh_database: str) -> None:
    made = [a_new_case() for _ in range(80)]
    failures: list[BaseException] = []

    def write(part: int) -> None:
        try:
            for new in made[part::8]:
                cases.open_case(new)
        except BaseException as fault:
            failures.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Case.objects.count() == 80


def test_of_many_threads_that_change_a_case_one_wins(each_fresh_database: str) -> None:
    from tests.store.samples import a_change

    new = a_new_case()
    cases.open_case(new)
    outcomes: list[str] = []

    def change() -> None:
        try:
            cases.record(a_change(new))
            outcomes.append("won")
        except cases.StaleVersion:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=change) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["stale"] * 5 + ["won"]
    assert cases.load(new.number).version == 2


def test_the_same_submission_in_many_threads_opens_one_case(each_fresh_database: str) -> None:
    attempts = [a_new_case(submission_key="same") for _ in range(6)]
    opened: list[str] = []
    told: list[str] = []

    def submit(number: int) -> None:
        try:
            cases.open_case(attempts[number])
            opened.append(attempts[number].number)
        except cases.AlreadySubmitted as refused:
            told.append(refused.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 1
    assert told == opened * 5
