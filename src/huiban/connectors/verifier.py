# SPDX-License-Identifier: Apache-2.0
"""Strangers' signed files verified in a process of their own, with a deadline (核验文件)."""

import sys
from datetime import datetime

from huiban.connectors import verify_jobs
from huiban.connectors.cell import Cells, FileTooHeavy
from huiban.connectors.pades import Trust
from huiban.connectors.upload_kind import OFD, PDF
from huiban.kernel.verification import Report

SECONDS = 10.0
_TAIL = 4096
KINDS = {PDF: "pdf", OFD: "ofd"}
_cells = Cells((sys.executable, "-I", "-m", "huiban.connectors.verify_jobs"), 2)


class Unverifiable(Exception):
    """No report could be made of a file; `code` is too_heavy or damaged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verify(content: bytes, media: str, trust: Trust, at: datetime) -> Report:
    """
    Say what is to be held of the signatures in a file, of media type PDF or OFD.

    :raises Unverifiable: if that takes too long, or the file breaks the reader.
    """
    if media == PDF and b"startxref" not in content[-_TAIL:]:
        raise Unverifiable("damaged")  # no PDF ends without it; looking for it takes readers long
    try:
        told, _ = _cells.ask(KINDS[media], content, verify_jobs.asked(trust, at), SECONDS)
    except FileTooHeavy:
        raise Unverifiable("too_heavy") from None
    if "refused" in told:
        raise Unverifiable(str(told["refused"]))
    return verify_jobs.read(told)
