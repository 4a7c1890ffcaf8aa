# SPDX-License-Identifier: Apache-2.0
"""What opening and changing a case costs beside the same rows written by bare SQL in a loop."""

from benchmarks import _bench, _service

COUNT = _bench.argument(1, 2000)


def main() -> None:
    figures: dict[str, object] = {}
    bare: dict[str, object] = {}
    ratio: dict[str, object] = {}
    for vendor in _bench.VENDORS:
        with _bench.database(vendor) as bench:
            found, floor = _measure(bench)
        figures |= {f"{vendor}_{name}": value for name, value in found.items()}
        bare |= {f"{vendor}_{name}": value for name, value in floor.items()}
        ratio[vendor] = round(found["open_cpu_ms"] / floor["bare_cpu_ms"], 2)
    _service.finish("store_limit", figures | {"count": COUNT}, bare, ratio=ratio, met=True)


def _measure(bench: _bench.Bench) -> tuple[dict[str, float], dict[str, float]]:
    from benchmarks._cases import a_case, a_step
    from huiban.store import cases

    made = [a_case(serial) for serial in range(1, COUNT + 1)]
    for case in made[:50]:
        cases.open_case(case)
    with _bench.spent(bench) as opening:
        for case in made[50:]:
            cases.open_case(case)
    with _bench.spent(bench) as recording:
        for case in made:
            cases.record(a_step(case, 1))
    with _bench.spent(bench) as bare:
        _bare_loop(COUNT)
    count = COUNT - 50
    found = {
        "open_cpu_ms": _ms(opening.cpu_seconds, count),
        "open_wall_ms": _ms(opening.wall_seconds, count),
        "record_cpu_ms": _ms(recording.cpu_seconds, COUNT),
        "record_wall_ms": _ms(recording.wall_seconds, COUNT),
    }
    floor = {
        "bare_cpu_ms": _ms(bare.cpu_seconds, COUNT),
        "bare_wall_ms": _ms(bare.wall_seconds, COUNT),
    }
    return found, floor


def _bare_loop(count: int) -> None:
    """One transaction a case, one statement a row, through the driver alone."""
    from django.db import connection

    from benchmarks._cases import a_case

    connection.ensure_connection()
    driver = connection.connection
    mark = "?" if connection.vendor == "sqlite" else "%s"
    begin = "BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"
    for serial in range(COUNT + 1, COUNT + count + 1):
        statements = _bare_rows(a_case(serial), mark)
        cursor = driver.cursor()
        cursor.execute(begin)
        for sql, values in statements:
            cursor.execute(sql, values)
        cursor.execute("COMMIT")


def _bare_rows(case: object, mark: str) -> list[tuple[str, tuple[object, ...]]]:
    from huiban.store.models.case import NEVER
    from huiban.store.rows import NewCase
    from huiban.store.statements import OPEN_FIELDS

    assert isinstance(case, NewCase)

    def row(table: str, **values: object) -> tuple[str, tuple[object, ...]]:
        marks = ", ".join([mark] * len(values))
        return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(
            _plain(value, mark) for value in values.values()
        )

    def fields(part: object) -> dict[str, object]:
        return {name: getattr(part, name) for name in part.__slots__}  # type: ignore[attr-defined]

    common = {"case_id": case.id}
    found = [row("store_case", version=1, **{name: getattr(case, name) for name in OPEN_FIELDS})]
    for task in case.tasks:
        desk = {
            "opened_at": case.submitted_at,
            "light": case.light,
            "sort_at": case.due_at or NEVER,
            "stage": case.stage,
            "item_code": case.item_code,
        }
        found.append(row("store_task", **common, **fields(task), **desk))
    found += [row("store_deadline", **common, **fields(clock)) for clock in case.deadlines]
    found += [row("store_journal", **common, **fields(entry)) for entry in case.journal]
    at = {"created_at": case.submitted_at}
    for job in case.jobs:
        state = {"state": "ready", "attempts": 0, "worker": "", "last_error": ""}
        kept = fields(job) | {"run_after": case.submitted_at}
        found.append(row("store_job", **kept, **state, **at))
    found += [row("store_notice", **common, **fields(notice), **at) for notice in case.notices]
    return found


def _plain(value: object, mark: str) -> object:
    from datetime import datetime

    from huiban.store.wire import sqlite_time

    return sqlite_time(value) if mark == "?" and isinstance(value, datetime) else value


def _ms(seconds: float, count: int) -> float:
    return round(seconds / count * 1000, 3)


if __name__ == "__main__":
    main()
