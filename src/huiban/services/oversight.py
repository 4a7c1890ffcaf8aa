# SPDX-License-Identifier: Apache-2.0
"""Telling the regulator of a decision at once (推送监管), with what oversight needs and no more."""

from django.conf import settings

from huiban.connectors.oversight import FolderOversight, HttpOversight, Oversight
from huiban.services import certify
from huiban.services.handle import Opened
from huiban.store.rows import JournalRow


def push(opened: Opened, row: JournalRow) -> None:
    """
    Push one decision to oversight (青岛市优化营商环境条例第二十七条).

    :raises OversightUnreachable: if it was not taken; the job is run again later.
    """
    case = opened.case
    certificate = certify.of_case(case)
    message: dict[str, object] = {
        "case_number": case.number,
        "item_code": case.item_code,
        "life": case.life,
        "outcome": row.act,
        "decided_at": row.at.isoformat(),
        "subject_code": case.subject_code,
        "subject_name": case.subject_name,
        "division": case.division,
        "title": case.title,
        "certificate_number": certificate.number if certificate else "",
        "valid_until": (
            certificate.valid_until.isoformat() if certificate and certificate.valid_until else ""
        ),
        "by_commitment": False,
    }
    _door().push(f"{case.number}-{row.seq}", message)


def _door() -> Oversight:
    if settings.OVERSIGHT_URL:
        return HttpOversight(settings.OVERSIGHT_URL)
    return FolderOversight(settings.DATA_DIR / "exchange" / "oversight")
