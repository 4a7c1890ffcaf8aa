# SPDX-License-Identifier: Apache-2.0
"""Whether attempts and portraits are what their ledgers say (身份核实台账核对)."""

from collections.abc import Iterator, Mapping, Sequence

from huiban.services import identity, identity_pictures, identity_portraits
from huiban.services.ledger import body_of
from huiban.store.models import IdentityAttempt, KeptPicture, LedgerEntry, Portrait

ENDS = ("passed", "failed", "expired", "abandoned")
Entries = Sequence[LedgerEntry]


def attempt(row: IdentityAttempt, entries: Entries) -> Iterator[str]:
    """Name what of an attempt is not what its ledger says."""
    yield from _differing(_first(entries, identity.BEGUN), identity.begun_facts(row))
    ended = [one for one in entries if one.act in ENDS]
    if ended:
        yield from _differing(body_of(ended[-1]), identity.ended_facts(row))
    used = [one for one in entries if one.act == identity.USED]
    state = "used" if used else ended[-1].act if ended else "open"
    if ("open" if row.state == "judging" else row.state) != state:
        yield "state"
    if len(used) > 1 or (row.used_at is not None) != bool(used):
        yield "used"
    yield from _picture(getattr(row, "picture", None), entries)


def portrait(row: Portrait, entries: Entries) -> Iterator[str]:
    """Name what of a portrait is not what its ledger says."""
    yield from _differing(_first(entries, identity_portraits.PUT), identity_portraits.facts_of(row))
    acts = {one.act for one in entries}
    if (row.deleted_at is not None) != (identity_portraits.REMOVED in acts):
        yield "deleted"
    is_ended = bool(acts & {identity_portraits.REPLACED, identity_portraits.REMOVED})
    if (row.ended_at is not None) != is_ended:
        yield "ended"


def _picture(row: KeptPicture | None, entries: Entries) -> Iterator[str]:
    told = _first(entries, identity_pictures.KEPT)
    if bool(told) != (row is not None):
        yield "picture"
    if row is None:
        return
    now = {"sha256": row.sha256, "text_sha256": row.text_sha256}
    yield from _differing(told, now | {"delete_on": row.delete_on.isoformat()})
    is_deleted = any(one.act == identity_pictures.DELETED for one in entries)
    if (row.deleted_at is not None) != is_deleted:
        yield "picture deleted"


def _first(entries: Entries, act: str) -> dict[str, object]:
    return next((body_of(one) for one in entries if one.act == act), {})


def _differing(told: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    for name, value in now.items():
        if told.get(name) != value:
            yield name
