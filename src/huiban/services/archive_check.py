# SPDX-License-Identifier: Apache-2.0
"""The four checks of an archived case (四性检测): authentic, complete, usable, safe."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from huiban.connectors.objects import ObjectMissing
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.archive import Aspect, Examined, Finding
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services import (
    archive_files,
    archive_fixity,
    archive_reading,
    archive_record,
    handle,
    ledger,
)
from huiban.services.archive_reading import Package, PackageUnsound
from huiban.services.ledger import Chain
from huiban.store import archives
from huiban.store.models import ArchivePackage


def after_archiving(row: ArchivePackage, file: IO[bytes], now: datetime) -> Examined:
    """Check a package that was just made, from the file it waits in, and record the result."""
    row = archives.load(row.number)
    found = _examined(row, file, archive_reading.digest_of_file(file), now)
    record(row, found, SYSTEM, now)
    return found


def check(row: ArchivePackage, actor: Actor, now: datetime) -> Examined:
    """Do the four checks of a package as it lies in the store, and record the result."""
    try:
        with archive_reading.fetched(row.object_key) as (file, sha256):
            found = _examined(row, file, sha256, now)
    except ObjectMissing:
        found = Examined(row.case.number, (archive_fixity.missing(),))
    record(row, found, actor, now)
    return found


def examine(file: IO[bytes], now: datetime) -> Examined:
    """Do the four checks of a package from anywhere, by what lies in it alone."""
    package: Package | None = None
    number = ""
    try:
        package = archive_reading.read(file)
        number = package.info().get("External-Identifier", "")
    except PackageUnsound as fault:
        return Examined(number, (archive_fixity.unreadable(fault),))
    return Examined(number, tuple(_inside(package, number, now)))


def record(row: ArchivePackage, found: Examined, actor: Actor, now: datetime) -> None:
    """Keep what was found: in the package's state, and in its ledger."""
    state = ArchivePackage.State.FAULTY if found.failed else ArchivePackage.State.SOUND
    body = {
        "verdicts": {str(one): str(found.verdict_of(one)) for one in Aspect},
        "failed": [one.code for one in found.failed],
    }
    archives.checked(row.number, state, report_json(found), now)
    ledger.note(Chain.ARCHIVE, row.number, "checked", actor, now, body)


def report_json(found: Examined) -> str:
    """Write what was found, for keeping."""
    told = [
        {
            "aspect": str(one.aspect),
            "code": one.check.code,
            "verdict": str(one.check.verdict),
            "title": [one.check.title.zh, one.check.title.en],
            "detail": [one.check.detail.zh, one.check.detail.en],
        }
        for one in found.findings
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def report_of(row: ArchivePackage) -> Examined:
    """Read back what the newest check found."""
    told = json.loads(row.faults)
    return Examined(
        row.case.number,
        tuple(
            Finding(
                Aspect(one["aspect"]),
                Check(
                    one["code"], Words(*one["title"]), Verdict(one["verdict"]),
                    Words(*one["detail"]),
                ),
            )
            for one in told
        ),
    )  # fmt: skip


def _examined(row: ArchivePackage, file: IO[bytes], sha256: str, now: datetime) -> Examined:
    number = row.case.number
    found = [Finding(Aspect.AUTHENTIC, one) for one in archive_fixity.as_kept(row, sha256)]
    found.append(_as_journalled(row))
    try:
        found += _inside(archive_reading.read(file), number, now)
    except PackageUnsound as fault:
        found.append(archive_fixity.unreadable(fault))
    found += _since(row)
    return Examined(number, tuple(found))


def _inside(package: Package, case_number: str, now: datetime) -> Iterator[Finding]:
    yield from archive_fixity.findings(package, case_number)
    yield from archive_record.findings(package, now)
    yield from archive_files.findings(package, now)


def _as_journalled(row: ArchivePackage) -> Finding:
    """Compare the record with what the journal said when the case was archived."""
    title = Words("办理日志记载的摘要", "The digests the journal names")
    for entry in reversed(handle.load(row.case.number).journal):
        if entry.act == "archive":
            told = json.loads(entry.body)["act"]["inputs"]
            same = (told.get("sha256"), told.get("sm3")) == (row.sha256, row.sm3)
            break
    else:
        same = False
    detail = (
        Words("档案记录和办理日志的归档记载一致", "The record says what the journal says")
        if same
        else Words(
            "档案记录和办理日志的归档记载不一致：记录被改过",
            "The record is not what the journal says: it was changed",
        )
    )
    verdict = Verdict.PASSED if same else Verdict.FAILED
    return Finding(Aspect.AUTHENTIC, Check("journalled", title, verdict, detail))


def _since(row: ArchivePackage) -> Iterator[Finding]:
    """Say whether facts were recorded after the package was made: they are not in it."""
    journal = handle.load(row.case.number).journal
    places = [place for place, entry in enumerate(journal) if entry.act == "archive"]
    later = len(journal) - places[-1] - 1 if places else 0
    if later:
        detail = Words(
            f"归档以后办件又有 {later} 条记录，不在包里，在办理日志里查",
            f"{later} facts were recorded since; they are in the journal, not in the package",
        )
        title = Words("归档以后的记录", "Facts since archiving")
        yield Finding(Aspect.COMPLETE, Check("later", title, Verdict.UNKNOWN, detail))
