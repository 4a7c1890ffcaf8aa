# SPDX-License-Identifier: Apache-2.0
"""Every job and sweep of this house, with the service that carries it out."""

from datetime import datetime, timedelta
from typing import Any

from huiban.jobs import housekeeping
from huiban.jobs.registry import Registry
from huiban.services import fill_counting, issue, sweep, vault


def registry() -> Registry:
    """Return what a worker of this version can do."""
    known = Registry()
    known.handle("carry_out", carry_out)
    known.sweep("deadlines", timedelta(seconds=30), sweep.deadlines_due)
    known.sweep("provisional", timedelta(hours=6), sweep.recompute_provisional)
    known.sweep("fills", timedelta(minutes=1), fill_counting.sweep)
    known.sweep("tidy", timedelta(hours=1), sweep.tidy)
    known.sweep("sessions", timedelta(hours=6), housekeeping.clear_sessions)
    known.sweep("jobs", timedelta(hours=6), housekeeping.clear_jobs)
    known.sweep("orphans", timedelta(days=1), clear_orphans)
    return known


def clear_orphans(now: datetime) -> int:
    """Remove kept bytes that no record names; returns how many objects."""
    return housekeeping.clear_orphans(vault.objects(), now)


def carry_out(payload: dict[str, Any], now: datetime) -> None:
    """Carry out what one journal entry set off."""
    issue.carry_out(str(payload["case"]), int(payload["seq"]), now)
