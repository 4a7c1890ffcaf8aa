# SPDX-License-Identifier: Apache-2.0
"""Using another's certificate under a grant (用证): decided, counted, and told to its holder."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.certificate import Asking, GrantRefusal, GrantTerms, decide_use
from huiban.kernel.delegation import Operation
from huiban.kernel.identifier import IdentifierRefused, check_verification_code
from huiban.kernel.words import Words
from huiban.services import certify, delegation_uses, vault
from huiban.services.certificate_grants import code_hash, party_name, purposes
from huiban.services.certificate_life import note
from huiban.services.delegation_uses import Doing
from huiban.services.facts import local_day
from huiban.services.ledger import body_of
from huiban.services.refusal import Expired, Invalid, NotAllowed, NotFound, NotOpen
from huiban.store import certificate_grants, certificates, notices, quotas
from huiban.store import ledger as ledgers
from huiban.store.certificate_grants import GrantNotFound
from huiban.store.models import Certificate, CertificateGrant, Document
from huiban.store.notices import NewNotice

USED, REFUSED = "used", "use_refused"
SHOWN_FOR = timedelta(minutes=15)
MOST_MISSES = 30
"""How many refused attempts an account has in an hour."""
_SAME_LOOK = timedelta(minutes=10)
_USE = re.compile(r"([0-9a-f]{32})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the grantee sees before they use the certificate: nothing of its content."""

    grant: CertificateGrant
    title: str
    holder: str


@dataclass(frozen=True, slots=True)
class Use:
    """A certificate as shown for one use, until a moment."""

    number: str
    grant: CertificateGrant
    certificate: Certificate
    worth: str
    used_at: datetime
    until: datetime


def open_code(code: str, actor: Actor, now: datetime) -> Invitation:
    """
    Show the grantee what a code grants; a refusal is told to the holder.

    :raises Invalid: if the code has a typing error.
    :raises NotFound: if no grant has it.
    :raises NotAllowed: if it is granted to somebody else; nothing else is said.
    :raises NotOpen: if it cannot be used; `reason` is the kernel's word.
    """
    made = _grant_of(code, actor, now)
    held = made.certificate
    delegation_uses.demand(actor, _doing(held), now)
    refusal = decide_use(_terms(made), Asking(actor.subject, None, now), _worth(held, now))
    if refusal is not None:
        if not _just_told(made, refusal, actor, now):
            note(held, REFUSED, actor, now, _refused_facts(made, refusal, actor, ""))
        _miss(actor, now)
        raise _refused(refusal, made)
    return Invitation(made, held.title, party_name(held.subject_code, held.subject_name))


def use(code: str, purpose: str, actor: Actor, now: datetime) -> Use:
    """
    Use a certificate once for a purpose; the holder is told of a use as of a refusal.

    :raises Invalid, NotFound, NotAllowed, NotOpen: as `open_code`, and for another purpose.
    """
    named = _grant_of(code, actor, now)
    doing = _doing(named.certificate)
    delegation_uses.demand(actor, doing, now)
    with delegation_uses.telling(actor, now), transaction.atomic():
        held = certificates.lock(named.certificate_id)
        made = certificate_grants.load(named.number)
        asking = Asking(actor.subject, purpose, now)
        refusal = decide_use(_terms(made), asking, _worth(held, now))
        if refusal is None and not certificate_grants.count_use(made.number, now):
            refusal = GrantRefusal.USED_UP
        if refusal is not None:
            note(held, REFUSED, actor, now, _refused_facts(made, refusal, actor, purpose))
        else:
            facts = {"grant": made.number, "place": made.uses + 1, "purpose": made.purpose}
            with delegation_uses.using(actor, doing, now) as told:
                told["grant"] = made.number
                entry = note(held, USED, actor, now, facts | _by(actor))
            notices.tell(held.case.number, _notice(held, made), now)
    if refusal is not None:
        _miss(actor, now)
        raise _refused(refusal, made)
    number = f"{made.number}-{entry.seq}"
    return Use(number, made, held, _worth(held, now), now, now + SHOWN_FOR)


def shown(number: str, actor: Actor, now: datetime) -> Use:
    """
    Show again what a use opened, to who used it and for a short time.

    :raises NotFound: if there is no such use, or it is somebody else's.
    :raises NotOpen: if the holder has revoked the grant since: that ends looking at once.
    :raises Expired: if its time has passed.
    """
    match = _USE.fullmatch(number)
    try:
        made = certificate_grants.load(match[1]) if match else None
    except GrantNotFound:
        made = None
    entry = certificates.fact(made.certificate_id, int(match[2])) if made and match else None
    is_theirs = (
        made is not None
        and entry is not None
        and (entry.act, entry.actor) == (USED, actor.number)
        and body_of(entry).get("grant") == made.number
    )
    if not is_theirs or made is None or entry is None:
        raise no_such_use()
    if made.state == CertificateGrant.State.REVOKED:
        raise NotOpen(_REASONS[GrantRefusal.REVOKED], str(GrantRefusal.REVOKED))
    until = entry.at + SHOWN_FOR
    if now >= until:
        raise Expired(_SHOWN_LONG_ENOUGH)
    held = made.certificate
    return Use(number, made, held, _worth(held, now), entry.at, until)


def document(number: str, actor: Actor, now: datetime) -> tuple[Document, bytes]:
    """
    Give the file of a certificate that is being used.

    :raises NotFound: as `shown`, or while the file is not made yet.
    :raises NotOpen, Expired: as `shown`.
    """
    found = shown(number, actor, now).certificate.document
    if found is None:
        raise NotFound(Words("证照的版面还没有生成，请稍后再看", "The file is not made yet"))
    return found, vault.content(found.object_key)


def no_such_use() -> NotFound:
    """Say that there is no such use, or none of the caller's: from outside the same."""
    return NotFound(Words("没有这次用证记录", "There is no such use"))


def _doing(held: Certificate) -> Doing:
    return Doing(operation=Operation.USE_CERTIFICATE, certificate=held.number)


def _grant_of(code: str, actor: Actor, now: datetime) -> CertificateGrant:
    _demand_room(actor, now)
    try:
        return certificate_grants.of_code(code_hash(check_verification_code(code).value))
    except IdentifierRefused as fault:
        words = Words(
            "用证码不对：请对照授权页上的 16 位用证码，或者重新扫码",
            "The code does not fit: compare its 16 characters, or scan it again",
        )
        raise Invalid(words) from fault
    except GrantNotFound:
        _miss(actor, now)
        raise NotFound(
            Words("没有这个用证码，请向持证人核对", "No grant has this code; ask the holder")
        ) from None


def _demand_room(actor: Actor, now: datetime) -> None:
    used = quotas.used_on([_misses(actor, now)], local_day(now))
    if max(used.values()) >= MOST_MISSES:
        raise NotOpen(_TOO_OFTEN, "too_many")


def _miss(actor: Actor, now: datetime) -> None:
    quotas.take({_misses(actor, now): (1, MOST_MISSES)}, local_day(now))


def _misses(actor: Actor, now: datetime) -> str:
    return f"grant-{now:%H}-{actor.number}"[:64]


def _just_told(made: CertificateGrant, refusal: GrantRefusal, actor: Actor, now: datetime) -> bool:
    """Looking at a page again is no new attempt; sending its form is."""
    for entry in ledgers.newest("certificate", made.certificate_id, 20):
        if now - entry.at > _SAME_LOOK:
            return False
        body = body_of(entry)
        said = (entry.act, entry.actor, body.get("grant"), body.get("reason"))
        if said == (REFUSED, actor.number, made.number, str(refusal)):
            return True
    return False


def _terms(made: CertificateGrant) -> GrantTerms:
    return GrantTerms(
        grantee=made.grantee_code,
        purpose=made.purpose,
        valid_from=made.valid_from,
        valid_until=made.valid_until,
        uses=made.uses,
        uses_most=made.uses_most,
        is_revoked=made.state == CertificateGrant.State.REVOKED,
    )


def _worth(held: Certificate, now: datetime) -> str:
    return certify.state_of(held, local_day(now))


def _by(actor: Actor) -> dict[str, object]:
    """Name the party that acts as the holder may read it."""
    name = actor.subject_name or actor.name
    return {"by": party_name(actor.subject, name) if actor.subject else name[:1] + "*"}


def _refused_facts(
    made: CertificateGrant, refusal: GrantRefusal, actor: Actor, purpose: str
) -> dict[str, object]:
    tried = purpose if purpose in purposes() else ""
    return {"grant": made.number, "reason": str(refusal), "tried": tried} | _by(actor)


def _refused(refusal: GrantRefusal, made: CertificateGrant) -> NotAllowed | NotOpen:
    if refusal is GrantRefusal.OTHER_PERSON:
        return NotAllowed(_OTHER_PERSON)
    return NotOpen(_REASONS[refusal], str(refusal))


def _notice(held: Certificate, made: CertificateGrant) -> NewNotice:
    who = party_name(made.grantee_code, made.grantee_name)
    purpose = purposes().get(made.purpose)
    zh, en = (purpose.name.zh, purpose.name.speak("en")) if purpose else (made.purpose,) * 2
    return NewNotice(
        code="certificate_used",
        subject_code=held.subject_code,
        title=f"证照被使用：{held.title}",
        text=f"{who} 按您的授权使用了 {held.title} {held.number}，用途：{zh}。",
        title_en=f"Certificate used: {held.title}",
        text_en=f"{who} used {held.title} {held.number} under your grant for: {en}.",
        link=f"/certificates/{quote(held.number, safe='')}/grants",
    )


_OTHER_PERSON = Words(
    "这个用证码是授权给别人的，您不能使用；请用被授权的单位或本人的账号登录",
    "This code is granted to somebody else; sign in as the party it is granted to",
)
_REASONS: dict[GrantRefusal, Words] = {
    GrantRefusal.REVOKED: Words("持证人已经撤销这个授权", "The holder has revoked this grant"),
    GrantRefusal.TOO_EARLY: Words(
        "还没有到授权的时间，请到时再用", "The grant has not begun; come back then"
    ),
    GrantRefusal.TOO_LATE: Words(
        "授权已经过期，请持证人重新授权", "The grant has ended; ask the holder for a new one"
    ),
    GrantRefusal.USED_UP: Words(
        "授权的次数已经用完，请持证人重新授权", "It is used up; ask the holder for a new one"
    ),
    GrantRefusal.NOT_IN_FORCE: Words(
        "这张证照现在不是有效状态，不能使用", "The certificate is not in force any more"
    ),
    GrantRefusal.OTHER_PURPOSE: Words(
        "用途和授权的不一样，不能使用", "The purpose is not the one it was granted for"
    ),
}
_SHOWN_LONG_ENOUGH = Words(
    "这次用证的查看时间已过（15 分钟），要再看请再用一次",
    "The 15 minutes of this use are over; use the grant again to look again",
)
_TOO_OFTEN = Words(
    "这一小时里试得太多了，请一小时后再试",
    "Too many refused attempts within an hour; try again in an hour",
)
