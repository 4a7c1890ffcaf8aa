# SPDX-License-Identifier: Apache-2.0
"""Review points (审查要点) in worked examples: files as they would be read, and what is found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huiban.kernel.extract import Found
from huiban.kernel.extract_value import parsed
from huiban.kernel.material_kind import MaterialKind
from huiban.kernel.reading import Box
from huiban.kernel.review import Finding, Point, Review, review
from huiban.kernel.review_facts import FileRead, SealPlace, review_facts
from huiban.kernel.rule import Verdict
from huiban.packloader.example_application import Application
from huiban.packloader.schema.example import ReadIn, ReviewedIn
from huiban.packloader.values import Scenario

SURE = 0.99
_SPOT = Box(0.1, 0.1, 0.4, 0.14)
_SEAL = Box(0.6, 0.7, 0.8, 0.85)


@dataclass(frozen=True, slots=True)
class NotRead:
    """A value of an example that could not be read as its field is written."""

    material: str
    file: int
    field: str
    text: str

    def __str__(self) -> str:
        where = f"review.read.{self.material}.{self.file - 1}.{self.field}"
        return f"{where}: '{self.text}' cannot be read as this field"


def review_faults(
    wanted: ReviewedIn,
    application: Application,
    scenario: Scenario,
    today: date,
) -> Iterator[str]:
    """Yield every way in which the points did not find what the example says."""
    if scenario.review is None:
        yield "review: the pack has no review.yaml"
        return
    files, faults = read_files(wanted, scenario.review.kinds)
    yield from map(str, faults)
    points = scenario.review.points.get(application.item.life, ())
    for finding in _findings(scenario.review, points, (application, today), files):
        yield from _faults(wanted, finding)
    for code in sorted(set(wanted.findings) - {one.code for one in points}):
        yield f"review.{code}: no such point for this item"


def _findings(
    told: Review,
    points: Sequence[Point],
    case: tuple[Application, date],
    files: Mapping[str, Sequence[FileRead]],
) -> tuple[Finding, ...]:
    application, today = case
    values = application.reading(today).values
    known = review_facts(told, files, application.form, values)
    return review(points, known, today, application.facts(today))


def _faults(wanted: ReviewedIn, finding: Finding) -> Iterator[str]:
    code = finding.point.code
    expected = wanted.findings.get(code)
    if expected is None and finding.is_idle:
        return
    if finding.verdict != (expected or Verdict.PASS):
        why = ", ".join(f"{name} {gap}" for name, gap in finding.gaps.items())
        told = f" ({why})" if why else ""
        yield f"review.{code}: {finding.verdict}{told}, expected {expected or Verdict.PASS}"
    gaps = wanted.gaps.get(code)
    if gaps is not None and dict(finding.gaps) != gaps:
        yield f"review.{code}: gaps {dict(finding.gaps)}, expected {gaps}"


def read_files(
    wanted: ReviewedIn, kinds: Mapping[str, MaterialKind]
) -> tuple[dict[str, list[FileRead]], list[NotRead]]:
    """Return the files of an example as readings give them, and what could not be read."""
    faults: list[NotRead] = []
    files = {
        material: [
            _file(kinds.get(one.kind or ""), one, (material, number), faults)
            for number, one in enumerate(written, 1)
        ]
        for material, written in wanted.read.items()
    }
    return files, faults


def _file(
    kind: MaterialKind | None, written: ReadIn, where: tuple[str, int], faults: list[NotRead]
) -> FileRead:
    found: dict[str, Found] = {}
    for field in kind.fields if kind else ():
        if field.name not in written.fields:
            continue
        text, sure = _written(written.fields[field.name], float(written.sure))
        value = parsed(field.type, text)
        if value is None:
            faults.append(NotRead(*where, field.name, text))
            continue
        found[field.name] = Found(
            value.value, text, 1, _SPOT, sure if value.factor else 0.0, value.is_long_term
        )
    seals = (SealPlace(written.pages, _SEAL),) if written.seal else ()
    return FileRead(
        where[1], written.kind, found, seals, written.pages, float(written.sure), written.clear
    )  # fmt: skip


def _written(value: object, sure: float) -> tuple[str, float]:
    """Return a value as it stands on the page; `{value, sure}` says how surely it was read."""
    if isinstance(value, Mapping):
        surely = value.get("sure", sure)
        text, _ = _written(value.get("value", ""), sure)
        return text, float(surely) if isinstance(surely, Decimal | int) else sure
    if isinstance(value, list | tuple):
        return "、".join(str(one) for one in value), sure
    return str(value), sure


def shown(
    told: Review, points: Sequence[Point], wanted: ReviewedIn
) -> Iterator[tuple[str, Verdict]]:
    """Yield what an example shows of each point: what it says, or else that it passes."""
    for point in points:
        facts = told.facts_of(point)
        materials = {one.material for one in facts}
        materials |= {one.against.material for one in facts if one.against} - {""}
        if point.code in wanted.findings:
            yield point.code, wanted.findings[point.code]
        elif materials <= set(wanted.read):
            yield point.code, Verdict.PASS
