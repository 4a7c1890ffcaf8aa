# SPDX-License-Identifier: Apache-2.0
"""What is said of the signatures on the documents of a package."""

from huiban.kernel.verification import Verdict
from huiban.services import archive_files


def test_documents_whose_signatures_cannot_be_judged_are_named() -> None:
    seen = archive_files._Seen(
        signed=[("001-申请表.pdf", Verdict.UNKNOWN), ("002-决定书.pdf", Verdict.PASSED)]
    )

    found = archive_files._signatures(seen)

    assert found.verdict is Verdict.UNKNOWN
    assert found.detail.zh == "2 份有签名，这里不能判断的：001-申请表.pdf"
    assert found.detail.en == "2 are signed; cannot be judged here: 001-申请表.pdf"
