# SPDX-License-Identifier: Apache-2.0
"""Both object stores keep the same promises: a real folder, and a real S3 server over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import boto3
import pytest
from moto.server import ThreadedMotoServer

from huiban.connectors.objects import (
    CHUNK_BYTES,
    FolderObjects,
    ObjectCorrupted,
    ObjectMissing,
    Objects,
    ObjectTooLarge,
    S3Objects,
    connect,
)

MANY = 10 * CHUNK_BYTES
LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def objects(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Objects:
    if request.param == "folder":
        return connect(f"folder:{tmp_path}")
    endpoint = request.getfixturevalue("s3_endpoint")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = f"b{abs(hash(request.node.name))}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
    return connect(f"s3://{bucket}/files?endpoint={quote(endpoint)}")


def damage(objects: Objects, key: str, content: bytes) -> None:
    if isinstance(objects, FolderObjects):
        (objects.root / key).write_bytes(content)
    elif isinstance(objects, S3Objects):
        objects.client.put_object(Bucket=objects.bucket, Key=objects.prefix + key, Body=content)


@pytest.mark.parametrize("content", [b"", b"x", "建筑垃圾".encode() * 200_000])
def test_what_is_kept_comes_back_unchanged(objects: Objects, content: bytes) -> None:
    chunks = [content[start : start + 70_000] for start in range(0, len(content), 70_000)]

    kept = objects.put(chunks, MANY)

    assert (kept.size, kept.sha256) == (len(content), sha256(content).hexdigest())
    assert b"".join(objects.get(kept.key)) == content


def test_equal_files_of_two_people_are_kept_and_removed_apart(objects: Objects) -> None:
    first = objects.put([b"same"], MANY)
    second = objects.put([b"sa", b"me"], MANY)

    objects.remove(first.key)

    assert first.sha256 == second.sha256
    assert b"".join(objects.get(second.key)) == b"same"
    assert list(objects.kept_before(LATER)) == [second.key]


def test_too_many_bytes_leave_nothing_behind(objects: Objects) -> None:
    with pytest.raises(ObjectTooLarge, match="1 MB"):
        objects.put([b"x" * 600_000] * 2, 1024 * 1024)

    assert list(objects.kept_before(LATER)) == []


def test_an_upload_that_breaks_off_leaves_nothing_behind(objects: Objects) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 10
        raise ConnectionError

    with pytest.raises(ConnectionError):
        objects.put(broken(), MANY)

    assert list(objects.kept_before(LATER)) == []


def test_changed_bytes_never_pass_for_the_whole(objects: Objects) -> None:
    kept = objects.put([b"a" * (CHUNK_BYTES * 2)], MANY)
    damage(objects, kept.key, b"a" * (CHUNK_BYTES * 2 - 1) + b"b")
    given = []

    with pytest.raises(ObjectCorrupted, match=kept.key):
        given.extend(objects.get(kept.key))

    assert sum(map(len, given)) < kept.size


def test_what_is_left_of_changed_bytes_can_be_looked_at(objects: Objects) -> None:
    kept = objects.put([b"a" * (CHUNK_BYTES * 2)], MANY)
    changed = b"a" * CHUNK_BYTES + b"b"
    damage(objects, kept.key, changed)

    assert b"".join(objects.found(kept.key)) == changed
    objects.remove(kept.key)
    with pytest.raises(ObjectMissing):
        objects.found(kept.key)


@pytest.mark.parametrize(
    "key", ["00/" + "0" * 62 + "." + "0" * 16, "../secret_key", "ab/../../x", ""]
)
def test_an_unknown_key_is_missing(objects: Objects, key: str) -> None:
    with pytest.raises(ObjectMissing):
        objects.get(key)


def test_a_removed_object_is_gone_and_removing_it_again_is_no_fault(objects: Objects) -> None:
    kept = objects.put([b"x"], MANY)

    objects.remove(kept.key)
    objects.remove(kept.key)

    with pytest.raises(ObjectMissing):
        objects.get(kept.key)


def test_only_old_objects_are_listed_for_sweeping(objects: Objects) -> None:
    objects.put([b"new"], MANY)

    assert list(objects.kept_before(LATER - timedelta(days=1))) == []


@pytest.mark.parametrize("address", ["", "folder:", "ftp://host/x", "s3:///x"])
def test_an_address_of_no_known_kind_says_what_is_accepted(address: str) -> None:
    with pytest.raises(ValueError, match=r"use folder:/path or s3://bucket"):
        connect(address)
