# SPDX-License-Identifier: Apache-2.0
"""Signing and stamping a head (检查点签名): both suites, and what could not be had is told."""

import logging
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from huiban.connectors import timestamp
from huiban.connectors.authority_http import TrustFault
from huiban.connectors.signer import KeyUnavailable, Signer
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.proof import HeadSignature
from huiban.kernel.words import Words
from huiban.services import credentials
from huiban.services.head_check import OFFICE, name_of
from huiban.services.refusal import Refused

logger = logging.getLogger(__name__)

TIME = "time"
_NO_STAMPER = Words("没有设置时间戳服务（HUIBAN_TSA_URL）", "no time stamp server (HUIBAN_TSA_URL)")


@dataclass(slots=True)
class Signed:
    """What could be had for a head; `missing` says of each other part why not."""

    signatures: tuple[HeadSignature, ...] = ()
    token: str = ""
    missing: dict[str, str] = field(default_factory=dict)


def sign(text: str, now: datetime) -> Signed:
    """
    Sign a head in the name of the log with both suites, and have it stamped.

    Nothing is refused: a head that lacks a part is worth more than none, and the next one covers
    all it covers.
    """
    found = Signed()
    data = text.encode()
    for profile in Profile:
        try:
            found.signatures += (_signature(data, profile, now),)
        except Refused as refused:
            found.missing[profile] = refused.message.zh
        except KeyUnavailable as fault:
            found.missing[profile] = str(fault)
    try:
        found.token = b64encode(_stamp(data)).decode()
    except TrustFault as fault:
        found.missing[TIME] = fault.message.zh
    for part, why in found.missing.items():
        logger.info("a head lacks %s: %s", part, why)
    return found


def _signature(data: bytes, profile: Profile, now: datetime) -> HeadSignature:
    signer = _signer(profile, now)
    return HeadSignature(
        profile=str(profile),
        signature=b64encode(signer.sign(data)).decode(),
        certificate=b64encode(signer.certificate).decode(),
        chain=tuple(b64encode(one).decode() for one in signer.chain),
    )


def _signer(profile: Profile, now: datetime) -> Signer:
    """Return what signs for the log; moved to another address it is another signer."""
    address = urlsplit(settings.PUBLIC_URL).netloc
    owner = Owner(OwnerKind.OFFICE, f"log@{address}"[:64], name_of(settings.PUBLIC_URL), OFFICE)
    return credentials.of(owner, profile, now)


def _stamp(data: bytes) -> bytes:
    """Ask the one server and, where it is away and the other lives elsewhere, that one."""
    if not (settings.TSA_URL or settings.TSA_SM2_URL):
        raise TrustFault(_NO_STAMPER)
    if not settings.TSA_URL:
        return timestamp.stamp(data, Profile.SM2)
    try:
        return timestamp.stamp(data, Profile.P256)
    except TrustFault:
        hosts = {urlsplit(one).netloc for one in (settings.TSA_URL, settings.TSA_SM2_URL) if one}
        # A second wait for the same house would only keep the worker from its work.
        if len(hosts) < 2:
            raise
        return timestamp.stamp(data, Profile.SM2)
