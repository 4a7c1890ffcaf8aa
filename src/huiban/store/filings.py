# SPDX-License-Identifier: Apache-2.0
"""Keeps what a correction (补正) has replaced: the application as it was filed before."""

from dataclasses import dataclass

from huiban.store.models import PastFiling


@dataclass(frozen=True, slots=True)
class PastAnswers:
    """Answers and materials in force before the journal entry `until_seq`."""

    until_seq: int
    payload: str
    materials: str


def keep(case_id: int, past: PastAnswers) -> None:
    """Keep an application that is being replaced."""
    PastFiling.objects.create(
        case_id=case_id,
        until_seq=past.until_seq,
        payload=past.payload,
        materials=past.materials,
    )


def of_case(case_id: int) -> tuple[PastAnswers, ...]:
    """Return what was replaced on a case, oldest first."""
    rows = PastFiling.objects.filter(case_id=case_id).order_by("until_seq")
    return tuple(PastAnswers(row.until_seq, row.payload, row.materials) for row in rows)
