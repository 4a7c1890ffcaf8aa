# SPDX-License-Identifier: Apache-2.0
"""PDF values and revisions are read without loss, and what is crooked is not guessed at."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from huiban.connectors.pades import der, revision, syntax
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, Unreadable, Value
from tests.connectors import pades_house as house

names = st.binary(min_size=1, max_size=12).filter(lambda one: b"\0" not in one)
plain = st.one_of(
    names.map(Name),
    st.integers(-(10**9), 10**9).map(lambda one: Raw(b"%d" % one)),
    st.text(max_size=20).map(syntax.text),
    st.sampled_from([Raw(b"true"), Raw(b"false"), Raw(b"null"), Raw(b"-1.50"), Raw(b".5")]),
    st.builds(Ref, st.integers(0, 10**6), st.integers(0, 65535)),
)
values: st.SearchStrategy[Value] = st.recursive(
    plain, lambda one: st.lists(one, max_size=5) | st.dictionaries(names, one, max_size=5)
)


@given(values)
def test_what_is_written_reads_the_same(value: Value) -> None:
    written = syntax.write(value)

    assert syntax.read(b" " + written + b" ", 0) == (value, len(written) + 1)


@given(st.text(max_size=30))
def test_texts_come_back(text: str) -> None:
    assert syntax.plain_text(syntax.text(text)) == text.encode("utf-16", "replace").decode("utf-16")


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        value, end = syntax.read(data, 0)
    except Unreadable:
        return
    assert 0 < end <= len(data)
    assert syntax.read(syntax.write(value), 0)[0] == value


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (b"(a\\(b\\)c)", "a(b)c"),
        (b"(a(b)c)", "a(b)c"),
        (b"(\\101\\n)", "A\n"),
        (b"<41 42 4>", "AB@"),
        (b"<FEFF5F204E09>", "张三"),
        (b"(\xef\xbb\xbf\xe5\xbc\xa0)", "张"),
        (b"(one\\\ntwo)", "onetwo"),
    ],
)
def test_strings_mean_what_the_standard_says(told: bytes, meant: str) -> None:
    value, end = syntax.read(told, 0)

    assert syntax.plain_text(value) == meant
    assert end == len(told)


@pytest.mark.parametrize(
    "crooked",
    [
        b"", b"<<", b"[1 2", b"]", b"<</A 1/A 2>>", b"<<1 2>>", b"<</A>>", b"(open", b"<0g>",
        b"[1>>", b"nothing", b"[" * 60 + b"]" * 60,
    ],
)  # fmt: skip
def test_crooked_values_are_refused(crooked: bytes) -> None:
    with pytest.raises(Unreadable):
        syntax.read(crooked, 0)


def test_comments_and_escaped_names_are_understood() -> None:
    value, _ = syntax.read(b"% told\n<</Acro#46orm % more\n 7 0 R>>", 0)

    assert value == {b"AcroForm": Ref(7)}


def test_every_object_of_a_page_is_found_where_another_reader_finds_it() -> None:
    content = house.page()
    document = revision.opened(content)
    root = document.dictionary(document.root)
    pages = document.dictionary(root[b"Pages"])

    assert set(root) == {key[1:].encode() for key in PdfReader(io.BytesIO(content)).root_object}
    assert syntax.whole(pages[b"Count"]) == 1


def test_an_update_replaces_and_adds_and_leaves_the_rest() -> None:
    document = revision.opened(house.page())
    update = revision.Update(document)
    root: Dictionary = dict(document.dictionary(document.root)) | {b"Lang": Raw(b"(en)")}
    update.put(document.root, root)
    made = update.stream({b"Kind": Name(b"New")}, b"some data")

    again = revision.opened(house.page() + update.written()[0])

    assert again.dictionary(again.root) == root
    assert again.stream(made) == b"some data"
    assert again.size == document.size + 1
    assert again.trailer[b"Prev"] == Raw(b"%d" % document.start)


def test_a_file_that_tells_too_few_objects_keeps_them() -> None:
    content = house.page()
    size = revision.opened(content).size
    lying = content.replace(b"/Size %d" % size, b"/Size 5" + b" " * (len(b"%d" % size) - 1))

    assert revision.opened(lying).size == size


def xref_stream(rows: bytes, extra: bytes = b"") -> bytes:
    data = zlib.compress(rows)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    told = b"<</Type/XRef/Size 3/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d%s>>"
    body = (
        b"2 0 obj\n" + told % (len(data), extra) + b"\nstream\n" + data + b"\nendstream\nendobj\n"
    )
    return head + body + b"startxref\n%d\n%%%%EOF" % len(head)


def test_cross_reference_streams_are_read_with_and_without_predictor() -> None:
    rows = [b"\0\0\0\0", b"\1\0\x09\0", b"\1\0\x29\0"]
    above = [bytes(4), *rows]
    up = b"".join(
        b"\2" + bytes((one - two) & 255 for one, two in zip(row, before, strict=True))
        for row, before in zip(rows, above, strict=False)
    )

    for content in (
        xref_stream(b"".join(rows)),
        xref_stream(up, b"/DecodeParms<</Predictor 12/Columns 4>>"),
    ):
        document = revision.opened(content)
        assert document.dictionary(Ref(1)) == {b"Type": Name(b"Catalog")}
        assert document.get(Ref(0)) is None


def test_objects_in_object_streams_are_not_guessed_at() -> None:
    document = revision.opened(xref_stream(b"\0\0\0\0\2\0\x09\0\1\0\x29\0"))

    with pytest.raises(revision.Hidden):
        document.get(Ref(1))


@pytest.mark.parametrize(
    "content",
    [
        xref_stream(b"\0\0\0\0"),
        xref_stream(b"\0" * 12, b"/Prev 41"),
        xref_stream(b"\0" * 12, b"/Prev 9999"),
        xref_stream(b"\0" * 12, b"/Index[0 1 2]"),
        xref_stream(bytes(20_000_000)),
    ],
)
def test_crooked_cross_references_are_refused(content: bytes) -> None:
    with pytest.raises((Unreadable, ValueError)):
        revision.opened(content)


@given(st.integers(0, 255), st.binary(max_size=700))
def test_der_walks_what_it_wrote(tag: int, content: bytes) -> None:
    if tag & 0x1F == 0x1F:
        return
    made = der.wrap(tag, content)

    assert list(der.parts(made)) == [(tag, content, made)]
    assert der.size_of(made + b"\0\0") == len(made)


@pytest.mark.parametrize(
    "crooked",
    [b"\x30", b"\x30\x80\0\0", b"\x30\x81\x05" + bytes(5), b"\x30\x82\0\x05", b"\x30\x05"],
)
def test_what_is_not_der_is_refused(crooked: bytes) -> None:
    with pytest.raises(ValueError, match="not DER"):
        list(der.parts(crooked))


@pytest.mark.parametrize(
    ("dotted", "hexed"),
    [
        ("1.2.840.113549.1.7.2", "06092a864886f70d010702"),
        ("1.2.156.10197.1.501", "06082a811ccf55018375"),
        ("2.16.840.1.101.3.4.2.1", "0609608648016503040201"),
    ],
)
def test_object_identifiers(dotted: str, hexed: str) -> None:
    assert der.oid(dotted).hex() == hexed
