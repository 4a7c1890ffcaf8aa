# SPDX-License-Identifier: Apache-2.0
"""Whether an uploaded file (上传文件) is taken: judged by its content, never by its name."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huiban.connectors import cell
from huiban.connectors import upload_kind as kinds
from huiban.connectors.upload_name import extension_of, safe_name
from huiban.connectors.upload_words import SAID, extension_note, media_words, small_note
from huiban.kernel.words import Words

_SECONDS = 15.0
_MAX_PIXELS = 64_000_000
_LEGIBLE_PIXELS = 600
_REFUSED_KINDS = {
    kinds.HEIC: "heic",
    kinds.OLE: "old_office",
    kinds.MARKUP: "markup",
    kinds.PROGRAM: "program",
    kinds.ARCHIVE: "archive",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field or material takes; `image/*` allows every image format there is."""

    allowed: tuple[str, ...] = (kinds.PDF, "image/*")
    max_bytes: int = 20 * 1024 * 1024
    max_pages: int = 500


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be stored as it is, with what its content says; `pages` 0 is not counted."""

    name: str
    media: str
    size: int
    sha256: str
    pages: int
    notes: tuple[Words, ...] = ()
    """What the sender should know: the name was corrected, the picture is small."""


class UploadRefused(Exception):
    """The file is not taken; `message` says why and what to do, fit to show."""

    def __init__(self, code: str, message: Words) -> None:
        self.code, self.message = code, message
        super().__init__(message.zh)


def check(content: bytes, name: str, limits: Limits) -> Accepted:
    """
    Check one file and give what to store with it. The content is never changed.

    :raises UploadRefused: at the first thing that keeps it out.
    """
    check_size(len(content), limits)
    media = _media(content, limits)
    if kinds.is_disguised(content, media):
        raise _refused("disguised")
    pages, notes = _look_inside(content, media, limits)
    if extension_of(name) not in kinds.EXTENSIONS[media]:
        notes = (extension_note(kinds.EXTENSIONS[media][0]), *notes)
    clean = safe_name(name, kinds.EXTENSIONS[media])
    return Accepted(clean, media, len(content), hashlib.sha256(content).hexdigest(), pages, notes)


def check_size(size: int, limits: Limits) -> None:
    """
    Check a size that is announced before the content is read.

    :raises UploadRefused: if it is nothing or above the limit.
    """
    if size == 0:
        raise _refused("empty")
    if size > limits.max_bytes:
        raise _refused("too_large", size=_megabytes(size), limit=_megabytes(limits.max_bytes))


def allows(allowed: Iterable[str], media: str) -> bool:
    """This function will say whether a list such as `application/pdf, image/*` takes a type."""
    return any(
        one == media or (one.endswith("/*") and media.startswith(one[:-1])) for one in allowed
    )


def _media(content: bytes, limits: Limits) -> str:
    media = kinds.sniff(content)
    if media in _REFUSED_KINDS:
        raise _refused(_REFUSED_KINDS[media], **media_words(limits.allowed))
    if media == kinds.OTHER:
        raise _refused("unknown", **_guess(content), **media_words(limits.allowed))
    if not allows(limits.allowed, media):
        found = kinds.EXTENSIONS[media][0].upper()
        raise _refused("not_allowed", found=found, **media_words(limits.allowed))
    return media


def _guess(content: bytes) -> dict[str, str]:
    found = kinds.common_name(content)
    return {
        "found": f"（像是 {found}）" if found else "",
        "found_en": f" ({found}?)" if found else "",
    }


def _look_inside(content: bytes, media: str, limits: Limits) -> tuple[int, tuple[Words, ...]]:
    if media == kinds.PDF:
        return _pdf_pages(content, limits), ()
    if media.startswith("image/"):
        return _image_pages(content)
    fault = kinds.office_fault(content)
    if fault:
        raise _refused(fault)
    return 0, ()


def _pdf_pages(content: bytes, limits: Limits) -> int:
    found = _read("pdf_facts", content, {"max_pages": limits.max_pages})
    pages = int(found["pages"])
    if pages > limits.max_pages:
        raise _refused("too_many_pages", pages=str(pages), limit=str(limits.max_pages))
    if found["active"]:
        raise _refused("active")
    return pages


def _image_pages(content: bytes) -> tuple[int, tuple[Words, ...]]:
    found = _read("image_facts", content, {"max_pixels": _MAX_PIXELS})
    width, height = int(found["width"]), int(found["height"])
    is_small = max(width, height) < _LEGIBLE_PIXELS
    return 1, ((small_note(width, height),) if is_small else ())


def _read(job: str, content: bytes, wanted: dict[str, int]) -> dict[str, Any]:
    try:
        found, _ = cell.ask(job, content, wanted, _SECONDS)
    except cell.FileTooHeavy:
        raise _refused("too_heavy") from None
    if "refused" in found:
        raise _refused(str(found["refused"]))
    return found


def _refused(code: str, **said: str) -> UploadRefused:
    words = SAID[code]
    return UploadRefused(code, Words(words.zh.format(**said), words.en.format(**said)))


def _megabytes(size: int) -> str:
    if size < 100_000:
        return f"{size / 1024:.1f} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".0 ", " ")
