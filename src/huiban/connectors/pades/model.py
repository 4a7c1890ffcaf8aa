# SPDX-License-Identifier: Apache-2.0
"""What is asked of a PDF to be signed: places, looks, intent, services, and how it is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from huiban.kernel.credential import Profile
from huiban.kernel.words import Words

MOST_BYTES = 50 * 1024 * 1024
"""A longer PDF is neither signed nor verified."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands: points from the lower left corner; page 0 is first, -1 last."""

    page: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place to sign (签署位置); without a box it is not seen."""

    name: str
    box: Box | None = None
    locks_all: bool = False
    """Whoever signs here closes the document: nothing can be filled in or signed after it."""
    title: str = ""
    """What a screen reader says of the place; its name, if nothing is told."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a signature looks; `picture_pdf` is a one-page PDF, drawn into the place's box."""

    picture_pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What the signer says with the signature; kept inside it."""

    at: datetime
    reason: str = ""
    location: str = ""
    name: str = ""


class Evidence(Protocol):
    """What a certification authority says of certificates: OCSP responses and CRLs, DER."""

    @property
    def ocsps(self) -> tuple[bytes, ...]: ...
    @property
    def crls(self) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """
    Who is asked while signing; each call may raise what it likes, and then nothing is signed.

    `stamp` gives an RFC 3161 token (DER) over some bytes. `evidence` tells whether a certificate
    (DER, with its issuers) is revoked. `archival` keeps all evidence in the file and stamps the
    whole of it, so that it can be verified for years without asking anybody (B-LTA).
    """

    stamp: Callable[[bytes, Profile], bytes]
    evidence: Callable[[bytes, Sequence[bytes]], Evidence] | None = None
    archival: bool = False
    token_room: int = 7168
    """Bytes left for a time stamp; one that does not fit is asked for again, with room enough."""
    roots: tuple[bytes, ...] = ()
    """Roots (DER), of which those in use are kept with the evidence, as some readers ask."""


@dataclass(frozen=True, slots=True)
class Trust:
    """
    What is believed when verifying, all DER: roots, those of test authorities, and what else is
    known here: certificates of authorities, OCSP responses and CRLs.
    """

    roots: tuple[bytes, ...] = ()
    test_roots: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = field(default=())
    ocsps: tuple[bytes, ...] = field(default=())
    crls: tuple[bytes, ...] = field(default=())


class SigningRefused(Exception):
    """A PDF is not signed; `code` is for programs, `message` says why, fit to show."""

    def __init__(self, code: str, **about: str) -> None:
        self.code = code
        words = _REASONS[code]
        self.message = Words(words.zh.format(**about), words.en.format(**about))
        super().__init__(self.message.zh)


_REASONS = {
    "too_large": Words(
        "文件超过 {most} MB，不能签署，请压缩或拆分后重新上传。",
        "The file is larger than {most} MB and cannot be signed. Make it smaller or split it.",
    ),
    "damaged": Words(
        "文件不符合 PDF 规范或已损坏，不能签署。请用原软件重新导出 PDF。",
        "The file is damaged or not a proper PDF and cannot be signed. Export it again.",
    ),
    "too_complex": Words(
        "文件结构过于复杂，不能签署。请重新打印为 PDF 后再上传。",
        "The file is too complex to be signed. Print it to a new PDF.",
    ),
    "encrypted": Words(
        "文件设有密码或使用限制，不能签署。请提供未加密的 PDF。",
        "The file is encrypted and cannot be signed. Provide one without a password.",
    ),
    "xfa": Words(
        "文件是动态表单（XFA），显示内容会变，不能签署。请打印为普通 PDF。",
        "The file is a dynamic form (XFA) whose content changes. Print it to a plain PDF.",
    ),
    "certified": Words(
        "文件已被作者认证为不可更改，不能再签署。请提供未认证的原件。",
        "The file was certified by its author as not to be changed. Provide the original.",
    ),
    "locked": Words(
        "文件已由前一个签章锁定，不能再签署。",
        "The file was locked by an earlier signature; nothing more can be signed in it.",
    ),
    "no_place": Words(
        "文件里没有名为“{place}”的签署位置。",
        "The file has no place to sign called “{place}”.",
    ),
    "place_taken": Words(
        "“{place}”已经签过，不能重复签署。",
        "“{place}” was signed already and cannot be signed again.",
    ),
    "place_exists": Words(
        "文件里已有名为“{place}”的签署位置，请换一个名称。",
        "The file already has a place called “{place}”. Choose another name.",
    ),
    "place_unusable": Words(
        "“{place}”不是可用的签署位置。",
        "“{place}” is no place where one can sign.",
    ),
    "no_page": Words(
        "签署位置“{place}”所在的页不存在。",
        "The page of the place “{place}” does not exist.",
    ),
}
