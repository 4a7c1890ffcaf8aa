# SPDX-License-Identifier: Apache-2.0
"""Sums over what was counted of many applications, one statement each, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import connection

from huiban.kernel.fill_rate import Counts
from huiban.store.wire import stored_time

DIMENSIONS = ("pack_code", "channel", "month", "life")
_NAMES = frozenset(one.name for one in fields(Counts))
_UNTOUCHED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which applications are looked at; an empty text means all, months are YYYY-MM."""

    pack: str = ""
    since: str = ""
    until: str = ""

    def where(self) -> tuple[str, list[str]]:
        """Return the condition with its parameters."""
        told = [
            (sql, value)
            for sql, value in (
                ("pack_code = %s", self.pack),
                ("month >= %s", self.since),
                ("month <= %s", self.until),
            )
            if value
        ]
        return " AND ".join(["1 = 1", *(sql for sql, _ in told)]), [value for _, value in told]


Pairs = Counter[tuple[int, int]]
"""How many applications have each pair of numbers above and below the line."""


def pairs(by: str, narrow: Narrow, top: Sequence[str], base: Sequence[str]) -> dict[str, Pairs]:
    """Return by group how often each pair of sums occurs: a short list even over a whole city."""
    if by not in DIMENSIONS or not _NAMES.issuperset((*top, *base)):
        raise ValueError(f"cannot sum {top} over {base} by {by}")
    where, values = narrow.where()
    above, below = " + ".join(top), " + ".join(base)
    found: defaultdict[str, Pairs] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by}, {above}, {below}, count(*) FROM store_fill "
            f"WHERE {where} AND is_recorded AND {below} > 0 GROUP BY 1, 2, 3",
            values,
        )
        for group, one, two, count in cursor.fetchall():
            found[group][one, two] += count
    return found


def means(
    narrow: Narrow, rates: Sequence[tuple[Sequence[str], Sequence[str]]]
) -> list[float | None]:
    """Return the mean of every rate, given as its sums, over all applications at once."""
    if not all(_NAMES.issuperset((*top, *base)) for top, base in rates):
        raise ValueError(f"cannot average {rates}")
    where, values = narrow.where()
    every = [
        f"avg(1.0 * ({' + '.join(top)}) / nullif({' + '.join(base)}, 0))" for top, base in rates
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(every)} FROM store_fill WHERE {where} AND is_recorded", values
        )
        return [None if mean is None else float(mean) for mean in cursor.fetchone()]


def numbers(by: str, narrow: Narrow) -> dict[str, tuple[int, int, int]]:
    """Return by group: applications recorded, not recorded, and materials added back."""
    if by not in DIMENSIONS:
        raise ValueError(f"cannot group by {by}")
    where, values = narrow.where()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by}, sum(CASE WHEN is_recorded THEN 1 ELSE 0 END), count(*), "
            f"sum(materials_added_back) FROM store_fill WHERE {where} GROUP BY 1",
            values,
        )
        return {
            group: (int(known), int(every - known), int(back))
            for group, known, every, back in cursor.fetchall()
        }


def latest_by_field(narrow: Narrow, limit: int) -> list[tuple[str, str]]:
    """Return item and `by_field` of the newest applications, at most `limit` of them."""
    where, values = narrow.where()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT item_code, by_field FROM store_fill WHERE {where} AND is_recorded "
            "ORDER BY case_id DESC LIMIT %s",
            [*values, limit],
        )
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Unsent:
    """Applications begun and not sent: all that are still kept, and those left alone for a week."""

    kept: int
    untouched: int


def unsent(pack: str, since: datetime, now: datetime) -> Unsent:
    """Count drafts of new applications begun since a moment and still kept now."""
    vendor = connection.vendor
    at = [stored_time(one, vendor) for one in (now - _UNTOUCHED, since, now)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(CASE WHEN updated_at < %s THEN 1 ELSE 0 END), 0) "
            "FROM store_draft WHERE created_at >= %s AND expires_at > %s AND case_number = '' "
            "AND (%s = '' OR pack_code = %s)",
            [*at, pack, pack],
        )
        kept, untouched = cursor.fetchone()
    return Unsent(int(kept), int(untouched))
