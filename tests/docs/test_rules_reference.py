# SPDX-License-Identifier: Apache-2.0
"""The pages about rules name everything the language allows, and their examples are rules."""

import re
from pathlib import Path

import pytest

from huiban.kernel.rule import FactKind, FactType, RuleRefused, parse
from huiban.kernel.rule.arithmetic import MAX_SCALE
from huiban.kernel.rule.dialect import DIALECTS
from huiban.kernel.rule.functions import FUNCTIONS, SPECIAL_FORMS
from huiban.kernel.rule.kinds import MAX_ALTERNATIVES
from huiban.kernel.rule.scan import (
    KEYWORDS,
    MAX_CHARACTERS,
    MAX_DECIMALS,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LITERAL,
    MAX_NAME,
    MAX_TOKENS,
    OPERATORS,
    UNITS,
)
from huiban.kernel.rule.sql import MAX_CRITERIA

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs/how-to/add-a-rule-function.md").read_text(encoding="utf-8")
K = FactKind
SCHEMA = {
    **dict.fromkeys(
        ("headcount", "headcount_year_end", "headcount_year_start", "new_hires", "site_area"),
        FactType(K.INTEGER),
    ),
    **dict.fromkeys(
        ("arrears_yuan", "declared_yuan", "checked_yuan", "subsidy_yuan"),
        FactType(K.DECIMAL, decimals=2),
    ),
    **dict.fromkeys(("established_on", "born_on", "valid_until"), FactType(K.DATE)),
    "sector": FactType(K.CHOICE, ("elder_care", "child_care", "catering")),
    "waste_kinds": FactType(K.LIST, ("soil", "brick")),
    "is_dishonest": FactType(K.BOOLEAN),
    "route": FactType(K.TEXT),
}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@pytest.mark.parametrize(
    "word", sorted({*OPERATORS, *KEYWORDS} - {"(", ")", ",", "<>", "interval"})
)
def test_every_operator_and_keyword_is_described(word: str) -> None:
    assert re.search(rf"`[^`]*(?<![<>!\w]){re.escape(word)}(?![<>=\w])[^`]*`", PAGE)


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_every_unit_of_time_is_described(unit: str) -> None:
    assert f"`{unit}`" in section("事实和它的类型")


def test_every_function_has_its_row_and_no_other_has_one() -> None:
    named = [row[0].split("(")[0].strip("`") for row in rows("函数")]

    assert sorted(named) == sorted({*FUNCTIONS, *SPECIAL_FORMS})


@pytest.mark.parametrize("row", rows("函数"), ids=lambda row: row[0])
def test_the_example_of_a_function_is_a_rule_that_calls_it(row: list[str]) -> None:
    name, example = row[0].split("(")[0].strip("`"), row[2].strip("`")

    assert f"{name}(" in example
    assert parse(example, SCHEMA).fields


RULES = re.findall(r"```sql\n(.*?)```", PAGE, re.S)[0].splitlines()


@pytest.mark.parametrize("text", RULES)
def test_the_examples_at_the_top_are_rules(text: str) -> None:
    assert parse(text, SCHEMA).fields


def test_the_quoted_refusals_are_what_the_reader_says() -> None:
    texts = ("headcout >= 10", "headcount ≥ 10", "headcount <= current_date")
    said = []
    for text in texts:
        with pytest.raises(RuleRefused) as caught:
            parse(text, SCHEMA)
        said.append(str(caught.value))

    assert re.findall(r"```text\n(.*?)```", PAGE, re.S)[0].splitlines() == said


@pytest.mark.parametrize(
    "sentence",
    [
        f"最多 {MAX_CHARACTERS} 个字符、{MAX_TOKENS} 个词和符号",
        f"最多套 {MAX_DEPTH} 层",
        f"最多 {MAX_LITERAL} 个字符",
        f"最多 {MAX_NAME} 个字符",
        f"最多 {MAX_DIGITS} 位，其中小数最多 {MAX_DECIMALS} 位",
        f"小数超过 {MAX_SCALE} 位",
        f"2 到 {MAX_ALTERNATIVES} 个",
        f"一次最多 {MAX_CRITERIA} 条",
    ],
)
def test_the_bounds_are_those_of_the_engine(sentence: str) -> None:
    assert sentence in PAGE


def test_every_kind_has_a_column_type_in_every_database() -> None:
    header = next(line for line in section("在数据库里").splitlines() if line.startswith("| 类型"))
    table = rows("在数据库里")

    assert {name.strip().lower() for name in header.strip("|").split("|")[1:]} == {
        name.replace("postgres", "postgresql") for name in DIALECTS
    }
    assert [row[0] for row in table] == [
        "文字、选项",
        "整数",
        "小数（n 位）",
        "日期",
        "是否",
        "列表",
    ]
    assert all(all(row) for row in table)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:src|tests|docs|frontend)/\S+?)`", HOW_TO)))
)
def test_the_files_of_the_how_to_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_names_of_the_how_to_exist() -> None:
    rule = ROOT / "src/huiban/kernel/rule"

    assert "FUNCTIONS: Mapping" in (rule / "functions.py").read_text(encoding="utf-8")
    assert "_WEIGHTS = {" in (rule / "tree.py").read_text(encoding="utf-8")
    assert "const STRICT = {" in (ROOT / "frontend/src/rule.js").read_text(encoding="utf-8")
    generator = (ROOT / "tests/rule_backends/expressions.py").read_text(encoding="utf-8")
    assert "def measured(" in generator
    assert "def listed(" in generator
