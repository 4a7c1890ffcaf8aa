# SPDX-License-Identifier: Apache-2.0
"""The departments' registers as real neighbours: a small city served by its own process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import requests

from huiban.cli import neighbours
from huiban.connectors.registers import Exchange, Setup
from huiban.kernel.connection import variables
from huiban.neighbours.city import Plan
from huiban.neighbours.fill import fill
from huiban.services import city
from huiban.services.exchange_registers import Registers, asked_through
from tests.services.city_sample import at

KEY = "a key for tests"
NOW = at("2026-11-23 10:30")
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A running neighbourhood, and how to make a register of it misbehave."""

    address: str
    folder: Path

    def order(self, resource: str, **said: object) -> None:
        """Tell a register how to behave: dead, stall_s, quota, error_share, or reset."""
        place = f"{self.address}/control"
        order = {"resource": resource, **said}
        answer = requests.post(place, json=order, headers={"X-Api-Key": KEY}, timeout=20)
        answer.raise_for_status()


@contextmanager
def running(folder: Path, day: date = TODAY) -> Iterator[Neighbours]:
    """Make a city of a few hundred firms and serve its registers, calm and without quotas."""
    fill(folder, Plan(200, 7, day, day), city.loaded().catalogue)
    port = neighbours.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "serve", "--folder", str(folder),
         "--port", str(port), "--calm", "--control"],
        env=os.environ | {"HUIBAN_NEIGHBOURS_KEY": KEY},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    assert neighbours.is_up(f"{address}/healthz", process)
    try:
        yield Neighbours(address, folder)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def connected(
    found: Neighbours, index: Path, now: Callable[[], datetime] = lambda: NOW
) -> Iterator[None]:
    """Ask these neighbours for a while, through a new exchange with nothing remembered."""
    environment = neighbours.environment(found.folder, int(found.address.rpartition(":")[2]))
    environment["HUIBAN_NEIGHBOURS_KEY"] = KEY
    loaded = city.loaded()
    setup = Setup(environment=environment, folder=index, now=now, allows_plain_http=True)
    exchange = Exchange(loaded.connections, loaded.catalogue, setup)
    kinds = {
        key: str(one.kind)
        for key, one in loaded.connections.items()
        if all(environment.get(name) for name in variables(one))
    }
    try:
        with asked_through(Registers(exchange, kinds)):
            yield
    finally:
        exchange.stop()
