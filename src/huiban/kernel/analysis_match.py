# SPDX-License-Identifier: Apache-2.0
"""Field against register (精准比对): what was filed, what is registered, whether they agree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from huiban.kernel.analysis import (
    Analysis,
    Answer,
    Dossier,
    Gap,
    Match,
    field_at,
    is_askable,
    item_of,
    table_of,
)
from huiban.kernel.analysis_read import one_value, told
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.likeness import same


class Agreement(StrEnum):
    """
    How a field stands to a register.

    ABSENT: there is no such record; STALE: there is one, of a day too long ago to rely on, or of
    none; UNKNOWN: nobody answered, or the answer does not tell.
    """

    SAME = "same"
    DIFFERS = "differs"
    ABSENT = "absent"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison made; `row` counts from 0, `is_none` says the register surely has nobody."""

    match: Match
    field: Field
    row: int | None
    filed: object
    held: object
    agreement: Agreement
    gap: Gap | None = None
    is_none: bool = False
    answer: Answer | None = None


def lines(
    analysis: Analysis, dossier: Dossier, divisions: Mapping[str, str] | None = None
) -> Iterator[Line]:
    """Compare every field named in the analysis that the form has, row by row."""
    for match in analysis.matches:
        field = field_at(dossier.form, match.path)
        lookup = analysis.lookup(match.source)
        if field is None or lookup is None or not is_askable(analysis, dossier.form, lookup):
            continue
        table = match.path.partition(".")[0] if "." in match.path else ""
        if table_of(dossier.form, lookup) not in ("", table):
            continue
        places = range(len(dossier.rows(table))) if table else (None,)
        for place in places:
            yield _line(analysis, dossier, (match, field, place), divisions or {})


def _line(
    analysis: Analysis,
    dossier: Dossier,
    where: tuple[Match, Field, int | None],
    divisions: Mapping[str, str],
) -> Line:
    match, field, row = where
    lookup, item = analysis.lookup(match.source), item_of(dossier, match.source, match.item)
    filed = dossier.value(match.path, row)
    if lookup is None or item is None:
        return Line(match, field, row, filed, None, Agreement.UNKNOWN, Gap.BROKEN)
    found = told(analysis, dossier, lookup, match.key, row)
    held, gap = one_value(found, match.item, item.type)
    if filed is None or filed in ("", []):
        gap = Gap.NOT_FILLED if gap is None else gap
    agreement = _agreement(field, filed, held, gap, divisions)
    return Line(match, field, row, filed, held, agreement, gap, found.is_none, found.answer)


def _agreement(
    field: Field, filed: object, held: object, gap: Gap | None, divisions: Mapping[str, str]
) -> Agreement:
    if gap is None:
        agrees = any(same(field.kind, one, held) for one in _writings(field, filed, divisions))
        return Agreement.SAME if agrees else Agreement.DIFFERS
    if gap in (Gap.STALE, Gap.UNDATED):
        return Agreement.ABSENT if held is None else Agreement.STALE
    return Agreement.ABSENT if gap is Gap.ABSENT else Agreement.UNKNOWN


def _writings(field: Field, filed: object, divisions: Mapping[str, str]) -> Iterator[object]:
    """Yield how a stored answer may stand in a register: itself, its words, the mapped writings."""
    yield filed
    for written, value in field.register_words.items():
        if value == filed:
            yield written
    if field.kind is FieldKind.CHOICE:
        chosen = next((one.label for one in field.options if one.value == filed), None)
        yield from (chosen.zh, chosen.en) if chosen else ()
    elif field.kind is FieldKind.DIVISION and isinstance(filed, str) and filed in divisions:
        yield divisions[filed]
