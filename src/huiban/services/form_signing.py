# SPDX-License-Identifier: Apache-2.0
"""An application signed as it is sent in (申请表电子签名): the form as shown, one act, one time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huiban.connectors import pades, pdf
from huiban.connectors.pades import Box, Place
from huiban.kernel import document as papers
from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import MaterialStanding
from huiban.kernel.credential import Owner, OwnerKind
from huiban.kernel.delegation import Operation
from huiban.kernel.document_form import Answers
from huiban.kernel.fill_record import How
from huiban.kernel.form import stamp
from huiban.packloader import DocumentKind
from huiban.services import (
    ceremony,
    city,
    credentials,
    delegation_uses,
    drafts,
    handle,
    materials,
    materials_filed,
    sign_with,
    submit,
    vault,
)
from huiban.services.ceremony import Begun, Device, Identity, Said, Shown
from huiban.services.delegation_uses import Doing
from huiban.services.drafts import Writing
from huiban.services.facts import local_day, read_json
from huiban.services.journal import body_of
from huiban.services.party import party_as
from huiban.services.refusal import NotFound
from huiban.services.sign_with import Drawn
from huiban.services.signed import Finished
from huiban.store import cases, ceremonies
from huiban.store.ceremonies import SignedRow
from huiban.store.models import Account, Ceremony
from huiban.store.rows import JournalRow

FORM = "application_form"
PLACE = "applicant"
"""The role that signs the form, and the name of its place in the template."""
NO_NUMBER = "提交后生成"
_MM = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person sends to sign and submit: which ceremony, what they said, who they are."""

    ceremony: str
    said: Said
    identity: Identity
    device: Device


def is_wanted(writing: Writing) -> bool:
    """Tell whether this application is signed before it is sent."""
    return _kind(writing) is not None and credentials.is_configured()


def begin(writing: Writing, actor: Actor, now: datetime, device: Device) -> Begun:
    """
    Show the form for signing, as it will be filed.

    The application must be complete: `submit.problems_of` is empty.
    """
    return ceremony.begin(shown(writing, actor, now), actor, now, device)


def demand_unsent(number: str, actor: Actor, now: datetime) -> Writing:
    """
    Pick up an application that was not sent yet.

    :raises AlreadyDone: if it was sent before, by a double click for one; names that case.
    :raises NotFound, Expired: if there is no such draft any more.
    """
    try:
        return drafts.load(number, actor, now)
    except NotFound:
        raise submit.already_sent(number, actor) from None


def confirm(number: str, sent: Confirmed, actor: Actor, now: datetime) -> str:
    """
    Sign the form and send the application in, both or neither; return the number of the case.

    :raises NotFound: if there is no such draft or ceremony.
    :raises Stale: if the form is not the one that was shown any more.
    :raises NotOpen, Invalid: as `ceremony.agree` and `submit.submit`.
    :raises AlreadyDone: if it was sent before; names the case.
    """
    writing = demand_unsent(number, actor, now)
    now_shown = shown(writing, actor, now)
    doing = Doing(operation=Operation.SIGN, item=writing.item.code, scenario=writing.scenario.code)
    with delegation_uses.using(actor, doing, now) as used, transaction.atomic():
        begun = ceremony.load(sent.ceremony, actor)
        if begun.matter != now_shown.matter or begun.sha256_before != now_shown.sha256:
            raise ceremony.changed()
        ceremony.agree(begun, sent.said, sent.identity, sent.device, now)
        _demand_same(writing, drafts.load(number, actor, now))
        signature = {
            "ceremony": begun.number,
            "sha256": begun.sha256_before,
            "way": sent.identity.way,
            "credential": "pending",
        }
        case = submit.submit(number, actor, now, signature=signature)
        ceremonies.move(begun.number, matter_of_case(case))
        used |= {"case": case, "ceremony": begun.number}
    return case


def sign_filed(case_number: str, row: JournalRow, now: datetime) -> Finished:
    """
    Sign what was filed by one journal entry with its applicant's key and give the signed PDF.

    It signs the very bytes the applicant was shown; run again, it gives the same file.

    :raises NotOpen: if the authority or the keys are away; try again later.
    """
    told = body_of(row)["signature"]
    assert isinstance(told, dict), "only entries that were signed are asked for"
    one = ceremonies.load(str(told["ceremony"]))
    if not one.signed_key:
        is_delegated = "delegation" in body_of(row)
        _apply(one, _own(one) if is_delegated else _owner(one, case_number), now)
        one = ceremonies.load(one.number)
    signature = {
        "kind": "signature",
        "role": PLACE,
        "name": one.account_name,
        "credential": one.credential_id or "",
        "ceremony": one.number,
    }
    return Finished(vault.content(one.signed_key), (signature,))


def _apply(one: Ceremony, owner: Owner, now: datetime) -> None:
    told = read_json(one.place)
    left, bottom, width, height = (float(str(part)) for part in _list(told["box"]))
    box = Box(int(str(told["page"])) - 1, left, bottom, width, height)
    place = Place(PLACE, box, title=f"{one.account_name}的电子签名")
    content = pades.prepare(vault.content(one.object_key), [place])
    drawn = Drawn(ceremony.strokes_of(one), one.title, (width * _MM, height * _MM), is_last=True)
    applied = sign_with.person(content, PLACE, owner, drawn, now)
    key, sha256 = vault.keep(applied.content), ceremony.sha256_of(applied.content)
    # Where another worker was quicker, its file is the one that counts.
    ceremonies.sign(one.number, SignedRow(now, sha256, key, applied.credential))


def _owner(one: Ceremony, case_number: str) -> Owner:
    code = cases.load(case_number).subject_code if one.acting_for else ""
    return Owner(OwnerKind.PERSON, one.account, one.account_name, one.acting_for, code)


def _own(one: Ceremony) -> Owner:
    """Who signs for a principal signs with their own certificate, which does not name that one."""
    return sign_with.owner_of(Account.objects.get(number=one.account).to_actor())


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def shown(writing: Writing, actor: Actor, now: datetime) -> Shown:
    """Set the form as it will be filed, with room for the applicant's signature."""
    kind = _kind(writing)
    if kind is None:
        raise LookupError(f"the form of {writing.item.code} is not signed by its applicant")
    facts = _facts(writing, kind, actor, now)
    about = pdf.About(
        title=kind.title.zh,
        dated=facts.document.dated,
        author=facts.authority.name,
        is_sample=settings.DEMO,
    )
    templates = writing.scenario.templates
    data = papers.compose(kind.data, facts)
    rendered = pdf.render(templates, kind.template, data, about, with_places=True)
    place = next(one for one in rendered.places if one.name == PLACE)
    return Shown(
        matter=f"draft:{writing.number}",
        title=kind.title.zh,
        content=rendered.content,
        pages=rendered.pages,
        place={
            "name": place.name,
            "page": place.page,
            "box": [str(one) for one in (place.left, place.bottom, place.width, place.height)],
        },
    )


def ceremonies_of(journal: Iterable[JournalRow]) -> list[str]:
    """List the ceremonies in which what was filed was signed, oldest first."""
    told = (body_of(row).get("signature") for row in journal)
    return [str(one["ceremony"]) for one in told if isinstance(one, dict)]


def matter_of_case(number: str) -> str:
    """Name a case as the matter of the ceremonies that were held about it."""
    return f"case:{number}"


def _kind(writing: Writing) -> DocumentKind | None:
    kind = writing.scenario.documents.get(FORM)
    return kind if kind is not None and PLACE in kind.signed_by else None


def _demand_same(before: Writing, after: Writing) -> None:
    """Nothing may be filed that differs from what was set a moment ago."""
    if (before.snapshot, before.draft.materials) != (after.snapshot, after.draft.materials):
        raise ceremony.changed()


def _facts(writing: Writing, kind: DocumentKind, actor: Actor, now: datetime) -> papers.Facts:
    item, day = writing.item, local_day(now)
    reading = drafts.check(writing, now)
    values = stamp(writing.form, reading.values, writing.values, now, actor.number)
    case, filed_on = NO_NUMBER, day
    if writing.is_correction:
        known = handle.load(writing.draft.case_number).case
        case, filed_on = known.number, local_day(known.submitted_at)
    return papers.Facts(
        document=papers.Head(
            title=kind.title.zh, dated=day, seal=kind.seal, signers=kind.signed_by
        ),
        case=papers.CaseFacts(number=case, filed_on=filed_on, channel="电脑端网上"),
        item=item,
        applicant=party_as(writing.draft.subject_code, writing.draft.subject_name, values),
        authority=papers.Office(
            name=item.authority.name.zh,
            address=item.places[0].address.zh if item.places else "",
            phone=item.consult_phone,
            complaint_phone=item.complaint_phone,
        ),
        materials=_materials(writing, now),
        answers=Answers(
            form=writing.form,
            values=values,
            as_of=filed_on,
            divisions=city.common().division_names,
        ),
    )


def _materials(writing: Writing, now: datetime) -> tuple[papers.Handed, ...]:
    return tuple(
        papers.Handed(
            name=line.material.name.zh,
            count=len(files),
            note="" if files else materials_filed.note(line),
            promise=_promise(line),
        )
        for line in materials.of_writing(writing, local_day(now))
        for files in [writing.materials.get(line.material.code, [])]
    )


def _promise(line: MaterialStanding) -> str:
    promised = line.material.commitment
    return promised.text.zh if promised and line.how is How.COMMITMENT else ""
