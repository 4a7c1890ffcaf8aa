# SPDX-License-Identifier: Apache-2.0
"""Files that nobody sends in good faith: bombs, loops, two files in one, scripts, locked ones."""

import io
import struct
import zipfile
import zlib

import pypdf
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from tests.connectors import pdf_files
from tests.connectors.reading import paper

SAID = "可以照常读出的一行文字"


def good() -> bytes:
    """A PDF that is read in a moment."""
    return paper.text_pdf([SAID], size=(3.5, 1.5))


def locked(user: str = "secret") -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(good()))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    return paper.written(writer)


def huge_png(side: int) -> bytes:
    """A few hundred kB of PNG that unpack to `side` times `side` pixels, all black."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def broken_tiff(frames: int, has_good: bool = False) -> bytes:
    """A TIFF of frames that lie beyond its end, and perhaps a white one behind them."""
    size = 2 + 8 * 12 + 4
    total = frames + has_good
    out = b"II*\0" + struct.pack("<I", 8)
    for number in range(total):
        place = 8 + size * total if number == frames else 1 << 30
        tags = [(256, 3, 64), (257, 3, 64), (258, 3, 8), (259, 3, 1), (262, 3, 1),
                (273, 4, place), (278, 3, 64), (279, 4, 64 * 64)]  # fmt: skip
        entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
        following = len(out) + size if number < total - 1 else 0
        out += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return out + b"\xff" * (64 * 64 if has_good else 0)


def drawing(body: bytes, more: list[bytes] | None = None, used: bytes = b"") -> bytes:
    """A PDF of one page that draws what is given; `more` objects start at 5."""
    return pdf_files.pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>"
            % used,
            body,
            *(more or []),
        ]
    )


def inflating_content(megabytes: int) -> bytes:
    """A page whose drawing takes megabytes once unpacked."""
    packer = zlib.compressobj(9)
    block = b"0 0 m 9 9 l S\n" * 74_899  # a megabyte
    body = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return drawing(pdf_files.stream(body, b"/Filter/FlateDecode"))


def inflating_image(side: int) -> bytes:
    """A page that shows an image of `side` times `side` black pixels of three bytes."""
    packer = zlib.compressobj(1)
    row = bytes(3 * side)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    entries = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/FlateDecode" % (side, side)
    )
    image = pdf_files.stream(body, entries)
    drawn = pdf_files.stream(b"595 0 0 842 0 0 cm /I Do")
    return drawing(drawn, [image], b"/XObject<</I 5 0 R>>")


def drawing_itself() -> bytes:
    """A page with a form that draws itself."""
    form = pdf_files.stream(
        b"0 0 9 9 re f /F Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>",
    )
    return drawing(pdf_files.stream(b"/F Do"), [form], b"/XObject<</F 5 0 R>>")


def pages_of_themselves() -> bytes:
    """A tree of pages whose only branch is its root."""
    return pdf_files.pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9/Parent 2 0 R>>",
        ]
    )


def endless_table() -> bytes:
    """A PDF whose table of places names itself as the one before."""
    content = pdf_files.pages(1)
    start = content.rindex(b"xref\n0")
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bag:
        bag.writestr("a.txt", bytes(20_000_000))
    return out.getvalue()


def pdf_in_zip() -> bytes:
    """A file that is a PDF to one program and a ZIP to another."""
    out = io.BytesIO(good())
    with zipfile.ZipFile(out, "a") as bag:
        bag.writestr("run.js", "alert(1)")
    return out.getvalue()


def html_before_pdf() -> bytes:
    return b"<html><script>alert(1)</script><!--\n" + good()


def gif_of_javascript() -> bytes:
    """A GIF that a browser made to believe it is a script would run."""
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF")
    return b"GIF89a/*" + out.getvalue()[8:] + b"*/=1;alert(1)"


def active() -> bytes:
    """A PDF with a script for every occasion, a program to start, and a file inside."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(good()))
    writer.add_attachment("run.exe", b"MZ")
    script = _action("/JavaScript", "/JS", "while (true) { app.alert('here'); }")
    writer.root_object[NameObject("/OpenAction")] = script
    start = _action("/Launch", "/F", "calc.exe")
    for page in writer.pages:
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): start})
    return paper.written(writer)


def _action(kind: str, key: str, value: str) -> DictionaryObject:
    return DictionaryObject(
        {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)}
    )
