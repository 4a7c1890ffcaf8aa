# SPDX-License-Identifier: Apache-2.0
"""What one department's register says of the city: a query for the resource's items."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from huiban.neighbours.city import Plan


class Delivery(StrEnum):
    """How the department hands its register over."""

    HTTP = "http"
    DATABASE = "database"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PUSH = "push"


UPDATED = "updated_on"
"""The column beside the items: the day the department last looked at the record."""


@dataclass(frozen=True, slots=True)
class Register:
    """
    One register: `rows` selects the items and UPDATED from the city's tables.

    `heads` are the column names written where they are not the items' keys; `table` is the name
    in a department's own database.
    """

    key: str
    rows: str
    delivery: Delivery = Delivery.HTTP
    heads: Mapping[str, str] | None = None
    table: str = ""


def yesterday(plan: Plan) -> str:
    """SQL for the day a register with a daily cycle was updated."""
    return f"DATE '{plan.day}' - 1"


def settled(plan: Plan) -> str:
    """SQL for the day a register with a monthly cycle was updated."""
    return f"DATE '{plan.day.replace(day=1)}'"


def ago(plan: Plan, days: str) -> str:
    """SQL for a day so long before the city's anchor."""
    return f"DATE '{plan.anchor}' - ({days})::INTEGER"
