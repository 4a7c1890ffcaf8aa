# SPDX-License-Identifier: Apache-2.0
"""The drawing of a chart: complete, readable by machines and people, free of inline styles."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.process import Chart, compile_chart
from huiban.kernel.process_diagram import to_svg
from huiban.kernel.process_layout import Link, Size, Spot, arrange, ranks, text_em, wrap
from tests.kernel.process_samples import SCHEMA, WASTE, waste_data
from tests.kernel.test_process_laws import CHARTS

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart = WASTE, **more: object) -> ET.Element:
    return ET.fromstring(to_svg(chart, "zh", **more))  # type: ignore[arg-type]


def words(root: ET.Element) -> str:
    return "".join(found.text or "" for found in root.iter(f"{SVG}text"))


def classes(root: ET.Element) -> set[str]:
    return {name for found in root.iter() for name in found.get("class", "").split()}


@pytest.mark.parametrize("vertical", [False, True])
def test_every_state_and_event_is_in_the_drawing(vertical: bool) -> None:
    text = words(drawn(vertical=vertical))

    for expected in (
        "受理",
        "补正",
        "审查",
        "征求公安交警意见",
        "决定",
        "办结",
        "不予受理",
        "撤回",
    ):
        assert expected in text
    for expected in ("视为受理", "审查通过", "准予许可", "不予许可", "逾期未补正", "窗口受理人员"):
        assert expected in text


@pytest.mark.parametrize("vertical", [False, True])
def test_the_drawing_carries_no_style_a_strict_policy_would_block(vertical: bool) -> None:
    svg = to_svg(WASTE, "zh", ("decision",), ("examination",), vertical=vertical)

    assert "style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg
    assert not re.search(r"\son\w+=", svg)


@pytest.mark.parametrize("vertical", [False, True])
def test_it_can_be_heard(vertical: bool) -> None:
    root = drawn(current=("decision",), done=("submitted",), vertical=vertical)

    assert (root.get("role"), root.get("aria-label")) == ("img", "城市建筑垃圾处置核准")
    assert root.findtext(f"{SVG}title") == "城市建筑垃圾处置核准"
    description = root.findtext(f"{SVG}desc") or ""
    assert "受理（窗口受理人员），已办" in description
    assert "决定（部门负责人），当前" in description


@pytest.mark.parametrize("vertical", [False, True])
def test_now_and_done_are_marked_by_shape_and_not_by_class_alone(vertical: bool) -> None:
    plain = classes(drawn(vertical=vertical))
    marked = drawn(current=("decision",), done=("submitted",), vertical=vertical)

    assert not plain & {"hb-mark", "hb-state-current", "hb-state-done"}
    assert classes(marked) >= {
        "hb-mark-current", "hb-mark-done", "hb-state-current", "hb-state-done",
    }  # fmt: skip
    assert "当前" in words(marked)


def test_a_region_that_is_complete_is_marked_as_done() -> None:
    current = ("consultation.traffic.done", "consultation.fire.station")

    root = drawn(CHARTS["nested"], current=current)

    groups = [found for found in root.iter(f"{SVG}g") if "hb-state-done" in found.get("class", "")]
    assert len(groups) == 1
    assert "traffic" in words(groups[0])


def test_the_narrow_drawing_fits_a_phone_and_the_wide_one_scales() -> None:
    narrow, wide = drawn(vertical=True), drawn()

    assert (narrow.get("viewBox") or "").startswith("0 0 360 ")
    assert (wide.get("viewBox") or "").startswith("0 0 ")
    for found in narrow.iter(f"{SVG}text"):
        size = float(found.get("font-size", "0"))
        assert float(found.get("x", "0")) + text_em(found.text or "") * size <= 360


def test_both_languages_are_drawn() -> None:
    english = words(ET.fromstring(to_svg(WASTE, "en")))

    assert "Examination" in english
    assert "Traffic police" in english
    assert "审查" not in english


def test_text_from_a_pack_is_escaped() -> None:
    data = waste_data()
    data["states"]["examination"]["label"] = "<script>alert(1)</script> & more"

    svg = to_svg(compile_chart(data, SCHEMA), "zh")

    assert "<script>" not in svg
    assert ET.fromstring(svg) is not None


def test_a_way_back_to_the_same_state_is_written_into_it() -> None:
    data = waste_data()
    data["states"]["decision"]["on"]["discuss"] = {"to": "decision", "label": "再议"}

    assert "↻ 再议" in words(drawn(compile_chart(data, SCHEMA)))


def test_the_archive_is_drawn_only_once_a_case_is_there() -> None:
    assert "归档" not in words(drawn())
    assert "归档" in words(drawn(current=("archived",), done=("closed",)))


def test_a_condition_is_told_in_the_packs_own_words_only() -> None:
    data = waste_data()
    data["states"]["submitted"]["on"]["accept"]["when_label"] = {"zh": "材料齐全"}

    assert "材料齐全" in words(drawn(compile_chart(data, SCHEMA)))
    assert "complete" not in words(drawn())


# -- layout

names = st.sampled_from([f"n{number}" for number in range(8)])


@given(st.lists(st.tuples(names, names), min_size=1, max_size=20), st.integers(10, 90))
def test_no_two_boxes_overlap(pairs: list[tuple[str, str]], height: int) -> None:
    boxes = {name: Size(60 + len(pairs), height) for pair in pairs for name in pair}
    links = [Link(a, b, Size(50, 14)) for a, b in dict.fromkeys(pairs) if a != b]

    found = arrange(boxes, links)

    for one, other in combinations(found.spots.values(), 2):
        assert not overlap(one, other)
    labels = [Spot(r.label[0] - 25, r.label[1] - 14, 50, 14) for r in found.routes]
    for label in labels:
        assert not any(overlap(label, spot) for spot in found.spots.values())
    for one, other in combinations(labels, 2):
        assert not overlap(one, other)
    for spot in found.spots.values():
        assert -0.01 <= spot.x <= spot.right <= found.width + 0.01
        assert -0.01 <= spot.y <= spot.y + spot.height <= found.height + 0.01


def overlap(one: Spot, other: Spot) -> bool:
    apart_x = one.right <= other.x + 0.01 or other.right <= one.x + 0.01
    apart_y = one.y + one.height <= other.y + 0.01 or other.y + other.height <= one.y + 0.01
    return not (apart_x or apart_y)


def test_a_longer_way_puts_a_box_further_right_and_ways_back_do_not() -> None:
    found = ranks(
        ["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a"), ("c", "d")]
    )

    assert found == {"a": 0, "b": 1, "c": 2, "d": 3}


@given(st.text("受理审查，。abc de", min_size=1, max_size=60), st.integers(4, 20))
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str, limit: int) -> None:
    lines = wrap(text, limit)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert text_em(line) <= limit or len(re.findall(r"[a-z，。]+|.", line)) <= 2


def test_a_line_never_begins_with_a_closing_mark() -> None:
    assert wrap("受理、审查、决定", 2) == ["受", "理、", "审", "查、", "决定"]
