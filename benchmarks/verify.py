# SPDX-License-Identifier: Apache-2.0
"""What checking the record costs: chains, replay, checkpoints and proofs, beside bare hashing."""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from benchmarks import _bench

ENTRIES_A_CASE = 8
LIMIT = {
    "chain_entries_per_second": 20_000,
    "cases_per_second": 60,
    "append_leaves_per_second": 15_000,
    "proof_ms": 5.0,
}
"""By CPU time of one process and its database: the machine is shared."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--leaves", type=int, default=200_000, help="chains in the log")
    arguments.add_argument("--cases", type=int, default=120, help="cases played again")
    arguments.add_argument("--entries", type=int, default=24_000, help="entries of chains checked")
    arguments.add_argument("--databases", default=",".join(_bench.VENDORS))
    options = arguments.parse_args()
    figures = _chains(options.entries)
    for vendor in options.databases.split(","):
        figures |= {f"{vendor}_{name}": one for name, one in _stored(vendor, options).items()}
    met = _is_met(figures)
    for name, value in figures.items():
        print(f"{name}: {value}")
    raw = figures["raw_hash_entries_per_second"]
    ratio = {"chain_to_raw_hash": round(figures["chain_entries_per_second"] / raw, 3)}
    print(json.dumps(
        {"name": "verify", "figures": figures, "limit": LIMIT, "ratio": ratio, "met": met}
    ))  # fmt: skip


def _is_met(figures: dict[str, float]) -> bool:
    for name, value in figures.items():
        for limited, limit in LIMIT.items():
            if not name.endswith(limited) or name.startswith("raw"):
                continue
            if value > limit if limited.endswith("ms") else value < limit:
                return False
    return True


def _chains(count: int) -> dict[str, float]:
    """Check chains of realistic entries, and hash the same bytes with nothing around it."""
    from huiban.kernel.evidence import Digests, canonical, check_chain, link

    chains = []
    for number in range(count // ENTRIES_A_CASE):
        before: Digests | None = None
        entries, links = [], []
        for entry in _entries(f"QD-{number:08d}"):
            before = link(before, entry)
            entries.append(entry)
            links.append(before)
        chains.append((entries, links))
    with _bench.spent() as checked:
        broken = sum(len(check_chain(entries, links)) for entries, links in chains)
    data = [canonical(entry) for entries, _ in chains for entry in entries]
    with _bench.spent() as hashed:
        for one in data:
            hashlib.sha256(one).digest()
            hashlib.new("sm3", one).digest()
    if broken:
        raise RuntimeError(f"{broken} breaks in chains nobody touched")
    return {
        "chain_entries_per_second": round(len(data) / checked.cpu_seconds),
        "raw_hash_entries_per_second": round(len(data) / hashed.cpu_seconds),
    }


def _entries(case: str) -> Iterator[dict[str, object]]:
    body = json.dumps({"act": {"name": "accept", "inputs": {}}, "entered": ["examination"] * 8})
    for seq in range(1, ENTRIES_A_CASE + 1):
        yield {
            "case": case, "seq": seq, "at": "2026-07-28T01:30:00.000000+00:00", "actor": "p1",
            "actor_name": "张三", "role": "window", "act": "accept", "from": "submitted",
            "to": "examination", "reason": "材料齐全，符合法定形式。",
            "basis": "行政许可法第三十二条", "public": True, "body": body * 3,
        }  # fmt: skip


def _stored(vendor: str, options: argparse.Namespace) -> dict[str, float]:
    with TemporaryDirectory(prefix="hbbench_objects_") as folder:
        os.environ["HUIBAN_OBJECTS_URL"] = f"folder:{folder}"
        with _bench.database(vendor) as bench:
            return (
                _appended(bench, options.leaves) | _proved(bench, options.leaves)
                | _tree_checked(bench) | _replayed(bench, options.cases)
            )  # fmt: skip


def _appended(bench: _bench.Bench, count: int) -> dict[str, float]:
    """Let the log catch up with so many new chains, signing aside."""
    from huiban.services import checkpoints

    for first in range(0, count, 20_000):
        _ledgers(first, min(20_000, count - first))
    with _bench.spent(bench) as caught_up:
        made = checkpoints.sweep(_now())
    with _bench.spent(bench) as quiet:
        checkpoints.sweep(_now())
    return {
        "checkpoints": made,
        "append_leaves_per_second": round(count / caught_up.cpu_seconds),
        "append_wall_seconds": round(caught_up.wall_seconds, 1),
        "quiet_sweep_cpu": round(quiet.cpu_seconds, 3),
    }


def _ledgers(first: int, count: int) -> None:
    from huiban.store.models import LedgerEntry

    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                chain="seal", key=f"K{place}", seq=1, at=_now(), actor="s", actor_name="s",
                act="made", body="{}", sha256=f"{place:064x}", sm3=f"{place:064x}",
            )
            for place in range(first, first + count)
        ),
        batch_size=2_000,
    )  # fmt: skip


def _proved(bench: _bench.Bench, count: int, samples: int = 200) -> dict[str, float]:
    """Make and check proofs of inclusion all over the log, and of growth since then."""
    from huiban.kernel.proof_check import check_proof
    from huiban.kernel.verification import Verdict
    from huiban.services import proofs

    waited: list[float] = []
    documents = []
    with _bench.spent(bench) as made:
        for place in range(0, count, max(count // samples, 1)):
            started = time.perf_counter()
            documents.append(proofs.of_ledger("seal", f"K{place}", _now()))
            waited.append(time.perf_counter() - started)
    with _bench.spent() as checked:
        found = [one for document in documents for one in check_proof(document)]
    if any(one.verdict is not Verdict.PASSED for one in found):
        raise RuntimeError("a proof of a log nobody touched does not hold")
    each = 1000 / len(documents)
    return {
        "proof_ms": round((made.cpu_seconds + checked.cpu_seconds) * each, 2),
        "check_cpu": round(checked.cpu_seconds * each, 2),
        "make_wall_p50": round(_bench.percentile(waited, 0.5) * 1000, 2),
        "make_wall_p95": round(_bench.percentile(waited, 0.95) * 1000, 2),
    }


def _tree_checked(bench: _bench.Bench) -> dict[str, float]:
    """Compute the whole tree again from its leaves, as `huiban verify` does."""
    from huiban.services import tree_check

    with _bench.spent(bench) as spent:
        found = tree_check.verify_tree()
    if not found.is_sound:
        raise RuntimeError(f"a tree nobody touched: {found.faults[0]}")
    return {"tree_check_leaves_a_second": round(found.leaves / spent.cpu_seconds)}


def _replayed(bench: _bench.Bench, count: int) -> dict[str, float]:
    """Check real cases whole: chain, leaves, answers, documents, and the journal played again."""
    from huiban.services import checkpoints, evidence

    entries = _cases(count)
    checkpoints.sweep(_now())
    with _bench.spent(bench) as spent:
        found = list(evidence.verify_all())
    broken = [one for one in found if not one.is_sound]
    if broken or sum(one.entries for one in found) != entries:
        raise RuntimeError(f"cases nobody touched: {broken[:1]}")
    return {
        "cases_per_second": round(len(found) / spent.cpu_seconds, 1),
        "replayed_entries_a_second": round(entries / spent.cpu_seconds),
    }


def _cases(count: int) -> int:
    """File so many applications and accept them; return how many entries that made."""
    from huiban.services import city, handle
    from huiban.services.handle import Order
    from huiban.store.models import JournalEntry
    from tests.services import city_sample as sample

    city.publish(_now(), "benchmark")
    people = sample.people()
    for _ in range(count):
        number = sample.case(people["wangmin"], _now())
        handle.act(number, Order("accept"), people["zhangqian"].to_actor(), _now())
        handle.act(number, Order("pass"), people["liuyang"].to_actor(), _now())
    return int(JournalEntry.objects.count())


def _now() -> datetime:
    return datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


if __name__ == "__main__":
    main()
