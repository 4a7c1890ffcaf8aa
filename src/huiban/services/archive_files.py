# SPDX-License-Identifier: Apache-2.0
"""Whether every file of a package can be opened and used for long, and runs nothing by itself."""

from collections.abc import Iterator

from huiban.connectors import upload_kind as kinds
from huiban.connectors import uploads
from huiban.connectors.bag_zip import ZipDamaged
from huiban.connectors.uploads import UploadRefused
from huiban.kernel.archive import Aspect, Finding
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services.archive_reading import Package

_CONTENT = "data/content/"
_LASTING = frozenset({kinds.PDF, kinds.OFD, "image/jpeg", "image/png", "image/tiff"})
"""Formats the archives take for long keeping; others should be converted while one still can."""
_UNSAFE = frozenset({"active", "encrypted", "disguised", "program", "markup", "archive"})
_MOST_BYTES = 512 * 1024 * 1024
_LIMITS = uploads.Limits(tuple(kinds.EXTENSIONS), _MOST_BYTES, max_pages=100_000)
_SHOWN = 10


def findings(package: Package) -> Iterator[Finding]:
    """Open every document and file of the case, one after the other."""
    broken: list[str] = []
    unsafe: list[str] = []
    passing: list[str] = []
    paths = [path for path in package.digests if path.startswith(_CONTENT)]
    for path in paths:
        name = path.rpartition("/")[2]
        try:
            accepted = uploads.check(package.reader.content(path), name, _LIMITS)
        except (ZipDamaged, UploadRefused) as fault:
            is_unsafe = isinstance(fault, UploadRefused) and fault.code in _UNSAFE
            (unsafe if is_unsafe else broken).append(f"{name}（{_why(fault)}）")
            continue
        if accepted.media not in _LASTING:
            passing.append(name)
    count = len(paths)
    yield Finding(Aspect.USABLE, _opened(count, broken))
    yield Finding(Aspect.USABLE, _lasting(count, passing))
    yield Finding(Aspect.SAFE, _safe(count, unsafe))
    yield Finding(Aspect.SAFE, _open_for_all(package))


def _opened(count: int, broken: list[str]) -> Check:
    title = Words("打开每个文件", "Opening every file")
    if broken:
        detail = Words(f"打不开：{_some(broken)}", f"Cannot be opened: {_some(broken)}")
        return Check("opens", title, Verdict.FAILED, detail)
    detail = Words(f"{count} 个文件都能打开", f"All {count} files open")
    return Check("opens", title, Verdict.PASSED, detail)


def _lasting(count: int, passing: list[str]) -> Check:
    title = Words("适合长期保存的格式", "Formats that last")
    if passing:
        detail = Words(
            f"不是长期保存格式，趁还能打开先转换：{_some(passing)}",
            f"Not formats for long keeping, convert while they open: {_some(passing)}",
        )
        return Check("formats", title, Verdict.UNKNOWN, detail)
    detail = Words(
        f"{count} 个文件都是 PDF、OFD、JPEG、PNG 或 TIFF",
        f"All {count} files are PDF, OFD, JPEG, PNG or TIFF",
    )
    return Check("formats", title, Verdict.PASSED, detail)


def _safe(count: int, unsafe: list[str]) -> Check:
    title = Words("会自己运行的内容和密码", "Active parts and passwords")
    if unsafe:
        detail = Words(f"发现：{_some(unsafe)}", f"Found: {_some(unsafe)}")
        return Check("active", title, Verdict.FAILED, detail)
    detail = Words(
        f"{count} 个文件里没有脚本、宏、伪装和密码",
        f"No scripts, macros, disguises or passwords in {count} files",
    )
    return Check("active", title, Verdict.PASSED, detail)


def _open_for_all(package: Package) -> Check:
    title = Words("包本身没有加密", "The package is not encrypted")
    locked = [path for path in package.reader.paths if package.reader.is_encrypted(path)]
    if locked:
        detail = Words(f"加了密码：{_some(locked)}", f"Encrypted: {_some(locked)}")
        return Check("encryption", title, Verdict.FAILED, detail)
    detail = Words("不需要密码就能打开", "Opens without a password")
    return Check("encryption", title, Verdict.PASSED, detail)


def _why(fault: Exception) -> str:
    return fault.message.zh if isinstance(fault, UploadRefused) else str(fault)


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return "；".join(names[:_SHOWN]) + (f"；另有 {rest} 个" if rest > 0 else "")
