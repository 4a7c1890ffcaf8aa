# SPDX-License-Identifier: Apache-2.0
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import FORMATS, FieldKind
from huiban.kernel.form_text import read_text, storable
from huiban.kernel.form_words import FieldRefused
from tests.kernel.form_sample import field

LINE = field("name", FieldKind.TEXT, "单位名称", max_length=20)
LINES = field("note", FieldKind.TEXT, "备注", max_length=2000, multiline=True)


def refusal(typed: object, **more: object) -> FieldRefused:
    with pytest.raises(FieldRefused) as caught:
        read_text(field("name", FieldKind.TEXT, "单位名称", **more), typed)
    return caught.value


def test_space_around_text_is_trimmed_full_width_too() -> None:
    assert read_text(LINE, "\u3000 青岛海晟\t\r\n") == "青岛海晟"
    assert read_text(LINE, "\u3000 ") is None


def test_text_is_stored_in_one_composed_form() -> None:
    assert read_text(LINE, "Cafe\u0301") == "Café"


def test_invisible_marks_that_come_with_pasted_text_are_dropped() -> None:
    assert read_text(LINE, "\ufeff青\u200b岛\u200e") == "青岛"


@pytest.mark.parametrize(
    "char",
    ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\u202e", "\u2066", "\uffff", "\ufdd0"],
)
def test_control_characters_and_direction_overrides_are_refused_with_their_place(char: str) -> None:
    refused = refusal(f"青岛{char}海晟")

    assert refused.code == "control_character"
    assert refused.message.zh == "单位名称的第 3 个字符是看不见的控制字符，请删去后重新输入"


def test_too_long_text_says_how_much_to_remove() -> None:
    assert refusal("字" * 63, max_length=50).message.zh == (
        "单位名称最多 50 个字，现在有 63 个，请删去 13 个"
    )


def test_a_huge_text_is_refused_with_its_length() -> None:
    refused = refusal("e\u0301" * 1_000_000, max_length=50)

    assert refused.code == "too_long"
    assert "2000000" in refused.message.en


def test_several_lines_need_a_field_for_them() -> None:
    assert refusal("一\n二").code == "one_line"
    assert read_text(LINES, "一\r\n二\r三\u2028四") == "一\n二\n三\n四"


def test_too_short_text_is_told_its_least_length() -> None:
    assert refusal("短", min_length=5).message.zh == "单位名称至少写 5 个字，现在有 1 个"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_takes_its_own_example_and_refuses_nonsense(name: str) -> None:
    one = field("it", FieldKind.TEXT, "它", format=name)

    assert read_text(one, FORMATS[name].example) == FORMATS[name].example
    with pytest.raises(FieldRefused):
        read_text(one, "随便写写")


def test_a_plate_is_stored_without_dots_in_capitals() -> None:
    plate = field("plate", FieldKind.TEXT, "车牌号", format="plate")

    assert read_text(plate, "鲁b·Ｄ12345") == "鲁BD12345"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Cf")), max_size=60))
def test_what_is_stored_is_clean_and_reads_back_as_itself(typed: str) -> None:
    stored = read_text(LINES, typed)

    if stored is not None:
        assert stored == stored.strip() == unicodedata.normalize("NFC", stored)
        assert storable(stored) == stored
        assert read_text(LINES, stored) == stored


@given(st.text(max_size=30))
def test_what_is_shown_again_can_always_be_encoded(typed: str) -> None:
    storable(typed).encode("utf-8")


def test_refused_are_exactly_controls_overrides_surrogates_and_noncharacters() -> None:
    overrides = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}

    for code in (*range(0x3000), *range(0xD700, 0x10010), *range(0x1FFF0, 0x20010), 0x10FFFF):
        char = chr(code)
        is_noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        is_control = unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n"
        refused = is_noncharacter or is_control or code in overrides
        assert (storable(char) == "") is refused
