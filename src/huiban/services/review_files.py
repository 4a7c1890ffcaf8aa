# SPDX-License-Identifier: Apache-2.0
"""Review points (审查要点) over the files of one application: what they found, and where."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from huiban.kernel.catalogue import Item
from huiban.kernel.extract import extract
from huiban.kernel.material_kind import MaterialKind, Told, kind_of, kinds_by_page
from huiban.kernel.reading import Reading
from huiban.kernel.review import Evidence, Finding, Point, Review, ReviewFact, Severity, review
from huiban.kernel.review_facts import FileRead as Part
from huiban.kernel.review_facts import review_facts
from huiban.kernel.rule import Verdict
from huiban.packloader import Scenario
from huiban.services import readings
from huiban.services.facts import facts_of, local_day, read_instead, read_json, read_materials
from huiban.services.packs_in_force import when_changed
from huiban.services.readings import FileRead
from huiban.store import blobs as files
from huiban.store import settlements
from huiban.store.models import Blob, Settlement
from huiban.store.rows import CaseRow

_FOUND_FIRST = {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.PASS: 2}


@dataclass(frozen=True)
class Reviewed:
    """
    What points found in an application, and what they looked at.

    `files` are those of each material in the order in which evidence counts them, `read` how far
    the reading of each is, by number.
    """

    findings: tuple[Finding, ...]
    files: Mapping[str, Sequence[Blob]]
    read: Mapping[str, FileRead]

    @property
    def failing(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.verdict is Verdict.FAIL)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """Return what is open although there was something to look at."""
        open_ones = (one for one in self.findings if one.verdict is Verdict.UNKNOWN)
        return tuple(one for one in open_ones if not one.is_idle)

    @property
    def pending(self) -> int:
        """Return how many files are still being read."""
        return sum(one.is_pending for one in self.read.values())

    def finding(self, code: str) -> Finding | None:
        return next((one for one in self.findings if one.point.code == code), None)

    def file(self, place: Evidence) -> Blob | None:
        """Return the file that a piece of evidence stands in."""
        own = self.files.get(place.material, ())
        return own[place.file - 1] if 0 < place.file <= len(own) else None


@dataclass(frozen=True, slots=True)
class Filed:
    """An application as points look at it."""

    scenario: Scenario
    item: Item
    values: Mapping[str, object]
    materials: Mapping[str, Sequence[str]]
    instead: Mapping[str, object]
    day: date


def filed_of(scenario: Scenario, case: CaseRow) -> Filed:
    """Give a case as it was filed, on the day it was."""
    return Filed(
        scenario,
        scenario.items[case.item_code],
        read_json(case.payload),
        read_materials(case.materials),
        read_instead(case.materials),
        local_day(case.submitted_at),
    )


def of_case(scenario: Scenario, case: CaseRow) -> Reviewed | None:
    """Look at a case by what was filed; None where its scenario has no points."""
    if scenario.review is None:
        return None
    filed = filed_of(scenario, case)
    numbers = [one for several in filed.materials.values() for one in several]
    return of(filed, files.by_number(numbers))


def standing_against(scenario: Scenario, case: CaseRow) -> tuple[Finding, ...]:
    """Return what the law asks for, was not found, and no officer said was there all the same."""
    reviewed = of_case(scenario, case)
    must = (
        [one for one in reviewed.failing if one.point.severity is Severity.MUST] if reviewed else []
    )
    said = settlements.of_case(case.id) if must else {}
    return tuple(one for one in must if not _is_overruled(said.get(one.point.code)))


def _is_overruled(said: Settlement | None) -> bool:
    return said is not None and said.said == Verdict.PASS


def of(filed: Filed, blobs: Mapping[str, Blob]) -> Reviewed | None:
    """Look at an application; `blobs` are its files by number."""
    told = filed.scenario.review
    if told is None:
        return None
    listed = {
        material: [blobs[number] for number in numbers if number in blobs]
        for material, numbers in filed.materials.items()
    }
    read = readings.of_files(one for several in listed.values() for one in several)
    parts = {
        material: list(parts_of(told, material, own, read)) for material, own in listed.items()
    }
    return Reviewed(_findings(told, filed, parts), listed, read)


def points_of(told: Review, item: Item) -> tuple[Point, ...]:
    """Return the points that count for an item."""
    return told.points.get(item.life, ())


def _findings(
    told: Review, filed: Filed, parts: Mapping[str, Sequence[Part]]
) -> tuple[Finding, ...]:
    scenario, item = filed.scenario, filed.item
    known = review_facts(told, parts, scenario.form_of(item), filed.values)
    listed = {code: list(numbers) for code, numbers in filed.materials.items()}
    facts = facts_of(scenario, item, filed.values, listed, filed.instead)
    found = review(points_of(told, item), known, filed.day, facts)
    return tuple(sorted(found, key=lambda one: _FOUND_FIRST[one.verdict]))


def parts_of(
    told: Review, material: str, own: Sequence[Blob], read: Mapping[str, FileRead]
) -> Iterable[Part]:
    """Yield what each file of a material is and says, as facts are taken from it."""
    expected = told.reads.get(material, ())
    for number, blob in enumerate(own, 1):
        reading = read[blob.number].reading
        if reading is None:
            # Not read yet, or by nobody: it is there, and nothing is known of it.
            yield Part(number, None, pages=0, is_clear=False)
            continue
        for part in _parts_of(
            _Content(blob.sha256, reading.engine, told.kinds_digest, expected, (reading, told))
        ):
            yield replace(part, file=number)


@dataclass(frozen=True, slots=True)
class _Content:
    """What was read from a file, told apart by digest and engine: a reading is long to compare."""

    sha256: str
    engine: str
    kinds: str
    expected: tuple[str, ...]
    read: tuple[Reading, Review] = field(compare=False)


@lru_cache(maxsize=512)
def _parts_of(content: _Content) -> tuple[Part, ...]:
    """
    Tell what a file is and take its fields out.

    A file whose pages are each of a kind that its material may be of, such as the two sides of a
    card, is taken page by page; any other is of one kind.
    """
    (reading, told), expected = content.read, content.expected
    kinds = told.kinds.values()
    by_page = _carried_on(kinds_by_page(reading, kinds))
    codes = [one.kind.code if one else None for one in by_page]
    if len(set(codes)) > 1 and set(codes) <= set(expected):
        return tuple(_split(reading, by_page))
    whole = kind_of(reading, kinds)
    return (_part(reading, whole.kind if whole else None, whole),)


when_changed(_parts_of.cache_clear)


def _carried_on(by_page: Sequence[Told | None]) -> list[Told | None]:
    """Take a page of no kind for the next one of what comes before it."""
    found: list[Told | None] = []
    for one in by_page:
        found.append(one or (found[-1] if found else None))
    return found


def _split(reading: Reading, by_page: Sequence[Told | None]) -> Iterable[Part]:
    for code in dict.fromkeys(one.kind.code for one in by_page if one):
        own = [
            (page, one)
            for page, one in zip(reading.pages, by_page, strict=True)
            if one and one.kind.code == code
        ]
        best = max((one for _, one in own), key=lambda one: one.confidence)
        yield _part(replace(reading, pages=tuple(page for page, _ in own)), best.kind, best)


def _part(reading: Reading, kind: MaterialKind | None, told: Told | None) -> Part:
    found = extract(reading, kind) if kind else {}
    named = (told.kind.code, told.confidence) if told else None
    return Part.of(0, reading, named, found)


def rule_digest(told: Review, point: Point) -> str:
    """Name a point as it is written: its rule, facts and threshold; its words may change."""
    facts = [_written(one) for one in told.facts_of(point)]
    written = "\n".join((point.rule.text, *point.shows, str(point.needs), *facts))
    return hashlib.sha256(written.encode()).hexdigest()


def _written(fact: ReviewFact) -> str:
    kinds = (",".join(sorted(fact.kinds)), ",".join(sorted(fact.bearing)))
    told = (fact.name, fact.how, fact.material, fact.field, fact.against, fact.unit, fact.take)
    return "|".join(str(one) for one in (*told, *kinds, fact.written, fact.of_pages))
