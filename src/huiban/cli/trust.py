# SPDX-License-Identifier: Apache-2.0
"""huiban neighbours trust: the sample city's test certification authority, running."""

import argparse
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ADDRESS, KEY = "HUIBAN_CA_URL", "HUIBAN_CA_KEY"
_PORT_FILE = "port"
_SAMPLE_DAYS = 400
"""The sample city's cases lie back in time, and their signers' certificates with them."""


def add_parser(errands: Any) -> None:
    served = errands.add_parser("trust", help="run the test certification authority")
    served.add_argument("--host", default="127.0.0.1", help="address to listen on")
    served.add_argument("--port", type=int, default=8091, help="port to listen on")
    served.add_argument("--address", help="what its certificates call it (http://HOST:PORT)")
    served.add_argument("--folder", type=Path, help="where it is kept (var/trust-authority)")
    served.add_argument("--control", action="store_true", help="take orders at POST /control")
    served.add_argument(
        "--backdate-days", type=int, default=0,
        help="make certificates this old when they are issued, for histories made up afterwards",
    )  # fmt: skip
    served.set_defaults(run=serve)


def serve(said: argparse.Namespace) -> int:
    """Answer until interrupted."""
    from huiban.neighbours.trust_serve import Served, run

    key = os.environ.get(KEY)
    if not key:
        print(f"set {KEY} to the key that those who enrol must send")
        return 2
    address = said.address or f"http://{said.host}:{said.port}"
    served = Served(said.folder or _folder(), address, key, said.control)
    if said.backdate_days:
        served = replace(served, backdated=timedelta(days=said.backdate_days))
    run(served, said.host, said.port)
    return 0


def start() -> "list[subprocess.Popen[bytes]]":
    """
    Run the authority, name it in the environment and settings, and trust its roots as test roots.

    Nothing is run where the environment names another authority already.

    :raises SystemExit: if it does not come up.
    """
    from django.conf import settings as house

    from huiban.cli import neighbours

    if house.CA_URL:
        return []
    root = _folder()
    root.mkdir(parents=True, exist_ok=True)
    port = _port(root)
    os.environ |= {ADDRESS: f"http://127.0.0.1:{port}", KEY: neighbours.caller_key(root)}
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "trust", "--port", str(port),
         "--folder", str(root), "--backdate-days", str(_SAMPLE_DAYS)],
        start_new_session=True,
    )  # fmt: skip
    if not neighbours.is_up(f"{os.environ[ADDRESS]}/healthz", process):
        process.terminate()
        raise SystemExit("the test certification authority did not come up; see the lines above")
    house.CA_URL, house.CA_KEY = os.environ[ADDRESS], os.environ[KEY]
    house.TSA_URL, house.TSA_SM2_URL = f"{house.CA_URL}/tsa/p256", f"{house.CA_URL}/tsa/sm2"
    _trust(Path(house.TRUST_ROOTS), house.CA_URL)
    return [process]


def _folder() -> Path:
    from django.conf import settings as house

    return Path(house.DATA_DIR) / "trust-authority"


def _port(root: Path) -> int:
    """Return the port of before, which stands in the certificates issued, if it is free."""
    from huiban.cli import neighbours

    kept = root / _PORT_FILE
    if kept.is_file():
        port = int(kept.read_text("ascii"))
        if _is_free(port):
            return port
    port = neighbours.free_port()
    kept.write_text(str(port), "ascii")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _trust(folder: Path, address: str) -> None:
    """Keep the authority's roots where test roots are looked for."""
    place = folder / "test"
    place.mkdir(parents=True, exist_ok=True)
    with urlopen(f"{address}/roots.pem", timeout=10) as answer:
        (place / "roots.pem").write_bytes(answer.read())
