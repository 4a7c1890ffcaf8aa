# SPDX-License-Identifier: Apache-2.0
"""Keeps the bytes of files under their digest: in a local folder or in any S3 store."""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK_BYTES = 256 * 1024
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\.[0-9a-f]{16}")
_IN_MEMORY_BYTES = 1024 * 1024


class ObjectTooLarge(ValueError):
    """More bytes came than allowed; nothing was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"文件超过 {limit // 1024 // 1024} MB 的上限，请压缩或拆分后重新上传。")
        self.limit = limit


class ObjectMissing(LookupError):
    """The store holds nothing under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"object {key} is not in the store; restore it from the backup")
        self.key = key


class ObjectCorrupted(Exception):
    """The bytes found are not the bytes kept."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"object {key} does not match its digest; restore it from the backup and check the disk"
        )
        self.key = key


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: where, how much, and its SHA-256."""

    key: str
    size: int
    sha256: str


class Objects(Protocol):
    """
    A store of immutable bytes; the key tells their digest.

    Equal bytes kept twice get two keys: removing one person's file never touches another's.
    """

    def put(self, chunks: Iterable[bytes], limit: int) -> Kept:
        """
        Keep some bytes, read as they come.

        :raises ObjectTooLarge: if there are more than `limit`.
        """

    def get(self, key: str) -> Iterator[bytes]:
        """
        Give the bytes back in chunks; the last is given only when the digest of all is right.

        :raises ObjectMissing: at once, if there is no such object.
        :raises ObjectCorrupted: before the end, if the bytes changed.
        """

    def found(self, key: str) -> Iterator[bytes]:
        """
        Give the bytes as they are found, changed or not, to see what of them is still whole.

        :raises ObjectMissing: at once, if there is no such object.
        """

    def remove(self, key: str) -> None:
        """Forget an object; one that is not there is no fault."""

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """Give the keys of the objects last kept before a moment."""


def connect(address: str) -> Objects:
    """
    Return the store at an address.

    `folder:/path` or `s3://bucket/prefix?endpoint=https://host&region=name`; credentials for S3
    come from the environment, as the S3 tools read them.

    :raises ValueError: if the address is of no known kind.
    """
    kind, _, rest = address.partition(":")
    if kind == "folder" and rest:
        return FolderObjects(Path(rest))
    parts = urlsplit(address)
    if kind == "s3" and parts.hostname:
        return S3Objects.connect(parts.netloc, parts.path.strip("/"), parse_qs(parts.query))
    raise ValueError(
        f"HUIBAN_OBJECTS_URL: cannot read {address!r}; "
        "use folder:/path or s3://bucket/prefix?endpoint=https://host"
    )


@dataclass(frozen=True, slots=True)
class FolderObjects:
    """Objects as files of a local folder, two levels deep."""

    root: Path

    def put(self, chunks: Iterable[bytes], limit: int) -> Kept:
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                kept = _copy(chunks, file, limit)
                file.flush()
                os.fsync(file.fileno())
            place = self.root / kept.key
            place.parent.mkdir(exist_ok=True)
            os.replace(draft, place)
            _sync_folder(place.parent)
        finally:
            draft.unlink(missing_ok=True)
        return kept

    def get(self, key: str) -> Iterator[bytes]:
        return _verified(key, self.found(key))

    def found(self, key: str) -> Iterator[bytes]:
        place = self.root / _checked(key)
        if not place.is_file():
            raise ObjectMissing(key)
        return _read(place.open("rb"))

    def remove(self, key: str) -> None:
        (self.root / _checked(key)).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> Iterator[str]:
        for place in self.root.glob("??/*"):
            key = f"{place.parent.name}/{place.name}"
            if _KEY.fullmatch(key) and place.stat().st_mtime < moment.timestamp():
                yield key


@dataclass(frozen=True, slots=True)
class S3Objects:
    """Objects in a bucket of any S3 store."""

    client: "S3Client"
    bucket: str
    prefix: str

    @classmethod
    def connect(cls, bucket: str, prefix: str, options: dict[str, list[str]]) -> "S3Objects":
        """Return the objects of a bucket; `options` may name the endpoint and the region."""
        import boto3
        from botocore.config import Config

        client = boto3.client(
            "s3",
            endpoint_url=options.get("endpoint", [None])[0],
            region_name=options.get("region", ["us-east-1"])[0],
            config=Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}),
        )
        return cls(client, bucket, f"{prefix}/" if prefix else "")

    def put(self, chunks: Iterable[bytes], limit: int) -> Kept:
        # The key is known only at the end, so the bytes wait on this side first.
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
            kept = _copy(chunks, file, limit)
            file.seek(0)
            self.client.put_object(
                Bucket=self.bucket,
                Key=self.prefix + kept.key,
                Body=file,
                ContentLength=kept.size,
                ChecksumAlgorithm="SHA256",
            )
        return kept

    def get(self, key: str) -> Iterator[bytes]:
        return _verified(key, self.found(key))

    def found(self, key: str) -> Iterator[bytes]:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + _checked(key))
        except self.client.exceptions.NoSuchKey:
            raise ObjectMissing(key) from None
        return answer["Body"].iter_chunks(CHUNK_BYTES)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + _checked(key))

    def kept_before(self, moment: datetime) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
            for found in page.get("Contents", []):
                key = found["Key"].removeprefix(self.prefix)
                if _KEY.fullmatch(key) and found["LastModified"] < moment.astimezone(UTC):
                    yield key


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ObjectMissing(key)
    return key


def _told(key: str) -> str:
    return key[:65].replace("/", "")


def _copy(chunks: Iterable[bytes], file: "_Sink", limit: int) -> Kept:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise ObjectTooLarge(limit)
        digest.update(chunk)
        file.write(chunk)
    found = digest.hexdigest()
    return Kept(f"{found[:2]}/{found[2:]}.{secrets.token_hex(8)}", size, found)


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _verified(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    digest, waiting = hashlib.sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        if waiting:
            yield waiting
        waiting = chunk
    if digest.hexdigest() != _told(key):
        raise ObjectCorrupted(key)
    if waiting:
        yield waiting


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
