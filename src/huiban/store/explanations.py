# SPDX-License-Identifier: Apache-2.0
"""Keeps what a language model was asked about cases and what it answered (语言模型使用记录)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from huiban.store.models import ArchivePackage, Explanation

_STATE = Explanation.State


class ExplanationNotFound(LookupError):
    """No question to a language model has this number."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a question: answered or failed, when, and with what."""

    state: str
    answered_at: datetime
    received: str = ""
    fault: str = ""
    is_cut: bool = False


def begin(row: Explanation) -> None:
    """Keep a question before it is sent."""
    row.save(force_insert=True)


def end(number: str, ended: Ended) -> bool:
    """Keep what came of a question; False where that was done, or it was removed meanwhile."""
    waiting = Explanation.objects.filter(number=number, state=_STATE.ASKED)
    return bool(waiting.update(**asdict(ended)))


def load(number: str) -> Explanation:
    """
    Return one question with its case.

    :raises ExplanationNotFound: if there is none.
    """
    found = Explanation.objects.select_related("case").filter(number=number).first()
    if found is None:
        raise ExplanationNotFound(number)
    return found


def of_case(case_id: int, limit: int) -> list[Explanation]:
    """Return what was asked about a case, newest first."""
    found = Explanation.objects.filter(case_id=case_id).order_by("-asked_at", "number")
    return list(found[:limit])


def same(case_id: int, sent_sha256: str, since: datetime) -> Explanation | None:
    """Return the newest question of the same words that was answered, or was asked just now."""
    found = Explanation.objects.filter(case_id=case_id, sent_sha256=sent_sha256)
    answered = found.filter(state=_STATE.ANSWERED)
    waiting = found.filter(state=_STATE.ASKED, asked_at__gte=since)
    return (answered | waiting).order_by("-asked_at", "number").first()


def asked_since(case_id: int, since: datetime) -> int:
    """Count what was asked about a case since a moment."""
    return Explanation.objects.filter(case_id=case_id, asked_at__gte=since).count()


def outlived(limit: int) -> list[str]:
    """Name questions about cases whose archive package was disposed of (到期销毁)."""
    disposed = ArchivePackage.objects.filter(state=ArchivePackage.State.DISPOSED)
    found = Explanation.objects.filter(case_id__in=disposed.values("case_id"))
    return list(found.order_by("number").values_list("number", flat=True)[:limit])


def remove(number: str) -> bool:
    """Forget a question with its answer; False if it is gone."""
    return bool(Explanation.objects.filter(number=number).delete()[0])
