# SPDX-License-Identifier: Apache-2.0
"""What a file comes to: its signatures and our record joined in one word."""

import pytest

from huiban.kernel.verification import Check, Report, SignatureFound, Verdict
from huiban.kernel.verified_file import Headline, Ours, doubts, headline
from huiban.kernel.words import Words

PASSED, UNKNOWN, FAILED = Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED


def check(code: str, verdict: Verdict, detail: str = "说明") -> Check:
    return Check(code, Words(code), verdict, Words(detail))


def signed(*checks: Check, whole: tuple[Check, ...] = ()) -> Report:
    return Report("application/pdf", "0" * 64, (SignatureFound("f", "王敏", checks=checks),), whole)


SOUND = signed(check("digest", PASSED), check("certificate", PASSED))
UNSIGNED = Report("application/pdf", "0" * 64, checks=(check("file", UNKNOWN),))
DAMAGED = Report("application/pdf", "0" * 64, checks=(check("file", FAILED),))
CHANGED = signed(check("digest", FAILED), check("signature", FAILED))
ADDED_TO = signed(check("digest", PASSED), whole=(check("changes", FAILED),))
FORGED = signed(check("digest", PASSED), check("certificate", FAILED))
STRANGE = signed(check("digest", PASSED), check("certificate", UNKNOWN))

STAMPED = Report(
    "application/pdf", "0" * 64,
    (SignatureFound("t", "时间戳", kind="timestamp", checks=(check("time", PASSED),)),),
    (check("changes", PASSED),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("report", "ours", "expected"),
    [
        (SOUND, Ours("valid"), Headline.GENUINE),
        (SOUND, Ours(), Headline.GENUINE),
        (SOUND, Ours("cancelled"), Headline.NOT_IN_FORCE),
        (SOUND, Ours("not_yet"), Headline.NOT_IN_FORCE),
        (SOUND, None, Headline.SIGNED),
        (UNSIGNED, Ours("valid"), Headline.GENUINE),
        (UNSIGNED, Ours("suspended"), Headline.NOT_IN_FORCE),
        (UNSIGNED, None, Headline.UNKNOWN),
        (STAMPED, None, Headline.UNKNOWN),  # anybody can have any file stamped
        (DAMAGED, None, Headline.UNKNOWN),
        (STRANGE, None, Headline.UNKNOWN),
        (STRANGE, Ours("valid"), Headline.GENUINE),
        (CHANGED, None, Headline.CHANGED),
        (ADDED_TO, None, Headline.CHANGED),
        (FORGED, None, Headline.INVALID),
        (FORGED, Ours("valid"), Headline.INVALID),
    ],
)
def test_signatures_and_record_come_to_one_word(
    report: Report, ours: Ours | None, expected: Headline
) -> None:
    assert headline(report, ours) is expected


def test_the_reasons_are_told_failures_first_and_each_once() -> None:
    report = Report(
        "application/pdf",
        "0" * 64,
        tuple(
            SignatureFound(
                str(place), "王敏", checks=(check("time", UNKNOWN), check("digest", FAILED))
            )
            for place in range(2)
        ),
        (check("changes", PASSED),),
    )

    assert [one.code for one in doubts(report)] == ["digest", "time"]
