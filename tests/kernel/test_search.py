# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.search import Entry, Index, Match

ENTRIES = (
    Entry(
        "waste.new",
        "城市建筑垃圾处置核准（产生）",
        ("渣土证", "渣土", "工地土往外运", "Construction waste disposal"),
        "青岛市城市管理局",
        "建设单位 施工单位 拆除工地",
    ),
    Entry("waste.renew", "城市建筑垃圾处置核准（延续）", ("渣土证延期",), "青岛市城市管理局"),
    Entry("plan", "建筑垃圾处理方案备案"),
    Entry("teacher", "教师资格认定"),
    Entry("teacher.lost", "教师资格证书补发、换发"),
    Entry("identity.lost", "居民身份证挂失申报、丢失招领"),
    Entry("bank", "银行业金融机构设立许可"),
    Entry("food", "食品经营许可核发", ("食品证",)),
    Entry("fire", "特殊建设工程消防验收"),
    Entry("marriage", "结婚登记预约"),
    Entry("divorce", "离婚登记预约"),
    Entry("firm.close", "企业注销登记"),
    Entry("lawyer", "律师执业许可"),
    Entry("road", "道路旅客运输经营许可"),
)
INDEX = Index.build(ENTRIES)


def keys(query: str, limit: int = 5) -> list[str]:
    return [hit.key for hit in INDEX.find(query, limit)]


def best(query: str) -> tuple[str, Match]:
    [hit, *_] = INDEX.find(query)
    return hit.key, hit.match


@pytest.mark.parametrize(
    ("query", "key", "match"),
    [
        ("教师资格认定", "teacher", Match.EXACT),
        ("渣土证", "waste.new", Match.EXACT),
        ("城市建筑垃圾处置核准(产生)", "waste.new", Match.EXACT),
        ("建筑垃圾", "plan", Match.PREFIX),
        ("身份证挂失", "identity.lost", Match.NAME),
        ("往外运", "waste.new", Match.ALIAS),
        ("construction WASTE", "waste.new", Match.ALIAS),
        ("jiaoshizige", "teacher", Match.SOUND),
        ("jiao shi zi ge", "teacher", Match.SOUND),
        ("jszg", "teacher", Match.SOUND),
        ("JSZG", "teacher", Match.SOUND),
        ("教师zg", "teacher", Match.SOUND),
        ("jiaoshi资格", "teacher", Match.SOUND),
        ("jiaoszg", "teacher", Match.SOUND),
        ("jiaoshizigez", "teacher.lost", Match.SOUND),
        ("yinhang", "bank", Match.SOUND),
        ("lvshi", "lawyer", Match.SOUND),
        ("lüshi", "lawyer", Match.SOUND),
        ("zhatu", "waste.new", Match.SOUND),
        ("教资", "teacher", Match.SHORT),
        ("企业注消", "firm.close", Match.ALIKE),
        ("建筑拉圾", "plan", Match.ALIKE),
        ("jiaosizige", "teacher", Match.ALIKE),
        ("城管局 渣土", "waste.new", Match.PLACE),
        ("拆除工地", "waste.new", Match.PLACE),
        ("核准建筑垃圾", "waste.new", Match.SCATTERED),
        ("教师姿格人定", "teacher", Match.ALIKE),
        ("食品经宫许可", "food", Match.SIMILAR),
        ("消防验救", "fire", Match.SIMILAR),
        ("jiaoshiwige", "teacher", Match.SIMILAR),
        ("jioashizige", "teacher", Match.SIMILAR),
        ("工地土怎么运出去", "waste.new", Match.SIMILAR),
    ],
)
def test_what_people_type_finds_what_they_mean(query: str, key: str, match: Match) -> None:
    assert best(query) == (key, match)


@pytest.mark.parametrize("query", ["渣土证怎么办理", "请问如何办理渣土证", "我要办渣土证"])
def test_words_around_the_thing_do_not_hide_it(query: str) -> None:
    assert keys(query)[0] == "waste.new"


@pytest.mark.parametrize(
    "query", ["核准 建筑垃圾", "建筑垃圾 核准", "核准，建筑垃圾", "laji hezhun"]
)
def test_words_may_stand_in_any_order(query: str) -> None:
    assert keys(query)[:2] == ["waste.new", "waste.renew"]


def test_an_entry_that_answers_only_some_words_is_at_most_similar() -> None:
    assert {hit.match for hit in INDEX.find("建筑垃圾 结婚")} == {Match.SIMILAR}


def test_a_better_match_comes_first_and_a_shorter_name_before_a_longer() -> None:
    assert keys("建筑垃圾") == ["plan", "waste.new", "waste.renew"]
    assert keys("登记") == ["firm.close", "divorce", "marriage"]


def test_each_hit_says_why_in_two_languages() -> None:
    [hit, *_] = INDEX.find("往外运")

    assert hit.why.zh == "也叫“工地土往外运”"
    assert hit.why.en == "Also called “工地土往外运”"


@pytest.mark.parametrize("query", ["", "   ", "。。。", "（）", "\x00", "🙂"])
def test_nothing_typed_finds_nothing(query: str) -> None:
    assert INDEX.find(query) == []
    assert INDEX.suggest(query) == []


def test_what_finds_nothing_gets_suggestions() -> None:
    assert INDEX.find("居民户口登记卡") == []
    assert INDEX.suggest("居民户口登记卡")


def test_nonsense_finds_nothing() -> None:
    for query in ("qqqq", "xyzw", "12345678", "龘靐齉"):
        assert INDEX.find(query) == []


def test_the_limit_is_kept() -> None:
    assert len(INDEX.find("许可", 2)) == 2
    assert len(INDEX.suggest("许可证书办法", 1)) <= 1


def test_an_empty_index_answers_too() -> None:
    assert Index.build([]).find("渣土") == []
    assert len(Index.build([])) == 0


def test_the_order_of_entries_does_not_matter() -> None:
    turned = Index.build(reversed(ENTRIES))

    for query in ("登记", "许可", "建筑laji", "jszg", "教资", "建筑垃堆"):
        assert turned.find(query) == INDEX.find(query)


@given(st.text(max_size=80))
def test_no_query_whatever_raises(query: str) -> None:
    hits = INDEX.find(query, 5)

    assert len(hits) <= 5
    assert len({hit.key for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.sampled_from(ENTRIES), st.data())
def test_any_piece_of_a_name_finds_it(entry: Entry, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(entry.name) - 2))
    end = data.draw(st.integers(start + 2, len(entry.name)))
    piece = entry.name[start:end].strip("（）、")

    if len(piece) >= 2:
        assert entry.key in keys(piece, len(ENTRIES))


@given(st.sampled_from([entry for entry in ENTRIES if len(entry.name) >= 6]), st.data())
def test_one_wrong_character_in_six_is_forgiven(entry: Entry, data: st.DataObject) -> None:
    name = entry.name[:6]
    place = data.draw(st.integers(0, 5))
    wrong = data.draw(st.sampled_from("猫狗鱼龟"))

    assert entry.key in keys(name[:place] + wrong + name[place + 1 :], len(ENTRIES))
