# SPDX-License-Identifier: Apache-2.0
"""From written items and criteria to the kernel's, with the rules each of them holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from huiban.kernel.catalogue import Item, Life, Material, Need
from huiban.kernel.form import Form
from huiban.kernel.rule import Criterion, Schema
from huiban.packloader.build_form import parsed
from huiban.packloader.facts import case_schema
from huiban.packloader.folder import Folder
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.item import ItemIn
from huiban.packloader.schema.pack import CriterionIn


def build_item(
    folder: Folder, file: str, written: ItemIn, forms: Mapping[str, Form]
) -> Item | None:
    """Build an item; None if its form does not exist, because nothing of it could be used."""
    form = forms.get(written.form)
    if form is None:
        folder.note(
            file, ("form",), f"unknown form '{written.form}'", did_you_mean(written.form, forms)
        )
        return None
    made: Item = written.make(materials=tuple(one.make(when=None) for one in written.materials))
    schema = case_schema(made, form)
    materials = [
        _material(folder, file, index, (made.materials[index], schema), one.when)
        for index, one in enumerate(written.materials)
    ]
    return replace(made, materials=tuple(materials))


def _material(
    folder: Folder, file: str, index: int, where: tuple[Material, Schema], when: str
) -> Material:
    material, schema = where
    path = ("materials", index, "when")
    is_stray = bool(when) and material.need is not Need.CONDITIONAL
    if is_stray and material.code not in folder.doubtful:
        folder.note(file, path, "`when` does nothing here", "write `need: conditional`")
    return replace(material, when=parsed(folder, file, path, when, schema))


@dataclass(frozen=True, slots=True)
class Usage:
    """An item with its form: what a rule about it may know."""

    item: Item
    form: Form

    @property
    def schema(self) -> Schema:
        return case_schema(self.item, self.form)


Criteria = dict[Life, tuple[Criterion, ...]]


def build_criteria(
    folder: Folder, group: str, written: Iterable[CriterionIn], usages: Mapping[Life, Usage]
) -> Criteria:
    """Build the criteria of one group of rules.yaml for every life they are meant for."""
    found: dict[Life, list[Criterion]] = {life: [] for life in usages}
    for index, one in enumerate(written):
        path = (group, index)
        for at, life in enumerate(one.lives):
            if life not in usages and not _is_hidden(folder, life):
                cure = did_you_mean(life, [known.value for known in usages])
                folder.note("rules.yaml", (*path, "lives", at), f"no item is for '{life}'", cure)
        wanted = {life: usages[life] for life in one.lives if life in usages}
        criterion = _criterion(folder, path, one, wanted)
        for life in wanted if criterion else ():
            found[life].append(criterion)  # type: ignore[arg-type]  # not None, asked above
    return {life: tuple(criteria) for life, criteria in found.items()}


def _is_hidden(folder: Folder, life: Life) -> bool:
    """Tell whether an item of this life may be in a file that could not be used."""
    lives = [folder.written(file, "life") for file in folder.files("items")]
    return life.value in lives or "" in lives


def _criterion(
    folder: Folder, path: tuple[str, int], written: CriterionIn, usages: Mapping[Life, Usage]
) -> Criterion | None:
    if not usages:
        return None
    schema = shared_schema(usage.schema for usage in usages.values())
    rule = parsed(folder, "rules.yaml", (*path, "holds"), written.holds, schema)
    if rule is None:
        return None
    return Criterion(
        written.code, written.title, rule, written.basis, written.asks, written.message
    )


def shared_schema(schemas: Iterable[Schema]) -> Schema:
    """Return the facts that every one of the schemas has, with the same kind."""
    all_of_them = list(schemas)
    if not all_of_them:
        return {}
    first, *others = all_of_them
    return {
        name: kind
        for name, kind in first.items()
        if all(name in one and one[name].kind is kind.kind for one in others)
    }
