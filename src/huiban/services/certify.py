# SPDX-License-Identifier: Apache-2.0
"""Electronic certificates (电子证照): issued, replaced, cancelled, verified by anybody."""

import calendar
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.catalogue import Life
from huiban.kernel.certificate import identifier_serial, worth_on
from huiban.kernel.document import CertificateFacts
from huiban.kernel.identifier import (
    CODE_NUMBERS,
    IdentifierRefused,
    check_verification_code,
    compose_certificate_identifier,
    make_verification_code,
)
from huiban.kernel.words import Words
from huiban.packloader import CertificateKind
from huiban.services import certificate_life, city, delegation_uses
from huiban.services.facts import local_day, read_json
from huiban.services.handle import Opened
from huiban.services.numbering import certificate_kind
from huiban.services.refusal import Invalid, NotFound
from huiban.store import certificates
from huiban.store.models import Certificate, Document
from huiban.store.rows import CaseRow, JournalRow

_LENGTH = re.compile(r"(\d+) (day|month|year)s?")


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody may learn of a certificate: that it is genuine, and whether it is in force."""

    certificate: Certificate
    state: str
    is_in_force: bool


def issue(opened: Opened, row: JournalRow, number: str) -> Certificate:
    """Record the certificate a decision grants, and its ledger; a repeat returns the first."""
    case, scenario = opened.case, opened.scenario
    kind = certificate_kind(scenario.items[case.item_code])
    if kind is None:
        raise LookupError(f"item {case.item_code} names no certificate among its results")
    values = read_json(case.payload)
    before = certificates.load(case.source_certificate) if case.source_certificate else None
    carried = json.loads(before.content).get("values", {}) if before else {}
    life = scenario.items[case.item_code].life
    starts, ends = validity(kind, values, local_day(row.at), life, before)
    made = Certificate(
        number=number,
        verify_code=make_verification_code(secrets.randbelow(CODE_NUMBERS)),
        identifier=_identifier(kind, case.department, number),
        kind=kind.code,
        title=kind.name.zh,
        case_id=case.id,
        item_code=case.item_code,
        subject_code=case.subject_code,
        subject_name=case.subject_name,
        department=case.department,
        division=case.division,
        issued_at=row.at,
        valid_from=starts,
        valid_until=ends,
        predecessor=case.source_certificate,
        content=city.text_of({"values": carried | values, "entry": row.seq}),
    )
    with transaction.atomic():
        if certificates.issue(made):
            certificate_life.began(made, life, case.number, _decider(row), row.at)
    return certificates.load(number)


def _identifier(kind: CertificateKind, department: str, number: str) -> str:
    """
    Give a certificate its identifier (电子证照标识); none where kind or issuer have no code.

    Composed as issued certificates were seen to be; unverified against the text of GB/T 36904. A
    changed certificate has a number of its own here, so every version is the first.
    """
    issuer = city.common().departments.get(department)
    if not kind.type_code or issuer is None or not issuer.uscc:
        return ""
    serial = identifier_serial(number)
    return compose_certificate_identifier(kind.type_code, issuer.uscc, serial, 1)


def _decider(row: JournalRow) -> Actor:
    return Actor(row.actor, row.actor_name, ActorKind.OFFICER)


def show(number: str, document: Document) -> None:
    """Name the file that shows a certificate; its ledger keeps the digest."""
    with transaction.atomic():
        if certificates.set_document(number, document.number):
            certificate_life.document_made(number, document.sha256, document.issued_at)


def cancel(case: CaseRow, row: JournalRow) -> None:
    """Cancel (注销) the certificate a case was about."""
    if case.source_certificate:
        certificate_life.cancelled(case.source_certificate, case.number, _decider(row), row.at)


def of_case(case: CaseRow) -> Certificate | None:
    """Give the certificate a case issued, or else the one it is about."""
    issued = certificates.of_case(case.id)
    if issued:
        return issued[-1]
    return certificates.load(case.source_certificate) if case.source_certificate else None


def facts_of(certificate: Certificate | None, day: date) -> CertificateFacts | None:
    """Give what documents state of a certificate."""
    if certificate is None:
        return None
    return CertificateFacts(
        name=certificate.title,
        number=certificate.number,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until or certificate.valid_from,
        replaces=certificate.predecessor,
        ends_on=day,
    )


def verify_url(certificate: Certificate) -> str:
    return f"{settings.PUBLIC_URL}/verify/{certificate.verify_code}"


def verify(code: str, now: datetime) -> Verified:
    """
    Tell anybody whether a certificate is genuine and in force.

    :raises Invalid: if the code has a typing error; says which kind.
    :raises NotFound: if no certificate has this code.
    """
    try:
        found = certificates.of_code(check_verification_code(code).value)
    except IdentifierRefused as fault:
        raise Invalid(fault.message) from fault
    except certificates.CertificateNotFound as fault:
        raise NotFound(
            Words(
                "没有查到这张证照：请核对核验码，或重新扫描证照上的二维码",
                "No certificate has this code: please check it, or scan the QR code again",
            )
        ) from fault
    state = state_of(found, local_day(now))
    return Verified(found, state, state == "valid")


def state_of(certificate: Certificate, today: date) -> str:
    """Say what a certificate is worth today: its state, or that time has passed."""
    days = certificate.valid_from, certificate.valid_until
    return worth_on(certificate.state, *days, today)


def mine(actor: Actor) -> list[Certificate]:
    """List what a party holds or held, newest first; to a delegate what they may use of it."""
    held = certificates.of_subject(actor.subject) if actor.subject else []
    if not actor.delegation:
        return held
    named = delegation_uses.certificates_of(actor)
    return [one for one in held if one.number in named]


def about(certificate: Certificate) -> str:
    """Say what tells a certificate from others of its kind: what its application was named by."""
    try:
        placed = city.item(certificate.item_code)
    except NotFound:
        return ""
    values = json.loads(certificate.content).get("values", {})
    named = values.get(placed.scenario.form_of(placed.item).named_by)
    return named if isinstance(named, str) else ""


def one_of_mine(number: str, actor: Actor) -> Certificate:
    """
    Show one certificate to its holder.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    for held in mine(actor):
        if held.number == number:
            return held
    raise NotFound(Words("没有找到这张证照", "No such certificate"))


def validity(
    kind: CertificateKind,
    values: Mapping[str, object],
    decided: date,
    life: Life,
    before: Certificate | None,
) -> tuple[date, date | None]:
    """
    Return the first and last day: as applied for, not before the decision, never too long.

    Where the form states no days, a modification (变更) leaves the end as it was, and a renewal
    (延续) counts the longest time from that end (许可法第四十九条、第五十条). The renewed one is in
    force at once, because it replaces the one before on the day it is issued.
    """
    if kind.valid is None:
        return decided, None
    until = before.valid_until if before else None
    starts, ends = _day(values.get(kind.valid.starts)), _day(values.get(kind.valid.ends))
    if ends is None and life is Life.MODIFY:
        ends = until
    counted = starts = max(starts or decided, decided)
    if ends is None and until and life is Life.RENEW:
        counted = max(until + timedelta(days=1), decided)
    longest = _after(counted, kind.valid.at_most)
    if ends is None or (longest and ends > longest):
        ends = longest
    return starts, ends


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _after(start: date, length: str) -> date | None:
    """Return the last day of a time: `1 year` ends the day before."""
    found = _LENGTH.fullmatch(length)
    if found is None:
        return None
    count, unit = int(found[1]), found[2]
    if unit == "day":
        return start + timedelta(days=count - 1)
    months = count * (12 if unit == "year" else 1) + start.month - 1
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) - timedelta(days=1)
