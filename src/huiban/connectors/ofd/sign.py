# SPDX-License-Identifier: Apache-2.0
"""Seals an OFD (电子签章): digests of all its files, the seal's place, and the signature value."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from huiban.connectors import es_seal
from huiban.connectors.es_seal import Sealing, Stamp
from huiban.connectors.ofd import xml
from huiban.connectors.ofd.layout import numbers
from huiban.connectors.ofd.package import pack
from huiban.connectors.ofd.read import FRONT, Ofd, read
from huiban.connectors.signer import Signer

_SIGNS = "Doc_0/Signs"
_LIST = f"{_SIGNS}/Signatures.xml"


class AlreadyFinal(ValueError):
    """The last seal of this OFD is set: another would break it."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a seal is seen: on which page, from 1, in mm from its top left."""

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class SealWith:
    """What is sealed with: the credential, the seal (DER), and the time stamp server if any."""

    signer: Signer
    object_der: bytes
    stamp: Stamp | None = None
    chain: tuple[bytes, ...] = ()
    """Certificates a verifier needs besides the signer's own: those of the seal's maker."""
    is_last: bool = True
    """Covers the list of signatures too, so that no further one can be added."""


def sign(content: bytes, seal: SealWith, box: Box, at: datetime) -> bytes:
    """
    Seal an OFD and return it; what was in it before stays byte for byte.

    :raises AlreadyFinal: if its last seal is set.
    :raises huiban.connectors.ofd.package.BadPackage: if it is no OFD.
    """
    found = read(content)
    files = dict(found.files)
    known = _known(found)
    folder = f"{_SIGNS}/Sign_{len(known)}"
    path, value, esl = (f"{folder}/{name}" for name in _NAMES)
    if not found.signatures_path:
        files[FRONT] = _with_signatures(files[FRONT])
    files[_LIST] = _listed([*known, f"/{path}"])
    files[esl] = seal.object_der
    told = _signature(found, files, seal, _Place(box, at, value, esl, len(known) + 1))
    what = Sealing(
        data_hash=es_seal.digest(es_seal.DIGESTS[seal.signer.profile], told),
        property_info=f"/{path}",
        at=at,
        chain=tuple(dict.fromkeys((*seal.signer.chain, *seal.chain))),
    )
    files[path] = told
    files[value] = es_seal.sign(seal.object_der, seal.signer, what, seal.stamp)
    return pack(files)


_NAMES = ("Signature.xml", "SignedValue.dat", "Seal.esl")


@dataclass(frozen=True, slots=True)
class _Place:
    box: Box
    at: datetime
    value: str
    esl: str
    number: int


def _known(found: Ofd) -> list[str]:
    """Give the signatures already there, as they are listed."""
    path = found.signatures_path
    if not path:
        return []
    if path != _LIST:
        raise AlreadyFinal("the OFD was signed by another program, which is not continued")
    known = [one.get("BaseLoc", "") for one in found.xml(path).findall("Signature")]
    for one in known:
        signature = found.xml(xml.resolved(one, path))
        if f"/{_LIST}" in _covered(signature):
            raise AlreadyFinal("the last seal is set: no further one can be added")
    return known


def _covered(signature: Element) -> list[str]:
    return [one.get("FileRef", "") for one in signature.findall("SignedInfo/References/Reference")]


def _with_signatures(front: bytes) -> bytes:
    # Text in, text out: what others wrote there keeps its form.
    text = front.decode()
    entry = xml.tag("Signatures", text=f"/{_LIST}")
    before, end, after = text.rpartition("</ofd:DocBody>")
    if not end:
        raise AlreadyFinal("the OFD was written by another program, which is not continued")
    return f"{before}{entry}{end}{after}".encode()


def _listed(paths: Sequence[str]) -> bytes:
    rows = [
        xml.tag("Signature", {"ID": number, "Type": "Seal", "BaseLoc": path})
        for number, path in enumerate(paths, 1)
    ]
    return xml.root("Signatures", None, xml.tag("MaxSignId", text=str(len(paths))), *rows)


def _signature(found: Ofd, files: dict[str, bytes], seal: SealWith, place: _Place) -> bytes:
    profile = seal.signer.profile
    method = es_seal.DIGESTS[profile]
    rows = [
        xml.tag(
            "Reference",
            {"FileRef": f"/{path}"},
            xml.tag("CheckValue", text=_base64(es_seal.digest(method, content))),
        )
        for path, content in files.items()
        if path != _LIST or seal.is_last
    ]
    box = place.box
    stamped = {
        "ID": f"s{place.number}",
        "PageRef": found.pages()[box.page - 1][0],
        "Boundary": numbers((box.left, box.top, box.width, box.height)),
    }
    info = xml.tag(
        "SignedInfo",
        None,
        xml.tag("Provider", {"ProviderName": "huiban", "Version": "1", "Company": "huiban"}),
        xml.tag("SignatureMethod", text=es_seal.ALGORITHMS[profile]),
        xml.tag("SignatureDateTime", text=place.at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")),
        xml.tag("References", {"CheckMethod": method}, *rows),
        xml.tag("StampAnnot", stamped),
        xml.tag("Seal", None, xml.tag("BaseLoc", text=f"/{place.esl}")),
    )
    return xml.root("Signature", None, info, xml.tag("SignedValue", text=f"/{place.value}"))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
