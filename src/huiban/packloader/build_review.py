# SPDX-License-Identifier: Apache-2.0
"""From written review points (审查要点) to the kernel's; every name is looked up and told."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from huiban.kernel.catalogue import Life
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.material_kind import MaterialKind
from huiban.kernel.quantity import is_unit, units
from huiban.kernel.review import Against, How, Point, Review, ReviewFact
from huiban.kernel.review_facts import can_know, review_schema
from huiban.kernel.rule import FactKind, FactType, Rule
from huiban.kernel.rule.tree import walk
from huiban.packloader.build_form import parsed
from huiban.packloader.build_item import Usage, shared_schema
from huiban.packloader.folder import Folder
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.review import FactIn, PointIn, ReviewIn

REVIEW = "review.yaml"
Kinds = Mapping[str, Mapping[str, str]]
"""Kinds of material there are: kind → its fields, each with its type."""
_Path = tuple[str | int, ...]
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_HIDES_UNKNOWN = frozenset({"is_null", "coalesce"})
_TEXT, _DATE = FactType(FactKind.TEXT), FactType(FactKind.DATE)
_NUMBER, _LIST = FactType(FactKind.DECIMAL), FactType(FactKind.LIST)
_BOOLEAN, _INTEGER = FactType(FactKind.BOOLEAN), FactType(FactKind.INTEGER)
_READ_AS: Mapping[str, tuple[FactType, FieldKind]] = {
    "text": (_TEXT, FieldKind.TEXT),
    "person": (_TEXT, FieldKind.TEXT),
    "organisation": (_TEXT, FieldKind.TEXT),
    "number_text": (_TEXT, FieldKind.TEXT),
    "plate": (_TEXT, FieldKind.TEXT),
    "uscc": (_TEXT, FieldKind.USCC),
    "citizen_id": (_TEXT, FieldKind.PERSON_ID),
    "date": (_DATE, FieldKind.DATE),
    "until": (_DATE, FieldKind.DATE),
    "number": (_NUMBER, FieldKind.NUMBER),
    "money": (_NUMBER, FieldKind.MONEY),
    "area": (_NUMBER, FieldKind.NUMBER),
    "plates": (_LIST, FieldKind.TEXT),
}
"""How the values of each type of field are told to rules, and how they are compared."""
_READ_IN: Mapping[str, str] = {"money": "元", "area": "平方米"}
"""What amounts are read in whatever the page says; a plain number's unit stands beside it."""
_NOT_COMPARED = frozenset(
    {FieldKind.TABLE, FieldKind.FILE, FieldKind.DECLARATION, FieldKind.CHOICE, FieldKind.BOOLEAN}
)
_ONLY_FOR: Mapping[str, frozenset[How]] = {
    "against": frozenset({How.AGREES}),
    "of": frozenset({How.COVERS}),
    "kinds": frozenset({How.KIND, How.COUNT, How.SEAL}),
    "take": frozenset({How.READ}),
    "unit": frozenset({How.READ, How.SUM, How.AGREES}),
    "pages": frozenset({How.COUNT}),
}
_WRITTEN = {"against": "with", "kinds": "is"}
_NEEDED: Mapping[How, str] = {How.AGREES: "against", How.COVERS: "of", How.KIND: "kinds"}


@dataclass(slots=True)
class Place:
    """Where points are written, and what they may refer to."""

    folder: Folder
    kinds: Kinds
    roles: Collection[str]
    usages: Mapping[Life, Usage]
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, path: _Path, message: str, cure: str = "") -> None:
        self.folder.note(REVIEW, path, message, cure)

    def known(self, path: _Path, word: str, known: Iterable[str], what: str) -> bool:
        """Note a word that is not known, unless it is in a part whose faults are told already."""
        words = sorted(set(known))
        if word in words:
            return True
        if word not in self.folder.doubtful:
            self.note(path, f"unknown {what} '{word}'", did_you_mean(word, words))
        return False

    @property
    def materials(self) -> set[str]:
        return {one.code for usage in self.usages.values() for one in usage.item.materials}


def kinds_of(known: Iterable[MaterialKind]) -> dict[str, dict[str, str]]:
    """Return the fields of each kind of material with their types."""
    return {kind.code: {one.name: one.type.value for one in kind.fields} for kind in known}


def materials_of(usage: Usage) -> frozenset[str]:
    return frozenset(one.code for one in usage.item.materials)


def build_review(place: Place, written: ReviewIn, taken: Collection[str]) -> Review:
    """Build the points; `taken` are the codes of the criteria in rules.yaml and analysis.yaml."""
    for material, kinds in written.reads.items():
        _reads(place, material, kinds)
    facts = [_fact(place, name, one) for name, one in written.facts.items()]
    place.folder.doubtful |= set(written.facts) - {one.name for one in facts if one}
    bare = Review(place.reads, {one.name: one for one in facts if one})
    return Review(bare.reads, bare.facts, _points(place, written, bare, taken))


def _reads(place: Place, material: str, kinds: tuple[str, ...]) -> None:
    path: _Path = ("reads", material)
    is_good = place.known(path, material, place.materials, "material")
    if not kinds:
        place.note(path, "no kind is named", "name the kinds its files may be of")
    for index, kind in enumerate(kinds):
        is_good &= place.known((*path, index), kind, place.kinds, "kind of material")
    if is_good and kinds:
        place.reads[material] = kinds
    else:
        place.folder.doubtful.add(material)


def _fact(place: Place, name: str, written: FactIn) -> ReviewFact | None:
    path: _Path = ("facts", name)
    said = [how for how in How if getattr(written, how.value) is not None]
    if len(said) != 1:
        ways = ", ".join(how.value for how in How)
        place.note(path, "says not exactly one thing", f"write one of: {ways}")
        return None
    how = said[0]
    for usage in place.usages.values():
        if name in usage.schema:
            place.note(path, f"'{name}' is a fact of the case already", "rename it")
            return None
    if not _suits(place, path, how, written):
        return None
    if how in (How.SEAL, How.KIND, How.COUNT):
        return _of_files(place, path, name, (how, written))
    return _of_field(place, path, name, (how, written))


def _suits(place: Place, path: _Path, how: How, written: FactIn) -> bool:
    """Make sure that every other key belongs to what the fact says, and none is missing."""
    is_good = True
    for key, hows in _ONLY_FOR.items():
        if getattr(written, key) and how not in hows:
            place.note((*path, _WRITTEN.get(key, key)), f"says nothing with `{how}`", "delete it")
            is_good = False
    needed = _NEEDED.get(how, "")
    if needed and not getattr(written, needed):
        shown = _WRITTEN.get(needed, needed)
        place.note(path, f"`{how}` needs `{shown}`", f"add `{shown}`")
        is_good = False
    return is_good


def _of_files(place: Place, path: _Path, name: str, what: tuple[How, FactIn]) -> ReviewFact | None:
    how, written = what
    material = getattr(written, how.value)
    if not place.known((*path, how.value), material, place.reads, "material in `reads`"):
        return None
    known = set(place.kinds) if how is How.KIND else set(place.reads[material])
    kinds_are_good = [
        place.known((*path, "is", index), kind, known, f"kind of '{material}' in `reads`")
        for index, kind in enumerate(written.kinds)
    ]
    if not all(kinds_are_good):
        return None
    expected = frozenset(place.reads[material])
    bearing = frozenset(written.kinds) or (frozenset() if how is How.COUNT else expected)
    return ReviewFact(
        name, how, material, _INTEGER if how is How.COUNT else _BOOLEAN, expected, bearing,
        of_pages=written.pages, label=written.label,
    )  # fmt: skip


def _of_field(place: Place, path: _Path, name: str, what: tuple[How, FactIn]) -> ReviewFact | None:
    how, written = what
    split = _material_field(place, (*path, how.value), getattr(written, how.value))
    if split is None:
        return None
    material, key, read_as = split
    shown, meant = _READ_AS[read_as]
    fact = ReviewFact(
        name, how, material, shown if how in (How.READ, How.SUM) else _BOOLEAN,
        frozenset(place.reads[material]), _bearing(place, material, key), key, meant=meant,
        unit=written.unit, written=_READ_IN.get(read_as, ""), take=written.take,
        label=written.label,
    )  # fmt: skip
    if not _counts(place, path, fact, shown):
        return None
    if how in (How.READ, How.SUM):
        return fact
    return _held_against(place, path, fact, written)


def _bearing(place: Place, material: str, key: str) -> frozenset[str]:
    return frozenset(kind for kind in place.reads[material] if key in place.kinds[kind])


def _material_field(place: Place, path: _Path, text: str) -> tuple[str, str, str] | None:
    """Split `material.field`; the field's type must be the same in every kind that has it."""
    material, _, key = text.partition(".")
    if not place.known(path, material, place.reads, "material in `reads`"):
        return None
    kinds = [place.kinds[kind] for kind in place.reads[material]]
    names = {one for fields in kinds for one in fields}
    if not place.known(path, key or "(nothing)", names, f"field of what '{material}' may be"):
        return None
    types = {fields[key] for fields in kinds if key in fields}
    if len({_READ_AS[one] for one in types}) > 1:
        place.note(path, f"'{key}' is of several types: {', '.join(sorted(types))}", "rename one")
        return None
    return material, key, min(types)


def _counts(place: Place, path: _Path, fact: ReviewFact, shown: FactType) -> bool:
    """Make sure that numbers name their unit, and only what has an order has a least."""
    is_number = shown.kind is FactKind.DECIMAL
    if fact.how is How.SUM and not is_number:
        place.note((*path, "sum"), f"'{fact.field}' is no number", "name a number")
        return False
    if fact.take and not is_number and shown.kind is not FactKind.DATE:
        place.note((*path, "take"), f"'{fact.field}' has no order", "name a number or a date")
        return False
    if fact.unit and not (is_number and is_unit(fact.unit)):
        cure = f"known: {', '.join(units())}" if is_number else "delete it"
        place.note((*path, "unit"), f"'{fact.field}' is not told in '{fact.unit}'", cure)
        return False
    if is_number and not fact.unit and fact.how in (How.READ, How.SUM):
        place.note(path, f"'{fact.field}' is a number without a unit", "add `unit`")
        return False
    return True


def _held_against(
    place: Place, path: _Path, fact: ReviewFact, written: FactIn
) -> ReviewFact | None:
    key = "with" if fact.how is How.AGREES else "of"
    text = written.against or written.of
    head = text.partition(".")[0]
    if head in place.reads and "." in text:
        other = _material_field(place, (*path, key), text)
        if other is None or not _same_type(place, (*path, key), fact, _READ_AS[other[2]][1]):
            return None
        if fact.meant in _NUMBERS and not (fact.unit or fact.written):
            place.note(path, f"'{fact.field}' is a number without a unit", "add `unit`")
            return None
        return replace(fact, against=Against(text, other[0]), unit=fact.unit or fact.written)
    fields = _fields_at(place, text)
    if not fields:
        place.known((*path, key), text, _paths(place), "field of any form")
        return None
    bad = next((one for one in fields if one.kind in _NOT_COMPARED), None)
    if bad is not None:
        place.note((*path, key), f"'{text}' cannot be compared", "name a text, number or date")
        return None
    if not _same_type(place, (*path, key), fact, fields[0].kind):
        return None
    told = fields[0]
    meant = told.kind if told.kind in _NARROWER else fact.meant
    unit = fact.unit or told.unit or (fact.written if told.kind is FieldKind.MONEY else "")
    return replace(fact, against=Against(text), meant=meant, unit=unit)


_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.MONEY})
_NARROWER = frozenset({FieldKind.ADDRESS, FieldKind.USCC, FieldKind.PERSON_ID, FieldKind.PHONE})
"""Kinds of form fields that say more of how to compare than a text that was read."""


def _same_type(place: Place, path: _Path, fact: ReviewFact, other: FieldKind) -> bool:
    """Make sure that numbers are held against numbers and dates against dates."""
    if fact.how is How.COVERS and FieldKind.ADDRESS in (fact.meant, other):
        place.note(path, "a list of addresses is not compared", "write `agrees`")
        return False
    for family in (_NUMBERS, frozenset({FieldKind.DATE})):
        if (fact.meant in family) != (other in family):
            place.note(path, f"'{fact.field}' is compared with a {other}", "name one of its kind")
            return False
    return True


def _fields_at(place: Place, path: str) -> list[Field]:
    """Return the field or column of this path in every form that has it."""
    name, dot, column = path.partition(".")
    forms = [usage.form for usage in place.usages.values()]
    found = [one for form in forms if (one := form.field(name))]
    if dot:
        return [cell for one in found for cell in one.columns if cell.key == column]
    return found


def _paths(place: Place) -> set[str]:
    """Return every field and column of the pack's forms."""
    return {
        path
        for usage in place.usages.values()
        for one in usage.form.fields()
        for path in (one.key, *(f"{one.key}.{column.key}" for column in one.columns))
    }


def _points(
    place: Place, written: ReviewIn, review: Review, taken: Collection[str]
) -> dict[Life, tuple[Point, ...]]:
    found: dict[Life, list[Point]] = {life: [] for life in place.usages}
    seen = set(taken)
    for index, one in enumerate(written.points):
        path: _Path = ("points", index)
        if one.code in seen:
            place.note((*path, "code"), f"'{one.code}' is there twice", "rename one")
        seen.add(one.code)
        _names(place, path, one, review)
        lives = [life for life in one.lives if life in place.usages]
        point = _point(place, path, one, (review, lives)) if lives else None
        for life in lives if point else ():
            found[life].append(point)  # type: ignore[arg-type]  # not None, asked above
    return {life: tuple(points) for life, points in found.items()}


def _names(place: Place, path: _Path, one: PointIn, review: Review) -> None:
    place.known((*path, "settles"), one.settles, place.roles, "role")
    for at, life in enumerate(one.lives):
        place.known((*path, "lives", at), life, list(place.usages), "life of an item")
    for at, name in enumerate(one.shows):
        place.known((*path, "shows", at), name, review.facts, "fact of this file")
    sections = {part.key for usage in place.usages.values() for part in usage.form.sections}
    place.known((*path, "about"), one.about, place.materials | sections, "material or section")


def _point(
    place: Place, path: _Path, written: PointIn, where: tuple[Review, list[Life]]
) -> Point | None:
    review, lives = where
    for name in dict.fromkeys([*_WORD.findall(written.holds), *written.shows]):
        fact = review.facts.get(name)
        lacking = [life for life in lives if fact and not _can_know(place.usages[life], fact)]
        if fact and lacking:
            message = (
                f"'{name}' cannot be known for '{lacking[0]}': it has no such material or field"
            )
            place.note((*path, "holds"), message, f"take {lacking[0]} out of `lives`")
            return None
    schema = shared_schema(
        {**usage.schema, **review_schema(review, usage.form, materials_of(usage))}
        for usage in (place.usages[life] for life in lives)
    )
    rule = parsed(place.folder, REVIEW, (*path, "holds"), written.holds, schema)
    if rule is None or _is_unfit(place, (*path, "holds"), rule, review):
        return None
    return Point(
        written.code, written.title, rule, written.basis, written.severity, written.about,
        written.shows, written.applicant, written.officer, written.settles, float(written.needs),
    )  # fmt: skip


def _can_know(usage: Usage, fact: ReviewFact) -> bool:
    return can_know(fact, usage.form, materials_of(usage))


def _is_unfit(place: Place, path: _Path, rule: Rule, review: Review) -> bool:
    """Refuse a rule that reads nothing, and one that turns what could not be read into a no."""
    if not rule.fields & set(review.facts):
        place.note(path, "the rule uses no fact of this file", "write it in rules.yaml instead")
        return True
    for node in walk(rule.tree):
        if node.op in _HIDES_UNKNOWN:
            names = {str(one.value) for one in walk(node) if one.op == "field"}
            for name in sorted(names & set(review.facts)):
                message = f"'{name}' is unknown while it cannot be read; this would make it known"
                place.note(path, message, "leave it unknown, so that people look")
                return True
    return False
