# SPDX-License-Identifier: Apache-2.0
"""What a whole life of a case costs as the store fills up: 0, 100,000, 1,000,000 cases kept."""

import argparse
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks import _bench, _service

SLOW, FAST = 1.0, 35.0
LEAST_RATIO = 0.8
_PHASE_SECONDS = 4.0
_ACTS = (("accept", "zhangqian"), ("pass", "liuyang"), ("grant", "zhaojianguo"))
_WORDS = ("香港中路", "海尔路 建设", "qingdao", "海风", "江西路", "延安三路12", "辽阳西路", "德泰")
_WORKERS = 16


@dataclass(slots=True)
class Life:
    """A case on its way: its number and which act is next."""

    number: str
    version: int
    step: int = 0


@dataclass(slots=True)
class Load:
    """What programs ask for in turn, and what came of it."""

    service: _service.Service
    bodies: deque[tuple[int, bytes]]
    ready: deque[Life] = field(default_factory=deque)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    finished: int = 0
    asked: int = 0
    random: Random = field(default_factory=lambda: Random(7))
    lock: threading.Lock = field(default_factory=threading.Lock)
    callers: threading.local = field(default_factory=threading.local)

    def next(self) -> Callable[[], None]:
        """Choose the next call: a search every fifth, else the oldest case's next act."""
        with self.lock:
            self.asked += 1
            if self.asked % 5 == 0:
                return self._search
            life = self.ready.popleft() if self.ready else None
            if life is None or (life.step == 0 and self.asked % 5 == 1):
                if life is not None:
                    self.ready.appendleft(life)
                serial, body = self.bodies.popleft()
                return lambda: self._create(serial, body)
            return lambda: self._act(life)

    def _create(self, serial: int, body: bytes) -> None:
        key = f"lifecycle-{serial:08d}"
        found = self._ask("create", "wangmin", "POST", "/applications", body, key=key)
        if found:
            self.ready.append(Life(found["number"], found["version"]))

    def _act(self, life: Life) -> None:
        act, who = _ACTS[life.step]
        body = json.dumps({"act": act, "version": life.version}).encode()
        found = self._ask(act, who, "POST", f"/cases/{life.number}/acts", body)
        if not found:
            return
        life.step, life.version = life.step + 1, found["version"]
        if life.step < len(_ACTS):
            self.ready.append(life)
        else:
            self.finished += 1

    def _search(self) -> None:
        from urllib.parse import quote

        word = quote(self.random.choice(_WORDS))
        self._ask("search", "zhangqian", "GET", f"/desk/cases?q={word}&limit=20")

    def _ask(
        self, what: str, who: str, method: str, path: str, body: bytes = b"", key: str = ""
    ) -> dict[str, object] | None:
        more = {"Idempotency_Key": key} if key else {}
        began = time.perf_counter()
        try:
            status, answer = self._caller(who).ask(method, path, body, **more)
        except OSError as fault:
            self.wrong.append(f"{what}: {fault}")
            return None
        self.seconds.setdefault(what, []).append(time.perf_counter() - began)
        if status >= 300:
            self.wrong.append(f"{what}: {status} {answer[:300].decode()}")
            return None
        found: dict[str, object] = json.loads(answer)
        return found

    def _caller(self, who: str) -> _service.Caller:
        mine: dict[str, _service.Caller] = self.callers.__dict__.setdefault("mine", {})
        return mine.setdefault(who, self.service.caller(who))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stored", default="0,100000", help="sizes to measure at")
    arguments.add_argument("--databases", default=",".join(_bench.VENDORS))
    arguments.add_argument("--seconds", type=float, default=32, help="of load at each size")
    options = arguments.parse_args()
    sizes = [int(size) for size in options.stored.split(",")]
    figures: dict[str, object] = {}
    ratios: dict[str, float] = {}
    errors = 0
    for vendor in options.databases.split(","):
        measured = _measure(vendor, sizes, options.seconds)
        figures |= {f"{vendor}_{size}": one for size, one in measured.items()}
        first, last = measured[sizes[0]], measured[sizes[-1]]
        ratios[vendor] = round(first["cpu_ms_a_life"] / last["cpu_ms_a_life"], 2)
        errors += int(sum(one["errors"] for one in measured.values()))
        print(
            f"{vendor}: capacity at {sizes[-1]:,} is {ratios[vendor]:.0%} of that at {sizes[0]:,}"
        )
    met = not errors and min(ratios.values()) >= LEAST_RATIO
    limit = {"capacity_last_to_first": LEAST_RATIO, "errors": 0}
    _service.finish("lifecycle", figures, limit, ratio=ratios, met=met)


def _measure(vendor: str, sizes: list[int], seconds: float) -> dict[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = {}
    stored, serial = 0, 0
    with _service.served(vendor) as service:
        from benchmarks._fill import fill  # reads models, which need the settings first

        creates = int(seconds * FAST)
        materials = _service.loose_files(creates * len(sizes) + 40)
        for size in sizes:
            if size > stored:
                began = time.perf_counter()
                fill(size - stored, stored + 1, department="approval_service")
                stored = size
                print(f"{vendor}: stored {size:,} cases in {time.perf_counter() - began:.0f} s")
            bodies = deque(
                (one, _service.application(one, materials(one)))
                for one in range(serial, serial + creates)
            )
            serial += creates
            found[size] = _run(service, bodies, size, seconds)
    return found


def _run(
    service: _service.Service, bodies: deque[tuple[int, bytes]], size: int, seconds: float
) -> dict[str, float]:
    _drive(Load(service, bodies), 2.0)  # warm: plans, connections, compiled rules
    load = Load(service, bodies)
    with _bench.spent(service.bench, [service.pid]) as cost:
        _drive(load, seconds)
    every = [one for taken in load.seconds.values() for one in taken]
    lives = len(every) / (len(_ACTS) + 2)
    found = {
        "cpu_ms_a_life": round(cost.cpu_seconds / lives * 1000, 2),
        "calls": len(every),
        "lives_finished": load.finished,
        "p50_ms": _ms(every, 0.5),
        "p95_ms": _ms(every, 0.95),
        "p99_ms": _ms(every, 0.99),
        "start_delay_p95_ms": _ms(load.late, 0.95),
        "errors": len(load.wrong),
    }
    found |= {f"{what}_p95_ms": _ms(taken, 0.95) for what, taken in sorted(load.seconds.items())}
    print(f"{service.bench.vendor}: at {size:,} stored: {found} {load.wrong[:2]}")
    return found


def _ms(seconds: list[float], share: float) -> float:
    return round(_bench.percentile(seconds, share) * 1000, 1) if seconds else 0.0


def _drive(load: Load, seconds: float) -> None:
    """Start calls when they are due, whether the earlier ones have been answered or not."""
    due = deque(_times(seconds))
    began = time.perf_counter()
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not due:
                    return
                at = due.popleft()
            wait = began + at - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            load.late.append(max(0.0, time.perf_counter() - began - at))
            load.next()()

    threads = [threading.Thread(target=work) for _ in range(_WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _times(seconds: float) -> list[float]:
    """When calls are due: the rate jumps between 1 and 35 a second every few seconds."""
    random, at, found = Random(11), 0.0, []
    while True:
        rate = FAST if int(at / _PHASE_SECONDS) % 2 == 0 else SLOW
        at += random.expovariate(rate)
        if at >= seconds:
            return found
        found.append(at)


if __name__ == "__main__":
    main()
