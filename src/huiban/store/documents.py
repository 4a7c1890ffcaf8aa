# SPDX-License-Identifier: Apache-2.0
"""Keeps issued documents (文书); each is issued once for the journal entry that caused it."""

from huiban.store.models import Document


class DocumentNotFound(LookupError):
    """No issued document has this number."""

    def __init__(self, number: str) -> None:
        super().__init__("没有找到这份文书，请核对链接。")
        self.number = number


def issue(document: Document) -> Document:
    """Record a document and return it; when it was issued before, return that one instead."""
    made = Document.objects.bulk_create([document], ignore_conflicts=True)
    return of_entry(made[0].case_id, document.code, document.journal_seq) or document


def of_entry(case_id: int, code: str, journal_seq: int) -> Document | None:
    """Return the document of a kind that a journal entry caused, None before it was made."""
    return Document.objects.filter(case_id=case_id, code=code, journal_seq=journal_seq).first()


def load(number: str) -> Document:
    """
    Return an issued document.

    :raises DocumentNotFound: if there is none.
    """
    found = Document.objects.filter(number=number).select_related("case").first()
    if found is None:
        raise DocumentNotFound(number)
    return found


def of_case(case_id: int, *, only_public: bool = False) -> list[Document]:
    """Return a case's documents, oldest first; the public ones are for its applicant too."""
    found = Document.objects.filter(case_id=case_id).order_by("issued_at", "number")
    return list(found.filter(is_public=True) if only_public else found)


def of_digest(sha256: str) -> Document | None:
    """Return the issued document whose bytes have this digest, None if we issued no such file."""
    return Document.objects.filter(sha256=sha256).order_by("-issued_at", "number").first()
