# SPDX-License-Identifier: Apache-2.0
"""Lets one worker at a time run each periodic sweep (定时任务), and remembers how it went."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from huiban.store.models import Sweep
from huiban.store.wire import stored_time

# A lease left by a dead worker ends by itself.
_CLAIM = """
INSERT INTO store_sweep (name, next_run_at, lease_until, worker, last_error)
VALUES (%s, %s, %s, %s, '')
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, worker = excluded.worker
WHERE store_sweep.next_run_at <= excluded.next_run_at
  AND (store_sweep.lease_until IS NULL OR store_sweep.lease_until < excluded.next_run_at)
RETURNING name
"""


def waiting(names: Collection[str], now: datetime) -> list[str]:
    """Return which of the sweeps are due and not running; asking takes no lock."""
    rows = Sweep.objects.filter(name__in=names).values_list("name", "next_run_at", "lease_until")
    busy = {name for name, next_run, lease in rows if next_run > now or (lease and lease >= now)}
    return [name for name in names if name not in busy]


def claim(name: str, worker: str, now: datetime, lease_until: datetime) -> bool:
    """Take a due sweep; of any number of workers that try, exactly one gets it."""
    vendor = connection.vendor
    at, until = stored_time(now, vendor), stored_time(lease_until, vendor)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [name, at, until, worker])
        return bool(cursor.fetchall())


def extend(name: str, worker: str, until: datetime) -> None:
    """Hold a running sweep for longer."""
    Sweep.objects.filter(name=name, worker=worker).exclude(lease_until=None).update(
        lease_until=until
    )


@dataclass(frozen=True, slots=True)
class SweepRun:
    """How one run of a sweep went."""

    started_at: datetime
    next_run_at: datetime
    error: str = ""


def finish(name: str, worker: str, run: SweepRun) -> None:
    """Note that a sweep ended, how, and when it comes again."""
    Sweep.objects.filter(name=name, worker=worker).update(
        last_run_at=run.started_at,
        next_run_at=run.next_run_at,
        lease_until=None,
        last_error=run.error,
    )
