# SPDX-License-Identifier: Apache-2.0
"""The product as a server process of its own, for tests that must not share its process."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from huiban.cli.serve import server_command


@contextmanager
def serving(database: str, **more: str) -> Iterator[str]:
    """Serve a database on a free port and yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    around = {
        **os.environ, "HUIBAN_DATABASE_URL": database, "HUIBAN_LOG_LEVEL": "ERROR",
        "HUIBAN_API_PER_SECOND": "100000", **more,
    }  # fmt: skip
    server = subprocess.Popen(server_command("127.0.0.1", port, 1, 4), env=around)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/api/v1/items").close()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
