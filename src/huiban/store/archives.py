# SPDX-License-Identifier: Apache-2.0
"""Keeps what is known of archived packages (档案): where each lies, how sound, how long kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Count, Q, QuerySet

from huiban.kernel.clock_time import SHANGHAI
from huiban.store import lists, search
from huiban.store.lists import BadCursor, CaseNarrow, DeskScope
from huiban.store.models import ArchivePackage

Row = TypeVar("Row", bound=models.Model)
_MOST_FOUND = 500
_KEPT = ~Q(state=ArchivePackage.State.DISPOSED)


class AlreadyArchived(Exception):
    """The case has a package: another worker was first."""


class PackageNotFound(LookupError):
    """No archived package has this number."""


@dataclass(frozen=True, slots=True)
class ArchiveNarrow:
    """Which packages are looked at; an empty text or None means all."""

    department: str = ""
    division: str = ""
    account: str = ""
    text: str = ""
    year: int | None = None
    retention: str = ""
    state: str = ""
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A page of packages, newest first; `cursor` asks for the next one, empty at the end."""

    rows: tuple[ArchivePackage, ...]
    cursor: str


def add(package: ArchivePackage) -> None:
    """
    Record the package of a case.

    :raises AlreadyArchived: if the case has one.
    """
    try:
        with transaction.atomic():
            package.save(force_insert=True)
    except IntegrityError:
        raise AlreadyArchived(str(package.case_id)) from None


def load(number: str) -> ArchivePackage:
    """
    Return a package with its case.

    :raises PackageNotFound: if there is none.
    """
    found = ArchivePackage.objects.select_related("case").filter(number=number).first()
    if found is None:
        raise PackageNotFound(number)
    return found


def of_case(number: str) -> ArchivePackage:
    """
    Return the package of a case, by the case's number.

    :raises PackageNotFound: if it has none.
    """
    found = ArchivePackage.objects.select_related("case").filter(case__number=number).first()
    if found is None:
        raise PackageNotFound(number)
    return found


def listing(narrow: ArchiveNarrow, cursor: str = "", limit: int = 30) -> ArchivePage:
    """
    List packages, newest first.

    :raises BadCursor: if the cursor is not one of this list.
    """
    found = _narrowed(narrow)
    if cursor:
        at, number = _position(cursor)
        found = found.filter(Q(archived_at__lt=at) | Q(archived_at=at, number__lt=number))
    rows = list(found.select_related("case").order_by("-archived_at", "-number")[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return ArchivePage(
        tuple(rows[:limit]), f"{last.archived_at.isoformat()}~{last.number}" if last else ""
    )


def of_year(narrow: ArchiveNarrow, year: int) -> QuerySet[ArchivePackage]:
    """Give the packages that are still here and whose cases were closed in a year, in order."""
    starts, ends = _year(year)
    return (
        _placed(narrow)
        .filter(_KEPT, case__closed_at__gte=starts, case__closed_at__lt=ends)
        .select_related("case")
        .order_by("case__number")
    )


def counts(narrow: ArchiveNarrow) -> dict[str, int]:
    """Count the packages by state."""
    found = _placed(narrow).values("state").annotate(n=Count("pk")).order_by()
    return {row["state"]: row["n"] for row in found}


def due_count(narrow: ArchiveNarrow) -> int:
    """Count the packages whose time is over."""
    return _narrowed(narrow).count()


def to_check(before: datetime, limit: int) -> list[ArchivePackage]:
    """Return what was not looked at since a moment: what never was first, then the oldest."""
    every = ArchivePackage.objects.select_related("case").filter(_KEPT)
    fresh = list(every.filter(checked_at=None).order_by("number")[:limit])
    left = limit - len(fresh)
    if not left:
        return fresh
    old = every.filter(checked_at__lt=before).order_by("checked_at", "number")[:left]
    return [*fresh, *old]


def checked(number: str, state: ArchivePackage.State, faults: str, at: datetime) -> None:
    """Record what a check found; a package disposed of meanwhile stays so."""
    rows = ArchivePackage.objects.filter(_KEPT, number=number)
    rows.update(state=state, faults=faults, checked_at=at)


def to_stamp(before: datetime, limit: int) -> list[ArchivePackage]:
    """Return the packages without a time stamp, then those whose stamp is old, the oldest first."""
    every = ArchivePackage.objects.filter(_KEPT)
    never = list(every.filter(stamped_at=None).order_by("number")[:limit])
    left = limit - len(never)
    old = every.filter(stamped_at__lt=before).order_by("stamped_at", "number")[:left]
    return [*never, *old] if left else never


def stamped(number: str, at: datetime) -> None:
    """Record when a package got its newest time stamp."""
    ArchivePackage.objects.filter(number=number).update(stamped_at=at)


def handed_over(numbers: Collection[str], at: datetime) -> int:
    """Record that packages went to the archive; those that did before keep their first time."""
    rows = ArchivePackage.objects.filter(number__in=numbers, handed_over_at=None)
    return rows.update(handed_over_at=at)


def propose_disposal(number: str, by: str) -> bool:
    """Note who proposes to dispose of a package; False if somebody did already."""
    return bool(ArchivePackage.objects.filter(_KEPT, number=number, disposal_by="").update(
        disposal_by=by
    ))  # fmt: skip


def refuse_disposal(number: str) -> bool:
    """Take a proposal back; False if there was none."""
    waiting = ArchivePackage.objects.filter(_KEPT, number=number).exclude(disposal_by="")
    return bool(waiting.update(disposal_by=""))


def dispose(number: str, proposed_by: str) -> bool:
    """Mark a package as disposed of; False if the proposal approved is not there any more."""
    rows = ArchivePackage.objects.filter(_KEPT, number=number, disposal_by=proposed_by)
    return bool(rows.update(state=ArchivePackage.State.DISPOSED))


def as_json(row: models.Model, without: Collection[str] = ()) -> dict[str, object]:
    """Give the columns of a row as JSON values; times are written in UTC."""
    return {
        field.attname: _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in without
    }


def from_json(kind: type[Row], values: Mapping[str, Any], **more: Any) -> Row:
    """Make a row of what `as_json` gave, with some columns set anew; new columns take defaults."""
    columns = {
        field.attname: field.to_python(values[field.attname])
        for field in kind._meta.concrete_fields
        if field.attname in values and field.attname not in more
    }
    return kind(**columns, **more)


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _placed(narrow: ArchiveNarrow) -> QuerySet[ArchivePackage]:
    found = ArchivePackage.objects.all()
    if narrow.department:
        found = found.filter(department=narrow.department)
    reach = narrow.division
    while reach.endswith("00"):
        reach = reach[:-2]
    if reach:
        found = found.filter(Q(division__startswith=reach) | Q(division=""))
    return found


def _narrowed(narrow: ArchiveNarrow) -> QuerySet[ArchivePackage]:
    found = _placed(narrow)
    if narrow.year is not None:
        starts, ends = _year(narrow.year)
        found = found.filter(archived_at__gte=starts, archived_at__lt=ends)
    if narrow.retention:
        found = found.filter(retention=narrow.retention)
    if narrow.state:
        found = found.filter(state=narrow.state)
    if narrow.due_by is not None:
        found = found.filter(_KEPT, keep_until__lt=narrow.due_by)
    return _saying(found, narrow) if narrow.text.strip() else found


def _saying(found: QuerySet[ArchivePackage], narrow: ArchiveNarrow) -> QuerySet[ArchivePackage]:
    text = narrow.text.strip()
    if search.is_code(text):
        code = text.upper()
        return found.filter(Q(case__number__startswith=code) | Q(case__subject_code=code))
    if not narrow.department:
        # Whoever looks over departments has no part of the index of words; they are few.
        return found.filter(Q(case__subject_name__icontains=text) | Q(case__title__icontains=text))
    scope = DeskScope(narrow.account, (), narrow.department, narrow.division)
    page = lists.department_list(scope, CaseNarrow(text=text, is_open=False), limit=_MOST_FOUND)
    return found.filter(case_id__in=[one.id for one in page.rows])


def _year(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)


def _position(cursor: str) -> tuple[datetime, str]:
    at, _, number = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise BadCursor from None
    if moment.tzinfo is None or not number:
        raise BadCursor
    return moment, number
