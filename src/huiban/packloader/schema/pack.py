# SPDX-License-Identifier: Apache-2.0
"""What a scenario is and promises: pack, rules, statistics, seed, quality."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Described

from huiban.kernel.catalogue import Life
from huiban.packloader.quality import Level
from huiban.packloader.schema.part import Count, Key, Line, Maker, Part, Sentence
from huiban.packloader.values import Seed, Statistic


class SourceIn(Part):
    """A law or notice the pack rests on."""

    title: Line
    number: str = ""
    kind: Literal["law", "regulation", "standard", "notice", "guide"]
    dated: str = ""
    link: str = ""


class PackIn(Part):
    """pack.yaml: what the scenario (场景) is called, who owns it, what it rests on."""

    code: Annotated[Key, Described(description="equal to the folder's name")]
    name: Sentence
    version: Annotated[str, Described(pattern=r"^\d+\.\d+\.\d+$")]
    owner: Annotated[str, Described(description="department code of common/departments.yaml")]
    summary: Sentence
    sources: Annotated[tuple[SourceIn, ...], Described(min_length=1)]
    retention_years: Annotated[Count, Described(description="how long closed cases are kept")]


class CriterionIn(Part):
    """One condition (审查要点): a SQL boolean, its title, its basis, and who can answer."""

    code: Key
    title: Sentence
    holds: Annotated[
        str, Described(description="rule over the facts of the forms named by `lives`")
    ]
    lives: Annotated[tuple[Life, ...], Described(min_length=1)]
    basis: Line
    asks: Annotated[Key, Described(description="role that can answer when a fact is missing")]
    message: Annotated[Sentence, Described(description="what the applicant reads when it fails")]


class RulesIn(Part):
    """rules.yaml: what is checked before acceptance (受理) and at the examination (审查)."""

    acceptance: tuple[CriterionIn, ...] = ()
    examination: tuple[CriterionIn, ...] = ()


class StatisticIn(Part):
    """One published number; `measure` names its definition in the kernel."""

    makes: ClassVar[Maker] = Statistic
    code: Key
    title: Sentence
    measure: Key
    per: tuple[Literal["day", "month", "year", "division", "item", "outcome"], ...] = ()
    unit: str = ""
    note: Sentence | None = None


class StatisticsIn(Part):
    """statistics.yaml: the numbers this scenario publishes (统计指标)."""

    statistics: Annotated[tuple[StatisticIn, ...], Described(min_length=1)]


class PointIn(Part):
    """One thing to correct (补正内容): about what, what is wrong, and how to put it right."""

    about: Line
    fault: Line
    cure: Line


class SeedIn(Part):
    """seed.yaml: how much synthetic data a demonstration needs."""

    makes: ClassVar[Maker] = Seed
    people: Count
    enterprises: Count
    cases: Annotated[dict[str, Count], Described(description="stage: number of cases")]
    sample: Annotated[str, Described(description="a sample of examples/ to start from")]
    variants: Annotated[
        tuple[dict[str, Any], ...], Described(description="answers that differ, case after case")
    ] = ()
    applicant_is: Annotated[
        tuple[Key, ...], Described(description="fields that name whoever applies")
    ] = ()
    says: Annotated[
        dict[Key, str],
        Described(default_factory=dict, description="act: the reason its officer writes"),
    ]
    points: Annotated[
        tuple[PointIn, ...], Described(description="what a correction notice asks for")
    ] = ()
    paper: Annotated[str, Described(description="a line of the made-up materials")] = ""
    note: Sentence | None = None


class Mark(StrEnum):
    DONE = "done"
    TODO = "todo"
    EXEMPT = "exempt"


class QualityPointIn(Part):
    """One line of the checklist; `exempt` says why in `comment`."""

    mark: Mark
    comment: str = ""


class QualityIn(Part):
    """quality.yaml: the level claimed, and the checklist behind it."""

    level: Level
    points: dict[str, QualityPointIn]
