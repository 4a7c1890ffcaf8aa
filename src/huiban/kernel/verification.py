# SPDX-License-Identifier: Apache-2.0
"""What was found when something signed was checked (验证报告), in words for anybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from huiban.kernel.words import Words


class Verdict(StrEnum):
    """Unknown is not failed: something needed could not be reached or is not known here."""

    PASSED = "passed"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what, how it came out, and why in one sentence."""

    code: str
    """Stable, for programs: `digest`, `signature`, `certificate`, `time`, `seal`, `changes` …"""
    title: Words
    verdict: Verdict
    detail: Words


@dataclass(frozen=True, slots=True)
class SignatureFound:
    """One signature or seal in a document and what is to be held of it."""

    place: str
    """The field's name in a PDF, the path in an OFD or package."""
    signer: str
    organization: str = ""
    kind: str = "signature"  # signature | seal | timestamp
    level: str = ""  # B-B, B-T, B-LT, B-LTA; empty elsewhere
    profile: str = ""
    signed_at: datetime | None = None
    is_time_proved: bool = False
    is_test: bool = False
    """Its certificate comes from a test authority and proves nothing in law."""
    checks: tuple[Check, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return worst(one.verdict for one in self.checks)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in one file."""

    media: str
    sha256: str
    signatures: tuple[SignatureFound, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    """What was looked at in the file as a whole."""

    @property
    def verdict(self) -> Verdict:
        """
        A file that nobody signed is not verified: unknown at best.

        A time stamp says when, not who: anybody may have any file stamped.
        """
        found = [one.verdict for one in self.checks] + [one.verdict for one in self.signatures]
        is_signed = any(one.kind != "timestamp" for one in self.signatures)
        return worst(found) if is_signed else worst([*found, Verdict.UNKNOWN])

    @property
    def is_test(self) -> bool:
        return any(one.is_test for one in self.signatures)


_ORDER = (Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; of none, unknown."""
    found = list(verdicts)
    return max(found, key=_ORDER.index) if found else Verdict.UNKNOWN
