# SPDX-License-Identifier: Apache-2.0
"""Gathers everything the store knows of one case for its page."""

from dataclasses import dataclass

from huiban.store import blobs, cases, certificates, deadlines, documents, journal, tasks
from huiban.store.models import Blob, Certificate, Document
from huiban.store.rows import CaseRow, DeadlineRow, JournalRow
from huiban.store.tasks import StoredTask


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with all that belongs to it."""

    case: CaseRow
    tasks: tuple[StoredTask, ...]
    deadlines: tuple[DeadlineRow, ...]
    journal: tuple[JournalRow, ...]
    documents: tuple[Document, ...]
    certificates: tuple[Certificate, ...]
    files: tuple[Blob, ...]


def whole_case(number: str, *, only_public: bool = False) -> WholeCase:
    """
    Return a case with all that belongs to it, in seven statements however long its story.

    :raises CaseNotFound: if there is no such case.
    """
    case = cases.load(number)
    return WholeCase(
        case,
        tasks.of_case(case.id),
        deadlines.of_case(case.id),
        journal.of_case(case.id, only_public=only_public),
        tuple(documents.of_case(case.id, only_public=only_public)),
        tuple(certificates.of_case(case.id)),
        tuple(blobs.of_case(case.id)),
    )
