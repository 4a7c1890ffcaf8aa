# SPDX-License-Identifier: Apache-2.0
"""Keeps which cases the system decided or left to people (自动审批), and second looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from huiban.store.models import AutomaticDecision, Blob, Case

Kind, State = AutomaticDecision.Kind, AutomaticDecision.State


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticRow:
    """One case to keep: whose desk it is on, and which role looks again."""

    case_id: int
    kind: str
    pack_code: str
    pack_version: str
    item_code: str
    department: str
    division: str
    at: datetime
    role: str


def keep(row: AutomaticRow) -> bool:
    """Keep a case; False where it is kept already."""
    fields = {name: getattr(row, name) for name in row.__slots__}
    _, is_new = AutomaticDecision.objects.get_or_create(
        case_id=fields.pop("case_id"), defaults=fields
    )
    return is_new


def of_case(case_id: int) -> AutomaticDecision | None:
    return AutomaticDecision.objects.filter(case_id=case_id).first()


def ask(case_id: int, now: datetime) -> bool:
    """Note that a person is to look at a decision; False if somebody was asked before."""
    found = AutomaticDecision.objects.filter(case_id=case_id, kind=Kind.DECIDED, state=State.NONE)
    return bool(found.update(state=State.ASKED, asked_at=now))


def answer(case_id: int, state: str, now: datetime) -> bool:
    """Note what a person found; False if it was answered before, or nobody asked."""
    found = AutomaticDecision.objects.filter(case_id=case_id, state=State.ASKED)
    return bool(found.update(state=state, answered_at=now))


@dataclass(frozen=True, slots=True)
class Place:
    """Whose desk: a department, and what of its divisions (the beginning of their codes)."""

    department: str
    division: str = ""


def waiting(place: Place, first: int, limit: int) -> tuple[list[AutomaticDecision], int]:
    """Return a page of the decisions that wait for a person, oldest first, and how many."""
    found = _of_place(place).filter(state=State.ASKED)
    rows = found.select_related("case").order_by("asked_at")
    return list(rows[first : first + limit]), found.count()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases of an item had this kind, outcome, and end of a second look."""

    item_code: str
    kind: str
    outcome: str
    state: str
    count: int


def tallies(place: Place, since: datetime) -> list[Tally]:
    """Count the cases of a department since a moment, with one grouped query."""
    rows = (
        _of_place(place)
        .filter(at__gte=since)
        .values_list("item_code", "kind", "case__outcome", "state")
        .annotate(count=Count("case_id"))
        .order_by("item_code", "kind")
    )
    return [Tally(*row) for row in rows]


def open_cases_with(object_key: str) -> Sequence[str]:
    """Name the open cases that have a file of this content."""
    files = Blob.objects.filter(object_key=object_key, case__isnull=False)
    found = Case.objects.filter(id__in=files.values("case_id"), closed_at__isnull=True)
    return list(found.order_by("id").values_list("number", flat=True))


def _of_place(place: Place) -> QuerySet[AutomaticDecision]:
    found = AutomaticDecision.objects.filter(department=place.department)
    return found.filter(division__startswith=place.division) if place.division else found
