# SPDX-License-Identifier: Apache-2.0
"""Keeps the tree over all chains (存证树): which chains grew, leaves, tiles, checkpoints."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from huiban.kernel.proof import HASHES, Leaf
from huiban.kernel.tree_tiles import TileKey
from huiban.store.models import Checkpoint, TreeLeaf, TreeTile
from huiban.store.turns import a_turn

CASE, INQUIRY = "case", "inquiry"
_ROWS = 5_000
_LEAF = ("place", "chain", "key", "seq", "sha256", "sm3", "checkpoint")

# The end of a chain is the row that no row follows; one that is a leaf already did not grow.
# Asked row by row, which an index answers: a join would read the whole log every minute.
_ENDS = {
    "journal": """
SELECT j.id, 'case', c.number, j.seq, j.sha256, j.sm3
FROM store_journal j JOIN store_case c ON c.id = j.case_id
WHERE j.id > %s
  AND (SELECT n.seq FROM store_journal n
       WHERE n.case_id = j.case_id AND n.seq = j.seq + 1 LIMIT 1) IS NULL
  AND (SELECT l.seq FROM store_tree_leaf l
       WHERE l.chain = 'case' AND l.key = c.number AND l.seq = j.seq LIMIT 1) IS NULL
ORDER BY j.id LIMIT %s""",
    "ledger": """
SELECT e.id, e.chain, e.key, e.seq, e.sha256, e.sm3 FROM store_ledger e
WHERE e.id > %s
  AND (SELECT n.seq FROM store_ledger n
       WHERE n.chain = e.chain AND n.key = e.key AND n.seq = e.seq + 1 LIMIT 1) IS NULL
  AND (SELECT l.seq FROM store_tree_leaf l
       WHERE l.chain = e.chain AND l.key = e.key AND l.seq = e.seq LIMIT 1) IS NULL
ORDER BY e.id LIMIT %s""",
    "inquiry": """
SELECT i.id, 'inquiry', i.subject, i.seq, i.sha256, '' FROM store_inquiry i
WHERE i.id > %s
  AND (SELECT n.seq FROM store_inquiry n
       WHERE n.subject = i.subject AND n.seq = i.seq + 1 LIMIT 1) IS NULL
  AND (SELECT l.seq FROM store_tree_leaf l
       WHERE l.chain = 'inquiry' AND l.key = i.subject AND l.seq = i.seq LIMIT 1) IS NULL
ORDER BY i.id LIMIT %s""",
}
SOURCES = tuple(_ENDS)
_NEWEST = (
    "SELECT (SELECT max(id) FROM store_journal), (SELECT max(id) FROM store_ledger), "
    "(SELECT max(id) FROM store_inquiry)"
)

_MISMATCHED = {
    CASE: """
SELECT l.chain, l.key, l.seq, l.place, l.checkpoint, j.sha256 FROM store_tree_leaf l
LEFT JOIN store_case c ON c.number = l.key
LEFT JOIN store_journal j ON j.case_id = c.id AND j.seq = l.seq
WHERE l.chain = 'case' {only} AND (j.id IS NULL OR j.sha256 <> l.sha256 OR j.sm3 <> l.sm3)
ORDER BY l.place""",
    INQUIRY: """
SELECT l.chain, l.key, l.seq, l.place, l.checkpoint, i.sha256 FROM store_tree_leaf l
LEFT JOIN store_inquiry i ON i.subject = l.key AND i.seq = l.seq
WHERE l.chain = 'inquiry' {only} AND (i.id IS NULL OR i.sha256 <> l.sha256)
ORDER BY l.place""",
    "": """
SELECT l.chain, l.key, l.seq, l.place, l.checkpoint, e.sha256 FROM store_tree_leaf l
LEFT JOIN store_ledger e ON e.chain = l.chain AND e.key = l.key AND e.seq = l.seq
WHERE l.chain NOT IN ('case', 'inquiry') {only}
  AND (e.id IS NULL OR e.sha256 <> l.sha256 OR e.sm3 <> l.sm3)
ORDER BY l.place""",
}


class CheckpointTaken(Exception):
    """Another process wrote the checkpoint of this number first; nothing was written here."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A leaf whose chain has another row there, or none (`is_gone`)."""

    leaf: Leaf
    place: int
    checkpoint: int
    is_gone: bool


def newest() -> Checkpoint | None:
    """Return the newest checkpoint, None before the first."""
    return Checkpoint.objects.order_by("-number").first()


def load(number: int) -> Checkpoint | None:
    return Checkpoint.objects.filter(number=number).first()


def this_and_newest(number: int) -> tuple[Checkpoint | None, Checkpoint | None]:
    """Return a checkpoint and the newest one, which may be the same, in one statement."""
    last = Checkpoint.objects.order_by("-number").values("number")[:1]
    rows = list(Checkpoint.objects.filter(Q(number=number) | Q(number__in=last)).order_by("number"))
    first = next((one for one in rows if one.number == number), None)
    return first, rows[-1] if rows else None


def page(most: int, before: int | None = None) -> list[Checkpoint]:
    """Return checkpoints, the newest first; `before` goes on from a number."""
    found = Checkpoint.objects.order_by("-number")
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found[:most])


def in_order() -> Iterator[Checkpoint]:
    """Give every checkpoint, oldest first, a few at a time."""
    last = 0
    while rows := list(Checkpoint.objects.filter(number__gt=last).order_by("number")[:500]):
        yield from rows
        last = rows[-1].number


def ends_now() -> dict[str, int]:
    """Return the newest row of each kind of chain that is visible now."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        found = cursor.fetchone()
    return {name: int(value or 0) for name, value in zip(SOURCES, found, strict=True)}


def grown(source: str, after: int, most: int) -> tuple[list[Leaf], int]:
    """
    Return ends of chains that are no leaves yet, in the order of their rows, and the last row.

    Only rows beyond `after` are looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENDS[source], [after, most])
        rows = cursor.fetchall()
    return [Leaf(*row[1:]) for row in rows], int(rows[-1][0]) if rows else after


def tiles(wanted: Iterable[TileKey]) -> dict[str, dict[TileKey, bytes]]:
    """Return tiles of both hashes in one statement; those that are not there are missing."""
    found: dict[str, dict[TileKey, bytes]] = {name: {} for name in HASHES}
    keys = sorted(set(wanted))
    if not keys:
        return found
    pairs = ", ".join(["(%s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.hash_name, t.level, t.place, t.nodes "
            f"FROM (VALUES {pairs}) AS w, (VALUES ('sha256'), ('sm3')) AS h "
            "JOIN store_tree_tile t ON t.hash_name = h.column1 "
            "WHERE t.level = w.column1 AND t.place = w.column2",
            [part for key in keys for part in (key.level, key.place)],
        )
        for hash_name, level, place, nodes in cursor.fetchall():
            # SQLite keeps whatever type was written: what is no bytes is no tile.
            is_tile = isinstance(nodes, bytes | memoryview)
            found[str(hash_name)][TileKey(level, place)] = bytes(nodes) if is_tile else b""
    return found


def append(
    checkpoint: Checkpoint,
    leaves: Sequence[Leaf],
    changed: Mapping[str, Mapping[TileKey, bytes]],
) -> None:
    """
    Write leaves, tiles and the checkpoint over them, all or nothing.

    :raises CheckpointTaken: if there is a checkpoint of this number already.
    """
    with a_turn(), transaction.atomic():
        # First, so that of two processes with the same number the slower one writes nothing.
        try:
            with transaction.atomic():
                checkpoint.save(force_insert=True)
        except IntegrityError:
            raise CheckpointTaken(f"checkpoint {checkpoint.number} is there already") from None
        first = checkpoint.size - len(leaves)
        for start in range(0, len(leaves), _ROWS):
            some = leaves[start : start + _ROWS]
            _insert([_row(first + start + at, one, checkpoint) for at, one in enumerate(some)])
        put_tiles(changed)


def put_tiles(changed: Mapping[str, Mapping[TileKey, bytes]]) -> None:
    """Write tiles, in the place of those that were there."""
    TreeTile.objects.bulk_create(
        (
            TreeTile(hash_name=name, level=key.level, place=key.place, nodes=nodes)
            for name, found in changed.items()
            for key, nodes in found.items()
        ),
        batch_size=200,
        update_conflicts=True,
        unique_fields=["hash_name", "level", "place"],
        update_fields=["nodes"],
    )


def _row(place: int, leaf: Leaf, checkpoint: Checkpoint) -> tuple[object, ...]:
    return (place, *asdict(leaf).values(), checkpoint.number)


def _insert(rows: Sequence[tuple[object, ...]]) -> None:
    names = ", ".join(_LEAF)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            values = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(_LEAF)))
            cursor.execute(
                f"INSERT INTO store_tree_leaf ({names}) SELECT {values} FROM json_each(%s)",
                [json.dumps(rows, ensure_ascii=False)],
            )
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(
            f"INSERT INTO store_tree_leaf ({names}) SELECT * FROM unnest(%s::bigint[], %s::text[], "
            "%s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[])",
            columns,
        )


def newest_leaf(chain: str, key: str) -> TreeLeaf | None:
    """Return the leaf of the newest end of a chain, None if no checkpoint covers it yet."""
    return TreeLeaf.objects.filter(chain=chain, key=key).order_by("-seq").first()


def leaf_at(place: int) -> TreeLeaf | None:
    return TreeLeaf.objects.filter(place=place).first()


def leaves_in_order() -> Iterator[TreeLeaf]:
    """Give every leaf in its place, some thousands at a time."""
    last = -1
    while rows := list(TreeLeaf.objects.filter(place__gt=last).order_by("place")[:_ROWS]):
        yield from rows
        last = rows[-1].place


def leaf_of(row: TreeLeaf) -> Leaf:
    return Leaf(row.chain, row.key, row.seq, row.sha256, row.sm3)


def mismatched(chain: str, key: str | None = None) -> Iterator[Mismatch]:
    """
    Give every leaf that its chain does not bear out, in one statement.

    `chain` is case, inquiry, one of the ledgers, or "" for all of these.
    """
    only, values = "", []
    if key is not None:
        only, values = "AND l.key = %s", [key]
    kind = chain if chain in (CASE, INQUIRY) else ""
    if chain and not kind:
        only, values = f"{only} AND l.chain = %s", [*values, chain]
    with connection.cursor() as cursor:
        cursor.execute(_MISMATCHED[kind].format(only=only), values)
        while rows := cursor.fetchmany(_ROWS):
            for name, found, seq, place, number, sha256 in rows:
                yield Mismatch(Leaf(name, found, seq, "", ""), place, number, sha256 is None)


def cases_gone() -> list[str]:
    """Name cases that the tree holds and the table of cases does not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.key FROM store_tree_leaf l WHERE l.chain = 'case' AND NOT EXISTS "
            "(SELECT 1 FROM store_case c WHERE c.number = l.key) ORDER BY l.key"
        )
        return [str(row[0]) for row in cursor.fetchall()]
