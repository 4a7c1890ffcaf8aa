# SPDX-License-Identifier: Apache-2.0
"""What an uploaded file is, told from its content: format, disguises, containers."""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import filetype

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFD = "application/ofd"
IMAGES = ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff")

EXTENSIONS = {
    PDF: ("pdf",),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    OFD: ("ofd",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
}

# What is recognized only to be refused with a cure of its own.
HEIC, OLE, MARKUP, PROGRAM, ARCHIVE = "image/heic", "ole", "markup", "program", "archive"
OTHER = ""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"#!", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"heim", b"heis")
_MARKUP = re.compile(rb"(?i)<(\?xml|!doctype|html|svg|script|head|body|\?php)\b")
_SCRIPT = re.compile(rb"(?i)<script\b|<iframe\b|<\?php\s|<html[\s>]|<!doctype\s")
_SPACE = b" \t\r\n\x00\xef\xbb\xbf"

MAX_ENTRIES = 3_000
MAX_DIRECTORY_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 300_000_000
MAX_RATIO = 200


@dataclass(frozen=True, slots=True)
class Container:
    """What a zip file says of itself: its member names, and why it is not taken ("" if it is)."""

    names: frozenset[str] = frozenset()
    fault: str = ""


def sniff(content: bytes) -> str:
    """This function will give the media type, one of the refused kinds, or OTHER."""
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(directory(content).names)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    return MARKUP if _MARKUP.match(content[:1024].lstrip(_SPACE)) else OTHER


def common_name(content: bytes) -> str:
    """This function will name a format nobody takes, for the message; "" if nobody knows it."""
    guess = filetype.guess(content[:8192])
    return guess.extension.upper() if guess else ""


def is_disguised(content: bytes, media: str) -> bool:
    """
    Say whether the file is at the same time something else: an archive, a page, a script.

    Such a file passes as an image here and runs as a program elsewhere.
    """
    is_zip = media in (DOCX, XLSX, OFD)
    if not is_zip and _end_record(content) is not None:
        return True
    if media == PDF:
        after = content.rpartition(b"%%EOF")[2].strip(_SPACE)
        return len(after) > 1024 or bool(_SCRIPT.search(after))
    if media.startswith("image/"):
        return b"%PDF-" in content[:1100] or bool(_SCRIPT.search(content))
    return False


def directory(content: bytes) -> Container:
    """This function will read the members of a zip file without unpacking any."""
    end = _end_record(content)
    if end is None:
        return Container(fault="damaged")
    entries, size = end
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY_BYTES:
        return Container(fault="too_heavy")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        return Container(fault="damaged")
    names = frozenset(one.filename for one in members)
    return Container(names, _members_fault(members))


def office_fault(content: bytes) -> str:
    """This function will say why an Office file is not taken: macros or calls to elsewhere."""
    found = directory(content)
    if found.fault:
        return found.fault
    lower = [one.lower() for one in found.names]
    if any("vbaproject" in one or "/activex/" in one or _is_program(one) for one in lower):
        return "active"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            calls = any(_CALLS.search(text) for text in _relations(archive))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return "damaged"
    return "active" if calls else ""


_CALLS = re.compile(
    rb'(?s)<Relationship\b(?=[^>]*TargetMode="External")'
    rb'(?=[^>]*Type="[^"]*/(?:attachedTemplate|oleObject|frame|subDocument)")'
)
_MAX_RELATIONS_BYTES = 500_000


def _relations(archive: zipfile.ZipFile) -> Iterator[bytes]:
    for member in archive.infolist():
        if member.filename.endswith(".rels"):
            with archive.open(member) as stream:
                yield stream.read(_MAX_RELATIONS_BYTES)


def _is_program(name: str) -> bool:
    return name.endswith((".exe", ".bin.exe", ".js", ".vbs", ".bat", ".cmd", ".dll", ".scr"))


def _members_fault(members: list[zipfile.ZipInfo]) -> str:
    unpacked = sum(one.file_size for one in members)
    packed = sum(one.compress_size for one in members) or 1
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > 10_000_000 and unpacked / packed > MAX_RATIO):
        return "too_heavy"
    if any(one.flag_bits & 1 for one in members):
        return "encrypted"
    if any(_leaves(one.filename) for one in members):
        return "damaged"
    return ""


def _leaves(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", name)


def _zip_kind(names: frozenset[str]) -> str:
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return DOCX
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return XLSX
    return OFD if "OFD.xml" in names else ARCHIVE


def _end_record(content: bytes) -> tuple[int, int] | None:
    """
    Give (members, directory bytes) of the zip file that `content` is or carries at its end.

    Four chance bytes in a photograph do not count: the directory must lie where the record says.
    """
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    while at >= 0 and len(content) - at >= 22:
        _, entries, size, _, comment = struct.unpack_from("<HHIIH", content, at + 8)
        begins = content[at - size : at - size + 4] if 0 < size <= at else b""
        if begins == b"PK\x01\x02" and at + 22 + comment <= len(content):
            return entries, size
        at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557), at)
    return None
