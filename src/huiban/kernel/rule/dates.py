# SPDX-License-Identifier: Apache-2.0
"""Calendar arithmetic of rules: a date moved by months and days, and folded before any back end."""

import calendar
from datetime import date, timedelta
from functools import lru_cache

from huiban.kernel.rule.tree import Node


@lru_cache(maxsize=1024)
def shifted(start: date, months: int, days: int) -> date:
    """
    This function will move a date; a day the target month lacks becomes its last day.

    >>> shifted(date(2024, 2, 29), -12, 0)
    datetime.date(2023, 2, 28)

    :raises OverflowError: if the result is outside the years 1 to 9999.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"{start} moved by {months} months leaves the calendar")
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)) + timedelta(days=days)


def fixed(node: Node, as_of: date) -> date | None:
    """This function will return the date a node stands for on `as_of`, None if facts decide it."""
    if node.op == "as_of":
        return as_of
    if node.op == "const":
        return node.value if isinstance(node.value, date) else None
    if node.op == "shift" and isinstance(node.value, tuple):
        base = fixed(node.args[0], as_of)
        months, days = node.value
        if base is not None and isinstance(months, int) and isinstance(days, int):
            return shifted(base, months, days)
    return None
