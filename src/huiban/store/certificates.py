# SPDX-License-Identifier: Apache-2.0
"""Keeps electronic certificates (电子证照): issued, found, replaced, cancelled, verified."""

from datetime import datetime

from django.db import transaction

from huiban.store.models import Certificate


class CertificateNotFound(LookupError):
    """No certificate has this number or verification code."""

    def __init__(self, number: str) -> None:
        super().__init__("没有查到这张证照，请核对编号或重新扫描二维码。")
        self.number = number


def issue(certificate: Certificate) -> Certificate:
    """
    Record a certificate and mark the one it follows as replaced.

    A certificate of that number already there is returned unchanged, so a repeated job is safe.
    """
    with transaction.atomic():
        Certificate.objects.bulk_create([certificate], ignore_conflicts=True)
        if certificate.predecessor:
            Certificate.objects.filter(
                number=certificate.predecessor, state=Certificate.State.VALID
            ).update(
                state=Certificate.State.REPLACED,
                state_at=certificate.issued_at,
                successor=certificate.number,
            )
    return load(certificate.number)


def load(number: str) -> Certificate:
    """
    Return the certificate with this number.

    :raises CertificateNotFound: if there is none.
    """
    return _one(Certificate.objects.filter(number=number).first(), number)


def of_code(verify_code: str) -> Certificate:
    """
    Return the certificate whose QR code carries this text.

    :raises CertificateNotFound: if there is none.
    """
    return _one(Certificate.objects.filter(verify_code=verify_code).first(), verify_code)


def of_subject(subject_code: str) -> list[Certificate]:
    """Return what a person or enterprise holds or held, newest first."""
    return list(Certificate.objects.filter(subject_code=subject_code).order_by("-issued_at"))


def of_case(case_id: int) -> list[Certificate]:
    """Return the certificates a case produced."""
    return list(Certificate.objects.filter(case_id=case_id).order_by("number"))


def end(number: str, state: Certificate.State, now: datetime) -> bool:
    """End a valid certificate; False when it was not valid any more."""
    valid = Certificate.objects.filter(number=number, state=Certificate.State.VALID)
    return bool(valid.update(state=state, state_at=now))


def set_document(number: str, document: str) -> None:
    """Name the document that shows a certificate."""
    Certificate.objects.filter(number=number).update(document_id=document)


def _one(found: Certificate | None, named: str) -> Certificate:
    if found is None:
        raise CertificateNotFound(named)
    return found
