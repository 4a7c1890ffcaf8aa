# SPDX-License-Identifier: Apache-2.0
import csv
import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.automatic_terms import Automatic
from huiban.kernel.catalogue import (
    Channel,
    ElementsRefused,
    Item,
    Material,
    from_csv,
    from_elements,
    materials_to_csv,
    to_csv,
    to_elements,
)
from huiban.kernel.catalogue_elements import item_record, material_record
from huiban.kernel.words import Words
from tests.kernel.catalogue_sample import SCHEMA, clean_item

ITEM = clean_item()


def refusals(elements: object) -> list[str]:
    with pytest.raises(ElementsRefused) as caught:
        from_elements(elements, SCHEMA)
    return [f"{one.path}: {one.message}" for one in caught.value.troubles]


def test_elements_carry_the_names_and_codes_of_the_standard() -> None:
    elements = to_elements(ITEM)

    assert elements["事项名称"] == "城市建筑垃圾处置核准"
    assert elements["事项类型代码"] == "01"
    assert elements["行使层级"] == "3"
    assert elements["办件类型"] == "2"
    assert (elements["法定办结时限"], elements["法定办结时限单位"]) == ("20", "工作日")
    assert elements["服务对象"] == ["2", "3"]
    assert elements["办理形式"] == ["1", "2", "5"]
    assert elements["是否支持网上支付"] == "1"
    assert elements["计划生效日期"] == "20260101"
    material = elements["申请材料"][2]  # type: ignore[index]
    assert material["材料名称"] == "占道许可"
    assert material["适用条件"] == "uses_road and site_area > 300"


def test_every_attribute_of_an_item_and_of_a_material_has_its_element() -> None:
    assert {group.attribute for group in item_record({}).groups} == {
        one.name for one in fields(Item)
    }
    assert {group.attribute for group in material_record({}).groups} == {
        one.name for one in fields(Material)
    }


def test_on_what_terms_it_is_decided_automatically_comes_back_unchanged() -> None:
    terms = Automatic("条例第二十四条", Decimal("0.1"), "leader", date(2026, 12, 1), "市政府")
    declared = replace(ITEM, automatic=terms)

    assert to_elements(declared)["自动审批"] == {
        "自动审批依据": "条例第二十四条", "抽样人工审查比例": "0.1", "复核岗位": "leader",
        "批准日期": "20261201", "批准机关": "市政府",
    }  # fmt: skip
    assert from_elements(to_elements(declared), SCHEMA) == declared
    bare = replace(ITEM, automatic=replace(terms, approved_on=None, approved_by=""))
    assert from_elements(to_elements(bare), SCHEMA) == bare


def test_an_item_comes_back_from_its_elements_unchanged() -> None:
    assert from_elements(json.loads(json.dumps(to_elements(ITEM))), SCHEMA) == ITEM


def test_items_come_back_from_csv_unchanged_line_breaks_and_all() -> None:
    other = replace(ITEM, code="waste.renew", powers=Words('含逗号,引号"和\r\n换行'), fee=None)

    assert from_csv(to_csv([ITEM, other]), SCHEMA) == [ITEM, other]


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_any_text_survives_csv(text: str) -> None:
    item = replace(ITEM, powers=Words(text), conditions=(Words(text),))

    assert from_csv(to_csv([item]), SCHEMA) == [item]


def test_no_items_are_no_lines() -> None:
    assert from_csv(to_csv([])) == []
    assert from_csv("") == []


def test_materials_have_a_sheet_of_their_own() -> None:
    rows = list(csv.DictReader(materials_to_csv([ITEM]).removeprefix("\ufeff").splitlines()))

    assert [row["材料名称"] for row in rows] == ["申请表", "身份证", "占道许可", "应急预案"]
    assert {row["事项代号"] for row in rows} == {"waste.new"}
    assert rows[1]["免提交证照类型"] == '["identity_card"]'


def test_english_elements_have_english_names_and_texts() -> None:
    item = replace(ITEM, name=Words("核准", "Approval"))

    assert to_elements(item, "en")["item_name"] == "Approval"
    assert set(to_elements(item, "en")).isdisjoint(to_elements(item))


def test_an_element_left_out_leaves_the_default() -> None:
    item = from_elements({"事项代号": "x", "事项名称": "甲"})

    assert item == Item(code="x", name=Words("甲"))


def test_every_element_that_cannot_be_read_is_named_at_once() -> None:
    elements = to_elements(ITEM) | {
        "办理形式": ["1", "7"],
        "法定办结时限单位": "周",
        "计划生效日期": "2026-01-01",
        "颜色": "蓝",
        "申请材料": [{"材料编码": "a", "材料名称": "甲", "原件份数": "一"}],
    }

    told = refusals(elements)

    assert [one.partition(":")[0] for one in told] == [
        "颜色",
        "法定办结时限",
        "办理形式",
        "计划生效日期",
        "申请材料·原件份数",
    ]
    assert "代码应是 1、2、3、4、5、9 之一" in told[2]


@pytest.mark.parametrize(
    "elements",
    [
        None,
        [],
        {},
        {"事项名称": 7},
        {"事项名称": "甲", "事项代号": "x", "受理条件": "一"},
        {"事项名称": "甲", "事项代号": "x", "收费": 5},
        {"事项名称": "甲", "事项代号": "x", "是否支持预约办理": "是"},
        {"事项名称": "甲", "事项代号": "x", "申请材料": [{"适用条件": "os.system('x')"}]},
    ],
)
def test_what_is_no_item_is_refused(elements: object) -> None:
    assert refusals(elements)


def test_a_csv_with_a_bad_cell_names_its_line() -> None:
    bad = to_csv([ITEM, ITEM]).replace('"[""370200""]"', "oops", 1)

    with pytest.raises(ElementsRefused) as caught:
        from_csv(bad, SCHEMA)
    assert caught.value.troubles[0].path == "第 2 行 行政管辖"


@pytest.mark.parametrize("text", ["事项名称\n" + "名" * 200_000, "事项名称\n甲\r乙\r"])
def test_a_text_that_is_no_csv_is_refused(text: str) -> None:
    with pytest.raises(ElementsRefused, match="不是有效的 CSV"):
        from_csv(text)


def test_a_csv_with_a_short_line_names_it() -> None:
    with pytest.raises(ElementsRefused, match="第 2 行"):
        from_csv("事项代号,事项名称\nx\n")


scalar = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
junk = st.recursive(
    scalar,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.sampled_from(sorted(to_elements(ITEM))), junk)
def test_junk_in_any_element_is_read_or_refused_never_a_crash(name: str, value: object) -> None:
    try:
        item = from_elements(to_elements(ITEM) | {name: value}, SCHEMA)
    except ElementsRefused:
        return

    assert from_elements(to_elements(item), SCHEMA) == item


@given(st.lists(st.sampled_from(Channel), unique=True))
def test_codes_go_both_ways(channels: list[Channel]) -> None:
    item = replace(ITEM, channels=tuple(channels))

    assert from_elements(to_elements(item), SCHEMA).channels == tuple(channels)
