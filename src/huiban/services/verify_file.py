# SPDX-License-Identifier: Apache-2.0
"""Whether a file is genuine (文件核验): its signatures and our record of it; nothing is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from huiban.connectors import upload_kind, verifier
from huiban.connectors.pades import Trust
from huiban.connectors.verifier import Unverifiable
from huiban.connectors.verify_jobs import written
from huiban.kernel.verification import Check, Report, Verdict
from huiban.kernel.verified_file import Headline, Ours, headline
from huiban.kernel.words import Words
from huiban.services import certify, seal_trust, trust
from huiban.services.facts import local_day
from huiban.services.refusal import FieldFault
from huiban.store import certificates, documents
from huiban.store.models import Certificate, Document

MOST_BYTES = 20 * 1024 * 1024
FIELD = "file"


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What a file comes to; `document` and `certificate` only where we issued these very bytes."""

    name: str
    size: int
    at: datetime
    headline: Headline
    report: Report
    document: Document | None = None
    certificate: Certificate | None = None
    worth: str = ""


def verify(content: bytes, name: str, now: datetime) -> FileVerdict:
    """
    Say whether a PDF or OFD is genuine, unchanged, and what it shows still in force.

    Nothing of the file is kept. What a stranger's file breaks is told as unknown, never as a fault.

    :raises FieldFault: if the file is empty, too large, or neither PDF nor OFD.
    """
    media = _media(content)
    try:
        report = verifier.verify(content, media, _trust(), now)
        if media == upload_kind.OFD:
            # Read to its end by a process that may be killed; now by us, who know whom to believe.
            report = seal_trust.verify_ofd(content, now)
    except Unverifiable as fault:
        digest = hashlib.sha256(content).hexdigest()
        report = Report(media, digest, checks=(_unreadable(fault.code),))
    document = documents.of_digest(report.sha256)
    held = certificates.of_document(document) if document else None
    worth = certify.state_of(held, local_day(now)) if held else ""
    ours = Ours(worth) if document else None
    said = headline(report, ours)
    return FileVerdict(name[:200], len(content), now, said, report, document, held, worth)


def as_json(found: FileVerdict) -> dict[str, object]:
    """Write a verdict as JSON, for keeping and for programs; it holds no personal number."""
    told = written(found.report)
    return {
        "file": found.name,
        "size": found.size,
        "verified_at": found.at.isoformat(),
        "headline": str(found.headline),
        "verdict": str(found.report.verdict),
        "is_test": found.report.is_test,
        "issued_here": found.document is not None,
        "document": found.document.title if found.document else "",
        "certificate": found.certificate.number if found.certificate else "",
        "certificate_state": found.worth,
        **told,
    }


def too_large(size: int) -> FieldFault:
    """Say that a file is larger than is taken here."""
    most, has = MOST_BYTES // 1024 // 1024, size / 1024 / 1024
    return FieldFault(
        FIELD,
        Words(
            f"文件有 {has:.1f} MB，这里最多核验 {most} MB，请上传原始的证照文件",
            f"The file has {has:.1f} MB; at most {most} MB are verified here",
        ),
    )


def _media(content: bytes) -> str:
    if not content:
        raise FieldFault(FIELD, Words("请选择要核验的文件", "Choose the file to verify"))
    if len(content) > MOST_BYTES:
        raise too_large(len(content))
    found = upload_kind.sniff(content)
    if found not in verifier.KINDS:
        raise FieldFault(
            FIELD,
            Words(
                "只能核验 PDF 和 OFD 文件；照片、扫描件和 Word 文件没有电子签名，"
                "请用核验码或扫二维码核验",
                "Only PDF and OFD can be verified; pictures and Word files carry no signature: "
                "use the code or the QR code instead",
            ),
        )
    return found


def _unreadable(code: str) -> Check:
    words = {
        "too_heavy": Words(
            "文件太复杂，在规定的时间里核验不完", "The file is too complex to be verified in time"
        ),
    }.get(code, Words("文件损坏或者不合格式，读不出来", "The file is damaged and cannot be read"))
    return Check("file", Words("文件", "File"), Verdict.UNKNOWN, words)


def _trust() -> Trust:
    known = trust.roots()
    return Trust(
        roots=tuple(one for one in known.roots if not known.is_test(one)),
        test_roots=tuple(one for one in known.roots if known.is_test(one)),
    )
