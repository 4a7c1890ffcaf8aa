# SPDX-License-Identifier: Apache-2.0
"""Carries out jobs and sweeps, at least once each, until asked to stop."""

import json
import logging
import os
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, close_old_connections, connection

from huiban.jobs.lease import Lease
from huiban.jobs.registry import GiveUp, Registry, Sweep
from huiban.jobs.wake import Waker
from huiban.store import jobs, sweeps
from huiban.store.jobs import ClaimedJob, Holder
from huiban.store.sweeps import SweepRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a worker is."""

    lease: timedelta = timedelta(seconds=30)
    batch: int = 10
    poll_seconds: float = 1.0
    max_attempts: int = 10
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(hours=1)
    only: frozenset[str] = frozenset()
    """The kinds of jobs to take; of none named every kind is taken but those of `never`."""
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker gets from outside: its name, the time, chance between 0 and 1, when to stop."""

    name: str
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    stop: threading.Event


def worker_name() -> str:
    """Return a name no other live worker has."""
    return f"{socket.gethostname()}:{os.getpid()}"


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT end the worker after the job it is at."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


def run(registry: Registry, around: Surroundings, policy: Policy | None = None) -> None:
    """Work until `around.stop` is set; jobs claimed but not begun are given back at once."""
    policy = policy or Policy()
    waker = Waker(around.stop)
    lease = Lease(around.name, policy.lease, around.now)
    try:
        with lease.beating():
            while not around.stop.is_set():
                _turn(_Worker(registry, around, policy, lease), waker)
    finally:
        waker.close()
        connection.close()


def run_until_empty(registry: Registry, around: Surroundings, policy: Policy | None = None) -> int:
    """Carry out every job that is ready now; returns how many were tried."""
    policy = policy or Policy()
    worker = _Worker(registry, around, policy, Lease(around.name, policy.lease, around.now))
    tried = 0
    while found := worker.work():
        tried += found
    return tried


def _turn(worker: "_Worker", waker: Waker) -> None:
    try:
        waker.prepare()
        worker.sweep()
        if not worker.work():
            waker.wait(worker.policy.poll_seconds)
    except Error:
        # The database went away; it may come back, and what was begun is still leased.
        _log.warning("the database does not answer; trying again", exc_info=True)
        connection.close()
        waker.close()
        worker.around.stop.wait(worker.policy.poll_seconds)
    finally:
        close_old_connections()


@dataclass(frozen=True, slots=True)
class _Worker:
    registry: Registry
    around: Surroundings
    policy: Policy
    lease: Lease

    def work(self) -> int:
        """Claim a batch and carry it out; returns how many jobs were tried."""
        now = self.around.now()
        policy = self.policy
        holder = Holder(
            self.around.name, now + policy.lease, policy.max_attempts, policy.only, policy.never
        )
        claimed = jobs.claim(holder, now, self.policy.batch)
        self.lease.hold({job.id for job in claimed})
        for done, job in enumerate(claimed):
            if self.around.stop.is_set():
                jobs.release({job.id for job in claimed[done:]}, self.around.name)
                self.lease.hold(set())
                return done
            self._carry_out(job)
            self.lease.let_go(job.id)
        return len(claimed)

    def sweep(self) -> None:
        """Run the sweeps that are due and that no other worker runs."""
        for name in sweeps.waiting(list(self.registry.sweeps), self.around.now()):
            if self.around.stop.is_set():
                return
            now = self.around.now()
            if sweeps.claim(name, self.around.name, now, now + self.policy.lease):
                self._run_sweep(self.registry.sweeps[name], now)

    def _carry_out(self, job: ClaimedJob) -> None:
        name = self.around.name
        try:
            self.registry.handler_of(job.kind)(json.loads(job.payload), self.around.now())
        except GiveUp as refusal:
            _log.error("job %s (%s) gave up: %s", job.id, job.kind, refusal)
            jobs.bury(job.id, name, str(refusal), self.around.now())
        except Exception:  # a handler may fail in any way; the job must survive it
            self._failed(job, traceback.format_exc())
        else:
            jobs.finish(job.id, name, self.around.now())

    def _failed(self, job: ClaimedJob, error: str) -> None:
        _log.warning("job %s (%s) failed, attempt %s\n%s", job.id, job.kind, job.attempts, error)
        now = self.around.now()
        if not connection.in_atomic_block:
            close_old_connections()  # the handler may have broken it
        if job.attempts >= self.policy.max_attempts:
            jobs.bury(job.id, self.around.name, error, now)
        else:
            wait = back_off(self.policy, job.attempts, self.around.jitter())
            jobs.retry_later(job.id, self.around.name, error, now + wait)

    def _run_sweep(self, sweep: Sweep, now: datetime) -> None:
        error = ""
        self.lease.hold_sweep(sweep.name)
        try:
            sweep.run(now)
        except Exception:  # as for jobs
            error = traceback.format_exc()
            _log.warning("sweep %s failed\n%s", sweep.name, error)
        finally:
            self.lease.hold_sweep("")
        sweeps.finish(sweep.name, self.around.name, SweepRun(now, now + sweep.every, error))


def back_off(policy: Policy, attempts: int, chance: float) -> timedelta:
    """Return how long a job waits after so many failures: doubled each time, half by chance."""
    doubled = policy.first_wait.total_seconds() * 2.0 ** min(attempts - 1, 30)
    longest = min(doubled, policy.longest_wait.total_seconds())
    return timedelta(seconds=longest * (1 + chance) / 2)
