# SPDX-License-Identifier: Apache-2.0
"""Whether every file of a package can be opened and used for long, and runs nothing by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from huiban.connectors import upload_kind as kinds
from huiban.connectors import uploads
from huiban.connectors.bag_zip import ZipDamaged
from huiban.connectors.uploads import UploadRefused
from huiban.kernel.archive import Aspect, Finding
from huiban.kernel.verification import Check, Verdict, worst
from huiban.kernel.words import Words
from huiban.services import verify_file
from huiban.services.archive_reading import Package
from huiban.services.refusal import FieldFault

_CONTENT = "data/content/"
_ISSUED = "data/content/documents/"
_LASTING = frozenset({kinds.PDF, kinds.OFD, "image/jpeg", "image/png", "image/tiff"})
"""Formats the archives take for long keeping; others should be converted while one still can."""
_UNSAFE = frozenset({"active", "encrypted", "disguised", "program", "markup", "archive"})
_MOST_BYTES = 512 * 1024 * 1024
_LIMITS = uploads.Limits(tuple(kinds.EXTENSIONS), _MOST_BYTES, max_pages=100_000)
_SHOWN = 10


@dataclass(slots=True)
class _Seen:
    """What was noticed while the files were opened one after the other."""

    broken: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)
    signed: list[tuple[str, Verdict]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)


def findings(package: Package, now: datetime) -> Iterator[Finding]:
    """Open every document and file of the case, and verify what documents are signed with."""
    seen = _Seen()
    paths = [path for path in package.digests if path.startswith(_CONTENT)]
    for path in paths:
        _look(package, path, seen, now)
    count = len(paths)
    yield Finding(Aspect.AUTHENTIC, _signatures(seen))
    yield Finding(Aspect.USABLE, _opened(count, seen.broken))
    yield Finding(Aspect.USABLE, _lasting(count, seen.passing))
    yield Finding(Aspect.SAFE, _safe(count, seen.unsafe))
    yield Finding(Aspect.SAFE, _open_for_all(package))


def _look(package: Package, path: str, seen: _Seen, now: datetime) -> None:
    name = path.rpartition("/")[2]
    try:
        content = package.reader.content(path)
        accepted = uploads.check(content, name, _LIMITS)
    except (ZipDamaged, UploadRefused) as fault:
        is_unsafe = isinstance(fault, UploadRefused) and fault.code in _UNSAFE
        (seen.unsafe if is_unsafe else seen.broken).append(f"{name}（{_why(fault)}）")
        return
    if accepted.media not in _LASTING:
        seen.passing.append(name)
    if path.startswith(_ISSUED):
        _verify(content, name, seen, now)


def _verify(content: bytes, name: str, seen: _Seen, now: datetime) -> None:
    try:
        report = verify_file.verify(content, name, now).report
    except FieldFault:  # neither PDF nor OFD, or larger than anything we issue
        seen.unsigned.append(name)
        return
    if report.signatures:
        seen.signed.append((name, worst(one.verdict for one in report.signatures)))
    else:
        seen.unsigned.append(name)


def _signatures(seen: _Seen) -> Check:
    title = Words("文书上的电子签名和印章", "Signatures and seals on documents")
    verdict = worst(verdict for _, verdict in seen.signed)
    failed = [name for name, found in seen.signed if found is Verdict.FAILED]
    if failed:
        detail = Words(f"验不过：{_some(failed)}", f"Do not hold: {_some(failed)}")
        return Check("signatures", title, Verdict.FAILED, detail)
    told = Words(f"{len(seen.signed)} 份有签名", f"{len(seen.signed)} are signed")
    if seen.unsigned:
        without = len(seen.unsigned)
        detail = Words(
            f"{told.zh}，{without} 份没有：出具时没有配置签名",
            f"{told.en}, {without} are not: signing was not set up then",
        )
        return Check("signatures", title, Verdict.UNKNOWN, detail)
    doubtful = _some([name for name, found in seen.signed if found is Verdict.UNKNOWN])
    said = {
        Verdict.PASSED: Words("，都验得过", ", all hold"),
        Verdict.UNKNOWN: Words(
            f"，这里不能判断的：{doubtful}", f"; cannot be judged here: {doubtful}"
        ),
    }[verdict]
    detail = Words(told.zh + said.zh, told.en + said.en)
    return Check("signatures", title, verdict, detail)


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
