# SPDX-License-Identifier: Apache-2.0
"""Whether an archived package still is what was put away (固化信息核对): every byte of it."""

from collections.abc import Iterator

from huiban.connectors.objects import ObjectMissing
from huiban.kernel import bag
from huiban.kernel.archive import Aspect, Finding
from huiban.kernel.bag import Difference
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services import archive_reading
from huiban.services.archive_reading import Package, PackageUnsound
from huiban.store.models import ArchivePackage

_SHOWN = 10
_MANIFESTS = (
    *((algorithm, kind) for kind in ("manifest", "tagmanifest") for algorithm in bag.ALGORITHMS),
    (bag.SM3, "manifest"),
)
_HOW = {
    Difference.CHANGED: Words("内容变了", "changed"),
    Difference.MISSING: Words("缺少", "missing"),
    Difference.EXTRA: Words("多出", "not listed"),
}


def faults(row: ArchivePackage) -> list[Check]:
    """Take the digests of a package and all in it again; return what is wrong, empty if nothing."""
    try:
        with archive_reading.fetched(row.object_key) as (file, sha256):
            found = [*as_kept(row, sha256)]
            try:
                found += _inside(archive_reading.read(file), row.case.number)
            except PackageUnsound as fault:
                found.append(unreadable(fault).check)
    except ObjectMissing:
        return [missing().check]
    return [one for one in found if one.verdict is Verdict.FAILED]


def as_kept(row: ArchivePackage, sha256: str) -> Iterator[Check]:
    """Compare the whole package with its record."""
    title = Words("整包摘要", "Digest of the package")
    if sha256 == row.sha256:
        detail = Words("整个包的 SHA-256 和归档时一致", "The package's SHA-256 is the one archived")
        yield Check("package_digest", title, Verdict.PASSED, detail)
        return
    detail = Words(
        "包的内容和归档时不一致：请从备份或移交的副本恢复，并检查磁盘",
        "The package is not what was archived: restore it from a backup and check the disk",
    )
    yield Check("package_digest", title, Verdict.FAILED, detail)


def findings(package: Package, case_number: str) -> Iterator[Finding]:
    """Compare all members with the manifests, and the bag with the case it should be of."""
    yield Finding(Aspect.AUTHENTIC, _identity(package, case_number))
    wrong = [one for algorithm, kind in _MANIFESTS for one in _manifest(package, algorithm, kind)]
    yield from wrong or [Finding(Aspect.AUTHENTIC, _same())]
    yield Finding(Aspect.COMPLETE, _oxum(package))


def missing() -> Finding:
    """Say that nothing is kept under the key of the package."""
    return Finding(
        Aspect.COMPLETE,
        Check(
            "object",
            Words("归档包", "The package"),
            Verdict.FAILED,
            Words(
                "存储里没有这个包：请从备份或移交的副本恢复",
                "The store does not hold it: restore it from a backup",
            ),
        ),
    )


def unreadable(fault: PackageUnsound) -> Finding:
    """Say that the package is no bag that can be opened."""
    return Finding(
        Aspect.USABLE,
        Check(
            "package",
            Words("归档包", "The package"),
            Verdict.FAILED,
            Words(f"打不开：{fault}", f"Cannot be opened: {fault}"),
        ),
    )


def _inside(package: Package, case_number: str) -> list[Check]:
    return [one.check for one in findings(package, case_number)]


def _identity(package: Package, case_number: str) -> Check:
    title = Words("是哪一件", "Which case it is")
    try:
        told = package.info().get("External-Identifier", "")
    except PackageUnsound as fault:
        return Check("identity", title, Verdict.FAILED, Words(str(fault), str(fault)))
    if told == case_number:
        detail = Words(f"包里写明是 {told}", f"The bag is that of {told}")
        return Check("identity", title, Verdict.PASSED, detail)
    detail = Words(
        f"这是 {told or '不知哪一件'} 的包，不是 {case_number} 的",
        f"This is the package of {told or 'no known case'}, not of {case_number}",
    )
    return Check("identity", title, Verdict.FAILED, detail)


def _same() -> Check:
    detail = Words(
        "按 SHA-256、SHA-512 和 SM3 清单逐个核对，内容一致，不多不少",
        "By the manifests of SHA-256, SHA-512 and SM3 each is as listed, none missing, none more",
    )
    return Check(
        "manifests", Words("每个文件的摘要", "Digest of each file"), Verdict.PASSED, detail
    )


def _manifest(package: Package, algorithm: str, kind: str) -> Iterator[Finding]:
    """Tell what differs from one manifest; nothing where nothing does."""
    name = f"{kind}-{algorithm}.txt"
    title = Words(f"按 {name} 核对", f"Against {name}")
    code = f"{kind}_{algorithm}"
    try:
        differing = package.differing(algorithm, kind)
    except PackageUnsound as fault:
        detail = Words(f"清单不能用：{fault}", f"The manifest cannot be used: {fault}")
        yield Finding(Aspect.COMPLETE, Check(code, title, Verdict.FAILED, detail))
        return
    for changed in (True, False):
        some = [one for one in differing if (one.how is Difference.CHANGED) == changed]
        if some:
            aspect = Aspect.AUTHENTIC if changed else Aspect.COMPLETE
            shown, rest = some[:_SHOWN], len(some) - _SHOWN
            zh = "；".join(f"{_HOW[one.how].zh}：{one.path}" for one in shown)
            en = "; ".join(f"{_HOW[one.how].en}: {one.path}" for one in shown)
            more = (f"；另有 {rest} 个", f"; {rest} more") if rest > 0 else ("", "")
            detail = Words(zh + more[0], en + more[1])
            yield Finding(aspect, Check(code, title, Verdict.FAILED, detail))


def _oxum(package: Package) -> Check:
    title = Words("文件数和字节数", "Number of files and bytes")
    found = bag.oxum(one.size for one in package.payload.values())
    try:
        told = package.info().get("Payload-Oxum", "")
    except PackageUnsound:
        told = ""
    verdict = Verdict.PASSED if told == found else Verdict.FAILED
    detail = Words(
        f"包里写的是 {told or '（没有）'}，实际是 {found}（字节数.文件数）",
        f"The bag says {told or 'nothing'}, found {found} (bytes.files)",
    )
    return Check("oxum", title, verdict, detail)
