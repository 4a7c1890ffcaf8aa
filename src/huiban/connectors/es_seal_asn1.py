# SPDX-License-Identifier: Apache-2.0
"""How seals and sealings are written down (GB/T 38540-2020, ASN.1 结构)."""

from typing import Any, ClassVar

from asn1crypto import core, x509

VERSION = 4
"""What the header of a seal of GB/T 38540-2020 says; GM/T 0031-2014 said 1."""
CERTIFICATES, DIGESTS = 1, 2
"""What a seal lists of who may use it."""


class Header(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("ID", core.IA5String),
        ("version", core.Integer),
        ("Vid", core.IA5String),
    ]


class Extension(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("extnID", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extnValue", core.OctetString),
    ]


class Extensions(core.SequenceOf):  # type: ignore[misc]
    _child_spec = Extension


class Certificates(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = x509.Certificate


class CertificateDigest(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("type", core.PrintableString), ("value", core.OctetString)]


class CertificateDigests(core.SequenceOf):  # type: ignore[misc]
    _child_spec = CertificateDigest


class Property(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("certListType", core.Integer),
        ("certList", core.Any),
        ("createDate", core.GeneralizedTime),
        ("validStart", core.GeneralizedTime),
        ("validEnd", core.GeneralizedTime),
    ]

    def _list_spec(self) -> Any:
        kinds = {CERTIFICATES: Certificates, DIGESTS: CertificateDigests}
        return kinds.get(self["certListType"].native)

    _spec_callbacks: ClassVar[dict[str, Any]] = {"certList": _list_spec}


class PictureInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class SealInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("header", Header),
        ("esID", core.IA5String),
        ("property", Property),
        ("picture", PictureInfo),
        ("extDatas", Extensions, {"explicit": 0, "optional": True}),
        # Some makers write the same untagged; it is read, never written.
        ("extDatasPlain", Extensions, {"optional": True}),
    ]


class SESeal(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("eSealInfo", SealInfo),
        ("cert", core.OctetString),
        ("signAlgID", core.ObjectIdentifier),
        ("signedValue", core.OctetBitString),
    ]


class TBSSign(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("eseal", SESeal),
        ("timeInfo", core.GeneralizedTime),
        ("dataHash", core.OctetBitString),
        ("propertyInfo", core.IA5String),
        ("extDatas", Extensions, {"explicit": 0, "optional": True}),
    ]


class SESSignature(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("toSign", TBSSign),
        ("cert", core.OctetString),
        ("signatureAlgID", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
        ("timeStamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]
