# SPDX-License-Identifier: Apache-2.0
"""Making a request to sign (发起签署): the document set, its places prepared, parties told."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huiban.connectors import pades, uploads
from huiban.connectors.pades import Box, Place
from huiban.connectors.pades.model import MOST_BYTES
from huiban.kernel import sign_order
from huiban.kernel.actor import Actor
from huiban.kernel.sign_order import SignOrder
from huiban.kernel.words import Words
from huiban.services import ceremony, city, ledger, sign_notices, signing_papers, vault
from huiban.services.facts import local_day
from huiban.services.files import Upload
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, FieldFault
from huiban.services.sign_request_model import (
    Kind,
    Made,
    Named,
    NewRequest,
    Who,
    check,
    end_of_day,
    new_token,
)
from huiban.services.sign_requests import case_of, may_sign_requests
from huiban.services.signing_papers import Attestation, Laid, Signer
from huiban.store import ids, sign_requests
from huiban.store.models import SignParty, SignRequest
from huiban.store.rows import CaseRow

_NUMBER = re.compile(r"[0-9a-f]{32}")


def make(new: NewRequest, actor: Actor, now: datetime) -> Made:
    """
    Ask named parties to sign or seal a document, and tell those whose turn it is.

    :raises NotAllowed: if this officer may not ask, or not on this case.
    :raises Invalid: with every fault of what is asked.
    :raises NotOpen: if the case is archived, so that nothing can be added to it any more.
    :raises AlreadyDone: if the same page was sent before; names that request.
    """
    may_sign_requests(actor)
    case = case_of(new.case, actor) if new.case else None
    parties = check(new, now)
    assert new.until is not None, "checked just now"
    number = _number(new)
    laid = _laid(new, parties, number, actor, now, case)
    is_sequence = new.order == SignOrder.SEQUENCE
    places = [
        place_of(laid, place, one.name, is_last=is_sequence and place == len(parties))
        for place, one in enumerate(parties, 1)
    ]
    content = prepare(laid, places)
    sha256 = ceremony.sha256_of(content)
    key = vault.keep(content)
    request = SignRequest(
        number=number,
        case_id=case.id if case else None,
        kind=new.kind,
        title=new.title.strip(),
        purpose=new.purpose.strip(),
        order=new.order,
        until=end_of_day(new.until),
        object_key=key,
        sha256=sha256,
        first_key=key,
        first_sha256=sha256,
        pages=laid.pages,
        department=actor.department,
        made_by=actor.number,
        made_by_name=actor.name,
        made_at=now,
    )
    tokens = {place: new_token() for place in range(1, len(parties) + 1)}
    rows = _rows(request, parties, {place: kept for place, (_, kept) in tokens.items()}, now)
    with transaction.atomic():
        sign_requests.add(request, rows)
        ledger.note(Chain.REQUEST, number, "made", actor, now, _made_body(request, rows, case))
        sign_notices.tell_turns(request, [one for one in rows if one.opened_at], now)
    return Made(number, {place: token for place, (token, _) in tokens.items()})


def _number(new: NewRequest) -> str:
    if not _NUMBER.fullmatch(new.number):
        return ids.new_key()
    if sign_requests.exists(new.number):
        words = Words("这项签署已经发起了，没有重复发起", "This request was made before")
        raise AlreadyDone(words, new.number)
    return new.number


def prepare(laid: Laid, places: Sequence[Place]) -> bytes:
    """
    Give a document its empty places; filling one breaks none of the others.

    :raises FieldFault: if nothing can be signed in it; says why.
    """
    try:
        return pades.prepare(laid.content, places)
    except pades.SigningRefused as refused:
        raise FieldFault("file", refused.message) from refused


def place_of(laid: Laid, number: int, title: str, *, is_last: bool) -> Place:
    """Say where a party signs; after the last of a sequence nothing may be changed any more."""
    name = field_name(number)
    room = next(one for one in laid.places if one.name == name)
    box = Box(room.page - 1, room.left, room.bottom, room.width, room.height)
    return Place(name=name, box=box, locks_all=is_last, title=title)


def field_name(place: int) -> str:
    """Name the place of a party in the document."""
    return f"party_{place}"


def _laid(  # noqa: PLR0913 - what a document is set from
    new: NewRequest,
    parties: tuple[Named, ...],
    number: str,
    actor: Actor,
    now: datetime,
    case: CaseRow | None,
) -> Laid:
    if new.kind == Kind.ATTESTATION:
        return signing_papers.attestation(
            Attestation(
                number=number,
                title=new.title.strip(),
                asking=department_name(actor.department),
                asked=parties[0].name,
                question=new.purpose.strip(),
                asked_on=local_day(now),
                until=new.until or local_day(now),
                case_number=case.number if case else "",
                case_title=case.title if case else "",
            )
        )
    assert new.upload is not None, "checked before"
    content = _accepted(new.upload)
    signers = [
        Signer(field_name(place), one.name, one.asked.part, one.is_seal)
        for place, one in enumerate(parties, 1)
    ]
    return signing_papers.with_sheet(content, number, new.title.strip(), signers, local_day(now))


def _accepted(upload: Upload) -> bytes:
    """
    Look into an uploaded document as into every upload.

    :raises FieldFault: if it is not taken.
    """
    limits = uploads.Limits((ceremony.PDF,), min(MOST_BYTES, settings.MAX_FILE_BYTES))
    try:
        uploads.check(upload.content, upload.name, limits)
    except uploads.UploadRefused as fault:
        raise FieldFault("file", fault.message) from fault
    return upload.content


def department_name(code: str) -> str:
    department = city.common().departments.get(code)
    return department.name.zh if department else code


def _rows(
    request: SignRequest, parties: tuple[Named, ...], hashes: dict[int, str], now: datetime
) -> list[SignParty]:
    standing = sign_order.begin(len(parties), SignOrder(request.order))
    return [
        SignParty(
            request_id=request.number,
            place=turn.place,
            step=turn.step,
            state=turn.state,
            opened_at=now if turn.place in standing.opened else None,
            holder=sign_requests.holder_of(one.asked.who, one.asked.code),
            account=one.asked.code if one.asked.who == Who.ACCOUNT else "",
            subject_code=one.asked.code if one.asked.who == Who.SUBJECT else "",
            department=one.asked.code if one.asked.who == Who.DEPARTMENT else "",
            name=one.name,
            part=one.asked.part.strip(),
            does=one.asked.does,
            seal_kind=one.asked.seal_kind if one.is_seal else "",
            field=field_name(turn.place),
            token_hash=hashes[turn.place],
        )
        for turn, one in zip(standing.turns, parties, strict=True)
    ]


def _made_body(
    request: SignRequest, rows: list[SignParty], case: CaseRow | None
) -> dict[str, object]:
    return {
        "title": request.title,
        "kind": request.kind,
        "order": request.order,
        "until": request.until.isoformat(),
        "case": case.number if case else "",
        "sha256": request.first_sha256,
        "parties": [
            {"place": one.place, "name": one.name, "part": one.part, "does": one.does}
            for one in rows
        ],
    }
