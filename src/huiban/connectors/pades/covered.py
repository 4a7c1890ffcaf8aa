# SPDX-License-Identifier: Apache-2.0
"""Which bytes of a PDF a signature covers, and what was appended behind them (覆盖范围)."""

import re
from collections.abc import Sequence
from typing import Any

from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from huiban.connectors.pades.reader import Reader
from huiban.connectors.pades.said import check
from huiban.kernel.verification import Check

# One manner throughout: a digit changed from small to capital would mean the same.
_ROOM = re.compile(rb"<(?:[0-9a-f]*|[0-9A-F]*)>")
_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF(?:\r\n|\n|\r)?\Z")

# Evidence may follow the last signature, and nothing else: no field, no title, no stray object.
_EVIDENCE_ONLY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=None,
    ignore_orphaned_objects=False,
)


def covers_its_revision(found: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Tell whether a signature covers all there was when it was made, but itself."""
    ranges = [int(one) for one in found.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        return False
    room = pdf[ranges[1] : ranges[2]]
    if not _ROOM.fullmatch(room) or bytes.fromhex(room[1:-1].decode()) != found.pkcs7_content:
        return False
    coverage = found.evaluate_signature_coverage()
    found.coverage = coverage  # type: ignore[assignment]  # pyHanko sets it the same way later
    return bool(coverage >= SignatureCoverageLevel.ENTIRE_REVISION)


def end_of(found: EmbeddedPdfSignature) -> int:
    """Give the position behind the last byte a signature covers."""
    return int(found.byte_range[2]) + int(found.byte_range[3])


def changes_since(found: EmbeddedPdfSignature) -> Check:
    """Say what came after a signature; its coverage is known to be good."""
    coverage: Any = found.coverage
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return check("changes", "none")
    result = found.evaluate_modifications(DEFAULT_DIFF_POLICY)
    permitted = found.docmdp_level
    if not isinstance(result, DiffResult):
        return check("changes", "forbidden")
    most = permitted.value if permitted is not None else ModificationLevel.FORM_FILLING.value
    level = result.modification_level.value
    return check("changes", "allowed" if level <= most else "forbidden")


def changes_at_end(reader: Reader, found: Sequence[EmbeddedPdfSignature], pdf: bytes) -> Check:
    """Say what lies behind everything that is signed."""
    end = _END.search(pdf, max(0, len(pdf) - 64))
    last = max(found, key=end_of)
    if end is None:
        return check("changes", "unsigned")
    if end_of(last) == len(pdf):
        return check("changes", "none")
    revision = last.signed_revision
    if int(end[1]) < end_of(last) or reader.xrefs.total_revisions <= revision + 1:
        return check("changes", "unsigned")
    result = _EVIDENCE_ONLY.review_file(reader, revision)
    is_evidence = isinstance(result, DiffResult) and (
        result.modification_level <= ModificationLevel.LTA_UPDATES
    )
    return check("changes", "allowed" if is_evidence else "unsigned")
