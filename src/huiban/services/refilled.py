# SPDX-License-Identifier: Apache-2.0
"""What had been filled in of a case sent back for correction (补正): still locked, still known."""

from collections.abc import Mapping

from huiban.kernel.fill_rate import Fill
from huiban.kernel.form import FieldKind, Form
from huiban.kernel.prefill import Ledger
from huiban.services import disputes
from huiban.services.facts import read_json
from huiban.services.journal import body_of
from huiban.store import journal as journals
from huiban.store.rows import CaseRow, JournalRow

Values = Mapping[str, object]


def last_fill(journal: tuple[JournalRow, ...]) -> Fill | None:
    """Return the last fill record of a case; None where it was filed before there were any."""
    found = None
    for row in journal:
        body = body_of(row).get("fill")
        if body is not None:
            found = Fill.from_json(body)
    return found


def ledger_of(form: Form, case: CaseRow) -> Ledger:
    """
    Rebuild what the system had filled in, from the journal and what was filed.

    Where each value came from is read off the answers that went on with the case. What the
    applicant chose where registers disagree is the applicant's word: it was not filled in.
    """
    fill = last_fill(journals.of_case(case.id))
    if fill is None:
        return Ledger()
    given = {path for path, letter in fill.paths() if letter in "AH"}
    values = read_json(case.payload)
    told = disputes.of_matter(case.number)
    return Ledger(
        values={
            one.key: kept
            for one in form.fields()
            if (kept := _kept(one.kind, one.key, values.get(one.key), given)) is not None
        },
        choices={one.path: "own" for one in told},
        doubts={one.path: {"reason": one.reason, "evidence": one.evidence} for one in told},
    )


def _kept(kind: FieldKind, key: str, value: object, given: set[str]) -> object:
    if kind is not FieldKind.TABLE:
        return value if key in given else None
    rows = [
        {name: cell for name, cell in row.items() if f"{key}.{number}.{name}" in given}
        for number, row in enumerate(value if isinstance(value, list) else ())
        if isinstance(row, Mapping)
    ]
    return rows if any(rows) else None
