# SPDX-License-Identifier: Apache-2.0
"""packs/resources/*.yaml: the catalogue of data resources, one file a provider or topic."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Described
from pydantic_core import PydanticCustomError

from huiban.kernel.resource import (
    LOOKUP_KEYS,
    Completeness,
    Consent,
    Item,
    ItemType,
    Level,
    Mask,
    Mode,
    Provider,
    Share,
    Subject,
    period,
)
from huiban.packloader.schema.part import Count, Flag, Key, Line, Maker, Part, Sentence


def _to_period(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return period(str(value))
    except ValueError as error:
        raise PydanticCustomError("period", "{reason}", {"reason": str(error)}) from None


Period = Annotated[
    timedelta,
    BeforeValidator(_to_period),
    WithJsonSchema({"type": "string", "examples": ["1 day", "35 days", "3 years"]}),
]
LookupKey = Annotated[Key, Described(json_schema_extra={"enum": sorted(LOOKUP_KEYS)})]


class ProviderIn(Part):
    """提供部门."""

    makes: ClassVar[Maker] = Provider
    code: Key
    level: Level
    name: Sentence


class ProvidersIn(Part):
    """providers.yaml."""

    providers: tuple[ProviderIn, ...]


class NamedIn(Part):
    """类别、场景."""

    code: Key
    name: Sentence


class CategoriesIn(Part):
    """categories.yaml."""

    categories: tuple[NamedIn, ...]


class PurposesIn(Part):
    """purposes.yaml."""

    purposes: tuple[NamedIn, ...]


class ResourceItemIn(Part):
    """信息项."""

    makes: ClassVar[Maker] = Item
    key: Key
    label: Sentence
    type: ItemType
    sensitivity: Annotated[
        int,
        Described(strict=True, ge=0, le=3, description="0 public … 3 sensitive personal data"),
    ] = 0
    mask: Mask | None = None


class TermsIn(Part):
    """What an entry says of its sharing, or a file for all of its entries (共享条件)."""

    share: Share | None = None
    condition: Line | None = None
    basis: Annotated[tuple[Line, ...] | None, Described(min_length=1)] = None
    mode: Mode | None = None
    cycle: Annotated[Period | None, Described(description="update cycle")] = None
    max_age: Annotated[
        Period | None, Described(description="older than that a person must confirm it")
    ] = None
    completeness: Annotated[
        Completeness | None, Described(description="closed: not found means there is none")
    ] = None
    quota: Annotated[Count | None, Described(description="calls a day")] = None
    per_second: Count | None = None
    p95: Annotated[Count | None, Described(description="promised, in milliseconds")] = None
    consent: Consent | None = None
    retention: Annotated[Period | None, Described(description="of the request record")] = None
    purposes: Annotated[
        tuple[Key, ...] | None, Described(description="codes of the scenarios that may ask")
    ] = None


class ResourceIn(TermsIn):
    """数据资源."""

    code: Annotated[str, Described(pattern=r"^\d{6}-\d{4}$")]
    key: Key
    name: Sentence
    about: Line
    category: Key
    subject: Subject
    keys: Annotated[tuple[LookupKey, ...], Described(min_length=1)]
    items: Annotated[tuple[ResourceItemIn, ...], Described(min_length=1)]
    is_sample: Flag = True


class ResourcesIn(Part):
    """One file of the catalogue (资源目录)."""

    level: Level
    provider: Key
    defaults: TermsIn = TermsIn()
    resources: tuple[ResourceIn, ...]


TERMS = tuple(TermsIn.model_fields)
NEEDED = frozenset(TERMS) - {"condition"}
