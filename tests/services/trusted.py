# SPDX-License-Identifier: Apache-2.0
"""A house that signs: a test certification authority in its own process, keys in a folder."""

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import requests
from django.conf import settings

from huiban.cli import neighbours
from huiban.connectors import revocation

KEY = "a key for tests"
SECRET = "what the keys of the tests are sealed with, and nothing else in the world"


@dataclass(frozen=True, slots=True)
class Trusted:
    """A running test authority whose roots this house trusts, as test roots."""

    address: str
    folder: Path
    """Where its roots lie, under `trust/test`, and, while trusted, the keys, under `keys`."""

    @property
    def roots_pem(self) -> bytes:
        return requests.get(f"{self.address}/roots.pem", timeout=20).content

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
    """Run an authority of one's own; takes about a second."""
    port = neighbours.free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "trust", "--control",
         "--folder", str(folder / "trust-authority"), "--port", str(port)],
        env=os.environ | {"HUIBAN_CA_KEY": KEY},
    )  # fmt: skip
    try:
        assert neighbours.is_up(f"{address}/healthz", process)
        yield Trusted(address, folder)
    finally:
        process.terminate()
        process.wait()


@cache
def shared_authority() -> Trusted:
    """Return the one authority of this test process, started when the first test needs it."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hbtest_trust_"))
    return stack.enter_context(authority(Path(folder)))


@contextmanager
def trusted(
    folder: Path, at: datetime | None = None, found: Trusted | None = None
) -> Iterator[Trusted]:
    """
    Let this process, and those it starts, enrol and sign for a while, with keys in `folder`.

    `at` is the time on the authority's clock: that of the test, where the test has its own.
    `found` is another authority than the shared one.
    """
    found = Trusted((found or shared_authority()).address, folder)
    place = folder / "trust" / "test"
    place.mkdir(parents=True, exist_ok=True)
    (place / "roots.pem").write_bytes(found.roots_pem)
    found.order(reset=True)
    found.set_clock(at)
    revocation.forget()
    with _settings(
        CA_URL=found.address,
        CA_KEY=KEY,
        TSA_URL=f"{found.address}/tsa/p256",
        TSA_SM2_URL=f"{found.address}/tsa/sm2",
        TRUST_ROOTS=folder / "trust",
        KEYS_URL=f"folder:{folder}/keys",
        KEYS_SECRET=SECRET,
        KEYS_PIN="",
    ):
        yield found


@contextmanager
def _settings(**told: object) -> Iterator[None]:
    """Set settings here and in the environment of processes started meanwhile."""
    house = {name: getattr(settings, name) for name in told}
    around = {f"HUIBAN_{name}": os.environ.get(f"HUIBAN_{name}") for name in told}
    _set(told)
    os.environ |= {f"HUIBAN_{name}": str(value) for name, value in told.items()}
    try:
        yield
    finally:
        _set(house)
        for name, value in around.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _set(told: dict[str, object]) -> None:
    for name, value in told.items():
        setattr(settings, name, value)
