# SPDX-License-Identifier: Apache-2.0
"""Keeps the imported years of the work calendar (工作日历); the newest import of a year counts."""

from collections.abc import Mapping

from django.db.models import Max

from huiban.store.models import CalendarYear


def add(year: CalendarYear) -> None:
    """Keep an imported year; earlier imports of it stay readable."""
    year.save(force_insert=True)


def newest() -> Mapping[int, CalendarYear]:
    """Return every year as imported last."""
    last = CalendarYear.objects.values("year").annotate(last=Max("id")).values("last")
    return {row.year: row for row in CalendarYear.objects.filter(id__in=last).order_by("year")}


def version() -> int:
    """Return a number that rises with every import; caches of the calendar compare it."""
    return CalendarYear.objects.aggregate(last=Max("id"))["last"] or 0
