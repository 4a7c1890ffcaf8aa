# SPDX-License-Identifier: Apache-2.0
"""Pushing a register to the product (推送): batches signed with the department's Ed25519 key."""

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
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
_Row = tuple[object, ...]


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
    """
    Yield a push register as signed batches of about `size`; one record's key is in one batch only.

    A register without records is an empty batch of `as_of`.
    """
    items = [one.key for one in resource.items]
    columns = ", ".join(f'"{name}"' for name in [*items, UPDATED])
    whole = resource.keys[-1]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            f'SELECT {columns} FROM {resource.key} ORDER BY "{whole}", rowid'
        )
        for number, rows in enumerate(_cut(found, items.index(whole), size), 1):
            days = [str(row[-1]) for row in rows]
            day = min(days, default=as_of)
            name = f"{resource.key}-{day}-{number:05d}"
            yield _signed(resource.key, name, day, _records(resource, rows), key)


def _cut(found: Iterable[_Row], key: int, size: int) -> Iterator[list[_Row]]:
    """Cut rows where the key changes: what is sent for a key takes the place of all of before."""
    rows: list[_Row] = []
    for row in found:
        if len(rows) >= size and row[key] != rows[-1][key]:
            yield rows
            rows = []
        rows.append(row)
    yield rows


def _records(resource: Resource, rows: Sequence[_Row]) -> list[dict[str, object]]:
    return [
        {
            item.key: bool(value) if item.type is ItemType.BOOLEAN and value is not None else value
            for item, value in zip(resource.items, row, strict=False)
        }
        for row in rows
    ]


def _signed(
    register: str,
    name: str,
    as_of: str,
    records: Sequence[dict[str, object]],
    key: Ed25519PrivateKey,
) -> Batch:
    said = {"resource": register, "batch": name, "as_of": as_of, "records": records}
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
