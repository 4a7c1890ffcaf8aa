# SPDX-License-Identifier: Apache-2.0
"""Whether an OFD and its seals hold (验证 OFD 签章): every file, every seal, with reasons."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from huiban.connectors import es_seal
from huiban.connectors.es_seal import NotASeal, SignatureRead
from huiban.connectors.es_seal_check import Judged, Trust, judge
from huiban.connectors.ofd import xml
from huiban.connectors.ofd.package import MEDIA, BadPackage
from huiban.connectors.ofd.read import Ofd, read
from huiban.kernel.verification import Check, Report, SignatureFound, Verdict
from huiban.kernel.words import Words

_MOST_SIGNATURES = 100
_SEAL_TYPE = "Seal"
_TOLD = 5  # how many files a reason names


@dataclass(frozen=True, slots=True)
class _Signed:
    """One signature of an OFD as its files tell it."""

    path: str
    element: Element
    value: str
    seal: str
    is_seal: bool

    @property
    def own(self) -> set[str]:
        return {self.path, self.value, self.seal}


def verify(content: bytes, trust: Trust, now: datetime) -> Report:
    """Check an OFD: the package, and each seal in it with all it covers."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        found = read(content)
        _holds_together(found)
        signed = list(_signatures(found))
    except BadPackage as fault:
        return Report(MEDIA, sha256, checks=(_structure(fault),))
    checks = (_structure(None),)
    results = [_result(found, signed, place, trust, now) for place in range(len(signed))]
    return Report(MEDIA, sha256, tuple(results), checks)


def _holds_together(found: Ofd) -> None:
    """Read what a reader would read: a file that is missing or broken is found here."""
    found.texts()
    found.attachments()


def _signatures(found: Ofd) -> Iterator[_Signed]:
    path = found.signatures_path
    if not path:
        return
    listed = found.xml(path).findall("Signature")
    if len(listed) > _MOST_SIGNATURES:
        raise BadPackage(
            f"签名多于 {_MOST_SIGNATURES} 个", f"more than {_MOST_SIGNATURES} signatures"
        )
    for one in listed:
        at = xml.resolved(one.get("BaseLoc", ""), path)
        element = found.xml(at)
        seal = xml.text_of(element, "SignedInfo/Seal/BaseLoc")
        yield _Signed(
            path=at,
            element=element,
            value=xml.resolved(xml.text_of(element, "SignedValue"), at),
            seal=xml.resolved(seal, at) if seal else "",
            is_seal=one.get("Type", _SEAL_TYPE) == _SEAL_TYPE,
        )


def _result(
    found: Ofd, signed: list[_Signed], place: int, trust: Trust, now: datetime
) -> SignatureFound:
    one = signed[place]
    changes = _changes(found, signed, place)
    if not one.is_seal:
        detail = Words("只支持电子签章，不支持没有印章的签名", "Only seals are checked here")
        format_check = Check("signature", _TITLE, Verdict.UNKNOWN, detail)
        return SignatureFound(f"/{one.path}", "", checks=(format_check, changes))
    try:
        read_value = es_seal.read_signature(found.file(one.value))
    except (NotASeal, BadPackage) as fault:
        detail = Words(f"签章数据不能读取：{fault.message.zh}", f"Unreadable: {fault.message.en}")
        unread = Check("signature", _TITLE, Verdict.FAILED, detail)
        return SignatureFound(f"/{one.path}", "", kind="seal", checks=(unread, changes))
    judged = judge(read_value, trust, now)
    *of_seal, of_time = judged.checks
    checks = (*of_seal, _digest(found, one, read_value), changes, of_time)
    return _found(one, read_value, judged, checks)


def _found(
    one: _Signed, value: SignatureRead, judged: Judged, checks: tuple[Check, ...]
) -> SignatureFound:
    return SignatureFound(
        place=f"/{one.path}",
        signer=value.seal.facts.name,
        organization=judged.organization or judged.signer,
        kind="seal",
        profile=str(es_seal.profile_of(value.algorithm) or ""),
        signed_at=value.at,
        is_time_proved=judged.is_time_proved,
        is_test=judged.is_test,
        checks=checks,
    )


# ── What the seal covers ──


def _digest(found: Ofd, one: _Signed, value: SignatureRead) -> Check:
    """Hold the description of the sealing to what was signed, and the seal file to the seal."""
    profile = es_seal.profile_of(value.algorithm)
    told = es_seal.digest(es_seal.DIGESTS[profile], found.file(one.path)) if profile else b""
    if told != value.data_hash:
        fault = Words(
            f"{one.path} 的摘要与签章不符：它被改动过",
            f"{one.path} is not what was sealed: it was changed",
        )
    elif value.property_info.lstrip("/") != one.path:
        fault = Words(
            f"签章属于 {value.property_info}，却放在 {one.path}",
            f"The sealing belongs to {value.property_info}, not to {one.path}",
        )
    elif one.seal and found.files.get(one.seal) != value.seal.content:
        fault = Words(
            f"{one.seal} 不是签章里的印章", f"{one.seal} is not the seal that was signed with"
        )
    elif xml.text_of(one.element, "SignedInfo/SignatureMethod") != value.algorithm:
        fault = Words("写明的签名算法与实际不同", "Another algorithm is told than was used")
    else:
        detail = Words(f"{one.path} 与签章相符", f"{one.path} is what was sealed")
        return Check("digest", _DIGEST, Verdict.PASSED, detail)
    return Check("digest", _DIGEST, Verdict.FAILED, fault)


def _changes(found: Ofd, signed: list[_Signed], place: int) -> Check:
    """Hold every file to its digest, and every file to the list: nothing changed, nothing new."""
    one = signed[place]
    try:
        listed = dict(_references(one))
    except BadPackage as fault:
        detail = Words(f"文件清单不能读取：{fault.message.zh}", f"Unreadable: {fault.message.en}")
        return Check("changes", _CHANGES, Verdict.FAILED, detail)
    wrong = [path for path, told in listed.items() if not _is_same(found, one, path, told)]
    # What came with this seal and after it: the list of seals, itself, and further seals.
    later = set().union({found.signatures_path}, *(each.own for each in signed[place:]))
    extra = [path for path in found.files if path not in listed and path not in later]
    if wrong:
        names, rest = _names(wrong)
        detail = Words(f"{names}{rest} 被改动或缺失", f"Changed or missing: {names}")
    elif extra:
        names, rest = _names(extra)
        detail = Words(f"{names}{rest} 是盖章以后加进来的", f"Added after sealing: {names}")
    else:
        detail = Words(
            f"{len(listed)} 个文件都与盖章时相同",
            f"All {len(listed)} files are as they were sealed",
        )
    verdict = Verdict.FAILED if wrong or extra else Verdict.PASSED
    return Check("changes", _CHANGES, verdict, detail)


def _is_same(found: Ofd, one: _Signed, path: str, told: bytes) -> bool:
    content = found.files.get(path)
    return content is not None and es_seal.digest(_method(one), content) == told


def _names(paths: list[str]) -> tuple[str, str]:
    rest = f" 等 {len(paths)} 个文件" if len(paths) > _TOLD else ""
    return "、".join(sorted(paths)[:_TOLD]), rest


def _references(one: _Signed) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    if _method(one) not in es_seal.DIGESTS.values():
        raise BadPackage(
            f"摘要算法 {_method(one) or '没有写明'}，只支持 SM3 和 SHA-256",
            f"digests by {_method(one)!r}: only SM3 and SHA-256 are supported",
        )
    for each in one.element.findall("SignedInfo/References/Reference"):
        path = xml.resolved(each.get("FileRef", ""), one.path)
        if path in seen:
            raise BadPackage(f"{path} 列了两次", f"{path} is listed twice")
        seen.add(path)
        try:
            yield path, base64.b64decode(xml.text_of(each, "CheckValue"), validate=True)
        except binascii.Error:
            raise BadPackage(
                f"{path} 的摘要不是 base64", f"the digest of {path} is not base64"
            ) from None


def _method(one: _Signed) -> str:
    told = one.element.find("SignedInfo/References")
    return told.get("CheckMethod", "") if told is not None else ""


def _structure(fault: BadPackage | None) -> Check:
    if fault is None:
        detail = Words("文件结构完整", "The file is whole")
        return Check("structure", _STRUCTURE, Verdict.PASSED, detail)
    detail = Words(
        f"这不是完好的 OFD 文件：{fault.message.zh}", f"No sound OFD: {fault.message.en}"
    )
    return Check("structure", _STRUCTURE, Verdict.FAILED, detail)


_TITLE = Words("签章", "Sealing")
_DIGEST = Words("签章对应的文件", "What was sealed")
_CHANGES = Words("盖章后的改动", "Changes after sealing")
_STRUCTURE = Words("文件结构", "Structure of the file")
