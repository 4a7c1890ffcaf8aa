# SPDX-License-Identifier: Apache-2.0
"""What people read when a file is not taken: the reason and the cure."""

from collections.abc import Iterable

from huiban.connectors import upload_kind as kinds
from huiban.kernel.words import Words

SAID: dict[str, Words] = {
    "empty": Words(
        "文件是空的。请打开原文件确认有内容后重新选择。",
        "The file is empty. Open the original, make sure it has content, and choose it again.",
    ),
    "too_large": Words(
        "文件大小 {size}，超过上限 {limit}。请压缩图片、降低扫描分辨率，或拆成几个文件后再上传。",
        "The file has {size}; the limit is {limit}. Compress it, scan at a lower resolution, or "
        "split it.",
    ),
    "not_allowed": Words(
        "这里不收 {found} 文件。请上传 {kinds}。",
        "{found} files are not taken here. Upload {kinds_en}.",
    ),
    "unknown": Words(
        "认不出这种文件{found}。请上传 {kinds}。",
        "This kind of file{found_en} is not known. Upload {kinds_en}.",
    ),
    "heic": Words(
        "这是苹果手机的 HEIC 照片，窗口电脑打不开。请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，"
        "或用截图代替。",
        "This is a HEIC photo, which office computers cannot open. Choose Settings, Camera, "
        "Formats, Most Compatible and take it again, or use a screenshot.",
    ),
    "old_office": Words(
        "这是旧版 Office 文件或加密的 Office 文件。请另存为 PDF 后上传。",
        "This is an old or an encrypted Office file. Save it as PDF and upload that.",
    ),
    "markup": Words(
        "这是网页或代码文件，不能作为材料。请用浏览器“打印—另存为 PDF”后上传。",
        "This is a web page or code. Print it to PDF in the browser and upload that.",
    ),
    "program": Words(
        "这是程序文件，不能上传。请确认没有选错文件；如果它是别人发来的，电脑可能中了病毒。",
        "This is a program and is not taken. Check that you chose the right file.",
    ),
    "archive": Words(
        "这是压缩包。请解压后把里面的文件逐个上传（可收 {kinds}）。",
        "This is an archive. Unpack it and upload the files in it one by one ({kinds_en}).",
    ),
    "disguised": Words(
        "文件里夹带了另一种文件，出于安全不能接收。请用“打印—另存为 PDF”重新生成，或重新拍照。",
        "Another file is hidden in this one, so it is not taken. Print it to PDF or photograph it "
        "again.",
    ),
    "damaged": Words(
        "文件已损坏，打不开。请在自己的电脑上确认能打开，再重新生成或拍照后上传。",
        "The file is damaged and does not open. Check that it opens on your computer, make it "
        "again and upload that.",
    ),
    "encrypted": Words(
        "文件设有密码或限制，存档后将无法查看。请去掉密码，或用“打印—另存为 PDF”后上传。",
        "The file is protected and could not be read from the archive. Remove the password, or "
        "print it to PDF.",
    ),
    "too_many_pages": Words(
        "PDF 有 {pages} 页，超过上限 {limit} 页。请拆成几个文件上传。",
        "The PDF has {pages} pages; the limit is {limit}. Split it.",
    ),
    "active": Words(
        "文件里有会自动运行的内容（脚本、宏或外部链接模板）。请用“打印—另存为 PDF”后上传。",
        "The file holds something that runs by itself (a script, a macro, a remote template). "
        "Print it to PDF and upload that.",
    ),
    "unsearchable": Words(
        "PDF 的结构异常，无法完成安全检查。请用“打印—另存为 PDF”后上传。",
        "The PDF is built in a way that cannot be checked. Print it to PDF and upload that.",
    ),
    "too_many_pixels": Words(
        "图片尺寸过大（超过 6400 万像素）。请缩小或用手机普通模式重拍后上传。",
        "The picture is too large (above 64 megapixels). Make it smaller or take it again.",
    ),
    "too_heavy": Words(
        "文件过于复杂，检查超时。请用“打印—另存为 PDF”重新生成，或拆成几个文件上传。",
        "The file is too complex to be checked in time. Print it to PDF, or split it.",
    ),
}

_NAMES = {
    kinds.PDF: ("PDF", "PDF"),
    kinds.DOCX: ("Word（docx）", "Word (docx)"),
    kinds.XLSX: ("Excel（xlsx）", "Excel (xlsx)"),
    kinds.OFD: ("OFD", "OFD"),
    "image/jpeg": ("JPG", "JPG"),
    "image/png": ("PNG", "PNG"),
    "image/webp": ("WebP", "WebP"),
    "image/bmp": ("BMP", "BMP"),
    "image/tiff": ("TIFF", "TIFF"),
    "image/*": ("图片（JPG、PNG）", "pictures (JPG, PNG)"),
}


def media_words(allowed: Iterable[str]) -> dict[str, str]:
    """This function will name the types taken, in both languages, for a message."""
    named = [_NAMES.get(one, (one, one)) for one in allowed]
    return {
        "kinds": "、".join(zh for zh, _ in named),
        "kinds_en": ", ".join(en for _, en in named),
    }


def extension_note(extension: str) -> Words:
    return Words(
        f"文件名的后缀与内容不符，已按内容改为 .{extension}。",
        f"The name did not match the content; it now ends in .{extension}.",
    )


def small_note(width: int, height: int) -> Words:
    return Words(
        f"图片只有 {width}×{height} 像素，打印出来可能看不清，建议重拍。",
        f"The picture has only {width}×{height} pixels and may be hard to read; "
        "better take it again.",
    )
