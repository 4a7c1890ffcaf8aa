# SPDX-License-Identifier: Apache-2.0
"""Proving who one is at the window (窗口核实): a number is said, a clerk looks at the card."""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.identifier import IdentifierRefused
from huiban.kernel.identifier_party import check_person_id
from huiban.kernel.identity import Purpose, Way
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import identity, ledger
from huiban.services.ceremony import Device, said_reason
from huiban.services.exchange_keys import key_digest
from huiban.services.facts import local_day
from huiban.services.identity import Outcome
from huiban.services.ledger import Chain
from huiban.services.party import is_person_number, masked
from huiban.services.permission import demand_platform
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import passkeys as stored
from huiban.store import portraits
from huiban.store.models import Account, IdentityAttempt, WindowVisit
from huiban.store.passkeys import Taken

LENGTH = 6
LOOKED = "looked_at"
MOST_LISTED = 30
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the window, as far as a clerk needs it to look at the card."""

    number: str
    name: str
    card: str
    """The number of the identity card, masked; empty where none is on file."""
    acts_for: str
    """The enterprise somebody acts for, empty for themselves."""
    purpose: Words
    begun_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What a clerk says of the card: that they looked, and its number where none is on file."""

    has_looked: bool
    card: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a clerk answered before: at which number, about whom, for what, and the reason if no."""

    visit: WindowVisit
    attempt: IdentityAttempt

    @property
    def is_confirmed(self) -> bool:
        return not self.visit.reason


def begin(actor: Actor, purpose: Purpose, now: datetime, device: Device) -> WindowVisit:
    """
    Give somebody a number to say at the window; one that waits already for this is given again.

    :raises NotOpen: as `identity.begin`.
    """
    known = stored.waiting_for(actor.number, (purpose.kind, purpose.number), now)
    if known is not None:
        return known
    with transaction.atomic():
        attempt = identity.begin(Way.WINDOW, actor, purpose, now, device)
        for left in reversed(range(_TRIES)):
            row = WindowVisit(attempt=attempt, code=_new_code())
            try:
                stored.wait(row)
            except Taken:
                if left:
                    continue
                raise NotOpen(_FULL, "full") from None
            return row
    raise AssertionError("the last try returns or raises")


def mine(number: str, actor: Actor) -> WindowVisit:
    """
    Show somebody their number, and what became of it.

    :raises NotFound: if there is none, or it is another's.
    """
    identity.load(number, actor)
    found = stored.visit_of(number)
    if found is None:
        raise _none()
    return found


def find(code: str, clerk: Actor, now: datetime) -> Visitor:
    """
    Show a clerk who said a number; that they looked is noted.

    :raises NotAllowed: for whoever is no window clerk; for their own number.
    :raises FieldFault: if nobody waits under that number.
    """
    visit = _waiting(code, clerk, now)
    account = _another(visit, clerk)
    ledger.note(Chain.IDENTITY, visit.attempt_id, LOOKED, clerk, now)
    row = visit.attempt
    return Visitor(
        number=row.number,
        name=account.name,
        card=masked(account.subject) if is_person_number(account.subject) else "",
        acts_for=account.subject_name if account.kind == ActorKind.ENTERPRISE else "",
        purpose=Words(row.purpose_zh, row.purpose_en),
        begun_at=row.begun_at,
        expires_at=row.expires_at,
    )


def confirm(code: str, checked: Checked, clerk: Actor, now: datetime) -> None:
    """
    Confirm, as the clerk who looked at the card and the person, that it is they.

    :raises NotAllowed, FieldFault: as `find`; FieldFault if the card was not checked, or its
        number is wanted and wrong, or not the one that came with the photograph on file.
    :raises NotOpen: if somebody answered before.
    """
    visit = _waiting(code, clerk, now)
    account = _another(visit, clerk)
    facts: dict[str, object] = {}
    if not is_person_number(account.subject):
        facts = {"card_digest": _card_digest(checked.card, account, now)}
    if not checked.has_looked:
        raise FieldFault("looked", _NOT_CHECKED)
    _answer(visit, "", facts, clerk, now)


def refuse(code: str, reason: str, clerk: Actor, now: datetime) -> None:
    """
    Note that it is not they, or that they cannot show it; they read the reason.

    :raises NotAllowed, FieldFault, NotOpen: as `confirm`; FieldFault without a reason.
    """
    visit = _waiting(code, clerk, now)
    _another(visit, clerk)
    text = said_reason(reason)
    _answer(visit, text, {"fault": "refused", "reason": text}, clerk, now)


def answered(clerk: Actor) -> list[Answered]:
    """
    List what a clerk answered, newest first.

    :raises NotAllowed: for whoever is no window clerk.
    """
    demand_platform(clerk, Errand.CONFIRM_IDENTITY)
    found = stored.answered_visits(clerk.number, MOST_LISTED)
    return [Answered(one, one.attempt) for one in found]


def sweep(now: datetime) -> int:
    """Give back numbers that nobody said in time; returns how many."""
    return stored.free_numbers(now)


def _answer(
    visit: WindowVisit, reason: str, facts: Mapping[str, object], clerk: Actor, now: datetime
) -> None:
    by = (clerk.number, clerk.name, clerk.department)
    told = {"clerk": by[0], "clerk_name": by[1], "department": by[2], **facts}
    with transaction.atomic():
        if not stored.answer_visit(visit.attempt_id, by, reason, now):
            raise NotOpen(_ANSWERED, "answered")
        identity.conclude(visit.attempt_id, Outcome(not reason, told), clerk, now)


def _card_digest(typed: str, account: Account, now: datetime) -> str:
    try:
        card = check_person_id(typed, local_day(now)).value
    except IdentifierRefused as refused:
        raise FieldFault("card", refused.message) from None
    digest, portrait = key_digest(card), portraits.current(account.number)
    if portrait is not None and portrait.card_digest != digest:
        raise FieldFault("card", _OTHER_CARD)
    return digest


def _waiting(code: str, clerk: Actor, now: datetime) -> WindowVisit:
    demand_platform(clerk, Errand.CONFIRM_IDENTITY)
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not (len(typed) == LENGTH and typed.isascii() and typed.isdecimal()):
        raise FieldFault("code", _NOT_SIX)
    found = stored.waiting(typed)
    if found is None or now >= found.attempt.expires_at:
        raise FieldFault("code", _NOBODY)
    return found


def _another(visit: WindowVisit, clerk: Actor) -> Account:
    """Return the account of whoever stands there, unless it is the clerk's own."""
    account = Account.objects.get(number=visit.attempt.account)
    is_self = account.number == clerk.number
    if is_self or (clerk.subject and account.subject == clerk.subject):
        raise NotAllowed(
            Words(
                "不能给自己核实身份，请由另一位窗口人员核对",
                "Nobody confirms themselves; have another clerk look at your card",
            )
        )
    return account


def _new_code() -> str:
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"


def _none() -> NotFound:
    return NotFound(
        Words("没有这次窗口核实，请重新取号", "There is no such number; take another one")
    )


_NOT_SIX = Words("核实号是 6 位数字，请向办事人核对", "A number has six digits; ask them again")
_NOBODY = Words(
    "没有人用这个号等着核实：可能报错了、已经核实过，或者超过了 24 小时。请办事人打开页面核对",
    "Nobody waits under this number: it was misheard, answered before, or is older than a day. "
    "Have them look at their page",
)
_NOT_CHECKED = Words(
    "请先核对身份证原件和本人，再勾选确认",
    "Look at the card itself and at the person first, then tick this",
)
_OTHER_CARD = Words(
    "身份证号码和留存证件照片时登记的不一致，请核对是不是本人；号码变更过的，先更换证件照片",
    "This is not the number that came with the photograph on file; check who it is",
)
_ANSWERED = Words("这个号已经核实过了", "This number was answered before")
_FULL = Words(
    "现在取号的人太多，请过一会儿再取", "Too many people wait just now: try again in a while"
)
