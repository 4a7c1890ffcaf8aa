# SPDX-License-Identifier: Apache-2.0
"""Requests to sign (签署任务): made by an officer, followed, reminded of, withdrawn, expired."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from huiban.kernel import sign_order
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.permission import Errand, may
from huiban.kernel.sign_order import RequestState
from huiban.kernel.words import Words
from huiban.services import ceremony, ledger, sign_ends, sign_notices, vault
from huiban.services.ledger import Chain
from huiban.services.permission import demand, demand_platform
from huiban.services.refusal import NotFound, NotOpen
from huiban.services.sign_request_model import (
    new_token,
)
from huiban.services.signing_turns import change_of, in_turn, standing_of
from huiban.store import cases, sign_requests
from huiban.store.models import LedgerEntry, SignParty, SignRequest
from huiban.store.rows import CaseRow
from huiban.store.sign_requests import RequestMoved

PAGE = 30
_REMIND_AGAIN = timedelta(hours=1)
_TRIES = 20
_OPEN = (str(RequestState.OPEN),)
_ENDED = tuple(str(one) for one in RequestState if one is not RequestState.OPEN)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a department's requests and how many there are."""

    rows: tuple[SignRequest, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Followed:
    """A request as its department follows it: its parties and all that happened."""

    request: SignRequest
    parties: tuple[SignParty, ...]
    history: tuple[LedgerEntry, ...]

    @property
    def is_open(self) -> bool:
        return self.request.state == RequestState.OPEN


def may_sign_requests(actor: Actor) -> None:
    """
    Let an officer through who may ask for signatures and answer for a department's.

    :raises NotAllowed: if they may not.
    """
    demand_platform(actor, Errand.SIGN_REQUESTS)


def case_of(number: str, actor: Actor) -> CaseRow:
    """
    Load a case that an officer may ask signatures for.

    :raises NotFound: if there is none.
    :raises NotAllowed: if it is none of theirs.
    :raises NotOpen: if it is archived.
    """
    try:
        case = cases.load(number)
    except cases.CaseNotFound:
        message = Words(f"没有编号为 {number} 的办件", f"There is no case {number}")
        raise NotFound(message) from None
    demand(actor, Errand.VIEW_MATERIAL, case)
    if case.stage == "archived":
        raise NotOpen(
            Words(
                "这件办件已经归档，不能再加文书；确需签署的，请不关联办件另行发起",
                "This case is archived and takes no more documents; make a request of its own",
            )
        )
    return case


def listing(actor: Actor, *, is_open: bool, page: int = 1) -> Listing:
    """
    List what an officer's department asked for, newest first.

    :raises NotAllowed: for whoever has no such list.
    """
    may_sign_requests(actor)
    states = _OPEN if is_open else _ENDED
    rows, total = sign_requests.of_department(actor.department, states, (page - 1) * PAGE, PAGE)
    return Listing(tuple(rows), total)


def on_case(case_id: int, actor: Actor) -> list[SignRequest] | None:
    """List what this officer's department asked for on a case, None for who may not ask."""
    if not may(actor, Errand.SIGN_REQUESTS):
        return None
    return [one for one in sign_requests.of_case(case_id) if one.department == actor.department]


def follow(number: str, actor: Actor) -> Followed:
    """
    Show a request to the department that made it.

    :raises NotFound: if there is none, or it is another department's: from outside the same.
    """
    may_sign_requests(actor)
    request = load(number)
    if not actor.department or request.department != actor.department:
        raise no_request()
    history = ledger.history(Chain.REQUEST, number)
    return Followed(request, tuple(request.parties.all()), tuple(history))


def document(number: str, actor: Actor) -> tuple[SignRequest, bytes]:
    """
    Give the document of a request as signed so far, for the department that made it.

    :raises NotFound: as `follow`.
    """
    request = follow(number, actor).request
    return request, vault.content(request.object_key)


def withdraw(number: str, reason: str, actor: Actor, now: datetime) -> None:
    """
    Take a request back; who signed already is told as well.

    :raises NotFound: as `follow`.
    :raises FieldFault: if no reason is given.
    :raises NotOpen: if it has ended.
    """
    follow(number, actor)
    text = ceremony.said_reason(reason)
    end(number, RequestState.WITHDRAWN, text, actor, now)


def remind(number: str, place: int, actor: Actor, now: datetime) -> str:
    """
    Remind a party whose turn it is, and give a new link to it; the old link ends.

    :raises NotFound: as `follow`, or if there is no such party.
    :raises NotOpen: if it is not that party's turn, or it was reminded within the hour.
    """
    followed = follow(number, actor)
    party = next((one for one in followed.parties if one.place == place), None)
    if party is None:
        raise no_request()
    in_turn(partial(sign_order.demand_turn, standing_of(followed.request), place))
    told = [one for one in followed.history if one.act == "reminded"]
    last = max((one.at for one in told if ledger.body_of(one)["place"] == place), default=None)
    if last is not None and now - last < _REMIND_AGAIN:
        raise NotOpen(
            Words(
                "一小时内已经提醒过这一方，请稍后再提醒",
                "This party was reminded within the hour; try again later",
            )
        )
    token, kept = new_token()
    with transaction.atomic():
        sign_requests.renew_link(number, place, kept)
        ledger.note(Chain.REQUEST, number, "reminded", actor, now, {"place": place})
        sign_notices.remind(followed.request, party, now)
    return token


def expire(now: datetime, limit: int = 200) -> int:
    """End the requests whose time is over; returns how many."""
    ended = 0
    for number in sign_requests.overdue(now, limit):
        try:
            end(number, RequestState.EXPIRED, "到期没有签完", SYSTEM, now)
        except NotOpen:
            continue  # signed, declined or withdrawn meanwhile
        ended += 1
    return ended


def end(number: str, how: RequestState, reason: str, actor: Actor, now: datetime) -> None:
    """
    End a request from outside.

    :raises NotOpen: if it has ended.
    """
    for _ in range(_TRIES):
        request = load(number)
        after = in_turn(partial(sign_order.ended, standing_of(request), how))
        try:
            with transaction.atomic():
                sign_requests.change(change_of(request, after, now, reason))
                body = {"reason": reason, "sha256": request.sha256}
                ledger.note(Chain.REQUEST, number, str(how), actor, now, body)
                sign_ends.note(load(number), actor, now)
        except RequestMoved:
            continue
        return
    raise moved()


def load(number: str) -> SignRequest:
    """
    Load a request for whoever was let through elsewhere.

    :raises NotFound: if there is none.
    """
    try:
        return sign_requests.load(number)
    except sign_requests.RequestNotFound:
        raise no_request() from None


def moved() -> NotOpen:
    return NotOpen(
        Words(
            "别人正在签署这份文书，没有轮上您；请再试一次，您写的都在",
            "Others are signing this document right now; try again, nothing is lost",
        )
    )


def no_request() -> NotFound:
    return NotFound(
        Words(
            "没有这项签署任务，或者它不是您部门发起的",
            "There is no such request, or it is another department's",
        )
    )
