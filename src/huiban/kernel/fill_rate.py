# SPDX-License-Identifier: Apache-2.0
"""Honest rates (减填写率、免材料率): what is counted, what it is divided by, and how it spreads."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from huiban.kernel.fill_record import Fill, Given, How, Outcome, Supply, outcomes
from huiban.kernel.form_model import Form
from huiban.kernel.words import Words

__all__ = [
    "RATES",
    "Counts",
    "Fill",
    "Given",
    "How",
    "Outcome",
    "RateDefinition",
    "Rates",
    "Spread",
    "Supply",
    "counts_of",
    "outcomes",
    "prefilled_fields",
    "rates",
    "removed_share",
    "spread",
]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of one application as last sent."""

    accepted: int = 0
    picked: int = 0
    edited: int = 0
    settled: int = 0
    typed: int = 0
    confirmed: int = 0
    distinct_accepted: int = 0
    distinct_picked: int = 0
    distinct_total: int = 0
    materials_required: int = 0
    materials_waived: int = 0
    materials_by_form: int = 0
    materials_committed: int = 0
    materials_deferred: int = 0
    materials_added_back: int = 0

    @property
    def total(self) -> int:
        return self.accepted + self.picked + self.edited + self.settled + self.typed

    @property
    def filled(self) -> int:
        return self.accepted + self.picked

    @property
    def by_hand(self) -> int:
        return self.edited + self.settled + self.typed


_BY_LETTER = {"A": "accepted", "H": "picked", "E": "edited", "C": "settled", "M": "typed"}
_WAIVED = frozenset({How.CERTIFICATE, How.RESOURCE, How.FORM})
_PROVEN = frozenset({How.CERTIFICATE, How.RESOURCE})


def counts_of(fills: Sequence[Fill]) -> Counts:
    """
    Count one application from its fill records, the first submission's first.

    The last one counts. A material that an earlier one waived and the last one has as uploaded
    was asked for after all: it counts as not waived, and is told apart as added back.

    :raises ValueError: if there is no record at all.
    """
    if not fills:
        raise ValueError("an application without a fill record cannot be counted")
    last = fills[-1]
    by_letter = {name: len(last.fields.get(letter, ())) for letter, name in _BY_LETTER.items()}
    hows = Counter(one.how for one in last.materials.values())
    once_waived = {code for fill in fills[:-1] for code in _waived(fill)}
    added_back = [
        code
        for code, one in last.materials.items()
        if one.how is How.UPLOADED and code in once_waived
    ]
    distinct = Counter(_distinct(last).values())
    return Counts(
        **by_letter,
        confirmed=len(last.confirmed),
        distinct_accepted=distinct["A"],
        distinct_picked=distinct["H"],
        distinct_total=distinct.total(),
        materials_required=len(last.materials),
        materials_waived=len(_waived(last)),
        materials_by_form=hows[How.FORM],
        materials_committed=hows[How.COMMITMENT],
        materials_deferred=hows[How.DEFERRED],
        materials_added_back=len(added_back),
    )


def _waived(fill: Fill) -> list[str]:
    """Name the materials that something took the place of; what must be proven is, or is not."""
    return [
        code
        for code, one in fill.materials.items()
        if one.how in _WAIVED and (one.reference or one.how not in _PROVEN)
    ]


def field_of(path: str) -> str:
    """
    Return the field a path belongs to, a table's cells by their column.

    >>> field_of("managers.3.name"), field_of("managers.-2"), field_of("name")
    ('managers.name', 'managers', 'name')
    """
    table, _, rest = path.partition(".")
    column = rest.partition(".")[2]
    return f"{table}.{column}" if column else table


def _distinct(fill: Fill) -> dict[str, str]:
    """Give each field asked one letter: A or H if all its cells were filled, else M."""
    found: dict[str, str] = {}
    for path, letter in fill.paths():
        if ".-" in path:
            continue
        name = field_of(path)
        own = letter if letter in "AH" else "M"
        found[name] = max(found.get(name, own), own, key="AHM".index)
    return found


def prefilled_fields(fill: Fill) -> dict[str, tuple[int, int]]:
    """Count by field how many values were prefilled (A, H and E) and how many of them edited."""
    given: Counter[str] = Counter()
    edited: Counter[str] = Counter()
    for path, letter in fill.paths():
        if letter in "AHE":
            given[field_of(path)] += 1
            edited[field_of(path)] += letter == "E"
    return {name: (given[name], edited[name]) for name in given}


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """One published rate: the counts summed above the line, and below it."""

    code: str
    title: Words
    formula: Words
    top: tuple[str, ...]
    base: tuple[str, ...]

    def of(self, counts: Counts) -> tuple[int, int]:
        """Return the two numbers of one application."""
        return (
            sum(getattr(counts, name) for name in self.top),
            sum(getattr(counts, name) for name in self.base),
        )


_ALL = ("accepted", "picked", "edited", "settled", "typed")

RATES: tuple[RateDefinition, ...] = (
    RateDefinition(
        "filled",
        Words("减填写率", "Filled for the applicant"),
        Words("（自动带出 A + 历史选填 H）÷ 应填的全部项", "(A + H) ÷ all answers (A+H+E+C+M)"),
        ("accepted", "picked"),
        _ALL,
    ),
    RateDefinition(
        "automatic",
        Words("自动填写率", "Filled without a click"),
        Words("自动带出且没有改的 A ÷ 应填的全部项", "A ÷ all answers (A+H+E+C+M)"),
        ("accepted",),
        _ALL,
    ),
    RateDefinition(
        "distinct",
        Words("减填写率（按字段）", "Filled, each field once"),
        Words(
            "整列都由系统填好的字段 ÷ 应填的字段；表格一列算一个字段",
            "fields filled in all their rows ÷ fields asked; a table's column is one field",
        ),
        ("distinct_accepted", "distinct_picked"),
        ("distinct_total",),
    ),
    RateDefinition(
        "wrong",
        Words("带出改动率", "Prefilled and then changed"),
        Words("带出后又改的 E ÷ 带出的全部（A + H + E）", "E ÷ all that was prefilled (A+H+E)"),
        ("edited",),
        ("accepted", "picked", "edited"),
    ),
    RateDefinition(
        "confirmed",
        Words("需确认比例", "Needed a confirmation"),
        Words(
            "数据较旧、由申请人确认后采用的 ÷ 采用的（A + H）",
            "old values the applicant confirmed ÷ values taken over (A+H)",
        ),
        ("confirmed",),
        ("accepted", "picked"),
    ),
    RateDefinition(
        "waived",
        Words("免材料率", "Documents not asked for"),
        Words(
            "由电子证照、部门数据或表单代替的材料 ÷ 本次申请应交的材料",
            "documents replaced by certificates, shared data or the form ÷ documents required",
        ),
        ("materials_waived",),
        ("materials_required",),
    ),
    RateDefinition(
        "by_form",
        Words("其中：网上填写代替", "of these, by the form itself"),
        Words(
            "在网上填好、因此不用再交的申请表 ÷ 应交的材料；已算在免材料率里",
            "application forms filled in on line ÷ documents required; part of the rate above",
        ),
        ("materials_by_form",),
        ("materials_required",),
    ),
    RateDefinition(
        "committed",
        Words("告知承诺比例", "Promised instead of handed in"),
        Words(
            "以告知承诺代替的材料 ÷ 应交的材料；承诺不是数据，不算免交",
            "documents replaced by a promise ÷ documents required; a promise is not data",
        ),
        ("materials_committed",),
        ("materials_required",),
    ),
    RateDefinition(
        "deferred",
        Words("容缺后补比例", "To be handed in later"),
        Words(
            "先受理、以后补交的材料 ÷ 应交的材料；仍然要交，不算免交",
            "documents to follow later ÷ documents required; they are still asked for",
        ),
        ("materials_deferred",),
        ("materials_required",),
    ),
)
"""Every rate there is, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class Spread:
    """
    One rate over `n` applications that have something to measure.

    `mean` is the average of their own rates, `pooled` all counts above the line by all below,
    `p10` the greatest rate that nine in ten reach (the ⌈n/10⌉th lowest).
    """

    n: int
    mean: Fraction
    pooled: Fraction
    p10: Fraction


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates of a set of applications by code; None where there is nothing to measure."""

    n: int
    of: Mapping[str, Spread | None]


def rates(counted: Iterable[Counts]) -> Rates:
    """Work out every rate over some applications."""
    every = tuple(counted)
    return Rates(
        n=len(every),
        of={one.code: spread(Counter(map(one.of, every))) for one in RATES},
    )


def spread(pairs: Mapping[tuple[int, int], int]) -> Spread | None:
    """Work out one rate from how many applications have each pair of numbers; none is no zero."""
    counted = {pair: count for pair, count in pairs.items() if pair[1] > 0 and count}
    n = sum(counted.values())
    if not n:
        return None
    tops: Counter[int] = Counter()
    for (top, base), count in counted.items():
        tops[base] += top * count
    base = sum(pair[1] * count for pair, count in counted.items())
    # Thousands of fractions are slow to add up; those over one line are added as numbers.
    mean = sum((Fraction(top, own) for own, top in tops.items()), Fraction()) / n
    return Spread(n, mean, Fraction(tops.total(), base), _low(counted, -(-n // 10)))


def _low(counted: Mapping[tuple[int, int], int], place: int) -> Fraction:
    """Return the rate at a place; quotients of such small numbers sort as the fractions do."""
    passed = 0
    for pair in sorted(counted, key=lambda pair: pair[0] / pair[1]):
        passed += counted[pair]
        if passed >= place:
            return Fraction(*pair)
    raise ValueError(f"there are fewer than {place} rates")


def removed_share(form: Form) -> Fraction | None:
    """Return 减字段率: questions no longer asked ÷ those of the form before, removed ones too."""
    removed = len(form.removed)
    before = removed + sum(1 for _ in form.fields())
    return Fraction(removed, before) if before else None
