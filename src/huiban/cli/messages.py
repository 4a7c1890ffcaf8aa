# SPDX-License-Identifier: Apache-2.0
"""huiban neighbours messages: the sample city's message gateway (短信网关), running."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ADDRESS, KEY = "HUIBAN_MESSAGE_GATEWAY_URL", "HUIBAN_MESSAGE_GATEWAY_KEY"


def add_parser(errands: Any) -> None:
    served = errands.add_parser(
        "messages", help="run the message gateway, which shows messages and sends none"
    )
    served.add_argument("--host", default="127.0.0.1", help="address to listen on")
    served.add_argument("--port", type=int, default=8092, help="port to listen on")
    served.add_argument("--control", action="store_true", help="take orders at POST /control")
    served.set_defaults(run=serve)


def serve(said: argparse.Namespace) -> int:
    """Answer until interrupted."""
    from huiban.neighbours.messages import Served, run

    key = os.environ.get(KEY)
    if not key:
        print(f"set {KEY} to the key that those who send must have")
        return 2
    run(Served(key, said.control), said.host, said.port)
    return 0


def start() -> "list[subprocess.Popen[bytes]]":
    """
    Run the gateway and name it in the environment and settings.

    Nothing is run where the environment names another gateway already.

    :raises SystemExit: if it does not come up.
    """
    from django.conf import settings as house

    from huiban.cli import neighbours

    if house.MESSAGE_GATEWAY_URL:
        return []
    port = neighbours.free_port()
    key = neighbours.caller_key(Path(house.DATA_DIR) / "neighbours")
    os.environ |= {ADDRESS: f"http://127.0.0.1:{port}", KEY: key}
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "messages", "--port", str(port)],
        start_new_session=True,
    )
    if not neighbours.is_up(f"{os.environ[ADDRESS]}/healthz", process):
        process.terminate()
        raise SystemExit("the message gateway did not come up; see the lines above")
    house.MESSAGE_GATEWAY_URL, house.MESSAGE_GATEWAY_KEY = os.environ[ADDRESS], key
    return [process]
