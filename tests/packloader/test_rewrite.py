# SPDX-License-Identifier: Apache-2.0
"""A change in a YAML file touches one value: comments, quotes and everything else stay."""

import difflib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.packloader import strict
from huiban.packloader.rewrite import RewriteRefused, appended, flow, new_list, rewritten
from tests.packloader.pack_edit import texts

TEXT = """# 头注
points:
  - code: first   # 编码
    title: {zh: 甲方, en: "Party A, and more"}
    holds: >
      party_a
      or party_b
    lives:
      - new
      - modify   # 变更
    basis: 第一条 # 依据

    # 以下给第二条
  - code: second
    title: 乙方
    empty:
    nested: {a: {b: 1}}
facts:
  one: {read: a.b}  # 事实
  two:
    sum: a.c
    unit: 万吨
tail: end
"""


def data(text: str) -> Any:
    node, problems = strict.read(text, "x.yaml")
    assert node is not None, problems
    return strict.plain(node)


def changed_lines(old: str, new: str) -> list[str]:
    found = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line for line in found if line[0] in "+-"]


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (
            ("points", 0, "code"), "other",
            ["-   - code: first   # 编码", "+   - code: other   # 编码"],
        ),
        (
            ("points", 0, "title"), {"zh": "乙：方", "en": "x: y"},
            ['-     title: {zh: 甲方, en: "Party A, and more"}',
             '+     title: {zh: 乙：方, en: "x: y"}'],
        ),
        (
            ("points", 0, "title", "zh"), "丙方",
            ['-     title: {zh: 甲方, en: "Party A, and more"}',
             '+     title: {zh: 丙方, en: "Party A, and more"}'],
        ),
        (
            ("points", 0, "holds"), "party_a",
            ["-     holds: >", "-       party_a", "-       or party_b", "+     holds: party_a"],
        ),
        (
            ("points", 0, "lives"), ["new"],
            ["-     lives:", "-       - new", "-       - modify   # 变更",
             "+     lives: [new]   # 变更"],
        ),
        (("points", 0, "basis"), "二", ["-     basis: 第一条 # 依据", "+     basis: 二 # 依据"]),
        (("points", 0, "needs"), Decimal("0.9"), ["+     needs: 0.9"]),
        (("points", 1, "empty"), "好", ["-     empty:", "+     empty: 好"]),
        (
            ("points", 1, "nested", "a", "c"), True,
            ["-     nested: {a: {b: 1}}", "+     nested: {a: {b: 1, c: true}}"],
        ),
        (("points", 1, "more", "deep"), 2, ["+     more: {deep: 2}"]),
        (("facts", "three"), {"seal": "a"}, ["+   three: {seal: a}"]),
        (
            ("facts", "two"), {"count": "a"},
            ["-   two:", "-     sum: a.c", "-     unit: 万吨", "+   two: {count: a}"],
        ),
        (("new",), "yes, no", ['+ new: "yes, no"']),
    ],
)  # fmt: skip
def test_nothing_but_the_value_changes(
    path: tuple[str | int, ...], value: Any, lines: list[str]
) -> None:
    made = rewritten(TEXT, path, value)

    found = [line for line in changed_lines(TEXT, made) if line[2:].strip() or line[0] == "+"]
    assert sorted(found) == sorted(lines)
    assert "# 以下给第二条" in made


def test_an_item_is_added_below_the_last_with_its_indent() -> None:
    made = appended(TEXT, ("points",), {"code": "third", "title": {"zh": "丙", "en": "C"}})

    lines = ["+   - code: third", "+     title: {zh: 丙, en: C}"]
    assert [one for one in changed_lines(TEXT, made) if one != "+ "] == lines
    assert data(made)["points"][2] == {"code": "third", "title": {"zh": "丙", "en": "C"}}
    assert appended("a: [1, 2]\n", ("a",), 3) == "a: [1, 2, 3]\n"


def test_a_long_item_is_written_over_several_lines() -> None:
    files = [{"kind": "contract", "fields": {"party_a": "某公司" * 10, "party_b": "乙" * 30}}]
    item = {
        "name": "一",
        "review": {"read": {"haulage_contract": files}, "findings": {"a": "fail"}},
    }

    made = appended("examples:\n  - name: 零\n", ("examples",), item)

    assert data(made)["examples"][1] == item
    assert max(map(len, made.splitlines())) < 160
    assert "        haulage_contract:\n          - kind: contract\n" in made


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: &x {b: 1}\nc: *x\n", ("c", "b")),
        ("a: &x {b: 1}\nc: *x\n", ("a", "b")),
        ("a: &x 1\nc: *x\n", ("a",)),
        ("a: [1]\n", ("a", "b")),
        ("a: {}\n", ("a", "b")),
        ("a: [\n", ("a",)),
        ("", ("a",)),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(RewriteRefused):
        rewritten(text, path, "2")


def test_a_list_without_items_is_not_added_to() -> None:
    with pytest.raises(RewriteRefused, match="by hand"):
        appended("a: {b: 1}\n", ("a",), 1)


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")))
_SCALARS = st.one_of(
    _TEXTS, st.booleans(), st.none(), st.integers(-(10**17), 10**17),
    st.decimals(-100, 100, places=2), st.sampled_from(["no", "2026-01-05", "3.80", "<<", "~"]),
)  # fmt: skip
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_TEXTS.filter(lambda key: key not in ("", "<<")), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(_VALUES)
def test_whatever_is_written_is_read_back(value: Any) -> None:
    assert data(f"a: {flow(value)}\n") == {"a": value}
    for path in (("points", 0, "basis"), ("points", 1, "title"), ("facts", "one"), ("new",)):
        made = data(rewritten(TEXT, path, value))
        for key in path:
            made = made[key]
        assert made == value


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["code", "read", "findings"]), _VALUES, min_size=1))
def test_whatever_item_is_added_is_read_back(item: dict[str, Any]) -> None:
    made = appended(TEXT, ("points",), item)

    assert data(made)["points"][2] == item
    assert made.startswith(TEXT[: TEXT.index("facts:")].rstrip())


@pytest.mark.parametrize("at", [0, 24])
def test_every_value_of_a_real_pack_can_be_changed_and_put_back(at: int) -> None:
    text = texts()["review.yaml"]
    point = data(text)["points"][at]

    for key, value in point.items():
        made = rewritten(text, ("points", at, key), "other")
        assert len(changed_lines(text, made)) == 2
        assert data(rewritten(made, ("points", at, key), value)) == data(text)


def test_a_new_file_holds_its_list() -> None:
    items = [{"name": "一", "review": {"read": {"a": [{"kind": None}]}}}, {"name": "二: 三"}]

    assert data(new_list("examples", items)) == {"examples": items}
