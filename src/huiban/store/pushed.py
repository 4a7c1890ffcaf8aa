# SPDX-License-Identifier: Apache-2.0
"""Keeps what departments send on their own (推送), to be found by keyed digests of its keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiban.store.models import Pushed
from huiban.store.turns import a_turn

Record = Mapping[str, object]
_AT_ONCE = 500


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
    """
    Return the records sent for a key and the day they are of.

    Of a key nothing came for there are none, as of the newest delivery; None before any came.
    """
    found = Pushed.objects.filter(resource=resource, looked_up_by=by, key_digest=digest).first()
    if found is None:
        newest = Pushed.objects.filter(resource=resource).order_by("-as_of").first()
        return ((), newest.as_of) if newest else None
    return tuple(json.loads(found.records)), found.as_of


def receive(batch: Batch, records: Mapping[tuple[str, str], Sequence[Record]]) -> bool:
    """
    Keep a delivery: records by lookup key and its digest, in place of what came for them before.

    False if this very delivery is what is there already; then nothing is written again.

    :raises OlderBatch: if for one of its keys a later one is there, by day and then by name:
        an old delivery was sent again, perhaps by somebody else.
    """
    with a_turn(), transaction.atomic():
        known = _known(batch.resource, [digest for _, digest in records])
        newest = max(known.values(), default=None)
        mine = (batch.as_of, batch.name)
        if newest is not None and newest > mine:
            raise OlderBatch(newest[1], newest[0])
        if records and all(known.get(key) == mine for key in records):
            return False
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


def _known(resource: str, digests: Sequence[str]) -> dict[tuple[str, str], tuple[date, str]]:
    """Return by lookup key and digest which delivery each is of."""
    found: dict[tuple[str, str], tuple[date, str]] = {}
    for start in range(0, len(digests), _AT_ONCE):
        rows = Pushed.objects.filter(
            resource=resource, key_digest__in=digests[start : start + _AT_ONCE]
        )
        for by, digest, as_of, name in rows.values_list(
            "looked_up_by", "key_digest", "as_of", "batch"
        ):
            found[by, digest] = (as_of, name)
    return found
