# SPDX-License-Identifier: Apache-2.0
"""Carrying out what a step sets off (出具): documents and certificates, each exactly once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from huiban.connectors import ofd, pdf
from huiban.kernel import document as papers
from huiban.kernel.catalogue import Item, MaterialStanding
from huiban.kernel.clock import Limit
from huiban.kernel.document_form import Answers
from huiban.kernel.fill_record import How
from huiban.kernel.process_chart import SYSTEM_ROLE
from huiban.packloader import DocumentKind
from huiban.services import (
    archive,
    automatic,
    certify,
    city,
    form_signing,
    handle,
    materials_filed,
    oversight,
    signed,
    vault,
)
from huiban.services.facts import local_day, read_json, read_materials
from huiban.services.handle import Opened
from huiban.services.journal import Fact, body_of
from huiban.services.numbering import CERTIFICATE, certificate_document, certificate_kind
from huiban.services.party import party_of
from huiban.store import blobs, documents, ids
from huiban.store.models import Certificate, Document
from huiban.store.rows import JournalRow


@dataclass(frozen=True)
class Errand:
    """One recorded step whose effects are being carried out."""

    opened: Opened
    row: JournalRow
    numbers: Mapping[str, str]
    now: datetime

    @property
    def day(self) -> date:
        return local_day(self.row.at)


def carry_out(number: str, seq: int, now: datetime) -> None:
    """
    Carry out the effects of one journal entry, in the chart's order.

    It may be run any number of times: what is done already is left as it is.
    """
    opened = handle.load(number)
    row = opened.journal[seq - 1]
    body = body_of(row)
    numbers = body.get("numbers")
    errand = Errand(opened, row, numbers if isinstance(numbers, dict) else {}, now)
    effects = [str(effect) for effect in _list(body.get("effects"))]
    if CERTIFICATE in effects:
        # The decision names the certificate, so the certificate exists first.
        certify.issue(opened, row, errand.numbers[CERTIFICATE])
    if "signature" in body:
        issue_signed_form(errand)
    for effect in effects:
        _EFFECTS.get(effect, _document)(errand, effect)


_APPLICATION_FORM = "application_form"


def _document(errand: Errand, code: str) -> None:
    kind = errand.opened.scenario.documents[code]
    issue_document(errand, kind, errand.numbers.get(code, ""))


def _certificate(errand: Errand, code: str) -> None:
    scenario, case = errand.opened.scenario, errand.opened.case
    kind = certificate_kind(scenario.items[case.item_code])
    shown = certificate_document(scenario, kind) if kind else None
    if shown is not None:
        document = issue_document(errand, shown, errand.numbers[code])
        certify.show(errand.numbers[code], document)
        if signed.is_sealed(shown):
            issue_ofd(errand, shown, errand.numbers[code])


def _cancel(errand: Errand, _: str) -> None:
    certify.cancel(errand.opened.case, errand.row)


def _archive(errand: Errand, _: str) -> None:
    # The archive holds the application as a document too, readable without this program.
    opened = errand.opened
    form = opened.scenario.documents.get(_APPLICATION_FORM)
    filed = [row for row in opened.journal if "filed" in body_of(row)]
    by_hand = [replace(errand, row=row) for row in filed if "signature" in body_of(row)]
    for one in by_hand:
        issue_signed_form(one)
    if form is not None and not (by_hand and by_hand[-1].row is filed[-1]):
        issue_document(errand, form, "")
    archive.archive(opened.case.number, errand.now)


def _oversight(errand: Errand, _: str) -> None:
    oversight.push(errand.opened, errand.row)


_EFFECTS: Mapping[str, Callable[[Errand, str], None]] = {
    CERTIFICATE: _certificate,
    "cancel_certificate": _cancel,
    "archive": _archive,
    "push_to_oversight": _oversight,
}


def issue_document(errand: Errand, kind: DocumentKind, reference: str) -> Document:
    """Set a document, have it signed and sealed, keep its bytes and record that it was issued."""
    known = documents.of_entry(errand.opened.case.id, kind.code, errand.row.seq)
    if known is None:
        made = _rendered(errand, kind, reference)
        finished = signed.finish(_matter(errand, kind), made)
        known = _row(errand, kind, reference, finished)
    return _put(errand, kind, known)


def issue_signed_form(errand: Errand) -> Document:
    """Issue the application as it was shown to its applicant, signed with their own key."""
    case, form = errand.opened.case, errand.opened.scenario.documents[_APPLICATION_FORM]
    known = documents.of_entry(case.id, form.code, errand.row.seq)
    if known is None:
        made = form_signing.sign_filed(case.number, errand.row, errand.now)
        known = _row(errand, form, "", made)
    return _put(errand, form, known)


def issue_ofd(errand: Errand, kind: DocumentKind, reference: str) -> None:
    """Issue a sealed document in the national layout format (OFD) too."""
    code = f"{kind.code}_ofd"
    known = documents.of_entry(errand.opened.case.id, code, errand.row.seq)
    if known is None:
        matter = _matter(errand, kind)
        made = _rendered(errand, kind, reference)
        row = _row(errand, kind, reference, signed.finish_ofd(matter, made))
        row.code, row.title, row.media = code, f"{kind.title.zh}（OFD）", ofd.MEDIA
        known = row
    _put(errand, kind, known)


def _matter(errand: Errand, kind: DocumentKind) -> signed.Matter:
    return signed.Matter(errand.opened, errand.row, kind, errand.now)


def _put(errand: Errand, kind: DocumentKind, made: Document) -> Document:
    """Record a document and the fact that names it together: one without the other is a forgery."""
    with transaction.atomic():
        known = documents.issue(made)
        _note(errand, kind, known)
    return known


def _note(errand: Errand, kind: DocumentKind, known: Document) -> None:
    case = errand.opened.case
    body: dict[str, object] = {
        "code": known.code,
        "title": known.title,
        "reference": known.reference,
        "sha256": known.sha256,
        "entry": errand.row.seq,
    }
    signatures = json.loads(known.signatures)
    if signatures:
        body["signatures"] = signatures
    fact = Fact(
        act="document_issued",
        stage_from=case.stage,
        stage_to=case.stage,
        role="system",
        body=body,
        is_public=kind.is_public,
    )
    handle.note(case.number, fact, errand.now)


def _row(errand: Errand, kind: DocumentKind, reference: str, finished: signed.Finished) -> Document:
    return Document(
        number=ids.new_key(),
        case_id=errand.opened.case.id,
        code=kind.code,
        title=kind.title.zh,
        reference=reference,
        journal_seq=errand.row.seq,
        media="application/pdf",
        size=len(finished.content),
        sha256=hashlib.sha256(finished.content).hexdigest(),
        object_key=vault.keep(finished.content),
        issued_at=errand.row.at,
        issued_by=errand.row.actor_name,
        is_public=kind.is_public,
        signatures=city.text_of(list(finished.signatures)),
    )


def _rendered(errand: Errand, kind: DocumentKind, reference: str) -> pdf.Rendered:
    scenario = errand.opened.scenario
    certificate = certify.of_case(errand.opened.case)
    facts = _facts(errand, kind, reference, certificate)
    about = pdf.About(
        title=kind.title.zh,
        dated=errand.day,
        author=facts.authority.name,
        verify_url=certify.verify_url(certificate) if certificate and kind.certificate else "",
        is_sample=settings.DEMO,
    )
    data = papers.compose(kind.data, facts)
    return pdf.render(scenario.templates, kind.template, data, about, with_places=True)


def _facts(
    errand: Errand, kind: DocumentKind, reference: str, certificate: Certificate | None
) -> papers.Facts:
    opened = errand.opened
    case, scenario = opened.case, opened.scenario
    item = scenario.items[case.item_code]
    return papers.Facts(
        document=papers.Head(
            title=kind.title.zh,
            dated=errand.day,
            number=reference,
            seal=kind.seal,
            signers=tuple(signed.officers(_matter(errand, kind))),
            is_sealed=signed.is_sealed(kind),
        ),
        case=papers.CaseFacts(
            number=case.number,
            filed_on=local_day(case.submitted_at),
            accepted_on=local_day(case.accepted_at) if case.accepted_at else None,
            is_deemed_accepted=errand.row.act == "deem_accept",
            channel=_CHANNELS.get(case.channel, ""),
            clerk=errand.row.actor_name,
        ),
        item=item,
        applicant=party_of(opened),
        authority=papers.Office(
            name=item.authority.name.zh,
            address=item.places[0].address.zh if item.places else "",
            phone=item.consult_phone,
            complaint_phone=item.complaint_phone,
        ),
        materials=_materials(opened, errand.row.at),
        clocks=_clocks(opened, errand),
        points=_points(errand.row),
        decision=_decision(errand.row, item),
        certificate=certify.facts_of(certificate, errand.day),
        answers=Answers(
            form=scenario.form_of(item),
            values=read_json(case.payload),
            as_of=local_day(case.submitted_at),
            divisions=city.common().division_names,
        ),
        verification=(
            papers.Verification(code=certificate.verify_code, url=certify.verify_url(certificate))
            if certificate
            else None
        ),
    )


_CHANNELS = {"web": "电脑端网上", "mobile": "移动端", "window": "窗口", "kiosk": "自助终端"}
_OUTCOMES = {
    "grant": papers.Outcome.GRANTED,
    "refuse": papers.Outcome.REFUSED,
    "decline": papers.Outcome.DECLINED,
    "extend": papers.Outcome.EXTENDED,
}


def _decision(row: JournalRow, item: Item) -> papers.Decision | None:
    outcome = _OUTCOMES.get(row.act)
    if outcome is None:
        return None
    reasons = tuple(line.strip() for line in row.reason.splitlines() if line.strip())
    basis = tuple(part.strip() for part in row.basis.split("；") if part.strip())
    given = body_of(row).get("extension")
    extension = Limit.parse(given) if isinstance(given, str) else None
    # The system takes this step for no item but those that declare it.
    terms = item.automatic if row.act == "grant" and row.role == SYSTEM_ROLE else None
    return papers.Decision(
        outcome=outcome,
        reasons=reasons,
        basis=basis,
        extension=extension,
        automatic=automatic.sentence(terms, row.at) if terms else "",
    )


def _points(row: JournalRow) -> tuple[papers.Point, ...]:
    act = body_of(row).get("act")
    inputs = act.get("inputs", {}) if isinstance(act, dict) else {}
    points = [one for one in _list(inputs.get("points")) if isinstance(one, dict)]
    if not points and row.act == "request_correction":
        return (papers.Point(about="申请材料", fault=row.reason),)
    return tuple(
        papers.Point(
            about=str(one.get("about", "")),
            fault=str(one.get("fault", "")),
            cure=str(one.get("cure", "")),
        )
        for one in points
    )


def _materials(opened: Opened, now: datetime) -> tuple[papers.Handed, ...]:
    files = read_materials(opened.case.materials)
    known = {blob.number for blob in blobs.of_case(opened.case.id)}
    lines = materials_filed.of_case(opened.scenario, opened.case)
    owed = {
        one.material.code: one
        for one in materials_filed.owed_of(opened.scenario, opened.case, opened.journal, now)
    }
    return tuple(
        papers.Handed(
            name=line.material.name.zh,
            count=len([number for number in files.get(code, []) if number in known]),
            note="" if files.get(code) else materials_filed.note(line),
            due_on=owed[code].due_on if code in owed else None,
            promise=_promise(line),
        )
        for line in lines
        for code in [line.material.code]
    )


def _promise(line: MaterialStanding) -> str:
    promised = line.material.commitment
    return promised.text.zh if promised and line.how is How.COMMITMENT else ""


def _clocks(opened: Opened, errand: Errand) -> tuple[papers.ClockLine, ...]:
    history = handle.history_until(opened, errand.row.seq)
    clocks = handle.clocks_at(opened, history, errand.row.at)
    rules = opened.chart.clocks
    return tuple(
        papers.ClockLine(
            title=rules[name].title.zh,
            limit=rules[name].limit,
            due_on=reading.due_on,
            basis=rules[name].basis,
        )
        for name, reading in clocks.readings.items()
        if reading.is_running
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def stored_content(document: Document) -> bytes:
    """Give the bytes of an issued document."""
    return vault.content(document.object_key)
