# SPDX-License-Identifier: Apache-2.0
"""Uploads are judged by their content, kept as they are, and refused with a cure."""

import hashlib
import io
import struct
import time
import zipfile
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from huiban.connectors import upload_kind as kinds
from huiban.connectors import uploads
from huiban.connectors.upload_name import MAX_BYTES, MAX_CHARACTERS, safe_name
from huiban.connectors.upload_words import SAID
from tests.connectors import pdf_files

ANY = uploads.Limits((kinds.PDF, "image/*", kinds.DOCX, kinds.XLSX, kinds.OFD))
USUAL = uploads.Limits()


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 700), **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return zipped(members | {name.replace("__", "/"): body for name, body in more.items()})


def refusal(content: bytes, limits: uploads.Limits = ANY, name: str = "a.pdf") -> str:
    with pytest.raises(uploads.UploadRefused) as refused:
        uploads.check(content, name, limits)
    assert "{" not in refused.value.message.zh + refused.value.message.en
    return refused.value.code


PDF = pdf_files.pages(3)
OFFICE = {
    kinds.DOCX: docx(),
    kinds.XLSX: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
    kinds.OFD: zipped({"OFD.xml": b"<ofd:OFD/>"}),
}


@pytest.mark.parametrize(
    ("content", "media", "pages"),
    [
        (PDF, kinds.PDF, 3),
        (picture("PNG"), "image/png", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (picture("WEBP"), "image/webp", 1),
        (picture("BMP"), "image/bmp", 1),
        (picture("TIFF"), "image/tiff", 1),
        *[(content, media, 0) for media, content in OFFICE.items()],
    ],
)
def test_a_good_file_is_taken_as_it_is(content: bytes, media: str, pages: int) -> None:
    extension = kinds.EXTENSIONS[media][0]

    taken = uploads.check(content, f"运输合同.{extension}", ANY)

    assert taken == uploads.Accepted(
        name=f"运输合同.{extension}",
        media=media,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=pages,
    )


def test_the_name_follows_the_content_and_the_sender_is_told() -> None:
    taken = uploads.check(picture("PNG"), "合同.pdf", ANY)

    assert taken.name == "合同.png"
    assert [note.zh for note in taken.notes] == ["文件名的后缀与内容不符，已按内容改为 .png。"]


def test_a_small_picture_is_taken_with_a_word_about_legibility() -> None:
    taken = uploads.check(picture(size=(300, 200)), "a.png", ANY)

    assert "300×200" in taken.notes[0].zh


def test_a_picture_held_sideways_is_measured_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6

    taken = uploads.check(picture("JPEG", (300, 200), exif=turned), "a.jpg", ANY)

    assert "200×300" in taken.notes[0].zh


def test_empty_and_oversized_files_are_refused_with_both_sizes() -> None:
    assert refusal(b"") == "empty"
    with pytest.raises(uploads.UploadRefused, match=r"文件大小 3 MB，超过上限 2 MB。请压缩"):
        uploads.check_size(3 * 1024 * 1024, uploads.Limits(max_bytes=2 * 1024 * 1024))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00" + b"\x00" * 200, "program"),
        (b"\x7fELF\x02" + b"\x00" * 200, "program"),
        (b"#!/bin/sh\nrm -rf /", "program"),
        (b"<!DOCTYPE html><p>", "markup"),
        (b"\xef\xbb\xbf  <html><script>alert(1)</script>", "markup"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "markup"),
        (b'<?xml version="1.0"?><svg/>', "markup"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heic"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_office"),
        (b"Rar!\x1a\x07\x00" + b"\x00" * 60, "archive"),
        (zipped({"合同.pdf": PDF}), "archive"),
        (b"GIF89a" + b"\x00" * 60, "unknown"),
        (b"just some words", "unknown"),
        (b"\x00" * 4000, "unknown"),
    ],
)
def test_what_is_no_document_is_refused_by_its_content(content: bytes, code: str) -> None:
    assert refusal(content, name="合同.pdf") == code


def test_a_refusal_names_what_is_taken_here() -> None:
    with pytest.raises(uploads.UploadRefused) as refused:
        uploads.check(docx(), "a.docx", USUAL)

    assert refused.value.code == "not_allowed"
    assert refused.value.message.zh == "这里不收 DOCX 文件。请上传 PDF、图片（JPG、PNG）。"


@pytest.mark.parametrize(
    "disguise",
    [
        pytest.param(picture("JPEG") + zipped({"a.exe": b"MZ"}), id="archive behind a photograph"),
        pytest.param(PDF + zipped({"a.js": b"x"}), id="archive behind a PDF"),
        pytest.param(picture("PNG") + b"<script>alert(1)</script>", id="script behind a picture"),
        pytest.param(picture("JPEG", comment=b"<?php system(1);"), id="program in a comment"),
        pytest.param(picture("JPEG", comment=b"%PDF-1.4"), id="PDF inside a photograph"),
        pytest.param(PDF + b"\n<html><script>1</script>", id="page behind a PDF"),
        pytest.param(PDF + b"x" * 5000, id="anything long behind a PDF"),
    ],
)
def test_a_file_that_is_two_things_at_once_is_refused(disguise: bytes) -> None:
    assert refusal(disguise) == "disguised"


def test_chance_bytes_of_an_archive_in_a_photograph_do_no_harm() -> None:
    lucky = picture("JPEG") + b"PK\x05\x06" + b"\x01" * 60

    assert uploads.check(lucky, "a.jpg", ANY).media == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [
        PDF[:200],
        b"%PDF-1.7 nothing",
        picture("PNG")[:2000],
        picture("JPEG")[:1500],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 60,
        docx()[:120],
    ],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    assert refusal(content) in ("damaged", "archive")


def png_of(width: int, height: int) -> bytes:
    """This function will write a PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * min((width + 1) * height, 50_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_unpack_to_gigabytes_is_refused_before_it_does() -> None:
    started = time.monotonic()

    assert refusal(png_of(60_000, 60_000)) == "too_many_pixels"
    assert time.monotonic() - started < 3


def encrypted(user: str, owner: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PDF))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("passwords", [("geheim", "geheim"), ("", "owner only")])
def test_a_protected_pdf_is_refused(passwords: tuple[str, str]) -> None:
    assert refusal(encrypted(*passwords)) == "encrypted"


def test_a_pdf_without_pages_is_refused() -> None:
    refusal(encrypted("a", "b"))  # must not rub off on the next file

    assert refusal(pdf_files.pages(0)) == "damaged"


def test_a_pdf_with_too_many_pages_says_how_many() -> None:
    with pytest.raises(uploads.UploadRefused, match="PDF 有 3 页，超过上限 2 页"):
        uploads.check(PDF, "a.pdf", uploads.Limits(max_pages=2))


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf_files.pages(catalogue=b"/OpenAction" + SCRIPT), id="on opening"),
        pytest.param(
            pdf_files.pages(catalogue=b"/OpenAction<</S/J#61vaScript/JS(1)>>"), id="escaped name"
        ),
        pytest.param(pdf_files.pages(catalogue=b"/AA<</WC%s>>" % SCRIPT), id="on closing"),
        pytest.param(
            pdf_files.pages(catalogue=b"/Names<</JavaScript<</Names[(a)%s]>>>>" % SCRIPT),
            id="named script",
        ),
        pytest.param(pdf_files.pages(page=b"/AA<</O%s>>" % SCRIPT), id="on showing a page"),
        pytest.param(
            pdf_files.pages(page=b"/Annots[<</Subtype/Link/A<</S/Launch/F(cmd.exe)>>>>]"),
            id="link to a program",
        ),
        pytest.param(
            pdf_files.pages(
                page=b"/Annots[5 0 R]",
                more=[
                    b"<</Subtype/Widget/AA<</E 6 0 R>>>>",
                    b"<</S/URI/URI(x)/Next[7 0 R]>>",
                    SCRIPT,
                ],
            ),
            id="behind a link, second in a chain",
        ),
        pytest.param(
            pdf_files.pages(catalogue=b"/AcroForm<</Fields[<</Kids[<</A%s>>]>>]>>" % SCRIPT),
            id="in a form field",
        ),
        pytest.param(
            pdf_files.pages(catalogue=b"/Outlines<</First<</Next<</A%s>>>>>>" % SCRIPT),
            id="in the outline",
        ),
        pytest.param(
            pdf_files.pages(page=b"/Annots[<</Subtype/RichMedia>>]"), id="a film in the page"
        ),
        pytest.param(pdf_files.pages(catalogue=b"/AcroForm<</XFA(x)/Fields[]>>"), id="XFA form"),
        pytest.param(
            pdf_files.pages(catalogue=b"/OpenAction<</S/URI/URI(http://x)>>"), id="calls home"
        ),
        pytest.param(
            pdf_files.pages(page=b"/AA<</O<</S/GoToR/F(\\\\x\\y)>>>>"), id="opens a share"
        ),
    ],
)
def test_a_pdf_that_does_something_by_itself_is_refused(content: bytes) -> None:
    assert refusal(content) == "active"


def test_a_pdf_with_a_link_to_press_is_taken() -> None:
    link = b"/Annots[<</Subtype/Link/A<</S/URI/URI(https://example.cn)>>>>]"

    assert uploads.check(pdf_files.pages(page=link), "a.pdf", uploads.Limits()).pages == 1


def test_ordinary_links_bookmarks_and_forms_are_taken() -> None:
    content = pdf_files.pages(
        2,
        catalogue=b"/OpenAction[4 0 R/Fit]/AcroForm<</Fields[6 0 R]>>/Outlines<</First 6 0 R>>",
        page=b"/Annots[6 0 R]",
        more=[b"<</Subtype/Link/A<</S/URI/URI(https://example.cn)>>/Parent 4 0 R/Next 6 0 R>>"],
    )

    assert uploads.check(content, "a.pdf", ANY).pages == 2


def test_a_pdf_whose_parts_go_in_circles_is_searched_once() -> None:
    content = pdf_files.pages(
        page=b"/Annots[5 0 R]",
        more=[b"<</A 6 0 R>>", b"<</S/URI/URI(x)/Next 7 0 R>>", b"<</S/URI/URI(y)/Next 6 0 R>>"],
    )

    assert uploads.check(content, "a.pdf", ANY).pages == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (docx(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "active"),
        (docx(word__activeX__a=b"x"), "active"),
        (docx(**{"../../etc__passwd": b"x"}), "damaged"),
        (docx(word__huge=b"\x00" * 40_000_000), "too_heavy"),
        (
            zipped(
                {"[Content_Types].xml": b"", "word/document.xml": b""}
                | {f"{n}": b"" for n in range(4000)}
            ),
            "archive",
        ),
    ],
)
def test_office_files_with_macros_bombs_or_paths_are_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_document_that_calls_a_template_from_elsewhere_is_refused() -> None:
    call = (
        b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/attachedTemplate" Target="https://bad.example/t.dotm" '
        b'TargetMode="External"/></Relationships>'
    )

    members = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": b"<w:document/>",
        "word/_rels/settings.xml.rels": call,
    }

    assert refusal(zipped(members)) == "active"


def test_a_hyperlink_in_a_document_is_no_call() -> None:
    link = (
        b'<Relationship Type="http://schemas/relationships/hyperlink" Target="https://a.cn" '
        b'TargetMode="External"/>'
    )

    content = docx(word___rels__document_xml_rels=link)

    assert uploads.check(content, "a.docx", ANY).media == kinds.DOCX


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("合同.pdf", "合同.pdf"),
        ("合同.PDF", "合同.pdf"),
        ("C:\\资料\\合同.pdf", "合同.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..", "文件.pdf"),
        ("", "文件.pdf"),
        (".pdf", "文件.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("合\x00同\n.pdf", "合同.pdf"),
        ("a<b>:c|d?.pdf", "a_b__c_d_.pdf"),
        ("con.pdf", "_con.pdf"),
        ("第1.2版.pdf", "第1.2版.pdf"),
        ("第1.2版", "第1.2版.pdf"),
        ("合同v1.2", "合同v1.2.pdf"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_names_are_made_safe_and_stay_readable(sent: str, kept: str) -> None:
    assert safe_name(sent, ("pdf",)) == kept


@given(st.text(st.characters(), max_size=400))
def test_any_name_becomes_one_that_every_file_system_takes(name: str) -> None:
    kept = safe_name(name, ("pdf",))

    assert kept.endswith(".pdf")
    assert len(kept) <= MAX_CHARACTERS
    assert len(kept.encode()) <= MAX_BYTES
    assert not set(kept) & set('/\\<>:"|?*\x00\n')
    assert safe_name(kept, ("pdf",)) == kept


@settings(deadline=None, max_examples=80)
@given(st.sampled_from([PDF, docx(), picture("PNG"), picture("JPEG")]), st.data())
def test_no_change_of_bytes_escapes_as_anything_but_a_refusal(
    source: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(source) - 1))
    patch = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, len(source)))

    for changed in (source[:at] + patch + source[at + len(patch) :], source[:cut]):
        try:
            taken = uploads.check(changed, "a.pdf", ANY)
        except uploads.UploadRefused as refused:
            code = refused.code
            assert code in SAID
        else:
            assert taken.size == len(changed)


@given(st.binary(max_size=400))
def test_any_bytes_are_sniffed_without_fault(content: bytes) -> None:
    assert isinstance(kinds.sniff(content), str)
    assert isinstance(kinds.sniff(b"PK\x03\x04" + content), str)


def test_every_message_has_a_cure_in_both_languages() -> None:
    for code, words in SAID.items():
        assert "请" in words.zh, code
        assert words.en, code
