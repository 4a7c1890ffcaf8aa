# SPDX-License-Identifier: Apache-2.0
"""What every benchmark needs: a real database, CPU-time of whole process trees, one JSON line."""

import math
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psutil

from tests import postgres

VENDORS = ("sqlite", "postgresql")
# Like a server in production: a commit is on the disk before it is acknowledged.
_SAFE = ("synchronous_commit=on", "shared_buffers=256MB", "max_wal_size=2GB", "jit=off")


@dataclass(frozen=True, slots=True)
class Bench:
    """A migrated, empty database of one kind, and the processes that serve it."""

    vendor: str
    address: str
    server_pid: int | None

    def server_cpu_seconds(self) -> float:
        """CPU-time the database server used so far; SQLite works inside its caller."""
        return cpu_seconds([self.server_pid]) if self.server_pid else 0.0


@dataclass(slots=True)
class Spent:
    """What a measured block cost."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def database(vendor: str) -> Iterator[Bench]:
    """Start a database, migrate it and make it Django's default one for this process."""
    with tempfile.TemporaryDirectory(prefix="hbbench_") as folder:
        if vendor == "sqlite":
            address = f"sqlite:///{Path(folder) / 'huiban.sqlite3'}"
            _set_up(address)
            yield Bench(vendor, address, None)
            return
        cluster = postgres.start(_SAFE)
        try:
            address = cluster.create("huiban")
            _set_up(address)
            yield Bench(vendor, address, cluster.server_pid())
        finally:
            _forget_connections()
            cluster.stop()


def _set_up(address: str) -> None:
    os.environ["HUIBAN_DATABASE_URL"] = address
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiban.settings")
    os.environ.setdefault("HUIBAN_LOG_LEVEL", "WARNING")
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from huiban.store.database import connection_settings

    _forget_connections()
    made = connections.configure_settings({"default": connection_settings(address)})
    connections.settings["default"] = made["default"]
    call_command("migrate", verbosity=0)


def _forget_connections() -> None:
    from django.db import connections

    connections["default"].close()
    del connections["default"]


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of processes and all their children, those that ended included."""
    total = 0.0
    for root in roots:
        family = [psutil.Process(root)]
        family += family[0].children(recursive=True)
        for process in family:
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue  # it ended just now; its parent accounts for it
    return total


@contextmanager
def spent(bench: Bench | None = None, pids: Sequence[int] = ()) -> Iterator[Spent]:
    """Measure a block: this process, `pids` with their children, and the database server."""

    def cpu() -> float:
        own = time.process_time() if not pids else cpu_seconds(pids)
        return own + (bench.server_cpu_seconds() if bench else 0.0)

    cost = Spent()
    before, started = cpu(), time.perf_counter()
    yield cost
    cost.wall_seconds = time.perf_counter() - started
    cost.cpu_seconds = cpu() - before


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def argument(position: int, default: int) -> int:
    """A whole number from the command line."""
    return int(sys.argv[position]) if len(sys.argv) > position else default
