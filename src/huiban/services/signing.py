# SPDX-License-Identifier: Apache-2.0
"""What a party does with a request to sign (签署): open it, sign or seal it, answer it, decline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import transaction

from huiban.kernel import sign_order
from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.permission import Errand, may
from huiban.kernel.sign_order import PartyState, RequestState, SignStanding
from huiban.kernel.words import Words
from huiban.services import (
    ceremony,
    ledger,
    seal_use,
    sign_ends,
    sign_notices,
    sign_with,
    vault,
)
from huiban.services.ceremony import Begun, Device, Identity, Said, Shown, Strokes
from huiban.services.ledger import Chain
from huiban.services.refusal import NotAllowed, NotFound
from huiban.services.sign_request_model import Does, Kind, Who, hash_of
from huiban.services.sign_requests import load, moved
from huiban.services.sign_with import Applied, Drawn
from huiban.services.signing_turns import change_of, in_turn, standing_of
from huiban.store import ceremonies, sign_requests
from huiban.store.ceremonies import SignedRow
from huiban.store.models import Ceremony, SignParty, SignRequest
from huiban.store.sign_requests import PartyChange, RequestMoved

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Task:
    """What one party is asked: the request and this party's part in it."""

    request: SignRequest
    party: SignParty

    @property
    def is_seal(self) -> bool:
        return self.party.does == Does.SEAL

    @property
    def is_open(self) -> bool:
        """Whether it is this party's turn now."""
        return self.party.state == PartyState.OPEN and self.request.state == RequestState.OPEN

    @property
    def wants_answer(self) -> bool:
        """An attestation says something only once the department asked has written it."""
        return self.request.kind == Kind.ATTESTATION and not self.request.answer

    @property
    def matter(self) -> str:
        return f"request:{self.request.number}"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person sends to sign: which ceremony, what they said, who they are."""

    ceremony: str
    said: Said
    identity: Identity
    device: Device


def of_link(token: str, actor: Actor) -> Task:
    """
    Find what a link leads to, for whom it was made.

    :raises NotFound: if it leads nowhere (any more).
    :raises NotAllowed: if it was made for somebody else; nothing is told of what it is about.
    """
    try:
        number, place = sign_requests.of_token(hash_of(token))
    except sign_requests.RequestNotFound:
        raise NotFound(
            Words(
                "这个签署链接无效，或者已经换了新的。请用最近收到的链接，或者在“待我签署”里打开",
                "This link leads nowhere, or was replaced: use the newest one, or open it under "
                "“To sign”",
            )
        ) from None
    request = load(number)
    party = _party(request, place)
    if party is None or not _is_theirs(party, actor):
        raise NotAllowed(
            Words(
                "这个签署链接不是发给您现在登录的账号的。请换用收到链接的账号登录；"
                "不清楚的，请问把链接发给您的人",
                "This link was not made for the account you are signed in with. Sign in with the "
                "one it was sent to, or ask whoever sent it",
            )
        )
    return Task(request, party)


def of(number: str, place: int, actor: Actor) -> Task:
    """
    Return what one party is asked.

    :raises NotFound: if there is no such task, or it is not for this person: from outside the same.
    """
    request = load(number)
    party = _party(request, place)
    if party is None or not _is_theirs(party, actor):
        raise NotFound(
            Words(
                "没有这项签署任务，或者不是由您签署",
                "There is no such request, or you are not asked to sign it",
            )
        )
    return Task(request, party)


def waiting(actor: Actor) -> list[SignParty]:
    """List what waits for a person's signature or seal, the most urgent first."""
    return sign_requests.waiting(holders(actor))


def done(actor: Actor) -> list[SignParty]:
    """List what a person was asked before, newest first."""
    return sign_requests.done(holders(actor))


def holders(actor: Actor) -> list[str]:
    """
    Say as whom somebody may be asked: themselves, their enterprise, their department.

    What a principal is asked to sign is not for who acts under a delegation.
    """
    if actor.delegation:
        return []
    is_officer = actor.kind is ActorKind.OFFICER
    kind, code = (Who.DEPARTMENT, actor.department) if is_officer else (Who.SUBJECT, actor.subject)
    own = [sign_requests.holder_of(Who.ACCOUNT, actor.number)]
    return [*own, sign_requests.holder_of(kind, code)] if code else own


def begin(task: Task, actor: Actor, now: datetime, device: Device) -> Begun:
    """
    Show a party the document as it stands now.

    :raises NotOpen: if it is not their turn.
    """
    in_turn(partial(sign_order.demand_turn, standing_of(task.request), task.party.place))
    return ceremony.begin(_shown(task), actor, now, device)


def obstacle(task: Task, actor: Actor, now: datetime) -> Words | None:
    """Say why somebody could not use the seal that is asked for, before they read and agree."""
    if not task.is_seal:
        return None
    wanted = sign_with.wanted_of(task.request, task.party)
    return seal_use.why_not(wanted, actor, actor.roles, now)


def sign(task: Task, sent: Confirmed, actor: Actor, now: datetime) -> Task:
    """
    Sign or seal a document as one of its parties; return the task as it is afterwards.

    Whoever signs at the same moment as another signs onto what that one left: both stay valid.

    :raises NotOpen: if it is not their turn (any more), or nothing can be signed just now.
    :raises Stale: if the document is not the one that was shown.
    :raises Invalid: if the agreement or signature is missing.
    """
    begun = ceremony.load(sent.ceremony, actor)
    if begun.matter != task.matter:
        raise ceremony.changed()
    strokes = ceremony.check(begun, sent.said, now)
    shown = vault.content(begun.object_key)
    hand: Callable[[bytes], Applied] | None = None
    for _ in range(_TRIES):
        request = load(task.request.number)
        after = in_turn(partial(sign_order.signed, standing_of(request), task.party.place))
        content = vault.content(request.object_key)
        if not content.startswith(shown):
            raise ceremony.changed()
        hand = hand or _hand(task, strokes, actor, now)
        applied = hand(content)
        try:
            _write(request, after, task.party.place, begun, sent, applied, actor, now)
        except RequestMoved:
            continue
        return of(request.number, task.party.place, actor)
    raise moved()


def decline(task: Task, number: str, reason: str, actor: Actor, now: datetime) -> None:
    """
    Refuse to sign, which ends the request for everybody.

    :raises FieldFault: if no reason is given.
    :raises NotOpen: if it is not their turn (any more).
    """
    text = ceremony.said_reason(reason)
    begun = ceremony.load(number, actor)
    if begun.matter != task.matter:
        raise ceremony.changed()
    place = task.party.place
    for _ in range(_TRIES):
        request = load(task.request.number)
        after = in_turn(partial(sign_order.declined, standing_of(request), place))
        what = change_of(request, after, now, text)
        parties = tuple(_told(one, place, begun.number, text) for one in what.parties)
        try:
            with transaction.atomic():
                ceremony.decline(begun, text)
                sign_requests.change(replace(what, parties=parties))
                body = {"place": place, "reason": text, "ceremony": begun.number}
                ledger.note(Chain.REQUEST, request.number, "declined", actor, now, body)
                sign_ends.note(load(request.number), actor, now)
        except RequestMoved:
            continue
        return
    raise moved()


def document(task: Task) -> bytes:
    """Give a party the document as signed so far."""
    return vault.content(task.request.object_key)


def _hand(task: Task, strokes: Strokes, actor: Actor, now: datetime) -> Callable[[bytes], Applied]:
    """Get what signs or seals ready once, for as many tries as it takes to write it."""
    if task.is_seal:
        return sign_with.sealer(task.request, task.party, actor, now)
    drawn = Drawn(strokes, task.request.title, sign_with.SHEET_ROOM)
    owner, place = sign_with.owner_of(actor), task.party.field
    return lambda content: sign_with.person(content, place, owner, drawn, now)


def _write(  # noqa: PLR0913 - all that one signature changes
    request: SignRequest,
    after: SignStanding,
    place: int,
    begun: Ceremony,
    sent: Confirmed,
    applied: Applied,
    actor: Actor,
    now: datetime,
) -> None:
    key, sha256 = vault.keep(applied.content), ceremony.sha256_of(applied.content)
    what = change_of(request, after, now)
    parties = tuple(_told(one, place, begun.number) for one in what.parties)
    with transaction.atomic():
        ceremony.agree(begun, sent.said, sent.identity, sent.device, now)
        ceremonies.sign(begun.number, SignedRow(now, sha256, key, applied.credential))
        sign_requests.change(replace(what, parties=parties, object_key=key, sha256=sha256))
        body: dict[str, object] = {
            "place": place,
            "ceremony": begun.number,
            "before": request.sha256,
            "after": sha256,
            "credential": applied.credential or "",
            "way": sent.identity.way,
        }
        act = "sealed" if applied.is_seal else "signed"
        ledger.note(Chain.REQUEST, request.number, act, actor, now, body)
        changed = load(request.number)
        if after.state is RequestState.COMPLETED:
            ledger.note(Chain.REQUEST, request.number, "completed", SYSTEM, now, {"sha256": sha256})
            sign_ends.note(changed, SYSTEM, now)
        else:
            opened = {one.place for one in parties if one.state is PartyState.OPEN}
            turns = [one for one in changed.parties.all() if one.place in opened]
            sign_notices.tell_turns(changed, turns, now)


def _told(one: PartyChange, place: int, number: str, reason: str = "") -> PartyChange:
    return replace(one, ceremony=number, reason=reason) if one.place == place else one


def _shown(task: Task) -> Shown:
    request = task.request
    return Shown(
        matter=task.matter,
        title=request.title,
        content=vault.content(request.object_key),
        pages=request.pages,
        place={"name": task.party.field, "does": task.party.does},
    )


def _party(request: SignRequest, place: int) -> SignParty | None:
    return next((one for one in request.parties.all() if one.place == place), None)


def _is_theirs(party: SignParty, actor: Actor) -> bool:
    if actor.delegation:
        return False
    if party.account:
        return party.account == actor.number
    if party.subject_code:
        return party.subject_code == actor.subject
    is_officer = actor.kind is ActorKind.OFFICER and may(actor, Errand.SIGN_REQUESTS)
    return bool(is_officer) and bool(party.department) and party.department == actor.department
