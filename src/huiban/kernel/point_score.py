# SPDX-License-Identifier: Apache-2.0
"""How right a review point was (要点准确率): counted from what officers said of what it found."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from huiban.kernel.rule import Verdict

FEWEST = 10
"""Of fewer cases a share says more about chance than about the point: only the counts are told."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many cases."""

    part: int
    of: int

    @property
    def fraction(self) -> Fraction | None:
        """Return the share; None where there are too few cases to speak of one."""
        return Fraction(self.part, self.of) if self.of >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Score:
    """
    What a point found and what officers took it to be, in so many cases.

    Only cases count in which an officer said something; what nobody looked at says nothing.

    >>> score = Score.of([("fail", "fail")] * 9 + [("fail", "pass")])
    >>> score.precision.fraction, score.overruled.part
    (Fraction(9, 10), 1)
    """

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(found, said) → how many; said is pass or fail."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Score":
        """Count pairs of found and said."""
        return cls(Counter(pairs))

    def __add__(self, other: "Score") -> "Score":
        return Score(Counter(self.counts) + Counter(other.counts))

    def n(self, found: str, said: str = "") -> int:
        """Return how often a verdict was found, and said to be so if that is named."""
        return sum(
            count
            for (one, officer), count in self.counts.items()
            if one == found and said in ("", officer)
        )

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def precision(self) -> Share:
        """Of what it found wrong, how much an officer found wrong as well."""
        return Share(self.n(Verdict.FAIL, Verdict.FAIL), self.n(Verdict.FAIL))

    @property
    def overruled(self) -> Share:
        """Of what it was sure about either way, how much an officer saw differently."""
        wrong = self.n(Verdict.FAIL, Verdict.PASS) + self.n(Verdict.PASS, Verdict.FAIL)
        return Share(wrong, self.n(Verdict.FAIL) + self.n(Verdict.PASS))

    @property
    def missed(self) -> Share:
        """Of what it let pass, how much an officer found wrong."""
        return Share(self.n(Verdict.PASS, Verdict.FAIL), self.n(Verdict.PASS))
