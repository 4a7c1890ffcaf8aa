# SPDX-License-Identifier: Apache-2.0
"""Pictures of the pages of a stored file (材料预览), for the desk and the applicant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from huiban.connectors import cell
from huiban.kernel.words import Words

Picture = Literal["png", "webp"]

WIDTHS = (160, 480, 960, 1600)
"""The widths drawn; any other is brought to the next of them, so that a cache stays small."""

PREVIEWED = frozenset(
    {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff"}
)
_MAX_HEIGHT = 8000
_MAX_PIXELS = 64_000_000
_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Page:
    """One drawn page."""

    content: bytes
    media: str
    width: int
    height: int


class PreviewRefused(Exception):
    """There is no picture of this file or page; `message` is fit to show."""

    def __init__(self, code: str, message: Words) -> None:
        self.code, self.message = code, message
        super().__init__(message.zh)


def can_show(media: str) -> bool:
    """This function will say whether files of this type have previews."""
    return media in PREVIEWED


def pages(content: bytes, media: str) -> int:
    """
    Count the pages of a file; an image has one.

    :raises PreviewRefused: if the file cannot be shown.
    """
    if _job(media) == "image":
        return 1
    found, _ = _ask("pdf_pages", content, {})
    return int(found["pages"])


def page(content: bytes, media: str, number: int, width: int, picture: Picture = "webp") -> Page:
    """
    Draw page `number` (from 1) about `width` pixels wide, upright, on white.

    :raises PreviewRefused: if the file is damaged, has no such page, or takes too long to draw.
    """
    wanted = {
        "number": number,
        "width": fit_width(width),
        "format": picture,
        "max_height": _MAX_HEIGHT,
        "max_pixels": _MAX_PIXELS,
    }
    drawn, encoded = _ask(f"{_job(media)}_page", content, wanted)
    return Page(encoded, f"image/{picture}", int(drawn["width"]), int(drawn["height"]))


def key(sha256: str, number: int, width: int, picture: Picture = "webp") -> str:
    """This function will name a drawn page for a cache, from the digest of its file."""
    return f"preview/{sha256[:2]}/{sha256}/{number}-{fit_width(width)}.{picture}"


def fit_width(width: int) -> int:
    """This function will give the smallest width drawn that is not below the one asked."""
    return next((one for one in WIDTHS if one >= width), WIDTHS[-1])


def _job(media: str) -> str:
    if media not in PREVIEWED:
        raise PreviewRefused("not_shown", _REASONS["not_shown"])
    return "pdf" if media == "application/pdf" else "image"


def _ask(job: str, content: bytes, wanted: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
    try:
        found, encoded = cell.ask(job, content, wanted, _SECONDS)
    except cell.FileTooHeavy:
        raise PreviewRefused("too_heavy", _REASONS["too_heavy"]) from None
    if "refused" in found:
        code = str(found["refused"])
        raise PreviewRefused(code, _REASONS.get(code, _REASONS["damaged"]))
    return found, encoded


_REASONS = {
    "not_shown": Words(
        "这种格式没有在线预览，请下载后查看。", "There is no preview of this format. Download it."
    ),
    "damaged": Words(
        "文件已损坏，无法预览，请下载原件查看或请申请人重新上传。",
        "The file is damaged and cannot be shown. Download it, or ask for it to be uploaded again.",
    ),
    "encrypted": Words(
        "文件设有密码，无法预览，请申请人上传未加密的文件。",
        "The file has a password and cannot be shown. Ask for one without.",
    ),
    "no_such_page": Words("文件没有这一页。", "The file has no such page."),
    "too_many_pixels": Words(
        "图片尺寸过大，无法预览，请下载后查看。", "The picture is too large to show. Download it."
    ),
    "too_heavy": Words(
        "文件过于复杂，生成预览超时，请下载后查看。",
        "The file is too complex to draw in time. Download it.",
    ),
}
