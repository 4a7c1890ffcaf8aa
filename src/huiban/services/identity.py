# SPDX-License-Identifier: Apache-2.0
"""Attempts to prove who one is (身份核实), whatever the way: begun, ended, spent, kept for good."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.identity import CHALLENGE_FOR, Challenge, Purpose, Step, Way, draw_challenge
from huiban.kernel.words import Words
from huiban.services import city, ledger
from huiban.services.ceremony import LONGEST_AGENT, Device, Identity
from huiban.services.facts import read_json
from huiban.services.ledger import Chain
from huiban.services.refusal import NotFound, NotOpen
from huiban.store import identities, ids
from huiban.store.identities import AttemptNotFound
from huiban.store.models import IdentityAttempt

MOST_TRIES, TRIES_WITHIN = 5, timedelta(minutes=15)
MOST_LISTED = 100
BEGUN, USED = "begun", "used"
_STATE = IdentityAttempt.State
_OPEN_FOR: Mapping[Way, timedelta] = {
    Way.FACE: CHALLENGE_FOR,
    Way.PASSKEY_CODE: timedelta(minutes=10),
    Way.WINDOW: timedelta(hours=24),
}
_COUNTS_FOR: Mapping[Way, timedelta] = {
    Way.FACE: timedelta(minutes=10),
    Way.PASSKEY_CODE: timedelta(minutes=10),
    Way.WINDOW: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt; `facts` are text, whole numbers and lists, never a picture."""

    is_passed: bool
    facts: Mapping[str, object] = field(default_factory=dict)
    frames_sha256: str = ""


def begin(
    way: Way, actor: Actor, purpose: Purpose, now: datetime, device: Device
) -> IdentityAttempt:
    """
    Begin an attempt for one purpose; by face, with a challenge nobody could foresee.

    For the face call `identity_face.begin`, which looks first whether that way is open.

    :raises NotOpen: `too_many` after five in a quarter of an hour; it says when to come back.
    """
    challenge = draw_challenge(secrets.randbelow, now + _OPEN_FOR[way])
    row = IdentityAttempt(
        number=ids.new_key(),
        way=str(way),
        account=actor.number,
        account_name=actor.name,
        purpose_kind=purpose.kind,
        purpose_number=purpose.number,
        purpose_zh=purpose.words.zh[:300],
        purpose_en=purpose.words.en[:300],
        challenge=city.text_of([str(one) for one in challenge.steps] if way is Way.FACE else []),
        nonce=challenge.nonce,
        begun_at=now,
        expires_at=challenge.expires_at,
        device=device.agent[:LONGEST_AGENT],
        address=device.address[:64],
    )
    with transaction.atomic():
        identities.hold_account(actor.number)
        _demand_few(way, actor, now)
        identities.begin(row)
        ledger.note(Chain.IDENTITY, row.number, BEGUN, actor, now, begun_facts(row))
    return row


def load(number: str, actor: Actor) -> IdentityAttempt:
    """
    Return an attempt of this person.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    try:
        found = identities.load(number)
    except AttemptNotFound:
        raise _none() from None
    if found.account != actor.number:
        raise _none()
    return found


def challenge_of(row: IdentityAttempt) -> Challenge:
    """Return what an attempt asks for; without steps where the way is not the face."""
    steps = tuple(Step(one) for one in _list_of(row.challenge))
    return Challenge(steps, row.nonce, row.expires_at)


def purpose_of(row: IdentityAttempt) -> Purpose:
    """Return what an attempt is for."""
    words = Words(row.purpose_zh, row.purpose_en)
    return Purpose(row.purpose_kind, row.purpose_number, words)


def conclude(number: str, outcome: Outcome, by: Actor, now: datetime) -> IdentityAttempt:
    """
    Note what became of an attempt; `by` is who found out: the person's own try, or a clerk.

    :raises NotOpen: `over` if that was noted before, `expired` if its time is over.
    """
    row = identities.load(number)
    if now >= row.expires_at:
        _end(row, _STATE.EXPIRED, Outcome(is_passed=False), by, now)
        raise NotOpen(_EXPIRED, "expired")
    state = _STATE.PASSED if outcome.is_passed else _STATE.FAILED
    if not _end(row, state, outcome, by, now):
        raise NotOpen(_OVER, "over")
    return identities.load(number)


def proved(actor: Actor, purpose: Purpose, now: datetime) -> Identity | None:
    """Return the proof somebody gave for a purpose and has not spent, if it still counts."""
    found = identities.counting(actor.number, (purpose.kind, purpose.number), now)
    return identity_of(found) if found else None


def evidence(number: str, actor: Actor, purpose: Purpose, now: datetime) -> Identity:
    """
    Return what a passed attempt proves; `spend` it in the transaction of what it was for.

    :raises NotFound: if there is none, or it is somebody else's.
    :raises NotOpen: `other_purpose`, `used`, `not_passed` or `expired`.
    """
    row = load(number, actor)
    if (row.purpose_kind, row.purpose_number) != (purpose.kind, purpose.number):
        raise NotOpen(_OTHER_PURPOSE, "other_purpose")
    if row.state == _STATE.USED:
        raise NotOpen(_USED, "used")
    if row.state != _STATE.PASSED or row.counts_until is None:
        raise NotOpen(_NOT_PASSED, "not_passed")
    if now >= row.counts_until:
        raise NotOpen(_EXPIRED, "expired")
    return identity_of(row)


def spend(identity: Identity, actor: Actor, purpose: Purpose, now: datetime) -> None:
    """
    Use a proof up, once; call it in the transaction of what it was for.

    :raises NotFound, NotOpen: as `evidence`.
    """
    evidence(identity.attempt, actor, purpose, now)
    if not identities.spend(identity.attempt, now):
        raise NotOpen(_USED, "used")
    body = {"purpose_kind": purpose.kind, "purpose_number": purpose.number}
    ledger.note(Chain.IDENTITY, identity.attempt, USED, actor, now, body)


def history(actor: Actor) -> list[IdentityAttempt]:
    """List everything somebody tried, newest first, each with the picture kept of it, if any."""
    return identities.history(actor.number, MOST_LISTED)


def sweep(now: datetime, limit: int = 500) -> int:
    """Note which attempts nobody went on with; returns how many."""
    ended = 0
    for number in identities.overdue(now, limit):
        row = identities.load(number)
        ended += _end(row, _STATE.ABANDONED, Outcome(is_passed=False), SYSTEM, now)
    return ended


def identity_of(row: IdentityAttempt) -> Identity:
    """Return what a passed attempt proves."""
    facts = read_json(row.facts)
    return Identity(
        way=row.way,
        at=row.ended_at or row.begun_at,
        attempt=row.number,
        score=str(facts.get("score") or ""),
        threshold=str(facts.get("threshold") or ""),
    )


def begun_facts(row: IdentityAttempt) -> dict[str, object]:
    """Return what the ledger states of an attempt as it begins."""
    return {
        "way": row.way,
        "account": row.account,
        "purpose_kind": row.purpose_kind,
        "purpose_number": row.purpose_number,
        "purpose": row.purpose_zh,
        "challenge": _list_of(row.challenge),
        "nonce": row.nonce,
        "expires_at": row.expires_at.isoformat(),
        "device": row.device,
        "address": row.address,
    }


def ended_facts(row: IdentityAttempt) -> dict[str, object]:
    """Return what the ledger states of an attempt as it ends."""
    return {"facts": read_json(row.facts), "frames_sha256": row.frames_sha256}


def _list_of(text: str) -> list[str]:
    return [str(one) for one in json.loads(text)]


def _end(
    row: IdentityAttempt, state: IdentityAttempt.State, outcome: Outcome, by: Actor, now: datetime
) -> bool:
    row.facts, row.frames_sha256 = city.text_of(outcome.facts), outcome.frames_sha256
    is_passed = state == _STATE.PASSED
    with transaction.atomic():
        is_first = identities.end(
            row.number,
            state,
            facts=row.facts,
            frames_sha256=row.frames_sha256,
            ended_at=now,
            counts_until=now + _COUNTS_FOR[Way(row.way)] if is_passed else None,
        )
        if is_first:
            ledger.note(Chain.IDENTITY, row.number, str(state), by, now, ended_facts(row))
    return is_first


def _demand_few(way: Way, actor: Actor, now: datetime) -> None:
    tried = identities.begun_since(actor.number, str(way), now - TRIES_WITHIN)
    if len(tried) < MOST_TRIES:
        return
    left = tried[-MOST_TRIES] + TRIES_WITHIN - now
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    raise NotOpen(
        Words(
            f"15 分钟内已经试了 {MOST_TRIES} 次，请 {minutes} 分钟后再来，或者换一种核实方式："
            "刷脸、通行密钥加验证码、到窗口都可以",
            f"That was {MOST_TRIES} tries in 15 minutes: come back in {minutes} minutes, or use "
            "another way: by face, by passkey and code, or at the window",
        ),
        "too_many",
    )


def _none() -> NotFound:
    return NotFound(
        Words(
            "没有这次身份核实，或者不是您本人的；请从要办的事重新开始",
            "There is no such identity check, or it is not yours; start again from your errand",
        )
    )


_EXPIRED = Words("这次身份核实已经过期，请重新核实", "This identity check has expired; do it again")
_OVER = Words("这次身份核实已经结束，请重新开始", "This identity check is over; start another one")
_USED = Words(
    "这次身份核实已经用过了，每次核实只能用一次；请重新核实",
    "This identity check was used before; each counts once: do it again",
)
_NOT_PASSED = Words(
    "这次身份核实没有通过，请重新核实，或者换一种方式",
    "This identity check was not passed; do it again, or use another way",
)
_OTHER_PURPOSE = Words(
    "这次身份核实是为另一件事做的，不能用在这里；请为这件事重新核实",
    "This identity check was for something else; do one for this",
)
