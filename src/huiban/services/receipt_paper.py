# SPDX-License-Identifier: Apache-2.0
"""A receipt as a page to keep (存证回执), with the proof itself inside the file."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from huiban.connectors import pdf
from huiban.kernel.identifier import show_verification_code
from huiban.kernel.proof_check import head_of
from huiban.kernel.verification import Check
from huiban.packloader.build_scenario import templates_of
from huiban.services import city, head_check
from huiban.services.facts import local_day
from huiban.services.head_check import OFFICE
from huiban.services.receipts import Receipt

TEMPLATE = "common/documents/case_receipt.typ"
TITLE = "办件存证回执"
PROOF = "proof"
"""Under which name the proof lies in the data of the file."""


def address_of(receipt: Receipt) -> str:
    """Return where anybody checks a receipt."""
    return f"{settings.PUBLIC_URL}/evidence/receipt/{receipt.code}"


def render(receipt: Receipt) -> bytes:
    """Set a receipt as PDF; the same receipt and proof give the same bytes."""
    about = pdf.About(
        title=TITLE,
        dated=local_day(receipt.made_at),
        author=OFFICE,
        verify_url=address_of(receipt),
        verify_code=show_verification_code(receipt.code),
        is_sample=settings.DEMO,
    )
    templates = templates_of({}, city.common())
    return pdf.render(templates, TEMPLATE, data_of(receipt), about).content


def data_of(receipt: Receipt) -> dict[str, object]:
    """Return what the page is set from; the file carries it as `data.json`."""
    return {
        "document": {"title": TITLE, "number": "", "seal": "none", "is_sealed": False},
        "case": {"number": receipt.case},
        "receipt": {
            "code": show_verification_code(receipt.code),
            "title": receipt.title,
            "item": receipt.item,
            "applicant": receipt.applicant,
            "stage": receipt.stage,
            "made": _local(receipt.made_at),
            "entry": receipt.entry,
            "sha256": receipt.sha256,
            "sm3": receipt.sm3,
            "lines": [
                {"at": _local(one.at), "words": one.words, "note": one.note}
                for one in receipt.lines
            ],
        },
        "log": _log(receipt),
        PROOF: receipt.proved.document.to_json(),
    }


def _log(receipt: Receipt) -> dict[str, object]:
    how = [
        f"扫描页脚的二维码，或打开 {settings.PUBLIC_URL}/evidence 输入回执码：看记录变没变。",
        "打开同一页上传这个文件：和现在的日志逐项比对。",
        "不用联网：这个文件里附有完整的证明（data.json），用 huiban verify --file 核对。",
    ]
    found = receipt.proved.document.inclusion
    head = head_of(found.checkpoint.text) if found else None
    if found is None or head is None or isinstance(head, Check):
        words = (
            "下一个检查点（一般一两分钟）会把这份回执收进存证日志；到时重新下载，文件里就带有证明。"
        )
        return {"rows": [], "words": words, "how": how}
    seen = head_check.of_head(found.checkpoint)
    rows = [
        ("检查点", f"第 {head.number} 个，{_local(datetime.fromisoformat(head.at))}", False),
        ("位置", f"第 {found.place + 1} 片叶子，共 {head.size} 片", False),
        ("树根 SHA-256", head.sha256, True),
        ("树根 SM3", head.sm3, True),
        ("签名", "、".join(seen.signers) or "没有签名", False),
        ("时间戳", _stamped(seen), False),
    ]
    words = "它已经收进存证日志。日志只能增加，不能改动；改动任何一条，树根就会变，签名就对不上。"
    if seen.is_test:
        words += "签名和时间戳用的是测试证书，没有法律效力。"
    return {
        "rows": [
            {"label": label, "value": value, "is_digest": is_digest}
            for label, value, is_digest in rows
        ],
        "words": words,
        "how": how,
    }


def _stamped(seen: head_check.Seen) -> str:
    return f"{seen.stamped_by}，{_local(seen.stamped_at)}" if seen.stamped_at else "没有时间戳"


def _local(at: datetime) -> str:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M")
