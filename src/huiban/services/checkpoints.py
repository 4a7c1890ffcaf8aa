# SPDX-License-Identifier: Apache-2.0
"""Making checkpoints (检查点): ends of chains become leaves, the head is signed and stamped."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from huiban.kernel.credential import Profile
from huiban.kernel.merkle import leaf_digest
from huiban.kernel.proof import HASHES, Head, HeadSignature, Leaf, SignedHead
from huiban.kernel.proof_check import head_of
from huiban.kernel.tree_tiles import TiledTree, TileKey, TileMissing, edge_keys, extended
from huiban.kernel.verification import Check
from huiban.services import head_signing
from huiban.store import checkpoints as store
from huiban.store.models import Checkpoint

log = logging.getLogger(__name__)

BATCH = 20_000
"""Leaves in one checkpoint: what a catching-up log holds in memory, and writes in one go."""
_AT_LEAST = timedelta(days=1)
# PostgreSQL hands out row numbers when rows are written and shows them when they are committed:
# a later number may be seen first. These many rows are looked at again each time, all of them
# by `sweep_whole`.
_OVERLAP = 10_000

Tiles = Mapping[str, Mapping[TileKey, bytes]]


class TreeDamaged(RuntimeError):
    """Neither tiles nor leaves give the root of the newest checkpoint: nothing may be added."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Chains that grew, and up to which row of each kind was looked."""

    ends: list[Leaf]
    after: dict[str, int]
    is_all: bool


def sweep(now: datetime) -> int:
    """Make the checkpoints that are due: over what grew, or one a day; returns how many."""
    return _make(now, {name: max(0, row - _OVERLAP) for name, row in _seen().items()})


def sweep_whole(now: datetime) -> int:
    """Do the same looking at every chain, for rows that became visible long after others."""
    return _make(now, dict.fromkeys(store.SOURCES, 0))


def _make(now: datetime, after: dict[str, int]) -> int:
    made = 0
    while True:
        # Before looking what grew: a checkpoint made meanwhile has the number we would take.
        last = store.newest()
        found = _collect(after, BATCH)
        after = found.after
        is_due = last is not None and now - last.at >= _AT_LEAST
        if found.ends or (is_due and found.is_all):
            try:
                _append(found, last, now)
            except store.CheckpointTaken:
                # Another worker was faster; what it left out comes with the next one.
                return made
            made += 1
        if found.is_all:
            return made


def _seen() -> dict[str, int]:
    last = store.newest()
    known = json.loads(last.seen) if last else {}
    return {name: int(known.get(name, 0)) for name in store.SOURCES}


def _collect(after: Mapping[str, int], most: int) -> _Found:
    """Gather ends kind by kind until there are enough for one checkpoint."""
    ends: list[Leaf] = []
    reached = dict(after)
    newest = store.ends_now()  # before looking: what is committed meanwhile is looked at next time
    for name in store.SOURCES:
        wanted = most - len(ends)
        some, row = store.grown(name, reached[name], wanted)
        ends += some
        if len(some) == wanted:
            return _Found(ends, reached | {name: row}, is_all=False)
        reached[name] = max(newest[name], reached[name])
    return _Found(ends, reached, is_all=True)


def _append(found: _Found, last: Checkpoint | None, now: datetime) -> None:
    """Compute, sign and stamp first; then write everything in one short transaction."""
    size = last.size if last else 0
    edge = _edge(last)
    changed = {
        name: extended(size, [leaf_digest(one.data, name) for one in found.ends], edge[name], name)
        for name in HASHES
    }
    total = size + len(found.ends)
    roots = {
        name: TiledTree(total, {**edge[name], **changed[name]}, name).root().hex()
        for name in HASHES
    }
    head = Head(
        log=settings.PUBLIC_URL,
        number=last.number + 1 if last else 1,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        size=total,
        sha256=roots["sha256"],
        sm3=roots["sm3"],
        previous=signed_head(last).digests if last else None,
    )
    signed = head_signing.sign(head.text, now)
    seen = {name: max(row, _seen_by(last).get(name, 0)) for name, row in found.after.items()}
    store.append(_row(head, signed, seen, now), found.ends, changed)
    log.info(
        "checkpoint %s: %s leaves, root %s, %s", head.number, head.size, head.sha256,
        "; ".join(f"{part} missing" for part in signed.missing) or "signed and stamped",
    )  # fmt: skip


def _row(
    head: Head, signed: head_signing.Signed, seen: Mapping[str, int], now: datetime
) -> Checkpoint:
    return Checkpoint(
        number=head.number,
        at=now,
        size=head.size,
        root_sha256=head.sha256,
        root_sm3=head.sm3,
        head=head.text,
        signatures=_compact([one.to_json() for one in signed.signatures]),
        token=signed.token,
        missing=_compact(
            [{"part": part, "why": why} for part, why in sorted(signed.missing.items())]
        ),
        seen=_compact(dict(seen)),
    )


def _seen_by(last: Checkpoint | None) -> dict[str, int]:
    return json.loads(last.seen) if last else {}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _edge(last: Checkpoint | None) -> Tiles:
    """
    Return the tiles at the right edge of the tree, which must give the roots that were signed.

    Spoilt tiles are laid again from the leaves; they are only a shorter way to them.

    :raises TreeDamaged: if the leaves do not give the roots either.
    """
    if last is None:
        return {name: {} for name in HASHES}
    keys = edge_keys(last.size)
    for attempt in (1, 2):
        edge = store.tiles(keys)
        if _fits(last, edge):
            return edge
        if attempt == 1:
            log.error("tiles of the tree do not give checkpoint %s: laid again", last.number)
            lay_again(last.size)
    raise TreeDamaged(
        f"the leaves do not give the roots of checkpoint {last.number}: the log was changed; "
        "run `huiban verify`, restore the database from a backup, and keep this one as evidence"
    )


def _fits(last: Checkpoint, edge: Tiles) -> bool:
    roots = {"sha256": last.root_sha256, "sm3": last.root_sm3}
    try:
        return all(
            TiledTree(last.size, edge[name], name).root().hex() == roots[name] for name in HASHES
        )
    except TileMissing:
        return False


def lay_again(size: int) -> None:
    """Write every tile anew from the leaves."""
    laid = 0
    some: list[Leaf] = []
    for row in store.leaves_in_order():
        if row.place >= size:
            break
        some.append(store.leaf_of(row))
        if len(some) == BATCH:
            laid = _lay(laid, some)
            some = []
    _lay(laid, some)


def _lay(laid: int, leaves: Sequence[Leaf]) -> int:
    edge = store.tiles(edge_keys(laid))
    store.put_tiles(
        {
            name: extended(laid, [leaf_digest(one.data, name) for one in leaves], edge[name], name)
            for name in HASHES
        }
    )
    return laid + len(leaves)


def newest() -> Checkpoint | None:
    """Return the newest checkpoint, None before the first."""
    return store.newest()


def signed_head(row: Checkpoint) -> SignedHead:
    """Return a stored checkpoint as it is published; garbled signatures are none that hold."""
    try:
        signatures = tuple(map(_signature, json.loads(row.signatures)))
    except (ValueError, KeyError, TypeError):
        signatures = tuple(HeadSignature(str(one), "", "", ()) for one in Profile)
    return SignedHead(text=row.head, signatures=signatures, token=row.token)


def _signature(told: Mapping[str, Any]) -> HeadSignature:
    return HeadSignature(
        profile=str(told["profile"]),
        signature=str(told["signature"]),
        certificate=str(told["certificate"]),
        chain=tuple(str(part) for part in told["chain"]),
    )


def missing_of(row: Checkpoint) -> dict[str, str]:
    """Return which parts of a checkpoint could not be made, and why."""
    return {str(one["part"]): str(one["why"]) for one in json.loads(row.missing)}


def is_off(row: Checkpoint) -> bool:
    """Tell whether a stored checkpoint is not what its own head says."""
    head = head_of(row.head)
    return isinstance(head, Check) or (head.number, head.size, head.sha256, head.sm3) != (
        row.number, row.size, row.root_sha256, row.root_sm3,
    )  # fmt: skip
