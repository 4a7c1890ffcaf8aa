# SPDX-License-Identifier: Apache-2.0
"""huiban neighbours: the sample city's other departments, filled, running and pushing."""

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from huiban.cli import messages, trust
from huiban.cli.django_ready import now

DEMO_ENTERPRISES = 300
ADDRESS, KEY = "HUIBAN_NEIGHBOURS", "HUIBAN_NEIGHBOURS_KEY"
PLANNING_DATABASE, REGISTER_FILES = "HUIBAN_PLANNING_DATABASE", "HUIBAN_REGISTER_FILES"
PUSH_KEY = "HUIBAN_NEIGHBOURS_PUBLIC_KEY"


def add_parser(sub: Any) -> None:
    found = sub.add_parser("neighbours", help="run the sample city's other departments")
    errands = found.add_subparsers(dest="neighbour", required=True, metavar="errand")
    filled = errands.add_parser("fill", help="make the city and write its registers")
    filled.add_argument("--enterprises", type=int, default=DEMO_ENTERPRISES, help="firms to make")
    filled.add_argument("--seed", type=int, help="another seed is another city")
    filled.set_defaults(run=fill)
    served = errands.add_parser("serve", help="answer for the registers over HTTP")
    served.add_argument("--host", default="127.0.0.1", help="address to listen on")
    served.add_argument("--port", type=int, default=8090, help="port to listen on")
    served.add_argument("--calm", action="store_true", help="answer at once, without quotas")
    served.add_argument("--control", action="store_true", help="take orders at POST /control")
    served.set_defaults(run=serve)
    pushed = errands.add_parser("push", help="push the registers of mode push to the product")
    pushed.add_argument("--to", default="http://127.0.0.1:8000", help="address of the product")
    pushed.add_argument(
        "registers", nargs="*", help="which registers; all of them if none is named"
    )
    pushed.set_defaults(run=push)
    shown = errands.add_parser("settings", help="print what server and worker need to reach them")
    shown.add_argument("--port", type=int, default=8090, help="port they listen on")
    shown.set_defaults(run=settings)
    for one in (filled, served, pushed, shown):
        one.add_argument("--folder", type=Path, help="where the registers are (var/neighbours)")
    trust.add_parser(errands)
    messages.add_parser(errands)


def place(said: argparse.Namespace) -> Path:
    """Return the folder of the registers."""
    from django.conf import settings as house

    given: Path | None = said.folder
    return given or Path(house.DATA_DIR) / "neighbours"


def fill(said: argparse.Namespace) -> int:
    """Make the city and write its registers, in place of those of before."""
    from huiban.neighbours.fill import SEED

    count, seconds = make(place(said), said.enterprises, SEED if said.seed is None else said.seed)
    print(f"{count:,} records in {seconds:.1f} s: {place(said)}")
    return 0


def make(root: Path, enterprises: int, seed: int | None = None) -> tuple[int, float]:
    """Fill the registers for today; returns records and seconds."""
    from huiban.neighbours.fill import SEED, planned
    from huiban.neighbours.fill import fill as write

    began = time.monotonic()
    plan = planned(root, enterprises, SEED if seed is None else seed, _today())
    filled = write(root, plan, _catalogue())
    return filled.total, time.monotonic() - began


def serve(said: argparse.Namespace) -> int:
    """Answer for the registers until interrupted."""
    from huiban.neighbours.serve import Served, run

    key = os.environ.get(KEY)
    if not key:
        print(f"set {KEY} to the key that callers must send")
        return 2
    try:
        run(Served(place(said), _catalogue(), key, said.calm, said.control), said.host, said.port)
    except FileNotFoundError as fault:
        print(fault)
        return 1
    return 0


def push(said: argparse.Namespace) -> int:
    """Push signed batches of the registers that their departments deliver themselves."""
    from huiban.kernel.resource import Mode
    from huiban.neighbours.fill import about

    root, resources = place(said), _catalogue().resources
    kept = about(root).get("rows")
    known = [key for key in kept or () if resources[key].mode is Mode.PUSH]  # type: ignore[attr-defined]
    strange = sorted(set(said.registers) - set(known))
    if strange or not known:
        print(f"not pushed: {', '.join(strange)}; pushed are: {', '.join(known) or 'none yet'}")
        return 2
    try:
        for key in said.registers or known:
            taken = _push(root, resources[key], f"{said.to}/api/v1/registers/{key}/push")
            print(f"{key}: {taken} records taken")
    except HTTPError as refused:
        print(f"{key}: {refused.code} {refused.read().decode(errors='replace')}")
        return 1
    except URLError as fault:
        print(f"{said.to} does not answer: {fault.reason}")
        return 1
    return 0


def _push(root: Path, resource: Any, address: str) -> int:
    from huiban.neighbours.fill import REGISTERS, about
    from huiban.neighbours.push import PRIVATE_KEY, batches, read_key, send

    key, day = read_key(root / PRIVATE_KEY), str(about(root)["day"])
    found = batches(root / REGISTERS, resource, key, as_of=day)
    return sum(send(address, batch) for batch in found)


def settings(said: argparse.Namespace) -> int:
    """Print the environment of server and worker, as a shell reads it."""
    for name, value in environment(place(said), said.port).items():
        print(f"export {name}={value}")
    return 0


def environment(root: Path, port: int) -> dict[str, str]:
    """Return the variables that the sample city's connections name; a key there is is kept."""
    from huiban.neighbours.fill import FILES, PLANNING
    from huiban.neighbours.push import PRIVATE_KEY, public_key

    return {
        ADDRESS: f"http://127.0.0.1:{port}",
        KEY: os.environ.get(KEY) or caller_key(root),
        PLANNING_DATABASE: f"sqlite:///{(root / PLANNING).absolute()}",
        REGISTER_FILES: str((root / FILES).absolute()),
        PUSH_KEY: public_key(root / PRIVATE_KEY),
    }


def caller_key(root: Path) -> str:
    """Return the key callers of this city send; made once, so that every terminal has the same."""
    place = root / "caller.key"
    if not place.is_file():
        root.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_text(secrets.token_hex(16), "ascii")
    return place.read_text("ascii").strip()


def start(enterprises: int) -> "subprocess.Popen[bytes]":
    """
    Fill the registers if today's are not there, name them in the environment, and run them.

    :raises SystemExit: if they do not come up.
    """
    from django.conf import settings as house

    root = Path(house.DATA_DIR) / "neighbours"
    count, seconds = make_current(root, enterprises)
    port = free_port()
    os.environ.update(environment(root, port))
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "serve",
         "--port", str(port), "--control"],
        start_new_session=True,
    )  # fmt: skip
    if not is_up(f"http://127.0.0.1:{port}/healthz", process):
        process.terminate()
        raise SystemExit("the other departments did not come up; see the lines above")
    print(f"  other departments: {count:,} records, {seconds:.1f} s")
    return process


def make_current(root: Path, enterprises: int) -> tuple[int, float]:
    """Fill the registers unless they are today's already; returns records and seconds."""
    from huiban.neighbours.fill import SEED, about, is_current, planned

    if is_current(root, planned(root, enterprises, SEED, _today())):
        rows = about(root)["rows"]
        return sum(rows.values()) if isinstance(rows, dict) else 0, 0.0
    return make(root, enterprises)


def order(**said: object) -> None:
    """Tell the running neighbours how to behave; see `POST /control`."""
    request = Request(
        f"{os.environ[ADDRESS]}/control",
        data=json.dumps(said).encode(),
        headers={"X-Api-Key": os.environ[KEY]},
        method="POST",
    )
    with urlopen(request, timeout=10):
        pass


def push_when_up(address: str) -> None:
    """Start pushing as soon as the product answers; what it takes is printed."""
    command = [sys.executable, "-m", "huiban.cli.main", "neighbours", "push", "--to", address]

    def wait_and_push() -> None:
        if is_up(f"{address}/healthz"):
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            if told.returncode:
                print(f"  {told.stdout.strip() or told.stderr.strip()}", flush=True)

    threading.Thread(target=wait_and_push, daemon=True).start()


def is_up(address: str, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Wait up to half a minute for an address to answer anything at all."""
    for _ in range(150):
        if process is not None and process.poll() is not None:
            return False
        try:
            with urlopen(address, timeout=5):
                return True
        except HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
    return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _catalogue() -> Any:
    from django.conf import settings as house

    from huiban.packloader.load import read_resources

    return read_resources(Path(house.PACKS_DIR))[0]


def _today() -> Any:
    from django.utils import timezone

    return timezone.localdate(now(), timezone.get_default_timezone())
