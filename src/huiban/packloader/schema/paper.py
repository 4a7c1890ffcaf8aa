# SPDX-License-Identifier: Apache-2.0
"""documents/*.yaml and notices.zh.yaml: what is issued, and every sentence the public reads."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field as Described

from huiban.packloader.schema.part import Flag, Key, Line, Maker, Part, Sentence
from huiban.packloader.values import DocumentKind, Notice, Numbering


class NumberingIn(Part):
    """How reference numbers are written: `青审〔{year}〕{serial:5}号`."""

    makes: ClassVar[Maker] = Numbering
    pattern: Annotated[
        str,
        Described(
            description="may use {year} {month} {day} {division} {serial:5}",
            pattern=r"^([^{}]|\{(year|month|day|division|serial)(:[0-9]{1,2})?\})+$",
        ),
    ]
    resets: Literal["never", "yearly", "daily"] = "yearly"


class DocumentIn(Part):
    """A document (文书) the process issues by naming its code under `do`."""

    makes: ClassVar[Maker] = DocumentKind
    code: Key
    title: Sentence
    template: Annotated[
        str, Described(description="documents/… of this pack, or common/documents/…")
    ]
    data: Annotated[tuple[Key, ...], Described(description="which data the template is given")]
    basis: Line
    number: NumberingIn | None = None
    certificate: Annotated[
        str, Described(description="the certificate kind this document is the face of")
    ] = ""
    seal: Annotated[
        Literal["authority", "licensing", "none"],
        Described(description="official seal of the authority, or its special seal for licensing"),
    ] = "authority"
    signed_by: Annotated[tuple[Key, ...], Described(description="roles that sign")] = ()
    is_public: Annotated[Flag, Described(description="the applicant sees it")] = True


class NoticeIn(Part):
    """What the applicant is told when something happens."""

    makes: ClassVar[Maker] = Notice
    title: Sentence
    body: Annotated[Sentence, Described(description="may use {case_number} {item} {due_on} …")]
    channels: tuple[Literal["message", "sms", "mail"], ...] = ("message",)


class NoticesIn(Part):
    """notices.zh.yaml: every sentence the public reads in this scenario."""

    notices: Annotated[dict[Key, NoticeIn], Described(description="by event of the process")]
    silent: Annotated[
        dict[Key, str],
        Described(default_factory=dict, description="events the applicant is not told of: why"),
    ]
    states: Annotated[
        dict[str, Sentence], Described(description="what each state means for the applicant")
    ]
