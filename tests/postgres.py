# SPDX-License-Identifier: Apache-2.0
"""Starts a private PostgreSQL for tests and benchmarks; nothing outside its folder is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_USER = "huiban"


class PostgresAbsent(RuntimeError):
    """No PostgreSQL server programs are installed here."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server that listens on a socket in its own folder only."""

    folder: Path
    programs: Path

    def address(self, database: str) -> str:
        """Return the address of a database in the form HUIBAN_DATABASE_URL takes."""
        return f"postgres://{_USER}@{quote(str(self.folder), safe='')}/{database}"

    def conninfo(self, database: str = "postgres") -> str:
        """Return the address of a database in the form psycopg takes."""
        return f"host={self.folder} user={_USER} dbname={database}"

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database and return its address."""
        self._administer(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.address(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        self._administer(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        data = str(self.folder / "data")
        _run([str(self.programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def server_pid(self) -> int:
        """Return the process id of the server, whose children serve the connections."""
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())


def start(options: Sequence[str] = _QUICK) -> Cluster:
    """
    Start a new, empty server.

    By default it trades safety for speed; pass other options to measure what production does.

    :raises PostgresAbsent: if no server programs are installed.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="hbpg_", dir="/tmp"))
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _run([
        str(programs / "initdb"), "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync",
    ])  # fmt: skip
    flags = " ".join(
        f"-c {option}"
        for option in ("listen_addresses=", f"unix_socket_directories={folder}", *options)
    )
    log = str(folder / "log")
    _run([str(programs / "pg_ctl"), "-D", data, "-l", log, "-o", flags, "-w", "start"])
    return Cluster(folder, programs)


def _programs() -> Path:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresAbsent("no PostgreSQL server found; on Debian: apt-get install postgresql")


def _run(command: list[str]) -> None:
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
