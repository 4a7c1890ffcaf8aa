# SPDX-License-Identifier: Apache-2.0
"""From a written analysis (数据核验) to the kernel's; every name in it is looked up and told."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from huiban.kernel.analysis import Analysis, How, Match, RegisterFact, table_of
from huiban.kernel.analysis_facts import COMPARED, can_know, fact_type
from huiban.kernel.catalogue import Life
from huiban.kernel.form import Field, FieldKind, Form, Lookup
from huiban.kernel.lookup import IDENTITY
from huiban.kernel.resource import Resource, Share
from huiban.kernel.rule import Criterion, Rule, Schema
from huiban.kernel.rule.tree import walk
from huiban.packloader.build_form import parsed
from huiban.packloader.build_item import Usage, shared_schema
from huiban.packloader.folder import Folder
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.analysis import AnalysisIn, FactIn, MatchIn
from huiban.packloader.schema.pack import CriterionIn
from huiban.packloader.values import Common

ANALYSIS = "analysis.yaml"
IDENTITY_GIVES = ("name", "number")
_Path = tuple[str | int, ...]
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_PER_ROW = frozenset({How.ALL_FOUND, How.ANY_FOUND, How.COUNT, How.LEAST, How.MOST, How.FILLED})
_OF_ITEMS = frozenset({How.ITEM, How.LEAST, How.MOST, How.FILLED})
_HIDES_UNKNOWN = frozenset({"is_null", "coalesce"})
_NOT_COMPARED = frozenset(
    {FieldKind.TABLE, FieldKind.FILE, FieldKind.DECLARATION, FieldKind.SIGNATURE}
)


@dataclass(slots=True)
class Place:
    """Where an analysis is written, and what it may refer to."""

    folder: Folder
    common: Common
    usages: Mapping[Life, Usage]
    lookups: dict[str, Lookup] = field(default_factory=dict)
    is_partial: bool = False
    """A lookup could not be read, so that nobody knows what is asked."""

    @property
    def forms(self) -> list[Form]:
        return [one.form for one in self.usages.values()]

    def note(self, path: _Path, message: str, cure: str = "") -> None:
        self.folder.note(ANALYSIS, path, message, cure)

    def known(self, path: _Path, word: str, known: Iterable[str], what: str) -> bool:
        """Note a word that is not known, unless it is in a part whose faults are told already."""
        words = sorted(set(known))
        if word in words:
            return True
        if word not in self.folder.doubtful:
            self.note(path, f"unknown {what} '{word}'", did_you_mean(word, words))
        return False

    def resource(self, source: str) -> Resource | None:
        return self.common.catalogue.resources.get(source)


def build_analysis(place: Place, written: AnalysisIn, taken: Collection[str]) -> Analysis:
    """Build an analysis; `taken` are the codes of the criteria in rules.yaml."""
    for index, one in enumerate(written.lookups):
        _lookup(place, ("lookups", index), one.make())
    for index, one in enumerate(written.lookups):
        _start(place, ("lookups", index, "from"), one.make())
    matches = [_match(place, ("matches", index), one) for index, one in enumerate(written.matches)]
    facts = [_fact(place, name, one) for name, one in written.facts.items()]
    place.folder.doubtful |= set(written.facts) - {one.name for one in facts if one}
    bare = Analysis(
        tuple(place.lookups.values()),
        tuple(one for one in matches if one),
        {one.name: one for one in facts if one},
    )
    _unused(place, written, bare)
    return Analysis(bare.lookups, bare.matches, bare.facts, _criteria(place, written, bare, taken))


def _lookup(place: Place, path: _Path, lookup: Lookup) -> None:
    if lookup.source in place.lookups:
        place.note((*path, "source"), f"'{lookup.source}' is asked twice", "keep one of them")
        return
    resources = place.common.catalogue.resources
    if not place.known((*path, "source"), lookup.source, resources, "data resource"):
        place.is_partial = True
        return
    place.lookups[lookup.source] = lookup
    resource = resources[lookup.source]
    place.known((*path, "by"), lookup.by, resource.keys, f"lookup key of {lookup.source}")
    if resource.share is Share.NONE:
        message = f"'{lookup.source}' is not shared with anybody"
        place.note((*path, "source"), message, "ask another resource")


def _start(place: Place, path: _Path, lookup: Lookup) -> None:
    """Make sure that the key is taken from what there is: identity, a form, another answer."""
    name, dot, rest = lookup.start.partition(".")
    if name == IDENTITY:
        place.known(path, rest or "(nothing)", IDENTITY_GIVES, "identity")
        return
    tables = [one for form in place.forms if (one := form.field(name)) and one.columns]
    if dot and tables:
        columns = {column.key for table in tables for column in table.columns}
        place.known(path, rest, columns, f"column of table '{name}'")
    elif dot and name in place.lookups:
        resource = place.resource(name)
        if resource:
            items = [item.key for item in resource.items]
            place.known(path, rest, items, f"item of {name}")
        if _waits_for(place, lookup.source, name):
            place.note(path, "these lookups wait for one another", "start one from a field")
        other = place.lookups[name]
        if any(table_of(form, other) for form in place.forms):
            place.note(path, f"'{name}' is asked for each row", "start from what is asked once")
    elif dot:
        message = f"'{name}' is neither a table nor another lookup"
        place.note(path, message, did_you_mean(name, place.lookups))
    else:
        place.known(path, name, _field_names(place), "field of any form")


def _waits_for(place: Place, source: str, name: str) -> bool:
    seen: set[str] = set()
    while name in place.lookups and name not in seen:
        if name == source:
            return True
        seen.add(name)
        name = place.lookups[name].start.partition(".")[0]
    return False


def _field_names(place: Place) -> set[str]:
    return {one.key for form in place.forms for one in form.fields()}


def _fields_at(place: Place, path: str) -> list[Field]:
    """Return the field of this path in every form that has it."""
    name, _, column = path.partition(".")
    found = [one for form in place.forms if (one := form.field(name))]
    if column:
        found = [cell for one in found for cell in one.columns if cell.key == column]
    return found


def _paths(place: Place) -> set[str]:
    """Return every field and column of the pack's forms."""
    return {
        path
        for form in place.forms
        for one in form.fields()
        for path in (one.key, *(f"{one.key}.{column.key}" for column in one.columns))
    }


def _item(place: Place, path: _Path, text: str) -> tuple[str, str] | None:
    """Split `source.item`, both of which must be there."""
    source, _, item = text.partition(".")
    resource = place.resource(source)
    if place.is_partial and resource and source not in place.lookups:
        return None
    if not place.known(path, source, place.lookups, "lookup") or resource is None:
        return None
    keys = [one.key for one in resource.items]
    if not place.known(path, item or "(nothing)", keys, f"item of {source}"):
        return None
    return source, item


def _key(
    place: Place, path: _Path, written: Mapping[str, str], where: tuple[str, str, bool]
) -> bool:
    """
    Check which record counts: items of the register, fields of a form or of one table's rows.

    `where` is the source, the table a match is in (its rows may be joined), whether any may be.
    """
    source, table, is_any = where
    resource = place.resource(source)
    items = [one.key for one in resource.items] if resource else []
    is_good = True
    for item, name in written.items():
        is_good &= place.known((*path, "key", item), item, items, f"item of {source}")
        is_good &= place.known((*path, "key", item), name, _paths(place), "field of any form")
        head, dot, _ = name.partition(".")
        if dot and not is_any and head != table:
            place.note((*path, "key", item), f"'{name}' is a column of another row", _ONE_ROW)
            is_good = False
    return is_good


_ONE_ROW = "compare with a field of the form, or of the same row"


def _match(place: Place, path: _Path, one: MatchIn) -> Match | None:
    table, dot, _ = one.field.partition(".")
    table = table if dot else ""
    is_good = place.known((*path, "field"), one.field, _paths(place), "field of any form")
    if any(found.kind in _NOT_COMPARED for found in _fields_at(place, one.field)):
        place.note((*path, "field"), f"'{one.field}' cannot be compared", "name one of its columns")
    against = _item(place, (*path, "with"), one.against)
    if not is_good or against is None:
        return None
    source, item = against
    asked = {table_of(form, place.lookups[source]) for form in place.forms} - {""}
    if asked and asked != {table}:
        message = f"'{source}' is asked for each row of '{min(asked)}', '{one.field}' is not in it"
        place.note((*path, "with"), message, "name a column of that table")
        return None
    if not _key(place, path, one.key, (source, table, False)):
        return None
    return Match(one.field, source, item, one.key)


def _fact(place: Place, name: str, written: FactIn) -> RegisterFact | None:
    path: _Path = ("facts", name)
    said = [how for how in How if getattr(written, how.value) is not None]
    if len(said) != 1:
        ways = ", ".join(how.value for how in How)
        place.note(path, "says not exactly one thing", f"write one of: {ways}")
        return None
    for usage in place.usages.values():
        if name in usage.schema:
            place.note(path, f"'{name}' is a fact of the form already", "rename it")
            return None
    how = said[0]
    text = getattr(written, how.value)
    source, item = text, ""
    if how in _OF_ITEMS:
        split = _item(place, (*path, how.value), text)
        if split is None:
            return None
        source, item = split
    elif _item(place, (*path, how.value), f"{text}.{_any_item(place, text)}") is None:
        return None
    fact = RegisterFact(name, how, source, item, written.key, written.label)
    is_sound = _key(place, path, written.key, (source, "", how in _PER_ROW))
    return fact if is_sound and _suits(place, (*path, how.value), fact) else None


def _any_item(place: Place, source: str) -> str:
    resource = place.resource(source)
    return resource.items[0].key if resource and resource.items else ""


def _suits(place: Place, path: _Path, fact: RegisterFact) -> bool:
    """Make sure that what is said once is asked once, and that only numbers and days compare."""
    resource = place.resource(fact.source)
    item = resource.item(fact.item) if resource else None
    if fact.how in (How.LEAST, How.MOST) and item and item.type not in COMPARED:
        place.note(path, f"'{fact.item}' is a {item.type}", "name a number or a date")
        return False
    lookup = place.lookups[fact.source]
    tables = {table_of(form, lookup) for form in place.forms} - {""}
    if tables and fact.how not in _PER_ROW:
        message = f"'{fact.source}' is asked for each row of '{min(tables)}'"
        place.note(path, message, "write all_found, any_found, count, least, most or filled")
        return False
    return True


def _unused(place: Place, written: AnalysisIn, analysis: Analysis) -> None:
    """Say which register is asked for nothing; personal data are not fetched to lie about."""
    if place.folder.problems:
        return
    used = {one.source for one in analysis.matches} | {
        one.source for one in analysis.facts.values()
    }
    used |= {one.start.partition(".")[0] for one in analysis.lookups}
    for index, one in enumerate(written.lookups):
        if one.source not in used:
            message = f"nothing of '{one.source}' is compared or concluded from"
            place.note(("lookups", index), message, "add a match or a fact, or delete the lookup")


def _criteria(
    place: Place, written: AnalysisIn, analysis: Analysis, taken: Collection[str]
) -> dict[Life, tuple[Criterion, ...]]:
    found: dict[Life, list[Criterion]] = {life: [] for life in place.usages}
    seen = set(taken)
    for index, one in enumerate(written.criteria):
        path: _Path = ("criteria", index)
        if one.code in seen:
            place.note((*path, "code"), f"'{one.code}' is there twice", "rename one")
        seen.add(one.code)
        place.known((*path, "asks"), one.asks, place.common.roles, "role")
        for at, life in enumerate(one.lives):
            place.known((*path, "lives", at), life, list(place.usages), "life of an item")
        wanted = [life for life in one.lives if life in place.usages]
        criterion = _criterion(place, path, one, (analysis, wanted)) if wanted else None
        for life in wanted if criterion else ():
            found[life].append(criterion)  # type: ignore[arg-type]  # not None, asked above
    return {life: tuple(criteria) for life, criteria in found.items()}


def _criterion(
    place: Place, path: _Path, written: CriterionIn, where: tuple[Analysis, list[Life]]
) -> Criterion | None:
    analysis, lives = where
    forms = {life: place.usages[life].form for life in lives}
    for name in _WORD.findall(written.holds):
        fact = analysis.facts.get(name)
        lacking = [
            life for life, form in forms.items() if fact and not can_know(analysis, form, fact)
        ]
        if fact and lacking:
            message = f"'{name}' cannot be known for '{lacking[0]}': its form has no key for it"
            place.note((*path, "holds"), message, f"take {lacking[0]} out of `lives`")
            return None
    schema = shared_schema(_schema(place, life, analysis) for life in lives)
    rule = parsed(place.folder, ANALYSIS, (*path, "holds"), written.holds, schema)
    if rule is None or _hides_unknown(place, (*path, "holds"), rule, analysis):
        return None
    return Criterion(
        written.code, written.title, rule, written.basis, written.asks, written.message
    )


def _hides_unknown(place: Place, path: _Path, rule: Rule, analysis: Analysis) -> bool:
    """Refuse `is null` and `coalesce` over a register's fact: a timeout must never become a no."""
    for node in walk(rule.tree):
        if node.op in _HIDES_UNKNOWN:
            names = {str(one.value) for one in walk(node) if one.op == "field"}
            for name in sorted(names & set(analysis.facts)):
                message = f"'{name}' is unknown while nobody answers; this would make it known"
                place.note(path, message, "write a fact with `found` or `filled` instead")
                return True
    return False


def _schema(place: Place, life: Life, analysis: Analysis) -> Schema:
    usage = place.usages[life]
    own = {
        name: fact_type(fact, resource)
        for name, fact in analysis.facts.items()
        if (resource := place.resource(fact.source)) and can_know(analysis, usage.form, fact)
    }
    return {**usage.schema, **own}
