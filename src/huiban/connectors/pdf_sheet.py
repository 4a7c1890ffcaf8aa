# SPDX-License-Identifier: Apache-2.0
"""A sheet of our own behind somebody's PDF (签署页): room to sign where the file leaves none."""

import base64

from huiban.connectors import cell
from huiban.kernel.words import Words

_SECONDS = 15.0


class SheetRefused(Exception):
    """Nothing can be appended to this PDF; `message` says why and what to do, fit to show."""

    def __init__(self, code: str, message: Words) -> None:
        self.code, self.message = code, message
        super().__init__(message.zh)


def append(content: bytes, sheet: bytes) -> tuple[bytes, int]:
    """
    Give a PDF with the pages of `sheet` behind its own, and how many pages that makes.

    :raises SheetRefused: if it is signed already, damaged, locked, or takes too long.
    """
    wanted = {"sheet": base64.b64encode(sheet).decode()}
    try:
        found, made = cell.ask("pdf_with_sheet", content, wanted, _SECONDS)
    except cell.FileTooHeavy:
        raise SheetRefused("too_heavy", _REASONS["too_heavy"]) from None
    if "refused" in found:
        code = str(found["refused"])
        raise SheetRefused(code, _REASONS.get(code, _REASONS["damaged"]))
    return made, int(found["pages"])


_REASONS = {
    "signed": Words(
        "这份 PDF 里已经有电子签名，再加签署页会让原来的签名失效。请上传没有签过名的原文。",
        "This PDF is signed already; adding a sheet would break those signatures. Upload the "
        "document as it was before anybody signed.",
    ),
    "encrypted": Words(
        "这份 PDF 设有密码，不能加签署页。请上传没有密码的文件。",
        "This PDF has a password. Upload one without.",
    ),
    "damaged": Words(
        "这份 PDF 已经损坏，不能加签署页。请重新导出 PDF 再上传。",
        "This PDF is damaged. Export it again, then upload it.",
    ),
    "too_heavy": Words(
        "这份 PDF 过于复杂，处理超时。请压缩或者重新导出以后再上传。",
        "This PDF is too complex. Export it again in a simpler form, then upload it.",
    ),
}
