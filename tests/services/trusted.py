# SPDX-License-Identifier: Apache-2.0
"""A house that signs: the test certification authority in a process of its own, keys in a folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests
from django.conf import settings

from huiban.cli import neighbours

KEY = "a key for tests"
SECRET = "what the keys of the tests are sealed with, and nothing else in the world"


@dataclass(frozen=True, slots=True)
class Trusted:
    """A running test authority whose roots this house trusts, as test roots."""

    address: str
    folder: Path

    def order(self, desk: str = "*", **said: object) -> None:
        """Tell a desk (enrol, revoke, crl, ocsp, tsa) how to behave: dead, stall_s, reset."""
        self._control(resource=desk, **said)

    def set_clock(self, moment: datetime | None) -> None:
        """Set the authority's clock, from where it goes on; None is the real time."""
        self._control(clock=moment.isoformat() if moment else None)

    def _control(self, **said: object) -> None:
        place = f"{self.address}/control"
        answer = requests.post(place, json=said, headers={"X-Api-Key": KEY}, timeout=20)
        answer.raise_for_status()


@contextmanager
def authority(folder: Path) -> Iterator[Trusted]:
    """Run a test authority; costs about a second, so share one for a module or session."""
    port = neighbours.free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "trust", "--control",
         "--folder", str(folder / "trust-authority"), "--port", str(port)],
        env=os.environ | {"HUIBAN_CA_KEY": KEY},
    )  # fmt: skip
    try:
        assert neighbours.is_up(f"{address}/healthz", process)
        place = folder / "trust" / "test"
        place.mkdir(parents=True, exist_ok=True)
        (place / "roots.pem").write_bytes(requests.get(f"{address}/roots.pem", timeout=20).content)
        yield Trusted(address, folder)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def trusting(found: Trusted, at: datetime | None = None) -> Iterator[Trusted]:
    """
    Make this process, and those it starts, enrol and sign with a running authority.

    `at` is the time on the authority's clock: that of the test, where the test has its own.
    """
    told: dict[str, object] = {
        "CA_URL": found.address,
        "CA_KEY": KEY,
        "TSA_URL": f"{found.address}/tsa/p256",
        "TSA_SM2_URL": f"{found.address}/tsa/sm2",
        "TRUST_ROOTS": found.folder / "trust",
        "KEYS_URL": f"folder:{found.folder}/keys",
        "KEYS_SECRET": SECRET,
        "KEYS_PIN": "",
    }
    house = {name: getattr(settings, name) for name in told}
    around = {f"HUIBAN_{name}": os.environ.get(f"HUIBAN_{name}") for name in told}
    found.order(reset=True)
    found.set_clock(at)
    _set(told)
    os.environ |= {f"HUIBAN_{name}": str(value) for name, value in told.items()}
    try:
        yield found
    finally:
        _set(house)
        for name, value in around.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _set(told: dict[str, object]) -> None:
    for name, value in told.items():
        setattr(settings, name, value)


@contextmanager
def trusted(folder: Path, at: datetime | None = None) -> Iterator[Trusted]:
    """Run a test authority in `folder` and let this house sign with it for a while."""
    with authority(folder) as found, trusting(found, at):
        yield found
