# SPDX-License-Identifier: Apache-2.0
"""An OFD looks like the PDF it was made from, holds its words and data, and is made the same."""

import io
import json
import re
from dataclasses import replace
from functools import lru_cache

import pypdf
import pypdfium2
import pytest
from PIL import Image as Picture

from huiban.connectors import ofd, pdf
from huiban.connectors.ofd.layout import Drawing, Image, Page, Words
from tests import document_sample as sample
from tests.connectors import ofd_picture as picture

PERMIT = "documents/waste_disposal_permit.typ"
GRANT = "common/documents/grant_decision.typ"
FORM = "common/documents/application_form.typ"
ABOUT = pdf.About(
    "建筑垃圾处置核准证",
    sample.DAY,
    author="青岛市行政审批服务局",
    verify_url="https://huiban.example/verify/7QXM-4KTD-92PA",
    is_sample=True,
)
PLAIN = '#import "/huiban.typ": data\n#set text(font: data.font)\n#data.text'


@lru_cache
def set_in_pdf(template: str) -> bytes:
    return pdf.render(sample.texts(), template, sample.data(template), ABOUT).content


def set_text(text: str, template: str = PLAIN, font: str = "Noto Serif SC") -> bytes:
    data = {"text": text, "font": font}
    return pdf.render({"documents/a.typ": template}, "documents/a.typ", data, ABOUT).content


def meta(**attachments: bytes) -> ofd.Meta:
    files = {name.replace("_", "."): content for name, content in attachments.items()}
    return ofd.Meta("建筑垃圾处置核准证", "青岛市行政审批服务局", sample.DAY, files)


def made(content: bytes, **attachments: bytes) -> ofd.Ofd:
    return ofd.read(ofd.write(ofd.pages_of(content), meta(**attachments)))


def words(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("template", [PERMIT, GRANT, FORM])
def test_every_page_looks_like_the_page_of_the_pdf(template: str) -> None:
    content = set_in_pdf(template)
    found = made(content)

    count = len(pypdf.PdfReader(io.BytesIO(content)).pages)

    assert len(found.pages()) == count
    for page in range(count):
        apart = picture.difference(picture.drawn(found, page), picture.pdf_drawn(content, page))
        assert apart < 30, f"page {page + 1} differs by {apart} of 255"


def test_a_page_that_lost_a_word_does_not_look_the_same() -> None:
    content = set_in_pdf(GRANT)
    pages = ofd.pages_of(content)
    title = max(pages[0].words, key=lambda one: one.size if one.matrix[1] == 0 else 0)
    drawn = [one for one in pages[0].parts if isinstance(one, Drawing) and one.is_text]
    lost = drawn[list(pages[0].words).index(title)]
    short = replace(pages[0], parts=tuple(one for one in pages[0].parts if one is not lost))

    found = ofd.read(ofd.write([short], meta()))

    assert picture.difference(picture.drawn(found, 0), picture.pdf_drawn(content, 0)) > 60


@pytest.mark.parametrize("template", [PERMIT, GRANT, FORM])
def test_the_words_to_search_are_those_of_the_pdf(template: str) -> None:
    content = set_in_pdf(template)
    document = pypdfium2.PdfDocument(content)
    told = [page.get_textpage().get_text_range() for page in document]
    document.close()

    found = made(content)

    assert [sorted(words(one)) for one in found.texts()] == [sorted(words(one)) for one in told]
    assert all(len(list(found.xml(path).iter("PathObject"))) > 5 for _, path in found.pages())


@pytest.mark.parametrize("font", ["Noto Serif SC", "Noto Sans SC"])
def test_glyphs_that_stand_for_more_or_less_than_a_character_look_right(font: str) -> None:
    # Long dashes and fi are one glyph for two characters; the short dash shares its character.
    content = set_text("office 流程——由—2—局 find “引” …… 1/2 ﬁ", font=font)

    found = made(content)

    assert picture.difference(picture.drawn(found, 0), picture.pdf_drawn(content, 0)) < 30
    assert words(found.texts()[0]).startswith(
        "演示数据" if "演示" in found.texts()[0] else "office"
    )
    assert "office流程——由—2—局find" in words(found.texts()[0])


def test_dashes_clips_colours_and_turned_words_are_carried_over() -> None:
    template = """
#import "/huiban.typ": data
#line(length: 5cm, stroke: (paint: red, thickness: 2pt, dash: "dashed"))
#box(width: 1cm, height: 1cm, clip: true, rect(width: 4cm, height: 4cm, fill: blue))
#rotate(90deg, reflow: true)[转过来]
#text(fill: green.transparentize(50%), data.text)
"""
    content = set_text("半透明", template)

    page = ofd.pages_of(content)[0]
    found = made(content)

    assert any(one.pen and one.pen.dashes for one in page.parts if isinstance(one, Drawing))
    assert any(one.clip for one in page.parts if isinstance(one, Drawing))
    assert {"转过来", "半透明"} <= {one.text for one in page.words}
    assert any(one.fill and one.fill[3] == 128 for one in page.parts if isinstance(one, Drawing))
    turned = next(one for one in page.words if one.text == "转过来")
    assert [round(one) for one in turned.matrix[:4]] == [0, 1, -1, 0]
    assert "CTM" in found.files[found.pages()[0][1]].decode()


def test_a_photo_is_carried_over_as_it_is_seen() -> None:
    page = ofd.pages_of(_with_photo())[0]

    photo = next(one for one in page.parts if isinstance(one, Image))

    seen = Picture.open(io.BytesIO(photo.png)).convert("RGB")
    assert seen.getpixel((seen.width // 2, seen.height // 4)) == pytest.approx((200, 30, 30), abs=5)
    assert seen.getpixel((seen.width // 2, seen.height * 3 // 4)) == pytest.approx(
        (30, 30, 200), abs=5
    )
    assert photo.matrix[0] == pytest.approx(20 * 25.4 / 72, abs=0.2)
    found = ofd.read(ofd.write([page], meta()))
    resource = next(found.xml(found.pages()[0][1]).iter("ImageObject")).get("ResourceID")
    assert found.files[f"Doc_0/Res/image_{resource}.png"] == photo.png


def _with_photo() -> bytes:
    kept = io.BytesIO()
    photo = Picture.new("RGB", (40, 40), (200, 30, 30))
    photo.paste((30, 30, 200), (0, 20, 40, 40))
    photo.save(kept, "PDF", resolution=144)
    return kept.getvalue()


@pytest.mark.parametrize(
    "fill", ["gradient.linear(red, blue)", "tiling(size: (9pt, 9pt), circle(radius: 2pt))"]
)
def test_what_is_shaded_or_patterned_is_refused_rather_than_lost(fill: str) -> None:
    template = f"#rect(width: 4cm, height: 4cm, fill: {fill})"

    with pytest.raises(ofd.Unconvertible):
        ofd.pages_of(set_text("", template))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04"])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(ofd.Unconvertible):
        ofd.pages_of(content)


def test_the_same_pages_and_data_give_the_same_bytes() -> None:
    content = set_in_pdf(GRANT)

    twice = {ofd.write(ofd.pages_of(content), meta(data_json=b"{}")) for _ in range(2)}

    assert len(twice) == 1


def test_the_data_travels_inside_the_file() -> None:
    data = json.dumps(sample.data(GRANT), ensure_ascii=False).encode()

    found = made(set_in_pdf(GRANT), data_json=data)

    assert found.attachments() == {"data.json": data}
    assert found.title == "建筑垃圾处置核准证"


def test_the_files_lie_where_readers_look_for_them() -> None:
    found = made(set_in_pdf(PERMIT), data_json=b"{}")

    assert set(found.files) == {
        *("OFD.xml", "Doc_0/Document.xml", "Doc_0/PublicRes.xml"),
        *("Doc_0/Pages/Page_0/Content.xml", "Doc_0/Pages/Page_1/Content.xml"),
        *("Doc_0/Attachs/Attachments.xml", "Doc_0/Attachs/data.json"),
    }
    page = found.xml("Doc_0/Pages/Page_0/Content.xml")
    assert page.findtext("Area/PhysicalBox") == "0 0 297 210"
    names = [one.get("ID") for one in page.iter() if one.get("ID")]
    last = int(found.document.findtext("CommonData/MaxUnitID") or 0)
    assert len(names) == len(set(names))
    assert max(map(int, names)) <= last


def test_words_that_xml_cannot_say_are_left_out() -> None:
    line = Words("甲\x00\ud800乙<&>\"'", 4, (1, 0, 0, 1, 10, 10), ())
    page = Page(210, 297, (), (line,))

    found = ofd.read(ofd.write([page], meta()))

    assert found.texts() == ["甲乙<&>\"'"]
