# SPDX-License-Identifier: Apache-2.0
"""Making a key and having it certified (申领证书): believed here, or nothing is left of it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from django.conf import settings

from huiban.connectors import certification
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.connectors.certification import Authority, Enrolled
from huiban.connectors.keys import KeyHolder, KeyRefused, KeyUnavailable, connect
from huiban.connectors.trust_roots import RootUnreadable
from huiban.kernel.credential import Owner, Profile
from huiban.kernel.words import Words
from huiban.services import trust
from huiban.services.refusal import NotOpen
from huiban.store import ids

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """A key with its certificate, before it is anybody's."""

    number: str
    label: str
    enrolled: Enrolled


def keys() -> KeyHolder:
    """Return the place of this house's private keys."""
    return _connected(settings.KEYS_URL, settings.KEYS_SECRET, settings.KEYS_PIN)


@lru_cache(maxsize=4)
def _connected(address: str, secret: str, pin: str) -> KeyHolder:
    return connect(address, secret, pin)


def authority() -> Authority:
    """Return the certification authority of the settings."""
    return Authority(settings.CA_URL, settings.CA_KEY)


def make(owner: Owner, profile: Profile, now: datetime) -> Made:
    """
    Make a key and have the authority certify it.

    :raises NotOpen: if the authority or the keys are away, or nobody here believes the certificate.
    """
    roots = _roots()
    number = ids.new_key()
    label = f"{number}-{profile}"
    try:
        place = keys()
        public = place.make(label, profile)
        request = certification.request_for(owner, profile, public, partial(place.sign, label))
        enrolled = certification.enrol(authority(), request, owner, public)
        made = Made(number, label, enrolled)
        _check(made, roots, now)
    except TrustFault as fault:
        _forget_key(label)
        raise NotOpen(fault.message, "authority_away") from fault
    except (KeyUnavailable, KeyRefused) as fault:
        raise NotOpen(Words(f"密钥设备不可用：{fault}", f"Keys: {fault}"), "keys_away") from fault
    return made


def _roots() -> tuple[bytes, ...]:
    try:
        return trust.roots().roots
    except (RootUnreadable, trust.TestRootsRefused) as fault:
        words = Words(f"可信根证书不能使用：{fault}", f"The trusted roots cannot be used: {fault}")
        raise NotOpen(words, "roots") from fault


def _check(made: Made, roots: tuple[bytes, ...], now: datetime) -> None:
    """Hold a new certificate to the roots of this house; one nobody believes is not used."""
    claim = Claim(made.enrolled.certificate, made.enrolled.chain)
    try:
        check_path(claim, roots, now, purpose="signer")
    except PathRefused as refused:
        give_up(made)
        words = _UNBELIEVED.get(refused.code, _UNBELIEVED["untrusted"])
        raise NotOpen(words, refused.code) from None


def give_up(made: Made) -> None:
    """Leave nothing behind of a credential that nobody will use."""
    _forget_key(made.label)
    serial = f"{made.enrolled.read.serial_number:x}"
    try:
        certification.revoke(authority(), serial, "superseded")
    except TrustFault as fault:
        logger.warning("the unused certificate %s is not revoked: %s", serial, fault)


def _forget_key(label: str) -> None:
    try:
        keys().destroy(label)
    except KeyUnavailable as fault:
        logger.warning("the unused key %s is not destroyed: %s", label, fault)


_UNBELIEVED = {
    "untrusted": Words(
        "证书机构签发的证书不在可信根证书之下，未予使用。请把它的根证书放入 HUIBAN_TRUST_ROOTS。",
        "The new certificate leads to no trusted root and is not used: put the authority's root "
        "into HUIBAN_TRUST_ROOTS.",
    ),
    "not_yet_valid": Words(
        "证书机构签发的证书此刻尚未生效，未予使用。请核对服务器与证书机构的时间。",
        "The new certificate is not valid yet and is not used: compare this server's clock with "
        "the authority's.",
    ),
    "expired": Words(
        "证书机构签发的证书此刻已经过期，未予使用。请核对服务器与证书机构的时间。",
        "The new certificate has expired and is not used: compare this server's clock with the "
        "authority's.",
    ),
    "unfit": Words(
        "证书机构签发的证书不能用于签署文件，未予使用。请联系证书机构。",
        "The new certificate is not for signing documents and is not used. Tell the authority.",
    ),
}
