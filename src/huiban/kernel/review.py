# SPDX-License-Identifier: Apache-2.0
"""Review points (审查要点): rules over what was read from materials; they find, people decide."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from huiban.kernel.catalogue import Life
from huiban.kernel.form import FieldKind
from huiban.kernel.material_kind import MaterialKind
from huiban.kernel.reading import Box
from huiban.kernel.rule import Criterion, FactType, Rule, Verdict, judge
from huiban.kernel.words import Words

LEAST_CONFIDENCE = 0.8
"""How sure a value must be where its point says nothing else."""


class How(StrEnum):
    """
    What a fact says of the files of one material.

    READ is a value read; AGREES whether it is what stands in the form, or in another material;
    COVERS whether the values read hold every value of a list; SEAL whether every file bears a
    seal; KIND whether every file is of one of some kinds; SUM adds up a number over the files;
    COUNT counts files or pages.
    """

    READ = "read"
    AGREES = "agrees"
    COVERS = "covers"
    SEAL = "seal"
    KIND = "kind"
    SUM = "sum"
    COUNT = "count"


class Take(StrEnum):
    """Which of several files' values counts; without it they must all be the same."""

    LEAST = "least"
    MOST = "most"


class Severity(StrEnum):
    """How much hangs on a point: the law asks for it, practice does, or it is good to know."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


class Gap(StrEnum):
    """Why a fact is not known: each of them is another sentence, and another thing to do."""

    NO_FILE = "no_file"
    """Nothing was handed in for the material."""
    OTHER_KIND = "other_kind"
    """A file is not recognised as what the material asks for."""
    NOT_READ = "not_read"
    """The value was not found in a file."""
    UNSURE = "unsure"
    """The value was read, but not surely enough."""
    UNCLEAR = "unclear"
    """A page cannot be seen well enough to say that something is missing from it."""
    SEVERAL = "several"
    """Files say different things."""
    OTHER_UNIT = "other_unit"
    """The amount is written in a unit that cannot be compared."""
    NOT_FILLED = "not_filled"
    """What it is compared with stands nowhere."""


@dataclass(frozen=True, slots=True)
class Against:
    """What a value is held against: a field or column of the form, or another material's field."""

    path: str
    material: str = ""
    """The material whose field `path` is; "" for the form's."""


@dataclass(frozen=True, slots=True)
class ReviewFact:
    """
    What points may know of a material (材料事实).

    `kinds` are those the material may be of, `bearing` those among them that have `field`, or that
    the fact is about. `unit` is what numbers are told in, `written` what they are read in where
    the page need not say it; `meant` is how values are compared.
    """

    name: str
    how: How
    material: str
    type: FactType
    kinds: frozenset[str]
    bearing: frozenset[str]
    field: str = ""
    against: Against | None = None
    meant: FieldKind = FieldKind.TEXT
    unit: str = ""
    written: str = ""
    take: Take | None = None
    of_pages: bool = False
    label: Words | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands: what people look at to believe it; no `box` means the whole page."""

    material: str
    file: int
    page: int
    box: Box | None = None
    text: str = ""
    fact: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Known:
    """One fact with how sure it is and the places it comes from; None has the gap that says why."""

    value: object = None
    confidence: float = 1.0
    gap: Gap | None = None
    evidence: tuple[Evidence, ...] = ()

    def at(self, needs: float) -> object:
        """Return the value if it is sure enough; one that is not is no fact at all."""
        return self.value if self.confidence >= needs else None

    def gap_at(self, needs: float) -> Gap | None:
        """Say why there is no value; None where there is one."""
        if self.value is None:
            return self.gap or Gap.NOT_READ
        return None if self.confidence >= needs else Gap.UNSURE


@dataclass(frozen=True)
class Point:
    """
    One review point (审查要点).

    `about` is a material or a section of the form; `shows` are the facts whose places prove it;
    `applicant` is told with the cure, `officer` what to look at; `settles` is the role that
    confirms or overrules; a value less sure than `needs` leaves the point unknown.
    """

    code: str
    title: Words
    rule: Rule
    basis: str
    severity: Severity
    about: str
    shows: tuple[str, ...]
    applicant: Words
    officer: Words
    settles: str
    needs: float = LEAST_CONFIDENCE

    @property
    def criterion(self) -> Criterion:
        return Criterion(self.code, self.title, self.rule, self.basis, self.settles, self.applicant)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a point found in one case; it decides nothing.

    `missing` are the facts that kept it open, `gaps` says of those read from materials why.
    """

    point: Point
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    gaps: Mapping[str, Gap] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        """Tell whether there was nothing to look at, because a material was not handed in."""
        return self.verdict is Verdict.UNKNOWN and Gap.NO_FILE in self.gaps.values()


@dataclass(frozen=True)
class Review:
    """What a scenario reads from materials and looks for in them (review.yaml)."""

    reads: Mapping[str, tuple[str, ...]]
    """Material → the kinds its files may be of."""
    facts: Mapping[str, ReviewFact] = field(default_factory=dict)
    points: Mapping[Life, tuple[Point, ...]] = field(default_factory=dict)
    kinds: Mapping[str, MaterialKind] = field(default_factory=dict, repr=False)
    """Every kind a file may turn out to be: the shared ones, then the pack's own."""

    @cached_property
    def kinds_digest(self) -> str:
        """Tell the kinds of this writing from those of another: what a file is hangs on them."""
        return hashlib.sha256(repr(list(self.kinds.values())).encode()).hexdigest()

    def facts_of(self, point: Point) -> tuple[ReviewFact, ...]:
        """Return the facts a point's rule takes from materials."""
        return tuple(self.facts[name] for name in sorted(point.rule.fields & set(self.facts)))


def review(
    points: Iterable[Point],
    known: Mapping[str, Known],
    as_of: date,
    case: Mapping[str, object] | None = None,
) -> tuple[Finding, ...]:
    """
    Hold every point against what was read; `case` are the facts of the form and the case.

    :raises FactMistyped: if a fact that is asked for has the wrong Python type.
    """
    seen: dict[float, dict[str, object]] = {}

    def facts_at(needs: float) -> dict[str, object]:
        if needs not in seen:
            sure = {name: value for name, one in known.items()
                    if (value := one.at(needs)) is not None}  # fmt: skip
            seen[needs] = {**(case or {}), **sure}
        return seen[needs]

    return tuple(_finding(point, known, as_of, facts_at) for point in points)


def _finding(
    point: Point,
    known: Mapping[str, Known],
    as_of: date,
    facts_at: Callable[[float], Mapping[str, object]],
) -> Finding:
    found = judge((point.criterion,), facts_at(point.needs), as_of).findings[0]
    gaps = {
        name: gap
        for name in found.missing
        if name in known and (gap := known[name].gap_at(point.needs)) is not None
    }
    places = (place for name in point.shows if name in known for place in known[name].evidence)
    return Finding(point, found.verdict, tuple(dict.fromkeys(places)), found.missing, gaps)
