# SPDX-License-Identifier: Apache-2.0
"""Trying a changed review point over decided cases (试算): beside now, and what officers said."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item
from huiban.kernel.point_score import Score
from huiban.kernel.review import Finding, Point, Review, review
from huiban.kernel.review_facts import FileRead as Part
from huiban.kernel.review_facts import review_facts
from huiban.kernel.rule import FactMistyped
from huiban.packloader import Scenario
from huiban.services import readings
from huiban.services.facts import facts_of, local_day, read_instead, read_json, read_materials
from huiban.services.readings import FileRead
from huiban.services.review_files import Filed, parts_of
from huiban.store import blobs as files
from huiban.store import point_cases
from huiban.store.models import Blob
from huiban.store.rows import CaseRow
from huiban.store.search import Place

USUAL, MOST = 50, 200
MOST_PAGES = 3000
"""Pages looked at in one go: what was read from a page takes memory and time."""
PATIENCE_S = 12.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A point with the facts it is written with."""

    told: Review
    point: Point

    @property
    def facts(self) -> Review:
        """Return the review with no more facts than this point needs."""
        own = {one.name: one for one in self.told.facts_of(self.point)}
        shows = {
            name: self.told.facts[name] for name in self.point.shows if name in self.told.facts
        }
        return replace(self.told, facts={**own, **shows})

    @property
    def materials(self) -> set[str]:
        facts = self.facts.facts.values()
        return {one.material for one in facts} | {
            one.against.material for one in facts if one.against and one.against.material
        }


@dataclass(frozen=True, slots=True)
class TriedCase:
    """
    One decided case: what the point finds in it now, what it would find, what an officer said.

    A finding is None where the case, filed by an older form, cannot be held against the point.
    """

    case: CaseRow
    now: Finding | None
    then: Finding | None
    said: str = ""

    @property
    def is_changed(self) -> bool:
        return _verdict(self.now) != _verdict(self.then)


@dataclass(frozen=True, slots=True)
class Tried:
    """A point tried over cases; `asked` is how many there are, `cases` those there was time for."""

    cases: tuple[TriedCase, ...]
    asked: int

    @property
    def changed(self) -> tuple[TriedCase, ...]:
        return tuple(one for one in self.cases if one.is_changed)

    @property
    def before(self) -> Score:
        """Count what the point finds now against what officers said."""
        return Score.of((_verdict(one.now), one.said) for one in self.cases if one.said and one.now)

    @property
    def after(self) -> Score:
        """Count what it would find against what officers said."""
        settled = (one for one in self.cases if one.said and one.then)
        return Score.of((_verdict(one.then), one.said) for one in settled)

    def n(self, verdict: str, *, then: bool) -> int:
        """Return in how many cases a verdict is found now, or would be then."""
        return sum(_verdict(one.then if then else one.now) == verdict for one in self.cases)


def tried(
    scenario: Scenario,
    item: Item,
    wordings: tuple[Wording | None, Wording],
    actor: Actor,
    most: int,
) -> Tried:
    """
    Try a point as written now and as changed over the newest decided cases of an item.

    The number of queries is the same for any number of cases; what has not been looked at when
    the patience of the author ends is left out, and told.
    """
    before, after = wordings
    place = Place(actor.department, actor.division)
    cases = point_cases.decided(item.code, place, min(most, MOST))
    said = point_cases.said([one.id for one in cases], after.point.code)
    materials = after.materials | (before.materials if before else set())
    opened = _Opened(scenario, item, *_files(cases, materials))
    until = time.monotonic() + PATIENCE_S
    found = []
    for case in cases:
        if time.monotonic() > until or not opened.holds(case, materials):
            break
        now = opened.finding(before, case) if before else None
        found.append(TriedCase(case, now, opened.finding(after, case), said.get(case.id, "")))
    return Tried(tuple(found), len(cases))


def _verdict(finding: Finding | None) -> str:
    return str(finding.verdict) if finding else ""


def _numbers(case: CaseRow, materials: Collection[str]) -> Iterator[str]:
    for material, numbers in read_materials(case.materials).items():
        if material in materials:
            yield from numbers


def _files(
    cases: Iterable[CaseRow], materials: Collection[str]
) -> tuple[Mapping[str, Blob], Mapping[str, FileRead]]:
    """Read the records and readings of cases' files, newest cases first, until it is enough."""
    numbers = [number for case in cases for number in _numbers(case, materials)]
    blobs = files.by_number(numbers)
    pages = point_cases.pages({one.sha256 for one in blobs.values()})
    left, kept = MOST_PAGES, {}
    for number in numbers:
        blob = blobs.get(number)
        left -= pages.get(blob.sha256, 0) if blob else 0
        if left < 0:
            break
        if blob is not None:
            kept[number] = blob
    gone = set(numbers) - set(blobs)
    return {**kept, **dict.fromkeys(gone, _GONE)}, readings.of_files(kept.values())


_GONE = Blob(number="", sha256="")
"""A file that is no more: its case is looked at without it."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """Cases with their files; the form is that of the pack in force."""

    scenario: Scenario
    item: Item
    blobs: Mapping[str, Blob]
    read: Mapping[str, FileRead]

    def holds(self, case: CaseRow, materials: Collection[str]) -> bool:
        """Tell whether all files of a case were taken in."""
        return all(number in self.blobs for number in _numbers(case, materials))

    def finding(self, wording: Wording, case: CaseRow) -> Finding | None:
        filed = filed_as(self.scenario, self.item, case)
        parts = {
            material: self._parts(wording.told, material, filed.materials.get(material, ()))
            for material in wording.materials
        }
        return found_in(wording, filed, parts)

    def _parts(self, told: Review, material: str, numbers: Sequence[str]) -> list[Part]:
        own = [self.blobs[one] for one in numbers if self.blobs[one] is not _GONE]
        return list(parts_of(told, material, own, self.read))


def filed_as(scenario: Scenario, item: Item, case: CaseRow) -> Filed:
    """Give a case as it was filed, to be held against the pack as it is in force."""
    return Filed(
        scenario, item, read_json(case.payload), read_materials(case.materials),
        read_instead(case.materials), local_day(case.submitted_at),
    )  # fmt: skip


def found_in(wording: Wording, filed: Filed, parts: Mapping[str, Sequence[Part]]) -> Finding | None:
    """Hold a case against a point; None if an answer is of a type the form no longer has."""
    form = filed.scenario.form_of(filed.item)
    known = review_facts(wording.facts, parts, form, filed.values)
    listed = {code: list(numbers) for code, numbers in filed.materials.items()}
    try:
        facts = facts_of(filed.scenario, filed.item, filed.values, listed, filed.instead)
        return review((wording.point,), known, filed.day, facts)[0]
    except (FactMistyped, ValueError, ArithmeticError, TypeError, AttributeError):
        return None  # filed by a form in which the same name stood for something else
