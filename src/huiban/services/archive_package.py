# SPDX-License-Identifier: Apache-2.0
"""Builds an archived case's package (归档信息包): a BagIt bag in one ZIP, as a stream to a file."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from tempfile import SpooledTemporaryFile

from huiban.connectors.bag_zip import Writer
from huiban.kernel import archive as described
from huiban.kernel import bag, process
from huiban.kernel.archive import About
from huiban.services import archive_content as parts
from huiban.services import archive_seal, city
from huiban.services.archive_content import JSON, TEXT, XML
from huiban.services.archive_reading import Passing
from huiban.services.facts import local_day
from huiban.services.handle import Opened

_IN_MEMORY = 8 * 1024 * 1024
SIGNED = "manifest-sm3.txt"
SIGNATURE = f"{SIGNED}.p7s"
JOURNAL_STAMP = "data/evidence/journal.tsr"
READ_ME = "说明文件.txt"


@dataclass(frozen=True, slots=True)
class Built:
    """A package as built, waiting in a temporary file; its SM3 is known once it was read."""

    passing: Passing
    size: int
    files: int
    is_stamped: bool


def number_of(case_number: str) -> str:
    """Give the number of a case's package: always the same, so that a rebuilt journal is too."""
    return hashlib.sha256(f"archive:{case_number}".encode()).hexdigest()[:32]


@contextmanager
def built(opened: Opened, now: datetime) -> Iterator[Built]:
    """
    Build the package of a case, without the signature the same at every build.

    :raises ObjectMissing: if a file of the case is not in the store.
    :raises ObjectCorrupted: if one is not what was kept.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        writer = Writer(file, bag.clean_name(opened.case.number))
        try:
            is_stamped = _write(writer, opened, now)
        finally:
            writer.close()
        size = file.seek(0, 2)
        yield Built(Passing(file), size, len(writer.digests), is_stamped)


def package(opened: Opened, now: datetime) -> bytes:
    """Build the package of a case in memory."""
    with built(opened, now) as made:
        return b"".join(made.passing.chunks())


def about(opened: Opened, now: datetime) -> About:
    """Say what the description of a case's package starts from."""
    case, scenario = opened.case, opened.scenario
    department = city.common().departments.get(case.department)
    ended = process.OUTCOMES.get(case.outcome)
    return About(
        case_number=case.number,
        title=case.title,
        item=scenario.items[case.item_code].name.zh,
        item_code=case.item_code,
        applicant=case.subject_name,
        applicant_code=case.subject_code,
        department=department.name.zh if department else case.department,
        department_code=case.department,
        outcome=ended.zh if ended else case.outcome,
        filed_on=local_day(case.submitted_at),
        closed_on=local_day(case.closed_at or now),
        archived_on=local_day(now),
        retention=described.retention_of(scenario.retention_years),
    )


def _write(writer: Writer, opened: Opened, now: datetime) -> bool:
    said, own = about(opened, now), parts.belongings(opened)
    _text(writer, "bagit.txt", bag.DECLARATION)
    _text(writer, READ_ME, _read_me(said))
    files = []
    for member in parts.content(opened, own):
        digested = writer.add(member.path, member.media, member.chunks)
        if member.entry is not None:
            files.append(replace(member.entry, sha256=digested.sha256, sm3=digested.sm3))
    for member in parts.records(opened, own):
        writer.add(member.path, member.media, member.chunks)
    is_stamped = _stamp(writer, opened)
    elements = described.elements(said, files)
    _text(writer, "data/metadata/metadata.xml", described.metadata_xml(elements, files), XML)
    _text(writer, "data/metadata/metadata.json", described.metadata_json(elements, files), JSON)
    _close_bag(writer, said, now)
    return is_stamped


def _close_bag(writer: Writer, said: About, now: datetime) -> None:
    payload = {path: one for path, one in writer.digests.items() if path.startswith(bag.PAYLOAD)}
    info = (
        ("Source-Organization", said.department),
        ("External-Identifier", said.case_number),
        ("Internal-Sender-Identifier", number_of(said.case_number)),
        ("External-Description", said.title),
        ("Bagging-Date", said.archived_on.isoformat()),
        ("Archived-At", now.isoformat()),
        ("Payload-Oxum", bag.oxum(one.size for one in payload.values())),
        ("Bag-Software-Agent", "huiban"),
    )
    _text(writer, "bag-info.txt", bag.tags(info))
    for algorithm in bag.ALGORITHMS:
        listed = {path: one.of(algorithm) for path, one in payload.items()}
        _text(writer, f"manifest-{algorithm}.txt", bag.manifest(listed))
    signed = bag.manifest({path: one.sm3 for path, one in payload.items()})
    _text(writer, SIGNED, signed)
    signature = archive_seal.sign(signed.encode(), now)
    if signature:
        writer.add(SIGNATURE, "application/pkcs7-signature", (signature,))
    beside = {path: one for path, one in writer.digests.items() if not path.startswith(bag.PAYLOAD)}
    for algorithm in bag.ALGORITHMS:
        listed = {path: one.of(algorithm) for path, one in beside.items()}
        _text(writer, f"tagmanifest-{algorithm}.txt", bag.manifest(listed))


def _stamp(writer: Writer, opened: Opened) -> bool:
    """Prove when the journal ended as it does: a time stamp over its last digest."""
    token = archive_seal.stamp(bytes.fromhex(opened.case.chain_sha256))
    if token:
        writer.add(JOURNAL_STAMP, "application/timestamp-reply", (token,))
    return bool(token)


def _text(writer: Writer, path: str, text: str, media: str = TEXT) -> None:
    writer.add(path, media, (text.encode(),))


def _read_me(said: About) -> str:
    return f"""电子档案归档信息包说明

办件编号：{said.case_number}
题名：{said.title}
形成单位：{said.department}
归档日期：{said.archived_on.isoformat()}

一、这个包是什么
本包按 BagIt 1.0（RFC 8493）组织，一件办件一个包。不需要任何专用软件：解压后，文书是 PDF，
材料是原样的文件，其余都是文本（UTF-8）。

二、目录
data/content/documents/   出具的文书，和发给申请人的完全一样，电子签名、印章都在文件里
data/content/materials/   申请人交的材料，原样保存
data/content/other/       随办件交来的其他文件
data/form/                申请表填写的内容（answers.json）、各项的含义（schema.zh.json）；
                          earlier/ 是补正以前的版本
data/certificates/        本件颁发的证照（数据）
data/evidence/            办理日志 journal.jsonl、证照台账、签署过程、时间戳
data/metadata/            描述信息 metadata.xml（metadata.json 内容相同）、
                          恢复用的数据 rows.json、办理时适用的规则 pack.json

三、怎样核对
1. 文件没有变：在解压后的文件夹里运行
       sha256sum -c manifest-sha256.txt
       sha512sum -c manifest-sha512.txt
   或者用任何 BagIt 校验工具。manifest-sm3.txt 是同一清单的 SM3 摘要。
2. 清单没有被换掉：manifest-sm3.txt.p7s（如果有）是档案签名证书对 manifest-sm3.txt 的
   SM2 数字签名（CMS 分离签名）。没有这个文件，说明归档时没有配置签名证书。
3. 办理日志没有被改：journal.jsonl 每行一条，entry 按 RFC 8785 写成规范 JSON；
   每条的 sha256 = SHA-256(上一条的 sha256 ‖ entry)，第一条的“上一条”是 32 个零字节；
   sm3 同理。data/evidence/journal.tsr（如果有）是对最后一条 sha256 的 RFC 3161 时间戳。
4. 填写的内容没有被改：办理日志里每次提交都记有 filed =
   SHA-256(answers.json ‖ 换行 ‖ materials.json)。

四、说明
描述信息的元素名称参照 DA/T 46、DA/T 48 拟定，未与标准原文逐条核对；档号为系统暂编。
"""
