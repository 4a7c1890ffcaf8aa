# SPDX-License-Identifier: Apache-2.0
"""CPU-time of packaging an archived case and of checking its digests, beside hashing alone."""

import hashlib
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import _bench

MOST_MS_BEYOND_HASHING = 50.0
LEAST_SHARE_OF_HASHING = 0.6
MOST_MEGABYTES = 64.0
ROUNDS = 20
BIG, BIG_FILES = 50_000_000, 6


def a_case(sizes: list[int]) -> str:
    """Archive a granted case whose materials have these sizes; return its number."""
    from huiban.services import city, vault
    from huiban.store import blobs, cases
    from huiban.store.models import Blob
    from tests.services import archive_sample
    from tests.services import city_sample as sample

    city.publish(archive_sample.NOW, "benchmark")
    town = sample.people()
    number = sample.case(town["wangmin"], archive_sample.NOW)
    dice = random.Random(7)
    for blob, size in zip(blobs.of_case(cases.load(number).id), sizes, strict=False):
        content = b"%PDF-1.7\n" + dice.randbytes(size)
        Blob.objects.filter(number=blob.number).update(
            object_key=vault.keep(content), size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
    return archive_sample.grant(town, number)


def least_ms(work: Callable[[], object]) -> float:
    """The least CPU-time of some work in this process."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken) * 1000


def children_ms(work: Callable[[], object]) -> float:
    """The mean CPU-time of some work in the processes that read files for us."""

    def spent() -> float:
        return _bench.cpu_seconds([os.getpid()]) - time.process_time()

    before = spent()
    for _ in range(ROUNDS):
        work()
    return (spent() - before) / ROUNDS * 1000


def hashing_ms(data: bytes, names: tuple[str, ...]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for name in names:
            hashlib.new(name, data).digest()
        taken.append(time.process_time() - started)
    return min(taken) * 1000


def packaging(number: str) -> dict[str, float]:
    from huiban.services import archive_package, handle
    from tests.services.archive_sample import NOW, members

    opened = handle.load(number)
    package = archive_package.package(opened, NOW)
    whole = least_ms(lambda: archive_package.package(opened, NOW))
    whole += children_ms(lambda: archive_package.package(opened, NOW))
    inside = b"".join(members(package).values())
    # Read from the store, taken three digests of, and the package its own: what cannot be saved.
    hashing = hashing_ms(inside, ("sha256", "sha256", "sha512", "sm3"))
    hashing += hashing_ms(package, ("sm3",))
    return {
        "package_kb": round(len(package) / 1000),
        "cpu_ms_a_package": round(whole, 1),
        "hashing_ms": round(hashing, 1),
        "beyond_hashing_ms": round(whole - hashing, 1),
        "packages_a_second": round(1000 / whole, 1),
    }


def fixity(number: str) -> dict[str, float]:
    """How fast all members of a package are checked, beside taking their three digests alone."""
    from huiban.services import archive_fixity, vault
    from huiban.store import archives
    from tests.services.archive_sample import members

    row = archives.of_case(number)
    data = b"".join(members(vault.content(row.object_key)).values())
    raw = hashing_ms(data, ("sha256", "sha512", "sm3"))
    spent = least_ms(lambda: archive_fixity.faults(row))
    megabytes = len(data) / 1_000_000
    return {
        "fixity_mb_a_second": round(megabytes / spent * 1000, 1),
        "hashing_mb_a_second": round(megabytes / raw * 1000, 1),
        "share_of_hashing": round(raw / spent, 2),
    }


def peak_kilobytes(*, anew: bool = False) -> int:
    """The most memory this process had, since it was asked for `anew`."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0


def memory(number: str) -> dict[str, float]:
    from huiban.services import archive_fixity, archive_package, handle, vault
    from huiban.store import archives
    from tests.services.archive_sample import NOW

    opened = handle.load(number)
    before = peak_kilobytes(anew=True)
    with archive_package.built(opened, NOW) as made:
        kept = vault.objects().put(made.passing.chunks(), made.size)
    archive_fixity.faults(archives.of_case(number))
    vault.objects().remove(kept.key)
    grown = (peak_kilobytes() - before) / 1024
    return {"big_case_mb": round(made.size / 1_000_000), "memory_mb": round(grown, 1)}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hbarchive_") as folder:
        os.environ["HUIBAN_OBJECTS_URL"] = f"folder:{folder}"
        os.environ["HUIBAN_DATA_DIR"] = folder
        with _bench.database("sqlite"):
            small = a_case([50_000, 80_000, 110_000, 140_000, 170_000, 200_000])
            figures = packaging(small) | fixity(small)
        with _bench.database("sqlite"):
            figures |= memory(a_case([BIG] * BIG_FILES))
    for name, value in figures.items():
        print(f"{name:22} {value:8}", file=sys.stderr)
    result = {
        "name": "archive",
        "figures": figures,
        "limit": {
            "beyond_hashing_ms": MOST_MS_BEYOND_HASHING,
            "share_of_hashing": LEAST_SHARE_OF_HASHING,
            "memory_mb": MOST_MEGABYTES,
        },
        "ratio": figures["share_of_hashing"],
        "met": figures["beyond_hashing_ms"] <= MOST_MS_BEYOND_HASHING
        and figures["share_of_hashing"] >= LEAST_SHARE_OF_HASHING
        and figures["memory_mb"] <= MOST_MEGABYTES,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
