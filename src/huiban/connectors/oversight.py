# SPDX-License-Identifier: Apache-2.0
"""The regulator's door (审管互动): decisions pushed by HTTP, or laid in the exchange folder."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

_SECONDS = 10.0


class OversightUnreachable(RuntimeError):
    """The regulator did not take the push; it is tried again later."""


class Oversight(Protocol):
    """Takes one decision; taking the same `key` twice must not count twice."""

    def push(self, key: str, message: Mapping[str, object]) -> None: ...


class HttpOversight:
    """Posts the decision as JSON; the key goes along so that a repeat is recognised."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"HUIBAN_OVERSIGHT_URL: {address!r} is not an http(s) address")
        self.address = address

    def push(self, key: str, message: Mapping[str, object]) -> None:
        """:raises OversightUnreachable: if it does not answer with success."""
        request = urllib.request.Request(
            self.address,
            data=json.dumps(message, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                answer.read(1024)
        except (urllib.error.URLError, OSError) as fault:
            raise OversightUnreachable(f"oversight at {self.address}: {fault}") from fault


class FolderOversight:
    """Lays the decision as a file in a folder, for an exchange that carries files over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def push(self, key: str, message: Mapping[str, object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(message, ensure_ascii=False, indent=1, sort_keys=True)
        # Under a name of its own: a repeat of this push may be on its way in another process.
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.folder, prefix=f".{key}.", delete=False
        ) as arriving:
            arriving.write(text)
        Path(arriving.name).chmod(0o644)
        Path(arriving.name).replace(self.folder / f"{key}.json")  # nobody sees half a file
