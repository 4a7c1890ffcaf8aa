# SPDX-License-Identifier: Apache-2.0
"""CPU-milliseconds of the desk's list of 50 as HTML, beside the same list without the page."""

import os
import time
from collections.abc import Callable
from datetime import datetime

from benchmarks._bench import argument, database
from benchmarks._service import finish

MOST_MS = 15.0
ROUNDS = 60


def main() -> None:
    """Fill a desk with real cases, then ask for its first page again and again."""
    with database("sqlite"):
        from huiban.services import city as services_city
        from huiban.store.models import Account

        services_city.publish(_now(), "bench")
        Account.objects.make(
            "bench", None, name="窗口", kind="officer", roles=["window"],
            department="urban_management", division="370200",
        )  # fmt: skip
        _fill(argument(1, 400))
        _measure()


def _fill(count: int) -> None:
    from dataclasses import replace

    from benchmarks._cases import a_case
    from huiban.services import city
    from huiban.store import cases

    version = city.item("construction_waste.new").scenario.version
    for serial in range(1, count + 1):
        cases.open_case(replace(a_case(serial), jobs=(), pack_version=version))


def _measure() -> None:
    from django.conf import settings
    from django.test import Client

    from huiban.services import desk
    from huiban.store.lists import DeskNarrow
    from huiban.store.models import Account

    settings.ALLOWED_HOSTS = ["*"]
    account = Account.objects.get(number="bench")
    client = Client()
    client.force_login(account, backend="huiban.store.accounts.AccountBackend")
    actor = account.to_actor()

    page = client.get("/desk").content.decode()
    rows = page.count("data-case=")
    if rows != 50:
        raise SystemExit(f"the page shows {rows} cases instead of 50")
    html = _cost(lambda: client.get("/desk"))
    narrowed = _cost(lambda: client.get("/desk?stage=submitted&q=海风"))
    bare = _cost(lambda: desk.todo(actor, DeskNarrow()))
    print(f"list of 50 as HTML   {html:6.2f} CPU-ms (at most {MOST_MS})")
    print(f"searched             {narrowed:6.2f} CPU-ms")
    print(f"list alone (limit)   {bare:6.2f} CPU-ms")
    figures = {
        "rows": rows, "bytes": len(page.encode()), "html_cpu_ms": round(html, 2),
        "searched_cpu_ms": round(narrowed, 2), "list_alone_cpu_ms": round(bare, 2),
    }  # fmt: skip
    limit = {"html_cpu_ms": MOST_MS, "list_alone_cpu_ms": round(bare, 2)}
    ratio = {"html_to_list_alone": round(html / bare, 2)}
    finish("desk", figures, limit, ratio=ratio, met=html <= MOST_MS)


def _cost(ask: Callable[[], object]) -> float:
    """CPU-milliseconds of one round, the median of many, once warm."""
    for _ in range(5):
        ask()
    spent = []
    for _ in range(ROUNDS):
        before = time.process_time()
        ask()
        spent.append(1000 * (time.process_time() - before))
    return sorted(spent)[len(spent) // 2]


def _now() -> datetime:
    from huiban.web.clock import now

    return now()


if __name__ == "__main__":
    os.environ.setdefault("HUIBAN_LOG_LEVEL", "ERROR")
    main()
