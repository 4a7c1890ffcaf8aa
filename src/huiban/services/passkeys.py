# SPDX-License-Identifier: Apache-2.0
"""Passkeys (通行密钥): made, named, removed, and answering for one attempt to prove who one is."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from huiban.connectors import passkey
from huiban.connectors.passkey import Holder, Kept, PasskeyRefused, Site
from huiban.kernel.actor import Actor
from huiban.kernel.identity import Way
from huiban.kernel.words import Words
from huiban.services import city, identity, ledger
from huiban.services import passkey_words as words
from huiban.services.identity import Outcome
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import identities, ids
from huiban.store import passkeys as stored
from huiban.store.models import IdentityAttempt, Passkey, PasskeyAnswer
from huiban.store.passkeys import PasskeyNotFound, Taken

LONGEST_NAME = 30
MADE, REMOVED = "made", "removed"
NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a browser needs to make a passkey, and the challenge to be handed back with it."""

    options: dict[str, Any]
    challenge: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back of making a passkey: its name, the device's answer, the challenge."""

    name: str
    answer: str
    challenge: str


def closed() -> Words | None:
    """Say why no passkey can be made or used in this house; None if they can."""
    return None if _site_or_none() else words.NO_SITE


def site() -> Site:
    """
    Return where passkeys live.

    :raises NotOpen: `no_site` if browsers would make none under this house's address.
    """
    found = _site_or_none()
    if found is None:
        raise NotOpen(words.NO_SITE, "no_site")
    return found


def listing(actor: Actor) -> list[Passkey]:
    """List the passkeys somebody has, newest first."""
    return stored.of_account(actor.number)


def begin(actor: Actor) -> Begun:
    """
    Ask somebody's device for a new passkey; call it after they proved their password.

    :raises NotAllowed: while they act for somebody else.
    :raises NotOpen: `too_many`, or as `site`.
    """
    _demand_own(actor)
    here, known = site(), listing(actor)
    if len(known) >= words.MOST:
        raise NotOpen(words.TOO_MANY, "too_many")
    challenge = secrets.token_bytes(32)
    holder = Holder(_handle(actor), actor.number, actor.name)
    options = passkey.making(here, holder, challenge, [one.credential for one in known])
    return Begun(options, passkey.text_of(challenge))


def register(sent: Sent, actor: Actor, now: datetime) -> Passkey:
    """
    Keep the passkey that a device made.

    :raises NotAllowed, NotOpen: as `begin`; `known` if that device key is kept already.
    :raises FieldFault: if the name will not do, or the device's answer proves nothing.
    """
    _demand_own(actor)
    name = checked_name(sent.name)
    try:
        made = passkey.made(sent.answer, site(), passkey.bytes_of(sent.challenge))
    except PasskeyRefused as refused:
        raise FieldFault("passkey", words.WRONG[refused.wrong]) from None
    row = Passkey(
        number=ids.new_key(),
        account=actor.number,
        name=name,
        credential=made.credential,
        public_key=passkey.text_of(made.public_key),
        counter=made.counter,
        transports=city.text_of(list(made.transports)),
        is_synced=made.is_synced,
        made_at=now,
    )
    try:
        with transaction.atomic():
            identities.hold_account(actor.number)
            if len(listing(actor)) >= words.MOST:
                raise NotOpen(words.TOO_MANY, "too_many")
            stored.keep(row)
            ledger.note(Chain.PASSKEY, row.number, MADE, actor, now, facts_of(row))
    except Taken:
        raise NotOpen(words.KNOWN, "known") from None
    return row


def rename(number: str, name: str, actor: Actor) -> None:
    """
    Call a passkey something else.

    :raises FieldFault: if the name will not do.
    :raises NotFound: if they have none of this number.
    """
    if not stored.rename(actor.number, number, checked_name(name)):
        raise _none()


def remove(number: str, actor: Actor, now: datetime) -> None:
    """
    Have a passkey answer no more, from now on and for good.

    :raises NotFound: if they have none of this number.
    """
    with transaction.atomic():
        if not stored.remove(actor.number, number, now):
            raise _none()
        ledger.note(Chain.PASSKEY, number, REMOVED, actor, now)


def question(number: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """
    Return what a browser needs to have a passkey answer for an attempt.

    :raises NotFound: if there is no such attempt of theirs.
    :raises NotOpen: `none` without a passkey; `answered`, `over` or `expired`; as `site`.
    """
    row, here = waiting(number, actor, now), site()
    if stored.answered(number) is not None:
        raise NotOpen(words.ANSWERED, "answered")
    known = listing(actor)
    if not known:
        raise NotOpen(words.NONE_YET, "none")
    options = passkey.asking(here, challenge_of(row), [one.credential for one in known])
    for one, described in zip(known, options["allowCredentials"], strict=True):
        described["transports"] = json.loads(one.transports)
    return options


def answer(number: str, sent: str, actor: Actor, now: datetime) -> None:
    """
    Take a passkey's answer for an attempt; the code comes next.

    An answer that proves nothing ends the attempt: a challenge is answered once.

    :raises NotFound, NotOpen: as `question`; with what was wrong of the answer.
    """
    row, here = waiting(number, actor, now), site()
    if stored.answered(number) is not None:
        raise NotOpen(words.ANSWERED, "answered")
    held: Passkey | None = None
    try:
        held = stored.find(actor.number, passkey.credential_of(sent))
        kept = Kept(held.credential, passkey.bytes_of(held.public_key), held.counter)
        counter = passkey.answered(sent, here, challenge_of(row), kept)
        stored.answer(held, number, counter, now)
    except PasskeyRefused as refused:
        told = NotOpen(words.WRONG[refused.wrong], str(refused.wrong))
        _fail(number, told, held, actor, now)
        raise told from None
    except PasskeyNotFound:
        told = NotOpen(words.NOT_YOURS, NOT_YOURS)
        _fail(number, told, held, actor, now)
        raise told from None
    except Taken:
        raise NotOpen(words.ANSWERED, "answered") from None


def answered(number: str) -> PasskeyAnswer | None:
    """Return a passkey's answer for an attempt, None before it came."""
    return stored.answered(number)


def answer_facts(found: PasskeyAnswer | None) -> dict[str, object]:
    """Return what the attempt's ledger states of the passkey that answered."""
    if found is None:
        return {}
    held = found.passkey
    return {
        "passkey": held.number,
        "passkey_name": held.name,
        "passkey_is_synced": held.is_synced,
        "passkey_counter": found.counter,
        "passkey_at": found.at.isoformat(),
    }


def waiting(number: str, actor: Actor, now: datetime) -> IdentityAttempt:
    """
    Return an attempt by passkey and code that is still open.

    :raises NotFound: if there is none, or it is another's or of another way.
    :raises NotOpen: `over` or `expired`.
    """
    row = identity.load(number, actor)
    if row.way != Way.PASSKEY_CODE:
        raise _none()
    if now >= row.expires_at:
        raise NotOpen(words.EXPIRED, "expired")
    if row.state != IdentityAttempt.State.OPEN:
        raise NotOpen(words.OVER, "over")
    return row


def challenge_of(row: IdentityAttempt) -> bytes:
    """Return what a passkey signs: this attempt of this person for this purpose, nothing else."""
    parts = (row.nonce, row.number, row.account, row.purpose_kind, row.purpose_number)
    return hashlib.sha256("\n".join(parts).encode()).digest()


def facts_of(row: Passkey) -> dict[str, object]:
    """Return what the ledger states of a passkey as it is made."""
    return {
        "account": row.account,
        "name": row.name,
        "credential_sha256": hashlib.sha256(row.credential.encode()).hexdigest(),
        "public_key_sha256": hashlib.sha256(row.public_key.encode()).hexdigest(),
        "is_synced": row.is_synced,
    }


def _fail(number: str, told: NotOpen, held: Passkey | None, actor: Actor, now: datetime) -> None:
    facts = {
        "fault": told.reason,
        "reason": told.message.zh,
        "passkey": held.number if held else "",
    }
    identity.conclude(number, Outcome(is_passed=False, facts=facts), actor, now)


def _site_or_none() -> Site | None:
    return passkey.site_of(settings.PUBLIC_URL)


def _handle(actor: Actor) -> bytes:
    """The handle lies in the device for whoever unlocks it: it tells no account number."""
    return salted_hmac("huiban.passkey.holder", actor.number, algorithm="sha256").digest()


def checked_name(text: str) -> str:
    """
    Read the name of a passkey.

    :raises FieldFault: if there is none, or it is too long.
    """
    name = " ".join(text.split())
    if not name:
        raise FieldFault(
            "name", Words("请给通行密钥起个名字，例如“我的手机”", "Name it, such as “my phone”")
        )
    if len(name) > LONGEST_NAME:
        raise FieldFault(
            "name",
            Words(f"最多写 {LONGEST_NAME} 个字，请缩短", f"At most {LONGEST_NAME} characters"),
        )
    return name


def _demand_own(actor: Actor) -> None:
    if actor.delegation:
        raise NotAllowed(
            Words(
                "通行密钥只能给自己用：请先在账号菜单切换回本人",
                "A passkey is one's own: switch back to yourself first",
            )
        )


def _none() -> NotFound:
    return NotFound(
        Words(
            "没有找到这个通行密钥或者这次核实，请刷新页面再看",
            "There is no such passkey or identity check; reload the page",
        )
    )
