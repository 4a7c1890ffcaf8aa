# SPDX-License-Identifier: Apache-2.0
"""In whose name this house signs with what (签署凭据): enrolled at first use, renewed, revoked."""

import base64
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from django.conf import settings
from django.db import transaction

from huiban.connectors import certification, revocation
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.keys import KeyHolder, KeyUnavailable
from huiban.connectors.signer import Signer
from huiban.connectors.trust_roots import RootUnreadable
from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import city, enrolling, ledger, trust
from huiban.services.enrolling import Made
from huiban.services.ledger import Chain
from huiban.services.permission import demand_platform
from huiban.services.refusal import NotFound, NotOpen
from huiban.store import credentials
from huiban.store.models import Credential

RENEW_BEFORE = timedelta(days=30)
"""How long before its end a credential is renewed by the sweep."""
_RENEW_AT_USE = timedelta(days=7)
_AT_REST = timedelta(days=1)  # a key is destroyed no sooner: somebody may be signing with it
_AT_ONCE = 200
_CACHED_MOST = 4096
_ORGANIZATIONS = frozenset({OwnerKind.DEPARTMENT, OwnerKind.OFFICE})

logger = logging.getLogger(__name__)


def is_configured() -> bool:
    """Tell whether anything is signed in this house: without an authority nothing is."""
    return bool(settings.CA_URL)


def profile_of(department: str) -> Profile:
    """Return the suite a department signs with."""
    found = city.common().departments.get(department)
    return Profile.SM2 if found is not None and found.sm2 else Profile.P256


def of_department(code: str) -> Owner:
    """
    Return a department as its certificate names it.

    :raises NotFound: if there is no such department.
    """
    found = city.common().departments.get(code)
    if found is None:
        raise NotFound(Words(f"没有部门 {code}。", f"There is no department {code}."))
    return Owner(OwnerKind.DEPARTMENT, code, found.name.zh, found.name.zh, found.uscc)


def of(owner: Owner, profile: Profile, now: datetime) -> Signer:
    """
    Return what signs in an owner's name, enrolled now if there is nothing yet.

    Close to its end it is renewed; while the authority is away the old one goes on until its end.
    One query when it is there. Call it before a transaction that must be short: the first time it
    asks the authority.

    :raises NotOpen: if nothing is signed here, or the authority or the keys are away.
    """
    if not is_configured():
        raise NotOpen(_NOT_CONFIGURED, "not_configured")
    found = credentials.active_of(owner, profile)
    if found is not None and found.not_before <= now < found.not_after - _RENEW_AT_USE:
        return _signer(found)
    try:
        return _signer(_enrolled(owner, profile, found, now))
    except NotOpen:
        if found is None or not found.not_before <= now < found.not_after:
            raise
        logger.warning("credential %s is not renewed yet", found.number, exc_info=True)
        return _signer(found)


def rotate(number: str, actor: Actor, now: datetime) -> Credential:
    """
    Give an owner a new key and certificate; the old one is retired, what it signed stays valid.

    :raises NotAllowed: for whoever does not keep the keys.
    :raises NotFound: if there is no such credential.
    :raises NotOpen: if it is not active, or the authority or the keys are away.
    """
    demand_platform(actor, Errand.KEEP_KEYS)
    found = _known(number)
    if found.state != Credential.State.ACTIVE:
        raise NotOpen(_NOT_ACTIVE, "state")
    return _enrolled(_owner_of(found), Profile(found.profile), found, now, actor)


def revoke(number: str, reason: str, actor: Actor, now: datetime) -> Credential:
    """
    Stop a credential for good: nothing is signed with it from now on, here and for everybody.

    It counts here at once; an authority that is away is told as soon as it is back.

    :raises NotAllowed: for whoever does not keep the keys.
    :raises NotFound: if there is no such credential.
    :raises NotOpen: if it was revoked already, or there is no reason.
    """
    demand_platform(actor, Errand.KEEP_KEYS)
    found = _known(number)
    if not reason.strip():
        raise NotOpen(Words("请写明吊销的原因。", "Say why it is revoked."), "reason")
    with transaction.atomic():
        if not credentials.compromise(found, now, reason.strip()[:300]):
            raise NotOpen(Words("这张证书已经吊销。", "It was revoked already."), "state")
        ledger.note(Chain.CREDENTIAL, number, "revoked", actor, now, {"reason": found.reason})
    if found.key_destroyed_at is None:
        _destroy(found, now)
    _tell(found, now)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How signing does in this house, for whoever keeps it running."""

    is_configured: bool
    active: int = 0
    ending: int = 0
    """Active ones that end within the time in which they are renewed."""
    untold: int = 0
    """Revoked ones of which the authority does not know yet."""
    has_tests: bool = False
    trouble: str = ""
    """What is wrong with the folder of roots."""


def standing(now: datetime) -> Standing:
    """Say how signing does."""
    if not is_configured():
        return Standing(is_configured=False)
    active, ending, untold = credentials.counts(now + RENEW_BEFORE)
    try:
        has_tests, trouble = bool(trust.roots().tests), ""
    except (RootUnreadable, trust.TestRootsRefused) as fault:
        has_tests, trouble = False, str(fault)
    return Standing(True, active, ending, untold, has_tests, trouble)


def listed(most: int = 100, state: str = "", owner: str = "") -> list[Credential]:
    """Return credentials, the newest first, of one state or one owner if told so."""
    return credentials.newest(most, state, owner)


def renew_due(now: datetime) -> int:
    """
    Do what is due: renew, tell of revocations, destroy keys no longer used; returns how many.

    Departments and offices are renewed ahead; people when they next sign, else theirs ends.
    """
    if not is_configured():
        return 0
    done = sum(_tell(one, now) for one in credentials.to_tell(_AT_ONCE))
    done += sum(_renew(one, now) for one in credentials.ending(now + RENEW_BEFORE, _AT_ONCE))
    for one in credentials.keys_to_destroy(now - _AT_REST, _AT_ONCE):
        done += _destroy(one, now)
    return done


def _renew(one: Credential, now: datetime) -> bool:
    if OwnerKind(one.owner_kind) not in _ORGANIZATIONS:
        return one.not_after <= now and _retire(one, now)
    try:
        _enrolled(_owner_of(one), Profile(one.profile), one, now)
    except NotOpen as refused:
        logger.warning("credential %s is not renewed: %s", one.number, refused.message.en)
        return False
    return True


def _retire(one: Credential, now: datetime) -> bool:
    with transaction.atomic():
        is_ended = credentials.end(one, Credential.State.RETIRED, now, "expired")
        if is_ended:
            ledger.note(Chain.CREDENTIAL, one.number, "expired", SYSTEM, now)
    return is_ended


def _tell(one: Credential, now: datetime) -> bool:
    """Tell the authority of a revocation; False if it is away."""
    try:
        is_known = certification.revoke(enrolling.authority(), one.serial)
    except TrustFault as fault:
        logger.warning("the authority was not told of the revocation of %s: %s", one.number, fault)
        return False
    revocation.forget()
    with transaction.atomic():
        credentials.told(one, now)
        body = {"known": is_known}
        ledger.note(Chain.CREDENTIAL, one.number, "revocation_told", SYSTEM, now, body)
    return True


def _destroy(one: Credential, now: datetime) -> bool:
    try:
        enrolling.keys().destroy(one.key_label)
    except KeyUnavailable as fault:
        logger.warning("the key of credential %s is not destroyed yet: %s", one.number, fault)
        return False
    with transaction.atomic():
        credentials.key_destroyed(one, now)
        ledger.note(Chain.CREDENTIAL, one.number, "key_destroyed", SYSTEM, now)
    return True


@lru_cache(maxsize=_CACHED_MOST)
def _read(place: KeyHolder, number: str, certificate: str, chain: str, label: str) -> Signer:
    der = base64.b64decode(certificate)
    issuers = tuple(base64.b64decode(one) for one in json.loads(chain))
    return Signer(
        Profile(label.rpartition("-")[2]), der, issuers, partial(place.sign, label), number
    )


def _signer(one: Credential) -> Signer:
    return _read(enrolling.keys(), one.number, one.certificate, one.chain, one.key_label)


def _enrolled(
    owner: Owner,
    profile: Profile,
    old: Credential | None,
    now: datetime,
    actor: Actor = SYSTEM,
) -> Credential:
    """
    Give an owner a key and certificate; where another process was first, theirs counts.

    :raises NotOpen: if the authority or the keys are away.
    """
    made = enrolling.make(owner, profile, now)
    row = _row(owner, profile, made, now)
    try:
        with transaction.atomic():
            credentials.replace(row, old, "renewed")
            if old is not None:
                body = {"by": row.number}
                ledger.note(Chain.CREDENTIAL, old.number, "renewed", actor, now, body)
            ledger.note(Chain.CREDENTIAL, row.number, "enrolled", actor, now, _body(row))
    except credentials.CredentialTaken:
        enrolling.give_up(made)
        first = credentials.active_of(owner, profile)
        if first is None:
            raise NotOpen(_NOT_ACTIVE, "state") from None
        return first
    return row


def _row(owner: Owner, profile: Profile, made: Made, now: datetime) -> Credential:
    certificate = made.enrolled.read
    chain = [base64.b64encode(one).decode() for one in made.enrolled.chain]
    return Credential(
        number=made.number,
        owner_kind=owner.kind,
        owner=owner.code,
        name=owner.name,
        organization=owner.organization,
        organization_code=owner.organization_code,
        profile=profile,
        key_label=made.label,
        certificate=base64.b64encode(made.enrolled.certificate).decode(),
        chain=json.dumps(chain),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        made_at=now,
    )


def _body(row: Credential) -> dict[str, object]:
    return {
        "owner_kind": row.owner_kind,
        "owner": row.owner,
        "name": row.name,
        "profile": row.profile,
        "serial": row.serial,
        "not_after": row.not_after.isoformat(),
        "certificate_sha256": hashlib.sha256(base64.b64decode(row.certificate)).hexdigest(),
    }


def _owner_of(row: Credential) -> Owner:
    """Return an owner as of today: a department may have been renamed meanwhile."""
    kind = OwnerKind(row.owner_kind)
    if kind is OwnerKind.DEPARTMENT and row.owner in city.common().departments:
        return of_department(row.owner)
    return Owner(kind, row.owner, row.name, row.organization, row.organization_code)


def _known(number: str) -> Credential:
    found = credentials.load(number)
    if found is None:
        raise NotFound(Words(f"没有编号为 {number} 的证书。", f"There is no credential {number}."))
    return found


_NOT_CONFIGURED = Words(
    "本系统没有接入证书机构（HUIBAN_CA_URL），不能签署。请联系系统管理员。",
    "No certification authority is connected (HUIBAN_CA_URL); nothing can be signed.",
)
_NOT_ACTIVE = Words("这张证书已停用或吊销。", "This credential was retired or revoked.")
