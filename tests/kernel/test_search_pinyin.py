# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.search_pinyin import fold, normal, readings, syllables, tokens


def ways(word: str) -> list[str]:
    return [" ".join(unit.text for unit in way) for way in readings(word)]


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("jianzhulaji", "jian zhu la ji"),
        ("jzlj", "j z l j"),
        ("zhch", "zh ch"),
        ("jianzhulj", "jian zhu l j"),
        ("建筑laji", "建 筑 la ji"),
        ("jz垃圾", "j z 垃 圾"),
        ("2026nian", "2 0 2 6 nian"),
    ],
)
def test_letters_are_split_as_people_mean_them(word: str, first: str) -> None:
    assert ways(word)[0] == first


def test_letters_that_can_be_read_in_two_ways_are() -> None:
    assert set(ways("xian")) == {"xian", "xi an"}
    assert {"fan gan", "fang an"} <= set(ways("fangan"))


def test_the_last_syllable_may_be_unfinished() -> None:
    [way, *_] = readings("jianzh")

    assert [unit.kind for unit in way] == ["syllable", "start"]


def test_letters_that_are_no_pinyin_stand_for_themselves() -> None:
    assert ways("iii") == ["i i i"]


def test_a_character_is_read_as_its_word_wants() -> None:
    assert syllables("银行行长") == ["yin", "hang", "hang", "zhang"]


@given(st.text(max_size=30))
def test_a_normal_text_has_one_syllable_for_each_character(text: str) -> None:
    tidy = normal(text)

    assert len(syllables(tidy)) == len(tidy)
    assert normal(tidy) == tidy
    assert "".join(tokens(text)) == tidy


@given(st.text("abcdefghijklmnopqrstuvwxyz建筑2", min_size=1, max_size=30))
def test_no_letter_is_lost_in_any_reading(word: str) -> None:
    for way in readings(word):
        assert "".join(unit.text for unit in way) == word


@given(st.text("bcdhnglsz", min_size=1, max_size=6))
def test_folding_twice_is_folding_once(sound: str) -> None:
    assert fold(fold(sound)) == fold(sound) or len(fold(sound)) < len(sound)
