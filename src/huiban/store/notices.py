# SPDX-License-Identifier: Apache-2.0
"""Reads the messages to the parties (告知) and notes that they were read."""

from dataclasses import asdict, dataclass
from datetime import datetime

from huiban.store.models import Case, Notice


def of_subject(subject_code: str, limit: int = 50) -> list[Notice]:
    """Return the messages to a person or enterprise, newest first."""
    return list(
        Notice.objects.filter(subject_code=subject_code)
        .select_related("case")
        .order_by("-id")[:limit]
    )


def of_case(case_id: int, subject_code: str) -> list[Notice]:
    """Return the messages to one party about one case, newest first."""
    return list(Notice.objects.filter(case_id=case_id, subject_code=subject_code).order_by("-id"))


def unread_count(subject_code: str) -> int:
    """Return how many messages a party has not opened yet."""
    return Notice.objects.filter(subject_code=subject_code, read_at=None).count()


def mark_read(subject_code: str, now: datetime, case_id: int | None = None) -> int:
    """Note that a party saw its messages, of one case or all; returns how many were new."""
    unread = Notice.objects.filter(subject_code=subject_code, read_at=None)
    return (unread if case_id is None else unread.filter(case_id=case_id)).update(read_at=now)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A message to a party that no step of its case sends."""

    code: str
    subject_code: str
    title: str
    text: str
    title_en: str
    text_en: str
    link: str


def tell(case_number: str, notice: NewNotice, now: datetime) -> bool:
    """Keep a message about a case; False where there is no such case, such as of a draft."""
    case_id = Case.objects.filter(number=case_number).values_list("id", flat=True).first()
    if case_id is None:
        return False
    Notice.objects.create(case_id=case_id, created_at=now, **asdict(notice))
    return True
