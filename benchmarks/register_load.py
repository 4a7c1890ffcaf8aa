# SPDX-License-Identifier: Apache-2.0
"""Registers of a whole city: 700,000 enterprises made and loaded, rows a second and memory."""

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from huiban.neighbours.city import Plan
from huiban.neighbours.fill import SEED, fill
from huiban.packloader.load import read_resources

LIMIT_ROWS_A_SECOND = 100_000
ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 20)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--enterprises", type=int, default=700_000)
    options = arguments.parse_args()
    catalogue, problems = read_resources(ROOT / "packs")
    if problems:
        sys.exit("\n".join(map(str, problems)))
    plan = Plan(options.enterprises, SEED, DAY, DAY)
    with tempfile.TemporaryDirectory(prefix="hbbench_") as folder:
        root = Path(folder) / "neighbours"
        began, cpu = time.perf_counter(), time.process_time()
        filled = fill(root, plan, catalogue)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    # The most memory the process ever held, in KiB, as Linux counts it.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    rate = filled.total / seconds
    print(f"{options.enterprises:,} enterprises, {len(filled.rows)} registers:")
    for key, rows in sorted(filled.rows.items(), key=lambda pair: -pair[1])[:8]:
        print(f"  {key:<32} {rows:>10,} rows")
    print(f"  all                              {filled.total:>10,} rows, {size / 1e6:,.0f} MB")
    print(f"  made and loaded in {seconds:.1f} s ({cpu:.1f} s CPU): {rate:,.0f} rows/s")
    print(f"  peak memory {peak:,.0f} MB")
    print(json.dumps({
        "name": "register_load",
        "figures": {"rows": filled.total, "seconds": round(seconds, 1),
                    "rows_per_second": round(rate), "peak_mb": round(peak),
                    "disk_mb": round(size / 1e6)},
        "limit": {"rows_per_second": LIMIT_ROWS_A_SECOND},
        "ratio": {"rows_per_second": round(rate / LIMIT_ROWS_A_SECOND, 2)},
        "met": rate >= LIMIT_ROWS_A_SECOND,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
