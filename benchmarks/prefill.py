# SPDX-License-Identifier: Apache-2.0
"""Prefill: a page asks 12 or 40 of 290 registers within a second: how soon, how much, what cost."""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.request import urlopen

from benchmarks._bench import percentile
from benchmarks._registers import DEAD, registers
from huiban.connectors.registers import Answer, Call, Exchange, Outcome, Setup
from huiban.kernel.connection import HttpConnection
from huiban.kernel.resource import (
    Catalogue,
    Completeness,
    Consent,
    Item,
    Level,
    Mode,
    Resource,
    Share,
    Subject,
)
from huiban.kernel.words import Words

BUDGET_S = 1.0
LIMIT = {"p50_s": 0.35, "p95_s": 1.05, "filled": 0.99}
WARM_UP = 25
"""Pages before it counts: breakers and observed times are as they are on any morning after nine."""
FIELDS = ("uscc", "name", "status", "since", "until", "address")


@dataclass(slots=True)
class Pages:
    """What the measured pages found."""

    times: list[float] = field(default_factory=list)
    reachable: int = 0
    found: int = 0
    asked: int = 0

    @property
    def filled(self) -> float:
        return self.found / self.reachable


def resource(number: int, p95_ms: int) -> Resource:
    return Resource(
        code=f"370200-{number:04}", key=f"r{number}", name=Words(f"资源{number}"), about="",
        category="", level=Level.MUNICIPAL, provider="", subject=Subject.ENTERPRISE,
        keys=("uscc",), items=tuple(Item(name, Words(name)) for name in FIELDS),
        share=Share.UNCONDITIONAL, basis=(), mode=Mode.API, cycle=timedelta(days=1),
        max_age=timedelta(days=2), completeness=Completeness.OPEN, quota=10**9, per_second=100,
        p95=p95_ms, consent=Consent.NONE, retention=timedelta(days=1), purposes=frozenset(),
    )  # fmt: skip


@contextmanager
def city() -> Iterator[str]:
    """Start the systems and give their address."""
    command = [sys.executable, "-m", "benchmarks._registers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def nobody_there() -> str:
    """Return an address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def exchange_with(address: str, folder: Path) -> Exchange:
    gone = nobody_there()
    resources = [resource(one.number, one.p95_ms) for one in registers()]
    connections = {
        one.key: HttpConnection(
            resource=one.key,
            address=f"{gone if DEAD.get(at) == 'refusing' else address}/registers/{at}",
        )
        for at, one in enumerate(resources)
    }
    setup = Setup(environment={}, folder=folder, now=lambda: datetime.now(tz=UTC))
    return Exchange(connections, Catalogue({one.key: one for one in resources}, {}, {}, {}), setup)


def ask_pages(exchange: Exchange, k: int, count: int, random: Random) -> Pages:
    """Ask page after page, each of k registers drawn anew, for another enterprise."""
    done = Pages()
    for _ in range(count):
        numbers = random.sample(range(len(registers())), k)
        key = f"9137{random.getrandbits(48):014}"
        calls = [
            Call(f"r{at}", "uscc", key, FIELDS, "safety_permit", f"{key}{at}") for at in numbers
        ]
        began = time.perf_counter()
        answers = exchange.ask(calls, BUDGET_S, _forget)
        done.times.append(time.perf_counter() - began)
        done.asked += k
        done.reachable += sum(at not in DEAD for at in numbers)
        done.found += sum(one.outcome is Outcome.FOUND for one in answers.values())
    return done


def _forget(_: Answer) -> None:
    """A late answer; the page has gone."""


def requests_at(address: str) -> int:
    with urlopen(f"{address}/count") as response:
        return int(json.load(response)["requests"])


def measured(address: str, k: int, count: int) -> dict[str, float]:
    """Measure an exchange of its own over so many pages of k registers."""
    with tempfile.TemporaryDirectory() as folder:
        exchange = exchange_with(address, Path(folder))
        random = Random(k)
        try:
            ask_pages(exchange, k, WARM_UP, random)
            seen, cpu = requests_at(address), time.process_time()
            pages = ask_pages(exchange, k, count, random)
            cpu = time.process_time() - cpu
            seen = requests_at(address) - seen
        finally:
            exchange.stop()
    return {
        "p50_s": round(percentile(pages.times, 0.5), 3),
        "p95_s": round(percentile(pages.times, 0.95), 3),
        "filled": round(pages.filled, 4),
        "extra_calls": round(seen / pages.asked - 1, 4),
        "cpu_ms_a_call": round(1000 * cpu / pages.asked, 3),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=150)
    options = arguments.parse_args()
    with city() as address:
        found = {k: measured(address, k, options.pages) for k in (12, 40)}
    for k, one in found.items():
        print(f"{k:3} registers a page: p50 {one['p50_s']:.3f} s, p95 {one['p95_s']:.3f} s, "
              f"filled {one['filled']:.4f} of the reachable, {one['extra_calls']:+.2%} requests "
              f"beside the calls, {one['cpu_ms_a_call']:.2f} ms CPU a call")  # fmt: skip
    worst = found[40]
    print(json.dumps({
        "name": "prefill",
        "figures": {f"k{k}": one for k, one in found.items()},
        "limit": LIMIT,
        "ratio": {"p50": round(worst["p50_s"] / LIMIT["p50_s"], 2),
                  "p95": round(worst["p95_s"] / LIMIT["p95_s"], 2),
                  "filled": round(worst["filled"] / LIMIT["filled"], 4)},
        "met": worst["p50_s"] <= LIMIT["p50_s"] and worst["p95_s"] <= LIMIT["p95_s"]
        and worst["filled"] >= LIMIT["filled"],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
