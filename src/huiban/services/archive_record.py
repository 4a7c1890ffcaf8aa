# SPDX-License-Identifier: Apache-2.0
"""Whether the record in a package holds by itself: journal, replay, answers, lists, signature."""

from collections.abc import Iterator
from datetime import datetime

from huiban.connectors.bag_zip import ZipDamaged
from huiban.kernel.archive import Aspect, Finding
from huiban.kernel.evidence import Digests, check_chain
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services import archive_reading, archive_seal, evidence, materials_filed
from huiban.services.archive_package import JOURNAL_STAMP, SIGNATURE, SIGNED
from huiban.services.archive_reading import Contents, Package, PackageUnsound
from huiban.services.facts import Filing, read_materials
from huiban.services.handle import Opened
from huiban.services.journal import body_of, entry_of

_PASSED, _FAILED, _UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
_MOST_SIGNATURE = 1_000_000


def findings(package: Package, now: datetime) -> Iterator[Finding]:
    """Check what the record of the case says against itself and against the files."""
    yield Finding(Aspect.AUTHENTIC, _signature(package, now))
    try:
        told = archive_reading.contents(package)
    except PackageUnsound as fault:
        yield _unreadable("record", Words("办件记录", "The record of the case"), fault)
        return
    yield Finding(Aspect.AUTHENTIC, _identity(package, told))
    yield Finding(Aspect.AUTHENTIC, _chain(told))
    yield Finding(Aspect.AUTHENTIC, _stamp(package, told))
    yield Finding(Aspect.AUTHENTIC, _filed(told))
    yield Finding(Aspect.AUTHENTIC, _ledgers(told))
    yield Finding(Aspect.COMPLETE, _issued(told))
    yield Finding(Aspect.COMPLETE, _listed(package, told))
    try:
        opened = told.opened()
    except PackageUnsound as fault:
        yield _unreadable("replay", Words("重演", "Replay"), fault)
        return
    yield Finding(Aspect.AUTHENTIC, _replay(told, opened))
    yield Finding(Aspect.COMPLETE, _materials(told, opened))


def _unreadable(code: str, title: Words, fault: PackageUnsound) -> Finding:
    detail = Words(f"读不出来：{fault}", f"Cannot be read: {fault}")
    return Finding(Aspect.COMPLETE, Check(code, title, _FAILED, detail))


def _signature(package: Package, now: datetime) -> Check:
    title = Words("档案签名", "Signature of the archive")
    try:
        signed = package.text(SIGNED).encode()
        held = SIGNATURE in package.digests
        if held and package.digests[SIGNATURE].size > _MOST_SIGNATURE:
            raise PackageUnsound(f"{SIGNATURE} is no signature")
        signature = package.reader.content(SIGNATURE) if held else b""
    except (PackageUnsound, ZipDamaged) as fault:
        detail = Words(f"读不出来：{fault}", f"Cannot be read: {fault}")
        return Check("signature", title, _FAILED, detail)
    if not signature:
        detail = Words(
            "没有签名：归档时没有配置签名证书", "Not signed: no certificate was set up then"
        )
        return Check("signature", title, _UNKNOWN, detail)
    found = archive_seal.verify(signed, signature, now)
    return Check("signature", title, found.verdict, found.detail)


def _stamp(package: Package, told: Contents) -> Check:
    title = Words("办理日志的时间戳", "Time stamp of the journal")
    if JOURNAL_STAMP not in package.digests:
        detail = Words(
            "没有时间戳：归档时没有配置时间戳服务", "No time stamp: no server was set up then"
        )
        return Check("journal_stamp", title, _UNKNOWN, detail)
    digest = bytes.fromhex(told.journal[-1].sha256) if told.journal else b""
    try:
        token = package.reader.content(JOURNAL_STAMP)
    except ZipDamaged as fault:
        detail = Words(f"读不出来：{fault}", f"Cannot be read: {fault}")
        return Check("journal_stamp", title, _FAILED, detail)
    found = archive_seal.verify_stamp(digest, token)
    return Check("journal_stamp", title, found.verdict, found.detail)


def _identity(package: Package, told: Contents) -> Check:
    """Compare the case that the bag names with the case whose record is in it."""
    title = Words("包里的办件", "The case in the package")
    try:
        named = package.info().get("External-Identifier", "")
    except PackageUnsound:
        named = ""
    number = told.case.number
    if named == number:
        detail = Words(f"包里的办件是 {number}", f"The case in it is {number}")
        return Check("case", title, _PASSED, detail)
    detail = Words(
        f"包上写的是 {named or '（没有）'}，里面的办件是 {number}：说明被换过",
        f"The bag says {named or 'nothing'}, the case in it is {number}: one was swapped",
    )
    return Check("case", title, _FAILED, detail)


def _chain(told: Contents) -> Check:
    case = told.case
    entries = [entry_of(case.number, row) for row in told.journal]
    links = [Digests(row.sha256, row.sm3) for row in told.journal]
    head = Digests(case.chain_sha256, case.chain_sm3)
    breaks = check_chain(entries, links, head=head, serial="seq")
    title = Words("办理日志的证据链", "The journal's chain")
    if breaks:
        detail = Words(
            f"第 {breaks[0].row + 1} 条起对不上：日志被改过",
            f"Broken at entry {breaks[0].row + 1}: {breaks[0].message}",
        )
        return Check("journal", title, _FAILED, detail)
    detail = Words(
        f"{len(entries)} 条记录的 SHA-256 和 SM3 逐条相连",
        f"{len(entries)} entries follow one another by SHA-256 and SM3",
    )
    return Check("journal", title, _PASSED, detail)


def _replay(told: Contents, opened: Opened) -> Check:
    same = evidence.replay(opened, told.past) == opened.standing
    detail = (
        Words("按当时的规则重演办理过程，结果一致", "Played again by its rules, it ends the same")
        if same
        else Words(
            "按当时的规则重演办理过程，结果和记载的不一致",
            "Played again by its rules, it does not end as recorded",
        )
    )
    return Check("replay", Words("重演", "Replay"), _PASSED if same else _FAILED, detail)


def _filed(told: Contents) -> Check:
    """Compare the answers with the digests that the journal keeps of every filing."""
    kept = [Filing(one.payload, one.materials, "").digest for one in told.past]
    kept.append(Filing(told.case.payload, told.case.materials, "").digest)
    named = [body["filed"] for body in map(body_of, told.journal) if "filed" in body]
    same = kept == named
    detail = (
        Words(
            f"{len(kept)} 次提交的内容和办理日志记载的摘要一致",
            f"What was filed {len(kept)} times is what the journal names",
        )
        if same
        else Words(
            "申请内容和办理日志记载的摘要不一致", "The answers are not what the journal names"
        )
    )
    return Check("filed", Words("申请内容", "The answers"), _PASSED if same else _FAILED, detail)


def _ledgers(told: Contents) -> Check:
    title = Words("证照台账", "Ledgers of certificates")
    for number, lines in told.ledgers.items():
        try:
            entries = [line["entry"] for line in lines]
            links = [Digests(line["sha256"], line["sm3"]) for line in lines]
        except (KeyError, TypeError) as fault:
            detail = Words(f"{number} 的台账读不出来：{fault}", f"{number}: {fault}")
            return Check("ledgers", title, _FAILED, detail)
        if check_chain(entries, links, serial="seq"):
            detail = Words(f"{number} 的台账被改过", f"The ledger of {number} was changed")
            return Check("ledgers", title, _FAILED, detail)
    count = len(told.ledgers)
    detail = Words(f"{count} 张证照的台账相连", f"The ledgers of {count} certificates hold")
    return Check("ledgers", title, _PASSED, detail)


def _issued(told: Contents) -> Check:
    """Look for every document that the journal says was issued."""
    held = {(one["code"], one["journal_seq"]): one["sha256"] for one in told.documents}
    wanted = [body_of(row) for row in told.journal if row.act == "document_issued"]
    lost = [
        str(body.get("title") or body.get("code"))
        for body in wanted
        if held.get((body.get("code"), body.get("entry"))) != body.get("sha256")
    ]
    title = Words("出具的文书", "Documents issued")
    if lost:
        detail = Words(
            f"办理日志记有、包里没有或不是同一份：{'、'.join(lost)}",
            f"In the journal but not in the package, or another: {', '.join(lost)}",
        )
        return Check("documents", title, _FAILED, detail)
    detail = Words(
        f"办理日志记载的 {len(wanted)} 份都在", f"All {len(wanted)} that the journal names are here"
    )
    return Check("documents", title, _PASSED, detail)


def _listed(package: Package, told: Contents) -> Check:
    """Compare the records and the description with the content that is there."""
    title = Words("文件清单", "List of files")
    content = {p: one.sha256 for p, one in package.digests.items() if p.startswith("data/content/")}
    records = {one["path"]: one["sha256"] for one in (*told.documents, *told.files)}
    try:
        listed = package.data("data/metadata/metadata.json")["files"]
        described = {one["path"]: one["sha256"] for one in listed}
    except (PackageUnsound, KeyError, TypeError) as fault:
        detail = Words(f"描述信息读不出来：{fault}", f"The description cannot be read: {fault}")
        return Check("listed", title, _FAILED, detail)
    wrong = {
        path
        for path in {*content, *records, *described}
        if len({one.get(path) for one in (content, records, described)}) > 1
    }
    if wrong:
        detail = Words(
            f"清单和文件对不上：{'、'.join(sorted(wrong))}",
            f"The list is not what is there: {', '.join(sorted(wrong))}",
        )
        return Check("listed", title, _FAILED, detail)
    detail = Words(
        f"描述信息、恢复数据和 {len(content)} 个文件一一对应",
        f"Description, records and {len(content)} files agree",
    )
    return Check("listed", title, _PASSED, detail)


def _materials(told: Contents, opened: Opened) -> Check:
    """Look for the files of every material, and for materials that should be there."""
    title = Words("申请材料", "Materials")
    case = opened.case
    lines = materials_filed.of_case(opened.scenario, case)
    lacking = [one.material.name for one in lines if one.is_lacking or one.is_owed]
    texts = (case.materials, *(one.materials for one in told.past))
    numbers = {n for text in texts for files in read_materials(text).values() for n in files}
    lost = numbers - {one["number"] for one in told.files}
    filed = len(numbers)
    if lost:
        detail = Words(
            f"申请里列着、包里没有：{'、'.join(sorted(lost))}",
            f"Named by the application, not in the package: {', '.join(sorted(lost))}",
        )
        return Check("materials", title, _FAILED, detail)
    if lacking and case.outcome == "granted":
        detail = Words(
            f"准予了，却缺少：{'、'.join(one.zh for one in lacking)}",
            f"Granted without: {', '.join(one.speak('en') for one in lacking)}",
        )
        return Check("materials", title, _FAILED, detail)
    if lacking:
        names = "、".join(one.zh for one in lacking)
        detail = Words(
            f"{filed} 个文件；办结时没有交：{names}（没有准予，可以没有）",
            f"{filed} files; never handed in: {', '.join(one.speak('en') for one in lacking)}",
        )
        return Check("materials", title, _PASSED, detail)
    detail = Words(f"该交的都在，共 {filed} 个文件", f"All that was needed is here: {filed} files")
    return Check("materials", title, _PASSED, detail)
