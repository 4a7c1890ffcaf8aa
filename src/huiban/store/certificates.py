# SPDX-License-Identifier: Apache-2.0
"""Keeps electronic certificates (电子证照): issued, found, changed in state, verified, listed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from huiban.store.models import Certificate, Document, LedgerEntry

_CHAIN = "certificate"
_ALIVE = (Certificate.State.VALID, Certificate.State.SUSPENDED)


class CertificateNotFound(LookupError):
    """No certificate has this number or verification code."""

    def __init__(self, number: str) -> None:
        super().__init__("没有查到这张证照，请核对编号或重新扫描二维码。")
        self.number = number


def issue(certificate: Certificate) -> bool:
    """
    Record a certificate and mark the one it follows as replaced; False if it was there before.

    A certificate of that number already there is left unchanged, so a repeated job is safe.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                certificate.save(force_insert=True)
        except IntegrityError:
            load(certificate.number)  # another certificate has its verification code: a fault
            return False
        if certificate.predecessor:
            _alive(certificate.predecessor).update(
                state=Certificate.State.REPLACED,
                state_at=certificate.issued_at,
                proposed="",
                successor=certificate.number,
            )
    return True


def load(number: str) -> Certificate:
    """
    Return the certificate with this number.

    :raises CertificateNotFound: if there is none.
    """
    return _one(Certificate.objects.filter(number=number).first(), number)


def lock(number: str) -> Certificate:
    """
    Return a certificate that nobody else changes until the transaction ends.

    :raises CertificateNotFound: if there is none.
    """
    found = Certificate.objects.select_for_update().filter(number=number).first()
    return _one(found, number)


def of_code(verify_code: str) -> Certificate:
    """
    Return the certificate whose QR code carries this text.

    :raises CertificateNotFound: if there is none.
    """
    return _one(Certificate.objects.filter(verify_code=verify_code).first(), verify_code)


_OFD = "_ofd"
"""How the same face in the other format is called (see `services.issue`)."""


def of_document(document: Document) -> Certificate | None:
    """Return the certificate that a document shows, as PDF or as OFD, if it shows one."""
    shown = Q(document_id=document.number)
    if document.code.endswith(_OFD):
        shown = Q(
            case_id=document.case_id,
            document__code=document.code.removesuffix(_OFD),
            document__journal_seq=document.journal_seq,
        )
    return Certificate.objects.filter(shown).order_by("-issued_at").first()


def of_subject(subject_code: str) -> list[Certificate]:
    """Return what a person or enterprise holds or held, newest first."""
    return list(Certificate.objects.filter(subject_code=subject_code).order_by("-issued_at"))


def of_case(case_id: int) -> list[Certificate]:
    """Return the certificates a case produced."""
    return list(Certificate.objects.filter(case_id=case_id).order_by("number"))


def end(number: str, state: Certificate.State, now: datetime) -> bool:
    """End a certificate that is valid or suspended; False when it had ended before."""
    return bool(_alive(number).update(state=state, state_at=now, proposed=""))


def move(number: str, before: Certificate.State, after: Certificate.State, now: datetime) -> bool:
    """Bring a certificate from one state to another; False when it was not in the first."""
    found = Certificate.objects.filter(number=number, state=before)
    return bool(found.update(state=after, state_at=now))


def propose(number: str, ending: str) -> None:
    """Note which ending waits for a second person; an empty text for none."""
    Certificate.objects.filter(number=number).update(proposed=ending)


def set_document(number: str, document: str) -> bool:
    """Name the document that shows a certificate; False where it is named already."""
    found = Certificate.objects.filter(number=number).exclude(document_id=document)
    return bool(found.update(document_id=document))


@dataclass(frozen=True, slots=True)
class CertificateNarrow:
    """What of the certificates is looked at; an empty text means all, `department` None too."""

    department: str | None = None
    division: str = ""
    kind: str = ""
    state: str = ""
    text: str = ""
    cases: Collection[int] = ()
    """Cases that a searched text was found in; their certificates count beside exact numbers."""
    ends: tuple[date, date] | None = None
    """First and last day on which a certificate in force may end."""
    is_proposed: bool = False


def listing(
    narrow: CertificateNarrow, first: int, limit: int, today: date
) -> tuple[list[Certificate], int]:
    """Return a page of certificates, newest first or soonest to end first, and how many."""
    found = _narrowed(narrow, today)
    order = ("valid_until", "number") if narrow.ends else ("-issued_at", "number")
    return list(found.order_by(*order)[first : first + limit]), found.count()


def waiting_count(department: str | None, division: str) -> int:
    """Count the certificates whose proposed ending waits for a second person."""
    return _of_place(department, division).exclude(proposed="").count()


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many certificates of a kind there are in one state, and of them past or near the end."""

    kind: str
    state: str
    total: int
    expired: int
    ending: int


def counts(department: str | None, division: str, today: date, soon: date) -> list[KindCount]:
    """Count certificates by kind and state; `ending` ends from today until `soon`."""
    rows = (
        _of_place(department, division)
        .values_list("kind", "state")
        .annotate(
            total=Count("number"),
            expired=Count("number", filter=Q(valid_until__lt=today)),
            ending=Count("number", filter=Q(valid_until__range=(today, soon))),
        )
    )
    return [KindCount(*row) for row in rows.order_by("kind", "state")]


def _narrowed(narrow: CertificateNarrow, today: date) -> QuerySet[Certificate]:
    found = _of_place(narrow.department, narrow.division)
    if narrow.kind:
        found = found.filter(kind=narrow.kind)
    if narrow.state == "expired":
        found = found.filter(state=Certificate.State.VALID, valid_until__lt=today)
    elif narrow.state == "valid":
        unended = Q(valid_until=None) | Q(valid_until__gte=today)
        found = found.filter(unended, state=Certificate.State.VALID)
    elif narrow.state:
        found = found.filter(state=narrow.state)
    if narrow.text:
        exact = Q(number=narrow.text) | Q(verify_code=narrow.text) | Q(subject_code=narrow.text)
        found = found.filter(exact | Q(case_id__in=narrow.cases))
    if narrow.ends:
        found = found.filter(state=Certificate.State.VALID, valid_until__range=narrow.ends)
    return found.exclude(proposed="") if narrow.is_proposed else found


def _of_place(department: str | None, division: str) -> QuerySet[Certificate]:
    found = Certificate.objects.all()
    if department is not None:
        found = found.filter(department=department)
    return found.filter(division__startswith=division) if division else found


def facts_told(number: str, acts: Collection[str], most: int = 100) -> list[LedgerEntry]:
    """Return the newest facts of some kinds in a certificate's ledger, the last first."""
    found = LedgerEntry.objects.filter(chain=_CHAIN, key=number, act__in=acts)
    return list(found.order_by("-seq")[:most])


def fact(number: str, seq: int) -> LedgerEntry | None:
    """Return one fact of a certificate's ledger by its place."""
    return LedgerEntry.objects.filter(chain=_CHAIN, key=number, seq=seq).first()


def _alive(number: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(number=number, state__in=_ALIVE)


def _one(found: Certificate | None, named: str) -> Certificate:
    if found is None:
        raise CertificateNotFound(named)
    return found
