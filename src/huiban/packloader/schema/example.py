# SPDX-License-Identifier: Apache-2.0
"""examples/*.yaml: worked examples (样例): who does what when, and what must come of it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field as Described
from pydantic import StringConstraints

from huiban.kernel.clock import Light
from huiban.kernel.review import Gap
from huiban.kernel.rule import Verdict
from huiban.packloader.schema.part import Code, Count, Flag, Key, Line, Number, Part, Sentence

Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")]
Values = dict[str, Any]


class SampleIn(Part):
    """An application to start examples from (样本)."""

    about: Sentence | None = None
    item: Code
    like: Annotated[str, Described(description="another sample, whose values come first")] = ""
    values: Annotated[Values, Described(description="answers as an applicant types them")]
    materials: Annotated[tuple[Key, ...], Described(description="materials handed in")] = ()


class OutcomeIn(Part):
    """What must be true; what is not written is not asked."""

    state: tuple[str, ...] | None = None
    stage: str | None = None
    outcome: str | None = None
    documents: Annotated[
        tuple[Key, ...] | None, Described(description="documents issued, all and in order")
    ] = None
    effects: Annotated[tuple[Key, ...] | None, Described(description="all effects, in order")] = (
        None
    )
    told: Annotated[
        tuple[Key, ...] | None, Described(description="notices the applicant gets, in order")
    ] = None
    due: Annotated[
        dict[Key, date] | None, Described(description="clock: last day of its limit")
    ] = None
    light: dict[Key, Light] | None = None
    used: Annotated[
        dict[Key, int] | None, Described(description="clock: days (or seconds) used")
    ] = None


class StepIn(Part):
    """One act; `refused` says that it must not be possible, and with which code."""

    at: Moment
    by: Annotated[Line, Described(description="a role, or a name listed under `people`")]
    does: Annotated[Key, Described(description="submit, an event of the process, or an engine act")]
    why: Annotated[str, Described(description="the reason given")] = ""
    inputs: Values = Described(default_factory=dict)
    change: Annotated[Values, Described(description="answers changed with this act")] = Described(
        default_factory=dict
    )
    bring: Annotated[tuple[Key, ...], Described(description="materials handed in with it")] = ()
    refused: str = ""
    missing: Annotated[tuple[str, ...], Described(description="what a refusal names")] = ()
    then: OutcomeIn | None = None


class JudgedIn(Part):
    """Verdicts of one group; a criterion that is not named must pass."""

    findings: dict[Key, Verdict] = Described(default_factory=dict)
    missing: dict[Key, tuple[str, ...]] = Described(default_factory=dict)
    asks: dict[Key, Key] = Described(default_factory=dict)


class ReadIn(Part):
    """One file as it would be read: its kind, values as they stand on the page, a seal."""

    kind: Annotated[Key | None, Described(description="null: nobody can tell")] = None
    fields: Annotated[
        Values, Described(description="field: text, list, or {value, sure} for an unsure one")
    ] = Described(default_factory=dict)
    seal: Annotated[Flag, Described(description="a red seal is seen")] = False
    clear: Annotated[Flag, Described(description="every page can be seen well")] = True
    pages: Count = 1
    sure: Annotated[Number, Described(gt=0, le=1, description="how surely all of it was read")] = (
        Decimal("0.99")
    )


class ReviewedIn(Part):
    """What points find in files; one that is not named must pass if its materials are there."""

    read: Annotated[dict[Key, tuple[ReadIn, ...]], Described(description="material: its files")]
    findings: dict[Key, Verdict] = Described(default_factory=dict)
    gaps: Annotated[
        dict[Key, dict[Key, Gap]], Described(description="point: fact: why it is not known")
    ] = Described(default_factory=dict)


class ExampleIn(Part):
    """One worked example: form problems, verdicts, steps, or all of them."""

    name: Line
    start: Annotated[Key, Described(description="a sample of this folder")]
    change: Annotated[Values, Described(description="answers that differ from the sample")] = (
        Described(default_factory=dict)
    )
    leave_out: Annotated[tuple[str, ...], Described(description="answers not given")] = ()
    materials: Annotated[
        tuple[Key, ...] | None, Described(description="materials handed in, if not the sample's")
    ] = None
    on: Annotated[date | None, Described(description="the day it is read and judged")] = None
    people: Annotated[dict[str, tuple[Key, ...]], Described(description="name: roles")] = Described(
        default_factory=dict
    )
    problems: Annotated[
        dict[str, str] | None, Described(description="field path: code; {} means none")
    ] = None
    acceptance: JudgedIn | None = None
    examination: JudgedIn | None = None
    review: ReviewedIn | None = None
    steps: tuple[StepIn, ...] = ()
    then: OutcomeIn | None = None


class ExamplesIn(Part):
    """One file of examples; samples may be used by every file of the folder."""

    samples: dict[Key, SampleIn] = Described(default_factory=dict)
    examples: tuple[ExampleIn, ...] = ()
