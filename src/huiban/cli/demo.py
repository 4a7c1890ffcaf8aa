# SPDX-License-Identifier: Apache-2.0
"""huiban demo: the product with a living sample city, in one command."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from huiban.cli import messages, neighbours, trust
from huiban.cli.serve import server_command, worker_command

_PATIENCE = 20  # seconds for requests under way


def add_parser(sub: Any) -> None:
    found = sub.add_parser("demo", help="start the product with a living sample city")
    found.add_argument("--host", default="127.0.0.1", help="address to listen on")
    found.add_argument("--port", type=int, default=8000, help="port to listen on")
    found.add_argument("--fresh", action="store_true", help="throw the sample city away first")
    found.add_argument(
        "--enterprises", type=int, default=neighbours.DEMO_ENTERPRISES,
        help="firms in the registers of the other departments",
    )  # fmt: skip
    found.add_argument("--only-fill", action="store_true", help="make the city and stop")
    found.set_defaults(run=run)


def run(said: argparse.Namespace) -> int:
    """Make the sample city if there is none, then run server and worker until interrupted."""
    address = f"http://{said.host}:{said.port}"
    if not said.only_fill and _is_taken(said.host, said.port):
        print(f"port {said.port} is in use; choose another: make demo ARGS='--port 8001'")
        return 1
    os.environ.setdefault("HUIBAN_DEMO", "1")
    os.environ.setdefault("HUIBAN_PUBLIC_URL", address)
    os.environ.setdefault("HUIBAN_LOG_LEVEL", "WARNING")
    _get_ready(said.fresh)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # end the departments too
    others = [neighbours.start(said.enterprises)]
    try:
        others += trust.start()
        others += messages.start()
        neighbours.order(resource="*", latency_ms=0)
        _fill()
        neighbours.order(resource="*", reset=True)
        return 0 if said.only_fill else _keep_running(address, said, others)
    finally:
        for one in others:
            one.terminate()
        for one in others:
            one.wait()


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _get_ready(fresh: bool) -> None:
    from huiban.cli.django_ready import ready, up_to_date

    ready()
    if fresh:
        _throw_away()
    up_to_date()


def _fill() -> None:
    from huiban.cli.django_ready import now
    from huiban.services import sample

    began = time.monotonic()
    count = sample.fill(now(), lambda line: print(f"\r  {line}        ", end="", flush=True))
    print(f"\r  sample city: {count} cases, {time.monotonic() - began:.0f} s          ")


def _throw_away() -> None:
    """Remove the demonstration's database file and the neighbours' registers, nothing else."""
    from django.conf import settings

    place = Path(settings.DATA_DIR)
    shutil.rmtree(place / "neighbours", ignore_errors=True)
    for name in ("huiban.sqlite3", "huiban.sqlite3-wal", "huiban.sqlite3-shm"):
        (place / name).unlink(missing_ok=True)


def _keep_running(
    address: str, said: argparse.Namespace, others: "list[subprocess.Popen[bytes]]"
) -> int:
    commands = [
        server_command(said.host, said.port),
        worker_command(),
    ]
    # In sessions of their own, Ctrl-C reaches this process alone: the server hangs on two signals.
    running = [
        *others,
        *(subprocess.Popen(command, start_new_session=True) for command in commands),
    ]
    told_to_stop = threading.Event()
    signal.signal(signal.SIGINT, lambda number, frame: told_to_stop.set())
    signal.signal(signal.SIGTERM, lambda number, frame: told_to_stop.set())
    _tell(address)
    neighbours.push_when_up(address)
    while not told_to_stop.is_set() and all(one.poll() is None for one in running):
        time.sleep(0.2)
    for one in running:
        one.terminate()
    failed = [code for code in map(_ended, running) if code not in (0, -signal.SIGTERM)]
    return 1 if failed else 0


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """Wait for a process that was told to stop; one that does not is killed."""
    try:
        return process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _tell(address: str) -> None:
    from huiban.services import sample

    print(f"\n  慧办 is running: {address}\n")
    print(f"  sign in at {address}/sign-in, password of every account: {sample.PASSWORD}")
    for person in sample.demo_people():
        print(f"    {person.number:<12} {person.name}  {person.part}")
    print(f"\n  the other departments answer at {os.environ[neighbours.ADDRESS]}/registers/")
    print(f"  messages (codes) go to {os.environ[messages.ADDRESS]}/")
    print("\n  Ctrl-C stops it; the city is kept (ARGS=--fresh makes a new one).\n", flush=True)
