# SPDX-License-Identifier: Apache-2.0
"""A code sent to the telephone or mailbox on file (验证码): the second half beside a passkey."""

import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from huiban.connectors.messages_out import Channel, HttpGateway, MessageFault, OutMessage
from huiban.kernel.actor import Actor
from huiban.kernel.identifier import IdentifierRefused, check_phone
from huiban.kernel.resource import Mask, masked
from huiban.kernel.words import Words
from huiban.services import identity, passkeys
from huiban.services.identity import Outcome
from huiban.services.refusal import FieldFault, NotOpen
from huiban.store import identities, ids
from huiban.store import passkeys as stored
from huiban.store.models import Account, IdentityAttempt, IdentityCode

COUNTS_FOR = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=60)
MOST_TRIES = 5
MOST_A_DAY = 10
"""To one account, and to one telephone whoever's accounts it serves."""
LENGTH = 6
_DAY = timedelta(hours=24)
_KEPT = timedelta(days=30)
_SALT = "huiban.identity_code"
_LONGEST_PURPOSE = 60


@dataclass(frozen=True, slots=True)
class Address:
    """Where a code can go: by which channel, and as it is shown to people."""

    channel: Channel
    shown: str


def closed(account: Account) -> Words | None:
    """Say why no code can be sent to somebody; None if one can."""
    if not settings.MESSAGE_GATEWAY_URL:
        return _NO_GATEWAY
    return None if addresses(account) else _NO_ADDRESS


def addresses(account: Account) -> tuple[Address, ...]:
    """List where a code can go: the telephone and the mailbox on file, masked."""
    return tuple(
        Address(channel, shown_address(channel, to)) for channel, to in _on_file(account).items()
    )


def send(number: str, channel: str, account: Account, now: datetime) -> IdentityCode:
    """
    Send a code for an attempt whose passkey has answered; the one before counts no more.

    :raises NotFound, NotOpen: as `passkeys.waiting`; `passkey_first`, `off`, `too_soon`,
        `too_many`, or `away` if the gateway did not take it.
    :raises FieldFault: if nothing is on file for the channel.
    """
    row = _ready(number, account.to_actor(), now)
    if not settings.MESSAGE_GATEWAY_URL:
        raise NotOpen(_NO_GATEWAY, "off")
    by, to = _chosen(channel, account)
    code = f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"
    kept = _kept(row, by, to, now)
    kept.digest = _digest(row.number, code)
    with transaction.atomic():
        identities.hold_account(account.number)
        _demand_few(kept, now)
        before = stored.code_of(number)
        kept.tries = before.tries if before else 0  # another code gives no more tries
        stored.send(kept)
    message = OutMessage(kept.number, by, to, _text(row, code))
    try:
        HttpGateway(settings.MESSAGE_GATEWAY_URL, settings.MESSAGE_GATEWAY_KEY).send(message)
    except MessageFault as fault:
        stored.spend_code(kept.number)
        raise NotOpen(fault.message, "away") from None
    return kept


def check(number: str, typed: str, actor: Actor, now: datetime) -> IdentityAttempt:
    """
    Take a code; the right one completes the attempt. The fifth wrong one ends it.

    :raises NotFound, NotOpen: as `passkeys.waiting`; `passkey_first`, `not_sent`, `code_expired`,
        `code_tries`.
    :raises FieldFault: if it is not six digits, or not the right ones.
    """
    _ready(number, actor, now)
    sent = stored.code_of(number)
    if sent is None or not sent.digest:
        raise NotOpen(_NOT_SENT, "not_sent")
    if now >= sent.expires_at:
        raise NotOpen(_CODE_EXPIRED, "code_expired")
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    if not (len(code) == LENGTH and code.isascii() and code.isdecimal()):
        raise FieldFault("code", _NOT_SIX)
    if not stored.try_code(sent.number, MOST_TRIES):
        raise _used_up(number, actor, now)
    if not constant_time_compare(sent.digest, _digest(number, code)):
        raise _wrong(number, sent, actor, now)
    answered = passkeys.answered(number)
    facts = {"channel": sent.channel, "to": sent.shown} | passkeys.answer_facts(answered)
    with transaction.atomic():
        if not stored.spend_code(sent.number):
            raise NotOpen(_NOT_SENT, "not_sent")
        return identity.conclude(number, Outcome(is_passed=True, facts=facts), actor, now)


def sent(number: str, actor: Actor) -> IdentityCode | None:
    """
    Return the code sent last for somebody's attempt, None before the first.

    :raises NotFound: if there is no such attempt of theirs.
    """
    identity.load(number, actor)
    return stored.code_of(number)


def sweep(now: datetime) -> int:
    """Forget codes of a month ago, as far as they are kept at all; returns how many."""
    return stored.forget_codes(now - _KEPT)


def shown_address(channel: str, to: str) -> str:
    """
    Mask a telephone number or a mailbox.

    >>> shown_address("sms", "13812345678"), shown_address("email", "wangmin@example.com")
    ('138****5678', 'w******@example.com')
    """
    if channel == Channel.SMS:
        return str(masked(to, Mask.PHONE))
    name, _, host = to.partition("@")
    return f"{masked(name, Mask.NAME)}@{host}"


def _ready(number: str, actor: Actor, now: datetime) -> IdentityAttempt:
    row = passkeys.waiting(number, actor, now)
    if passkeys.answered(number) is None:
        raise NotOpen(_PASSKEY_FIRST, "passkey_first")
    return row


def _chosen(channel: str, account: Account) -> tuple[Channel, str]:
    found = _on_file(account)
    if not found:
        raise FieldFault("channel", _NO_ADDRESS)
    for by, to in found.items():
        if by == channel:
            return by, to
    raise FieldFault("channel", _CHOOSE)


def _on_file(account: Account) -> dict[Channel, str]:
    found: dict[Channel, str] = {}
    with suppress(IdentifierRefused):
        phone = check_phone(account.phone)
        if phone.kind == "mobile":
            found[Channel.SMS] = phone.value
    if "@" in account.email:
        found[Channel.EMAIL] = account.email
    return found


def _kept(row: IdentityAttempt, channel: Channel, to: str, now: datetime) -> IdentityCode:
    return IdentityCode(
        number=ids.new_key(),
        attempt_id=row.number,
        account=row.account,
        channel=str(channel),
        address_digest=salted_hmac(f"{_SALT}.to", to.lower(), algorithm="sha256").hexdigest(),
        shown=shown_address(channel, to)[:100],
        sent_at=now,
        expires_at=min(now + COUNTS_FOR, row.expires_at),
    )


def _digest(number: str, code: str) -> str:
    return salted_hmac(_SALT, f"{number}:{code}", algorithm="sha256").hexdigest()


def _text(row: IdentityAttempt, code: str) -> str:
    what = row.purpose_zh[:_LONGEST_PURPOSE]
    minutes = int(COUNTS_FOR.total_seconds()) // 60
    return (
        f"【慧办】验证码 {code}，{minutes} 分钟内有效，用于{what}。"
        "不是您本人在办，请不要理会；不要告诉任何人，工作人员也不会问您要。"
    )


def _demand_few(kept: IdentityCode, now: datetime) -> None:
    times = stored.sent_to_account(kept.account, now - _DAY)
    if times and now - times[-1] < AGAIN_AFTER:
        left = max(1, int((times[-1] + AGAIN_AFTER - now).total_seconds()))
        raise NotOpen(
            Words(
                f"刚发过一条，{left} 秒后才能再发。没有收到时先看看有没有被拦截",
                f"One was sent just now: ask for another in {left} seconds, and look whether the "
                "first was blocked",
            ),
            "too_soon",
        )
    if max(len(times), stored.sent_to_address(kept.address_digest, now - _DAY)) >= MOST_A_DAY:
        raise NotOpen(_TOO_MANY, "too_many")


def _wrong(number: str, sent: IdentityCode, actor: Actor, now: datetime) -> NotOpen | FieldFault:
    left = MOST_TRIES - sent.tries - 1
    if left > 0:
        return FieldFault(
            "code",
            Words(
                f"验证码不对，还可以试 {left} 次。请核对最近一条里的数字",
                f"This is not the code; {left} tries are left. Look at the newest message",
            ),
        )
    return _used_up(number, actor, now)


def _used_up(number: str, actor: Actor, now: datetime) -> NotOpen:
    facts = {"fault": "code_tries", "reason": _TRIES.zh} | passkeys.answer_facts(
        passkeys.answered(number)
    )
    with suppress(NotOpen):  # another try ended it at the same moment
        identity.conclude(number, Outcome(is_passed=False, facts=facts), actor, now)
    return NotOpen(_TRIES, "code_tries")


_NO_GATEWAY = Words(
    "本网站还没有接通短信网关，发不了验证码，请用别的方式核实",
    "This site has no message gateway yet and can send no codes: use another way",
)
_NO_ADDRESS = Words(
    "您的账号没有登记手机号或者邮箱，收不到验证码。请带身份证到窗口登记，或者换一种核实方式",
    "No telephone or mailbox is on file for you. Have one put on file at the window with your "
    "identity card, or use another way",
)
_CHOOSE = Words("请选择验证码发到哪里", "Choose where the code is to go")
_PASSKEY_FIRST = Words("请先用通行密钥核对", "Use your passkey first")
_NOT_SENT = Words(
    "还没有发验证码，或者它已经不能用了，请重新发一条",
    "No code was sent, or it counts no more: ask for another",
)
_CODE_EXPIRED = Words(
    "这条验证码已经超过 5 分钟，请重新发一条", "This code is older than 5 minutes: ask for another"
)
_NOT_SIX = Words("请输入短信或邮件里的 6 位数字", "Type the six digits of the message")
_TRIES = Words(
    f"验证码错了 {MOST_TRIES} 次，这次核实没有通过。请重新开始，或者换一种方式",
    f"The code was wrong {MOST_TRIES} times, so this check failed. Start again, or use another way",
)
_TOO_MANY = Words(
    f"一天最多发 {MOST_A_DAY} 条验证码，请明天再来，或者换一种核实方式",
    f"At most {MOST_A_DAY} codes are sent in a day: come back tomorrow, or use another way",
)
