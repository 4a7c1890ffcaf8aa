# SPDX-License-Identifier: Apache-2.0
"""Whether anything is lost when web and worker are killed (kill -9) in turns under load."""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from benchmarks import _bench, _service

_ACTS = (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant"))
_PATIENCE = 60.0
_MOST = 8000


@dataclass(slots=True)
class Told:
    """What the callers were told: which key became which case, and what went wrong for good."""

    cases: dict[str, str] = field(default_factory=dict)
    acts: dict[str, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    broken: int = 0


class Process:
    """A process of the product, killed and started again as a supervisor would."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.kills = 0
        self.start()

    def start(self) -> None:
        self.running = subprocess.Popen(self.command, stdout=sys.stderr, start_new_session=True)

    def kill(self) -> None:
        """Kill the process and its children at once, with nothing to tidy up."""
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()
        self.kills += 1
        self.start()

    def stop(self) -> None:
        os.killpg(self.running.pid, signal.SIGTERM)
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--callers", type=int, default=4)
    arguments.add_argument("--databases", default=",".join(_bench.VENDORS))
    options = arguments.parse_args()
    # Settings are read once a process, so both databases' cities share one folder.
    with TemporaryDirectory(prefix="hbcrash_") as folder:
        os.environ["HUIBAN_DATA_DIR"] = folder
        os.environ["HUIBAN_API_PER_SECOND"] = "100000"
        found = {
            name: measure(name, options.seconds, options.callers)
            for name in options.databases.split(",")
        }
    figures = {f"{name}_{key}": one[key] for name, one in found.items() for key in one}
    faults = ("lost", "doubled", "jobs_left", "jobs_dead", "chains_broken", "wrong_answers")
    met = all(one[key] == 0 for one in found.values() for key in faults)
    met = met and all(one["acknowledged"] > 0 and one["web_kills"] > 0 for one in found.values())
    _service.finish("crash", figures, dict.fromkeys(faults, 0), ratio=None, met=met)
    sys.exit(0 if met else 1)


def measure(vendor: str, seconds: float, callers: int = 4) -> dict[str, int]:
    """Load one database's city while its processes are killed, then count what is left."""
    with _bench.database(vendor), _city() as city:
        told = _load(city, seconds, callers)
        return _count(vendor, city, told)


@dataclass(slots=True)
class City:
    """The running processes and what callers need."""

    port: int
    web: Process
    worker: Process
    tokens: dict[str, str]
    materials: list[dict[str, list[str]]]


@contextmanager
def _city() -> Iterator[City]:
    from huiban.cli.serve import server_command, worker_command

    tokens = _service._people()
    hand_in = _service.loose_files(_MOST)
    port = _free_port()
    web = Process(server_command("127.0.0.1", port))
    worker = Process(worker_command())
    try:
        _service._wait(port)
        yield City(port, web, worker, tokens, [hand_in(place) for place in range(_MOST)])
    finally:
        web.stop()
        worker.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _load(city: City, seconds: float, callers: int) -> Told:
    told, stop, lock = Told(), threading.Event(), threading.Lock()
    threads = [
        threading.Thread(target=_call, args=(city, place, callers, told, stop, lock))
        for place in range(callers)
    ]
    for thread in threads:
        thread.start()
    until, turn = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        time.sleep(1.5)
        if turn % 2 == 0:
            city.web.kill()
            _service._wait(city.port)
        else:
            city.worker.kill()
        turn += 1
    stop.set()
    for thread in threads:
        thread.join()
    return told


def _call(
    city: City, place: int, callers: int, told: Told, stop: threading.Event, lock: threading.Lock
) -> None:
    """Send applications and take every other one to its decision, each until it is answered."""
    ways = {who: _service.Caller(city.port, token) for who, token in city.tokens.items()}
    serial = place
    while not stop.is_set() and serial < len(city.materials):
        key = f"crash-{serial:06d}"
        body = _service.application(serial, city.materials[serial])
        status, answer = _until_answered(ways["wangmin"], "/applications", body, told, key)
        if status in (200, 201):
            number = str(json.loads(answer)["number"])
            with lock:
                told.cases[key] = number
            if (serial // callers) % 2 == 0:
                _decide(ways, number, told, lock)
        else:
            told.wrong.append(f"{status} {answer[:200]!r}")
        serial += callers


def _decide(
    ways: dict[str, _service.Caller], number: str, told: Told, lock: threading.Lock
) -> None:
    for version, (who, act) in enumerate(_ACTS, 1):
        body = json.dumps({"act": act, "version": version}).encode()
        status, answer = _until_answered(ways[who], f"/cases/{number}/acts", body, told)
        # An act whose answer was lost is refused when sent again: it has been done.
        if status >= 300 and status not in (403, 409):
            told.wrong.append(f"{act} {status} {answer[:200]!r}")
        with lock:
            told.acts.setdefault(number, set()).add(act)


def _until_answered(
    caller: _service.Caller, path: str, body: bytes, told: Told, key: str = ""
) -> tuple[int, bytes]:
    """Send the same thing again until the server answers; a killed server does not."""
    until = time.monotonic() + _PATIENCE
    more = {"Idempotency_Key": key} if key else {}
    while True:
        try:
            status, answer = caller.ask("POST", path, body, **more)
            if status < 500:
                return status, answer
        except (OSError, http.client.HTTPException):
            caller.connection.close()
        told.broken += 1
        if time.monotonic() > until:
            return 599, b"no answer within a minute"
        time.sleep(0.1)


def _count(vendor: str, city: City, told: Told) -> dict[str, int]:
    from huiban.services import evidence
    from huiban.store import jobs
    from huiban.store.models import Case

    left = _drained(jobs)
    stored = list(Case.objects.values_list("number", flat=True))
    verdicts = list(evidence.verify_all())
    undecided = [
        number
        for number, acts in told.acts.items()
        if len(acts) == len(_ACTS)
        and Case.objects.filter(number=number).exclude(stage="archived").exists()
    ]
    found = {
        "acknowledged": len(told.cases),
        "stored": len(stored),
        "lost": len(set(told.cases.values()) - set(stored)),
        "doubled": len(stored) - len(set(stored)) + max(0, len(stored) - len(told.cases)),
        "undecided": len(undecided),
        "jobs_left": left,
        "jobs_dead": jobs.counts().get("dead", 0),
        "chains_checked": len(verdicts),
        "chains_broken": sum(1 for one in verdicts if not one.is_sound),
        "web_kills": city.web.kills,
        "worker_kills": city.worker.kills,
        "calls_cut_off": told.broken,
        "wrong_answers": len(told.wrong) + len(undecided),
    }
    print(f"{vendor}: {found}")
    for line in told.wrong[:5]:
        print(f"  {line}")
    return found


def _drained(jobs: object) -> int:
    """Wait while the worker has fewer and fewer jobs left; returns what is left when it stops."""
    least, until = sys.maxsize, time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        counts = jobs.counts()  # type: ignore[attr-defined]
        left = int(counts.get("ready", 0)) + int(counts.get("running", 0))
        if not left:
            return 0
        if left < least:
            least, until = left, time.monotonic() + _PATIENCE
        time.sleep(0.5)
    return least


if __name__ == "__main__":
    main()
