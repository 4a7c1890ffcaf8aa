# SPDX-License-Identifier: Apache-2.0
"""Loading packs/resources: the catalogue of data resources (数据资源目录) and its providers."""

from collections.abc import Iterator, Mapping

from huiban.kernel.resource import LOOKUP_KEYS, Catalogue, Provider, Resource, lint
from huiban.kernel.words import Words
from huiban.packloader.folder import Folder, Shape
from huiban.packloader.problem import Problem, did_you_mean
from huiban.packloader.schema.part import built
from huiban.packloader.schema.resource import (
    NEEDED,
    TERMS,
    CategoriesIn,
    ProvidersIn,
    PurposesIn,
    ResourceIn,
    ResourcesIn,
)

RESOURCES = "resources"
_PROVIDERS = "providers.yaml"
_CATEGORIES = "categories.yaml"
_PURPOSES = "purposes.yaml"
_VOCABULARIES = (_PROVIDERS, _CATEGORIES, _PURPOSES)
_Path = tuple[str | int, ...]


def load_resources(
    texts: Mapping[str, str], shown: str = f"packs/{RESOURCES}"
) -> tuple[Catalogue, list[Problem]]:
    """Load the catalogue; an entry with a fault is left out, with its problems."""
    folder = Folder(RESOURCES, texts, shown)
    providers, categories = _providers(folder), _categories(folder)
    purposes = _purposes(folder)
    found: dict[str, Resource] = {}
    codes: dict[str, str] = {}
    for file in folder.files("."):
        if file in _VOCABULARIES:
            continue
        written = folder.shaped(file, ResourcesIn)
        if written is None:
            continue
        _check_provider(folder, file, written, providers)
        for index, entry in enumerate(written.resources):
            path = (RESOURCES, index)
            _check_names(folder, file, path, entry, found, codes)
            resource = _resource(folder, file, path, written, entry)
            if resource is not None and entry.key not in folder.doubtful:
                _check_words(folder, file, path, resource, (categories, purposes))
            if resource is not None:
                found.setdefault(resource.key, resource)
                codes.setdefault(resource.code, resource.key)
    return Catalogue(found, providers, categories, purposes), list(folder.all_problems())


def _providers(folder: Folder) -> dict[str, Provider]:
    written = _vocabulary(folder, _PROVIDERS, ProvidersIn)
    return {one.code: one.make() for one in written.providers} if written else {}


def _categories(folder: Folder) -> dict[str, Words]:
    written = _vocabulary(folder, _CATEGORIES, CategoriesIn)
    return {one.code: one.name for one in written.categories} if written else {}


def _purposes(folder: Folder) -> dict[str, Words]:
    written = _vocabulary(folder, _PURPOSES, PurposesIn)
    return {one.code: one.name for one in written.purposes} if written else {}


def _vocabulary(folder: Folder, file: str, shape: type[Shape]) -> Shape | None:
    if file in folder.texts:
        return folder.shaped(file, shape)
    if folder.texts:
        folder.missing(file, (shape.__doc__ or file).strip(" ."))
    return None


def _check_provider(
    folder: Folder, file: str, written: ResourcesIn, providers: Mapping[str, Provider]
) -> None:
    provider = providers.get(written.provider)
    if provider is None:
        cure = did_you_mean(written.provider, providers)
        folder.note(file, ("provider",), f"unknown provider '{written.provider}'", cure)
    elif provider.level is not written.level:
        message = f"'{written.provider}' is a {provider.level} provider"
        folder.note(file, ("level",), message, f"write {provider.level}")


def _check_names(  # noqa: PLR0913 - a place has three parts
    folder: Folder,
    file: str,
    path: _Path,
    entry: ResourceIn,
    found: Mapping[str, Resource],
    codes: Mapping[str, str],
) -> None:
    if entry.key in found:
        message = f"'{entry.key}' is the key of {found[entry.key].code} already"
        folder.note(file, (*path, "key"), message, "choose another")
    if entry.code in codes:
        message = f"{entry.code} is the code of '{codes[entry.code]}' already"
        folder.note(file, (*path, "code"), message, "take the next free number")
    for key in entry.keys:
        if key not in LOOKUP_KEYS:
            cure = did_you_mean(key, LOOKUP_KEYS)
            folder.note(file, (*path, "keys"), f"nothing is looked up by '{key}'", cure)


def _check_words(
    folder: Folder,
    file: str,
    path: _Path,
    resource: Resource,
    known: tuple[Mapping[str, Words], Mapping[str, Words]],
) -> None:
    categories, purposes = known
    if resource.category not in categories:
        message = f"unknown category '{resource.category}'"
        cure = did_you_mean(resource.category, categories)
        folder.note(file, (*path, "category"), message, cure)
    for purpose in sorted(resource.purposes - set(purposes)):
        cure = did_you_mean(purpose, purposes)
        folder.note(file, (*path, "purposes"), f"unknown purpose '{purpose}'", cure)


def _resource(
    folder: Folder, file: str, path: _Path, written: ResourcesIn, entry: ResourceIn
) -> Resource | None:
    terms = dict(_terms(written, entry))
    missing = [name for name in sorted(NEEDED) if terms[name] is None]
    for name in missing:
        message = f"'{name}' is missing"
        folder.note(file, (*path, name), message, "write it here or under defaults")
    if missing:
        return None
    terms["purposes"] = frozenset(terms["purposes"] or ())  # type: ignore[call-overload]
    terms["condition"] = terms["condition"] or ""
    own = {
        name: built(getattr(entry, name)) for name in ResourceIn.model_fields if name not in terms
    }
    resource = Resource(level=written.level, provider=written.provider, **own, **terms)  # type: ignore[arg-type]
    for fault in lint(resource):
        folder.note(file, (*path, fault.field), fault.message, fault.cure)
    return resource


def _terms(written: ResourcesIn, entry: ResourceIn) -> Iterator[tuple[str, object]]:
    for name in TERMS:
        said = getattr(entry, name)
        yield name, getattr(written.defaults, name) if said is None else said
