# SPDX-License-Identifier: Apache-2.0
"""Pushing a register to the product (推送): batches signed with the department's Ed25519 key."""

import base64
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from huiban.kernel.resource import ItemType, Resource
from huiban.neighbours.register import UPDATED

PRIVATE_KEY = "push.key"
SIGNATURE = "X-Huiban-Signature"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivery: the bytes as they travel, and their signature in base64."""

    body: bytes
    signature: str


def make_key(place: Path) -> None:
    """Make a new signing key that only its owner reads."""
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    place.touch(mode=0o600)
    place.write_text(base64.b64encode(raw).decode() + "\n", "ascii")


def read_key(place: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(place.read_text("ascii")))


def public_key(place: Path) -> str:
    """Return the public half in base64, as a connection states it."""
    raw = read_key(place).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def batches(
    database: Path,
    resource: Resource,
    key: Ed25519PrivateKey,
    size: int = BATCH,
    as_of: str = "",
) -> Iterator[Batch]:
    """Yield a push register as signed batches; one without records is an empty batch of `as_of`."""
    items = [one.key for one in resource.items]
    booleans = {one.key for one in resource.items if one.type is ItemType.BOOLEAN}
    columns = ", ".join(f'"{name}"' for name in [*items, UPDATED])
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(f"SELECT {columns} FROM {resource.key} ORDER BY rowid")
        number = 0
        while True:
            rows = found.fetchmany(size)
            if not rows and number:
                return
            number += 1
            records = _records(items, booleans, rows)
            day = min((day for day, _ in records), default=as_of)
            name = f"{resource.key}-{day}-{number:05d}"
            yield _signed(name, day, [record for _, record in records], key)
            if not rows:
                return


def _records(
    items: Sequence[str], booleans: set[str], rows: Sequence[tuple[object, ...]]
) -> list[tuple[str, dict[str, object]]]:
    return [
        (str(row[-1]), {
            name: bool(value) if name in booleans and value is not None else value
            for name, value in zip(items, row, strict=False)
        })
        for row in rows
    ]  # fmt: skip


def _signed(
    name: str, as_of: str, records: Sequence[dict[str, object]], key: Ed25519PrivateKey
) -> Batch:
    said = {"batch": name, "as_of": as_of, "records": records}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return Batch(body, base64.b64encode(key.sign(body)).decode())


def send(address: str, batch: Batch, timeout: float = 30) -> int:
    """
    Post one batch to `…/api/v1/registers/{key}/push`; returns how many records were taken.

    :raises urllib.error.HTTPError: when the product refuses it.
    """
    request = Request(
        address,
        data=batch.body,
        headers={"Content-Type": "application/json", SIGNATURE: batch.signature},
        method="POST",
    )
    with urlopen(request, timeout=timeout) as answer:
        return int(json.load(answer)["taken"])
