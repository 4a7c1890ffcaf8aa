# SPDX-License-Identifier: Apache-2.0
"""The worker tries, waits, gives up and sweeps as it promises."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.jobs.registry import GiveUp, Payload, Registry
from huiban.jobs.worker import Policy, Surroundings, back_off, run, run_until_empty
from huiban.store import jobs, sweeps
from huiban.store.models import Job, Sweep
from huiban.store.rows import JobRow
from tests.store.samples import NOW

POLICY = Policy(max_attempts=3)


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def around(each_database: str, clock: Clock) -> Surroundings:
    return Surroundings("w1", clock, lambda: 1.0, threading.Event())


def a_registry(handler: object = lambda payload, now: None) -> Registry:
    registry = Registry()
    registry.handle("act", handler)  # type: ignore[arg-type]
    return registry


def the_job() -> Job:
    return Job.objects.get()


def test_a_job_is_handed_its_payload_and_the_time(around: Surroundings) -> None:
    seen: list[tuple[Payload, datetime]] = []
    jobs.enqueue([JobRow("act", '{"case": 7}')], NOW)

    tried = run_until_empty(a_registry(lambda payload, now: seen.append((payload, now))), around)

    assert (tried, seen) == (1, [({"case": 7}, NOW)])
    assert (the_job().state, the_job().finished_at) == ("done", NOW)


def test_a_job_waits_for_its_time(around: Surroundings, clock: Clock) -> None:
    jobs.enqueue([JobRow("act", run_after=NOW + timedelta(minutes=5))], NOW)

    early = run_until_empty(a_registry(), around)
    clock.now += timedelta(minutes=5)
    later = run_until_empty(a_registry(), around)

    assert (early, later) == (0, 1)


def test_a_failed_job_is_tried_again_later_and_then_left_dead(
    around: Surroundings, clock: Clock
) -> None:
    def fail(payload: Payload, now: datetime) -> None:
        raise ValueError("the seal server does not answer")

    jobs.enqueue([JobRow("act")], NOW)
    waits = []
    while the_job().state != "dead":
        run_until_empty(a_registry(fail), around, POLICY)
        waits.append(the_job().run_after - clock.now)
        clock.now = max(the_job().run_after, clock.now)

    assert waits[:2] == [timedelta(seconds=2), timedelta(seconds=4)]
    assert the_job().attempts == 3
    assert "the seal server does not answer" in jobs.dead()[0].last_error


def test_a_dead_job_can_be_revived(around: Surroundings) -> None:
    def hopeless(payload: Payload, now: datetime) -> None:
        raise GiveUp("the case was archived")

    jobs.enqueue([JobRow("act")], NOW)
    run_until_empty(a_registry(hopeless), around)
    assert the_job().state == "dead"

    assert jobs.revive(the_job().pk, NOW)
    run_until_empty(a_registry(), around)

    assert the_job().state == "done"
    assert not jobs.revive(the_job().pk, NOW)


def test_a_job_nobody_can_handle_names_the_kinds_known(around: Surroundings) -> None:
    jobs.enqueue([JobRow("unheard_of")], NOW)

    run_until_empty(a_registry(), around, POLICY)

    assert the_job().state == "ready"
    assert "no handler for jobs of kind 'unheard_of' (known: act)" in the_job().last_error


def test_the_same_unique_key_is_enqueued_once(each_database: str) -> None:
    jobs.enqueue([JobRow("act", unique_key="k"), JobRow("act", unique_key="k")], NOW)
    jobs.enqueue([JobRow("act", unique_key="k"), JobRow("act")], NOW)

    assert Job.objects.count() == 2


def test_a_lost_lease_is_taken_over_and_its_old_holder_cannot_finish(each_database: str) -> None:
    jobs.enqueue([JobRow("act")], NOW)
    (first,) = jobs.claim(holder("w1"), NOW, 5)
    later = NOW + timedelta(minutes=2)

    (second,) = jobs.claim(holder("w2", later), later, 5)

    assert (first.id, second.attempts) == (second.id, 2)
    assert not jobs.finish(first.id, "w1", later)
    assert jobs.finish(first.id, "w2", later)


def test_a_job_that_keeps_killing_its_worker_ends_dead(each_database: str) -> None:
    jobs.enqueue([JobRow("act")], NOW)
    now = NOW
    for _ in range(4):
        claimed = jobs.claim(replace(holder("w1", now), max_attempts=3), now, 5)
        now += timedelta(minutes=2)

    assert claimed == []
    assert "the worker w1 died" in jobs.dead()[0].last_error


def test_an_extended_lease_is_not_taken_over(each_database: str) -> None:
    jobs.enqueue([JobRow("act")], NOW)
    (job,) = jobs.claim(holder("w1"), NOW, 5)
    jobs.extend([job.id], "w1", NOW + timedelta(hours=1))
    later = NOW + timedelta(minutes=30)

    assert jobs.claim(holder("w2", later), later, 5) == []


def test_done_jobs_are_forgotten_and_dead_ones_kept(each_database: str) -> None:
    jobs.enqueue([JobRow("act"), JobRow("act")], NOW)
    first, second = jobs.claim(holder("w1"), NOW, 5)
    jobs.finish(first.id, "w1", NOW)
    jobs.bury(second.id, "w1", "no", NOW)

    assert jobs.sweep(NOW + timedelta(days=1)) == 1
    assert jobs.counts() == {"dead": 1}


def test_each_job_is_claimed_by_exactly_one_of_many_workers(each_fresh_database: str) -> None:
    from django.db import connection

    jobs.enqueue([JobRow("act") for _ in range(60)], NOW)
    taken: list[int] = []

    def claim_all(name: str) -> None:
        try:
            while found := jobs.claim(holder(name), NOW, 4):
                taken.extend(job.id for job in found)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim_all, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == len(set(taken)) == 60


def test_a_sweep_runs_at_its_period_and_by_one_worker(around: Surroundings, clock: Clock) -> None:
    ran: list[datetime] = []
    registry = Registry()
    registry.sweep("lights", timedelta(minutes=10), ran.append)

    for minutes in (0, 5, 6, 10):
        clock.now = NOW + timedelta(minutes=minutes)
        for name in ("w1", "w2"):
            turn(registry, replace(around, name=name))

    assert ran == [NOW, NOW + timedelta(minutes=10)]


def test_a_running_sweep_is_left_to_its_worker_until_that_dies(each_database: str) -> None:
    lease = NOW + timedelta(minutes=1)

    assert sweeps.claim("lights", "w1", NOW, lease)
    assert not sweeps.claim("lights", "w2", NOW, lease)
    assert sweeps.waiting(["lights", "mail"], NOW) == ["mail"]
    assert sweeps.claim("lights", "w2", NOW + timedelta(minutes=2), lease)


def test_a_failed_sweep_says_why_and_comes_again(around: Surroundings) -> None:
    def fail(now: datetime) -> None:
        raise OSError("disk full")

    registry = Registry()
    registry.sweep("orphans", timedelta(hours=1), fail)

    turn(registry, around)

    row = Sweep.objects.get()
    assert "disk full" in row.last_error
    assert (row.next_run_at, row.lease_until) == (NOW + timedelta(hours=1), None)


def turn(registry: Registry, around: Surroundings) -> None:
    """Let a worker start, do what is due, and stop."""
    from huiban.jobs.lease import Lease
    from huiban.jobs.worker import _Worker

    lease = Lease(around.name, POLICY.lease, around.now)
    _Worker(registry, around, POLICY, lease).sweep()


def test_a_long_job_keeps_its_lease(each_fresh_database: str) -> None:
    import time
    from datetime import UTC

    policy = Policy(lease=timedelta(seconds=1.5), poll_seconds=0.1)
    stop = threading.Event()
    stolen: list[object] = []

    def long(payload: Payload, now: datetime) -> None:
        time.sleep(2.5)
        at = datetime.now(UTC)
        stolen.extend(jobs.claim(holder("thief", at), at, 5))
        stop.set()

    jobs.enqueue([JobRow("act")], datetime.now(UTC))
    around = Surroundings("w1", lambda: datetime.now(UTC), lambda: 0.0, stop)

    run(a_registry(long), around, policy)

    assert stolen == []
    assert the_job().state == "done"


@given(st.integers(1, 1000), st.floats(0, 1))
def test_waiting_grows_up_to_a_limit(attempts: int, chance: float) -> None:
    wait = back_off(Policy(), attempts, chance)

    assert timedelta(seconds=1) <= wait <= Policy().longest_wait
    assert back_off(Policy(), attempts + 1, chance) >= wait


def test_a_kind_and_a_sweep_are_registered_once() -> None:
    registry = a_registry()
    registry.sweep("s", timedelta(1), lambda now: None)

    with pytest.raises(ValueError, match="'act' have a handler already"):
        registry.handle("act", lambda payload, now: None)
    with pytest.raises(ValueError, match="'s' is registered already"):
        registry.sweep("s", timedelta(1), lambda now: None)


def holder(name: str, now: datetime = NOW) -> jobs.Holder:
    return jobs.Holder(name, now + timedelta(minutes=1), 10)
