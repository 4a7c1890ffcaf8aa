# SPDX-License-Identifier: Apache-2.0
"""Ends of chains become leaves: each once, whatever else writes at the same time."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from huiban.kernel.actor import SYSTEM
from huiban.kernel.merkle import MerkleTree
from huiban.kernel.proof import HASHES
from huiban.services import checkpoints, handle, ledger, proofs
from huiban.services.handle import Order
from huiban.services.ledger import Chain
from huiban.store import cases, inquiries
from huiban.store import checkpoints as store
from huiban.store.models import Account, Checkpoint, LedgerEntry, TreeLeaf, TreeTile
from tests.services import city_sample as sample
from tests.services.log_sample import LATER, NOW, a_case, a_ledger, a_log, break_in
from tests.store.samples import a_line

A_DAY = timedelta(days=1)


def leaves() -> set[tuple[str, str, int]]:
    return set(TreeLeaf.objects.values_list("chain", "key", "seq"))


def many_ledgers(count: int, first: int = 0) -> None:
    """Ledgers of one entry each, put there in bulk."""
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                chain="seal", key=f"K{place}", seq=1, at=NOW, actor="s", actor_name="s",
                act="made", body="{}", sha256=f"{place:064x}", sm3=f"{place:064x}",
            )
            for place in range(first, first + count)
        ],
        batch_size=5000,
    )  # fmt: skip


def test_every_chain_that_grew_is_a_leaf_once(each_database: str) -> None:
    number = a_log()
    case = cases.load(number)

    assert leaves() == {
        ("case", number, case.chain_seq),
        ("seal", "S1", 2),
        ("inquiry", "1" * 64, 2),
        ("inquiry", "2" * 64, 1),
    }
    leaf = TreeLeaf.objects.get(chain="case")
    assert (leaf.sha256, leaf.sm3) == (case.chain_sha256, case.chain_sm3)


def test_roots_are_those_of_the_tree_over_the_leaves(each_database: str) -> None:
    a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)
    rows = list(store.leaves_in_order())

    last = store.newest()

    assert last is not None
    assert (last.number, last.size) == (2, len(rows)) == (2, 5)
    for name, root in zip(HASHES, (last.root_sha256, last.root_sm3), strict=True):
        tree = MerkleTree([store.leaf_of(one).data for one in rows], name)
        assert tree.root().hex() == root
        assert tree.root(4).hex() in store.load(1).head  # type: ignore[union-attr]


def test_where_nothing_grew_there_is_no_new_checkpoint(each_database: str) -> None:
    a_log()

    assert checkpoints.sweep(LATER) == 0
    assert checkpoints.sweep_whole(LATER) == 0


def test_a_quiet_log_still_gets_one_checkpoint_a_day(each_database: str) -> None:
    a_log()

    assert checkpoints.sweep(NOW + A_DAY) == 1
    assert checkpoints.sweep(NOW + A_DAY + timedelta(minutes=1)) == 0
    first, second = store.load(1), store.load(2)
    assert first is not None
    assert second is not None
    assert (first.size, first.root_sm3) == (second.size, second.root_sm3)
    assert proofs.consistency(1, 2).paths == {"sha256": (), "sm3": ()}


def test_an_empty_log_gets_none(each_database: str) -> None:
    assert checkpoints.sweep(NOW) == 0


def test_a_chain_that_grew_twice_is_a_leaf_with_its_newest_end_alone(each_database: str) -> None:
    number = a_log()
    applicant = Account.objects.get(number="wangmin").to_actor()
    handle.act(number, Order("retract"), applicant, LATER)
    a_ledger("S1", ("suspended", "resumed"))

    checkpoints.sweep(LATER)

    seals = {seq for chain, key, seq in leaves() if key == "S1"}
    assert seals == {2, 4}
    assert ("case", number, cases.load(number).chain_seq) in leaves()


def test_a_head_names_the_checkpoint_before_it(each_database: str) -> None:
    a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)
    first, second = store.load(1), store.load(2)
    assert first is not None
    assert second is not None

    assert checkpoints.signed_head(first).digests.sm3 in second.head


def test_a_head_says_which_parts_it_lacks_without_an_authority(each_database: str) -> None:
    a_log()
    last = store.newest()
    assert last is not None

    assert set(checkpoints.missing_of(last)) == {"p256", "sm2", "time"}
    assert last.signatures == "[]"


def test_spoilt_tiles_are_laid_again_from_the_leaves(each_database: str) -> None:
    many_ledgers(600)
    checkpoints.sweep(NOW)
    TreeTile.objects.filter(level=0, place=2).update(nodes=bytes(32 * 88))
    TreeTile.objects.filter(level=1).delete()
    many_ledgers(10, first=600)

    checkpoints.sweep(LATER)

    rows = [store.leaf_of(one).data for one in store.leaves_in_order()]
    last = store.newest()
    assert last is not None
    assert last.root_sha256 == MerkleTree(rows).root().hex()


def test_a_log_whose_leaves_were_changed_too_takes_no_more(each_database: str) -> None:
    many_ledgers(3)
    checkpoints.sweep(NOW)
    break_in("UPDATE store_tree_leaf SET seq = 7 WHERE place = 1", "DELETE FROM store_tree_tile")
    many_ledgers(1, first=3)

    with pytest.raises(checkpoints.TreeDamaged, match="checkpoint 1: the log was changed"):
        checkpoints.sweep(LATER)
    assert Checkpoint.objects.count() == 1


def test_a_chain_that_was_rewritten_stops_nobody_elses(each_database: str) -> None:
    a_log()
    break_in(
        "DELETE FROM store_ledger WHERE chain = 'seal'",
        "DELETE FROM store_inquiry WHERE seq = 2",
    )
    ledger.note(Chain.SEAL, "S1", "made", SYSTEM, LATER, {"why": "forged"})
    ledger.note(Chain.SEAL, "S1", "approved", SYSTEM, LATER, {"why": "forged"})
    a_ledger("S2")

    assert checkpoints.sweep(LATER) == 1
    assert ("seal", "S2", 2) in leaves()


def test_more_than_one_batch_makes_several_checkpoints(
    each_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "BATCH", 100)
    many_ledgers(250)
    inquiries.append([a_line(f"{place:064d}") for place in range(30)])

    assert checkpoints.sweep(NOW) == 3
    assert TreeLeaf.objects.count() == 280
    assert [one.size for one in store.page(9)] == [280, 200, 100]
    assert checkpoints.sweep(LATER) == 0


def test_appending_takes_few_statements_however_many_leaves(each_database: str) -> None:
    many_ledgers(12_000)

    with CaptureQueriesContext(connection) as asked:
        checkpoints.sweep(NOW)

    assert len(asked) <= 24


def test_a_proof_takes_few_statements_however_big_the_log(each_database: str) -> None:
    number = a_log()
    many_ledgers(100_000)
    checkpoints.sweep(LATER)

    for chain, key in (("case", number), ("seal", "K77777")):
        with CaptureQueriesContext(connection) as asked:
            if chain == "case":
                found = proofs.of_case(key, None, LATER)
            else:
                found = proofs.of_ledger(chain, key, LATER)
        assert len(asked) <= 6
        assert found.inclusion is not None


def test_what_becomes_visible_after_its_successors_is_a_leaf_all_the_same(
    each_fresh_database: str,
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writes at a time: rows become visible in their order")
    a_case(sample.people())
    checkpoints.sweep(NOW)
    with psycopg.connect(each_fresh_database) as slow:
        slow.execute(_LEDGER, ("slow",))  # takes its number, and does not commit
        many_ledgers(5)
        checkpoints.sweep(NOW)
        assert ("seal", "slow", 1) not in leaves()
        slow.commit()

    assert checkpoints.sweep(LATER) == 1
    assert ("seal", "slow", 1) in leaves()


def test_what_becomes_visible_very_late_is_found_by_looking_at_everything(
    each_fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writes at a time: rows become visible in their order")
    monkeypatch.setattr(checkpoints, "_OVERLAP", 3)
    with psycopg.connect(each_fresh_database) as slow:
        slow.execute(_LEDGER, ("slow",))
        many_ledgers(20)
        checkpoints.sweep(NOW)
        slow.commit()

    assert checkpoints.sweep(LATER) == 0
    assert checkpoints.sweep_whole(LATER) == 1
    assert ("seal", "slow", 1) in leaves()


_LEDGER = (
    "INSERT INTO store_ledger (chain, key, seq, at, actor, actor_name, act, body, sha256, sm3) "
    "VALUES ('seal', %s, 1, now(), 's', 's', 'made', '{}', repeat('a', 64), repeat('b', 64))"
)


def test_of_two_workers_at_once_one_writes_and_the_other_does_nothing(
    each_fresh_database: str,
) -> None:
    many_ledgers(2_000)
    together = threading.Barrier(4)
    made: list[int] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            together.wait()
            made.append(checkpoints.sweep(NOW))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert not faults
    assert sum(made) == 1
    assert TreeLeaf.objects.count() == 2_000
    assert Checkpoint.objects.get().size == 2_000


def test_the_slower_of_two_writes_nothing_at_all(each_database: str) -> None:
    many_ledgers(3)
    checkpoints.sweep(NOW)
    taken = store.newest()
    assert taken is not None
    before = TreeTile.objects.count(), TreeLeaf.objects.count()
    late = Checkpoint(number=1, at=LATER, size=9, root_sha256="", root_sm3="", head="")

    with pytest.raises(store.CheckpointTaken):
        store.append(late, [], {"sha256": {}, "sm3": {}})

    assert (TreeTile.objects.count(), TreeLeaf.objects.count()) == before


def test_chains_that_grow_while_a_checkpoint_is_made_come_with_the_next(
    each_fresh_database: str,
) -> None:
    stop = threading.Event()
    counts = [0]

    def write() -> None:
        try:
            while not stop.is_set():
                ledger.note(Chain.SEAL, f"W{counts[0] % 7}", "used", SYSTEM, NOW, {})
                counts[0] += 1
        finally:
            connections["default"].close()

    writer = threading.Thread(target=write)
    writer.start()
    for turn in range(8):
        checkpoints.sweep(NOW + timedelta(seconds=turn))
    stop.set()
    writer.join()
    checkpoints.sweep(LATER)

    ends = {
        key: LedgerEntry.objects.filter(key=key).order_by("-seq").first()
        for key in {f"W{place}" for place in range(min(counts[0], 7))}
    }
    assert all(
        store.newest_leaf("seal", key).seq == end.seq  # type: ignore[union-attr]
        for key, end in ends.items()
        if end
    )
    assert not list(store.mismatched(""))
