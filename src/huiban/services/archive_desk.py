# SPDX-License-Identifier: Apache-2.0
"""Archived cases as archivists and supervisors see them (档案查阅): lists, one, its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from huiban.connectors.objects import ObjectMissing
from huiban.kernel.actor import Actor
from huiban.kernel.archive import Examined
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import (
    archive_check,
    archive_keeping,
    archive_reading,
    handle,
    ledger,
    vault,
)
from huiban.services.archive_reading import PackageUnsound
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.permission import allows, demand, demand_platform
from huiban.services.refusal import NotFound, NotOpen
from huiban.store import archives
from huiban.store.archives import ArchiveNarrow, PackageNotFound
from huiban.store.models import ArchivePackage, LedgerEntry


@dataclass(frozen=True, slots=True)
class Board:
    """A page of packages and how many there are of each state."""

    rows: tuple[ArchivePackage, ...]
    cursor: str
    counts: dict[str, int]
    due: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One package with all that is known of it."""

    row: ArchivePackage
    report: Examined
    elements: tuple[tuple[str, str], ...]
    files: tuple[dict[str, object], ...]
    trouble: Words
    """Why the description could not be read; empty if it could."""
    history: tuple[LedgerEntry, ...]
    is_broken: bool
    """The ledger of the package is not what was written."""
    may_see_case: bool
    may_keep: bool
    may_download: bool
    is_due: bool


def board(narrow: ArchiveNarrow, actor: Actor, now: datetime, cursor: str = "") -> Board:
    """
    List the packages an officer may see, newest first.

    :raises NotAllowed: for whoever is neither archivist nor supervisor.
    :raises BadCursor: of the store, if the cursor is not one of this list.
    """
    placed = _reach(narrow, actor)
    page = archives.listing(placed, cursor)
    today = local_day(now)
    due = archives.due_count(replace(_reach(ArchiveNarrow(), actor), due_by=today))
    return Board(page.rows, page.cursor, archives.counts(placed), due)


def show(number: str, actor: Actor, now: datetime) -> Shown:
    """
    Show one package.

    :raises NotFound: if there is none, or it is out of reach: from outside the same.
    """
    row = _load(number, actor)
    elements, files, trouble = _described(row)
    opened = handle.load(row.case.number)
    return Shown(
        row=row,
        report=archive_check.report_of(row),
        elements=elements,
        files=files,
        trouble=trouble,
        history=tuple(reversed(ledger.history(Chain.ARCHIVE, row.number))),
        is_broken=bool(ledger.breaks_of(Chain.ARCHIVE, row.number)),
        may_see_case=allows(actor, Errand.VIEW_CASE, opened.case),
        may_keep="archivist" in actor.roles,
        may_download=allows(actor, Errand.VIEW_WHOLE, opened.case),
        is_due=archive_keeping.is_due(row, local_day(now)),
    )


def check_again(number: str, actor: Actor, now: datetime) -> Examined:
    """
    Do the four checks of a package once more.

    :raises NotFound: as `show`.
    :raises NotAllowed: if the actor keeps no archive.
    :raises NotOpen: if the package was disposed of.
    """
    demand_platform(actor, Errand.KEEP_ARCHIVE)
    row = _load(number, actor)
    _demand_kept(row)
    return archive_check.check(row, actor, now)


def download(number: str, actor: Actor, now: datetime) -> tuple[ArchivePackage, Iterator[bytes]]:
    """
    Give the bytes of a package, and note in its ledger who took them.

    :raises NotFound: as `show`.
    :raises NotAllowed: if the actor may not see the whole application.
    :raises NotOpen: if the package was disposed of.
    :raises ObjectMissing: if it is not in the store.
    """
    row = _load(number, actor)
    demand(actor, Errand.VIEW_WHOLE, handle.load(row.case.number).case)
    _demand_kept(row)
    chunks = vault.objects().get(row.object_key)
    ledger.note(Chain.ARCHIVE, row.number, "downloaded", actor, now)
    return row, chunks


def _demand_kept(row: ArchivePackage) -> None:
    if row.state == ArchivePackage.State.DISPOSED:
        raise NotOpen(
            Words("这个归档包已按期销毁", "This package was disposed of when its time was over")
        )


def _load(number: str, actor: Actor) -> ArchivePackage:
    demand_platform(actor, Errand.VIEW_ARCHIVE)
    try:
        row = archives.load(number)
    except PackageNotFound:
        raise _none() from None
    if not allows(actor, Errand.VIEW_CASE, handle.load(row.case.number).case):
        raise _none()
    return row


def _reach(narrow: ArchiveNarrow, actor: Actor) -> ArchiveNarrow:
    role = demand_platform(actor, Errand.VIEW_ARCHIVE)
    department = "" if role == "supervisor" else actor.department
    return replace(narrow, department=department, division=actor.division, account=actor.number)


def _described(
    row: ArchivePackage,
) -> tuple[tuple[tuple[str, str], ...], tuple[dict[str, object], ...], Words]:
    """Read the description out of the package itself: that is what will be there in 30 years."""
    if row.state == ArchivePackage.State.DISPOSED:
        return (), (), Words("")
    try:
        with archive_reading.fetched(row.object_key) as (file, _):
            told = archive_reading.described(file)
            elements = tuple((str(one["title"]), str(one["value"])) for one in told["elements"])
            return elements, tuple(dict(one) for one in told["files"]), Words("")
    except ObjectMissing:
        return (), (), Words("存储里没有这个包", "the store does not hold it")
    except (KeyError, TypeError, PackageUnsound) as fault:
        return (), (), Words(str(fault))


def _none() -> NotFound:
    return NotFound(
        Words(
            "没有这份档案，或者不属于您的部门和区域",
            "There is no such record, or it is not of your department and region",
        )
    )
