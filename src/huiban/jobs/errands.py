# SPDX-License-Identifier: Apache-2.0
"""Every job and sweep of this house, with the service that carries it out."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from huiban.jobs import housekeeping
from huiban.jobs.registry import Registry
from huiban.services import (
    archive_keeping,
    automatic,
    ceremony,
    checkpoints,
    credentials,
    data_check,
    delegations,
    explain,
    fill_counting,
    identity,
    identity_code,
    identity_pictures,
    identity_window,
    issue,
    readings,
    reviewing,
    seals,
    sign_requests,
    supply,
    sweep,
    vault,
)

READING = readings.JOB
"""Jobs that take seconds of a whole processor: a worker does them beside the others."""


def registry() -> Registry:
    """Return what a worker of this version can do."""
    known = Registry()
    known.handle("carry_out", carry_out)
    known.handle("data_check", check_data)
    known.handle("supply_due", supply_due)
    known.handle(READING, read_file)
    known.handle(automatic.JOB, decide_automatically)
    known.sweep("deadlines", timedelta(seconds=30), sweep.deadlines_due)
    known.sweep("provisional", timedelta(hours=6), sweep.recompute_provisional)
    known.sweep("fills", timedelta(minutes=1), fill_counting.sweep)
    known.sweep("ceremonies", timedelta(days=1), ceremony.sweep)
    known.sweep("sign_requests", timedelta(minutes=1), sign_requests.expire)
    known.sweep("identity", timedelta(minutes=1), identity.sweep)
    known.sweep("identity_pictures", timedelta(hours=1), identity_pictures.sweep)
    known.sweep("identity_codes", timedelta(days=1), identity_code.sweep)
    known.sweep("window_numbers", timedelta(hours=1), identity_window.sweep)
    known.sweep("delegations", timedelta(minutes=1), delegations.expire)
    known.sweep("checkpoints", timedelta(minutes=1), checkpoints.sweep)
    known.sweep("checkpoints_whole", timedelta(hours=6), checkpoints.sweep_whole)
    known.sweep("credentials", timedelta(hours=1), credentials.renew_due)
    known.sweep("seals", timedelta(hours=1), seals.expire)
    known.sweep("fixity", timedelta(minutes=10), archive_keeping.sweep)
    known.sweep("archive_stamps", timedelta(minutes=10), archive_keeping.restamp)
    known.sweep("explanations", timedelta(days=1), explain.sweep)
    known.sweep("tidy", timedelta(hours=1), sweep.tidy)
    known.sweep("sessions", timedelta(hours=6), housekeeping.clear_sessions)
    known.sweep("jobs", timedelta(hours=6), housekeeping.clear_jobs)
    known.sweep("readings", timedelta(days=1), readings.sweep)
    known.sweep("orphans", timedelta(days=1), clear_orphans)
    return known


def clear_orphans(now: datetime) -> int:
    """Remove kept bytes that no record names; returns how many objects."""
    return housekeeping.clear_orphans(vault.objects(), now)


def supply_due(payload: dict[str, Any], now: datetime) -> None:
    """Look whether what was deferred (容缺材料) has come by its day."""
    supply.look_again(str(payload["case"]), now)


def carry_out(payload: dict[str, Any], now: datetime) -> None:
    """Carry out what one journal entry set off."""
    issue.carry_out(str(payload["case"]), int(payload["seq"]), now)


def check_data(payload: dict[str, Any], now: datetime) -> None:
    """Check what was filed against registers and read its files before anybody examines it."""
    reviewing.want_case(str(payload["case"]), now)
    data_check.run(str(payload["case"]), now)
    automatic.want(str(payload["case"]), now)


def decide_automatically(payload: dict[str, Any], now: datetime) -> None:
    """Decide a case that everything passes for, where its item declares that lawful."""
    automatic.look(str(payload["case"]), now, int(payload.get("waits", 0)))


def read_file(payload: dict[str, Any], now: datetime) -> None:
    """Read one file that was handed in."""
    file = readings.file_of(payload)
    readings.run(file, timezone.now)
    automatic.after_reading(file.key, file.sha256, now)
