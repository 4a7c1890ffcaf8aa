# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data resources (数据资源目录): searching it, and which forms use what."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from huiban.kernel import search
from huiban.kernel.actor import Actor
from huiban.kernel.form import Field, Section
from huiban.kernel.permission import Errand
from huiban.kernel.resource import Catalogue, Level, Provider, Resource
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.city import Placed
from huiban.services.packs_in_force import kept
from huiban.services.permission import demand_platform
from huiban.services.refusal import NotFound

_LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which entries are asked for; an empty text asks for all."""

    text: str = ""
    level: str = ""
    category: str = ""
    provider: str = ""
    connected: str = ""
    """Anything: only those this city is connected to."""


@dataclass(frozen=True, slots=True)
class Use:
    """One field of a form that takes a value from a resource."""

    item: str
    item_name: Words
    section: Words
    field: Words
    content: str
    """The item (信息项) it takes."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries found, and how many there are of each kind when only the text counts."""

    rows: tuple[Resource, ...]
    levels: dict[str, int]
    categories: dict[str, int]
    total: int
    connected: int
    """How many of the whole catalogue this city is connected to."""


def catalogue() -> Catalogue:
    return city.loaded().catalogue


def listing(narrow: Narrow, actor: Actor) -> Listing:
    """
    Find entries: by name, text, category or provider, in Chinese, pinyin or initials.

    :raises NotAllowed: for whoever has no desk.
    """
    demand_platform(actor, Errand.VIEW_CATALOGUE)
    found = _found(narrow.text.strip()[:_LONGEST_QUERY])
    connections = city.loaded().connections
    if narrow.connected:
        found = [one for one in found if one.key in connections]
    here = [one for one in found if _is_at(one, narrow.level, narrow.provider)]
    rows = [one for one in here if narrow.category in ("", one.category)]
    levels = Counter(str(one.level) for one in found if _is_at(one, "", narrow.provider))
    return Listing(
        rows=tuple(rows),
        levels={level: levels[level] for level in Level},
        categories=_in_order(Counter(one.category for one in here)),
        total=len(catalogue().resources),
        connected=sum(key in connections for key in catalogue().resources),
    )


def one(key: str, actor: Actor) -> Resource:
    """
    Give one entry by its key.

    :raises NotAllowed: for whoever has no desk.
    :raises NotFound: if the catalogue has none of that key.
    """
    demand_platform(actor, Errand.VIEW_CATALOGUE)
    found = catalogue().resources.get(key)
    if found is None:
        raise NotFound(
            Words(
                "目录里没有这项数据资源，可能已经调整；请回到目录搜索名称",
                "The catalogue has no such resource; search for it by name",
            )
        )
    return found


def provider_of(resource: Resource) -> Provider | None:
    return catalogue().providers.get(resource.provider)


def uses_of(key: str) -> tuple[Use, ...]:
    """List the fields of this city's forms that take a value from a resource."""
    return _uses().get(key, ())


def purposes_of(resource: Resource) -> list[tuple[str, Words]]:
    """Name the scenarios that may ask, those that this city runs first."""
    running = city.loaded().scenarios
    codes = sorted(resource.purposes, key=lambda code: (code not in running, code))
    return [(code, purpose_words(code)) for code in codes]


def purpose_words(code: str) -> Words:
    """Name a scenario that may ask, whether this city runs it or not."""
    running = city.loaded().scenarios.get(code)
    return running.name if running else catalogue().purposes.get(code, Words(code))


def category_words(code: str) -> Words:
    return catalogue().categories.get(code) or Words(code)


def _in_order(counts: Counter[str]) -> dict[str, int]:
    return {code: counts[code] for code in catalogue().categories if counts[code]}


def _is_at(resource: Resource, level: str, provider: str) -> bool:
    return level in ("", resource.level) and provider in ("", resource.provider)


def _found(text: str) -> list[Resource]:
    resources = catalogue().resources
    if not text:
        return sorted(resources.values(), key=lambda one: one.code)
    exact = [one for one in resources.values() if text in (one.code, one.key)]
    return exact or [resources[hit.key] for hit in _index().find(text, len(resources))]


@kept
def _index() -> search.Index:
    known = catalogue()
    return search.Index.build(
        search.Entry(
            key=one.key,
            name=one.name.zh,
            aliases=(
                category_words(one.category).zh,
                *(item.label.zh for item in one.items),
            ),
            department=_provider_name(known, one),
            text=f"{one.about} {one.key} {one.code}",
        )
        for one in known.resources.values()
    )


def _provider_name(known: Catalogue, resource: Resource) -> str:
    provider = known.providers.get(resource.provider)
    return provider.name.zh if provider else ""


@kept
def _uses() -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    for placed in city.items().values():
        for part, field, name in _bound(placed):
            source, _, content = name.partition(".")
            use = Use(placed.item.code, placed.item.name, part.title, field.label, content)
            found.setdefault(source, []).append(use)
    return {source: tuple(uses) for source, uses in found.items()}


def _bound(placed: Placed) -> Iterator[tuple[Section, Field, str]]:
    for part in placed.scenario.form_of(placed.item).sections:
        for field in part.fields:
            for one in (field, *field.columns):
                for name in one.prefill:
                    yield part, one, name
