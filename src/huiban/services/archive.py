# SPDX-License-Identifier: Apache-2.0
"""Putting a closed case away (归档): its package is kept, recorded and named in the journal."""

import json
from datetime import datetime

from django.db import transaction

from huiban.connectors.objects import Kept
from huiban.kernel import archive as described
from huiban.kernel.actor import SYSTEM
from huiban.services import archive_check, archive_package, handle, ledger, vault
from huiban.services.archive_package import Built
from huiban.services.facts import local_day
from huiban.services.handle import Opened
from huiban.services.ledger import Chain
from huiban.services.refusal import NotOpen
from huiban.store import archives
from huiban.store.archives import AlreadyArchived
from huiban.store.models import ArchivePackage

_TRIES = 5


class CaseMoved(Exception):
    """Somebody recorded a fact while the package was built: it would not hold all of the case."""


def archive(number: str, now: datetime) -> str:
    """
    Package a closed case, keep the package, move the case to the archive and check what was made.

    It returns the package's number; a case archived before keeps its package.

    :raises NotOpen: if the case is not to be archived.
    """
    for left in reversed(range(_TRIES)):
        opened = handle.load(number)
        known = _archived(opened)
        if known:
            return known
        try:
            return _archive(opened, now)
        except NotOpen:
            # Another worker was first: its package is the one the journal names.
            known = _archived(handle.load(number))
            if not known:
                raise
            return known
        except (AlreadyArchived, CaseMoved):
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _archive(opened: Opened, now: datetime) -> str:
    with archive_package.built(opened, now) as made:
        kept = vault.objects().put(made.passing.chunks(), made.size)
        row = _row(opened, made, kept, now)
        try:
            _record(opened, row, now)
        except BaseException:
            vault.objects().remove(kept.key)
            raise
        archive_check.after_archiving(row, made.passing.file, now)
    return row.number


def _record(opened: Opened, row: ArchivePackage, now: datetime) -> None:
    """Write the package's record, its ledger and the case's entry together, or nothing at all."""
    case = opened.case
    told = {"package": row.number, "sha256": row.sha256, "sm3": row.sm3}
    with transaction.atomic():
        archives.add(row)
        body = {
            "case": case.number,
            "size": row.size,
            "files": row.files,
            "retention": row.retention,
            "keep_until": row.keep_until.isoformat() if row.keep_until else "",
            **told,
        }
        ledger.note(Chain.ARCHIVE, row.number, "archived", SYSTEM, now, body)
        handle.act(case.number, handle.Order("archive", inputs=told), SYSTEM, now)
        journal = handle.load(case.number).journal
        if journal[: case.chain_seq] != opened.journal or journal[case.chain_seq].act != "archive":
            raise CaseMoved(case.number)


def _row(opened: Opened, made: Built, kept: Kept, now: datetime) -> ArchivePackage:
    case = opened.case
    retention = described.retention_of(opened.scenario.retention_years)
    return ArchivePackage(
        number=archive_package.number_of(case.number),
        case_id=case.id,
        department=case.department,
        division=case.division,
        object_key=kept.key,
        size=kept.size,
        files=made.files,
        sha256=kept.sha256,
        sm3=made.passing.sm3,
        retention=str(retention),
        keep_until=described.keep_until(retention, local_day(case.closed_at or now)),
        archived_at=now,
        stamped_at=now if made.is_stamped else None,
    )


def _archived(opened: Opened) -> str:
    for row in opened.journal:
        if row.act == "archive":
            inputs = json.loads(row.body)["act"]["inputs"]
            return str(inputs["package"])
    return ""
