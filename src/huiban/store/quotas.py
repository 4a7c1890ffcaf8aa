# SPDX-License-Identifier: Apache-2.0
"""Counts what is asked of each register on a day (配额), for all processes together."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from huiban.store.models import Quota

Wanted = Mapping[str, tuple[int, int]]
"""Resource → how many questions, and how many a day the provider allows."""


def take(wanted: Wanted, day: date) -> dict[str, int]:
    """
    Count questions of a batch and return how many of each may be sent; the rest is not counted.

    One statement; two more where a register has fewer left than are wanted.
    """
    granted = _take({key: one for key, one in wanted.items() if 0 < one[0] <= one[1]}, day)
    short = [key for key in wanted if key not in granted]
    if not short:
        return granted
    used = used_on(short, day)
    left = {key: (min(wanted[key][0], wanted[key][1] - used[key]), wanted[key][1]) for key in short}
    granted |= _take({key: one for key, one in left.items() if one[0] > 0}, day)
    return {key: granted.get(key, 0) for key in wanted}


def used_on(resources: Sequence[str], day: date) -> dict[str, int]:
    """Return how many questions each register was asked on a day."""
    found = Quota.objects.filter(resource__in=resources, day=day)
    return dict.fromkeys(resources, 0) | dict(found.values_list("resource", "used"))


def _take(wanted: Wanted, day: date) -> dict[str, int]:
    """Grant each register's questions all or none; those refused are missing from the answer."""
    if not wanted:
        return {}
    named = sorted(wanted)
    rows = ", ".join(["(%s, %s, %s)"] * len(named))
    limits = " ".join(["WHEN %s THEN %s"] * len(named))
    values = [value for key in named for value in (key, day, wanted[key][0])]
    values += [value for key in named for value in (key, wanted[key][1])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO store_quota (resource, day, used) VALUES {rows} "
            "ON CONFLICT (resource, day) DO UPDATE SET used = store_quota.used + excluded.used "
            "WHERE store_quota.used + excluded.used <= "
            f"CASE store_quota.resource {limits} ELSE 0 END RETURNING resource",
            values,
        )
        return {str(row[0]): wanted[str(row[0])][0] for row in cursor.fetchall()}
