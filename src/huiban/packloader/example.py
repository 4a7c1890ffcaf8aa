# SPDX-License-Identifier: Apache-2.0
"""Running worked examples (样例) through the kernel: form, criteria, process and clocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from huiban.kernel.rule import Criterion, Verdict, judge
from huiban.packloader.example_application import Application, Samples, apply
from huiban.packloader.example_review import review_faults
from huiban.packloader.example_steps import run_steps
from huiban.packloader.schema.example import ExampleIn, ExamplesIn, JudgedIn, SampleIn
from huiban.packloader.values import Common, Scenario


@dataclass(frozen=True, slots=True)
class Placed:
    """One example with the file and index it stands at."""

    file: str
    index: int
    example: ExampleIn


def run(example: ExampleIn, samples: Samples, scenario: Scenario, common: Common) -> list[str]:
    """Run one example and return every way in which it did not turn out as written."""
    application = apply(example, samples, scenario, common)
    today = example.on or (date.fromisoformat(example.steps[0].at[:10]) if example.steps else None)
    if today is None:
        return ["an example needs a day: write `on`, or steps with `at`"]
    faults = list(_form_faults(example, application, today))
    for group, wanted in (("acceptance", example.acceptance), ("examination", example.examination)):
        if wanted is not None:
            criteria = getattr(scenario, group)[application.item.life]
            faults += _verdict_faults(group, wanted, criteria, (application.facts(today), today))
    if example.review is not None:
        faults += review_faults(example.review, application, scenario, today)
    return faults + list(run_steps(example, application, scenario, common))


def _form_faults(example: ExampleIn, application: Application, today: date) -> Iterator[str]:
    if example.problems is None:
        return
    found = {one.path: one.code for one in application.reading(today).problems}
    if found != example.problems:
        yield f"problems: {found or 'none'}, expected {example.problems or 'none'}"


def _verdict_faults(
    group: str,
    wanted: JudgedIn,
    criteria: tuple[Criterion, ...],
    case: tuple[Mapping[str, object], date],
) -> Iterator[str]:
    facts, today = case
    for finding in judge(criteria, facts, today).findings:
        expected = wanted.findings.get(finding.code, Verdict.PASS)
        if finding.verdict != expected:
            yield f"{group}.{finding.code}: {finding.verdict}, expected {expected}"
        missing = wanted.missing.get(finding.code)
        if missing is not None and finding.missing != missing:
            yield f"{group}.{finding.code}: missing {finding.missing}, expected {missing}"
        asks = wanted.asks.get(finding.code)
        if asks is not None and finding.asks != asks:
            yield f"{group}.{finding.code}: asks {finding.asks}, expected {asks}"
    strangers = set(wanted.findings) - {one.code for one in criteria}
    for code in sorted(strangers):
        yield f"{group}.{code}: no such criterion for this item"


def gather(files: Mapping[str, ExamplesIn]) -> tuple[dict[str, SampleIn], list[Placed]]:
    """Put the samples and examples of all files together."""
    samples: dict[str, SampleIn] = {}
    placed = []
    for file, written in files.items():
        samples |= written.samples
        placed += [Placed(file, index, one) for index, one in enumerate(written.examples)]
    return samples, placed
