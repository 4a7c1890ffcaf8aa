# SPDX-License-Identifier: Apache-2.0
"""What a checked file comes to in one sentence (核验结论): the signatures and our record joined."""

from dataclasses import dataclass
from enum import StrEnum

from huiban.kernel.verification import Check, Report, Verdict


class Headline(StrEnum):
    """The one thing a reader takes away; stable, for programs."""

    GENUINE = "genuine"
    """We issued these very bytes, and what they show is in force."""
    NOT_IN_FORCE = "not_in_force"
    """We issued these very bytes, but the certificate counts no more, or not yet."""
    SIGNED = "signed"
    """The signatures hold; the file is not one this city issued."""
    CHANGED = "changed"
    """Somebody changed the file after it was signed."""
    INVALID = "invalid"
    """A signature does not hold for another reason."""
    UNKNOWN = "unknown"
    """Nothing can be said: no signature, an unknown authority, or a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What our record says of a file: `worth` is that of the certificate it shows, if any."""

    worth: str = ""


_CHANGES = frozenset({"digest", "changes"})
_FILE = frozenset({"file", "structure"})


def headline(report: Report, ours: Ours | None) -> Headline:
    """
    Say what a file comes to.

    What our record knows byte for byte needs no signature to be ours, but a signature that fails
    is never glossed over.
    """
    failed = {one.code for one in _checks(report) if one.verdict is Verdict.FAILED}
    if failed & _CHANGES:
        return Headline.CHANGED
    if failed - _FILE:
        return Headline.INVALID
    if ours is not None:
        return Headline.GENUINE if ours.worth in ("", "valid") else Headline.NOT_IN_FORCE
    if report.verdict is Verdict.PASSED:
        return Headline.SIGNED
    return Headline.UNKNOWN


def doubts(report: Report) -> tuple[Check, ...]:
    """Return the checks that explain a verdict worse than passed, failures first, each once."""
    found = {
        (one.code, one.detail.zh): one
        for verdict in (Verdict.FAILED, Verdict.UNKNOWN)
        for one in _checks(report)
        if one.verdict is verdict
    }
    return tuple(found.values())


def _checks(report: Report) -> tuple[Check, ...]:
    return report.checks + tuple(check for one in report.signatures for check in one.checks)
