# SPDX-License-Identifier: Apache-2.0
"""Electronic seals and what they seal (GB/T 38540-2020 电子印章、电子签章), as strict DER."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509

from huiban.connectors import es_seal_asn1 as asn1
from huiban.connectors import gm_oids
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.kernel.words import Words

ALGORITHMS = {Profile.SM2: gm_oids.SM2_WITH_SM3, Profile.P256: "1.2.840.10045.4.3.2"}
DIGESTS = {Profile.SM2: gm_oids.SM3, Profile.P256: "2.16.840.1.101.3.4.2.1"}
_HASHES = {gm_oids.SM3: "sm3", DIGESTS[Profile.P256]: "sha256"}
_MOST_BYTES = 4 * 1024 * 1024
_VENDOR = "HUIBAN"
_OF_UNIT = 1  # a unit's seal; 2 would be a person's
# The chains of signer and seal maker travel as the values CAdES keeps certificates in.
_CHAIN_OID = "1.2.840.113549.1.9.16.2.23"

Stamp = Callable[[bytes, Profile], bytes]
"""Gives an RFC 3161 time-stamp token (DER) over some bytes, by a suite."""


class NotASeal(ValueError):
    """The bytes are no seal or signature of GB/T 38540; `message` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.message = Words(zh, en)


@dataclass(frozen=True, slots=True)
class SealPicture:
    """The image of a seal: `media` as the standard names it (png, svg, ofd), sizes in mm."""

    media: str
    content: bytes
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What a seal says of itself; `certificates` (DER) are those of who may sign with it."""

    number: str
    name: str
    certificates: tuple[bytes, ...]
    made_at: datetime
    valid_from: datetime
    valid_until: datetime
    picture: SealPicture


@dataclass(frozen=True, slots=True)
class SealRead:
    """A seal taken apart; `signed` are the bytes its maker signed."""

    facts: SealFacts
    certificate_digests: tuple[tuple[str, bytes], ...]
    maker: bytes
    algorithm: str
    signed: bytes
    signature: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class SignatureRead:
    """A sealing taken apart; `signed` are the bytes the signer signed, `chain` both chains."""

    seal: SealRead
    at: datetime
    data_hash: bytes
    property_info: str
    certificate: bytes
    algorithm: str
    signed: bytes
    signature: bytes
    token: bytes
    chain: tuple[bytes, ...]


def make_seal(facts: SealFacts, maker: Signer) -> bytes:
    """Make a seal and have its maker sign it; `facts.certificates` are who may use it."""
    info = asn1.SealInfo(
        {
            "header": {"ID": "ES", "version": asn1.VERSION, "Vid": _VENDOR},
            "esID": facts.number,
            "property": {
                "type": _OF_UNIT,
                "name": facts.name,
                "certListType": asn1.CERTIFICATES,
                "certList": asn1.Certificates(list(facts.certificates)),
                "createDate": _second(facts.made_at),
                "validStart": _second(facts.valid_from),
                "validEnd": _second(facts.valid_until),
            },
            "picture": {
                "type": facts.picture.media,
                "data": facts.picture.content,
                "width": facts.picture.width_mm,
                "height": facts.picture.height_mm,
            },
        }
    )
    made: bytes = asn1.SESeal(
        {
            "eSealInfo": info,
            "cert": maker.certificate,
            "signAlgID": ALGORITHMS[maker.profile],
            "signedValue": maker.sign(info.dump()),
        }
    ).dump()
    return made


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is sealed: the digest of a file, the path that names it, and when."""

    data_hash: bytes
    property_info: str
    at: datetime
    chain: tuple[bytes, ...] = ()
    """Certificates a verifier needs besides (DER): the signer's issuers and the seal maker's."""


def sign(seal_der: bytes, signer: Signer, what: Sealing, stamp: Stamp | None = None) -> bytes:
    """
    Seal something: the signature over it, as kept in SignedValue.dat.

    The time stamp, where one is given, covers the signature value.

    :raises NotASeal: if `seal_der` is none.
    """
    read_seal(seal_der)
    parts: dict[str, object] = {
        "version": asn1.VERSION,
        "eseal": asn1.SESeal.load(seal_der),
        "timeInfo": _second(what.at),
        "dataHash": what.data_hash,
        "propertyInfo": what.property_info,
    }
    if what.chain:
        chain = asn1.Chain([x509.Certificate.load(one) for one in what.chain]).dump()
        parts["extDatas"] = [{"extnID": _CHAIN_OID, "extnValue": chain}]
    to_sign = asn1.TBSSign(parts)
    signature = signer.sign(to_sign.dump())
    whole: dict[str, object] = {
        "toSign": to_sign,
        "cert": signer.certificate,
        "signatureAlgID": ALGORITHMS[signer.profile],
        "signature": signature,
    }
    if stamp is not None:
        whole["timeStamp"] = stamp(signature, signer.profile)
    made: bytes = asn1.SESSignature(whole).dump()
    return made


def read_seal(der: bytes) -> SealRead:
    """
    Take a seal apart.

    :raises NotASeal: if it is not one, or not in the one form that DER allows.
    """
    return _seal(_strict(asn1.SESeal, der))


def read_signature(der: bytes) -> SignatureRead:
    """
    Take a sealing apart.

    :raises NotASeal: if it is not one, or not in the one form that DER allows.
    """
    found = _strict(asn1.SESSignature, der)
    try:
        to_sign = found["toSign"]
        if to_sign["version"].native != asn1.VERSION:
            raise NotASeal(
                f"版本 {to_sign['version'].native} 不是 GB/T 38540-2020 的签章",
                f"version {to_sign['version'].native} is no sealing of GB/T 38540-2020",
            )
        return SignatureRead(
            seal=_seal(to_sign["eseal"]),
            at=to_sign["timeInfo"].native,
            data_hash=to_sign["dataHash"].native,
            property_info=to_sign["propertyInfo"].native,
            certificate=found["cert"].native,
            algorithm=found["signatureAlgID"].dotted,
            signed=to_sign.dump(),
            signature=found["signature"].native,
            token=found["timeStamp"].native or b"",
            chain=_chain(to_sign["extDatas"]),
        )
    except NotASeal:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotASeal(
            f"签章数据读不出来：{fault}", f"the sealing cannot be read: {fault}"
        ) from None


def digest(algorithm: str, content: bytes) -> bytes:
    """
    Digest bytes by the algorithm with this OID.

    :raises KeyError: if it is neither SM3 nor SHA-256.
    """
    return hashlib.new(_HASHES[algorithm], content).digest()


def profile_of(algorithm: str) -> Profile | None:
    """Say which suite a signature algorithm's OID is of."""
    return next((one for one, oid in ALGORITHMS.items() if oid == algorithm), None)


def _seal(found: Any) -> SealRead:
    try:
        info = found["eSealInfo"]
        version = info["header"]["version"].native
        if info["header"]["ID"].native != "ES" or version != asn1.VERSION:
            raise NotASeal(
                f"版本 {version} 不是 GB/T 38540-2020 的印章",
                f"version {version} is no seal of GB/T 38540-2020",
            )
        return SealRead(
            facts=_facts(info),
            certificate_digests=_digests(info["property"]),
            maker=found["cert"].native,
            algorithm=found["signAlgID"].dotted,
            signed=info.dump(),
            signature=found["signedValue"].native,
            content=found.dump(),
        )
    except NotASeal:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotASeal(f"印章数据读不出来：{fault}", f"the seal cannot be read: {fault}") from None


def _facts(info: Any) -> SealFacts:
    about, picture = info["property"], info["picture"]
    is_list = about["certListType"].native == asn1.CERTIFICATES
    return SealFacts(
        number=info["esID"].native,
        name=about["name"].native,
        certificates=tuple(about["certList"].native) if is_list else (),
        made_at=about["createDate"].native,
        valid_from=about["validStart"].native,
        valid_until=about["validEnd"].native,
        picture=SealPicture(
            media=picture["type"].native,
            content=picture["data"].native,
            width_mm=picture["width"].native,
            height_mm=picture["height"].native,
        ),
    )


def _digests(about: Any) -> tuple[tuple[str, bytes], ...]:
    if about["certListType"].native != asn1.DIGESTS:
        return ()
    return tuple((one["type"].native, one["value"].native) for one in about["certList"])


def _chain(extensions: Any) -> tuple[bytes, ...]:
    if not isinstance(extensions, asn1.Extensions):
        return ()
    values = [one["extnValue"].native for one in extensions if one["extnID"].dotted == _CHAIN_OID]
    return tuple(one.dump() for value in values for one in asn1.Chain.load(value, strict=True))


def _strict(kind: Any, der: bytes) -> Any:
    """Read DER that has one form only: what is written back must be what was read."""
    if len(der) > _MOST_BYTES:
        raise NotASeal(
            f"超过 {_MOST_BYTES // 1024 // 1024} MB，不是印章或签章数据",
            f"more than {_MOST_BYTES // 1024 // 1024} MB: neither seal nor sealing",
        )
    try:
        found = kind.load(der, strict=True)
        if found.dump(force=True) != der:
            raise NotASeal("不是规范的 DER 编码", "not in the one form that DER allows")
        # Written back without force, so that parts are signed as they were read.
        return kind.load(der, strict=True)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as fault:
        raise NotASeal(
            f"不是 GB/T 38540 的数据：{fault}", f"not data of GB/T 38540: {fault}"
        ) from None


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
