# SPDX-License-Identifier: Apache-2.0
"""Proofs that a record is in the log (存证证明): made for anybody, and checked here and now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.evidence import Digests
from huiban.kernel.merkle import ProofRefused
from huiban.kernel.permission import Errand
from huiban.kernel.proof import HASHES, Entry, Growth, Inclusion, Leaf, ProofDocument
from huiban.kernel.proof_check import check_proof
from huiban.kernel.tree_tiles import (
    TiledTree,
    TileKey,
    TileMissing,
    consistency_keys,
    inclusion_keys,
)
from huiban.kernel.verification import Check, Verdict, worst
from huiban.kernel.words import Words
from huiban.services import checkpoints, head_check, ledger
from huiban.services.journal import entry_of
from huiban.services.permission import allows
from huiban.services.record_check import record_check
from huiban.services.refusal import NotFound
from huiban.store import cases, journal
from huiban.store import checkpoints as store
from huiban.store import ledger as ledgers
from huiban.store.models import Checkpoint
from huiban.store.rows import CaseRow

Tiles = Mapping[str, Mapping[TileKey, bytes]]
Paths = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof with everything that was checked about it."""

    document: ProofDocument
    checks: tuple[Check, ...]
    is_test: bool = False
    """Signed or stamped with certificates of a test authority."""

    @property
    def verdict(self) -> Verdict:
        return worst(one.verdict for one in self.checks)


def of_case(number: str, actor: Actor | None, now: datetime) -> ProofDocument:
    """
    Return the proof of a case: digests only, with the entries for an officer who may read them.

    :raises NotFound: if neither the cases nor the log know the number.
    """
    try:
        case = cases.load(number)
    except cases.CaseNotFound:
        return _document(_known_end(store.CASE, number), now)
    end = Leaf(store.CASE, number, case.chain_seq, case.chain_sha256, case.chain_sm3)
    if not _may_read(actor, case):
        return _document(end, now)
    rows = journal.of_case(case.id)
    entries = [Entry(entry_of(number, row), Digests(row.sha256, row.sm3)) for row in rows]
    return _document(end, now, entries)


def of_ledger(chain: str, key: str, now: datetime, *, is_whole: bool = False) -> ProofDocument:
    """
    Return the proof of a ledger, with its entries only where `is_whole`.

    :raises NotFound: if neither the ledgers nor the log know it.
    """
    rows = ledgers.entries(chain, key) if is_whole else []
    last = rows[-1] if rows else ledgers.end_of(chain, key)
    if last is None:
        return _document(_known_end(chain, key), now)
    entries = [Entry(ledger.content_of(one), Digests(one.sha256, one.sm3)) for one in rows]
    return _document(Leaf(chain, key, last.seq, last.sha256, last.sm3), now, entries)


def prove(chain: str, key: str, now: datetime, actor: Actor | None = None) -> Proved:
    """
    Make the proof of a chain, and check it and the record it speaks of.

    :raises NotFound: if there is no such chain.
    """
    is_case = chain == store.CASE
    document = of_case(key, actor, now) if is_case else of_ledger(chain, key, now)
    return checked(document, (record_check(chain, key),))


def checked(document: ProofDocument, first: Sequence[Check] = ()) -> Proved:
    """Check a proof: what the caller found out first, then arithmetic, signatures and stamps."""
    signed = head_check.of_document(document)
    return Proved(document, (*first, *check_proof(document), *signed.checks), signed.is_test)


def consistency(old: int, new: int) -> Growth:
    """
    Return the newer of two checkpoints with the proof that the log only grew between them.

    :raises NotFound: if there is none of either number, or they are not old and new.
    """
    first, second = store.load(old), store.load(new)
    if first is None or second is None or not 0 < first.size <= second.size:
        raise NotFound(
            Words(
                "没有这样两个先后的检查点，请核对 from 和 to",
                "There are no two such checkpoints, an older and a newer: check from and to",
            )
        )
    return _growth(first, second, store.tiles(consistency_keys(first.size, second.size)))


def _growth(first: Checkpoint, newest: Checkpoint, tiles: Tiles) -> Growth:
    paths = _paths(tiles, newest.size, lambda tree: tree.consistency(first.size))
    return Growth(checkpoints.signed_head(newest), paths)


def _may_read(actor: Actor | None, case: CaseRow) -> bool:
    """A party reads its time line, not the entries: they name officers and hold inner notes."""
    is_officer = actor is not None and actor.kind is ActorKind.OFFICER
    return is_officer and actor is not None and allows(actor, Errand.VIEW_JOURNAL, case)


def _known_end(chain: str, key: str) -> Leaf:
    """Return what the log knows of a chain that is not there (any more)."""
    leaf = store.newest_leaf(chain, key)
    if leaf is None:
        message = Words("存证日志里没有这个编号，请核对", "The log holds no such number: check it")
        raise NotFound(message)
    return store.leaf_of(leaf)


def _document(end: Leaf, now: datetime, entries: Sequence[Entry] = ()) -> ProofDocument:
    return ProofDocument(
        log=settings.PUBLIC_URL,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        end=end,
        inclusion=_inclusion(end),
        entries=tuple(entries),
    )


def _inclusion(end: Leaf) -> Inclusion | None:
    """Read one leaf, two checkpoints and a handful of tiles: three statements, however big."""
    leaf = store.newest_leaf(end.chain, end.key)
    first, newest = store.this_and_newest(leaf.checkpoint) if leaf else (None, None)
    if leaf is None or first is None or newest is None:
        return None
    place, size = leaf.place, first.size
    keys = _keys(lambda: inclusion_keys(place, size) | consistency_keys(size, newest.size))
    tiles = store.tiles(keys)
    found = Inclusion(
        leaf=store.leaf_of(leaf),
        place=place,
        paths=_paths(tiles, size, lambda tree: tree.inclusion(place)),
        checkpoint=checkpoints.signed_head(first),
    )
    if newest.number == first.number:
        return found
    return replace(found, growth=_growth(first, newest, tiles))


def _keys(asked: Callable[[], frozenset[TileKey]]) -> frozenset[TileKey]:
    try:
        return asked()
    except ProofRefused:  # a leaf outside its own checkpoint: it was moved
        return frozenset()


def _paths(tiles: Tiles, size: int, read: Callable[[TiledTree], list[bytes]]) -> Paths:
    """Return paths in hex; a damaged tree gives what it has, and the proof fails as it must."""
    found: Paths = {}
    for name in HASHES:
        try:
            found[name] = tuple(one.hex() for one in read(TiledTree(size, tiles[name], name)))
        except (TileMissing, ProofRefused):
            found[name] = ()
    return found
