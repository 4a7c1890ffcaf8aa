# SPDX-License-Identifier: Apache-2.0
"""Whether a connection can be used at all: its variables, its address, somebody listening there."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from huiban.kernel.connection import (
    Connection,
    FileConnection,
    HttpConnection,
    SqlConnection,
    VariableMissing,
    address_fault,
    database_fault,
    settled,
)

_SECONDS = 3.0
_POSTGRESQL = 5432


def trouble_of(
    connection: Connection | None, environment: Mapping[str, str], allows_plain_http: bool
) -> str:
    """Say what is wrong with a connection as it is declared and set here; "" if nothing is."""
    if connection is None:
        return "no connection is declared"
    try:
        ready = settled(connection, environment)
    except VariableMissing as missing:
        return str(missing)
    if isinstance(ready, HttpConnection):
        return address_fault(ready.address, allows_plain_http)
    return database_fault(ready.address) if isinstance(ready, SqlConnection) else ""


def unreachable(connection: Connection) -> str:
    """
    Say why nobody is there, of a settled connection without trouble; "" if somebody is.

    Nothing is asked: a line is opened and closed again, a file or folder looked for.
    """
    if isinstance(connection, HttpConnection):
        address = urlsplit(connection.address)
        port = address.port or (443 if address.scheme == "https" else 80)
        return _unheard(address.hostname or "", port)
    if isinstance(connection, FileConnection):
        return _unreadable(Path(connection.folder), "folder")
    if not isinstance(connection, SqlConnection):
        return ""
    database = make_url(connection.address)
    host = database.host or str(database.query.get("host", ""))
    if database.get_backend_name() == "sqlite":
        return _unreadable(Path(database.database or ""), "file")
    return "" if host.startswith("/") else _unheard(host, database.port or _POSTGRESQL)


def _unheard(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), _SECONDS).close()
    except socket.gaierror:
        return f"the name {host} is not known here"
    except OSError as fault:
        return f"nobody answers at {host}:{port} ({type(fault).__name__})"
    return ""


def _unreadable(path: Path, what: str) -> str:
    return "" if os.access(path, os.R_OK) else f"the {what} {path} cannot be read"
