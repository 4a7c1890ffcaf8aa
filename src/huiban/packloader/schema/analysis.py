# SPDX-License-Identifier: Apache-2.0
"""analysis.yaml: what is checked against registers (数据核验) once an application is there."""

from typing import Annotated

from pydantic import Field as Described

from huiban.packloader.schema.form import LookupIn
from huiban.packloader.schema.pack import CriterionIn
from huiban.packloader.schema.part import Key, Part, Sentence

_Item = Annotated[str, Described(description="source.item, of a source in `lookups`")]
_Source = Annotated[Key | None, Described(description="a source in `lookups`")]
_Keys = Annotated[
    dict[Key, str],
    Described(
        default_factory=dict,
        description="which record counts: register's item: field it must agree with",
    ),
]


class AskedIn(LookupIn):
    """One question to a register; the items asked for are those that the rest of the file names."""

    rows: Annotated[str, Described(description="not used here", pattern="^$")] = ""


class MatchIn(Part):
    """One comparison (精准比对): a field, or a column `table.column`, against a register's item."""

    field: str
    against: Annotated[
        str, Described(alias="with", description="source.item, of a source in `lookups`")
    ]
    key: _Keys


class FactIn(Part):
    """What criteria may know of a register's answers: exactly one of the first eight keys."""

    item: Annotated[_Item | None, Described(description="the value of the one record")] = None
    found: Annotated[_Source, Described(description="source: is there a record?")] = None
    all_found: Annotated[
        _Source, Described(description="source: is there a record for every row?")
    ] = None
    any_found: Annotated[_Source, Described(description="source: is there one for any row?")] = None
    count: Annotated[_Source, Described(description="source: how many records?")] = None
    least: Annotated[_Item | None, Described(description="the least over all records")] = None
    most: Annotated[_Item | None, Described(description="the greatest over all records")] = None
    filled: Annotated[_Item | None, Described(description="source.item: has every record one?")] = (
        None
    )
    key: _Keys
    label: Annotated[
        Sentence | None, Described(description="how people call it; else the item's own name")
    ] = None


class AnalysisIn(Part):
    """analysis.yaml: what is asked of registers about an application, compared and concluded."""

    lookups: Annotated[tuple[AskedIn, ...], Described(min_length=1)]
    matches: tuple[MatchIn, ...] = ()
    facts: Annotated[dict[Key, FactIn], Described(default_factory=dict)]
    criteria: tuple[CriterionIn, ...] = ()
