# SPDX-License-Identifier: Apache-2.0
"""Clears what nothing needs any more: bytes no record names, old sessions, jobs long done."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.sessions.models import Session

from huiban.connectors.objects import Objects
from huiban.store import blobs, jobs

# An upload or a document gets its record within seconds of its bytes; a day is a wide margin.
_ORPHANS_KEPT = timedelta(days=1)
_DONE_JOBS_KEPT = timedelta(days=30)
_BATCH = 500


def clear_orphans(objects: Objects, now: datetime) -> int:
    """Remove the objects that no file and no document refers to; returns how many."""
    removed = 0
    for keys in _batches(objects.kept_before(now - _ORPHANS_KEPT)):
        for key in blobs.unknown_objects(keys):
            objects.remove(key)
            removed += 1
    return removed


def clear_sessions(now: datetime) -> int:
    """Forget the sessions that ended; returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def clear_jobs(now: datetime) -> int:
    """Forget the jobs done long ago; dead ones stay to be seen. Returns how many."""
    return jobs.sweep(now - _DONE_JOBS_KEPT)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    every = iter(keys)
    while batch := list(islice(every, _BATCH)):
        yield batch
