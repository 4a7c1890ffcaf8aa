# SPDX-License-Identifier: Apache-2.0
"""The job table (任务表): enqueue, claim under a lease, finish, fail, and see what is dead."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F

from huiban.store.models import Job, JobState
from huiban.store.rows import JobRow
from huiban.store.turns import a_turn
from huiban.store.wire import stored_time

_LONGEST_ERROR = 4000
_DUE = "SELECT 1 FROM store_job WHERE state = 'ready' AND run_after <= %s {kinds} LIMIT 1"
_LOST = "SELECT 1 FROM store_job WHERE state = 'running' AND lease_until < %s LIMIT 1"
_RELEASE = """
UPDATE store_job SET lease_until = NULL,
  state = CASE WHEN attempts >= %s THEN 'dead' ELSE 'ready' END,
  finished_at = CASE WHEN attempts >= %s THEN %s END,
  last_error = 'the worker ' || worker || ' died while it ran this job'
WHERE state = 'running' AND lease_until < %s
"""
_CLAIM = """
UPDATE store_job SET state = 'running', attempts = attempts + 1, lease_until = %s, worker = %s
WHERE id IN (
  SELECT id FROM store_job WHERE state = 'ready' AND run_after <= %s {kinds}
  ORDER BY run_after, id LIMIT %s {lock}
)
RETURNING id, kind, payload, attempts
"""
_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job this worker holds until its lease ends."""

    id: int
    kind: str
    payload: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims: the worker's name, until when, and how often a job may be tried at all."""

    worker: str
    lease_until: datetime
    max_attempts: int
    only: frozenset[str] = frozenset()
    """The kinds of jobs it takes; of none named it takes every kind but `never`."""
    never: frozenset[str] = frozenset()

    @property
    def kinds(self) -> tuple[str, list[str]]:
        """Return the SQL that keeps to its kinds, and the values of that."""
        named, how = (self.only, "IN") if self.only else (self.never, "NOT IN")
        marks = ", ".join(["%s"] * len(named))
        return (f"AND kind {how} ({marks})", sorted(named)) if named else ("", [])


def enqueue(rows: Sequence[JobRow], now: datetime) -> None:
    """Add jobs that belong to no case statement; unique keys already there are not repeated."""
    Job.objects.bulk_create(
        [
            Job(
                kind=row.kind,
                payload=row.payload,
                unique_key=row.unique_key,
                state=JobState.READY,
                run_after=row.run_after or now,
                attempts=0,
                worker="",
                last_error="",
                created_at=now,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def claim(holder: Holder, now: datetime, limit: int) -> list[ClaimedJob]:
    """Take ready jobs, oldest first, after giving back those whose worker died."""
    vendor = connection.vendor
    at, until = stored_time(now, vendor), stored_time(holder.lease_until, vendor)
    # Asking first keeps an idle worker from taking SQLite's one write lock at every look.
    if _any(_LOST, at):
        _write(_RELEASE, [holder.max_attempts, holder.max_attempts, at, at])
    kinds, named = holder.kinds
    if not _any(_DUE.format(kinds=kinds), at, *named):
        return []
    claim = _CLAIM.format(lock=_LOCK[vendor], kinds=kinds)
    with a_turn(), connection.cursor() as cursor:
        cursor.execute(claim, [until, holder.worker, at, *named, limit])
        return sorted((ClaimedJob(*row) for row in cursor.fetchall()), key=lambda job: job.id)


def is_pending(prefix: str) -> bool:
    """Tell whether a job whose unique key begins like this still waits or runs."""
    waiting = Job.objects.filter(unique_key__gte=prefix, unique_key__lt=prefix + "\x7f")
    return waiting.filter(state__in=(JobState.READY, JobState.RUNNING)).exists()


def extend(jobs: Collection[int], worker: str, until: datetime) -> None:
    """Hold claimed jobs for longer; those no longer held are left alone."""
    Job.objects.filter(id__in=jobs, worker=worker, state=JobState.RUNNING).update(lease_until=until)


def finish(job: int, worker: str, now: datetime) -> bool:
    """Note that a job is done; False when the lease was lost and another worker has it."""
    held = Job.objects.filter(id=job, worker=worker, state=JobState.RUNNING)
    with a_turn():
        return bool(
            held.update(state=JobState.DONE, finished_at=now, lease_until=None, last_error="")
        )


def retry_later(job: int, worker: str, error: str, run_after: datetime) -> None:
    """Give a failed job back, to be tried again from `run_after`."""
    Job.objects.filter(id=job, worker=worker, state=JobState.RUNNING).update(
        state=JobState.READY,
        run_after=run_after,
        lease_until=None,
        last_error=error[-_LONGEST_ERROR:],
    )


def release(jobs: Collection[int], worker: str) -> None:
    """Give back claimed jobs that were not begun; the attempt does not count."""
    held = Job.objects.filter(id__in=jobs, worker=worker, state=JobState.RUNNING, attempts__gt=0)
    held.update(state=JobState.READY, lease_until=None, attempts=F("attempts") - 1)


def bury(job: int, worker: str, error: str, now: datetime) -> None:
    """Stop trying a job; it stays visible until somebody revives it."""
    Job.objects.filter(id=job, worker=worker, state=JobState.RUNNING).update(
        state=JobState.DEAD,
        finished_at=now,
        lease_until=None,
        last_error=error[-_LONGEST_ERROR:],
    )


def dead(limit: int = 100) -> list[Job]:
    """Return the jobs nobody tries any more, newest first."""
    return list(Job.objects.filter(state=JobState.DEAD).order_by("-id")[:limit])


def revive(job: int, now: datetime) -> bool:
    """Let a dead job be tried again from the beginning; False when it is not dead."""
    return bool(
        Job.objects.filter(id=job, state=JobState.DEAD).update(
            state=JobState.READY, run_after=now, attempts=0, finished_at=None
        )
    )


def counts() -> dict[str, int]:
    """Return how many jobs there are in each state."""
    rows = Job.objects.values("state").annotate(count=Count("id")).values_list("state", "count")
    return dict(rows)


def sweep(before: datetime, limit: int = 10_000) -> int:
    """Forget jobs done before a moment; dead ones stay."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=before).order_by("finished_at")
    return Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _any(sql: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() is not None


def _write(sql: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
