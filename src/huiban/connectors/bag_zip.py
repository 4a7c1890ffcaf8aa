# SPDX-License-Identifier: Apache-2.0
"""A bag in one ZIP file, written and read as a stream: never a whole file of it in memory."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from huiban.kernel.bag import Digested, is_inside

_FIXED = (2020, 1, 1, 0, 0, 0)  # a member's date would make two packages of one case differ
_FILE = 0o100644 << 16
_CHUNK = 256 * 1024
_MOST_MEMBERS = 20_000
_ENCRYPTED = 0x1
# What is packed already gains nothing by being packed again, and costs time at each check.
_PACKED = ("image/jpeg", "image/png", "image/webp", "application/pdf", "application/zip",
           "application/ofd", "application/vnd.openxmlformats")  # fmt: skip


class ZipDamaged(Exception):
    """The file is no ZIP, or no longer a whole one; `member` is where reading ended, if known."""

    def __init__(self, message: str, member: str = "") -> None:
        super().__init__(message)
        self.member = member


class Digester:
    """Counts bytes and takes every digest of them in one pass."""

    def __init__(self) -> None:
        self.size = 0
        self._each = [hashlib.sha256(), hashlib.sha512(), hashlib.new("sm3")]

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        for one in self._each:
            one.update(chunk)

    def end(self) -> Digested:
        return Digested(self.size, *(one.hexdigest() for one in self._each))


@dataclass(slots=True)
class Writer:
    """Writes the members of one bag below one folder, and remembers their digests by path."""

    file: IO[bytes]
    folder: str
    digests: dict[str, Digested] = field(default_factory=dict)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.file, "w")

    def add(self, path: str, media: str, chunks: Iterable[bytes]) -> Digested:
        """
        Write one member as its bytes come.

        :raises ValueError: if there is one of that path already, or it leads out of the bag.
        """
        if path in self.digests or not is_inside(path):
            raise ValueError(f"{path!r} is in the bag already, or leads out of it")
        about = zipfile.ZipInfo(f"{self.folder}/{path}", _FIXED)
        about.create_system, about.external_attr = 3, _FILE
        is_packed = media.startswith(_PACKED)
        about.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        digester = Digester()
        with self._zip.open(about, "w") as member:
            for chunk in chunks:
                digester.take(chunk)
                member.write(chunk)
        self.digests[path] = digester.end()
        return self.digests[path]

    def close(self) -> None:
        """Write the directory of the ZIP; nothing can be added after."""
        self._zip.close()


class Reader:
    """Reads the members of a bag in a ZIP file."""

    def __init__(self, file: IO[bytes]) -> None:
        """
        Read the directory of a ZIP file.

        :raises ZipDamaged: if it has none, or a member is not below its one folder.
        """
        try:
            self._zip = zipfile.ZipFile(file)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as fault:
            raise ZipDamaged(str(fault)) from None
        if len(members) > _MOST_MEMBERS:
            raise ZipDamaged(f"{len(members)} members are more than a package of one case has")
        self.folder = members[0].filename.partition("/")[0] if members else ""
        self._members: dict[str, zipfile.ZipInfo] = {}
        for one in members:
            folder, _, path = one.filename.partition("/")
            if not folder or folder != self.folder or not is_inside(path) or path in self._members:
                raise ZipDamaged(f"{one.filename!r} is not a file of the bag {self.folder!r}")
            self._members[path] = one

    @property
    def paths(self) -> list[str]:
        return sorted(self._members)

    def size(self, path: str) -> int:
        return self._members[path].file_size

    def is_encrypted(self, path: str) -> bool:
        return bool(self._members[path].flag_bits & _ENCRYPTED)

    def chunks(self, path: str) -> Iterator[bytes]:
        """
        Give the bytes of a member as they come.

        :raises ZipDamaged: naming the member, if it cannot be read to its end.
        """
        try:
            about = self._members[path]
            left = about.file_size
            with self._zip.open(about) as member:
                while chunk := member.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise ZipDamaged(f"{path} is longer than the directory says", path)
                    yield chunk
        except KeyError:
            raise ZipDamaged(f"{path} is not in the package", path) from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError,
                NotImplementedError, ValueError) as fault:  # fmt: skip
            raise ZipDamaged(f"{path}: {fault}", path) from None

    def content(self, path: str) -> bytes:
        """
        Give a member whole.

        :raises ZipDamaged: if it is not there or cannot be read to its end.
        """
        return b"".join(self.chunks(path))

    def digested(self, path: str) -> Digested:
        """
        Take the digests of a member.

        :raises ZipDamaged: if it cannot be read to its end.
        """
        digester = Digester()
        for chunk in self.chunks(path):
            digester.take(chunk)
        return digester.end()

    def close(self) -> None:
        self._zip.close()
