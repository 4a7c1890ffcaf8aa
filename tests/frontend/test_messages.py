# SPDX-License-Identifier: Apache-2.0
"""Every sentence people read exists in both languages."""

import gettext
import io
import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType
from hypothesis import given
from hypothesis import strategies as st

from tools import messages
from tools.messages import Entry, Message

WEB = Path("src/huiban/web")
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Names and words that stand in their own language on every page.
PROPER = {"慧", "中文", "简体中文"}
# Shown when nothing works any more, translation included: it says both languages at once.
BILINGUAL = {"broken.html"}


def test_every_sentence_of_the_screens_has_its_english() -> None:
    gaps = messages.missing(messages.used(), messages.catalogue())

    assert gaps == {}, "add these: python tools/messages.py missing"


def test_no_english_is_left_over() -> None:
    assert messages.unused(messages.used(), messages.catalogue()) == []


def test_english_keeps_the_places_for_values() -> None:
    place = re.compile(r"%\((\w+)\)s")

    wrong = [
        entry.text
        for entry in messages.catalogue().values()
        for spoken in entry.spoken.values()
        if entry.text and not set(place.findall(spoken)) <= set(place.findall(entry.text))
    ]

    assert wrong == []


def test_no_chinese_stands_in_a_template_outside_translation() -> None:
    bare = []
    for path in sorted((WEB / "templates").rglob("*.html")):
        if messages.SAMPLES not in path.parts and path.name not in BILINGUAL:
            bare += [f"{path}:{line}: {text}" for text, line in _bare(path.read_text("utf-8"))]

    assert bare == []


def _bare(source: str) -> list[tuple[str, int]]:
    found, depth = [], 0
    for token in Lexer(source).tokenize():
        tag = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK:
            depth += {"blocktranslate": 1, "comment": 1}.get(tag, 0)
            depth -= {"endblocktranslate": 1, "endcomment": 1}.get(tag, 0)
        is_told = depth or tag == "translate" or token.token_type is TokenType.COMMENT
        text = re.sub(r"\b_\([^)]*\)", "", token.contents)
        pieces = [piece for piece in re.split(r"<[^>]*>|\s", text) if CHINESE.search(piece)]
        if not is_told:
            found += [(piece, token.lineno or 0) for piece in pieces if piece not in PROPER]
    return found


def test_every_sentence_of_the_scripts_has_its_english() -> None:
    scripts = sorted((WEB / "static" / "js").glob("*.js"))
    source = "\n".join(path.read_text("utf-8") for path in scripts)
    words = (WEB / "static" / "js" / "words.js").read_text("utf-8")

    said = set(re.findall(r'\bsay\("([^"]+)"', source))
    known = set(re.findall(r'^  "([^"]+)": "', words, re.MULTILINE))

    assert said == known


def test_the_compiled_catalogue_answers_as_the_source(tmp_path: Path) -> None:
    known = messages.catalogue()

    read = gettext.GNUTranslations(io.BytesIO(messages.compiled(known)))

    for text, entry in known.items():
        if text:
            assert read.gettext(text) == entry.spoken[0] or entry.plural
            if entry.plural:
                assert read.ngettext(text, entry.plural, 1) == entry.spoken[0]
                assert read.ngettext(text, entry.plural, 2) == entry.spoken[1]


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    min_size=1,
)


@given(st.dictionaries(TEXTS, TEXTS, max_size=8))
def test_any_text_survives_writing_reading_and_compiling(pairs: dict[str, str]) -> None:
    known = {key: Entry(key, "", {0: value}) for key, value in pairs.items()}
    known[""] = Entry("", "", {0: "Content-Type: text/plain; charset=UTF-8\n"})

    read = gettext.GNUTranslations(io.BytesIO(messages.compiled(known)))

    assert {key: read.gettext(key) for key in pairs} == pairs


@given(TEXTS)
def test_a_quoted_msgid_reads_back(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.po"
        path.write_text(messages.as_po({Message(text): "here:1"}), encoding="utf-8", newline="\n")

        assert [entry.text for entry in messages.entries(path)] == [text]


def test_templates_and_modules_are_searched() -> None:
    template = (
        '{% translate "甲" %}{% blocktranslate count n=x with a=b %}{{ n }} 件{% plural %}'
        '{{ n }} 件%{% endblocktranslate %}{% chip _("乙") %}'
    )
    module = 'gettext("丙")\nngettext("丁", "戊", n)\n_(name)\nother("己")\n'

    found = [message for message, _ in messages.in_template(template)]
    found += [message for message, _ in messages.in_module(module)]

    assert found == [
        Message("甲"),
        Message("%(n)s 件", "%(n)s 件%%"),
        Message("乙"),
        Message("丙"),
        Message("丁", "戊"),
    ]


def test_a_broken_catalogue_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "one.po"
    path.write_text('msgid "甲"\nmsgstr "A"\nmsgst "B"\n', encoding="utf-8")

    with pytest.raises(messages.MessagesRefused, match=r"one\.po:3: expected msgid"):
        messages.entries(path)


def test_two_translations_of_one_sentence_are_refused(tmp_path: Path) -> None:
    for name, english in (("a", "One"), ("b", "Two")):
        (tmp_path / f"{name}.po").write_text(f'msgid "一"\nmsgstr "{english}"\n', encoding="utf-8")

    with pytest.raises(messages.MessagesRefused, match=r"b\.po: “一” is translated differently"):
        messages.catalogue(tmp_path)
