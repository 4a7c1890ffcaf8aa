# SPDX-License-Identifier: Apache-2.0
"""Keeps what officers said of review points (要点认定), and counts how right the points were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from huiban.store.models import Settlement
from huiban.store.turns import a_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One officer's word on one point of one case."""

    case_id: int
    point: str
    rule: str
    pack_code: str
    pack_version: str
    item_code: str
    found: str
    said: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a point in one writing found something, and people said something."""

    point: str
    rule: str
    found: str
    said: str
    count: int


def settle(row: SettlementRow) -> None:
    """Keep the latest word on a point of a case; the journal keeps those before it."""
    fields = {name: getattr(row, name) for name in row.__slots__}
    with a_turn():
        Settlement.objects.update_or_create(
            case_id=fields.pop("case_id"), point=fields.pop("point"), defaults=fields
        )


def of_case(case_id: int) -> Mapping[str, Settlement]:
    """Return what was said of a case's points, by point."""
    return {one.point: one for one in Settlement.objects.filter(case_id=case_id)}


def tallies(pack_code: str) -> list[Tally]:
    """Count what was found and said, by point and by how the point was written then."""
    rows = (
        Settlement.objects.filter(pack_code=pack_code)
        .values_list("point", "rule", "found", "said")
        .annotate(count=Count("id"))
        .order_by("point", "rule", "found", "said")
    )
    return [Tally(*row) for row in rows]
