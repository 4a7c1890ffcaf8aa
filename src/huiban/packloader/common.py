# SPDX-License-Identifier: Apache-2.0
"""Loading packs/common: places, departments, roles, sources, certificates, readings, calendar."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol, TypeVar

from huiban.kernel.calendar import Calendar, CalendarDay, DayKind, DayStatus
from huiban.kernel.material_kind import MaterialKind
from huiban.packloader.folder import Folder, Shape
from huiban.packloader.problem import Problem
from huiban.packloader.schema.common import CertificatesIn, RolesIn, SourcesIn
from huiban.packloader.schema.readings import ReadingsIn
from huiban.packloader.schema.reference_data import (
    CalendarYearIn,
    DepartmentsIn,
    DivisionsIn,
)
from huiban.packloader.values import Common, Department, Division, Role, Source


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Coded = TypeVar("Coded", bound=_Coded)


def load_common(
    texts: Mapping[str, str], shown: str = "packs/common"
) -> tuple[Common, list[Problem]]:
    """Load the shared vocabularies; a file that cannot be used leaves its vocabulary empty."""
    folder = Folder("common", texts, shown)
    issued = _shaped(folder, "certificates.yaml", CertificatesIn)
    common = Common(
        divisions=_divisions(folder),
        departments=_departments(folder),
        roles=_roles(folder),
        sources=_sources(folder),
        certificates=_by_code(one.make() for one in issued.kinds) if issued else {},
        grant_purposes=_by_code(one.make() for one in issued.purposes) if issued else {},
        calendar=_calendar(folder),
        material_kinds=_material_kinds(folder),
        texts=texts,
    )
    return common, folder.problems


def _by_code(made: Iterable[Coded]) -> dict[str, Coded]:
    return {one.code: one for one in made}


def _divisions(folder: Folder) -> dict[str, Division]:
    written = _shaped(folder, "divisions.yaml", DivisionsIn)
    return _by_code(one.make() for one in written.divisions) if written else {}


def _departments(folder: Folder) -> dict[str, Department]:
    written = _shaped(folder, "departments.yaml", DepartmentsIn)
    return _by_code(one.make() for one in written.departments) if written else {}


def _roles(folder: Folder) -> dict[str, Role]:
    written = _shaped(folder, "roles.yaml", RolesIn)
    return _by_code(one.make() for one in written.roles) if written else {}


def _sources(folder: Folder) -> dict[str, Source]:
    written = _shaped(folder, "sources.yaml", SourcesIn)
    return _by_code(one.make() for one in written.sources) if written else {}


def _material_kinds(folder: Folder) -> dict[str, MaterialKind]:
    written = _shaped(folder, "readings.yaml", ReadingsIn)
    return _by_code(one.make() for one in written.kinds) if written else {}


def _calendar(folder: Folder) -> Calendar:
    years = [folder.shaped(file, CalendarYearIn) for file in folder.files("calendar")]
    known = [year for year in years if year]
    official = [year.year for year in known if year.status is DayStatus.OFFICIAL]
    try:
        return Calendar.from_rows([row for year in known for row in _days(year)], official)
    except ValueError as error:
        folder.problems.append(Problem(folder.path("calendar"), 1, "", str(error), "keep one"))
        return Calendar.from_rows((), ())


def _days(year: CalendarYearIn) -> Iterator[CalendarDay]:
    for festival in year.festivals:
        for ordinal in range(festival.first.toordinal(), festival.last.toordinal() + 1):
            off = date.fromordinal(ordinal)
            yield CalendarDay(off, DayKind.HOLIDAY, festival.name, year.status, year.year)
        for work in festival.work:
            yield CalendarDay(work, DayKind.MAKEUP_WORKDAY, festival.name, year.status, year.year)


def _shaped(folder: Folder, file: str, shape: type[Shape]) -> Shape | None:
    if file not in folder.texts:
        folder.missing(file, (shape.__doc__ or file).strip(" ."))
        return None
    return folder.shaped(file, shape)
