# SPDX-License-Identifier: Apache-2.0
"""Rebuilds an archived case from its package alone (档案恢复): row, journal, files and all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from huiban.kernel import archive as described
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.archive import Aspect, Examined
from huiban.kernel.verification import Verdict
from huiban.kernel.words import Words
from huiban.services import (
    archive_check,
    archive_package,
    archive_reading,
    evidence,
    handle,
    ledger,
    trust,
    vault,
)
from huiban.services.archive_reading import Contents, Package
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, Invalid
from huiban.store import archives, cases, filings, ids, packs
from huiban.store import ledger as stored_ledger
from huiban.store.models import ArchivePackage, Blob, Case, Certificate, Document, LedgerEntry
from huiban.store.rows import CaseChange, CaseRow, NewCase

_BLOCKING = (Aspect.AUTHENTIC, Aspect.COMPLETE)


@dataclass(slots=True)
class _Kept:
    """The package as kept here again: what it is, and the objects that were made of its files."""

    key: str
    size: int
    sha256: str
    sm3: str
    files: int
    archived_at: datetime
    objects: dict[str, str] = field(default_factory=dict)
    """The object of each member that is a document or file of the case, by its path."""


def restore(file: IO[bytes], actor: Actor, now: datetime, *, accept_unsigned: bool = False) -> str:
    """
    Rebuild the case of a package in this database, and return its number.

    The journal gets its old digests; the entry that archived the case is written again and comes
    out the same, because it names what can be told from the package.

    Where this house trusts roots, a package must bear an archive's signature: without one nobody
    can tell a package from a made-up one. `accept_unsigned` takes it all the same.

    :raises Invalid: if the package is not whole, naming what is wrong, or is not signed.
    :raises AlreadyDone: if the case, or something that belongs to it, is here already.
    """
    found = archive_check.examine(file, now)
    wrong = [
        one.check
        for one in found.findings
        if one.check in found.failed and (one.aspect in _BLOCKING or one.check.code == "package")
    ]
    if wrong or not found.case_number:
        raise _unsound("；".join(f"{one.title.zh}：{one.detail.zh}" for one in wrong))
    if not accept_unsigned and trust.roots().roots and not _is_signed(found):
        raise Invalid(_UNSIGNED)
    package = archive_reading.read(file)
    told = archive_reading.contents(package)
    _demand_absent(told)
    kept = _keep(file, package, told)
    try:
        with transaction.atomic():
            _write(told, kept, now)
            _put_away(told, kept, actor, now)
            if not evidence.verify_case(told.case.number).is_sound:
                raise _unsound("恢复出来的办件和它的办理日志不一致")
    except BaseException:
        for key in (kept.key, *kept.objects.values()):
            vault.objects().remove(key)
        raise
    return told.case.number


def _is_signed(found: Examined) -> bool:
    return any(
        one.check.code == "signature" and one.check.verdict is Verdict.PASSED
        for one in found.findings
    )


_UNSIGNED = Words(
    "这个归档包没有可信的档案签名，分不出真假，没有恢复。确实要恢复的，加 --accept-unsigned",
    "This package bears no archive's signature that is believed here, so nobody can tell it from a "
    "made-up one; nothing was restored. To take it all the same, add --accept-unsigned",
)


def _unsound(why: str) -> Invalid:
    return Invalid(
        Words(
            f"这个归档包不完整或被改过，没有恢复。{why}",
            f"This package is not whole or was changed; nothing was restored. {why}",
        )
    )


def _demand_absent(told: Contents) -> None:
    number = told.case.number
    if Case.objects.filter(number=number).exists():
        raise AlreadyDone(
            Words(f"这里已经有办件 {number}，没有恢复", f"Case {number} is here already"), number
        )
    for table, rows in (
        (Document, told.documents),
        (Blob, told.files),
        (Certificate, told.certificates),
    ):
        numbers = [str(one["number"]) for one in rows]
        taken = table.objects.filter(number__in=numbers).values_list("number", flat=True)
        if taken:
            raise AlreadyDone(
                Words(
                    f"这里已经有属于它的 {'、'.join(taken)}，没有恢复",
                    f"{', '.join(taken)}, which belong to it, are here already",
                ),
                number,
            )


def _keep(file: IO[bytes], package: Package, told: Contents) -> _Kept:
    """Put the package and the files in it into the store."""
    size = file.seek(0, 2)
    passing = archive_reading.Passing(file)
    kept = vault.objects().put(passing.chunks(), size)
    at = datetime.fromisoformat(package.info()["Archived-At"])
    made = _Kept(kept.key, kept.size, kept.sha256, passing.sm3, len(package.digests), at)
    try:
        for one in (*told.documents, *told.files):
            path = str(one["path"])
            chunks = package.reader.chunks(path)
            made.objects[path] = vault.objects().put(chunks, package.digests[path].size).key
    except BaseException:
        for key in (made.key, *made.objects.values()):
            vault.objects().remove(key)
        raise
    return made


def _write(told: Contents, kept: _Kept, now: datetime) -> None:
    packs.publish(told.pack, now, "archive")
    case = told.case
    case_id = case.id if not Case.objects.filter(id=case.id).exists() else ids.new_id(now)
    given: dict[str, Any] = {name: getattr(case, name) for name in _SHARED}
    cases.open_case(NewCase(**(given | {"id": case_id, "journal": told.journal})))
    cases.record(
        CaseChange(
            id=case_id,
            expected_version=1,
            version_step=case.version - 1,
            at=told.journal[-1].at,
            stage=case.stage,
            standing=case.standing,
            light=case.light,
            due_at=case.due_at,
            committed_due_at=case.committed_due_at,
            statutory_due_at=case.statutory_due_at,
            chain_seq=case.chain_seq,
            chain_sha256=case.chain_sha256,
            chain_sm3=case.chain_sm3,
            outcome=case.outcome,
            accepted_at=case.accepted_at,
            decided_at=case.decided_at,
            closed_at=case.closed_at,
            archived_at=case.archived_at,
        )
    )
    for past in told.past:
        filings.keep(case_id, past)
    Document.objects.bulk_create(_rows(Document, told.documents, case_id, kept))
    Blob.objects.bulk_create(_rows(Blob, told.files, case_id, kept))
    Certificate.objects.bulk_create(
        archives.from_json(Certificate, one, case_id=case_id) for one in told.certificates
    )
    for lines in told.ledgers.values():
        for line in lines:
            stored_ledger.append(_entry(line))


_SHARED = frozenset(one.name for one in fields(NewCase)) & frozenset(
    one.name for one in fields(CaseRow)
)


def _rows(
    kind: type[Any], told: tuple[Mapping[str, Any], ...], case_id: int, kept: _Kept
) -> Iterator[Any]:
    for one in told:
        key = kept.objects[str(one["path"])]
        yield archives.from_json(kind, one, case_id=case_id, object_key=key)


def _entry(line: Mapping[str, Any]) -> LedgerEntry:
    entry = line["entry"]
    return LedgerEntry(
        **{name: value for name, value in entry.items() if name != "at"},
        at=datetime.fromisoformat(entry["at"]),
        sha256=line["sha256"],
        sm3=line["sm3"],
    )


def _put_away(told: Contents, kept: _Kept, actor: Actor, now: datetime) -> None:
    """Record the package and archive the case again, at the moment it was archived first."""
    case = cases.load(told.case.number)
    retention = described.retention_of(told.opened().scenario.retention_years)
    row = ArchivePackage(
        number=archive_package.number_of(case.number),
        case_id=case.id,
        department=case.department,
        division=case.division,
        object_key=kept.key,
        size=kept.size,
        files=kept.files,
        sha256=kept.sha256,
        sm3=kept.sm3,
        retention=str(retention),
        keep_until=described.keep_until(retention, local_day(case.closed_at or kept.archived_at)),
        archived_at=kept.archived_at,
    )
    archives.add(row)
    named = {"package": row.number, "sha256": row.sha256, "sm3": row.sm3}
    ledger.note(Chain.ARCHIVE, row.number, "restored", actor, now, {"case": case.number, **named})
    order = handle.Order("archive", inputs=named)
    handle.act(case.number, order, SYSTEM, kept.archived_at)
