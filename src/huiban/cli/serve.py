# SPDX-License-Identifier: Apache-2.0
"""huiban serve, huiban worker, huiban migrate: the processes a city runs."""

import argparse
import os
import sys
from typing import Any

from huiban.cli.django_ready import ready, up_to_date

Parsers = Any

SERVER_PROCESSES = 2
SERVER_THREADS = 2
"""More threads only wait for one another's interpreter lock: `make bench NAME=create`."""


def add_parser(sub: Parsers) -> None:
    web = sub.add_parser("serve", help="run the web server")
    web.add_argument("--host", default="127.0.0.1", help="address to listen on")
    web.add_argument("--port", type=int, default=8000, help="port to listen on")
    web.add_argument("--processes", type=int, default=SERVER_PROCESSES, help="server processes")
    web.add_argument(
        "--threads", type=int, default=SERVER_THREADS, help="blocking threads a process"
    )
    web.set_defaults(run=serve)
    hands = sub.add_parser("worker", help="carry out jobs and sweeps")
    hands.add_argument("--until-empty", action="store_true", help="stop when no job is ready")
    hands.set_defaults(run=work)
    tables = sub.add_parser("migrate", help="bring the database up to date and publish the packs")
    tables.set_defaults(run=migrate)


def serve(said: argparse.Namespace) -> int:
    """Become the web server; it ends when told to."""
    ready()
    command = server_command(said.host, said.port, said.processes, said.threads)
    os.execv(command[0], command)


def server_command(
    host: str, port: int, processes: int = SERVER_PROCESSES, threads: int = SERVER_THREADS
) -> list[str]:
    """Return the command that runs the server as a process of its own."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host,
        "--port", str(port), "--workers", str(processes), "--blocking-threads", str(threads),
        "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
        "huiban.web.wsgi:application",
    ]  # fmt: skip


def work(said: argparse.Namespace) -> int:
    """Become the worker; it ends when told to."""
    command = worker_command() + (["--until-empty"] if said.until_empty else [])
    os.execv(command[0], command)


def worker_command() -> list[str]:
    """Return the command that runs the worker as a process of its own."""
    return [sys.executable, "-m", "huiban.jobs"]


def migrate(said: argparse.Namespace) -> int:
    """Bring the database up to date."""
    ready()
    up_to_date()
    return 0
