# SPDX-License-Identifier: Apache-2.0
"""Keeping archived packages (档案保管): looked at again and again, disposed of by two people."""

from datetime import date, datetime, timedelta

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.archive import Aspect, Examined, Finding
from huiban.kernel.permission import Errand
from huiban.kernel.verification import Check
from huiban.kernel.words import Words
from huiban.services import archive_check, archive_fixity, archive_seal, ledger, vault
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.permission import demand_platform
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import archives
from huiban.store.archives import ArchiveNarrow, PackageNotFound
from huiban.store.models import ArchivePackage

EVERY = timedelta(days=90)
"""How long a package may lie without its digests being taken again."""
STAMPS_LAST = timedelta(days=5 * 365)
"""After what time a package gets another time stamp, well before the server's certificate ends."""
LONGEST_REASON = 500
_AT_ONCE = 200
_BYTES_AT_ONCE = 2_000_000_000
_STAMPS_AT_ONCE = 50


def sweep(now: datetime) -> int:
    """
    Look at the packages that nobody looked at for longest, as many as fit; returns how many.

    One that never was checked, or was found faulty, gets all four checks: what was restored from a
    backup is sound again by itself.
    """
    done = size = 0
    for row in archives.to_check(now - EVERY, _AT_ONCE):
        if size > _BYTES_AT_ONCE:
            break
        look(row, now)
        done, size = done + 1, size + row.size
    return done


def look(row: ArchivePackage, now: datetime) -> list[Check]:
    """Look at one package in its turn; returns what is wrong with it, empty if nothing."""
    if row.state != ArchivePackage.State.SOUND:
        return list(archive_check.check(row, SYSTEM, now).failed)
    wrong = archive_fixity.faults(row)
    if not wrong:
        archives.checked(row.number, ArchivePackage.State.SOUND, row.faults, now)
        return []
    found = Examined(
        row.case.number,
        tuple(Finding(_ASPECTS.get(one.code, Aspect.AUTHENTIC), one) for one in wrong),
    )
    report = archive_check.report_json(found)
    with transaction.atomic():
        archives.checked(row.number, ArchivePackage.State.FAULTY, report, now)
        body = {"faults": [f"{one.code}: {one.detail.zh}" for one in wrong]}
        ledger.note(Chain.ARCHIVE, row.number, "fixity_failed", SYSTEM, now, body)
    return wrong


_ASPECTS = {"object": Aspect.COMPLETE, "oxum": Aspect.COMPLETE, "package": Aspect.USABLE}


def restamp(now: datetime) -> int:
    """
    Stamp packages that have none, and again those whose stamp is old, before its proof ends.

    Returns how many were stamped; where no server is set, none.
    """
    if not archive_seal.can_stamp():
        return 0
    done = 0
    for row in archives.to_stamp(now - STAMPS_LAST, _STAMPS_AT_ONCE):
        done += stamp(row, now)
    return done


def stamp(row: ArchivePackage, now: datetime) -> bool:
    """Have a package time-stamped as it is now; the token is kept in its ledger."""
    if archive_fixity.faults(row):
        return False  # a stamp would vouch for what is damaged; the sweep reports it
    token = archive_seal.stamp(bytes.fromhex(row.sha256))
    if not token:
        return False
    with transaction.atomic():
        archives.stamped(row.number, now)
        body = {"sha256": row.sha256, "token": archive_seal.text_of(token)}
        ledger.note(Chain.ARCHIVE, row.number, "stamped", SYSTEM, now, body)
    return True


def is_due(row: ArchivePackage, today: date) -> bool:
    """Tell whether a package's time is over."""
    kept = row.state != ArchivePackage.State.DISPOSED
    return kept and row.keep_until is not None and row.keep_until < today


def propose(number: str, reason: str, actor: Actor, now: datetime) -> None:
    """
    Propose to dispose of a package whose time is over.

    :raises NotFound: if there is none.
    :raises NotAllowed: if the actor keeps no archive.
    :raises FieldFault: if no reason is given.
    :raises NotOpen: if its time is not over, or somebody proposed it already.
    """
    demand_platform(actor, Errand.KEEP_ARCHIVE)
    row = _load(number)
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise FieldFault(
            "reason",
            Words(
                f"请写明鉴定意见，最多 {LONGEST_REASON} 个字",
                f"Say what the appraisal found, in at most {LONGEST_REASON} characters",
            ),
        )
    if not is_due(row, local_day(now)):
        raise NotOpen(
            Words(
                f"还没有到期：保管到 {row.keep_until or '永久'}",
                f"Its time is not over: it is kept until {row.keep_until or 'for ever'}",
            )
        )
    with transaction.atomic():
        if not archives.propose_disposal(number, actor.number):
            raise NotOpen(
                Words(
                    "已经有人提出销毁，等另一人审核", "Somebody proposed it; another must approve"
                )
            )
        ledger.note(Chain.ARCHIVE, number, "disposal_proposed", actor, now, {"reason": said})


def refuse(number: str, actor: Actor, now: datetime) -> None:
    """
    Turn a proposal to dispose of a package down, or take it back.

    :raises NotOpen: if there is none.
    """
    demand_platform(actor, Errand.KEEP_ARCHIVE)
    _load(number)
    with transaction.atomic():
        if not archives.refuse_disposal(number):
            raise _nothing_proposed()
        ledger.note(Chain.ARCHIVE, number, "disposal_refused", actor, now)


def approve(number: str, actor: Actor, now: datetime) -> None:
    """
    Approve that a package is disposed of, as a second person: its bytes are removed.

    The case with its journal, documents and files stays; so do the package's record and ledger.

    :raises NotAllowed: if the actor proposed it.
    :raises NotOpen: if nobody did.
    """
    demand_platform(actor, Errand.KEEP_ARCHIVE)
    row = _load(number)
    if not row.disposal_by or not is_due(row, local_day(now)):
        raise _nothing_proposed()
    if row.disposal_by == actor.number:
        raise NotAllowed(
            Words(
                "是您提出的销毁，要由另一位档案人员审核",
                "You proposed it: another archivist must approve",
            )
        )
    with transaction.atomic():
        if not archives.dispose(number, row.disposal_by):
            raise _nothing_proposed()
        body = {"proposed_by": row.disposal_by, "sha256": row.sha256, "sm3": row.sm3}
        ledger.note(Chain.ARCHIVE, number, "disposed", actor, now, body)
    vault.objects().remove(row.object_key)


def faulty_count(actor: Actor) -> int:
    """
    Count the packages of the whole house that are damaged or gone, for who keeps the machine.

    :raises NotAllowed: if the actor does not.
    """
    demand_platform(actor, Errand.MANAGE_CALENDAR)
    return archives.counts(ArchiveNarrow()).get(str(ArchivePackage.State.FAULTY), 0)


def _load(number: str) -> ArchivePackage:
    try:
        return archives.load(number)
    except PackageNotFound:
        raise NotFound(Words("没有这个归档包", "There is no such package")) from None


def _nothing_proposed() -> NotOpen:
    return NotOpen(Words("没有等待审核的销毁提议", "There is no proposal that waits for approval"))
