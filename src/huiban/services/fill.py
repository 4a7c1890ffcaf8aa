# SPDX-License-Identifier: Apache-2.0
"""The fill record (填写记录) of one submission: what the journal says of how answers came about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from huiban.kernel.catalogue import MaterialStanding
from huiban.kernel.fill_again import carried
from huiban.kernel.fill_rate import Fill, Given, Supply, outcomes
from huiban.kernel.fill_record import How
from huiban.kernel.form import Form
from huiban.services import filling, materials
from huiban.services.drafts import Writing
from huiban.services.facts import read_json
from huiban.services.refilled import last_fill
from huiban.store import cases
from huiban.store import journal as journals

Values = Mapping[str, object]


def of_writing(
    writing: Writing, values: Values, lines: Iterable[MaterialStanding], today: date
) -> dict[str, object]:
    """Record a draft as it is sent, or a correction over what the case was sent with."""
    if writing.is_correction:
        fill = _again(writing, values, today)
    else:
        known = filling.given(writing.form, writing.ledger)
        fill = replace(outcomes(writing.form, values, known, today), snapshot=writing.snapshot)
    return with_materials(fill, lines)


def of_call(
    form: Form,
    values: Values,
    known: Mapping[str, Given],
    lines: Iterable[MaterialStanding],
    today: date,
) -> dict[str, object]:
    """Record an application that a program sent in one call."""
    return with_materials(outcomes(form, values, known, today), lines)


def with_materials(fill: Fill, lines: Iterable[MaterialStanding]) -> dict[str, object]:
    supplied = {
        code: Supply(How(one["how"]), one["reference"])
        for code, one in materials.how(lines).items()
    }
    return replace(fill, materials=supplied).to_json()


def _again(writing: Writing, values: Values, today: date) -> Fill:
    case = cases.load(writing.draft.case_number)
    last = last_fill(journals.of_case(case.id))
    if last is None:
        return outcomes(writing.form, values, {}, today)
    return carried(writing.form, last, read_json(case.payload), values, today)
