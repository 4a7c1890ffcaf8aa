# SPDX-License-Identifier: Apache-2.0
"""What the files of one closed case said (要点试看): values and facts, personal ones masked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from huiban.kernel import form as forms
from huiban.kernel.material_kind import FieldType, MaterialKind
from huiban.kernel.reading import PageFault
from huiban.kernel.review import Finding, Gap, How, Known, Review, ReviewFact
from huiban.kernel.review_facts import FOREVER, Read, review_facts
from huiban.kernel.review_facts import FileRead as Part
from huiban.kernel.words import Words
from huiban.services import city, readings
from huiban.services.point_studio_past import Wording, found_in
from huiban.services.readings import FileRead
from huiban.services.review_files import Filed, parts_of
from huiban.store import blobs as files
from huiban.store.models import Blob
from huiban.store.rows import CaseRow

_HIDDEN_LABEL = re.compile("住址|地址|住所|出生|坐落|电话")
_SHORTEST_WITH_END = 4
_HIDDEN = frozenset({FieldType.CITIZEN_ID, FieldType.PERSON})


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A value read from a file, as it stands on the page; a personal one is masked."""

    label: Words
    text: str
    page: int
    confidence: float
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file, or the part of it that is of one kind: what it is taken for, what it said."""

    blob: Blob
    kind: Words | None
    confidence: float
    seals: int
    values: tuple[ValueLine, ...]
    faults: tuple[PageFault, ...] = ()
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact that the point uses: from materials with how sure it is, or from the form."""

    name: str
    label: Words | None
    text: str
    confidence: float | None = None
    gap: Gap | None = None
    is_masked: bool = False


@dataclass(frozen=True)
class Looked:
    """A case as its point sees it; `now` is what the point in force finds, `then` the changed."""

    case: CaseRow
    materials: Mapping[str, tuple[FileLine, ...]]
    facts: tuple[FactLine, ...]
    now: Finding | None
    then: Finding | None
    said: str = ""


def looked(
    case: CaseRow, filed: Filed, wordings: tuple[Wording | None, Wording | None], said: str
) -> Looked:
    """Show what the files of a case said, and what a point makes of it."""
    before, after = wordings
    shown = after or before
    told = shown.told if shown else filed.scenario.review
    if told is None:
        return Looked(case, {}, (), None, None, said)
    numbers = [one for material in told.reads for one in filed.materials.get(material, ())]
    own = files.by_number(numbers)
    read = readings.of_files(own.values())
    listed = {
        material: [own[number] for number in filed.materials.get(material, ()) if number in own]
        for material in told.reads
    }
    parts = {
        material: list(parts_of(told, material, blobs, read)) for material, blobs in listed.items()
    }
    return Looked(
        case,
        {material: _lines(parts[material], blobs, read) for material, blobs in listed.items()},
        tuple(_facts(shown, filed, parts)) if shown else (),
        found_in(before, filed, parts) if before else None,
        found_in(after, filed, parts) if after else None,
        said,
    )


def _lines(
    parts: Iterable[Part], blobs: Sequence[Blob], read: Mapping[str, FileRead]
) -> tuple[FileLine, ...]:
    kinds = city.common().material_kinds
    found = []
    for part in parts:
        blob = blobs[part.file - 1]
        reading = read[blob.number].reading
        kind = kinds.get(part.kind or "")
        faults = {fault: None for page in reading.pages for fault in page.faults} if reading else {}
        found.append(
            FileLine(
                blob, kind.name if kind else None, part.kind_confidence, len(part.seals),
                tuple(_values(kind, part.found)), tuple(faults), reading is not None,
            )
        )  # fmt: skip
    return tuple(found)


def _values(kind: MaterialKind | None, found: Mapping[str, Read]) -> Iterator[ValueLine]:
    for one in kind.fields if kind else ():
        read = found.get(one.name)
        if read is not None:
            is_masked = one.type in _HIDDEN or bool(_HIDDEN_LABEL.search(one.label.zh))
            text = masked(read.text) if is_masked else read.text
            yield ValueLine(one.label, text, read.page, read.confidence, is_masked)


def _facts(shown: Wording, filed: Filed, parts: Mapping[str, Sequence[Part]]) -> Iterator[FactLine]:
    """Tell the facts of materials that the point uses, then those of the form."""
    review = shown.facts
    form = filed.scenario.form_of(filed.item)
    known = review_facts(review, parts, form, filed.values)
    needs = shown.point.needs
    for name, fact in review.facts.items():
        if name in known:
            yield _fact(review, fact, known[name], needs)
    speech = forms.Speech("zh", city.common().division_names, is_masked=True)
    for name in sorted(shown.point.rule.fields - set(review.facts)):
        field = form.field(name)
        if field is not None:
            text = forms.speak_as(field, filed.values.get(name), speech)
            yield FactLine(name, field.label, text, is_masked=field.sensitive and bool(text))


def _fact(review: Review, fact: ReviewFact, known: Known, needs: float) -> FactLine:
    is_masked = fact.how is How.READ and _is_hidden(fact)
    text = _speak(known.value, fact.unit)
    gap = known.gap_at(needs)
    shown = masked(text) if is_masked else text
    return FactLine(fact.name, fact.label, shown, known.confidence, gap, is_masked and bool(text))


def _is_hidden(fact: ReviewFact) -> bool:
    kinds = city.common().material_kinds
    fields = (one for code in fact.kinds if code in kinds for one in kinds[code].fields)
    own = [one for one in fields if one.name == fact.field]
    return any(one.type in _HIDDEN or _HIDDEN_LABEL.search(one.label.zh) for one in own)


def _speak(value: object, unit: str) -> str:
    """Write a fact's value as people read it; nothing for one that is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value == FOREVER:
        return "长期"
    if isinstance(value, tuple | list):
        return "、".join(map(str, value))
    text = f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
    return f"{text}{unit}"


def masked(text: str) -> str:
    """
    Hide all but the ends of a personal value.

    >>> masked("孙海"), masked("370212198003079970")
    ('孙*', '3****************0')
    """
    end = text[-1:] if len(text) > _SHORTEST_WITH_END else ""
    return text[:1] + "*" * (len(text) - 1 - len(end)) + end
