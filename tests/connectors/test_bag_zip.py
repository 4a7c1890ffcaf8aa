# SPDX-License-Identifier: Apache-2.0
"""Bags in ZIP files: written as a stream, the same each time; strangers' ones lead nowhere."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from huiban.connectors.bag_zip import Reader, Writer, ZipDamaged


def bag_of(**members: bytes) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, "QD-1")
    for path, content in members.items():
        writer.add(path, "text/plain", (content[:3], content[3:]))
    writer.close()
    return file.getvalue()


def zip_of(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return file.getvalue()


def test_what_is_written_is_read_with_its_digests() -> None:
    content = "受理通知书".encode() * 9

    reader = Reader(io.BytesIO(bag_of(**{"data/甲.txt": content, "bagit.txt": b"BagIt"})))

    assert (reader.folder, reader.paths) == ("QD-1", ["bagit.txt", "data/甲.txt"])
    assert reader.content("data/甲.txt") == content
    found = reader.digested("data/甲.txt")
    assert found.size == len(content) == reader.size("data/甲.txt")
    for name in ("sha256", "sha512", "sm3"):
        assert found.of(name) == hashlib.new(name, content).hexdigest()


def test_the_same_members_give_the_same_bytes() -> None:
    assert bag_of(a=b"one", b=b"two") == bag_of(a=b"one", b=b"two")


def test_text_is_packed_and_pictures_are_not() -> None:
    file, content = io.BytesIO(), b"a" * 9000
    writer = Writer(file, "QD-1")
    writer.add("text", "text/plain", [content])
    writer.add("picture", "image/jpeg", [content])
    writer.close()

    with zipfile.ZipFile(file) as made:
        sizes = {one.filename: one.compress_size for one in made.infolist()}
    assert sizes["QD-1/text"] < 100
    assert sizes["QD-1/picture"] == len(content)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "", "a//b"])
def test_no_member_is_written_outside(path: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        Writer(io.BytesIO(), "QD-1").add(path, "text/plain", [b"x"])


@pytest.mark.parametrize(
    "names",
    [("QD-1/../x",), ("/QD-1/x",), ("QD-1/x", "QD-2/y"), ("QD-1/a", "QD-1/b\\..\\c"), ("x",)],
)
def test_a_strangers_zip_that_is_no_bag_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ZipDamaged, match="not a file of the bag"):
        Reader(io.BytesIO(zip_of(*names)))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused() -> None:
    with pytest.raises(ZipDamaged, match="not a file of the bag"):
        Reader(io.BytesIO(zip_of("QD-1/a", "QD-1/a")))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", bytes(500)])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(ZipDamaged):
        Reader(io.BytesIO(content))


def test_too_many_members_are_refused() -> None:
    names = (f"QD-1/{number}" for number in range(20_001))

    with pytest.raises(ZipDamaged, match="more than a package"):
        Reader(io.BytesIO(zip_of(*names)))


def test_a_member_that_is_damaged_is_named() -> None:
    package = bag_of(**{"data/a.txt": b"hello hello hello hello"})
    at = package.index(b"a.txt") + 8
    reader = Reader(io.BytesIO(package[:at] + bytes([package[at] ^ 255]) + package[at + 1 :]))

    with pytest.raises(ZipDamaged, match=r"data/a\.txt") as found:
        reader.content("data/a.txt")
    assert found.value.member == "data/a.txt"


def test_a_locked_member_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "locked.zip"
    content = bytearray(bag_of(**{"a.txt": b"secret"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        content[at] |= 1
    file.write_bytes(content)
    assert (
        "encrypted"
        in subprocess.run(
            ["zipinfo", "-v", str(file)], capture_output=True, text=True, check=False
        ).stdout
    )

    reader = Reader(io.BytesIO(bytes(content)))

    assert reader.is_encrypted("a.txt")
    with pytest.raises(ZipDamaged, match=r"a\.txt"):
        reader.content("a.txt")


def test_a_bomb_is_stopped_at_the_size_it_was_said_to_have() -> None:
    package = bytearray(bag_of(**{"a.txt": b"a" * 1_000_000}))
    at = package.index(b"PK\x01\x02") + 24
    package[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises(ZipDamaged):
        Reader(io.BytesIO(bytes(package))).content("a.txt")
