# SPDX-License-Identifier: Apache-2.0
"""What points may know of materials: typed facts from values read; the unknown say why."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from huiban.kernel.form import FieldKind, Form, Values
from huiban.kernel.likeness import meaning, same
from huiban.kernel.quantity import in_unit, unit_in
from huiban.kernel.reading import Box, Outcome, PageFault, Reading
from huiban.kernel.review import Evidence, Gap, How, Known, Review, ReviewFact, Take
from huiban.kernel.rule import FactKind, FactType

FOREVER = date.max
"""The last day of what is valid for the long term (长期)."""
_UNKNOWN_FROM = 10**15  # a larger number no database holds exactly
_HIDES = frozenset(PageFault) - {PageFault.DUPLICATE, PageFault.BLANK}
NUMBER = FactType(FactKind.DECIMAL)
_PLACES = Decimal(1).scaleb(-NUMBER.decimals)


class Read(Protocol):
    """A value as it was found on a page; `extract.Found` is one."""

    @property
    def value(self) -> object: ...
    @property
    def text(self) -> str: ...
    @property
    def page(self) -> int: ...
    @property
    def box(self) -> Box | None: ...
    @property
    def confidence(self) -> float: ...
    @property
    def is_long_term(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SealPlace:
    """A seal that was seen on a page of a file."""

    page: int
    box: Box


@dataclass(frozen=True)
class FileRead:
    """
    One file of a material as it was read, or the part of it that is of one kind.

    `file` counts the files of the material from 1; `kind` is None where nobody can tell it;
    `is_clear` says that every page could be seen well enough to miss a seal.
    """

    file: int
    kind: str | None
    found: Mapping[str, Read] = field(default_factory=dict)
    seals: tuple[SealPlace, ...] = ()
    pages: int = 1
    kind_confidence: float = 1.0
    is_clear: bool = True

    @classmethod
    def of(
        cls,
        file: int,
        reading: Reading,
        told: tuple[str, float] | None,
        found: Mapping[str, Read],
    ) -> "FileRead":
        """Make it from a reading, the kind told with how surely, and the values found."""
        seals = tuple(
            SealPlace(page.number, one.box) for page in reading.pages for one in page.seals
        )
        faults = {fault for page in reading.pages for fault in page.faults}
        is_clear = reading.outcome is Outcome.READ and bool(reading.pages) and not faults & _HIDES
        kind, confidence = told or (None, 0.0)
        return cls(file, kind, found, seals, len(reading.pages), confidence, is_clear)


Files = Mapping[str, Sequence[FileRead]]
"""The files handed in, by material."""


def can_know(fact: ReviewFact, form: Form, materials: Collection[str]) -> bool:
    """Tell whether an item with this form and these materials can have a fact at all."""
    against = fact.against
    if fact.material not in materials:
        return False
    if against is None:
        return True
    return against.material in materials if against.material else _has(form, against.path)


def _has(form: Form, path: str) -> bool:
    name, _, column = path.partition(".")
    found = form.field(name)
    return found is not None and (not column or column in {one.key for one in found.columns})


def review_schema(review: Review, form: Form, materials: Collection[str]) -> dict[str, FactType]:
    """Return the facts that points about an item may use beside those of the case."""
    return {
        name: fact.type for name, fact in review.facts.items() if can_know(fact, form, materials)
    }


def review_facts(review: Review, files: Files, form: Form, values: Values) -> dict[str, Known]:
    """Work out every fact of a case's materials; one that is unknown says why."""
    filed = _Filed(form, values)
    return {
        name: _known(fact, files, filed)
        for name, fact in review.facts.items()
        if can_know(fact, form, review.reads)
    }


@dataclass(frozen=True, slots=True)
class _Filed:
    """What was filed; texts are brought into their one writing once for all facts."""

    form: Form
    values: Values
    written: dict[tuple[FieldKind, str], object] = field(default_factory=dict)

    def meaning(self, kind: FieldKind, value: object) -> object:
        if not isinstance(value, str):
            return meaning(kind, value)
        found = self.written.get((kind, value))
        if found is None:
            found = self.written[kind, value] = meaning(kind, value)
        return found

    def all(self, path: str) -> list[object]:
        """Return the answer to a field, or every row's to a column; None where there is none."""
        name, _, column = path.partition(".")
        value = self.values.get(name)
        if not column:
            return [value]
        rows = value if isinstance(value, list) else []
        return [row.get(column) if isinstance(row, Mapping) else None for row in rows]

    def unit(self, path: str) -> str:
        found = self.form.field(path.partition(".")[0])
        column = path.partition(".")[2]
        if found and column:
            found = next((one for one in found.columns if one.key == column), None)
        return found.unit if found else ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file gives for a fact: a value with how sure it is, or the gap."""

    values: tuple[object, ...] = ()
    confidence: float = 1.0
    gap: Gap | None = None
    place: Evidence | None = None


def _known(fact: ReviewFact, files: Files, filed: _Filed) -> Known:
    handed_in = files.get(fact.material, ())
    if not handed_in and fact.how is not How.COUNT:
        return Known(gap=Gap.NO_FILE)
    return _HOW[fact.how](fact, files, filed)


def _parts(fact: ReviewFact, files: Files) -> list[_Part]:
    """Return what each file gives; one of an expected kind without the field has no say."""
    return list(_each_part(fact, files))


def _each_part(fact: ReviewFact, files: Files) -> Iterator[_Part]:
    for one in files.get(fact.material, ()):
        if one.kind not in fact.kinds:
            yield _Part(gap=Gap.OTHER_KIND)
        elif one.kind in fact.bearing:
            yield _part(fact, one, one.found.get(fact.field))


def _part(fact: ReviewFact, file: FileRead, found: Read | None) -> _Part:
    if found is None:
        return _Part(gap=Gap.NOT_READ)
    sure = min(found.confidence, file.kind_confidence)
    place = Evidence(fact.material, file.file, found.page, found.box, found.text, fact.name, sure)
    values, gap = _values(fact, found)
    return _Part(values, sure, gap, place)


def _values(fact: ReviewFact, found: Read) -> tuple[tuple[object, ...], Gap | None]:
    """Return what was read in the type of the fact; a list stays a list of its members."""
    value: object = FOREVER if found.is_long_term else found.value
    if isinstance(value, tuple | list):
        return (tuple(value), None) if value else ((), Gap.NOT_READ)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _amount(fact, Decimal(value), found.text)
    if value is None or value == "":
        return (), Gap.NOT_READ
    return (value,), None


def _amount(fact: ReviewFact, value: Decimal, text: str) -> tuple[tuple[object, ...], Gap | None]:
    told = in_unit(value, fact.written or unit_in(text), fact.unit)
    return ((), Gap.OTHER_UNIT) if told is None else ((told,), None)


def _places(parts: Sequence[_Part]) -> tuple[Evidence, ...]:
    return tuple(part.place for part in parts if part.place)


def _gap_of(parts: Sequence[_Part]) -> Gap | None:
    if not parts:
        return Gap.NOT_READ
    return next((part.gap for part in parts if part.gap), None)


def _surely(parts: Sequence[_Part]) -> float:
    return min((part.confidence for part in parts), default=0.0)


def _read(fact: ReviewFact, files: Files, filed: _Filed) -> Known:
    parts = _parts(fact, files)
    gap, places, sure = _gap_of(parts), _places(parts), _surely(parts)
    if gap:
        return Known(None, sure, gap, places)
    values = [value for part in parts for value in part.values]
    if fact.type.kind is FactKind.LIST:
        return Known(tuple(map(str, values)), sure, None, places)
    if fact.take is None and len({filed.meaning(fact.meant, one) for one in values}) > 1:
        return Known(None, sure, Gap.SEVERAL, places)
    return _typed(fact, _taken(fact, values), sure, places)


def _taken(fact: ReviewFact, values: list[object]) -> object:
    ordered = [value for value in values if isinstance(value, date | Decimal)]
    if fact.take is None or len(ordered) < len(values):
        return values[0] if fact.take is None else None
    return (min if fact.take is Take.LEAST else max)(ordered)


def _typed(fact: ReviewFact, value: object, sure: float, places: tuple[Evidence, ...]) -> Known:
    """Return a value in the Python type its fact has in rules; another one is not read."""
    made: object = None
    if fact.type.kind is FactKind.DECIMAL:
        is_exact = isinstance(value, Decimal) and abs(value) < _UNKNOWN_FROM
        made = value.quantize(_PLACES) if is_exact and isinstance(value, Decimal) else None
    elif fact.type.kind is FactKind.DATE:
        made = value if isinstance(value, date) else None
    elif isinstance(value, str):
        made = value
    return Known(made, sure, None if made is not None else Gap.NOT_READ, places)


def _sum(fact: ReviewFact, files: Files, _: _Filed) -> Known:
    parts = _parts(fact, files)
    gap, places, sure = _gap_of(parts), _places(parts), _surely(parts)
    numbers = [value for part in parts for value in part.values if isinstance(value, Decimal)]
    if gap:
        return Known(None, sure, gap, places)
    return _typed(fact, sum(numbers, Decimal(0)), sure, places)


@dataclass(frozen=True, slots=True)
class _Other:
    """What values are held against, and what stands in the way of knowing all of it."""

    values: tuple[object, ...]
    confidence: float = 1.0
    gap: Gap | None = None
    places: tuple[Evidence, ...] = ()


def _other(fact: ReviewFact, files: Files, filed: _Filed) -> _Other:
    against = fact.against
    if against is None:
        return _Other((), gap=Gap.NOT_FILLED)
    if against.material:
        return _other_material(fact, files)
    answers = filed.all(against.path)
    values = tuple(_in_fact_unit(fact, one, filed.unit(against.path)) for one in answers)
    there = tuple(one for one in values if one not in (None, "", []))
    return _Other(there, gap=None if there and len(there) == len(values) else Gap.NOT_FILLED)


def _in_fact_unit(fact: ReviewFact, value: object, unit: str) -> object:
    if fact.type.kind is FactKind.BOOLEAN and fact.unit and unit:
        number = meaning(FieldKind.NUMBER, value)
        return in_unit(number, unit, fact.unit) if isinstance(number, Decimal) else None
    return value


def _other_material(fact: ReviewFact, files: Files) -> _Other:
    material, _, field_name = fact.against.path.partition(".") if fact.against else ("", "", "")
    handed_in = files.get(material, ())
    if not handed_in:
        return _Other((), gap=Gap.NO_FILE)
    parts = [
        _part(fact, one, one.found[field_name]) for one in handed_in if field_name in one.found
    ]
    parts += [_Part(gap=Gap.OTHER_KIND) for one in handed_in if one.kind is None]
    places = tuple(
        Evidence(material, one.file, one.page, one.box, one.text, fact.name, one.confidence)
        for one in _places(parts)
    )
    values = tuple(value for part in parts for value in part.values)
    return _Other(values, _surely(parts), _gap_of(parts), places)


def _is_among(fact: ReviewFact, other: _Other, filed: _Filed) -> Callable[[object], bool]:
    """Return the test whether a value is one of the others; quick over long lists."""
    if fact.meant is FieldKind.ADDRESS:
        return lambda value: any(same(fact.meant, one, value) for one in other.values)
    meanings = {filed.meaning(fact.meant, one) for one in other.values}
    return lambda value: filed.meaning(fact.meant, value) in meanings


def _agrees(fact: ReviewFact, files: Files, filed: _Filed) -> Known:
    parts, other = _parts(fact, files), _other(fact, files, filed)
    places = _places(parts) + other.places
    is_among = _is_among(fact, other, filed)
    read = [part for part in parts if not part.gap]
    strange = [part for part in read if not all(map(is_among, part.values))]
    if strange and not other.gap:
        # One value that surely differs is enough, however little is known of the other files.
        sure = min(max(part.confidence for part in strange), other.confidence)
        return Known(False, sure, None, places)
    gap = _gap_of(parts) or (other.gap if strange or not other.values else None)
    if gap:
        return Known(None, 0.0, gap, places)
    return Known(True, min(_surely(parts), other.confidence), None, places)


def _covers(fact: ReviewFact, files: Files, filed: _Filed) -> Known:
    parts, other = _parts(fact, files), _other(fact, files, filed)
    places = _places(parts) + other.places
    best: dict[object, float] = {}
    for part in parts:
        for value in part.values if not part.gap else ():
            key = filed.meaning(fact.meant, value)
            best[key] = max(best.get(key, 0.0), part.confidence)
    wanted = {filed.meaning(fact.meant, one) for one in other.values}
    gap = _gap_of(parts) or other.gap
    if wanted <= best.keys() and not other.gap:
        sure = min((best[one] for one in wanted), default=0.0)
        return Known(True, min(sure, other.confidence), None, places)
    if gap:
        return Known(None, 0.0, gap, places)
    return Known(False, min(_surely(parts), other.confidence), None, places)


def _seal(fact: ReviewFact, files: Files, _: _Filed) -> Known:
    places: list[Evidence] = []
    bare: list[FileRead] = []
    by_file: dict[int, list[FileRead]] = {}
    for one in files[fact.material]:
        by_file.setdefault(one.file, []).append(one)
    for parts in by_file.values():
        seen = dict.fromkeys(seal for part in parts for seal in part.seals)
        places += [
            Evidence(fact.material, parts[0].file, one.page, one.box, "", fact.name) for one in seen
        ]
        bare += [part for part in parts if not seen and _asks_seal(fact, part)]
    doubts = [_doubt(fact, one) for one in bare]
    if bare and None in doubts:
        sure = max(
            one.kind_confidence for one, doubt in zip(bare, doubts, strict=True) if not doubt
        )
        return Known(False, sure, None, tuple(places))
    if bare:
        return Known(None, 0.0, doubts[0], tuple(places))
    return Known(True, 1.0, None, tuple(places)) if places else Known(gap=Gap.NOT_READ)


def _asks_seal(fact: ReviewFact, file: FileRead) -> bool:
    return file.kind not in fact.kinds or file.kind in fact.bearing


def _doubt(fact: ReviewFact, file: FileRead) -> Gap | None:
    """Say why a seal that is not seen may be there all the same."""
    if file.kind not in fact.kinds:
        return Gap.OTHER_KIND
    return None if file.is_clear else Gap.UNCLEAR


def _kind(fact: ReviewFact, files: Files, _: _Filed) -> Known:
    told = files[fact.material]
    places = tuple(
        Evidence(fact.material, one.file, 1, None, "", fact.name, one.kind_confidence)
        for one in told
    )
    others = [one for one in told if one.kind is not None and one.kind not in fact.bearing]
    if others:
        return Known(False, max(one.kind_confidence for one in others), None, places)
    if any(one.kind is None for one in told):
        return Known(None, 0.0, Gap.OTHER_KIND, places)
    return Known(True, min(one.kind_confidence for one in told), None, places)


def _count(fact: ReviewFact, files: Files, _: _Filed) -> Known:
    told = files.get(fact.material, ())
    places = tuple(Evidence(fact.material, one.file, 1, None, "", fact.name) for one in told)
    if fact.bearing:
        return _count_kind(fact, told, places)
    numbers = {one.file: one.pages for one in told}
    if fact.of_pages and not all(numbers.values()):
        return Known(None, 0.0, Gap.NOT_READ, places)
    return Known(sum(numbers.values()) if fact.of_pages else len(numbers), 1.0, None, places)


def _count_kind(fact: ReviewFact, told: Sequence[FileRead], places: tuple[Evidence, ...]) -> Known:
    if not told:
        return Known(gap=Gap.NO_FILE)
    if any(one.kind is None for one in told):
        return Known(None, 0.0, Gap.OTHER_KIND, places)
    ours = [one for one in told if one.kind in fact.bearing]
    return Known(len(ours), min(one.kind_confidence for one in told), None, places)


_HOW: Mapping[How, Callable[[ReviewFact, Files, _Filed], Known]] = {
    How.READ: _read,
    How.AGREES: _agrees,
    How.COVERS: _covers,
    How.SEAL: _seal,
    How.KIND: _kind,
    How.SUM: _sum,
    How.COUNT: _count,
}
