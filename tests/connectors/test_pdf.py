# SPDX-License-Identifier: Apache-2.0
"""PDFs print what they are given, literally and completely, and nothing reaches outside."""

import io
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.connectors import fonts, pdf
from tests import document_sample as sample

ABOUT = pdf.About(
    "准予行政许可决定书",
    sample.DAY,
    author="青岛市行政审批服务局",
    verify_url="https://huiban.example/verify/7QXM-4KTD-92PA",
    verify_code="7QXM-4KTD-92PA",
)
PERMIT = "documents/waste_disposal_permit.typ"
GRANT = "common/documents/grant_decision.typ"
FORM = "common/documents/application_form.typ"
PLAIN = '#import "/huiban.typ": data\n#data.text'


def poppler(tool: str, rendered: pdf.Rendered, folder: Path, *options: str) -> str:
    path = folder / "document.pdf"
    path.write_bytes(rendered.content)
    command = [tool, *options, str(path)] + (["-"] if tool == "pdftotext" else [])
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def printed(rendered: pdf.Rendered, folder: Path, *options: str) -> str:
    """This function will give the text of a PDF without any white space."""
    return re.sub(r"\s", "", poppler("pdftotext", rendered, folder, *options))


def render_sample(template: str, about: pdf.About = ABOUT, **changes: object) -> pdf.Rendered:
    return pdf.render(sample.texts(), template, sample.data(template, **changes), about)


def render_text(text: str) -> pdf.Rendered:
    return pdf.render({"documents/a.typ": PLAIN}, "documents/a.typ", {"text": text}, ABOUT)


def refusal(template: str, **more: str) -> str:
    with pytest.raises(pdf.TemplateRefused) as refused:
        pdf.render({"documents/a.typ": template, **more}, "documents/a.typ", {"text": "甲"}, ABOUT)
    return str(refused.value)


@pytest.mark.parametrize("template", sample.GROUPS)
def test_every_document_of_the_packs_prints_its_title_and_embeds_its_fonts(
    template: str, tmp_path: Path
) -> None:
    title = sample.TITLES[template.rpartition("/")[2].removesuffix(".typ")]

    rendered = render_sample(template, replace(ABOUT, title=title))

    assert title in printed(rendered, tmp_path)
    assert "□" not in printed(rendered, tmp_path)
    lines = poppler("pdffonts", rendered, tmp_path).splitlines()[2:]
    assert {line.split()[-5:-2][0] for line in lines} == {"yes"}
    assert rendered.unprintable == ()


@pytest.mark.parametrize("template", sample.GROUPS)
def test_the_data_travels_inside_the_file(template: str) -> None:
    rendered = render_sample(template)

    reader = pypdf.PdfReader(io.BytesIO(rendered.content))
    assert json.loads(reader.attachments["data.json"][0]) == sample.data(template)


def test_a_document_claims_the_archive_and_accessibility_standards_and_says_who_and_when() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_sample(GRANT).content))

    assert reader.metadata is not None
    assert reader.metadata.title == "准予行政许可决定书"
    assert reader.metadata.author == "青岛市行政审批服务局"
    assert reader.metadata.creation_date_raw == "D:20261123000000Z"
    claims = reader.root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[attr-defined]
    assert "<pdfaid:part>3</pdfaid:part>" in claims
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in claims
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    assert reader.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.root_object["/Lang"] == "zh-CN"


def test_the_same_arguments_give_the_same_bytes_in_every_thread() -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: render_sample(PERMIT).sha256, range(12)))

    assert len(set(made)) == 1


def test_another_date_gives_another_file() -> None:
    other = replace(ABOUT, dated=date(2026, 11, 24))

    assert render_sample(GRANT).sha256 != render_sample(GRANT, other).sha256


def test_pages_are_counted() -> None:
    rendered = render_sample(FORM, answers=sample.answers(vehicles=200))

    assert rendered.pages == len(pypdf.PdfReader(io.BytesIO(rendered.content)).pages) > 4


@pytest.mark.parametrize(
    "text",
    [
        r"#eval(\"1\") $x^2$ \ *粗* _斜_ @引用 <标签> `码` ~ = / // [ ] { }",
        "#panic()",
        "= 不是标题",
        "- 不是列表",
        "“引号”‘单’《书名》——破折……",
        "https://example.cn/a_b?c=d&e=f#g",
        "鲁B·12345　①②㎡℃",
    ],
)
def test_marks_that_mean_something_to_typst_come_out_as_typed(text: str, tmp_path: Path) -> None:
    assert re.sub(r"\s", "", text) in printed(render_text(text), tmp_path)


def test_emoji_are_printed(tmp_path: Path) -> None:
    rendered = render_text("完成😀👍🏽❤️👨‍👩‍👧")

    assert rendered.unprintable == ()
    assert "😀" in printed(rendered, tmp_path)


def test_a_character_no_font_has_is_marked_named_and_kept_in_the_data(tmp_path: Path) -> None:
    rendered = render_text("王\U00020bb7")

    assert rendered.unprintable == ("\U00020bb7",)
    assert "王〓" in printed(rendered, tmp_path)
    attached = pypdf.PdfReader(io.BytesIO(rendered.content)).attachments["data.json"][0]
    assert json.loads(attached) == {"text": "王\U00020bb7"}


def test_marks_that_would_turn_the_reading_direction_are_dropped(tmp_path: Path) -> None:
    assert "付款100元" in printed(render_text("付款\u202e100\u202c元\x00\x1b"), tmp_path)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(), max_size=40))
def test_whatever_people_type_prints(text: str) -> None:
    assert render_text(text).pages == 1


def test_a_long_table_goes_over_pages_with_its_header_on_each(tmp_path: Path) -> None:
    rendered = render_sample(FORM, answers=sample.answers(vehicles=200))

    text = poppler("pdftotext", rendered, tmp_path, "-layout")
    with_rows = [page for page in text.split("\f") if re.search(r"鲁B1\d{4}", page)]
    assert len(with_rows) >= 4
    assert all("道路运输证号" in page for page in with_rows)
    assert {f"鲁B{10000 + number}" for number in range(200)} <= set(re.findall(r"鲁B\d{5}", text))


def test_long_text_is_printed_to_its_last_character(tmp_path: Path) -> None:
    clause = "依据《城市建筑垃圾管理规定》第七条，处置建筑垃圾的单位应当提出申请。"
    reasons = tuple(f"第{number}点理由：{clause * 6}完" for number in range(12))
    decision = replace(sample.facts("refusal_decision").decision, reasons=reasons)  # type: ignore[type-var]

    rendered = render_sample("common/documents/refusal_decision.typ", decision=decision)

    text = printed(rendered, tmp_path)
    assert text.count("提出申请。完") == 12
    assert rendered.pages > 3


def test_the_face_of_a_certificate_stays_one_page_however_long_its_contents(
    tmp_path: Path,
) -> None:
    crowded = sample.answers(
        vehicles=200,
        project_name="很长的工程名称" * 28,
        project_address={"text": "很长的工程地址" * 28, "lon": None, "lat": None},
        site_name="很长的消纳场名" * 14,
        time_window="9:30—16:30，20:00—22:00；" * 4,
        route="工地出口—样例路—双元路—正阳中路；" * 60,
    )

    rendered = render_sample(PERMIT, answers=crowded)

    face = printed(rendered, tmp_path, "-l", "1")
    assert "青岛市行政审批服务局二〇二六年十一月二十三日" in face
    assert "很长的工程名称" * 28 in face
    assert "见附页" in face
    annex = printed(rendered, tmp_path, "-f", "2")
    assert annex.count("工地出口—样例路—双元路—正阳中路；") >= 59  # one may span two pages


def test_a_code_without_a_break_does_not_leave_its_column(tmp_path: Path) -> None:
    endless = "A1" * 40
    rendered = render_sample(FORM, answers=sample.answers(contact=endless))

    boxes = poppler("pdftotext", rendered, tmp_path, "-bbox")
    right = [float(edge) for edge in re.findall(r'xMax="([\d.]+)"', boxes)]
    assert max(right) < 595 - 56  # the page less its margin


def test_a_remedy_is_printed_on_every_decision_against_the_applicant(tmp_path: Path) -> None:
    for name in ("refusal_decision", "non_acceptance"):
        text = printed(render_sample(f"common/documents/{name}.typ"), tmp_path)
        assert "六十日内向青岛市人民政府申请行政复议" in text
        assert "六个月内向有管辖权的人民法院提起行政诉讼" in text


def test_a_deemed_acceptance_says_why_it_counts(tmp_path: Path) -> None:
    case = replace(sample.facts("receipt").case, is_deemed_accepted=True)

    rendered = render_sample("common/documents/acceptance_notice.typ", case=case)

    assert "起视为受理" in printed(rendered, tmp_path)


@pytest.mark.parametrize("template", [GRANT, FORM, PERMIT])
def test_only_a_demonstration_says_so_on_its_pages(template: str, tmp_path: Path) -> None:
    real = printed(render_sample(template), tmp_path)
    shown = printed(render_sample(template, replace(ABOUT, is_sample=True)), tmp_path)

    # Turned text is read in pieces, in no order: count the characters.
    assert [shown.count(one) > real.count(one) for one in "演示数据"] == [True] * 4


def test_without_a_place_to_verify_there_is_no_code(tmp_path: Path) -> None:
    silent = replace(ABOUT, verify_url="", verify_code="")

    assert "扫码核验" in printed(render_sample(GRANT), tmp_path)
    assert "扫码核验" not in printed(render_sample(GRANT, silent), tmp_path)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('#import "@preview/cetz:0.3.0"', "a.typ:1: packages from the network are refused"),
        ('\n#include "@local/x:1.0.0"', "a.typ:2: packages from the network are refused"),
        ('#import ("@pre" + "view/x:1.0.0")', "a.typ:1: 'import' needs a literal path"),
        ('#import/**/"@preview/x:1.0.0"', "a.typ:1: 'import' needs a literal path"),
        ('#import "\\u{40}preview/x:1.0.0"', "a.typ:1: 'import' needs a literal path"),
        ('#let x = "\n//"; #import "@preview/x:1.0.0"', "a.typ:2: packages from the network"),
        ('#eval("1")', "a.typ:1: 'eval' is refused: text must never become code"),
        ('#dictionary(std).at("ev" + "al")("1")', "a.typ:1: 'std' is refused"),
        ("#plugin(bytes((0,)))", "a.typ:1: 'plugin' is refused: templates bring no programs"),
        ('#import "/documents/b.typ": x', "'/documents/b.typ' is imported and is not there"),
        ('#read("/etc/passwd")', "a.typ:1: file not found: etc/passwd"),
        ('#read("../../../../etc/passwd")', "would escape the project root"),
        ('#image("x.svg")', "a.typ:1: file not found: documents/x.svg"),
        ("#while true {}", "a.typ:1: condition is always true"),
        ("#let f(n) = f(n + 1)\n#f(1)", "a.typ:1: maximum function call depth exceeded"),
        ("\n\n#let a = {", "a.typ:3: unclosed delimiter"),
        (
            PLAIN.replace("data.text", "data.tixt"),
            'a.typ:2: dictionary does not contain key "tixt"',
        ),
    ],
)
def test_a_template_that_is_faulty_or_reaches_out_is_refused_with_its_line(
    template: str, said: str
) -> None:
    assert said in refusal(template)


def test_a_fault_in_a_shared_file_also_names_who_called_it() -> None:
    shared = "#let broken(x) = {\n  x.nothing\n}"

    said = refusal(
        '#import "/common/documents/s.typ": broken\n\n#broken(1)',
        **{"common/documents/s.typ": shared},
    )

    assert said.startswith("common/documents/s.typ:2: cannot access fields on type integer")
    assert "called from documents/a.typ:3" in said


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(pdf.TemplateRefused, match=r"b\.typ: there is no such.*known: /documents/a"):
        pdf.render({"documents/a.typ": PLAIN}, "documents/b.typ", {"text": ""}, ABOUT)


def test_a_pack_cannot_replace_the_engines_own_files(tmp_path: Path) -> None:
    forged = {"documents/a.typ": PLAIN, "huiban.typ": '#let data = (text: "伪造")', "main.typ": ""}

    rendered = pdf.render(forged, "documents/a.typ", {"text": "真的"}, ABOUT)

    assert "真的" in printed(rendered, tmp_path)


def test_missing_fonts_name_the_command_that_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIBAN_FONTS", str(tmp_path))

    with pytest.raises(fonts.FontsMissing, match="run `make setup`, or name a folder"):
        render_text("甲")


def test_fonts_may_come_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for font in fonts.folder().glob("NotoSerifSC*"):
        (tmp_path / font.name).symlink_to(font)
    monkeypatch.setenv("HUIBAN_FONTS", str(tmp_path))

    rendered = render_text("甲😀")

    assert rendered.unprintable == ("😀",)


def test_a_file_that_is_no_font_prints_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"\x00\x01\x00\x00\x00\x09cmap" + b"\xff" * 40)

    assert fonts.characters(broken) == frozenset()


def test_a_document_tells_where_it_left_room_for_signatures_and_the_seal(tmp_path: Path) -> None:
    data = sample.data(PERMIT)
    data["document"] |= {"is_sealed": True, "signers": ["leader"]}

    rendered = pdf.render(sample.texts(), PERMIT, data, ABOUT, with_places=True)

    found = {one.name: one for one in rendered.places}
    assert set(found) == {"leader", "seal"}
    seal = found["seal"]
    assert seal.page == 1
    assert (round(seal.width), round(seal.height)) == (119, 119)  # 42 mm
    # The permit is A4 across: the seal stands at the lower right, the signature left of it.
    assert 420 < seal.left < 842 - seal.width
    assert 0 < seal.bottom < 297
    assert found["leader"].left + found["leader"].width < seal.left


def test_without_an_electronic_seal_its_place_is_printed_for_the_hand(tmp_path: Path) -> None:
    data = sample.data(PERMIT)
    data["document"] |= {"is_sealed": False, "signers": []}

    rendered = pdf.render(sample.texts(), PERMIT, data, ABOUT, with_places=True)

    assert rendered.places == ()
    assert "（公章）" in printed(rendered, tmp_path)
