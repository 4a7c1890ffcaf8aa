# SPDX-License-Identifier: Apache-2.0
"""Keeps what departments send on their own (推送), to be found by keyed digests of its keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from huiban.store.models import Pushed
from huiban.store.turns import a_turn

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivery of a department; `as_of` is the day its data are of."""

    resource: str
    name: str
    as_of: date
    received_at: datetime


class OlderBatch(Exception):
    """What is there is newer; nothing was written."""

    def __init__(self, name: str, as_of: date) -> None:
        super().__init__(f"batch {name} of {as_of} is newer")
        self.name, self.as_of = name, as_of


def find(resource: str, by: str, digest: str) -> tuple[tuple[Record, ...], date] | None:
    """Return the records sent for a key and the day they are of; None if there are none."""
    found = Pushed.objects.filter(resource=resource, looked_up_by=by, key_digest=digest).first()
    if found is None:
        return None
    return tuple(json.loads(found.records)), found.as_of


def newest(resource: str) -> tuple[date, str] | None:
    """Return the day and name of the delivery of a resource that came last."""
    mine = Pushed.objects.filter(resource=resource)
    day = mine.aggregate(day=Max("as_of"))["day"]
    if day is None:
        return None
    # The database would sort names as its language does, which is not how we compare them.
    return day, max(mine.filter(as_of=day).values_list("batch", flat=True).distinct())


def receive(batch: Batch, records: Mapping[tuple[str, str], Sequence[Record]]) -> bool:
    """
    Keep a delivery: records by lookup key and its digest, in place of what came for them before.

    Deliveries follow each other by day, and by name within a day. False if this is the last one
    sent again; then nothing is written.

    :raises OlderBatch: if a later one is there, such as when an old one is sent again by others.
    """
    with a_turn(), transaction.atomic():
        known = newest(batch.resource)
        if known == (batch.as_of, batch.name):
            return False
        if known and (batch.as_of, batch.name) < known:
            raise OlderBatch(known[1], known[0])
        Pushed.objects.bulk_create(
            [
                Pushed(
                    resource=batch.resource,
                    looked_up_by=by,
                    key_digest=digest,
                    records=json.dumps([dict(one) for one in found], ensure_ascii=False),
                    as_of=batch.as_of,
                    batch=batch.name,
                    received_at=batch.received_at,
                )
                for (by, digest), found in sorted(records.items())
            ],
            update_conflicts=True,
            unique_fields=("resource", "looked_up_by", "key_digest"),
            update_fields=("records", "as_of", "batch", "received_at"),
        )
    return True
