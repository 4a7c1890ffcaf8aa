# SPDX-License-Identifier: Apache-2.0
"""Granting others the use of a certificate (授权用证): one party, one purpose, for a time."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.delegation import Operation
from huiban.kernel.identifier import (
    CODE_NUMBERS,
    IdentifierRefused,
    check_person_id,
    check_uscc,
    make_verification_code,
)
from huiban.kernel.words import Words
from huiban.packloader.values import GrantPurpose
from huiban.services import certify, city, delegation_uses
from huiban.services.certificate_life import note
from huiban.services.delegation_uses import Doing
from huiban.services.facts import local_day
from huiban.services.party import is_person_number, masked
from huiban.services.refusal import AlreadyDone, FieldFault, NotFound, NotOpen
from huiban.store import certificate_grants
from huiban.store import ledger as ledgers
from huiban.store.certificate_grants import GrantMade, GrantNotFound
from huiban.store.models import Certificate, CertificateGrant, LedgerEntry

MADE, REVOKED = "grant_made", "grant_revoked"
USUAL_DAYS, MOST_DAYS, MOST_USES, MOST_OPEN = 7, 365, 100, 100
LONGEST_NAME, LONGEST_WORDS = 200, 200
PAGE = 30
_NUMBER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """
    What a holder wants to grant.

    `number` is made when the form is shown, so that sending it twice grants once. The days are
    the first and the last, both included; without them it is from now on for the usual time.
    """

    number: str
    grantee_code: str
    grantee_name: str
    purpose: str
    purpose_text: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    uses_most: int = 1


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant just made; the code is told here and never again."""

    grant: CertificateGrant
    code: str


@dataclass(frozen=True, slots=True)
class Log:
    """What happened to a certificate and its grants, newest first; `older` asks for more."""

    entries: tuple[LedgerEntry, ...]
    older: int | None


def purposes() -> dict[str, GrantPurpose]:
    """Return what a certificate may be granted for, by code, in the order of the list."""
    return dict(city.common().grant_purposes)


def code_hash(code: str) -> str:
    """Return what is kept of a code; the code has 74 random bits, nobody finds it from this."""
    return hashlib.sha256(f"certificate grant {code}".encode()).hexdigest()


def party_name(code: str, name: str) -> str:
    """Name a party as others may read it: an enterprise in full, a person by one character."""
    return f"{name[:1]}{'*' * max(len(name) - 1, 1)}" if is_person_number(code) else name


def grant(number: str, asked: Granting, actor: Actor, now: datetime) -> Granted:
    """
    Let one party use one certificate; the holder alone can.

    :raises NotFound: if the certificate is not the caller's.
    :raises NotOpen: if it is not in force, or very many grants are open.
    :raises FieldFault: if grantee, purpose, days or count will not do.
    :raises AlreadyDone: if this form was sent before.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    held = certify.one_of_mine(number, actor)
    today = local_day(now)
    if certify.state_of(held, today) != "valid":
        raise NotOpen(_NOT_IN_FORCE, "not_in_force")
    made = CertificateGrant(
        number=_checked_number(asked.number),
        certificate=held,
        holder_code=held.subject_code,
        grantee_code=_grantee(asked.grantee_code, held, today),
        grantee_name=_text("grantee_name", asked.grantee_name, LONGEST_NAME, _NAME_IT),
        purpose=_purpose(asked),
        purpose_text=asked.purpose_text.strip(),
        uses_most=_uses(asked.uses_most),
        made_by=actor.number,
        made_by_name=actor.name,
        made_at=now,
    )
    made.valid_from, made.valid_until = _times(asked, held, now)
    if certificate_grants.open_count(number, now) >= MOST_OPEN:
        raise NotOpen(_TOO_MANY, "too_many")
    code = make_verification_code(secrets.randbelow(CODE_NUMBERS))
    made.code_hash = code_hash(code)
    try:
        with delegation_uses.using(actor, _doing(number), now) as used, transaction.atomic():
            used["grant"] = made.number
            certificate_grants.make(made)
            note(held, MADE, actor, now, facts_of(made))
    except GrantMade:
        raise AlreadyDone(_SENT_TWICE, made.number) from None
    return Granted(made, code)


def facts_of(made: CertificateGrant) -> dict[str, object]:
    """
    Return what the ledger states of a grant.

    A person's number stands there masked and, with the name, as a digest: enough to notice a
    change, and of no use to a reader.
    """
    grantee = f"{made.grantee_code}\n{made.grantee_name}"
    return {
        "grant": made.number,
        "grantee": masked(made.grantee_code),
        "grantee_name": party_name(made.grantee_code, made.grantee_name),
        "grantee_sha256": hashlib.sha256(grantee.encode()).hexdigest(),
        "purpose": made.purpose,
        "purpose_text": made.purpose_text,
        "valid_from": made.valid_from.isoformat(),
        "valid_until": made.valid_until.isoformat(),
        "uses_most": made.uses_most,
    }


def revoke(grant_number: str, actor: Actor, now: datetime) -> CertificateGrant:
    """
    End a grant from this moment on.

    :raises NotFound: if it is not a grant of the caller's.
    :raises NotOpen: if it was revoked before.
    """
    made = one_of_mine(grant_number, actor)
    with transaction.atomic():
        if not certificate_grants.revoke(grant_number, now):
            raise NotOpen(_REVOKED_BEFORE, "revoked")
        note(made.certificate, REVOKED, actor, now, {"grant": grant_number})
    return certificate_grants.load(grant_number)


def one_of_mine(grant_number: str, actor: Actor) -> CertificateGrant:
    """
    Show a grant to who granted it.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    try:
        found = certificate_grants.load(grant_number)
    except GrantNotFound:
        raise NotFound(_NO_GRANT) from None
    is_theirs = bool(actor.subject) and found.certificate.subject_code == actor.subject
    if not is_theirs or actor.delegation:
        raise NotFound(_NO_GRANT)
    return found


def of_certificate(number: str, actor: Actor) -> tuple[Certificate, list[CertificateGrant]]:
    """
    List the grants of a certificate for its holder, newest first.

    :raises NotFound: if the certificate is not the caller's.
    """
    held = certify.one_of_mine(number, actor)
    return held, certificate_grants.of_certificate(number)


def log(number: str, actor: Actor, before: int | None = None) -> Log:
    """
    Return what happened to a certificate, grants, uses and refusals among it, for its holder.

    :raises NotFound: if the certificate is not the caller's.
    """
    certify.one_of_mine(number, actor)
    found = ledgers.newest("certificate", number, PAGE + 1, before)
    older = found[PAGE - 1].seq if len(found) > PAGE else None
    return Log(tuple(found[:PAGE]), older)


def standing(made: CertificateGrant, now: datetime) -> str:
    """Say where a grant stands now: active, not_yet, expired, used_up or revoked."""
    if made.state != CertificateGrant.State.ACTIVE:
        return str(made.state)
    if now >= made.valid_until:
        return "expired"
    return "active" if now >= made.valid_from else "not_yet"


def _doing(certificate: str) -> Doing:
    return Doing(operation=Operation.USE_CERTIFICATE, certificate=certificate)


def _checked_number(number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise FieldFault("number", Words("页面已过期，请刷新后重填", "The page is old; reload it"))
    return number


def _grantee(text: str, held: Certificate, today: date) -> str:
    typed = text.strip().upper()
    if not typed:
        raise FieldFault("grantee_code", _WHOSE)
    is_person = typed[:17].isdigit() and len(typed) == 18 and not _is_uscc(typed)
    try:
        code = (check_person_id(typed, today) if is_person else check_uscc(typed)).value
    except IdentifierRefused as refused:
        raise FieldFault("grantee_code", refused.message) from refused
    if code == held.subject_code:
        raise FieldFault("grantee_code", _YOURSELF)
    return code


def _is_uscc(text: str) -> bool:
    try:
        check_uscc(text)
    except IdentifierRefused:
        return False
    return True


def _text(path: str, text: str, most: int, missing: Words) -> str:
    said = text.strip()
    if not said:
        raise FieldFault(path, missing)
    if len(said) > most:
        words = Words(f"最多写 {most} 个字，请缩短", f"At most {most} characters: shorten it")
        raise FieldFault(path, words)
    return said


def _purpose(asked: Granting) -> str:
    known = purposes().get(asked.purpose)
    if known is None:
        raise FieldFault("purpose", Words("请选择用途", "Choose the purpose"))
    if known.needs_words or asked.purpose_text.strip():
        _text("purpose_text", asked.purpose_text, LONGEST_WORDS, _SAY_WHAT_FOR)
    return known.code


def _uses(count: int) -> int:
    if not 1 <= count <= MOST_USES:
        words = Words(f"次数请填 1 到 {MOST_USES}", f"Between 1 and {MOST_USES} uses")
        raise FieldFault("uses_most", words)
    return count


def _times(asked: Granting, held: Certificate, now: datetime) -> tuple[datetime, datetime]:
    today = local_day(now)
    starts = asked.starts_on or today
    ends = asked.ends_on or _usual_end(starts, held)
    if starts < today:
        raise FieldFault("starts_on", Words("不能从过去的日子开始", "It cannot begin in the past"))
    if ends < starts:
        raise FieldFault("ends_on", Words("止日不能早于起日", "It cannot end before it begins"))
    if (ends - today).days > MOST_DAYS:
        words = Words(f"最长 {MOST_DAYS} 天，请改早", f"At most {MOST_DAYS} days from today")
        raise FieldFault("ends_on", words)
    if held.valid_until and ends > held.valid_until:
        words = Words(
            f"这张证照的有效期到 {held.valid_until} 为止，授权不能比它长",
            f"The certificate itself ends on {held.valid_until}; the grant cannot outlast it",
        )
        raise FieldFault("ends_on", words)
    begins = now if starts == today else _midnight(starts)
    return begins, _midnight(ends + timedelta(days=1))


def _usual_end(starts: date, held: Certificate) -> date:
    usual = starts + timedelta(days=USUAL_DAYS - 1)
    return min(usual, held.valid_until) if held.valid_until else usual


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


_NOT_IN_FORCE = Words(
    "这张证照现在不是有效状态，不能授权别人使用",
    "The certificate is not in force; its use cannot be granted",
)
_TOO_MANY = Words(
    f"这张证照还有 {MOST_OPEN} 个没有用完的授权，请先撤销不用的",
    f"{MOST_OPEN} grants of this certificate are open; revoke those no longer needed",
)
_SENT_TWICE = Words(
    "这个授权已经建好了；用证码只显示一次，没有记下的请收回后重新授权",
    "This grant was made; its code is shown once: if it is lost, revoke it and grant anew",
)
_REVOKED_BEFORE = Words("这个授权已经撤销了", "This grant was revoked before")
_NO_GRANT = Words("没有找到这个授权", "No such grant")
_NAME_IT = Words("请填写对方的名称或姓名", "Give the other party's name")
_SAY_WHAT_FOR = Words("请写明用来做什么", "Say what it is for")
_WHOSE = Words(
    "请填写对方的统一社会信用代码或身份证号", "Give their credit code or identity number"
)
_YOURSELF = Words("不用授权给自己，您本来就可以使用", "You need no grant to use your own")
