# SPDX-License-Identifier: Apache-2.0
"""A SoftHSM token of its own for tests: a real PKCS#11 module on files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PIN = "4321"
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and the folder it lies in: without the folder it is unplugged."""

    address: str
    module: str
    folder: Path
    environment: dict[str, str]


@contextmanager
def soft_token(folder: Path, label: str = "huiban-test") -> Iterator[Token]:
    """Initialise a token in `folder` for this process and those it starts."""
    module = next((one for one in _MODULES if Path(one).exists()), "")
    if not module or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    around = {"SOFTHSM2_CONF": str(settings)}
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ |= around
    try:
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label,
             "--so-pin", "87654321", "--pin", PIN],
            check=True, capture_output=True,
        )  # fmt: skip
        yield Token(f"pkcs11:{module}?token={label}", module, tokens, around)
    finally:
        del os.environ["SOFTHSM2_CONF"]
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before
