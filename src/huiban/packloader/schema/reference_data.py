# SPDX-License-Identifier: Apache-2.0
"""packs/common: divisions.yaml, departments.yaml and the years of the work calendar."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field as Described

from huiban.kernel.calendar import DayStatus
from huiban.packloader.schema.part import Count, Flag, Key, Line, Maker, Part, Sentence
from huiban.packloader.values import Department, Division

Day = Annotated[date, Described(description="YYYY-MM-DD")]
DivisionCode = Annotated[str, Described(pattern=r"^\d{6}(\d{3}|\d{6})?$")]


class DivisionIn(Part):
    """行政区划 (GB/T 2260)."""

    makes: ClassVar[Maker] = Division
    code: DivisionCode
    name: Sentence
    level: str = ""
    parent: str = ""


class FormerDivisionIn(Part):
    """A division that no longer exists but is still met in old numbers."""

    code: DivisionCode
    name: Sentence
    level: str = ""
    last_year: Count
    successor: DivisionCode


class DivisionsIn(Part):
    """divisions.yaml."""

    divisions: tuple[DivisionIn, ...]
    former: tuple[FormerDivisionIn, ...] = ()


class DepartmentIn(Part):
    """部门."""

    makes: ClassVar[Maker] = Department
    code: Key
    name: Sentence
    uscc: str = ""
    division: str = ""
    sm2: Flag = False


class DepartmentsIn(Part):
    """departments.yaml."""

    departments: tuple[DepartmentIn, ...]


class PublicationIn(Part):
    """The notice a year rests on."""

    title: Line
    number: str = ""
    published_on: Day


class FestivalIn(Part):
    """One holiday: first and last day off, and the weekend days worked for it."""

    name: Line
    first: Day
    last: Day
    work: tuple[Day, ...] = ()


class CalendarYearIn(Part):
    """calendar/<year>.yaml: what the State Council's notice says of one year."""

    year: Count
    status: DayStatus
    sources: tuple[PublicationIn, ...] = ()
    festivals: tuple[FestivalIn, ...]
