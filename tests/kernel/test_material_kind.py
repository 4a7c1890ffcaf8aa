# SPDX-License-Identifier: Apache-2.0
"""A page is told by its features, each page for itself, and a strange one is of no kind."""

from huiban.kernel.material_kind import KindFeature, MaterialKind, kind_of, kinds_by_page
from huiban.kernel.reading import Box, How, Line, Outcome, Reading, ReadPage
from huiban.kernel.words import Words


def a_kind(code: str, *words: str) -> MaterialKind:
    features = tuple(KindFeature(0.6, (word,)) for word in words)
    return MaterialKind(code, Words(code), features)


KINDS = (a_kind("front", "公民身份号码", "住址"), a_kind("back", "居民身份证", "签发机关"))


def a_reading(*pages: list[str]) -> Reading:
    box = Box(0, 0, 1, 0.1)
    made = tuple(
        ReadPage(at, 100, 100, 0, How.OCR, tuple(Line(text, box, 0.9) for text in lines))
        for at, lines in enumerate(pages, 1)
    )
    return Reading(Outcome.READ, "test", made)


def test_the_two_sides_of_a_card_in_one_file_are_told_page_by_page() -> None:
    both = a_reading(["住址 青岛", "公民身份号码 3702"], ["居民身份证", "签发机关 某局"])

    assert [told.kind.code if told else "" for told in kinds_by_page(both, KINDS)] == [
        "front",
        "back",
    ]


def test_a_file_is_what_its_plainest_page_is() -> None:
    told = kind_of(a_reading(["居民身份证"], ["住址 青岛", "公民身份号码 3702"]), KINDS)

    assert told
    assert (told.kind.code, told.page) == ("front", 2)


def test_a_misread_character_in_a_long_word_does_not_hide_a_kind() -> None:
    told = kind_of(a_reading(["居民身份征", "签发机关"]), KINDS)

    assert told
    assert told.kind.code == "back"


def test_a_page_of_two_kinds_is_told_with_doubt() -> None:
    plain = kind_of(a_reading(["居民身份证", "签发机关"]), KINDS)
    mixed = kind_of(a_reading(["居民身份证", "签发机关", "公民身份号码"]), KINDS)

    assert plain
    assert mixed
    assert mixed.confidence < plain.confidence


def test_what_is_of_no_kind_is_told_nothing() -> None:
    assert kind_of(a_reading(["天气预报"], []), KINDS) is None
    assert kind_of(a_reading(["居民身份证"]), ()) is None


def test_a_word_in_a_sentence_is_no_title() -> None:
    licence = MaterialKind(
        "licence", Words("照"), (KindFeature(0.9, ("营业执照",), is_title=True),)
    )

    assert kind_of(a_reading(["营业执照"]), (licence,))
    assert kind_of(a_reading(["请申请人在提交材料时附上营业执照复印件一份"]), (licence,)) is None
