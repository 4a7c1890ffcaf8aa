# SPDX-License-Identifier: Apache-2.0
"""The sample city's message gateway as a process of its own, for tests that send and read codes."""

import atexit
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import requests
from django.conf import settings

from huiban.cli import neighbours

KEY = "a key for tests"


@dataclass(frozen=True, slots=True)
class Served:
    """A running gateway."""

    address: str

    def messages(self, to: str = "") -> list[dict[str, str]]:
        """What it took, newest first."""
        answer = requests.get(f"{self.address}/messages", headers={"X-Api-Key": KEY}, timeout=20)
        answer.raise_for_status()
        return [one for one in answer.json() if not to or one["to"] == to]

    def code(self, to: str) -> str:
        """The digits of the newest message to a telephone or mailbox."""
        found = re.search(r"验证码 (\d{6})", self.messages(to)[0]["text"])
        assert found is not None
        return found[1]

    def order(self, **said: object) -> None:
        """Tell it how to behave: dead, stall_s, error_share, quota, reset."""
        answer = requests.post(
            f"{self.address}/control", json=said, headers={"X-Api-Key": KEY}, timeout=20
        )
        answer.raise_for_status()


@contextmanager
def gateway() -> Iterator[Served]:
    """Run a gateway of one's own; takes about a second."""
    port = neighbours.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "messages", "--control",
         "--port", str(port)],
        env=os.environ | {"HUIBAN_MESSAGE_GATEWAY_KEY": KEY},
    )  # fmt: skip
    try:
        assert neighbours.is_up(f"http://127.0.0.1:{port}/healthz", process)
        yield Served(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


@cache
def shared_gateway() -> Served:
    """Return the one gateway of this test process, started when the first test needs it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(gateway())


@contextmanager
def sending() -> Iterator[Served]:
    """Have this house send its messages over the shared gateway, which behaves as usual."""
    found = shared_gateway()
    found.order(reset=True)
    before = settings.MESSAGE_GATEWAY_URL, settings.MESSAGE_GATEWAY_KEY
    settings.MESSAGE_GATEWAY_URL, settings.MESSAGE_GATEWAY_KEY = found.address, KEY
    try:
        yield found
    finally:
        settings.MESSAGE_GATEWAY_URL, settings.MESSAGE_GATEWAY_KEY = before
