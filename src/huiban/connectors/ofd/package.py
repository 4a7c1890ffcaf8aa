# SPDX-License-Identifier: Apache-2.0
"""The outside of an OFD: a ZIP of named files, written in one form and read with suspicion."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from huiban.kernel.words import Words

MEDIA = "application/ofd"
MOST_BYTES = 32 * 1024 * 1024
_MOST_UNPACKED = 96 * 1024 * 1024
_MOST_FILES = 2000
_MOST_RATIO = 400
_DATED = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the same files give the same bytes
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_NAME = re.compile(r"[^\x00-\x1f\\:*?\"<>|]{1,200}")
_UNICODE_PATH = 0x7075
_HAS_DESCRIPTOR, _IS_ENCRYPTED = 0x08, 0x2041
_DESCRIPTORS = (12, 16, 20, 24)


class BadPackage(ValueError):
    """The file is no package that every program reads the same; `message` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.message = Words(zh, en)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files as one ZIP; the same files in the same order give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """
    Read all files, each under its path without a leading slash.

    Whatever two programs might read in two ways is refused: names that repeat, also but for case,
    bytes between the entries, paths that lead out, links, encryption, sizes beyond all reason.

    :raises BadPackage: naming what is wrong.
    """
    if len(content) > MOST_BYTES:
        raise BadPackage(
            f"文件超过 {MOST_BYTES // 1024 // 1024} MB",
            f"the file is larger than {MOST_BYTES // 1024 // 1024} MB",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check(entries, content, archive.start_dir)
            if archive.comment:
                raise BadPackage("压缩包带有注释", "the package carries a comment")
            return {
                entry.filename: _read(archive, entry) for entry in entries if not entry.is_dir()
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError) as fault:
        if isinstance(fault, BadPackage):
            raise
        raise BadPackage(f"压缩包损坏：{fault}", f"the package is damaged: {fault}") from None
    except (NotImplementedError, RuntimeError, EOFError, struct.error) as fault:
        raise BadPackage(
            f"压缩包不能读取：{fault}", f"the package cannot be read: {fault}"
        ) from None
    except zlib.error as fault:
        raise BadPackage(f"压缩包损坏：{fault}", f"the package is damaged: {fault}") from None


def _check(entries: list[zipfile.ZipInfo], content: bytes, directory: int) -> None:
    if len(entries) > _MOST_FILES:
        raise BadPackage(f"文件多于 {_MOST_FILES} 个", f"more than {_MOST_FILES} files")
    if sum(one.file_size for one in entries) > _MOST_UNPACKED:
        raise BadPackage(
            f"解压后超过 {_MOST_UNPACKED // 1024 // 1024} MB",
            f"unpacked it exceeds {_MOST_UNPACKED // 1024 // 1024} MB",
        )
    seen: set[str] = set()
    for one in entries:
        _check_entry(one)
        if one.filename.casefold() in seen:
            raise BadPackage(
                f"文件 {one.filename} 出现了两次", f"the file {one.filename} is there twice"
            )
        seen.add(one.filename.casefold())
    _check_gaps(entries, content, directory)


def _check_entry(one: zipfile.ZipInfo) -> None:
    name = one.filename
    # Python cuts a name at NUL; what it was before tells.
    path = PurePosixPath(name)
    is_plain = one.orig_filename == name and _NAME.fullmatch(name) is not None
    if not is_plain or path.is_absolute() or ".." in path.parts or "//" in name:
        raise BadPackage(
            f"文件名 {name!r} 不是包内的路径", f"{name!r} is no path inside the package"
        )
    if one.flag_bits & _IS_ENCRYPTED or one.compress_type not in (0, 8):
        raise BadPackage(
            f"文件 {name} 加密了，或用了不支持的压缩方式",
            f"{name} is encrypted or packed in an unknown way",
        )
    if one.is_dir() and one.file_size:
        raise BadPackage(f"文件夹 {name} 里藏有内容", f"the folder {name} hides content")
    if (one.external_attr >> 16) & 0o170000 == 0o120000:
        raise BadPackage(f"文件 {name} 是链接", f"{name} is a link")
    if one.file_size > _MOST_RATIO * max(one.compress_size, 1024):
        raise BadPackage(
            f"文件 {name} 解压后大得不合常理", f"{name} unpacks to more than is sensible"
        )
    if _has_field(one.extra, _UNICODE_PATH):
        raise BadPackage(f"文件 {name} 另有一个名字", f"{name} has a second name")


def _has_field(extra: bytes, wanted: int) -> bool:
    while len(extra) >= 4:
        number, size = struct.unpack_from("<HH", extra)
        if number == wanted:
            return True
        extra = extra[4 + size :]
    return False


def _check_gaps(entries: list[zipfile.ZipInfo], content: bytes, directory: int) -> None:
    """Hold that entries follow each other from the first byte to the directory, with no rest."""
    at = 0
    for one in sorted(entries, key=lambda entry: entry.header_offset):
        if one.header_offset != at:
            raise BadPackage(
                f"文件 {one.filename} 之前有不属于任何文件的内容",
                f"before {one.filename} lie bytes of no file",
            )
        at = _end_of(one, content, directory)
    if at != directory:
        raise BadPackage(
            "目录之前有不属于任何文件的内容", "before the directory lie bytes of no file"
        )
    end = content.rfind(b"PK\x05\x06")
    size, start = _END.unpack_from(content, end)[5:7] if end >= 0 else (0, -1)
    if end + _END.size != len(content) or start != directory or start + size != end:
        raise BadPackage("目录之后有多余的内容", "bytes follow the directory")


def _end_of(one: zipfile.ZipInfo, content: bytes, directory: int) -> int:
    found = _LOCAL.unpack_from(content, one.header_offset)
    flags, name_size, extra_size = (int(found[at]) for at in (2, 9, 10))
    after = one.header_offset + _LOCAL.size + name_size + extra_size + one.compress_size
    start = after - one.compress_size - extra_size
    if _has_field(content[start : start + extra_size], _UNICODE_PATH):
        raise BadPackage(f"文件 {one.filename} 另有一个名字", f"{one.filename} has a second name")
    if not flags & _HAS_DESCRIPTOR:
        return after
    for size in _DESCRIPTORS:
        ahead = content[after + size : after + size + 4]
        if ahead == b"PK\x03\x04" or after + size == directory:
            return after + size
    raise BadPackage(
        f"文件 {one.filename} 之后有不属于任何文件的内容",
        f"after {one.filename} lie bytes of no file",
    )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        found = file.read(entry.file_size + 1)
    if len(found) != entry.file_size:
        raise BadPackage(
            f"文件 {entry.filename} 的大小与目录所写不同",
            f"{entry.filename} is not of the size the directory says",
        )
    return found
