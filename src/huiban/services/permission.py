# SPDX-License-Identifier: Apache-2.0
"""Asking the kernel whether somebody may do an errand, with what it needs to know of the case."""

from huiban.kernel.actor import Actor
from huiban.kernel.permission import CaseView, Denied, Errand, OpenTask, may
from huiban.kernel.process import Standing
from huiban.services.facts import read_json
from huiban.services.refusal import NotAllowed
from huiban.store.rows import CaseRow


def case_view(case: CaseRow, standing: Standing | None = None) -> CaseView:
    """Give what of a case decides who may see it."""
    standing = standing or Standing.from_json(read_json(case.standing))
    return CaseView(
        department=case.department,
        division=case.division,
        stage=case.stage,
        applicant=case.applicant,
        subject=case.subject_code,
        tasks=tuple(
            OpenTask(task.role, task.department or "", task.holder or "") for task in standing.tasks
        ),
    )


def allows(actor: Actor, errand: str, case: CaseRow) -> bool:
    """Tell whether an actor may do an errand with a case."""
    return bool(may(actor, errand, case_view(case)))


def demand(actor: Actor, errand: str, case: CaseRow, standing: Standing | None = None) -> str:
    """
    Let an actor through, and return the role that counts.

    :raises NotAllowed: if they may not; the message says what to do about it.
    """
    answer = may(actor, Errand(errand), case_view(case, standing))
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason)
    return answer.role


# What holds the whole application, with the personal numbers that pages mask.
_WHOLE = frozenset({"application_form", "archive_package"})


def errand_of_document(code: str) -> Errand:
    """Say which errand reading an issued document of a kind is."""
    return Errand.VIEW_WHOLE if code in _WHOLE else Errand.VIEW_MATERIAL


def demand_platform(actor: Actor, errand: str) -> str:
    """
    Let an actor through to one of the platform's own errands.

    :raises NotAllowed: if they may not.
    """
    answer = may(actor, Errand(errand))
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason)
    return answer.role
