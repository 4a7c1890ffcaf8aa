# SPDX-License-Identifier: Apache-2.0
"""What a passkey (通行密钥) says, asked and checked: WebAuthn through the `webauthn` library."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_attestation_object,
    parse_authenticator_data,
    parse_client_data_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_SENT = 20_000
"""Characters of an answer: an honest one has one or two thousand."""
_PATIENCE_MS = 120_000
_DESCRIPTIONS = {
    "internal", "hybrid", "usb", "nfc", "ble", "smart-card", "cable",
}  # fmt: skip


class Wrong(StrEnum):
    """What is wrong with an answer."""

    UNREADABLE = "unreadable"
    ORIGIN = "origin"  # given on another site, or inside another site's page
    CHALLENGE = "challenge"  # an answer to something else: an earlier question, another purpose
    NOT_VERIFIED = "not_verified"  # the device did not check who holds it
    COUNTER = "counter"  # the device has counted further before: this may be a copy
    SIGNATURE = "signature"


class PasskeyRefused(ValueError):
    """An answer that proves nothing."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are made and used: the host they are bound to, and the exact origin."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose passkey is made: an opaque handle that tells nobody anything, and two names."""

    handle: bytes
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey just made on a device; `is_synced` if its maker keeps copies of it."""

    credential: str
    public_key: bytes
    counter: int
    is_synced: bool
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a passkey to check its answers."""

    credential: str
    public_key: bytes
    counter: int


def site_of(public_url: str) -> Site | None:
    """
    Return where passkeys live for a house of this address; None if browsers would make none there.

    A passkey belongs to a name, never to a number: a house on this machine is "localhost".

    >>> site_of("https://zwfw.example.gov.cn/")
    Site(host='zwfw.example.gov.cn', origin='https://zwfw.example.gov.cn')
    >>> site_of("http://127.0.0.1:8000").origin
    'http://localhost:8000'
    >>> site_of("http://10.1.2.3"), site_of("http://zwfw.example.gov.cn")
    (None, None)
    """
    parts = urlsplit(public_url)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    try:
        number = ip_address(host)
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    else:
        if not number.is_loopback:
            return None
        host, is_here = "localhost", True
    if not host or (parts.scheme != "https" and not is_here):
        return None
    return Site(host, f"{parts.scheme}://{host}{port}")


def text_of(value: bytes) -> str:
    """Write bytes as browsers do: base64 for addresses, without its padding."""
    return str(bytes_to_base64url(value))


def bytes_of(text: str) -> bytes:
    """
    Read what `text_of` wrote.

    :raises PasskeyRefused: if it is something else.
    """
    try:
        return bytes(base64url_to_bytes(text))
    except ValueError:
        raise PasskeyRefused(Wrong.UNREADABLE) from None


def making(
    site: Site, holder: Holder, challenge: bytes, known: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what a browser needs to make a passkey; a device in `known` makes no second one."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.host,
        user_id=holder.handle,
        user_name=holder.number,
        user_display_name=holder.name,
        challenge=challenge,
        timeout=_PATIENCE_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
    )
    return options_to_json_dict(options)


def made(sent: str, site: Site, challenge: bytes) -> Made:
    """
    Check what a device answered that made a passkey.

    :raises PasskeyRefused: saying what is wrong.
    """
    answer = _read(sent)
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        _demand_own_page(answer)
    except Exception as fault:  # whatever a stranger's bytes break in there, they prove nothing
        raise PasskeyRefused(_wrong(answer, site, challenge)) from fault
    told = answer["response"].get("transports")
    told = told if isinstance(told, list) else []
    return Made(
        bytes_to_base64url(found.credential_id),
        found.credential_public_key,
        found.sign_count,
        found.credential_backed_up,
        tuple(sorted({one for one in told if one in _DESCRIPTIONS})),
    )


def asking(site: Site, challenge: bytes, known: Sequence[str]) -> dict[str, Any]:
    """Return what a browser needs to have one of these passkeys answer a challenge."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_PATIENCE_MS,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def credential_of(sent: str) -> str:
    """
    Say which passkey an answer claims to be of.

    :raises PasskeyRefused: if it is no answer at all.
    """
    return str(_read(sent)["id"])


def answered(sent: str, site: Site, challenge: bytes, kept: Kept) -> int:
    """
    Check the answer of a passkey to a challenge; return how far its device has counted.

    :raises PasskeyRefused: saying what is wrong.
    """
    answer = _read(sent)
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.counter,
            require_user_verification=True,
        )
        _demand_own_page(answer)
    except Exception as fault:  # whatever a stranger's bytes break in there, they prove nothing
        raise PasskeyRefused(_wrong(answer, site, challenge, kept)) from fault
    return found.new_sign_count


def _described(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def _read(sent: str) -> dict[str, Any]:
    if len(sent) > LONGEST_SENT:
        raise PasskeyRefused(Wrong.UNREADABLE)
    try:
        answer = json.loads(sent)
    except (ValueError, RecursionError):
        raise PasskeyRefused(Wrong.UNREADABLE) from None
    is_shaped = isinstance(answer, dict) and isinstance(answer.get("response"), dict)
    if not is_shaped or not isinstance(answer.get("id"), str):
        raise PasskeyRefused(Wrong.UNREADABLE)
    found: dict[str, Any] = answer
    return found


def _demand_own_page(answer: dict[str, Any]) -> None:
    """The library looks at the origin alone: a frame in another site's page has ours."""
    if parse_client_data_json(_bytes(answer, "clientDataJSON")).cross_origin:
        raise ValueError("answered inside another site's page")


def _wrong(answer: dict[str, Any], site: Site, challenge: bytes, kept: Kept | None = None) -> Wrong:
    """Name what the library refused, so that people read what to do; it decides, this explains."""
    try:
        said = parse_client_data_json(_bytes(answer, "clientDataJSON"))
        if kept is None:
            held = parse_attestation_object(_bytes(answer, "attestationObject")).auth_data
        else:
            held = parse_authenticator_data(_bytes(answer, "authenticatorData"))
    except Exception:
        return Wrong.UNREADABLE
    is_ours = held.rp_id_hash == hashlib.sha256(site.host.encode()).digest()
    if said.origin != site.origin or said.cross_origin or not is_ours:
        return Wrong.ORIGIN
    if said.challenge != challenge:
        return Wrong.CHALLENGE
    if not held.flags.uv:
        return Wrong.NOT_VERIFIED
    if kept is not None and kept.counter and held.sign_count <= kept.counter:
        return Wrong.COUNTER
    return Wrong.SIGNATURE


def _bytes(answer: dict[str, Any], name: str) -> bytes:
    return base64url_to_bytes(answer["response"][name])
