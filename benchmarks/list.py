# SPDX-License-Identifier: Apache-2.0
"""What a list of cases costs over HTTP, as JSON and as the desk's page, beside the bare query."""

import argparse
import json
import time

from benchmarks import _bench, _service

MOST_JSON_MS = 12.0
MOST_HTML_MS = 15.0
ROWS, PAGE_ROWS = 100, 50
_OPEN = 160
_LISTS = {
    "desk": ("zhangqian", f"/desk?limit={ROWS}"),
    "mine": ("wangmin", f"/cases?limit={ROWS}"),
    "department": ("zhangqian", f"/desk/cases?limit={ROWS}"),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=200, help="calls of each list")
    arguments.add_argument("--at-once", type=int, default=8)
    arguments.add_argument("--databases", default=",".join(_bench.VENDORS))
    options = arguments.parse_args()
    figures: dict[str, float] = {}
    bare: dict[str, float] = {}
    errors = 0
    for vendor in options.databases.split(","):
        found, bare_ms, wrong = _measure(vendor, options)
        figures |= found
        bare[f"{vendor}_bare_query_cpu_ms"] = bare_ms
        errors += wrong
    met = not errors and all(
        value <= (MOST_HTML_MS if "html" in name else MOST_JSON_MS)
        for name, value in figures.items()
        if name.endswith("cpu_ms")
    )
    ratio = {
        vendor: round(figures[f"{vendor}_desk_cpu_ms"] / bare[f"{vendor}_bare_query_cpu_ms"], 2)
        for vendor in options.databases.split(",")
    }
    limit = {"json_100_cpu_ms": MOST_JSON_MS, "html_50_cpu_ms": MOST_HTML_MS, **bare}
    _service.finish("list", figures | {"errors": errors}, limit, ratio=ratio, met=met)


def _measure(vendor: str, options: argparse.Namespace) -> tuple[dict[str, float], float, int]:
    figures: dict[str, float] = {}
    wrong: list[str] = []
    with _service.served(vendor) as service:
        _service.open_cases(service, _OPEN)
        for name, (who, path) in _LISTS.items():
            calls = [_call(path)] * options.count
            _service.together(service, who, calls[:16], options.at_once)
            with _bench.spent(service.bench, [service.pid]) as cost:
                outcome = _service.together(service, who, calls, options.at_once)
            wrong += outcome.wrong
            figures[f"{vendor}_{name}_cpu_ms"] = _ms(cost, options.count)
            figures[f"{vendor}_{name}_p95_ms"] = outcome.millis(0.95)
        html = _html(service, options)
        figures[f"{vendor}_html_cpu_ms"] = html
        bare = _bare(service.bench, options.count)
    for name, value in figures.items():
        if name.endswith("cpu_ms"):
            most = MOST_HTML_MS if "html" in name else MOST_JSON_MS
            print(f"{name}: {value} (at most {most:.0f}; bare query and json.dumps {bare})")
    print(f"{vendor}: {len(wrong)} errors {wrong[:1]}")
    return figures, bare, len(wrong)


def _call(path: str) -> _service.Call:
    return lambda caller: caller.ask("GET", path)


def _html(service: _service.Service, options: argparse.Namespace) -> float:
    """CPU-ms of the desk's page, asked by a signed-in officer."""
    cookie = _service.session("zhangqian")

    def call(caller: _service.Caller) -> tuple[int, bytes]:
        return caller.page("/desk", cookie)

    _service.together(service, "zhangqian", [call] * 8, options.at_once)
    with _bench.spent(service.bench, [service.pid]) as cost:
        outcome = _service.together(service, "zhangqian", [call] * options.count, options.at_once)
    if outcome.wrong:
        raise RuntimeError(f"the desk's page: {outcome.wrong[0]}")
    return _ms(cost, options.count)


def _bare(bench: _bench.Bench, count: int) -> float:
    """CPU-ms of the same rows read by the driver and written as JSON: the limit."""
    from django.db import connection

    connection.ensure_connection()
    sql = (
        "SELECT c.number, c.title, c.subject_name, c.item_code, c.life, c.stage, t.light, "
        "c.due_at, c.submitted_at, t.key, t.role, t.holder, t.opened_at FROM store_task t "
        "JOIN store_case c ON c.id = t.case_id WHERE t.closed_at IS NULL "
        "AND t.department = 'approval_service' AND t.role = 'window' "
        f"ORDER BY t.sort_at LIMIT {ROWS}"
    )
    cursor = connection.connection.cursor()
    before, began = bench.server_cpu_seconds(), time.process_time()
    for _ in range(count):
        cursor.execute(sql)
        json.dumps([tuple(row) for row in cursor.fetchall()], default=str)
    spent = time.process_time() - began + bench.server_cpu_seconds() - before
    return round(spent / count * 1000, 2)


def _ms(cost: _bench.Spent, count: int) -> float:
    return round(cost.cpu_seconds / count * 1000, 2)


if __name__ == "__main__":
    main()
