# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import FieldKind, accepts, digest_of, speak_size
from huiban.kernel.form_choice import read_boolean, read_choice, read_choices, read_division
from huiban.kernel.form_compound import read_address, read_declaration, read_signature
from huiban.kernel.form_context import Context
from huiban.kernel.form_file import read_files
from huiban.kernel.form_words import FieldRefused
from tests.kernel.form_sample import DIVISIONS, PLEDGE, TODAY, field, option

WHERE = field("where", FieldKind.ADDRESS, "工程地址")
AGREED = field("pledge", FieldKind.DECLARATION, "承诺书", text=PLEDGE)
SIGNED = field("signer", FieldKind.SIGNATURE, "签字")
KIND = field(
    "kind",
    FieldKind.CHOICE,
    "种类",
    options=(option("soil", "工程渣土", "Spoil"), option("mud", "工程泥浆", "Slurry")),
)
SCAN = field(
    "scan",
    FieldKind.FILE,
    "合同",
    accept=("application/pdf", "image/*"),
    max_bytes=1024 * 1024,
    max_files=2,
)


def scan(number: str = "f1", **more: object) -> dict[str, object]:
    return {"file": number, "name": "合同.pdf", "size": 10, "media": "application/pdf", **more}


def codes(refusals: list[FieldRefused]) -> list[str]:
    return [one.code for one in refusals]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("on", True),
        ("是", True),
        (["false", "true"], True),
        ("否", False),
        (False, False),
        ("０", False),
        ("", None),
    ],
)
def test_yes_and_no_are_read_however_they_are_sent(typed: object, answer: bool | None) -> None:
    assert read_boolean(KIND, typed) is answer


@pytest.mark.parametrize("typed", ["maybe", 2, {"x": 1}])
def test_anything_else_is_neither_yes_nor_no(typed: object) -> None:
    with pytest.raises(FieldRefused):
        read_boolean(KIND, typed)


def test_an_option_is_found_by_value_or_by_the_words_shown() -> None:
    assert [read_choice(KIND, typed) for typed in ("soil", "工程渣土", " Spoil ")] == ["soil"] * 3


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(FieldRefused, match="种类没有“土”这一项"):
        read_choice(KIND, "土")


def test_picks_are_kept_once_in_the_order_offered_and_the_unknown_ones_named() -> None:
    picks, refusals = read_choices(KIND, ["mud", "工程渣土", "soil", "??"])

    assert picks == ["soil", "mud"]
    assert codes(refusals) == ["not_an_option"]


def test_several_picks_may_come_in_one_cell_of_a_spreadsheet() -> None:
    assert read_choices(KIND, "工程泥浆、工程渣土") == (["soil", "mud"], [])


def test_a_division_is_a_known_code_or_an_unmistakable_name() -> None:
    place = field("district", FieldKind.DIVISION, "所属区")
    twins = {"1": "城关镇", "2": "城关镇"}

    assert read_division(place, "370212", DIVISIONS) == "370212"
    assert read_division(place, "崂山区", DIVISIONS) == "370212"
    for typed, known in (("999999", DIVISIONS), ("城关镇", twins)):
        with pytest.raises(FieldRefused, match="请从列表中选择"):
            read_division(place, typed, known)


def test_a_division_field_may_offer_only_some() -> None:
    place = field("d", FieldKind.DIVISION, "区", options=(option("370202", "市南区"),))

    assert read_division(place, "市南区", DIVISIONS) == "370202"
    with pytest.raises(FieldRefused):
        read_division(place, "370212", DIVISIONS)


def test_an_address_may_have_a_point() -> None:
    assert read_address(WHERE, " 深圳路 189 号 ") == {
        "text": "深圳路 189 号",
        "lon": None,
        "lat": None,
    }
    assert read_address(WHERE, {"text": "深圳路", "lon": "120.4600", "lat": 36.1}) == {
        "text": "深圳路",
        "lon": "120.46",
        "lat": "36.1",
    }
    assert read_address(WHERE, {"text": "", "lon": "", "lat": ""}) is None


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ({"text": "路", "lon": "120"}, "bad_point"),
        ({"text": "路", "lon": "181", "lat": "1"}, "bad_point"),
        ({"text": "路", "lon": "1", "lat": "90.0000001"}, "bad_point"),
        ({"text": "路", "lon": "东经", "lat": "1"}, "bad_point"),
        ({"text": "路", "lon": "9" * 29, "lat": "1"}, "bad_point"),
        ({"lon": "120", "lat": "36"}, "address_without_text"),
        ({"text": ["a", "b"]}, "unreadable"),
    ],
)
def test_half_a_point_or_one_off_the_earth_is_refused(point: object, code: str) -> None:
    with pytest.raises(FieldRefused) as caught:
        read_address(WHERE, point)
    assert caught.value.code == code


@pytest.mark.parametrize("text", [PLEDGE.zh, PLEDGE.en])
def test_a_declaration_is_agreed_in_the_wording_that_was_shown(text: str) -> None:
    agreed = read_declaration(AGREED, {"agreed": "on", "digest": digest_of(text)})

    assert agreed == {"agreed": True, "digest": digest_of(text)}


@pytest.mark.parametrize("raw", [{"digest": digest_of(PLEDGE.zh)}, {"agreed": "false"}, "off", 1])
def test_a_declaration_not_agreed_to_is_just_missing(raw: object) -> None:
    assert read_declaration(AGREED, raw) is None


@pytest.mark.parametrize("raw", [True, {"agreed": True}, {"agreed": True, "digest": "0" * 64}])
def test_agreeing_to_another_wording_is_refused(raw: object) -> None:
    with pytest.raises(FieldRefused, match="请重新阅读后再勾选同意"):
        read_declaration(AGREED, raw)


def test_a_signature_is_a_name_with_strokes_in_whole_points() -> None:
    assert read_signature(SIGNED, {"name": "张三", "strokes": "[[[1.4,2,0],[3,4,16.6]]]"}, "") == {
        "name": "张三",
        "strokes": [[[1, 2, 0], [3, 4, 17]]],
    }


def test_the_signer_must_be_the_one_expected() -> None:
    assert read_signature(SIGNED, "买买提·吐尔逊", "买买提•吐尔逊") is not None
    with pytest.raises(FieldRefused, match="应由李四本人签署"):
        read_signature(SIGNED, "张三", "李四")


@pytest.mark.parametrize(
    "strokes",
    [
        "[[",
        "[" * 100_000,
        [[[1, 2]]],
        [[]],
        [[[1, 2, True]]],
        "[[[NaN,1,1]]]",
        [[[1e300, 1, 1]]],
        5,
    ],
)
def test_broken_strokes_are_refused(strokes: object) -> None:
    with pytest.raises(FieldRefused, match="请清除后重新签名"):
        read_signature(SIGNED, {"name": "张三", "strokes": strokes}, "")


def test_strokes_without_a_name_ask_for_it() -> None:
    with pytest.raises(FieldRefused, match="请再写出签名人的姓名"):
        read_signature(SIGNED, {"strokes": [[[1, 2, 3]]]}, "")


def test_a_posted_time_that_is_no_time_is_not_kept() -> None:
    signed = read_signature(SIGNED, {"name": "张三", "at": "yesterday", "account": "7"}, "")

    assert signed == {"name": "张三", "strokes": None, "account": "7"}


def test_good_files_are_kept_and_bad_ones_named() -> None:
    kept, refusals = read_files(
        SCAN,
        [
            scan(),
            scan(),
            scan("f2", name="a.exe", media="application/x-msdownload"),
            scan("f3", size=5 * 1024 * 1024),
            scan("f4", size=0),
        ],
        Context(today=TODAY),
    )

    assert [one["file"] for one in kept] == ["f1"]
    assert codes(refusals) == ["file_media", "file_size", "file_empty"]
    assert "有 5 MB，最大 1 MB" in refusals[1].message.zh


def test_too_many_files_say_how_many_to_remove() -> None:
    kept, refusals = read_files(SCAN, [scan(str(n)) for n in range(5)], Context(today=TODAY))

    assert len(kept) == 5
    assert refusals[0].message.zh == "合同最多 2 个文件，现在有 5 个，请删去 3 个"


def test_what_a_file_is_comes_from_the_store_when_it_is_asked() -> None:
    known = {"f1": {"name": "真.pdf", "size": 99, "media": "application/pdf"}}
    context = Context(today=TODAY, files=known)

    kept, refusals = read_files(SCAN, ["f1", scan("f9")], context)

    assert kept == [{"file": "f1", "name": "真.pdf", "size": 99, "media": "application/pdf"}]
    assert codes(refusals) == ["file_missing"]


def test_media_types_match_whole_or_by_kind() -> None:
    assert accepts((), "anything/goes")
    assert accepts(("image/*",), "image/png")
    assert not accepts(("image/*",), "imagery/png")


@given(st.integers(0, 10**13))
def test_sizes_are_short_to_read(size: int) -> None:
    assert len(speak_size(size)) <= 9
