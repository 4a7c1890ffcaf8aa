# SPDX-License-Identifier: Apache-2.0
"""What it costs to open a case over HTTP, application and database together, beside bare SQL."""

import argparse

from benchmarks import _bench, _service

MOST_CPU_MS = 3.0
MOST_P95_MS = 100.0
_WARM = 40


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=1500, help="cases to open and time")
    arguments.add_argument("--at-once", type=int, default=8, help="programs calling at once")
    arguments.add_argument("--databases", default=",".join(_bench.VENDORS))
    options = arguments.parse_args()
    measured = {name: _measure(name, options) for name in options.databases.split(",")}
    figures = {f"{name}_{key}": one[key] for name, one in measured.items() for key in one}
    bare = {f"{name}_bare_sql_cpu_ms": one["bare_cpu_ms"] for name, one in measured.items()}
    _service.finish(
        "create",
        figures,
        {"cpu_ms": MOST_CPU_MS, "p95_ms": MOST_P95_MS, **bare},
        ratio={
            name: round(one["cpu_ms"] / one["bare_cpu_ms"], 2) for name, one in measured.items()
        },
        met=all(_is_met(one) for one in measured.values()),
    )


def _is_met(one: dict[str, float]) -> bool:
    return one["cpu_ms"] <= MOST_CPU_MS and one["p95_ms"] <= MOST_P95_MS and not one["errors"]


def _measure(vendor: str, options: argparse.Namespace) -> dict[str, float]:
    total = options.count + _WARM
    with _service.served(vendor) as service:
        materials = _service.loose_files(total)
        bodies = [_service.application(serial, materials(serial)) for serial in range(total)]
        calls = [_service.create_call(serial, body) for serial, body in enumerate(bodies)]
        warmed = _service.together(service, "wangmin", calls[:_WARM], options.at_once)
        with _bench.spent(service.bench, [service.pid]) as cost:
            outcome = _service.together(service, "wangmin", calls[_WARM:], options.at_once)
        before = service.bench.server_cpu_seconds()
        bare_wall, bare_cpu = _service.copies(300)
        bare_cpu += service.bench.server_cpu_seconds() - before
    wrong = warmed.wrong + outcome.wrong
    found = {
        "cpu_ms": round(cost.cpu_seconds / options.count * 1000, 2),
        "p50_ms": outcome.millis(0.5),
        "p95_ms": outcome.millis(0.95),
        "p99_ms": outcome.millis(0.99),
        "per_second": round(options.count / cost.wall_seconds),
        "bare_cpu_ms": round(bare_cpu / 300 * 1000, 2),
        "errors": len(wrong),
    }
    print(
        f"{vendor}: {found['cpu_ms']} CPU-ms a case (at most {MOST_CPU_MS}), bare SQL "
        f"{found['bare_cpu_ms']} ms CPU and {bare_wall / 300 * 1000:.2f} ms wall; "
        f"p95 {found['p95_ms']} ms (at most {MOST_P95_MS:.0f}), {found['per_second']}/s, "
        f"{len(wrong)} errors {wrong[:1]}"
    )
    return found


if __name__ == "__main__":
    main()
